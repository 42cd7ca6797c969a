import type { MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling';
import { beforeEach, describe, expect, it } from 'vitest';
import { terminateInstances } from '../ec2/instances/instances.ts';
import { testImage } from '../ec2/instances/test-instances.ts';
import { createLaunchTemplate } from '../ec2/launch-templates/templates.ts';
import type { Plain } from '../operation.ts';
import { describeAutoScalingGroups } from './describe-groups.ts';
import { createAutoScalingGroup, updateAutoScalingGroup } from './groups.ts';
import { lifecycleOf } from './launch-pools.ts';
import { startInstanceRefresh } from './refresh/refreshes.ts';
import { createGroupWorld, type GroupWorld } from './test-groups.ts';

type Policy = Plain<MixedInstancesPolicy>;
type Overrides = NonNullable<NonNullable<Policy['LaunchTemplate']>['Overrides']>;

let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
});

const policy = (
  InstancesDistribution: Policy['InstancesDistribution'],
  Overrides: Overrides = [{ InstanceType: 't3.small' }, { InstanceType: 't3.micro' }],
): Policy => ({
  LaunchTemplate: {
    LaunchTemplateSpecification: { LaunchTemplateName: 'web', Version: '$Latest' },
    Overrides,
  },
  InstancesDistribution,
});

const create = (
  distribution: Policy['InstancesDistribution'],
  more: Parameters<GroupWorld['createGroup']>[0] = {},
  overrides?: Overrides,
): void => {
  world.createGroup({
    LaunchTemplate: undefined,
    MixedInstancesPolicy: policy(distribution, overrides),
    ...more,
  });
  world.advance(1);
};

const resize = (DesiredCapacity: number): void => {
  world.call(updateAutoScalingGroup, { AutoScalingGroupName: 'web', DesiredCapacity });
  world.advance(2);
};

/** The lifecycles of the instances in service, as `2 on-demand, 1 spot`. */
const mix = (): string => {
  const serving = world.members().filter((member) => member.state === 'InService');
  const spot = serving.filter((member) => lifecycleOf(world.view(), member.id) === 'spot').length;
  return `${serving.length - spot} on-demand, ${spot} spot`;
};

const typesOf = (lifecycle: 'spot' | 'on-demand'): readonly string[] =>
  world
    .members()
    .filter((member) => lifecycleOf(world.view(), member.id) === lifecycle)
    .map((member) => member.instanceType);

const spotOnly = { OnDemandPercentageAboveBaseCapacity: 0 } as const;

describe('a group with Spot Instances', () => {
  it('has the base on demand and the percentage of the rest, growing and shrinking', () => {
    create({ OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 50 });
    expect(mix()).toBe('2 on-demand, 1 spot');
    resize(6);
    expect(mix()).toBe('4 on-demand, 2 spot');
    resize(3);
    expect(mix()).toBe('2 on-demand, 1 spot');
    resize(1);
    expect(mix()).toBe('1 on-demand, 0 spot');
  });

  it('takes on demand by the order of the overrides, and Spot where it is cheapest', () => {
    create({
      OnDemandBaseCapacity: 2,
      ...spotOnly,
      SpotAllocationStrategy: 'price-capacity-optimized',
    });
    expect(typesOf('on-demand')).toEqual(['t3.small', 't3.small']);
    expect(typesOf('spot')).toEqual(['t3.micro']);
  });

  it('takes on demand by price as well when it is asked to', () => {
    create({ OnDemandAllocationStrategy: 'lowest-price' });
    expect(typesOf('on-demand')).toEqual(['t3.micro', 't3.micro', 't3.micro']);
  });

  it('spreads over the cheapest pools of a zone, as many as it is told', () => {
    create(
      { ...spotOnly, SpotAllocationStrategy: 'lowest-price', SpotInstancePools: 2 },
      { AvailabilityZones: ['us-east-1a'], DesiredCapacity: 4 },
      [{ InstanceType: 't3.large' }, { InstanceType: 't3.small' }, { InstanceType: 't3.micro' }],
    );
    expect(typesOf('spot').toSorted()).toEqual(['t3.micro', 't3.micro', 't3.small', 't3.small']);
  });

  it('finds another type where the first has no Spot capacity', () => {
    for (const zoneId of world.zoneIds) world.breakDown(`zone/${zoneId}/t3.micro`, 'spot');
    create({ ...spotOnly, SpotAllocationStrategy: 'price-capacity-optimized' });
    expect(typesOf('spot')).toEqual(['t3.small', 't3.small', 't3.small']);
  });

  it('launches on demand where there is no Spot capacity', () => {
    for (const zoneId of world.zoneIds) world.breakDown(`zone/${zoneId}`, 'spot');
    create({ OnDemandBaseCapacity: 2, ...spotOnly });
    expect(mix()).toBe('2 on-demand, 0 spot');
    const [first] = world.members();
    world.call(terminateInstances, { InstanceIds: [first?.id ?? ''] });
    // The wait for Spot capacity has grown to minutes by now: what runs on demand does not wait with it.
    world.advance(30);
    const [second] = world.members();
    world.call(terminateInstances, { InstanceIds: [second?.id ?? ''] });
    world.advance(1);
    expect(mix()).toBe('2 on-demand, 0 spot');
  });

  it('replaces an instance that EC2 has taken', () => {
    create(spotOnly);
    const [first] = world.members();
    world.breakDown(`instance/${first?.id}`, 'spot');
    world.advance(1);
    // Without capacity rebalancing nothing is done beforehand.
    expect(world.members()).toHaveLength(3);
    world.advance(4);
    expect(mix()).toBe('0 on-demand, 3 spot');
    expect(world.members().map(({ id }) => id)).not.toContain(first?.id);
  });

  it('replaces it before EC2 takes it when it rebalances its capacity', () => {
    create(spotOnly, { CapacityRebalance: true });
    const [first] = world.members();
    const id = first?.id ?? '';
    world.breakDown(`instance/${id}`, 'spot');
    world.clock.advance(2_000);
    expect(world.members()).toHaveLength(4);
    expect(world.activities().at(-1)?.cause).toContain('EC2 instance rebalance recommendation');
    world.clock.advance(60_000);
    expect(world.members().map((one) => one.id)).not.toContain(id);
    expect(mix()).toBe('0 on-demand, 3 spot');
    expect(world.serving()).toBe('1/1/1');
    world.advance(10);
    expect(mix()).toBe('0 on-demand, 3 spot');
  });

  it('chooses types by their attributes', () => {
    create({ ...spotOnly, SpotAllocationStrategy: 'price-capacity-optimized' }, {}, [
      {
        InstanceRequirements: {
          VCpuCount: { Min: 2, Max: 2 },
          MemoryMiB: { Min: 8192, Max: 8192 },
          AllowedInstanceTypes: ['m5.*', 'm5a.*', 'm6i.*'],
        },
      },
    ]);
    // Of these only the price of m5 is known.
    expect(typesOf('spot')).toEqual(['m5.large', 'm5.large', 'm5.large']);
    const { AutoScalingGroups: groups } = world.call(describeAutoScalingGroups, {});
    expect(groups?.[0]?.MixedInstancesPolicy).toMatchObject({
      LaunchTemplate: {
        Overrides: [{ InstanceRequirements: { VCpuCount: { Min: 2, Max: 2 } } }],
      },
      InstancesDistribution: {
        OnDemandAllocationStrategy: 'lowest-price',
        OnDemandPercentageAboveBaseCapacity: 0,
        SpotAllocationStrategy: 'price-capacity-optimized',
      },
    });
  });

  it('takes the market of its launch template when it has no policy', () => {
    world.call(createLaunchTemplate, {
      LaunchTemplateName: 'spot',
      LaunchTemplateData: {
        ImageId: testImage(),
        InstanceType: 't3.micro',
        InstanceMarketOptions: { MarketType: 'spot' },
      },
    });
    world.createGroup({ LaunchTemplate: { LaunchTemplateName: 'spot' } });
    world.advance(1);
    expect(mix()).toBe('0 on-demand, 3 spot');
  });

  it.each([
    [{ SpotAllocationStrategy: 'cheapest' }, undefined],
    [{ OnDemandAllocationStrategy: 'cheapest' }, undefined],
    [{ SpotAllocationStrategy: 'capacity-optimized', SpotInstancePools: 3 }, undefined],
    [{ SpotInstancePools: 21 }, undefined],
    [{ SpotMaxPrice: 'much' }, undefined],
    [{}, [{ InstanceRequirements: { VCpuCount: { Min: 1 }, MemoryMiB: {} } }]],
    [{}, [{ InstanceRequirements: { VCpuCount: { Min: 5000 }, MemoryMiB: { Min: 1 } } }]],
    [
      {},
      [
        {
          InstanceType: 't3.micro',
          InstanceRequirements: { VCpuCount: { Min: 1 }, MemoryMiB: { Min: 1 } },
        },
      ],
    ],
  ] as const)('is refused with %j and %j', (distribution, overrides) => {
    expect(
      world.fail(createAutoScalingGroup, {
        AutoScalingGroupName: 'web',
        MinSize: 0,
        MaxSize: 1,
        AvailabilityZones: ['us-east-1a'],
        // Some of these are not what the SDK's types allow, as a user's mistakes.
        MixedInstancesPolicy: policy(distribution, overrides as Overrides | undefined),
      }).code,
    ).toBe('ValidationError');
  });
});

describe('weights', () => {
  const weighted: Overrides = [
    { InstanceType: 't3.small', WeightedCapacity: '2' },
    { InstanceType: 't3.micro', WeightedCapacity: '1' },
  ];
  const names = (): readonly string[] => world.members().map((member) => member.instanceType);

  it('let an instance count for several, and the last exceed what is desired', () => {
    create({}, { DesiredCapacity: 5 }, weighted);
    expect(names()).toEqual(['t3.small', 't3.small', 't3.small']);
    const { AutoScalingGroups: groups } = world.call(describeAutoScalingGroups, {});
    expect(groups?.[0]?.Instances?.[0]).toMatchObject({ WeightedCapacity: '2' });
    expect(groups?.[0]?.MixedInstancesPolicy?.LaunchTemplate?.Overrides).toMatchObject(weighted);
    world.advance(30);
    expect(world.members()).toHaveLength(3);
  });

  it('let no instance go whose end would fall short of what is desired', () => {
    create({}, { DesiredCapacity: 6 }, weighted);
    resize(5);
    expect(world.members()).toHaveLength(3);
    resize(4);
    expect(world.members()).toHaveLength(2);
    resize(1);
    expect(world.members()).toHaveLength(1);
  });

  it('count for the base on demand and the percentage as well', () => {
    create(
      { OnDemandBaseCapacity: 2, ...spotOnly, SpotAllocationStrategy: 'capacity-optimized' },
      { DesiredCapacity: 6 },
      weighted,
    );
    expect(mix()).toBe('1 on-demand, 2 spot');
  });

  it('go by the price of a unit where the price decides', () => {
    // A large costs twice a medium, and counts three times as much.
    create({ ...spotOnly, SpotAllocationStrategy: 'price-capacity-optimized' }, {}, [
      { InstanceType: 't3.medium', WeightedCapacity: '1' },
      { InstanceType: 't3.large', WeightedCapacity: '3' },
    ]);
    expect(names()).toEqual(['t3.large']);
  });

  it('replace an instance that is lost by what it counted', () => {
    create({}, { DesiredCapacity: 4 }, weighted);
    const [first] = world.members();
    world.breakDown(`instance/${first?.id}`, 'power');
    world.advance(10);
    expect(names()).toEqual(['t3.small', 't3.small']);
    expect(world.members().map(({ id }) => id)).not.toContain(first?.id);
  });

  it.each([
    [[{ InstanceType: 't3.micro', WeightedCapacity: '0' }]],
    [[{ InstanceType: 't3.micro', WeightedCapacity: 'x' }]],
    [[{ InstanceType: 't3.micro', WeightedCapacity: '2' }, { InstanceType: 't3.small' }]],
  ] as const)('cannot be %j', (overrides) => {
    expect(
      world.fail(createAutoScalingGroup, {
        AutoScalingGroupName: 'web',
        MinSize: 0,
        MaxSize: 1,
        AvailabilityZones: ['us-east-1a'],
        MixedInstancesPolicy: policy({}, overrides),
      }).code,
    ).toBe('ValidationError');
  });

  it('are not built for instance refreshes, which say so', () => {
    create({}, { DesiredCapacity: 4 }, weighted);
    expect(world.fail(startInstanceRefresh, { AutoScalingGroupName: 'web' }).code).toBe(
      'NotImplemented',
    );
  });
});
