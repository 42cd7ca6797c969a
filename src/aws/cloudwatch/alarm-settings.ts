import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Plain } from '../operation.ts';
import { whyNoAction } from './alarm-actions.ts';
import type {
  AlarmQuery,
  AlarmRule,
  ComparisonOperator,
  MissingDataTreatment,
} from './entities.ts';
import { notBuilt, validation } from './errors.ts';
import { checkDimensions } from './metric-names.ts';
import { parseStatistic } from './metric-values.ts';

type Input = Plain<PutMetricAlarmInput>;

/** An alarm may look back over a day (API Reference, PutMetricAlarm, EvaluationPeriods). */
const longestRangeSeconds = 86_400;

const comparisons: readonly ComparisonOperator[] = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
];

const treatments: readonly MissingDataTreatment[] = [
  'missing',
  'ignore',
  'breaching',
  'notBreaching',
];

/** Which metric, and how its data is put together. */
interface Watched {
  readonly namespace: string | undefined;
  readonly metricName: string | undefined;
  readonly dimensions: Input['Dimensions'];
  readonly statistic: string | undefined;
  readonly unit: string | undefined;
  readonly periodSeconds: number | undefined;
  readonly query: AlarmQuery | null;
}

const unbuilt = (input: Input): DomainError | undefined => {
  if (input.ThresholdMetricId !== undefined) return notBuilt('alarms on anomaly detection models');
  if (input.EvaluationCriteria !== undefined || input.EvaluationInterval !== undefined)
    return notBuilt('alarms on PromQL queries (EvaluationCriteria)');
  return undefined;
};

/** A list of `Metrics` that says no more than one metric and its statistic. */
const singleMetric = (input: Input): Watched | DomainError => {
  const beside = [
    'MetricName',
    'Namespace',
    'Dimensions',
    'Period',
    'Statistic',
    'ExtendedStatistic',
    'Unit',
  ] as const;
  if (beside.some((name) => input[name] !== undefined)) {
    return validation(
      'Metrics list cannot be used with MetricName, Namespace, Dimensions, Period, Unit, Statistic or ExtendedStatistic',
    );
  }
  const queries = input.Metrics ?? [];
  const [query] = queries;
  if (queries.length !== 1 || query?.MetricStat === undefined || query.Expression !== undefined)
    return notBuilt(
      'alarms on metric math (Metrics with expressions, or with more than one metric)',
    );
  if (query.AccountId !== undefined) return notBuilt('alarms on metrics of other accounts');
  const { Metric: metric, Stat: statistic, Period: periodSeconds, Unit: unit } = query.MetricStat;
  return {
    namespace: metric?.Namespace,
    metricName: metric?.MetricName,
    dimensions: metric?.Dimensions,
    statistic,
    unit,
    periodSeconds,
    query: { id: query.Id ?? '', label: query.Label ?? null },
  };
};

const watchedOf = (input: Input): Watched | DomainError => {
  if (input.Metrics !== undefined) return singleMetric(input);
  if (input.Statistic !== undefined && input.ExtendedStatistic !== undefined)
    return validation(
      'Both Statistic and ExtendedStatistic are specified; an alarm takes one of them',
    );
  return {
    namespace: input.Namespace,
    metricName: input.MetricName,
    dimensions: input.Dimensions,
    statistic: input.Statistic ?? input.ExtendedStatistic,
    unit: input.Unit,
    periodSeconds: input.Period,
    query: null,
  };
};

const statisticFault = (statistic: string | undefined): DomainError | undefined => {
  if (statistic === undefined)
    return validation(
      'The parameter Statistic or ExtendedStatistic is required for an alarm on a metric.',
    );
  if (parseStatistic(statistic) !== undefined) return undefined;
  return /^(?:p|tm|wm|tc|ts|pr|tm|iqm|TM|WM|TC|TS|PR|IQM)[\d(.:%)]*$/.test(statistic) &&
    !/^p\d+(?:\.\d+)?$/.test(statistic)
    ? notBuilt(`the statistic ${statistic}`)
    : validation(`The value ${statistic} for parameter ExtendedStatistic is not supported.`);
};

const periodFault = (periodSeconds: number, evaluationPeriods: number): DomainError | undefined => {
  if (periodSeconds === 10 || periodSeconds === 20 || periodSeconds === 30)
    return notBuilt('alarms with periods below a minute (high-resolution metrics)');
  if (periodSeconds % 60 !== 0) return validation('Period must be 10, 20, 30 or a multiple of 60');
  const rangeSeconds = periodSeconds * evaluationPeriods;
  if (rangeSeconds <= longestRangeSeconds) return undefined;
  return periodSeconds >= 3_600 && rangeSeconds <= 7 * longestRangeSeconds
    ? notBuilt('alarms that look back over more than a day')
    : validation(
        'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).',
      );
};

/** What an alarm's request says of when it rings. */
const ruleFrom = (input: Input, watched: Watched): AlarmRule | DomainError => {
  const { namespace, metricName, statistic, periodSeconds } = watched;
  if (metricName === undefined || namespace === undefined)
    return validation(
      'Exactly one of MetricName (with Namespace), Metrics or EvaluationCriteria is required',
    );
  const dimensions = checkDimensions(watched.dimensions ?? []);
  if (isDomainError(dimensions)) return validation(dimensions.message);
  const noStatistic = statisticFault(statistic);
  if (noStatistic !== undefined) return noStatistic;
  if (periodSeconds === undefined) return validation('The parameter Period is required.');
  const { EvaluationPeriods: evaluationPeriods, DatapointsToAlarm: datapointsToAlarm } = input;
  if (evaluationPeriods === undefined)
    return validation('The parameter EvaluationPeriods is required.');
  const badPeriod = periodFault(periodSeconds, evaluationPeriods);
  if (badPeriod !== undefined) return badPeriod;
  if (datapointsToAlarm !== undefined && datapointsToAlarm > evaluationPeriods)
    return validation('DatapointsToAlarm must be less than or equal to EvaluationPeriods');
  const comparison = comparisons.find((name) => name === input.ComparisonOperator);
  if (comparison === undefined) {
    return input.ComparisonOperator === undefined
      ? validation('The parameter ComparisonOperator is required.')
      : notBuilt('alarms on anomaly detection models');
  }
  if (input.Threshold === undefined || !Number.isFinite(input.Threshold))
    return validation('The parameter Threshold is required, and must be a number.');
  const treatMissingData = treatments.find((name) => name === input.TreatMissingData);
  if (input.TreatMissingData !== undefined && treatMissingData === undefined)
    return validation(
      `Option ${input.TreatMissingData} for TreatMissingData is invalid. Valid options are breaching, notBreaching, ignore and missing.`,
    );
  const lowSampleCount = input.EvaluateLowSampleCountPercentile;
  if (lowSampleCount !== undefined && lowSampleCount !== 'evaluate' && lowSampleCount !== 'ignore')
    return validation(
      `Option ${lowSampleCount} for EvaluateLowSampleCountPercentile is invalid. Valid options are evaluate and ignore.`,
    );
  return {
    namespace,
    metricName,
    dimensions,
    statistic: statistic ?? '',
    unit: watched.unit ?? null,
    periodSeconds,
    evaluationPeriods,
    datapointsToAlarm: datapointsToAlarm ?? null,
    threshold: input.Threshold,
    comparison,
    treatMissingData: treatMissingData ?? null,
    lowSampleCount: lowSampleCount ?? null,
  };
};

/** What PutMetricAlarm asks an alarm to be, checked. */
export interface AlarmSettings {
  readonly rule: AlarmRule;
  readonly query: AlarmQuery | null;
}

/** Checks a request for an alarm: `ValidationError` in AWS's words, `NotImplemented` for what is not built. */
export const alarmSettings = (region: string, input: Input): AlarmSettings | DomainError => {
  const missing = unbuilt(input);
  if (missing !== undefined) return missing;
  for (const arn of [
    ...(input.OKActions ?? []),
    ...(input.AlarmActions ?? []),
    ...(input.InsufficientDataActions ?? []),
  ]) {
    const why = whyNoAction(region, arn);
    if (why !== undefined) return validation(why);
  }
  const watched = watchedOf(input);
  if (isDomainError(watched)) return watched;
  const rule = ruleFrom(input, watched);
  return isDomainError(rule) ? rule : { rule, query: watched.query };
};
