import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import { deleteAlarms, putMetricAlarm } from '../../cloudwatch/alarms.ts';
import { Alarms } from '../../cloudwatch/entities.ts';
import { newUuid } from '../activities.ts';
import { trackingAlarms } from '../decisions/target-tracking.ts';
import { ScalingPolicies, type ScalingPolicy } from './entities.ts';

/** An alarm that is gone needs nothing. */
const dropAlarm = (tx: Tx, name: string | null): void => {
  if (name !== null && tx.get(Alarms, name) !== undefined) deleteAlarms(tx, { AlarmNames: [name] });
};

const putAlarm = (
  tx: Tx,
  policy: ScalingPolicy,
  side: keyof typeof trackingAlarms,
  name: string,
): DomainError | undefined => {
  if (policy.rule.kind !== 'TargetTrackingScaling') return undefined;
  const { metric, target } = policy.rule;
  const { evaluationPeriods, share, comparison } = trackingAlarms[side];
  const answer = putMetricAlarm(tx, {
    AlarmName: name,
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
    ActionsEnabled: true,
    AlarmActions: [policy.arn],
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: metric.dimensions,
    // Both passed the wire as names of CloudWatch's, or are its own names; CloudWatch checks them again.
    Statistic: metric.statistic as 'Average',
    ...(metric.unit === null ? {} : { Unit: metric.unit as 'Percent' }),
    Period: 60,
    EvaluationPeriods: evaluationPeriods,
    Threshold: Number((target * share).toFixed(9)),
    ComparisonOperator: comparison,
  });
  return isDomainError(answer) ? answer : undefined;
};

/** Lets go of the alarms that a policy has of its own. */
export const dropTrackingAlarms = (tx: Tx, policy: ScalingPolicy): void => {
  dropAlarm(tx, policy.alarmHigh);
  dropAlarm(tx, policy.alarmLow);
};

/**
 * Gives a target tracking policy its two alarms, or one when it never scales in, by the names that AWS gives them; any other
 * policy has none of its own.
 */
export const settleTrackingAlarms = (
  tx: Tx,
  policy: ScalingPolicy,
): ScalingPolicy | DomainError => {
  const { rule, groupName } = policy;
  const isTracking = rule.kind === 'TargetTrackingScaling';
  const wantsLow = isTracking && !rule.disableScaleIn;
  if (!isTracking) dropAlarm(tx, policy.alarmHigh);
  if (!wantsLow) dropAlarm(tx, policy.alarmLow);
  const name = (side: string): string => `TargetTracking-${groupName}-Alarm${side}-${newUuid(tx)}`;
  const settled: ScalingPolicy = {
    ...policy,
    alarmHigh: isTracking ? (policy.alarmHigh ?? name('High')) : null,
    alarmLow: wantsLow ? (policy.alarmLow ?? name('Low')) : null,
  };
  tx.put(ScalingPolicies, settled);
  const { alarmHigh, alarmLow } = settled;
  return (
    (alarmHigh === null ? undefined : putAlarm(tx, settled, 'high', alarmHigh)) ??
    (alarmLow === null ? undefined : putAlarm(tx, settled, 'low', alarmLow)) ??
    settled
  );
};
