import { describe, expect, it } from 'vitest';
import { stopInstances } from '../ec2/instances/instances.ts';
import { describeSubnets } from '../ec2/network/subnets.ts';
import { createInstanceWorld, type InstanceWorld } from '../ec2/instances/test-instances.ts';
import { createVpc } from '../ec2/network/vpcs.ts';
import {
  createListener,
  deleteListener,
  describeListeners,
  describeRules,
  modifyListener,
} from './listeners.ts';
import { createLoadBalancer, deleteLoadBalancer } from './load-balancers.ts';
import { elbv2 } from './service.ts';
import {
  createTargetGroup,
  deleteTargetGroup,
  describeTargetGroupAttributes,
  describeTargetGroups,
  modifyTargetGroup,
  modifyTargetGroupAttributes,
} from './target-groups.ts';
import { observeTargetHealth } from './target-reports.ts';
import { deregisterTargets, describeTargetHealth, registerTargets } from './targets.ts';

interface Stack {
  readonly world: InstanceWorld;
  readonly vpcId: string;
  readonly loadBalancerArn: string;
  readonly groupArn: string;
  readonly listenerArn: string;
  readonly instanceId: string;
  readonly zoneId: string;
}

const newGroup = (world: InstanceWorld, VpcId: string, Name: string): string =>
  world.call(createTargetGroup, { Name, Protocol: 'HTTP', Port: 8080, VpcId }).TargetGroups?.[0]
    ?.TargetGroupArn ?? '';

const newBalancer = (world: InstanceWorld, Name: string): string => {
  const Subnets = (world.call(describeSubnets, {}).Subnets ?? [])
    .slice(0, 2)
    .map((subnet) => subnet.SubnetId ?? '');
  return (
    world.call(createLoadBalancer, { Name, Subnets }).LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  );
};

/** A load balancer in two zones that forwards to a group with one running instance in the first. */
const newStack = async (): Promise<Stack> => {
  const world = await createInstanceWorld({ timers: elbv2.timers });
  const [subnet] = world.call(describeSubnets, {}).Subnets ?? [];
  const vpcId = subnet?.VpcId ?? '';
  const loadBalancerArn = newBalancer(world, 'web');
  const groupArn = newGroup(world, vpcId, 'web');
  const listenerArn =
    world.call(createListener, {
      LoadBalancerArn: loadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: groupArn }],
    }).Listeners?.[0]?.ListenerArn ?? '';
  const [instanceId = ''] = world.launch({ SubnetId: subnet?.SubnetId });
  world.clock.advance(30_000);
  world.call(registerTargets, { TargetGroupArn: groupArn, Targets: [{ Id: instanceId }] });
  const zoneId = subnet?.AvailabilityZoneId ?? '';
  return { world, vpcId, loadBalancerArn, groupArn, listenerArn, instanceId, zoneId };
};

const healthOf = ({ world, groupArn }: Stack) =>
  (
    world.call(describeTargetHealth, { TargetGroupArn: groupArn }).TargetHealthDescriptions ?? []
  ).map((one) => one.TargetHealth);

const observe = (stack: Stack, state: 'healthy' | 'unhealthy', zoneId = stack.zoneId): void => {
  stack.world.transact((tx) =>
    observeTargetHealth(tx, {
      targetGroupArn: stack.groupArn,
      targetId: stack.instanceId,
      targetPort: 8080,
      zoneId,
      state,
      ...(state === 'healthy'
        ? {}
        : { reason: 'Target.Timeout' as const, description: 'Request timed out' }),
      at: tx.now,
    }),
  );
};

describe('DescribeTargetHealth', () => {
  it('follows what the nodes see', async () => {
    const stack = await newStack();
    expect(
      stack.world.call(describeTargetHealth, { TargetGroupArn: stack.groupArn })
        .TargetHealthDescriptions,
    ).toEqual([
      {
        Target: { Id: stack.instanceId, Port: 8080 },
        HealthCheckPort: '8080',
        TargetHealth: {
          State: 'initial',
          Reason: 'Elb.RegistrationInProgress',
          Description: 'Target registration is in progress',
        },
      },
    ]);
    observe(stack, 'healthy');
    expect(healthOf(stack)).toEqual([{ State: 'healthy' }]);
    observe(stack, 'unhealthy');
    expect(healthOf(stack)).toEqual([
      { State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' },
    ]);
    observe(stack, 'healthy', 'use1-az9');
    expect(healthOf(stack), 'a zone that is not enabled has no node').toMatchObject([
      { State: 'unhealthy' },
    ]);
  });

  it('does not hear a node whose zone is cut off', async () => {
    const stack = await newStack();
    const other = stack.world
      .call(describeSubnets, {})
      .Subnets?.map((subnet) => subnet.AvailabilityZoneId ?? '')[1];
    observe(stack, 'healthy');
    observe(stack, 'unhealthy', other);
    expect(healthOf(stack)).toMatchObject([{ State: 'healthy' }]);
    const mend = stack.world.breakDown(`zone/${stack.zoneId}`, 'network');
    expect(healthOf(stack)).toMatchObject([{ State: 'unhealthy' }]);
    mend();
    expect(healthOf(stack)).toMatchObject([{ State: 'healthy' }]);
  });

  it('gives AWS’s reasons for what is not used', async () => {
    const stack = await newStack();
    const { world, groupArn, instanceId, listenerArn } = stack;
    const absent = world.call(describeTargetHealth, {
      TargetGroupArn: groupArn,
      Targets: [{ Id: 'i-0123456789abcdef0' }],
    });
    expect(absent.TargetHealthDescriptions?.[0]?.TargetHealth).toEqual({
      State: 'unused',
      Reason: 'Target.NotRegistered',
      Description: 'Target is not registered to the target group',
    });
    world.call(stopInstances, { InstanceIds: [instanceId] });
    world.clock.advance(120_000);
    expect(healthOf(stack)).toEqual([
      {
        State: 'unused',
        Reason: 'Target.InvalidState',
        Description: 'Target is in the stopped state',
      },
    ]);
    world.call(deleteListener, { ListenerArn: listenerArn });
    expect(healthOf(stack)).toEqual([
      {
        State: 'unused',
        Reason: 'Target.NotInUse',
        Description: 'Target group is not configured to receive traffic from the load balancer',
      },
    ]);
  });

  it('does not count what was seen before a target was registered anew', async () => {
    const stack = await newStack();
    observe(stack, 'healthy');
    const named = { TargetGroupArn: stack.groupArn, Targets: [{ Id: stack.instanceId }] };
    stack.world.call(deregisterTargets, named);
    stack.world.clock.advance(1000);
    stack.world.call(registerTargets, named);
    expect(healthOf(stack)).toMatchObject([{ State: 'initial' }]);
  });
});

describe('RegisterTargets', () => {
  it('refuses what cannot be a target', async () => {
    const { world, groupArn, vpcId } = await newStack();
    const fail = (Id: string, TargetGroupArn = groupArn, AvailabilityZone?: string) =>
      world.fail(registerTargets, { TargetGroupArn, Targets: [{ Id, AvailabilityZone }] }).code;
    const [pending = ''] = world.launch();
    expect(fail(pending)).toBe('InvalidTarget');
    expect(fail('i-0123456789abcdef0'), 'of another Region').toBe('InvalidTarget');
    expect(fail('10.0.0.1'), 'an address in a group of instances').toBe('ValidationError');
    const other = world.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? '';
    world.clock.advance(30_000);
    expect(fail(pending, newGroup(world, other, 'other')), 'of another VPC').toBe('InvalidTarget');
    const addresses =
      world.call(createTargetGroup, {
        Name: 'addresses',
        Protocol: 'HTTP',
        Port: 80,
        VpcId: vpcId,
        TargetType: 'ip',
      }).TargetGroups?.[0]?.TargetGroupArn ?? '';
    expect(fail('8.8.8.8', addresses), 'a public address').toBe('InvalidTarget');
    expect(fail('nonsense', addresses)).toBe('ValidationError');
    expect(fail('10.9.9.9', addresses), 'outside the VPC, without a zone').toBe('ValidationError');
    world.call(registerTargets, {
      TargetGroupArn: addresses,
      Targets: [{ Id: '10.9.9.9', AvailabilityZone: 'all' }, { Id: '172.31.0.9' }],
    });
    const targets = world
      .call(describeTargetHealth, { TargetGroupArn: addresses })
      .TargetHealthDescriptions?.map((one) => one.Target);
    expect(targets).toEqual([
      { Id: '10.9.9.9', Port: 80, AvailabilityZone: 'all' },
      { Id: '172.31.0.9', Port: 80 },
    ]);
  });

  it('registers all or none', async () => {
    const stack = await newStack();
    const [second = ''] = stack.world.launch();
    stack.world.clock.advance(30_000);
    stack.world.fail(registerTargets, {
      TargetGroupArn: stack.groupArn,
      Targets: [{ Id: second }, { Id: 'i-0123456789abcdef0' }],
    });
    expect(healthOf(stack)).toHaveLength(1);
  });
});

describe('DeregisterTargets', () => {
  it('drains for the delay, then forgets', async () => {
    const stack = await newStack();
    const named = { TargetGroupArn: stack.groupArn, Targets: [{ Id: stack.instanceId }] };
    observe(stack, 'healthy');
    stack.world.call(deregisterTargets, named);
    const draining = {
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    };
    expect(healthOf(stack)).toEqual([draining]);
    stack.world.clock.advance(299_000);
    expect(healthOf(stack)).toEqual([draining]);
    stack.world.clock.advance(1000);
    expect(healthOf(stack)).toEqual([]);
  });

  it.each(['instance', 'ip'] as const)(
    'without a port is about the group’s own: %s',
    async (TargetType) => {
      const { world, vpcId, instanceId } = await newStack();
      const TargetGroupArn =
        world.call(createTargetGroup, {
          Name: 'ports',
          Protocol: 'HTTP',
          Port: 80,
          VpcId: vpcId,
          TargetType,
        }).TargetGroups?.[0]?.TargetGroupArn ?? '';
      const Id = TargetType === 'ip' ? '172.31.0.9' : instanceId;
      const ports = () =>
        world
          .call(describeTargetHealth, { TargetGroupArn })
          .TargetHealthDescriptions?.map(({ Target }) => Target?.Port);
      world.call(registerTargets, { TargetGroupArn, Targets: [{ Id, Port: 3001 }] });
      world.call(deregisterTargets, { TargetGroupArn, Targets: [{ Id }] });
      expect(ports()).toEqual([3001]);
      world.call(registerTargets, { TargetGroupArn, Targets: [{ Id }, { Id, Port: 3002 }] });
      world.call(deregisterTargets, { TargetGroupArn, Targets: [{ Id }] });
      expect(ports()).toEqual([3001, 3002]);
      world.call(deregisterTargets, { TargetGroupArn, Targets: [{ Id, Port: 3002 }] });
      expect(ports()).toEqual([3001]);
    },
  );

  it('goes at once when no load balancer uses the group', async () => {
    const stack = await newStack();
    stack.world.call(deleteLoadBalancer, { LoadBalancerArn: stack.loadBalancerArn });
    stack.world.call(deregisterTargets, {
      TargetGroupArn: stack.groupArn,
      Targets: [{ Id: stack.instanceId }],
    });
    expect(healthOf(stack)).toEqual([]);
  });
});

describe('target groups', () => {
  it('have AWS’s defaults', async () => {
    const { world, vpcId, groupArn, loadBalancerArn } = await newStack();
    expect(
      world.call(describeTargetGroups, { TargetGroupArns: [groupArn] }).TargetGroups?.[0],
    ).toEqual({
      TargetGroupArn: groupArn,
      TargetGroupName: 'web',
      Protocol: 'HTTP',
      ProtocolVersion: 'HTTP1',
      Port: 8080,
      VpcId: vpcId,
      HealthCheckProtocol: 'HTTP',
      HealthCheckPort: 'traffic-port',
      HealthCheckEnabled: true,
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      HealthCheckPath: '/',
      Matcher: { HttpCode: '200' },
      LoadBalancerArns: [loadBalancerArn],
      TargetType: 'instance',
      IpAddressType: 'ipv4',
    });
    const attributes = world.call(describeTargetGroupAttributes, { TargetGroupArn: groupArn });
    expect(attributes.Attributes).toContainEqual({
      Key: 'deregistration_delay.timeout_seconds',
      Value: '300',
    });
  });

  it.each([
    ['interval', { HealthCheckIntervalSeconds: 4 }],
    ['time-out', { HealthCheckTimeoutSeconds: 121 }],
    ['time-out as long as the interval', { HealthCheckIntervalSeconds: 5 }],
    ['threshold', { HealthyThresholdCount: 11 }],
    ['path', { HealthCheckPath: 'health' }],
    ['matcher', { Matcher: { HttpCode: '500' } }],
    ['port', { HealthCheckPort: '70000' }],
  ])('refuse a health check with a wrong %s', async (_, input) => {
    const { world, groupArn } = await newStack();
    expect(world.fail(modifyTargetGroup, { TargetGroupArn: groupArn, ...input }).code).toBe(
      'ValidationError',
    );
  });

  it('take changes, and say what is not built', async () => {
    const { world, groupArn, vpcId } = await newStack();
    const changed = world.call(modifyTargetGroup, {
      TargetGroupArn: groupArn,
      HealthCheckPath: '/up',
      HealthCheckIntervalSeconds: 10,
      Matcher: { HttpCode: '200-299' },
    });
    expect(changed.TargetGroups?.[0]).toMatchObject({
      HealthCheckPath: '/up',
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 5,
      Matcher: { HttpCode: '200-299' },
    });
    const attribute = (Key: string, Value: string) => ({
      TargetGroupArn: groupArn,
      Attributes: [{ Key, Value }],
    });
    expect(
      world.fail(modifyTargetGroupAttributes, attribute('stickiness.enabled', 'true')).code,
    ).toBe('NotImplemented');
    const https = { Name: 'tls', Protocol: 'HTTPS', Port: 443, VpcId: vpcId } as const;
    expect(world.fail(createTargetGroup, https).code).toBe('NotImplemented');
    expect(world.fail(createTargetGroup, { ...https, Protocol: 'HTTP', VpcId: 'vpc-0' }).code).toBe(
      'ValidationError',
    );
    const same = { Name: 'web', Protocol: 'HTTP', Port: 81, VpcId: vpcId } as const;
    expect(world.fail(createTargetGroup, same).code).toBe('DuplicateTargetGroupName');
  });

  it('cannot be deleted while a listener forwards to them', async () => {
    const { world, groupArn, loadBalancerArn } = await newStack();
    expect(world.fail(deleteTargetGroup, { TargetGroupArn: groupArn }).code).toBe('ResourceInUse');
    world.call(deleteLoadBalancer, { LoadBalancerArn: loadBalancerArn });
    world.call(deleteTargetGroup, { TargetGroupArn: groupArn });
    expect(world.fail(describeTargetGroups, { Names: ['web'] }).code).toBe('TargetGroupNotFound');
  });
});

describe('listeners', () => {
  it('are described with their default rule', async () => {
    const { world, listenerArn, loadBalancerArn, groupArn } = await newStack();
    const { Listeners } = world.call(describeListeners, { LoadBalancerArn: loadBalancerArn });
    expect(Listeners).toEqual([
      {
        ListenerArn: listenerArn,
        LoadBalancerArn: loadBalancerArn,
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [
          {
            Type: 'forward',
            TargetGroupArn: groupArn,
            ForwardConfig: {
              TargetGroups: [{ TargetGroupArn: groupArn, Weight: 1 }],
              TargetGroupStickinessConfig: { Enabled: false },
            },
          },
        ],
      },
    ]);
    const [rule] = world.call(describeRules, { ListenerArn: listenerArn }).Rules ?? [];
    expect(rule).toMatchObject({ Priority: 'default', IsDefault: true });
    expect(world.call(describeRules, { RuleArns: [rule?.RuleArn ?? ''] }).Rules).toEqual([rule]);
  });

  it('refuse what AWS refuses', async () => {
    const { world, loadBalancerArn, groupArn } = await newStack();
    const forward = (TargetGroupArn: string) => [{ Type: 'forward' as const, TargetGroupArn }];
    const input = {
      LoadBalancerArn: loadBalancerArn,
      Protocol: 'HTTP' as const,
      Port: 81,
      DefaultActions: forward(groupArn),
    };
    const code = (change: object): string =>
      world.fail(createListener, { ...input, ...change }).code;
    expect(code({ Port: 80 })).toBe('DuplicateListener');
    expect(code({ Port: 0 })).toBe('ValidationError');
    expect(code({ Protocol: 'TCP' })).toBe('ValidationError');
    expect(code({ Protocol: 'HTTPS' })).toBe('NotImplemented');
    expect(code({ DefaultActions: forward(`${groupArn}0`) })).toBe('TargetGroupNotFound');
    const other = newBalancer(world, 'other');
    expect(code({ LoadBalancerArn: other })).toBe('TargetGroupAssociationLimit');
    expect(code({ LoadBalancerArn: `${other}0` })).toBe('LoadBalancerNotFound');
    const fixed = (StatusCode: string) => [
      { Type: 'fixed-response', FixedResponseConfig: { StatusCode } },
    ];
    expect(code({ DefaultActions: fixed('302') })).toBe('ValidationError');
    const VpcId = world.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? '';
    expect(code({ DefaultActions: forward(newGroup(world, VpcId, 'elsewhere')) })).toBe(
      'InvalidConfigurationRequest',
    );
  });

  it('change their port and action', async () => {
    const { world, listenerArn } = await newStack();
    const changed = world.call(modifyListener, {
      ListenerArn: listenerArn,
      Port: 8081,
      DefaultActions: [
        {
          Type: 'fixed-response',
          FixedResponseConfig: {
            StatusCode: '503',
            ContentType: 'text/plain',
            MessageBody: 'closed',
          },
        },
      ],
    });
    expect(changed.Listeners?.[0]).toMatchObject({
      Port: 8081,
      DefaultActions: [
        {
          Type: 'fixed-response',
          FixedResponseConfig: { StatusCode: '503', MessageBody: 'closed' },
        },
      ],
    });
    world.call(deleteListener, { ListenerArn: listenerArn });
    expect(world.fail(deleteListener, { ListenerArn: listenerArn }).code).toBe('ListenerNotFound');
  });
});
