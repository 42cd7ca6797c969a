import type { Timer, Tx, View } from '../../world/transaction.ts';
import { enterState, repeatActions, repeatedActions } from './alarm-states.ts';
import { evaluateKind, lastWholeMinute, wakeAlarms } from './alarm-wake.ts';
import { reasonDataOf, reasonOf } from './alarm-words.ts';
import { Alarms, type Alarm } from './entities.ts';
import {
  evaluateAlarm,
  evaluationRange,
  isLowSample,
  type EvaluatedPeriod,
} from './evaluate-alarm.ts';
import { isDerived, recordDerived } from './derived-metrics.ts';
import { parseStatistic, statisticOf } from './metric-values.ts';
import { datapointsOf, hasDataSince } from './read-metric.ts';
import { minuteMs } from './record-metric.ts';

/**
 * An alarm's evaluation range that ends at `until` (world time, a whole minute). Periods slide: one of five minutes is looked
 * at each minute anew (User Guide, "Evaluating an alarm").
 */
const periodsOf = (view: View, alarm: Alarm, until: number): readonly EvaluatedPeriod[] => {
  const { rule } = alarm;
  const periodMs = rule.periodSeconds * 1_000;
  const count = evaluationRange(rule);
  const from = until - count * periodMs;
  const statistic = parseStatistic(rule.statistic);
  const datapoints = datapointsOf(
    view,
    alarm.metricId,
    { from, until, periodMs },
    rule.unit ?? undefined,
  );
  const byMoment = new Map(datapoints.map((datapoint) => [datapoint.at, datapoint]));
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * periodMs;
    const aggregate = byMoment.get(at)?.aggregate;
    return {
      at,
      value:
        aggregate === undefined || statistic === undefined
          ? undefined
          : statisticOf(aggregate, statistic),
      sampleCount: aggregate?.sampleCount ?? 0,
    };
  });
};

/** Whether the alarm is to leave its state as it is, since its percentile rests on too few samples. */
const isTooLittle = (alarm: Alarm, periods: readonly EvaluatedPeriod[]): boolean => {
  if (alarm.rule.lowSampleCount !== 'ignore') return false;
  const statistic = parseStatistic(alarm.rule.statistic);
  const newest = periods.findLast(({ value }) => value !== undefined);
  return (
    statistic?.kind === 'percentile' &&
    newest !== undefined &&
    isLowSample(statistic.percent, newest.sampleCount)
  );
};

/** Looks at one alarm's data; answers whether it has anything to look at in a minute again. */
const evaluateOne = (tx: Tx, alarm: Alarm, until: number): boolean => {
  const periods = periodsOf(tx, alarm, until);
  const datapoints = periods.filter(({ value }) => value !== undefined);
  if (!isTooLittle(alarm, periods)) {
    const evaluation = evaluateAlarm(alarm.rule, alarm.state.value, periods);
    if (evaluation.state !== alarm.state.value) {
      const reason = reasonOf(alarm, evaluation);
      const reasonData = reasonDataOf(alarm, periods, tx.now);
      enterState(tx, alarm, { value: evaluation.state, reason, reasonData }, datapoints);
      return true;
    }
  }
  repeatActions(tx, alarm, datapoints);
  return (
    datapoints.length > 0 ||
    hasDataSince(tx, alarm.metricId, until) ||
    repeatedActions(alarm).length > 0 ||
    isDerived(alarm.rule)
  );
};

/** All alarms of the account look at the end of the last minute. When none has anything to look at, they rest until data comes. */
const evaluateAlarms = (tx: Tx): void => {
  // A Region in disaster sees nothing; its alarms look again when it is back.
  if (!tx.conditions.regionAlive(tx.shard)) {
    wakeAlarms(tx);
    return;
  }
  const until = lastWholeMinute(tx.now);
  const derived = new Map(
    tx
      .list(Alarms)
      .filter(({ rule }) => isDerived(rule))
      .map(({ metricId, rule }) => [metricId, rule]),
  );
  for (const rule of derived.values()) recordDerived(tx, rule, until - minuteMs);
  let isAwake = false;
  // Actions change what other services hold, never the list of alarms that is walked here; a deleted alarm stays deleted.
  for (const { id } of tx.list(Alarms)) {
    const alarm = tx.get(Alarms, id);
    if (alarm !== undefined && evaluateOne(tx, alarm, until)) isAwake = true;
  }
  if (isAwake) wakeAlarms(tx);
};

/** What the service's timers do. */
export const alarmTimers: Readonly<Record<string, (tx: Tx, timer: Timer) => void>> = {
  [evaluateKind]: evaluateAlarms,
};
