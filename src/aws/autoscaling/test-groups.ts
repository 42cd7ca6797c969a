import type { CreateAutoScalingGroupType } from '@aws-sdk/client-auto-scaling';
import { earth, type Geography } from '../../atlas/geography.ts';
import { cloudwatch } from '../cloudwatch/service.ts';
import { accountZones } from '../shared/account-zones.ts';
import { createLaunchTemplate } from '../ec2/launch-templates/templates.ts';
import {
  createInstanceWorld,
  testImage,
  type InstanceWorld,
} from '../ec2/instances/test-instances.ts';
import { ec2 as ec2Service } from '../ec2/service.ts';
import { elbv2 } from '../elbv2/service.ts';
import type { Plain } from '../operation.ts';
import {
  AutoScalingGroups,
  GroupInstances,
  ScalingActivities,
  type AutoScalingGroup,
  type GroupInstance,
  type ScalingActivity,
} from './entities.ts';
import { createAutoScalingGroup } from './groups.ts';
import { autoscaling } from './service.ts';

/** A world with groups in it, for tests. Its Region has six zones; groups use the first three unless told otherwise. */
export interface GroupWorld extends InstanceWorld {
  /** Zones by id, in the order of their names. */
  readonly zoneIds: readonly string[];
  /** Creates the group `web`, of three instances over three zones unless the input says otherwise. */
  createGroup(input?: Partial<Plain<CreateAutoScalingGroupType>>): void;
  advance(minutes: number): void;
  group(): AutoScalingGroup;
  members(): readonly GroupInstance[];
  /** How many instances are in service in each of the three zones, as `2/2/2`. */
  serving(): string;
  activities(): readonly ScalingActivity[];
}

/** The zones of the test account, as their names end. */
const letters = ['a', 'b', 'c'] as const;

/** Opens such a world, with the launch template `web`. */
export const createGroupWorld = async (
  seed = 1,
  geography: Geography = earth,
): Promise<GroupWorld> => {
  const ec2 = await createInstanceWorld({
    seed,
    geography,
    services: [ec2Service, elbv2, cloudwatch, autoscaling],
  });
  ec2.call(createLaunchTemplate, {
    LaunchTemplateName: 'web',
    LaunchTemplateData: { ImageId: testImage(), InstanceType: 't3.micro' },
  });
  const zoneIds = accountZones(ec2.view())
    .slice(0, letters.length)
    .map((zone) => zone.id);
  const members = (): readonly GroupInstance[] => ec2.view().find(GroupInstances, 'group', 'web');
  return {
    ...ec2,
    zoneIds,
    createGroup: (input = {}) => {
      ec2.call(createAutoScalingGroup, {
        AutoScalingGroupName: 'web',
        LaunchTemplate: { LaunchTemplateName: 'web' },
        MinSize: 0,
        MaxSize: 6,
        DesiredCapacity: 3,
        AvailabilityZones: letters.map((letter) => `${ec2.region}${letter}`),
        ...input,
      });
    },
    advance: (minutes) => ec2.clock.advance(minutes * 60_000),
    group: () => {
      const group = ec2.view().get(AutoScalingGroups, 'web');
      if (group === undefined) throw new Error('There is no group web.');
      return group;
    },
    members,
    serving: () =>
      zoneIds
        .map(
          (zoneId) =>
            members().filter((one) => one.zoneId === zoneId && one.state === 'InService').length,
        )
        .join('/'),
    activities: () => ec2.view().find(ScalingActivities, 'group', 'web'),
  };
};
