import type { Tx, View } from '../../../world/transaction.ts';
import type { ActionOutcome, AlarmAction, AlarmEvent } from '../../cloudwatch/alarm-actions.ts';
import { Alarms, type Alarm } from '../../cloudwatch/entities.ts';
import { parseStatistic, statisticOf } from '../../cloudwatch/metric-values.ts';
import { datapointsOf } from '../../cloudwatch/read-metric.ts';
import { triggeredByAlarm } from '../causes.ts';
import { isControlPlaneUp } from '../control-plane.ts';
import { scaledIn, scaledOut, type Tracking } from '../decisions/target-tracking.ts';
import { changeDesiredCapacity } from '../desired-capacity.ts';
import { AutoScalingGroups, type AutoScalingGroup } from '../entities.ts';
import { ScalingPolicies, type PolicyRule, type ScalingPolicy } from './entities.ts';
import { applySimple, applyStep } from './execute-policy.ts';
import { isMovedSince, standingOf, warmupMs } from './standing.ts';

const done: ActionOutcome = { state: 'Succeeded' };
const failed = (error: string): ActionOutcome => ({ state: 'Failed', error });

type TrackingRule = Extract<PolicyRule, { kind: 'TargetTrackingScaling' }>;

/**
 * A metric of a minute is known a while after it: until then what it says is of the group as it was. AWS waits likewise, by
 * warm-up and by what it calls the time to stabilize.
 */
const metricLagMs = 120_000;

/** The newest value of an alarm's metric within its evaluation range; undefined when there is none. */
const newestValue = (view: View, alarm: Alarm): number | undefined => {
  const { metricId, rule } = alarm;
  const periodMs = rule.periodSeconds * 1000;
  const until = view.now - (view.now % periodMs);
  const from = until - rule.evaluationPeriods * periodMs;
  const statistic = parseStatistic(rule.statistic);
  const newest = datapointsOf(view, metricId, { from, until, periodMs }, rule.unit ?? undefined).at(
    -1,
  );
  return statistic === undefined || newest === undefined
    ? undefined
    : statisticOf(newest.aggregate, statistic);
};

const trackingOf = (
  view: View,
  group: AutoScalingGroup,
  rule: TrackingRule,
  metric: number,
): Tracking => {
  const standing = standingOf(
    view,
    group,
    Math.max(metricLagMs, warmupMs(group, rule.warmupSeconds)),
  );
  const isSettling = isMovedSince(view, group, metricLagMs);
  return { ...standing, isSettling, metric, target: rule.target };
};

/** Policies of a group that scale in by tracking a target, but one. */
const otherTrackers = (view: View, policy: ScalingPolicy): readonly ScalingPolicy[] =>
  view
    .find(ScalingPolicies, 'group', policy.groupName)
    .filter((other) => other.id !== policy.id && other.isEnabled && other.alarmLow !== null);

/**
 * What is desired when a policy's low alarm rings: the most that any of the group's policies wants, and only "if all of the
 * target tracking policies (with the scale-in portion enabled) are ready to scale in" ("Multiple target tracking policies",
 * User Guide).
 */
const agreedScaleIn = (
  view: View,
  group: AutoScalingGroup,
  policy: ScalingPolicy,
  own: number,
): number => {
  let most = own;
  for (const other of otherTrackers(view, policy)) {
    const alarm = view.get(Alarms, other.alarmLow ?? '');
    if (other.rule.kind !== 'TargetTrackingScaling') continue;
    const metric = alarm?.state.value === 'ALARM' ? newestValue(view, alarm) : undefined;
    if (metric === undefined) return group.desiredCapacity;
    most = Math.max(most, scaledIn(trackingOf(view, group, other.rule, metric)));
  }
  return most;
};

const track = (
  tx: Tx,
  group: AutoScalingGroup,
  policy: ScalingPolicy,
  rule: TrackingRule,
  event: AlarmEvent,
): ActionOutcome => {
  const { alarm } = event;
  const metric = event.datapoints.at(-1)?.value ?? newestValue(tx, alarm);
  if (metric === undefined) return failed('There is no data of the metric to scale by');
  const tracking = trackingOf(tx, group, rule, metric);
  const desired =
    alarm.id === policy.alarmLow
      ? agreedScaleIn(tx, group, policy, scaledIn(tracking))
      : scaledOut(tracking);
  const before = group.desiredCapacity;
  const cause = triggeredByAlarm(tx.now, alarm.id, policy.name, before, desired);
  changeDesiredCapacity(tx, group, desired, cause);
  return done;
};

/** What the datapoints of an alarm come to; undefined when there are none. */
const aggregated = (
  view: View,
  rule: Extract<PolicyRule, { kind: 'StepScaling' }>,
  event: AlarmEvent,
): number | undefined => {
  const values = event.datapoints.flatMap(({ value }) => value ?? []);
  if (values.length === 0) return newestValue(view, event.alarm);
  switch (rule.aggregation) {
    case 'Minimum':
      return Math.min(...values);
    case 'Maximum':
      return Math.max(...values);
    case 'Average':
      return values.reduce((sum, value) => sum + value, 0) / values.length;
  }
};

const applyFor = (
  tx: Tx,
  group: AutoScalingGroup,
  policy: ScalingPolicy,
  event: AlarmEvent,
): ActionOutcome => {
  const { rule } = policy;
  const cause = (before: number, desired: number): string =>
    triggeredByAlarm(tx.now, event.alarm.id, policy.name, before, desired);
  switch (rule.kind) {
    case 'SimpleScaling':
      if (isMovedSince(tx, group, 0)) return failed('A scaling activity is in progress');
      if (tx.now < group.cooldownUntil) return failed('The cooldown of the group is not over');
      applySimple(tx, group, rule, cause);
      return done;
    case 'StepScaling': {
      // An alarm that is set by hand, without any data, counts as one at its threshold.
      const metric = aggregated(tx, rule, event) ?? event.alarm.rule.threshold;
      return applyStep(tx, group, rule, metric - event.alarm.rule.threshold, cause)
        ? done
        : failed(`No step adjustment of the policy is for the metric value ${metric}`);
    }
    case 'TargetTrackingScaling':
      return track(tx, group, policy, rule, event);
  }
};

/** Carries out the policy that an alarm names by its ARN. */
export const executeForAlarm: AlarmAction = (tx, arn, event) => {
  const [policy] = tx.find(ScalingPolicies, 'arn', arn);
  const group = policy === undefined ? undefined : tx.get(AutoScalingGroups, policy.groupName);
  if (policy === undefined || group === undefined) return failed(`PolicyARN not found: ${arn}`);
  if (!isControlPlaneUp(tx)) return failed('Auto Scaling does not answer');
  if (group.status === 'deleting') return failed(`The group ${group.id} is being deleted`);
  if (!policy.isEnabled) return failed(`The policy ${policy.name} is disabled`);
  if (group.suspended.some(({ process }) => process === 'AlarmNotification')) {
    return failed(`The process AlarmNotification of the group ${group.id} is suspended`);
  }
  return applyFor(tx, group, policy, event);
};
