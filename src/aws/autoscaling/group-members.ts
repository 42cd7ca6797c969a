import { Subnets, type Subnet } from '../ec2/entities.ts';
import { defaultSubnetIn } from '../ec2/network/default-network.ts';
import { Instances } from '../ec2/instances/instance-entities.ts';
import type { View } from '../../world/transaction.ts';
import { reportedHealth } from '../elbv2/reported-health.ts';
import { Targets, type Target } from '../elbv2/entities.ts';
import { fillsCapacity } from './decisions/group-snapshot.ts';
import { GroupInstances, type AutoScalingGroup, type GroupInstance } from './entities.ts';

/** All instances of a group, oldest first. */
export const membersOf = (view: View, groupName: string): readonly GroupInstance[] =>
  view.find(GroupInstances, 'group', groupName);

/** What instances count of the desired capacity together: by their weights, else each one. */
export const unitsOf = (members: readonly Pick<GroupInstance, 'units'>[]): number =>
  members.reduce((sum, { units = 1 }) => sum + units, 0);

/** How many places of the desired capacity are filled. */
export const capacityOf = (view: View, groupName: string): number =>
  unitsOf(membersOf(view, groupName).filter((member) => fillsCapacity(member.state)));

/** The subnets of a group in one of its zones. */
export const subnetsIn = (
  view: View,
  group: Pick<AutoScalingGroup, 'subnetIds'>,
  zoneId: string,
): readonly Subnet[] => {
  if (group.subnetIds.length === 0) {
    const subnet = defaultSubnetIn(view, zoneId);
    return subnet === undefined ? [] : [subnet];
  }
  return group.subnetIds
    .flatMap((id) => view.get(Subnets, id) ?? [])
    .filter((subnet) => subnet.zoneId === zoneId);
};

/** An instance's registrations with the target groups of its group, draining ones included. */
export const targetsOfMember = (
  view: View,
  group: AutoScalingGroup,
  instanceId: string,
): readonly Target[] =>
  view
    .find(Targets, 'targetId', instanceId)
    .filter(
      ({ targetGroupArn }) =>
        group.targetGroupArns.includes(targetGroupArn) ||
        group.detachingTargetGroupArns.includes(targetGroupArn),
    );

/** What the group's target groups say of an instance. */
export const targetStates = (
  view: View,
  group: AutoScalingGroup,
  instanceId: string,
): readonly string[] =>
  targetsOfMember(view, group, instanceId).map((target) => reportedHealth(view, target).state);

/** The subnet of an instance, for what activities tell. */
export const subnetOf = (view: View, instanceId: string): string =>
  view.get(Instances, instanceId)?.subnetId ?? '';
