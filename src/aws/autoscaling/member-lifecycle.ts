import type { Tx } from '../../world/transaction.ts';
import { Instances } from '../ec2/instances/instance-entities.ts';
import {
  beginStop,
  beginTermination,
  stateReasons,
  userShutdown,
} from '../ec2/instances/instance-lifecycle.ts';
import { beginActivity, moveActivity, placeDetails } from './activities.ts';
import { foundUnhealthy } from './causes.ts';
import type { LifecycleState } from './decisions/group-snapshot.ts';
import {
  AutoScalingGroups,
  GroupInstances,
  type AutoScalingGroup,
  type GroupInstance,
} from './entities.ts';
import { subnetOf } from './group-members.ts';
import type { LifecycleTransition } from './hooks/entities.ts';
import { forgetActions } from './hooks/lifecycle-actions.ts';
import { lifecycleInGroup } from './launch-pools.ts';
import { lifecycleGate } from './lifecycle-gates.ts';
import { untagDetached } from './member-tags.ts';
import { closeZone } from './zone-troubles.ts';
import { WarmPools } from './warm-pool/entities.ts';
import { deregisterMember, isDraining, registerMember } from './target-registration.ts';

/** Puts an instance of a group into a state. */
export const enterState = (
  tx: Tx,
  member: GroupInstance,
  state: LifecycleState,
  changes: Partial<GroupInstance> = {},
): GroupInstance => {
  const next: GroupInstance = { ...member, ...changes, state };
  tx.put(GroupInstances, next);
  return next;
};

/** The instance is the group's no longer. */
const dropMember = (tx: Tx, member: GroupInstance): void => {
  forgetActions(tx, member.id);
  tx.delete(GroupInstances, member.id);
};

const isSuspended = (group: AutoScalingGroup, process: string): boolean =>
  group.suspended.some((one) => one.process === process);

/** The cooldown of a group begins anew when a scaling activity is over. */
const beginCooldown = (tx: Tx, groupName: string): void => {
  const group = tx.get(AutoScalingGroups, groupName);
  if (group === undefined) return;
  const seconds = group.policyCooldownSeconds ?? group.defaultCooldownSeconds;
  const cooldownUntil = tx.now + seconds * 1000;
  tx.put(AutoScalingGroups, { ...group, cooldownUntil });
};

const comesIntoService = (tx: Tx, group: AutoScalingGroup, member: GroupInstance): void => {
  const refusal = isSuspended(group, 'AddToLoadBalancer')
    ? undefined
    : registerMember(tx, group.targetGroupArns, member.id);
  enterState(tx, member, 'InService', { inServiceAt: tx.now, activityId: null });
  moveActivity(tx, member.activityId, 'Successful', { statusMessage: refusal?.message ?? null });
  beginCooldown(tx, group.id);
};

/** A launch that came to nothing. Where EC2 had no capacity after all, the zone is closed for a while. */
const launchFailed = (tx: Tx, group: AutoScalingGroup, member: GroupInstance): void => {
  const instance = tx.get(Instances, member.id);
  const reason = instance?.stateReason;
  moveActivity(tx, member.activityId, 'Failed', {
    statusMessage: `Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: ${reason?.message ?? 'the instance is gone'}`,
  });
  const lifecycle = lifecycleInGroup(tx, group, member.id);
  dropMember(tx, member);
  if (reason?.code === stateReasons.noCapacity.code) {
    closeZone(tx, group.id, member.zoneId, lifecycle);
  }
  const isLeft = instance?.state === 'stopping' || instance?.state === 'stopped';
  // One that somebody stopped meanwhile would be nobody's any more.
  if (isLeft) beginTermination(tx, instance, userShutdown);
};

/** Whether an instance goes on at a moment of its life; else it waits in the state that is given. */
const passesGate = (
  tx: Tx,
  group: AutoScalingGroup,
  member: GroupInstance,
  transition: LifecycleTransition,
  waiting: LifecycleState,
): boolean => {
  if (lifecycleGate(tx, group, member, transition) === 'go-on') return true;
  enterState(tx, member, waiting);
  moveActivity(tx, member.activityId, 'MidLifecycleAction', { progress: 40 });
  return false;
};

const advancePending = (tx: Tx, group: AutoScalingGroup, member: GroupInstance): void => {
  const state = tx.get(Instances, member.id)?.state;
  if (state === 'pending') return;
  if (state !== 'running') return launchFailed(tx, group, member);
  if (member.state === 'Pending:Wait') return;
  const goesOn =
    member.state === 'Pending:Proceed' ||
    passesGate(tx, group, member, 'autoscaling:EC2_INSTANCE_LAUNCHING', 'Pending:Wait');
  if (goesOn) comesIntoService(tx, group, member);
};

/** The instance is out of all target groups, or does not run any more, so that nobody waits for it. */
const hasLeftTargets = (tx: Tx, group: AutoScalingGroup, member: GroupInstance): boolean =>
  tx.get(Instances, member.id)?.state !== 'running' || !isDraining(tx, group, member.id);

const advanceTerminating = (tx: Tx, group: AutoScalingGroup, member: GroupInstance): void => {
  const instance = tx.get(Instances, member.id);
  if (instance === undefined || instance.state === 'terminated') {
    moveActivity(tx, member.activityId, 'Successful');
    dropMember(tx, member);
    beginCooldown(tx, group.id);
    return;
  }
  if (instance.state === 'shutting-down' || member.state.endsWith(':Wait')) return;
  if (!hasLeftTargets(tx, group, member)) {
    return moveActivity(tx, member.activityId, 'WaitingForELBConnectionDraining', {
      progress: 50,
    });
  }
  const isPooled = member.state.startsWith('Warmed:');
  const waiting = isPooled ? 'Warmed:Terminating:Wait' : 'Terminating:Wait';
  const goesOn =
    member.state.endsWith(':Proceed') ||
    passesGate(tx, group, member, 'autoscaling:EC2_INSTANCE_TERMINATING', waiting);
  if (!goesOn) return;
  if (member.isReturning === true && tx.get(WarmPools, group.id) !== undefined) {
    return advanceWarming(tx, group, enterState(tx, member, 'Warmed:Pending:Proceed'));
  }
  // Termination protection is for users: a group lets its instances go all the same.
  beginTermination(tx, instance, userShutdown);
  moveActivity(tx, member.activityId, 'InProgress', { progress: 60 });
};

const advanceLeaving = (tx: Tx, group: AutoScalingGroup, member: GroupInstance): void => {
  if (!hasLeftTargets(tx, group, member)) return;
  moveActivity(tx, member.activityId, 'Successful');
  if (member.state !== 'Detaching') {
    enterState(tx, member, 'Standby', { activityId: null });
    return;
  }
  untagDetached(tx, member.id);
  dropMember(tx, member);
};

/** An instance rests in its pool. */
const rests = (tx: Tx, member: GroupInstance, state: 'Warmed:Stopped' | 'Warmed:Running'): void => {
  moveActivity(tx, member.activityId, 'Successful');
  enterState(tx, member, state, { activityId: null, isReturning: false, inServiceAt: null });
};

/** On its way into the pool: it runs, passes its hooks unless it comes back, and is stopped if the pool wants it so. */
const advanceWarming = (tx: Tx, group: AutoScalingGroup, member: GroupInstance): void => {
  const instance = tx.get(Instances, member.id);
  const state = instance?.state;
  if (state === 'pending' || state === 'stopping') return;
  const isThrough = member.state === 'Warmed:Pending:Proceed';
  if (state === 'stopped' && isThrough) return rests(tx, member, 'Warmed:Stopped');
  if (state !== 'running' || instance === undefined) return launchFailed(tx, group, member);
  if (member.state === 'Warmed:Pending:Wait') return;
  const transition = 'autoscaling:EC2_INSTANCE_LAUNCHING';
  const goesOn = isThrough || passesGate(tx, group, member, transition, 'Warmed:Pending:Wait');
  if (!goesOn) return;
  if (tx.get(WarmPools, group.id)?.poolState === 'Running') {
    return rests(tx, member, 'Warmed:Running');
  }
  beginStop(tx, instance, userShutdown);
  enterState(tx, member, 'Warmed:Pending:Proceed');
};

/** One that rests in its pool is gone, or is not as the pool left it and cannot be used any more. */
const checkResting = (tx: Tx, group: AutoScalingGroup, member: GroupInstance): void => {
  const state = tx.get(Instances, member.id)?.state;
  if (state === (member.state === 'Warmed:Running' ? 'running' : 'stopped')) return;
  if (state === undefined || state === 'terminated') return dropMember(tx, member);
  if (state === 'shutting-down') return;
  beginTerminating(tx, group, member, foundUnhealthy(tx.now, 'gone'));
};

/** Takes an instance of a group as far in its life as it can go now. */
export const advanceMember = (tx: Tx, group: AutoScalingGroup, member: GroupInstance): void => {
  switch (member.state) {
    case 'Pending':
    case 'Pending:Wait':
    case 'Pending:Proceed':
      return advancePending(tx, group, member);
    case 'Terminating':
    case 'Terminating:Wait':
    case 'Terminating:Proceed':
    case 'Warmed:Terminating':
    case 'Warmed:Terminating:Wait':
    case 'Warmed:Terminating:Proceed':
      return advanceTerminating(tx, group, member);
    case 'Detaching':
    case 'EnteringStandby':
      return advanceLeaving(tx, group, member);
    case 'Standby':
      // The group does not look after it, and forgets it with EC2.
      if (tx.get(Instances, member.id) === undefined) dropMember(tx, member);
      return;
    case 'Warmed:Pending':
    case 'Warmed:Pending:Wait':
    case 'Warmed:Pending:Proceed':
      return advanceWarming(tx, group, member);
    case 'Warmed:Stopped':
    case 'Warmed:Running':
      return checkResting(tx, group, member);
    case 'Warmed:Hibernated':
    case 'InService':
      return;
  }
};

/** Begins to let an instance go, or to take it back into the warm pool; answers the id of the activity. */
export const beginTerminating = (
  tx: Tx,
  group: AutoScalingGroup,
  member: GroupInstance,
  cause: string,
  isReturning = false,
): string => {
  // What was still to come of its launch is over.
  moveActivity(tx, member.activityId, 'Cancelled');
  forgetActions(tx, member.id);
  const activity = beginActivity(tx, group, {
    description: isReturning
      ? `Moving EC2 instance to warm pool: ${member.id}`
      : `Terminating EC2 instance: ${member.id}`,
    cause,
    details: placeDetails(tx, subnetOf(tx, member.id), member.zoneId),
    status: 'InProgress',
  });
  const state = member.state.startsWith('Warmed:') ? 'Warmed:Terminating' : 'Terminating';
  const leaving = enterState(tx, member, state, { activityId: activity.id, isReturning });
  deregisterMember(tx, group.targetGroupArns, member.id);
  advanceMember(tx, group, leaving);
  return activity.id;
};

/** Begins to take an instance out of service, into Standby or out of the group; answers the id of the activity. */
export const beginLeaving = (
  tx: Tx,
  group: AutoScalingGroup,
  member: GroupInstance,
  to: 'Detaching' | 'EnteringStandby',
  cause: string,
): string => {
  const { id, zoneId } = member;
  const activity = beginActivity(tx, group, {
    description:
      to === 'Detaching'
        ? `Detaching EC2 instance: ${id}`
        : `Moving EC2 instance to Standby: ${id}`,
    cause,
    details: placeDetails(tx, subnetOf(tx, id), zoneId),
    status: 'InProgress',
    progress: 50,
  });
  enterState(tx, member, to, { activityId: activity.id });
  deregisterMember(tx, group.targetGroupArns, id);
  return activity.id;
};

/** Whether an instance is on its way out of the group. */
export const isLeaving = (member: GroupInstance): boolean =>
  member.state.includes('Terminating') ||
  member.state === 'Detaching' ||
  member.state === 'EnteringStandby';
