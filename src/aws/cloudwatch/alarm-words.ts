import { isoText } from '../shared/utc-text.ts';
import type {
  Alarm,
  AlarmRule,
  AlarmState,
  AlarmStateValue,
  ComparisonOperator,
} from './entities.ts';
import { isBreaching, type EvaluatedPeriod, type Evaluation } from './evaluate-alarm.ts';

/** A moment as StateReason has it: day, month, year, time of day. */
const shortText = (at: number): string => {
  const iso = isoText(at);
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)} ${iso.slice(11, 19)}`;
};

/** A moment as StateReasonData and history have it. */
const offsetText = (at: number): string => `${isoText(at).slice(0, -1)}+0000`;

/** Numbers as CloudWatch writes them: whole ones with a fraction of 0. */
const numberText = (value: number): string =>
  Number.isInteger(value) ? `${value}.0` : String(value);

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);

const relations: Readonly<Record<ComparisonOperator, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

const crossedWords = (
  rule: AlarmRule,
  state: AlarmStateValue,
  previous: AlarmStateValue,
  datapoints: readonly EvaluatedPeriod[],
): string => {
  const needed = rule.datapointsToAlarm ?? rule.evaluationPeriods;
  const of = rule.evaluationPeriods;
  const isAlarm = state === 'ALARM';
  const telling = datapoints.filter(
    ({ value }) =>
      value !== undefined && isBreaching(rule.comparison, value, rule.threshold) === isAlarm,
  );
  const count = telling.length;
  const values = telling
    .map(({ at, value }) => `${numberText(value ?? 0)} (${shortText(at)})`)
    .join(', ');
  const verb = `${plural(count, 'was', 'were')} ${isAlarm ? '' : 'not '}${relations[rule.comparison]}`;
  const needs = isAlarm ? needed : of - needed + 1;
  const transition =
    previous === 'INSUFFICIENT_DATA'
      ? `${isAlarm ? 'OK' : 'ALARM'} -> ${state}`
      : `${previous} -> ${state}`;
  return (
    `Threshold Crossed: ${count} out of the last ${of} datapoints [${values}] ${verb} the threshold ` +
    `(${numberText(rule.threshold)}) (minimum ${needs} ${plural(needs, 'datapoint', 'datapoints')} for ${transition} transition).`
  );
};

const missingWords = (rule: AlarmRule): string => {
  const of = rule.evaluationPeriods;
  const treated = rule.treatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching';
  return (
    `Threshold Crossed: no datapoints were received for ${of} ${plural(of, 'period', 'periods')} and ` +
    `${of} missing ${plural(of, 'datapoint was', 'datapoints were')} treated as [${treated}].`
  );
};

const insufficientWords = (rule: AlarmRule): string => {
  const of = rule.evaluationPeriods;
  return `Insufficient Data: ${of} ${plural(of, 'datapoint was', 'datapoints were')} unknown.`;
};

/** Why an alarm is in the state that it has found, as StateReason says it. */
export const reasonOf = (alarm: Alarm, evaluation: Evaluation): string => {
  switch (evaluation.basis.kind) {
    case 'datapoints':
      return crossedWords(
        alarm.rule,
        evaluation.state,
        alarm.state.value,
        evaluation.basis.datapoints,
      );
    case 'missing-treated':
      return missingWords(alarm.rule);
    case 'no-data':
      return insufficientWords(alarm.rule);
    case 'kept':
      return alarm.state.reason;
  }
};

/** StateReasonData: the same for programs, as JSON. */
export const reasonDataOf = (
  alarm: Alarm,
  periods: readonly EvaluatedPeriod[],
  now: number,
): string => {
  const { rule } = alarm;
  const known = periods.filter(({ value }) => value !== undefined);
  const [first] = known;
  return JSON.stringify({
    version: '1.0',
    queryDate: offsetText(now),
    ...(first === undefined ? {} : { startDate: offsetText(first.at) }),
    ...(rule.unit === null ? {} : { unit: rule.unit }),
    statistic: rule.statistic,
    period: rule.periodSeconds,
    recentDatapoints: known.map(({ value }) => value),
    threshold: rule.threshold,
    evaluatedDatapoints: known
      .map(({ at, value, sampleCount }) => ({ timestamp: offsetText(at), sampleCount, value }))
      .toReversed(),
  });
};

const stateData = (state: AlarmState): object => ({
  stateValue: state.value,
  stateReason: state.reason,
  // It is JSON that this file or a caller of SetAlarmState has written; the latter was checked.
  ...(state.reasonData === null
    ? {}
    : { stateReasonData: JSON.parse(state.reasonData) as unknown }),
});

/** The data of a change of state in the alarm's history. */
export const stateUpdateData = (before: AlarmState, after: AlarmState): string =>
  JSON.stringify({ version: '1.0', oldState: stateData(before), newState: stateData(after) });
