import type { Tx, View } from '../../../world/transaction.ts';
import { Alarms } from '../../cloudwatch/entities.ts';
import { refreshedInstance, selectedForTermination } from '../causes.ts';
import {
  instancesOfPercentage,
  planRefresh,
  type RefreshMember,
  type RefreshPlan,
} from '../decisions/refresh-plan.ts';
import { AutoScalingGroups, GroupInstances, type AutoScalingGroup } from '../entities.ts';
import { membersOf } from '../group-members.ts';
import { isReady, warmAt } from '../health-checks.ts';
import { beginTerminating, isLeaving } from '../member-lifecycle.ts';
import { activeRefresh, asRefreshed } from './active-refresh.ts';
import { InstanceRefreshes, type InstanceRefresh } from './entities.ts';
import { beginRollback } from './rollback.ts';

/** "The instance refresh waits up to one hour" for instances to be healthy ("Understand the default values for an instance refresh", User Guide). */
const patienceMs = 3_600_000;

/** How often a refresh looks at the alarms that may end it. */
const alarmLookMs = 60_000;

/** What a step of a refresh leaves to its group. */
export interface RefreshStep {
  /** How many instances to launch beyond what is desired. */
  readonly launch: number;
  /** When to look again without anything happening, perhaps at once; undefined when there is nothing to wait for. */
  readonly lookAt: number | undefined;
}

const nothing: RefreshStep = { launch: 0, lookAt: undefined };

const memberViews = (view: View, group: AutoScalingGroup, outdated: readonly string[]) => {
  const known = new Set(outdated);
  const warming = asRefreshed(view, group);
  return membersOf(view, group.id)
    .filter((member) => !isLeaving(member) && !member.state.startsWith('Warmed:'))
    .map((member): RefreshMember => ({
      ...member,
      healthy: member.isHealthy,
      ready: isReady(view, warming, member),
      isOutdated: known.has(member.id),
    }));
};

const isLastCheckpoint = ({ preferences, checkpointsReached }: InstanceRefresh): boolean =>
  checkpointsReached >= preferences.checkpointPercentages.length;

/** How many may be replaced until the next checkpoint; a rollback has none. */
const allowedNow = (refresh: InstanceRefresh): number => {
  const { preferences, checkpointsReached, total, status } = refresh;
  const percentages = preferences.checkpointPercentages;
  if (status === 'RollbackInProgress' || percentages.length === 0) return total;
  const next = percentages[Math.min(checkpointsReached, percentages.length - 1)] ?? 100;
  return instancesOfPercentage(total, next);
};

const end = (
  tx: Tx,
  refresh: InstanceRefresh,
  status: InstanceRefresh['status'],
  statusReason: string | null = refresh.statusReason,
): RefreshStep => {
  tx.put(InstanceRefreshes, {
    ...refresh,
    status,
    statusReason,
    endedAt: tx.now,
    outdatedIds: [],
    waitsUntil: null,
  });
  return { launch: 0, lookAt: tx.now };
};

/** A refresh that has done its work: the group launches from now on what it has brought. */
const succeed = (tx: Tx, refresh: InstanceRefresh): RefreshStep => {
  const group = tx.get(AutoScalingGroups, refresh.groupName);
  if (refresh.status === 'RollbackInProgress') return end(tx, refresh, 'RollbackSuccessful', null);
  if (group !== undefined && refresh.desired !== null) {
    tx.put(AutoScalingGroups, { ...group, launch: refresh.desired });
  }
  return end(tx, { ...refresh, remaining: 0 }, 'Successful', null);
};

/** A refresh that cannot succeed ends, or goes back if it is told so; a rollback ends. */
const fail = (tx: Tx, refresh: InstanceRefresh, reason: string): RefreshStep => {
  if (refresh.status === 'RollbackInProgress') return end(tx, refresh, 'RollbackFailed', reason);
  if (!refresh.preferences.autoRollback) return end(tx, refresh, 'Failed', reason);
  beginRollback(tx, refresh, `Automatic rollback: ${reason}`);
  return { launch: 0, lookAt: tx.now };
};

/** The first alarm of a refresh that rings. */
const ringing = (view: View, refresh: InstanceRefresh): string | undefined =>
  refresh.preferences.alarms.find((name) => view.get(Alarms, name)?.state.value === 'ALARM');

const waitingWords = ({ waitsFor }: RefreshPlan): string | null => {
  if (waitsFor === undefined) return null;
  const rest = {
    protected: 'is protected from scale in. Remove its protection to continue.',
    standby: 'is in Standby. Move it out of Standby to continue.',
  }[waitsFor.why];
  return `Waiting for remaining instances to be available. For example: ${waitsFor.id} ${rest}`;
};

const terminateOutdated = (tx: Tx, group: AutoScalingGroup, ids: readonly string[]): void => {
  for (const id of ids) {
    const member = tx.get(GroupInstances, id);
    if (member === undefined) continue;
    const causes = [refreshedInstance(tx.now), selectedForTermination(tx.now, id)];
    beginTerminating(tx, group, member, causes.join('  '));
  }
};

/** What to wait for while nothing happens: instances that warm up, the end of patience, alarms. */
const nextLook = (tx: Tx, group: AutoScalingGroup, refresh: InstanceRefresh): number => {
  const warming = asRefreshed(tx, group);
  const moments = [
    ...membersOf(tx, group.id)
      .filter((member) => member.state === 'InService')
      .map((member) => warmAt(warming, member)),
    refresh.progressAt + patienceMs,
    ...(refresh.preferences.alarms.length === 0 ? [] : [tx.now + alarmLookMs]),
  ];
  return Math.min(...moments.filter((at) => at > tx.now));
};

/** A refresh with no instance left to replace bakes for a while if it is told so, and is done. */
const complete = (tx: Tx, refresh: InstanceRefresh): RefreshStep => {
  const { bakeSeconds } = refresh.preferences;
  if (refresh.status !== 'InProgress' || bakeSeconds === 0) return succeed(tx, refresh);
  const waitsUntil = tx.now + bakeSeconds * 1000;
  tx.put(InstanceRefreshes, {
    ...refresh,
    remaining: 0,
    status: 'Baking',
    statusReason: null,
    waitsUntil,
  });
  return { launch: 0, lookAt: waitsUntil };
};

/** The refresh after what it sees: further, or at a checkpoint, where it rests. */
const observed = (tx: Tx, refresh: InstanceRefresh, plan: RefreshPlan): InstanceRefresh => {
  const isFurther = plan.remaining < refresh.remaining;
  const next: InstanceRefresh = {
    ...refresh,
    remaining: plan.remaining,
    progressAt: isFurther ? tx.now : refresh.progressAt,
    statusReason: waitingWords(plan),
  };
  if (refresh.status !== 'InProgress' || isLastCheckpoint(refresh)) return next;
  if (refresh.total - plan.remaining < allowedNow(refresh)) return next;
  const reached: InstanceRefresh = { ...next, checkpointsReached: refresh.checkpointsReached + 1 };
  if (isLastCheckpoint(reached)) return reached;
  const waitsUntil = tx.now + refresh.preferences.checkpointDelaySeconds * 1000;
  return { ...reached, waitsUntil, progressAt: waitsUntil };
};

const isDone = (refresh: InstanceRefresh): boolean => {
  if (refresh.remaining === 0) return true;
  const { preferences, status } = refresh;
  // Checkpoints may end before all is replaced: "the last number in the array must be 100" to replace all.
  const hasCheckpoints = preferences.checkpointPercentages.length > 0;
  return status === 'InProgress' && hasCheckpoints && isLastCheckpoint(refresh);
};

const goOn = (tx: Tx, group: AutoScalingGroup, refresh: InstanceRefresh): RefreshStep => {
  const plan = planRefresh({
    desired: group.desiredCapacity,
    minHealthyPercentage: refresh.preferences.minHealthyPercentage,
    maxHealthyPercentage: refresh.preferences.maxHealthyPercentage,
    members: memberViews(tx, group, refresh.outdatedIds),
    total: refresh.total,
    allowed: allowedNow(refresh),
    protectedInstances: refresh.preferences.protectedInstances,
    standbyInstances: refresh.preferences.standbyInstances,
  });
  const next = observed(tx, refresh, plan);
  if (isDone(next)) return complete(tx, next);
  tx.put(InstanceRefreshes, next);
  if (next.waitsUntil !== null) return { launch: 0, lookAt: next.waitsUntil };
  if (tx.now >= next.progressAt + patienceMs) {
    return fail(
      tx,
      next,
      `${next.statusReason ?? 'Instances that were launched did not become ready'}: no instance was replaced for an hour.`,
    );
  }
  terminateOutdated(tx, group, plan.terminate);
  return { launch: plan.launch, lookAt: nextLook(tx, group, next) };
};

/** Nothing of a refresh that is cancelled is under way any more. */
const isStill = (view: View, group: AutoScalingGroup): boolean =>
  membersOf(view, group.id).every(
    (member) => !member.state.startsWith('Pending') && !member.state.startsWith('Terminating'),
  );

const begun = (tx: Tx, refresh: InstanceRefresh): InstanceRefresh =>
  refresh.status === 'Pending'
    ? { ...refresh, status: 'InProgress', startedAt: tx.now, progressAt: tx.now }
    : refresh;

/**
 * Takes the refresh of a group on by one step, before the group looks at its capacity; nothing when there is none, or when
 * the process InstanceRefresh is suspended.
 */
export const stepRefresh = (tx: Tx, group: AutoScalingGroup): RefreshStep => {
  const found = activeRefresh(tx, group.id);
  if (found === undefined || group.suspended.some((one) => one.process === 'InstanceRefresh')) {
    return nothing;
  }
  if (found.status === 'Cancelling') {
    return isStill(tx, group) ? end(tx, found, 'Cancelled') : nothing;
  }
  const refresh = begun(tx, found);
  const alarm = refresh.status === 'RollbackInProgress' ? undefined : ringing(tx, refresh);
  if (alarm !== undefined) return fail(tx, refresh, `The alarm ${alarm} is in the state ALARM.`);
  if (refresh.waitsUntil !== null && tx.now < refresh.waitsUntil) {
    const looks = [refresh.waitsUntil, nextLook(tx, group, refresh)];
    return { launch: 0, lookAt: Math.min(...looks) };
  }
  if (refresh.status === 'Baking') return succeed(tx, refresh);
  return goOn(tx, group, { ...refresh, waitsUntil: null });
};

/** A group that is deleted takes its refreshes with it. */
export const forgetRefreshes = (tx: Tx, groupName: string): void => {
  for (const refresh of tx.find(InstanceRefreshes, 'group', groupName)) {
    tx.delete(InstanceRefreshes, refresh.id);
  }
};
