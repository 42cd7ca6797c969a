import type { AlarmRule, AlarmStateValue, ComparisonOperator } from './entities.ts';

/** One period of an alarm's evaluation range: what the statistic was, or undefined where no data came. */
export interface EvaluatedPeriod {
  /** The beginning of the period, world time. */
  readonly at: number;
  readonly value: number | undefined;
  readonly sampleCount: number;
}

/** What an alarm made of its data. */
export interface Evaluation {
  readonly state: AlarmStateValue;
  /** Why: the datapoints that were looked at, oldest first, or how many were missing. */
  readonly basis:
    | { readonly kind: 'datapoints'; readonly datapoints: readonly EvaluatedPeriod[] }
    | { readonly kind: 'missing-treated' }
    | { readonly kind: 'no-data' }
    /** Nothing to say; the state stays. */
    | { readonly kind: 'kept' };
}

/**
 * How many periods before the newest ones are looked at too, so that data which comes late or with gaps still counts. AWS
 * says that there are some and that their number depends on the alarm's period; its examples have two.
 */
const additionalPeriods = 2;

/** How many periods an alarm looks back. */
export const evaluationRange = (rule: AlarmRule): number =>
  rule.evaluationPeriods + additionalPeriods;

/** Whether a value breaks the alarm's threshold. */
export const isBreaching = (
  comparison: ComparisonOperator,
  value: number,
  threshold: number,
): boolean => {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
  }
};

/**
 * Whether a percentile rests on too few samples to mean something (User Guide, "Percentile-based CloudWatch alarms and low
 * data samples").
 */
export const isLowSample = (percent: number, sampleCount: number): boolean => {
  const share = percent / 100;
  const needed = share >= 0.5 ? 10 / (1 - share) : 10 / share;
  return sampleCount < needed;
};

interface Seen {
  readonly rule: AlarmRule;
  /** The newest periods with data, as many as the evaluation periods, oldest first. */
  readonly real: readonly EvaluatedPeriod[];
  readonly breaching: number;
  /** How many of the evaluation periods have no datapoint to stand for them. */
  readonly filled: number;
  /** How many periods ago the oldest breaching datapoint of the evaluation range began; the newest one is 1. */
  readonly oldestBreachingAge: number;
}

const look = (rule: AlarmRule, periods: readonly EvaluatedPeriod[]): Seen => {
  const breaks = ({ value }: EvaluatedPeriod): boolean =>
    value !== undefined && isBreaching(rule.comparison, value, rule.threshold);
  const real = periods.filter(({ value }) => value !== undefined).slice(-rule.evaluationPeriods);
  const oldest = periods.findIndex(breaks);
  return {
    rule,
    real,
    breaching: real.filter(breaks).length,
    filled: rule.evaluationPeriods - real.length,
    oldestBreachingAge: oldest === -1 ? 0 : periods.length - oldest,
  };
};

const decided = (state: AlarmStateValue, current: AlarmStateValue, seen: Seen): Evaluation => {
  if (state === current) return { state, basis: { kind: 'kept' } };
  return seen.real.length === 0
    ? { state, basis: { kind: 'missing-treated' } }
    : { state, basis: { kind: 'datapoints', datapoints: seen.real } };
};

/** What is missing counts as nothing: the alarm goes by what there is. */
const withoutFilling = (seen: Seen, current: AlarmStateValue, needed: number): AlarmStateValue => {
  if (seen.breaching >= needed) return 'ALARM';
  if (seen.breaching < seen.real.length) return 'OK';
  // Only breaching data, but too little: an alarm that is too early is worse than one that is late.
  return seen.oldestBreachingAge >= needed ? 'ALARM' : current;
};

/**
 * What state an alarm is in by its data: `periods` is its whole evaluation range, oldest first. With as many datapoints as
 * evaluation periods, the newest ones decide, whatever is missing between them. With fewer, the missing ones are filled in as
 * the alarm says.
 * Source: Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data", with its two tables and
 * "Avoiding premature transitions to alarm state".
 */
export const evaluateAlarm = (
  rule: AlarmRule,
  current: AlarmStateValue,
  periods: readonly EvaluatedPeriod[],
): Evaluation => {
  const seen = look(rule, periods);
  const needed = rule.datapointsToAlarm ?? rule.evaluationPeriods;
  if (seen.filled <= 0) return decided(seen.breaching >= needed ? 'ALARM' : 'OK', current, seen);
  switch (rule.treatMissingData ?? 'missing') {
    case 'breaching':
      return decided(seen.breaching + seen.filled >= needed ? 'ALARM' : 'OK', current, seen);
    case 'notBreaching':
      return decided(seen.breaching >= needed ? 'ALARM' : 'OK', current, seen);
    case 'ignore': {
      const enough = seen.breaching >= needed || seen.breaching < seen.real.length;
      const state = enough ? withoutFilling(seen, current, needed) : current;
      return decided(state, current, seen);
    }
    case 'missing':
      if (seen.real.length > 0)
        return decided(withoutFilling(seen, current, needed), current, seen);
      return current === 'INSUFFICIENT_DATA'
        ? { state: current, basis: { kind: 'kept' } }
        : { state: 'INSUFFICIENT_DATA', basis: { kind: 'no-data' } };
  }
};
