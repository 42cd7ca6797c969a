import { Subnets, Vpcs } from '../../src/aws/ec2/entities.ts';
import { Instances, NetworkInterfaces } from '../../src/aws/ec2/instances/instance-entities.ts';
import { Listeners, LoadBalancers, TargetGroups, Targets } from '../../src/aws/elbv2/entities.ts';
import { elbv2 } from '../../src/aws/elbv2/service.ts';
import { call, listOf, newName, once, oneOf, some, type Home, type Run } from './run.ts';

/** Subnets of one VPC, each in a zone of its own. */
const subnetsFor = (run: Run, home: Home, vpcId: string | undefined): readonly string[] => {
  const byZone = new Map(
    listOf(run, home, Subnets)
      .filter((subnet) => subnet.vpcId === vpcId)
      .map((subnet) => [subnet.zoneId, subnet.id]),
  );
  return [...byZone.values()].slice(0, 2 + run.random.below(3));
};

const createLoadBalancer = (run: Run, home: Home, vpcId: string | undefined): void => {
  call(run, home, elbv2, 'CreateLoadBalancer', {
    Name: newName(run, 'balancer'),
    Subnets: subnetsFor(run, home, vpcId),
    ...(once(run, 4) ? { Scheme: 'internal' } : {}),
  });
};

/** Settings under which a well server is found healthy within five minutes. */
const healthCheck = (run: Run) => ({
  HealthCheckIntervalSeconds: oneOf(run, [5, 10, 30]),
  HealthCheckTimeoutSeconds: oneOf(run, [2, 4]),
  HealthyThresholdCount: 2 + run.random.below(4),
  UnhealthyThresholdCount: 2 + run.random.below(3),
});

const createTargetGroup = (run: Run, home: Home, vpcId: string | undefined): void => {
  call(run, home, elbv2, 'CreateTargetGroup', {
    Name: newName(run, 'group'),
    Protocol: 'HTTP',
    Port: 8080,
    VpcId: vpcId,
    TargetType: oneOf(run, ['instance', 'instance', 'ip']),
    ...healthCheck(run),
  });
  if (once(run, 2)) return;
  call(run, home, elbv2, 'ModifyTargetGroupAttributes', {
    TargetGroupArn: listOf(run, home, TargetGroups).at(-1)?.id,
    Attributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: 'false' }],
  });
};

/** What a listener does: mostly it forwards, to one group or to several. */
const action = (run: Run, home: Home) => {
  const groups = listOf(run, home, TargetGroups);
  if (groups.length === 0 || once(run, 8)) {
    return { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } };
  }
  const newest = groups.at(-1);
  if (newest !== undefined && once(run, 2)) {
    return { Type: 'forward', TargetGroupArn: newest.id };
  }
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: some(run, groups, 2).map(({ id }) => ({
        TargetGroupArn: id,
        Weight: run.random.below(5),
      })),
    },
  };
};

const createListener = (run: Run, home: Home): void => {
  const loadBalancers = listOf(run, home, LoadBalancers);
  const loadBalancer = once(run, 2) ? loadBalancers.at(-1) : run.random.pick(loadBalancers);
  call(run, home, elbv2, 'CreateListener', {
    LoadBalancerArn: loadBalancer?.id,
    Protocol: 'HTTP',
    Port: oneOf(run, [80, 80, 8080]),
    DefaultActions: [action(run, home)],
  });
};

/** Registers some servers with a group, by id or by address as it wants them. */
export const registerTargets = (run: Run, home: Home): void => {
  const groups = listOf(run, home, TargetGroups);
  const group = once(run, 2) ? groups.at(-1) : run.random.pick(groups);
  if (group === undefined) return;
  const instances = listOf(run, home, Instances).filter(
    ({ vpcId }) => vpcId === group.vpcId || once(run, 10),
  );
  const view = run.simulated.world.view(home.region, home.account);
  const ids = some(run, instances, 5).flatMap(({ id }) =>
    group.targetType === 'instance'
      ? [id]
      : view.find(NetworkInterfaces, 'instance', id).map((one) => one.privateIpAddress),
  );
  call(run, home, elbv2, 'RegisterTargets', {
    TargetGroupArn: group.id,
    Targets: ids.map((Id) => ({ Id, ...(once(run, 8) ? { Port: 9090 } : {}) })),
  });
};

/** Deregisters some targets; they drain for a while. */
export const deregisterTargets = (run: Run, home: Home): void => {
  const target = run.random.pick(listOf(run, home, Targets));
  if (target === undefined) return;
  call(run, home, elbv2, 'DeregisterTargets', {
    TargetGroupArn: target.targetGroupArn,
    Targets: [{ Id: target.targetId, Port: target.port }],
  });
};

/** A load balancer in front of some servers. */
export const buildBalancer = (run: Run, home: Home): void => {
  const vpcs = listOf(run, home, Vpcs);
  const vpcId = (once(run, 2) ? vpcs.at(-1) : run.random.pick(vpcs))?.id;
  createLoadBalancer(run, home, vpcId);
  createTargetGroup(run, home, vpcId);
  registerTargets(run, home);
  createListener(run, home);
};

const changeGroup = (run: Run, home: Home): void => {
  const group = run.random.pick(listOf(run, home, TargetGroups));
  if (once(run, 2)) {
    call(run, home, elbv2, 'ModifyTargetGroup', {
      TargetGroupArn: group?.id,
      ...healthCheck(run),
    });
    return;
  }
  const [Key, Value] = oneOf<readonly [string, string]>(run, [
    ['load_balancing.cross_zone.enabled', 'false'],
    ['load_balancing.cross_zone.enabled', 'true'],
    ['deregistration_delay.timeout_seconds', '0'],
    ['deregistration_delay.timeout_seconds', '20'],
    ['target_group_health.dns_failover.minimum_healthy_targets.count', '2'],
  ]);
  call(run, home, elbv2, 'ModifyTargetGroupAttributes', {
    TargetGroupArn: group?.id,
    Attributes: [{ Key, Value }],
  });
};

const removeSomething = (run: Run, home: Home): void => {
  const pick = run.random;
  switch (pick.below(3)) {
    case 0:
      call(run, home, elbv2, 'DeleteListener', {
        ListenerArn: pick.pick(listOf(run, home, Listeners))?.id,
      });
      break;
    case 1:
      call(run, home, elbv2, 'DeleteTargetGroup', {
        TargetGroupArn: pick.pick(listOf(run, home, TargetGroups))?.id,
      });
      break;
    default:
      call(run, home, elbv2, 'DeleteLoadBalancer', {
        LoadBalancerArn: pick.pick(listOf(run, home, LoadBalancers))?.id,
      });
  }
};

/** Changes a load balancer, a listener or a group, or takes one away. */
export const changeBalancer = (run: Run, home: Home): void => {
  const loadBalancer = run.random.pick(listOf(run, home, LoadBalancers));
  switch (run.random.below(6)) {
    case 0:
      call(run, home, elbv2, 'SetSubnets', {
        LoadBalancerArn: loadBalancer?.id,
        Subnets: subnetsFor(run, home, loadBalancer?.vpcId),
      });
      break;
    case 1:
      createListener(run, home);
      break;
    case 2:
      call(run, home, elbv2, 'ModifyListener', {
        ListenerArn: run.random.pick(listOf(run, home, Listeners))?.id,
        DefaultActions: [action(run, home)],
      });
      break;
    case 3:
      removeSomething(run, home);
      break;
    default:
      changeGroup(run, home);
  }
};
