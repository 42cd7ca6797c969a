import type {
  Datapoint as DatapointAnswer,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
} from '@aws-sdk/client-cloudwatch';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Operation, Plain } from '../operation.ts';
import { invalidCombination, invalidValue, missingParameter, notBuilt } from './errors.ts';
import { checkDimensions } from './metric-names.ts';
import { parseStatistic, statisticOf } from './metric-values.ts';
import { datapointsOf, type Datapoint } from './read-metric.ts';
import { metricIdOf, minuteMs } from './record-metric.ts';

type Input = Plain<GetMetricStatisticsInput>;

const mostDatapoints = 1_440;

/** A period that minutes make up; AWS has shorter ones for high-resolution metrics. */
export const periodFault = (periodSeconds: number): DomainError | undefined => {
  if ([1, 5, 10, 20, 30].includes(periodSeconds))
    return notBuilt('periods below a minute (high-resolution metrics)');
  return periodSeconds % 60 === 0
    ? undefined
    : invalidValue('The parameter Period must be a multiple of 60 or one of 1, 5, 10, 20 and 30.');
};

interface Asked {
  readonly from: number;
  readonly until: number;
  readonly periodMs: number;
}

const askedRange = (input: Input): Asked | DomainError => {
  const { StartTime: start = 0, EndTime: end = 0, Period: periodSeconds = 0 } = input;
  if (start >= end) {
    return invalidCombination('The parameter StartTime must be less than the parameter EndTime.');
  }
  const fault = periodFault(periodSeconds);
  if (fault !== undefined) return fault;
  const periodMs = periodSeconds * 1_000;
  const count = Math.floor((end - start) / periodMs);
  if (count > mostDatapoints) {
    return invalidCombination(
      `You have requested up to ${count} datapoints, which exceeds the limit of ${mostDatapoints}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  }
  // Start times less than 15 days ago are rounded down to the minute (API Reference, StartTime).
  return { from: start - (start % minuteMs), until: end, periodMs };
};

const askedStatistics = (input: Input): readonly string[] | DomainError => {
  const { Statistics: plain = [], ExtendedStatistics: extended = [] } = input;
  if (plain.length === 0 && extended.length === 0)
    return missingParameter(
      'At least one of the parameters Statistics or ExtendedStatistics must be specified.',
    );
  if (plain.length > 0 && extended.length > 0) {
    return invalidCombination(
      'The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both.',
    );
  }
  const unknown = extended.find((text) => parseStatistic(text)?.kind !== 'percentile');
  if (unknown !== undefined) {
    return /^[a-zA-Z]+\(?[\d.:%]*\)?$/.test(unknown)
      ? notBuilt(`the statistic ${unknown}`)
      : invalidValue(`The value ${unknown} for parameter ExtendedStatistics is not supported.`);
  }
  return [...plain, ...extended];
};

const datapointAnswer = (
  datapoint: Datapoint,
  statistics: readonly string[],
): Plain<DatapointAnswer> => {
  const values = statistics.flatMap((name): readonly (readonly [string, number])[] => {
    const statistic = parseStatistic(name);
    const value = statistic === undefined ? undefined : statisticOf(datapoint.aggregate, statistic);
    return value === undefined ? [] : [[name, value]];
  });
  const extended = values.filter(([name]) => name.startsWith('p'));
  return {
    Timestamp: datapoint.at,
    // Units are the model's: they were checked when the data came.
    Unit: datapoint.unit as Plain<DatapointAnswer>['Unit'],
    ...Object.fromEntries(values.filter(([name]) => !name.startsWith('p'))),
    ...(extended.length === 0 ? {} : { ExtendedStatistics: Object.fromEntries(extended) }),
  };
};

/** Statistics of one metric, named with all its dimensions; data in different units stays apart. */
export const getMetricStatistics: Operation<GetMetricStatisticsInput, GetMetricStatisticsOutput> = (
  tx,
  input,
) => {
  const statistics = askedStatistics(input);
  if (isDomainError(statistics)) return statistics;
  const range = askedRange(input);
  if (isDomainError(range)) return range;
  const dimensions = checkDimensions(input.Dimensions ?? []);
  if (isDomainError(dimensions)) return dimensions;
  const { Namespace: namespace = '', MetricName: name = '' } = input;
  const datapoints = datapointsOf(
    tx,
    metricIdOf({ namespace, name, dimensions }),
    range,
    input.Unit,
  );
  return {
    Label: name,
    Datapoints: datapoints.map((datapoint) => datapointAnswer(datapoint, statistics)),
  };
};
