import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { notBuilt, validation } from './errors.ts';
import { checkDimensions } from './metric-names.ts';
import { parseStatistic, statisticOf } from './metric-values.ts';
import { periodFault } from './metric-statistics.ts';
import { datapointsOf } from './read-metric.ts';
import { metricIdOf } from './record-metric.ts';

const limits = { queries: 500, datapoints: 100_800 } as const;

interface Series {
  readonly id: string;
  readonly label: string;
  readonly points: readonly (readonly [at: number, value: number])[];
}

const idFault = (queries: readonly Plain<MetricDataQuery>[]): DomainError | undefined => {
  const seen = new Set<string>();
  for (const { Id: id = '' } of queries) {
    if (!/^[a-z]\w*$/.test(id)) {
      return validation(
        `The value ${id} for parameter MetricDataQueries.member.Id is invalid: it must begin with a lowercase letter and hold letters, digits and underscores.`,
      );
    }
    if (seen.has(id))
      return validation(
        `The values for parameter id in parameter MetricDataQueries are not unique: ${id}.`,
      );
    seen.add(id);
  }
  return undefined;
};

const unbuilt = (query: Plain<MetricDataQuery>): DomainError | undefined => {
  if (query.Expression !== undefined)
    return notBuilt('metric math and Metrics Insights queries (Expression)');
  if (query.AccountId !== undefined) return notBuilt('metrics of other accounts (AccountId)');
  if (query.Label?.includes('${') === true) return notBuilt('dynamic labels');
  return undefined;
};

const seriesOf = (
  view: View,
  query: Plain<MetricDataQuery>,
  from: number,
  until: number,
): Series | DomainError => {
  const missing = unbuilt(query);
  if (missing !== undefined) return missing;
  const { MetricStat: stat, Id: id = '' } = query;
  if (stat === undefined)
    return validation(`Either Expression or MetricStat is required for the query ${id}.`);
  const { Namespace: namespace = '', MetricName: name = '', Dimensions: given } = stat.Metric ?? {};
  const dimensions = checkDimensions(given ?? []);
  if (isDomainError(dimensions)) return validation(dimensions.message);
  const { Period: periodSeconds = 60, Stat: statisticName = '' } = stat;
  const badPeriod = periodFault(periodSeconds);
  if (badPeriod !== undefined) return badPeriod;
  const statistic = parseStatistic(statisticName);
  if (statistic === undefined) {
    return /^[a-zA-Z]+\(?[\d.:%]*\)?$/.test(statisticName)
      ? notBuilt(`the statistic ${statisticName}`)
      : validation(`The value ${statisticName} for parameter Stat is not supported.`);
  }
  const periodMs = periodSeconds * 1_000;
  const metricId = metricIdOf({ namespace, name, dimensions });
  // Data points stand at whole periods of the clock.
  const range = { from: from - (from % periodMs), until, periodMs };
  const points = datapointsOf(view, metricId, range, stat.Unit).flatMap(
    ({ at, aggregate }): readonly (readonly [number, number])[] => {
      const value = statisticOf(aggregate, statistic);
      return value === undefined ? [] : [[at, value]];
    },
  );
  return { id, label: query.Label ?? name, points };
};

/** Where the next page begins: so many points of all series were given. */
const tokenPattern = /^points-(\d{1,9})$/;

const invalidToken = new DomainError('InvalidNextToken', 'The value for NextToken is invalid.');

const page = (
  series: readonly Series[],
  skip: number,
  most: number,
): { readonly results: readonly Plain<MetricDataResult>[]; readonly isMore: boolean } => {
  let before = 0;
  let isMore = false;
  const results: Plain<MetricDataResult>[] = [];
  for (const { id, label, points } of series) {
    const start = Math.max(0, skip - before);
    const end = Math.max(0, skip + most - before);
    const shown = points.slice(start, end);
    const isPartial = end < points.length;
    isMore ||= isPartial;
    if (start === 0 || shown.length > 0) {
      results.push({
        Id: id,
        Label: label,
        Timestamps: shown.map(([at]) => at),
        Values: shown.map(([, value]) => value),
        StatusCode: isPartial ? 'PartialData' : 'Complete',
      });
    }
    before += points.length;
  }
  return { results, isMore };
};

/** Values of many metrics at once; newest first unless asked otherwise. Expressions are not built, and said so. */
export const getMetricData: Operation<GetMetricDataInput, GetMetricDataOutput> = (tx, input) => {
  const { MetricDataQueries: queries = [], StartTime: from = 0, EndTime: until = 0 } = input;
  if (from >= until)
    return validation('The parameter StartTime must be less than the parameter EndTime.');
  if (queries.length === 0 || queries.length > limits.queries) {
    return validation(
      `The collection MetricDataQueries must have between 1 and ${limits.queries} members.`,
    );
  }
  const badId = idFault(queries);
  if (badId !== undefined) return badId;
  const most = input.MaxDatapoints ?? limits.datapoints;
  if (most < 1 || most > limits.datapoints)
    return validation(`The parameter MaxDatapoints must be between 1 and ${limits.datapoints}.`);
  const token = input.NextToken === undefined ? undefined : tokenPattern.exec(input.NextToken);
  if (token === null) return invalidToken;
  const skip = Number(token?.[1] ?? 0);
  const all: Series[] = [];
  for (const query of queries) {
    const series = seriesOf(tx, query, from, until);
    if (isDomainError(series)) return series;
    if (query.ReturnData === false) continue;
    const newestFirst = input.ScanBy !== 'TimestampAscending';
    all.push(newestFirst ? { ...series, points: series.points.toReversed() } : series);
  }
  const { results, isMore } = page(all, skip, most);
  return {
    MetricDataResults: results,
    ...(isMore ? { NextToken: `points-${skip + most}` } : {}),
    Messages: [],
  };
};
