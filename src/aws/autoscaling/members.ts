import type {
  AttachInstancesQuery,
  DetachInstancesAnswer,
  DetachInstancesQuery,
  EnterStandbyAnswer,
  EnterStandbyQuery,
  ExitStandbyAnswer,
  ExitStandbyQuery,
  ActivityType,
  TerminateInstanceInAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import { Instances, type Instance } from '../ec2/instances/instance-entities.ts';
import type { Operation, Plain } from '../operation.ts';
import { activityAnswer, beginActivity, placeDetails } from './activities.ts';
import {
  attachedByUser,
  detachedByUser,
  movedFromStandby,
  movedToStandby,
  terminatedByUser,
} from './causes.ts';
import {
  AutoScalingGroups,
  GroupInstances,
  ScalingActivities,
  type AutoScalingGroup,
  type GroupInstance,
} from './entities.ts';
import { validation } from './errors.ts';
import { capacityOf, subnetOf, unitsOf } from './group-members.ts';
import { isWeighted, weightOfType } from './launch-pools.ts';
import { wakeGroup } from './group-wake.ts';
import { existingGroup, instancesInGroup, managedInstance } from './lookups.ts';
import { beginLeaving, beginTerminating, enterState, isLeaving } from './member-lifecycle.ts';
import { tagAttached } from './member-tags.ts';

type Answer = Plain<ActivityType>['Activity'];

const answerOf = (tx: Tx, activityId: string): NonNullable<Answer> => {
  const activity = tx.get(ScalingActivities, activityId);
  if (activity === undefined) throw new Error(`The activity ${activityId} has just begun.`);
  return activityAnswer(tx, activity);
};

/** Lowers the desired capacity with instances that leave; refused below the group's minimum. */
const decrement = (
  tx: Tx,
  group: AutoScalingGroup,
  by: number,
  act: string,
): AutoScalingGroup | DomainError => {
  const desiredCapacity = group.desiredCapacity - by;
  if (desiredCapacity < group.minSize) {
    return validation(
      `Currently, desiredSize equals minSize (${group.minSize}). ${act} instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  }
  const lowered: AutoScalingGroup = { ...group, desiredCapacity };
  tx.put(AutoScalingGroups, lowered);
  return lowered;
};

const notInService = (member: GroupInstance): DomainError =>
  validation(`The instance ${member.id} is not in InService or Standby.`);

/** TerminateInstanceInAutoScalingGroup: whether or not the group launches another in its place. */
export const terminateInstance: Operation<TerminateInstanceInAutoScalingGroupType, ActivityType> = (
  tx,
  input,
) => {
  const member = managedInstance(tx, input.InstanceId);
  if (isDomainError(member)) return member;
  if (isLeaving(member)) return notInService(member);
  const group = existingGroup(tx, member.groupName);
  if (isDomainError(group)) return group;
  const isCounted = member.state !== 'Standby' && !member.state.startsWith('Warmed:');
  const isLowered = input.ShouldDecrementDesiredCapacity === true && isCounted;
  const lowered = isLowered ? decrement(tx, group, unitsOf([member]), 'Terminating') : group;
  if (isDomainError(lowered)) return lowered;
  const from = group.desiredCapacity;
  const cause = terminatedByUser(tx.now, member.id, from, lowered.desiredCapacity);
  const activityId = beginTerminating(tx, lowered, member, cause);
  wakeGroup(tx, group.id);
  return { Activity: answerOf(tx, activityId) };
};

type LeavingQuery = Plain<DetachInstancesQuery> & Plain<EnterStandbyQuery>;

/** Takes instances in service out of it, one activity each. */
const takeOut = (
  tx: Tx,
  input: LeavingQuery,
  to: 'Detaching' | 'EnteringStandby',
): readonly NonNullable<Answer>[] | DomainError => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const members = instancesInGroup(tx, group, input.InstanceIds ?? []);
  if (isDomainError(members)) return members;
  const mayLeave = to === 'Detaching' ? ['InService', 'Standby'] : ['InService'];
  const other = members.find((member) => !mayLeave.includes(member.state));
  if (other !== undefined) return notInService(other);
  const act = to === 'Detaching' ? 'Detaching' : 'Moving to standby the';
  const serving = unitsOf(members.filter((member) => member.state === 'InService'));
  const isLowered = input.ShouldDecrementDesiredCapacity === true;
  const lowered = isLowered ? decrement(tx, group, serving, act) : group;
  if (isDomainError(lowered)) return lowered;
  const words = to === 'Detaching' ? detachedByUser : movedToStandby;
  const activities = members.map((member, index) => {
    const from = group.desiredCapacity - (isLowered ? unitsOf(members.slice(0, index)) : 0);
    const cause = words(tx.now, member.id, from, from - (isLowered ? unitsOf([member]) : 0));
    return answerOf(tx, beginLeaving(tx, group, member, to, cause));
  });
  wakeGroup(tx, group.id);
  return activities;
};

/** DetachInstances: they run on, and belong to no group once they have drained. */
export const detachInstances: Operation<DetachInstancesQuery, DetachInstancesAnswer> = (
  tx,
  input,
) => {
  const activities = takeOut(tx, input, 'Detaching');
  return isDomainError(activities) ? activities : { Activities: activities };
};

/** EnterStandby: they stay in the group, out of service and unchecked. */
export const enterStandby: Operation<EnterStandbyQuery, EnterStandbyAnswer> = (tx, input) => {
  const activities = takeOut(tx, input, 'EnteringStandby');
  return isDomainError(activities) ? activities : { Activities: activities };
};

const exceedsMax = (group: AutoScalingGroup, desired: number): DomainError | undefined =>
  desired > group.maxSize
    ? validation(
        `The desired capacity of the AutoScalingGroup would be ${desired}, above its max size of ${group.maxSize}.`,
      )
    : undefined;

const leaveStandby = (
  tx: Tx,
  group: AutoScalingGroup,
  member: GroupInstance,
  from: number,
): NonNullable<Answer> => {
  const activity = beginActivity(tx, group, {
    description: `Moving EC2 instance out of Standby: ${member.id}`,
    cause: movedFromStandby(tx.now, member.id, from, from + unitsOf([member])),
    details: placeDetails(tx, subnetOf(tx, member.id), member.zoneId),
    status: 'PreInService',
    progress: 30,
  });
  enterState(tx, member, 'Pending', { activityId: activity.id });
  return activityAnswer(tx, activity);
};

/** ExitStandby: back into service, by the way that new instances go. */
export const exitStandby: Operation<ExitStandbyQuery, ExitStandbyAnswer> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const members = instancesInGroup(tx, group, input.InstanceIds ?? []);
  if (isDomainError(members)) return members;
  const other = members.find((member) => member.state !== 'Standby');
  if (other !== undefined) return validation(`The instance ${other.id} is not in Standby.`);
  const desiredCapacity = group.desiredCapacity + unitsOf(members);
  const refusal = exceedsMax(group, desiredCapacity);
  if (refusal !== undefined) return refusal;
  tx.put(AutoScalingGroups, { ...group, desiredCapacity });
  const activities = members.map((member, index) =>
    leaveStandby(tx, group, member, group.desiredCapacity + unitsOf(members.slice(0, index))),
  );
  wakeGroup(tx, group.id);
  return { Activities: activities };
};

/** An instance that can join a group: it runs, in one of the group's zones, and no group has it. */
const joinable = (tx: Tx, group: AutoScalingGroup, id: string): Instance | DomainError => {
  const instance = tx.get(Instances, id);
  if (instance === undefined) return validation(`Invalid Instance ID(s): ${id}`);
  if (tx.get(GroupInstances, id) !== undefined) {
    return validation(`Instance ${id} is already part of an Auto Scaling group.`);
  }
  if (instance.state !== 'running') {
    return validation(
      `Instance ${id} is not in correct state. Instance(s) must be in 'running' state.`,
    );
  }
  return group.zoneIds.includes(instance.zoneId)
    ? instance
    : validation(`Instance ${id} is not in an Availability Zone of the Auto Scaling group.`);
};

const join = (tx: Tx, group: AutoScalingGroup, instance: Instance, desired: number): void => {
  const activity = beginActivity(tx, group, {
    description: `Attaching an existing EC2 instance: ${instance.id}`,
    cause: attachedByUser(tx.now, desired),
    details: placeDetails(tx, instance.subnetId, instance.zoneId),
    status: 'PreInService',
    progress: 30,
  });
  tx.put(GroupInstances, {
    id: instance.id,
    groupName: group.id,
    zoneId: instance.zoneId,
    instanceType: instance.instanceType,
    imageId: instance.imageId,
    state: 'Pending',
    isHealthy: true,
    unhealthyCause: null,
    isProtected: group.newInstancesProtected,
    isSurplus: false,
    launchedAt: instance.launchTime,
    inServiceAt: null,
    source: null,
    ...(isWeighted(group) ? { units: weightOfType(group, instance.instanceType) } : {}),
    activityId: activity.id,
  });
  tagAttached(tx, group, instance.id);
};

/** AttachInstances: the desired capacity grows by them. */
export const attachInstances: Operation<AttachInstancesQuery, Record<string, never>> = (
  tx,
  input,
) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const ids = [...new Set(input.InstanceIds ?? [])];
  if (ids.length === 0) return validation('At least one instance ID must be specified.');
  const instances: Instance[] = [];
  for (const id of ids) {
    const instance = joinable(tx, group, id);
    if (isDomainError(instance)) return instance;
    instances.push(instance);
  }
  const desiredCapacity =
    group.desiredCapacity +
    instances.reduce((sum, { instanceType }) => sum + weightOfType(group, instanceType), 0);
  const refusal = exceedsMax(group, Math.max(desiredCapacity, capacityOf(tx, group.id)));
  if (refusal !== undefined) return refusal;
  tx.put(AutoScalingGroups, { ...group, desiredCapacity });
  for (const instance of instances) join(tx, group, instance, desiredCapacity);
  wakeGroup(tx, group.id);
  return {};
};
