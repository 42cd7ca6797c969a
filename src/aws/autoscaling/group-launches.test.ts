import { beforeEach, describe, expect, it } from 'vitest';
import { Subnets } from '../ec2/entities.ts';
import { createLaunchTemplateVersion } from '../ec2/launch-templates/versions.ts';
import { createSubnet } from '../ec2/network/subnets.ts';
import { describeAutoScalingGroups } from './describe-groups.ts';
import { createAutoScalingGroup, updateAutoScalingGroup } from './groups.ts';
import { createGroupWorld, type GroupWorld } from './test-groups.ts';

let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
});

const template = { LaunchTemplateName: 'web', Version: '$Latest' };
const types = (): readonly string[] => world.members().map((member) => member.instanceType);

const mixed = {
  LaunchTemplate: {
    LaunchTemplateSpecification: template,
    Overrides: [{ InstanceType: 't3.small' }, { InstanceType: 't3.medium' }],
  },
};

describe('a mixed instances policy', () => {
  it('goes by the order of its overrides', () => {
    world.createGroup({ LaunchTemplate: undefined, MixedInstancesPolicy: mixed });
    world.advance(1);
    expect(types()).toEqual(['t3.small', 't3.small', 't3.small']);
    const { AutoScalingGroups: groups } = world.call(describeAutoScalingGroups, {});
    expect(groups?.[0]?.MixedInstancesPolicy).toMatchObject({
      LaunchTemplate: { Overrides: [{ InstanceType: 't3.small' }, { InstanceType: 't3.medium' }] },
      InstancesDistribution: {
        OnDemandAllocationStrategy: 'prioritized',
        OnDemandPercentageAboveBaseCapacity: 100,
      },
    });
  });

  it('lets the types that are wanted least go first', () => {
    const turned = {
      LaunchTemplate: {
        ...mixed.LaunchTemplate,
        Overrides: mixed.LaunchTemplate.Overrides.toReversed(),
      },
    };
    world.createGroup({ LaunchTemplate: undefined, MixedInstancesPolicy: mixed });
    world.advance(1);
    world.call(updateAutoScalingGroup, {
      AutoScalingGroupName: 'web',
      MixedInstancesPolicy: turned,
      DesiredCapacity: 6,
    });
    world.advance(1);
    world.call(updateAutoScalingGroup, { AutoScalingGroupName: 'web', DesiredCapacity: 3 });
    world.advance(1);
    expect(types()).toEqual(['t3.medium', 't3.medium', 't3.medium']);
    expect(world.serving()).toBe('1/1/1');
  });

  it('is refused where it asks for what cannot be', () => {
    const create = (MixedInstancesPolicy: object): string =>
      world.fail(createAutoScalingGroup, {
        AutoScalingGroupName: 'web',
        MinSize: 0,
        MaxSize: 1,
        AvailabilityZones: ['us-east-1a'],
        MixedInstancesPolicy,
      }).code;
    expect([
      create({
        ...mixed,
        InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 101 },
      }),
      create({
        LaunchTemplate: {
          LaunchTemplateSpecification: template,
          Overrides: [{ InstanceType: 'x9.tiny' }],
        },
      }),
    ]).toEqual(['ValidationError', 'ValidationError']);
  });
});

describe('a group of subnets', () => {
  it('launches in them, also when its template describes a network interface', () => {
    const subnets = world
      .view()
      .list(Subnets)
      .filter((subnet) => world.zoneIds.includes(subnet.zoneId));
    world.call(createLaunchTemplateVersion, {
      LaunchTemplateName: 'web',
      SourceVersion: '1',
      LaunchTemplateData: {
        NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false }],
      },
    });
    const VPCZoneIdentifier = subnets.map((subnet) => subnet.id).join(',');
    world.createGroup({
      LaunchTemplate: template,
      AvailabilityZones: undefined,
      VPCZoneIdentifier,
    });
    world.advance(1);
    expect(world.serving()).toBe('1/1/1');
    const described = world.members().map((member) => world.describe(member.id));
    expect(new Set(described.map((one) => one.SubnetId))).toEqual(
      new Set(subnets.map((subnet) => subnet.id)),
    );
    expect(described.map((one) => one.PublicIpAddress)).toEqual([undefined, undefined, undefined]);
  });

  it('moves to where it is told to be, one after the other', () => {
    world.createGroup({ MaxSize: 3 });
    world.advance(1);
    const [subnet] = world.view().list(Subnets);
    const { Subnet } = world.call(createSubnet, {
      VpcId: subnet?.vpcId ?? '',
      CidrBlock: '172.31.240.0/24',
      AvailabilityZoneId: world.zoneIds[0],
    });
    world.call(updateAutoScalingGroup, {
      AutoScalingGroupName: 'web',
      VPCZoneIdentifier: Subnet?.SubnetId,
    });
    let least = Infinity;
    for (let second = 0; second < 300; second++) {
      world.advance(1 / 60);
      least = Math.min(
        least,
        world.members().filter((member) => member.state === 'InService').length,
      );
    }
    expect([world.serving(), least]).toEqual(['3/0/0', 3]);
  });
});
