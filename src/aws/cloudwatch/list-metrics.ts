import type { ListMetricsInput, ListMetricsOutput } from '@aws-sdk/client-cloudwatch';
import { isDomainError } from '../../world/domain-error.ts';
import type { Operation, Plain } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import { Metrics, type Metric } from './entities.ts';
import { invalidValue, notBuilt } from './errors.ts';
import { spanMs } from './record-metric.ts';

const pageSize = 500;

/** ListMetrics shows metrics that had data in the last two weeks. */
const shownMs = 14 * 24 * 3_600_000;

const recentMs = 3 * 3_600_000;

const hasDimensions = (metric: Metric, input: Plain<ListMetricsInput>['Dimensions']): boolean =>
  (input ?? []).every(({ Name: name, Value: value }) =>
    metric.dimensions.some(
      (dimension) => dimension.Name === name && (value === undefined || dimension.Value === value),
    ),
  );

/** Lists metrics that have had data, whoever wrote it. */
export const listMetrics: Operation<ListMetricsInput, ListMetricsOutput> = (tx, input) => {
  if (input.IncludeLinkedAccounts === true || input.OwningAccount !== undefined)
    return notBuilt('metrics of linked accounts');
  const since = tx.now - (input.RecentlyActive === undefined ? shownMs : recentMs);
  const found = tx
    .list(Metrics)
    .filter(
      (metric) =>
        (input.Namespace === undefined || metric.namespace === input.Namespace) &&
        (input.MetricName === undefined || metric.name === input.MetricName) &&
        metric.newestSpanAt + spanMs > since &&
        hasDimensions(metric, input.Dimensions),
    );
  const page = paginate(
    found,
    { token: input.NextToken, maxResults: pageSize },
    (metric) => metric.spanPrefix,
    () => invalidValue('The value for parameter NextToken is invalid.'),
  );
  if (isDomainError(page)) return page;
  return {
    Metrics: page.items.map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensions,
    })),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
};
