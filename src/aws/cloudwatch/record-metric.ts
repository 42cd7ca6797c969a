import type { Tx } from '../../world/transaction.ts';
import { wakeAlarms } from './alarm-wake.ts';
import {
  Alarms,
  Metrics,
  MetricSpans,
  MetricSweeps,
  type Dimension,
  type Metric,
} from './entities.ts';
import {
  aggregateOf,
  aggregateOfMinute,
  keptMinute,
  together,
  type Aggregate,
} from './metric-values.ts';

export const minuteMs = 60_000;

/** How much of a metric one entity holds. */
export const spanMs = 15 * minuteMs;

/** Data older than this is thrown away; AWS keeps data of one minute for 15 days too. */
const retentionMs = 15 * 24 * 60 * minuteMs;

/** Of each metric and unit so many spans are kept: two days of data that comes every minute. */
const mostSpans = 192;

/** How often data of metrics to which nothing comes any more is looked for. */
const sweepEveryMs = 60 * minuteMs;

/** What tells a metric from others. */
export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

/** Dimensions in the order in which metrics are kept. */
export const sortedDimensions = (dimensions: readonly Dimension[]): readonly Dimension[] =>
  dimensions.toSorted((a, b) => (a.Name < b.Name ? -1 : a.Name > b.Name ? 1 : 0));

/** The id of a metric: the same however its dimensions are ordered. */
export const metricIdOf = ({ namespace, name, dimensions }: MetricIdentity): string =>
  [namespace, name, ...sortedDimensions(dimensions).map((one) => `${one.Name}=${one.Value}`)].join(
    '\n',
  );

const metricFor = (tx: Tx, identity: MetricIdentity, unit: string, spanAt: number): Metric => {
  const id = metricIdOf(identity);
  const known = tx.get(Metrics, id);
  const metric: Metric = known ?? {
    id,
    namespace: identity.namespace,
    name: identity.name,
    dimensions: sortedDimensions(identity.dimensions),
    spanPrefix: tx.random('cloudwatch/metrics').hex(10),
    units: [],
    newestSpanAt: spanAt,
  };
  const isKnownUnit = metric.units.includes(unit);
  if (known !== undefined && isKnownUnit && spanAt <= known.newestSpanAt) return known;
  const changed: Metric = {
    ...metric,
    units: isKnownUnit ? metric.units : [...metric.units, unit],
    newestSpanAt: Math.max(spanAt, metric.newestSpanAt),
  };
  tx.put(Metrics, changed);
  return changed;
};

/** Throws away what of one metric is too old or too much. */
const prune = (tx: Tx, metric: Metric, unit: string): void => {
  const spans = tx
    .find(MetricSpans, 'metric', metric.id)
    .filter((span) => span.unit === unit)
    .toSorted((a, b) => b.startAt - a.startAt);
  for (const [index, span] of spans.entries()) {
    if (index >= mostSpans || span.startAt < tx.now - retentionMs) tx.delete(MetricSpans, span.id);
  }
};

/** Throws away data and metrics that nothing has come to for long. */
const sweep = (tx: Tx): void => {
  const last = tx.get(MetricSweeps, 'metrics')?.at ?? 0;
  if (tx.now - last < sweepEveryMs) return;
  tx.put(MetricSweeps, { id: 'metrics', at: tx.now });
  for (const metric of tx.list(Metrics)) {
    if (metric.newestSpanAt >= tx.now - retentionMs) continue;
    for (const span of tx.find(MetricSpans, 'metric', metric.id)) tx.delete(MetricSpans, span.id);
    tx.delete(Metrics, metric.id);
  }
};

/**
 * Adds what came of a metric in the minute of `at` (world time), and wakes the alarms that watch it. For the world itself
 * and for PutMetricData; `at` is not in the future by more than a span.
 */
export const recordAggregate = (
  tx: Tx,
  identity: MetricIdentity,
  unit: string,
  aggregate: Aggregate,
  at: number,
): void => {
  const startAt = at - (at % spanMs);
  const metric = metricFor(tx, identity, unit, startAt);
  const id = `${metric.spanPrefix}|${unit}|${startAt / spanMs}`;
  const span = tx.get(MetricSpans, id);
  const minute = Math.floor((at - startAt) / minuteMs);
  const others = span?.minutes.filter(([of]) => of !== minute) ?? [];
  const before = span?.minutes.find(([of]) => of === minute);
  const all = before === undefined ? aggregate : together(aggregateOfMinute(before), aggregate);
  tx.put(MetricSpans, {
    id,
    metricId: metric.id,
    unit,
    startAt,
    minutes: [...others, keptMinute(minute, all)].toSorted(([a], [b]) => a - b),
  });
  if (span === undefined) {
    prune(tx, metric, unit);
    sweep(tx);
  }
  if (tx.find(Alarms, 'metric', metric.id).length > 0) wakeAlarms(tx);
};

/** Adds one value of a metric, at this moment unless it says another. For services that write metrics of their own. */
export const recordMetric = (
  tx: Tx,
  namespace: string,
  name: string,
  dimensions: readonly Dimension[],
  value: number,
  unit: string,
  at: number = tx.now,
): void => {
  const aggregate = aggregateOf([[value, 1]]);
  if (aggregate !== undefined) {
    recordAggregate(tx, { namespace, name, dimensions }, unit, aggregate, at);
  }
};
