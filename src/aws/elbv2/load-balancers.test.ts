import { describe, expect, it } from 'vitest';
import { createInternetGateway } from '../ec2/network/internet-gateways.ts';
import { createSecurityGroup } from '../ec2/network/security-groups.ts';
import { createSubnet, deleteSubnet, describeSubnets } from '../ec2/network/subnets.ts';
import { createInstanceWorld, type InstanceWorld } from '../ec2/instances/test-instances.ts';
import { createVpc } from '../ec2/network/vpcs.ts';
import { describeNetworkInterfaces } from '../ec2/network-interfaces/describe.ts';
import {
  describeLoadBalancerAttributes,
  modifyLoadBalancerAttributes,
} from './load-balancer-attributes.ts';
import {
  createLoadBalancer,
  deleteLoadBalancer,
  describeLoadBalancers,
  setSecurityGroups,
  setSubnets,
} from './load-balancers.ts';
import { addTags, describeTags, removeTags } from './resource-tags.ts';
import { elbv2 } from './service.ts';

const newWorld = (): Promise<InstanceWorld> => createInstanceWorld({ timers: elbv2.timers });

const defaultSubnets = (world: InstanceWorld): readonly string[] =>
  (world.call(describeSubnets, {}).Subnets ?? []).map((subnet) => subnet.SubnetId ?? '');

const create = (world: InstanceWorld, Name = 'web', count = 2) => {
  const Subnets = defaultSubnets(world).slice(0, count);
  const [made] = world.call(createLoadBalancer, { Name, Subnets }).LoadBalancers ?? [];
  if (made === undefined) throw new Error('None was made.');
  return made;
};

describe('CreateLoadBalancer', () => {
  it('is provisioning, then active, in world time', async () => {
    const world = await newWorld();
    const made = create(world);
    expect(made).toMatchObject({
      LoadBalancerArn: expect.stringMatching(
        /^arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer\/app\/web\/[0-9a-f]{16}$/,
      ),
      DNSName: expect.stringMatching(/^web-\d{9,10}\.us-east-1\.elb\.amazonaws\.com$/),
      CanonicalHostedZoneId: 'Z35SXDOTRQ7X7K',
      Scheme: 'internet-facing',
      State: { Code: 'provisioning' },
      Type: 'application',
      IpAddressType: 'ipv4',
      CreatedTime: world.clock.now(),
    });
    expect(made.AvailabilityZones?.map((zone) => zone.ZoneName)).toEqual([
      'us-east-1a',
      'us-east-1b',
    ]);
    expect(made.SecurityGroups).toHaveLength(1);
    world.clock.advance(60_000);
    expect(world.call(describeLoadBalancers, {}).LoadBalancers?.[0]?.State).toEqual({
      Code: 'active',
    });
  });

  it('answers the same one for the same settings, and refuses other settings under its name', async () => {
    const world = await newWorld();
    const first = create(world);
    expect(create(world).LoadBalancerArn).toBe(first.LoadBalancerArn);
    const Subnets = defaultSubnets(world).slice(0, 3);
    expect(world.fail(createLoadBalancer, { Name: 'web', Subnets })).toMatchObject({
      code: 'DuplicateLoadBalancerName',
    });
  });

  it('names internal ones so', async () => {
    const world = await newWorld();
    const [made] =
      world.call(createLoadBalancer, {
        Name: 'inside',
        Scheme: 'internal',
        Subnets: [...defaultSubnets(world)],
      }).LoadBalancers ?? [];
    expect(made?.DNSName).toMatch(/^internal-inside-\d+\./);
  });

  it('has a network interface in each subnet, which keeps the subnet from being deleted', async () => {
    const world = await newWorld();
    const made = create(world);
    const [subnet] = defaultSubnets(world);
    const interfaces = world.call(describeNetworkInterfaces, {}).NetworkInterfaces ?? [];
    expect(interfaces.map((one) => one.Description)).toEqual([
      expect.stringMatching(/^ELB app\/web\//),
      expect.stringMatching(/^ELB app\/web\//),
    ]);
    expect(world.fail(deleteSubnet, { SubnetId: subnet ?? '' }).code).toBe('DependencyViolation');
    world.call(deleteLoadBalancer, { LoadBalancerArn: made.LoadBalancerArn });
    world.call(deleteSubnet, { SubnetId: subnet ?? '' });
  });

  it.each([
    ['one zone', (subnets: readonly string[]) => subnets.slice(0, 1), 'ValidationError'],
    ['no subnet', () => [], 'ValidationError'],
    [
      'a subnet of another Region',
      () => ['subnet-0123456789abcdef0', 'subnet-1'],
      'SubnetNotFound',
    ],
  ])('refuses %s', async (_, subnets, code) => {
    const world = await newWorld();
    const Subnets = [...subnets(defaultSubnets(world))];
    expect(world.fail(createLoadBalancer, { Name: 'web', Subnets }).code).toBe(code);
  });

  it('refuses two subnets of one zone, and two VPCs', async () => {
    const world = await newWorld();
    const VpcId = world.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? '';
    const inZone = (CidrBlock: string, AvailabilityZone: string): string =>
      world.call(createSubnet, { VpcId, CidrBlock, AvailabilityZone }).Subnet?.SubnetId ?? '';
    const [a, b, c] = [
      inZone('10.0.1.0/24', 'us-east-1a'),
      inZone('10.0.2.0/24', 'us-east-1a'),
      inZone('10.0.3.0/24', 'us-east-1b'),
    ];
    const fail = (Subnets: string[]) => world.fail(createLoadBalancer, { Name: 'web', Subnets });
    expect(fail([a, b, c]).code).toBe('InvalidConfigurationRequest');
    expect(fail([a, defaultSubnets(world)[1] ?? '']).code).toBe('InvalidConfigurationRequest');
    expect(fail([a, c])).toMatchObject({
      code: 'InvalidSubnet',
      message: `VPC ${VpcId} has no internet gateway`,
    });
    world.call(createInternetGateway, {});
    const [internal] =
      world.call(createLoadBalancer, { Name: 'web', Scheme: 'internal', Subnets: [a, c] })
        .LoadBalancers ?? [];
    expect(internal?.VpcId).toBe(VpcId);
    const group = world.call(createSecurityGroup, {
      GroupName: 'other',
      Description: 'of the default VPC',
    });
    expect(
      world.fail(setSecurityGroups, {
        LoadBalancerArn: internal?.LoadBalancerArn,
        SecurityGroups: [group.GroupId ?? ''],
      }).code,
    ).toBe('InvalidConfigurationRequest');
  });

  it.each([
    ['', 'ValidationError'],
    ['a'.repeat(33), 'ValidationError'],
    ['has_underscore', 'ValidationError'],
    ['-leading', 'ValidationError'],
    ['trailing-', 'ValidationError'],
    ['internal-web', 'ValidationError'],
  ])('refuses the name "%s"', async (Name, code) => {
    const world = await newWorld();
    const Subnets = [...defaultSubnets(world)];
    expect(world.fail(createLoadBalancer, { Name, Subnets }).code).toBe(code);
  });

  it('says clearly what is not built', async () => {
    const world = await newWorld();
    const Subnets = [...defaultSubnets(world)];
    expect(world.fail(createLoadBalancer, { Name: 'n', Type: 'network', Subnets })).toMatchObject({
      code: 'NotImplemented',
      message:
        "Faultline has not built load balancers of type 'network' of Elastic Load Balancing yet.",
    });
  });
});

describe('DescribeLoadBalancers', () => {
  it('finds by name and ARN, and pages', async () => {
    const world = await newWorld();
    const [one, two] = [create(world, 'one'), create(world, 'two')];
    const names = (output: { LoadBalancers?: readonly { LoadBalancerName?: string }[] }) =>
      output.LoadBalancers?.map((found) => found.LoadBalancerName);
    expect(names(world.call(describeLoadBalancers, { Names: ['two'] }))).toEqual(['two']);
    expect(
      names(world.call(describeLoadBalancers, { LoadBalancerArns: [one.LoadBalancerArn ?? ''] })),
    ).toEqual(['one']);
    const first = world.call(describeLoadBalancers, { PageSize: 1 });
    expect(names(first)).toEqual(['one']);
    const second = world.call(describeLoadBalancers, { PageSize: 1, Marker: first.NextMarker });
    expect([names(second), second.NextMarker]).toEqual([[two.LoadBalancerName], undefined]);
    expect(world.fail(describeLoadBalancers, { Names: ['none'] })).toMatchObject({
      code: 'LoadBalancerNotFound',
      message: 'One or more load balancers not found',
    });
    expect(world.fail(describeLoadBalancers, { LoadBalancerArns: ['x'] }).code).toBe(
      'ValidationError',
    );
  });
});

describe('a load balancer’s settings', () => {
  it('has AWS’s defaults, takes changes, and keeps all when one is refused', async () => {
    const world = await newWorld();
    const { LoadBalancerArn } = create(world);
    const value = (key: string): string | undefined =>
      world
        .call(describeLoadBalancerAttributes, { LoadBalancerArn })
        .Attributes?.find((attribute) => attribute.Key === key)?.Value;
    expect(value('idle_timeout.timeout_seconds')).toBe('60');
    expect(value('load_balancing.cross_zone.enabled')).toBe('true');
    const modify = (Key: string, Value: string) => ({
      LoadBalancerArn,
      Attributes: [
        { Key: 'idle_timeout.timeout_seconds', Value: '30' },
        { Key, Value },
      ],
    });
    for (const [key, text, code] of [
      ['no.such.key', '1', 'InvalidConfigurationRequest'],
      ['client_keep_alive.seconds', '1', 'InvalidConfigurationRequest'],
      ['load_balancing.cross_zone.enabled', 'false', 'InvalidConfigurationRequest'],
      ['access_logs.s3.enabled', 'true', 'NotImplemented'],
    ] as const) {
      expect(world.fail(modifyLoadBalancerAttributes, modify(key, text)).code).toBe(code);
    }
    expect(value('idle_timeout.timeout_seconds')).toBe('60');
    world.call(modifyLoadBalancerAttributes, modify('deletion_protection.enabled', 'true'));
    expect(value('idle_timeout.timeout_seconds')).toBe('30');
    expect(world.fail(deleteLoadBalancer, { LoadBalancerArn }).code).toBe('OperationNotPermitted');
    world.call(modifyLoadBalancerAttributes, modify('deletion_protection.enabled', 'false'));
    world.call(deleteLoadBalancer, { LoadBalancerArn });
    world.call(deleteLoadBalancer, { LoadBalancerArn });
    expect(world.call(describeLoadBalancers, {}).LoadBalancers).toEqual([]);
  });

  it('moves to other zones', async () => {
    const world = await newWorld();
    const { LoadBalancerArn } = create(world);
    const Subnets = defaultSubnets(world).slice(1, 4);
    const moved = world.call(setSubnets, { LoadBalancerArn, Subnets });
    expect(moved.AvailabilityZones?.map((zone) => zone.SubnetId)).toEqual(Subnets);
    const interfaces = world.call(describeNetworkInterfaces, {}).NetworkInterfaces ?? [];
    expect(new Set(interfaces.map((one) => one.SubnetId))).toEqual(new Set(Subnets));
  });

  it('carries tags', async () => {
    const world = await newWorld();
    const { LoadBalancerArn = '' } = create(world);
    const ResourceArns = [LoadBalancerArn];
    world.call(addTags, {
      ResourceArns,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    });
    world.call(removeTags, { ResourceArns, TagKeys: ['a'] });
    expect(world.call(describeTags, { ResourceArns }).TagDescriptions).toEqual([
      { ResourceArn: LoadBalancerArn, Tags: [{ Key: 'b', Value: '2' }] },
    ]);
    const twice = {
      ResourceArns,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
    };
    expect(world.fail(addTags, twice).code).toBe('DuplicateTagKeys');
    const gone = [`${LoadBalancerArn}0`];
    expect(world.fail(describeTags, { ResourceArns: gone }).code).toBe('LoadBalancerNotFound');
  });
});
