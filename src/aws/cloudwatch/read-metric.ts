import type { View } from '../../world/transaction.ts';
import { MetricSpans, type MetricSpan } from './entities.ts';
import { aggregateOfMinute, together, type Aggregate } from './metric-values.ts';
import { minuteMs, spanMs } from './record-metric.ts';

/** What came of a metric in one period. */
export interface Datapoint {
  /** The beginning of the period, world time. */
  readonly at: number;
  readonly unit: string;
  readonly aggregate: Aggregate;
}

/**
 * What came of a metric from `from` until before `until` (world time), by periods that begin at `from`: periods without data
 * are left out. Data in different units stays apart, as AWS keeps it; `unit` asks for one of them. In order of time.
 */
export const datapointsOf = (
  view: View,
  metricId: string,
  range: { readonly from: number; readonly until: number; readonly periodMs: number },
  unit?: string,
): readonly Datapoint[] => {
  const { from, until, periodMs } = range;
  const found = new Map<string, Datapoint>();
  const spans = view
    .find(MetricSpans, 'metric', metricId)
    .filter((span) => touches(span, from, until) && (unit === undefined || span.unit === unit));
  for (const span of spans) {
    for (const kept of span.minutes) {
      const at = span.startAt + kept[0] * minuteMs;
      if (at < from || at >= until) continue;
      const period = Math.floor((at - from) / periodMs);
      const key = `${period} ${span.unit}`;
      const before = found.get(key);
      const aggregate = aggregateOfMinute(kept);
      found.set(key, {
        at: from + period * periodMs,
        unit: span.unit,
        aggregate: before === undefined ? aggregate : together(before.aggregate, aggregate),
      });
    }
  }
  return [...found.values()].toSorted((a, b) => a.at - b.at);
};

const touches = (span: MetricSpan, from: number, until: number): boolean =>
  span.startAt < until && span.startAt + spanMs > from;

/** Whether data of a moment from then on (world time) has come already. */
export const hasDataSince = (view: View, metricId: string, since: number): boolean =>
  view
    .find(MetricSpans, 'metric', metricId)
    .some(
      (span) =>
        touches(span, since, Infinity) &&
        span.minutes.some(([minute]) => span.startAt + minute * minuteMs >= since),
    );
