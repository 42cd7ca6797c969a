import type { Timer, Tx } from '../../world/transaction.ts';
import { foundUnhealthy, selectedForTermination, stoppedForDifference } from './causes.ts';
import { controlPlaneLookMs, isControlPlaneUp } from './control-plane.ts';
import { planCapacity, type CapacityPlan } from './decisions/capacity-plan.ts';
import type { GroupSnapshot } from './decisions/group-snapshot.ts';
import { AutoScalingGroups, GroupInstances, type AutoScalingGroup } from './entities.ts';
import { forgetGroup } from './forget-group.ts';
import { carryOutLaunches, launchBeyond } from './group-launches.ts';
import { capacityOf, membersOf, targetsOfMember, unitsOf } from './group-members.ts';
import { snapshotOf } from './group-view.ts';
import { reconcileKind, wakeGroup, wakeGroupAt } from './group-wake.ts';
import { checkHealth, warmAt } from './health-checks.ts';
import { asRefreshed } from './refresh/active-refresh.ts';
import { stepRefresh, type RefreshStep } from './refresh/refresh-step.ts';
import { advanceMember, beginTerminating, isLeaving } from './member-lifecycle.ts';
import { WarmPools } from './warm-pool/entities.ts';
import { reconcileWarmPool } from './warm-pool/pool-reconcile.ts';

const terminateUnhealthy = (tx: Tx, group: AutoScalingGroup, memberId: string): void => {
  const member = tx.get(GroupInstances, memberId);
  if (member === undefined) return;
  const cause = member.unhealthyCause ?? foundUnhealthy(tx.now, 'user');
  beginTerminating(tx, group, member, cause);
  const current = tx.get(AutoScalingGroups, group.id);
  if (current === undefined || member.isSurplus) return;
  tx.put(AutoScalingGroups, { ...current, toReplace: current.toReplace + unitsOf([member]) });
};

const terminateForDifference = (
  tx: Tx,
  group: AutoScalingGroup,
  memberId: string,
  causes: readonly string[],
): void => {
  const member = tx.get(GroupInstances, memberId);
  if (member === undefined) return;
  const pool = tx.get(WarmPools, group.id);
  const isReturning = pool?.reuseOnScaleIn === true && !pool.isDeleting && member.isHealthy;
  const cause = [...causes, selectedForTermination(tx.now, memberId)].join('  ');
  beginTerminating(tx, group, member, cause, isReturning && member.state === 'InService');
};

const carryOutTerminations = (tx: Tx, group: AutoScalingGroup, plan: CapacityPlan): void => {
  for (const { memberId, why } of plan.terminate) {
    if (why === 'unhealthy') terminateUnhealthy(tx, group, memberId);
  }
  const surplus = plan.terminate.filter(({ why }) => why === 'capacity');
  if (surplus.length === 0) return;
  const from = capacityOf(tx, group.id);
  const going = surplus.flatMap(({ memberId }) => tx.get(GroupInstances, memberId) ?? []);
  const causes = [...group.causes, stoppedForDifference(tx.now, from, from - unitsOf(going))];
  tx.put(AutoScalingGroups, { ...group, causes: [] });
  for (const { memberId } of surplus) terminateForDifference(tx, group, memberId, causes);
};

/** Instances that were launched for others to go are like the others once they are ready. */
const settleSurplus = (tx: Tx, snapshot: GroupSnapshot): void => {
  for (const { id, isSurplus, ready } of snapshot.members) {
    const member = isSurplus && ready ? tx.get(GroupInstances, id) : undefined;
    if (member !== undefined) tx.put(GroupInstances, { ...member, isSurplus: false });
  }
};

/** Target groups that were detached are the group's no longer once nothing drains there. */
const settleTargetGroups = (tx: Tx, group: AutoScalingGroup): void => {
  if (group.detachingTargetGroupArns.length === 0) return;
  const draining = new Set(
    membersOf(tx, group.id)
      .flatMap((member) => targetsOfMember(tx, group, member.id))
      .map((target) => target.targetGroupArn),
  );
  const detachingTargetGroupArns = group.detachingTargetGroupArns.filter((arn) =>
    draining.has(arn),
  );
  if (detachingTargetGroupArns.length === group.detachingTargetGroupArns.length) return;
  tx.put(AutoScalingGroups, { ...group, detachingTargetGroupArns });
};

/** Takes a group that is to be deleted towards its end: all instances go, then the group. */
const reconcileDeletion = (tx: Tx, group: AutoScalingGroup): void => {
  for (const member of membersOf(tx, group.id)) {
    if (!isLeaving(member)) beginTerminating(tx, group, member, group.causes.join('  '));
  }
  if (membersOf(tx, group.id).length === 0) forgetGroup(tx, group);
};

const earliest = (moments: readonly (number | undefined)[], now: number): number | undefined => {
  const coming = moments.filter((at): at is number => at !== undefined && at > now);
  return coming.length === 0 ? undefined : Math.min(...coming);
};

/** When a group that nothing happens to looks at itself again; undefined when it has nothing to wait for. */
const nextLook = (
  tx: Tx,
  groupName: string,
  looks: readonly (number | undefined)[],
): number | undefined => {
  const found = tx.get(AutoScalingGroups, groupName);
  if (found === undefined) return undefined;
  const group = asRefreshed(tx, found);
  const warming = membersOf(tx, groupName)
    .filter((member) => member.isSurplus && member.state === 'InService')
    .map((member) => warmAt(group, member));
  const troubles = [...Object.values(group.zoneTroubles), group.launchTrouble];
  return earliest([...looks, ...warming, ...troubles.map((one) => one?.until)], tx.now);
};

/** Launches and lets go what the group's capacity asks for, and sets when it looks again. */
const settleCapacity = (
  tx: Tx,
  group: AutoScalingGroup,
  { launch: surplus, lookAt }: RefreshStep,
  healthLook: number | undefined,
): void => {
  const draw = tx.random('autoscaling/choices').uint32();
  const snapshot = snapshotOf(tx, asRefreshed(tx, group), draw);
  const plan = planCapacity(snapshot);
  settleSurplus(tx, snapshot);
  carryOutTerminations(tx, group, plan);
  carryOutLaunches(tx, tx.get(AutoScalingGroups, group.id) ?? group, snapshot, plan);
  launchBeyond(tx, snapshot, group.id, surplus);
  reconcileWarmPool(tx, group.id, snapshot);
  // Others may be launched for those that go: a later activity, after this one.
  if (plan.terminate.length > 0 || lookAt === tx.now) return wakeGroup(tx, group.id);
  const at = nextLook(tx, group.id, [healthLook, lookAt]);
  if (at !== undefined) wakeGroupAt(tx, group.id, at);
};

/**
 * Brings a group towards what is desired of it, by one step: instances go on in their lives, fail their checks or not, are
 * refreshed, and what is missing, too much or badly spread is launched or let go. Level-triggered and idempotent: it may run
 * at any time. A group with nothing to wait for sets no timer; whoever changes something that concerns it wakes it
 * (`group-wake.ts`).
 */
const reconcileGroup = (tx: Tx, groupName: string): void => {
  const found = tx.get(AutoScalingGroups, groupName);
  if (found === undefined) return;
  if (!isControlPlaneUp(tx)) return wakeGroupAt(tx, groupName, tx.now + controlPlaneLookMs);
  for (const member of membersOf(tx, groupName)) advanceMember(tx, found, member);
  settleTargetGroups(tx, tx.get(AutoScalingGroups, groupName) ?? found);
  const group = tx.get(AutoScalingGroups, groupName) ?? found;
  if (group.status === 'deleting') return reconcileDeletion(tx, group);
  const healthLook = checkHealth(tx, group, membersOf(tx, groupName));
  const refreshed = stepRefresh(tx, group);
  settleCapacity(tx, tx.get(AutoScalingGroups, groupName) ?? group, refreshed, healthLook);
};

/** The timers of groups. */
export const groupTimers: Readonly<Record<string, (tx: Tx, timer: Timer) => void>> = {
  [reconcileKind]: (tx, timer) => {
    if (typeof timer.payload === 'string') reconcileGroup(tx, timer.payload);
  },
};
