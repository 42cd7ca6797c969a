import type { MinuteOfMetric, ValueCount } from './entities.ts';

/** What came of a metric in some time. */
export interface Aggregate {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** In order of value; undefined when it is not known, as of statistic sets. */
  readonly distribution: readonly ValueCount[] | undefined;
}

/** More distinct values than these in one minute are put together with their neighbours. */
const mostDistinctValues = 64;

/** Neighbours that are put together differ by at most this share. */
const binRatio = Math.log(1.05);

const binOf = (value: number): number =>
  value === 0 ? -Infinity : Math.floor(Math.log(value) / binRatio);

/** Puts values together that differ little, once there are many: what percentiles are then read from. */
const compacted = (values: readonly ValueCount[]): readonly ValueCount[] => {
  if (values.length <= mostDistinctValues || (values[0]?.[0] ?? 0) < 0) return values;
  const bins: ValueCount[] = [];
  let bin: number | undefined;
  for (const [value, count] of values) {
    const of = binOf(value);
    const last = bins.at(-1);
    if (last === undefined || of !== bin) bins.push([value, count]);
    else {
      const together = last[1] + count;
      bins[bins.length - 1] = [(last[0] * last[1] + value * count) / together, together];
    }
    bin = of;
  }
  return bins;
};

const merged = (a: readonly ValueCount[], b: readonly ValueCount[]): readonly ValueCount[] => {
  const counts = new Map(a);
  for (const [value, count] of b) counts.set(value, (counts.get(value) ?? 0) + count);
  return compacted([...counts].toSorted(([one], [other]) => one - other));
};

/** What came in two times together. */
export const together = (a: Aggregate, b: Aggregate): Aggregate => ({
  sampleCount: a.sampleCount + b.sampleCount,
  sum: a.sum + b.sum,
  minimum: Math.min(a.minimum, b.minimum),
  maximum: Math.max(a.maximum, b.maximum),
  distribution:
    a.distribution === undefined || b.distribution === undefined
      ? undefined
      : merged(a.distribution, b.distribution),
});

/** Values, each so many times; counts are above 0. */
export const aggregateOf = (values: readonly ValueCount[]): Aggregate | undefined => {
  let all: Aggregate | undefined;
  for (const [value, count] of values) {
    const one: Aggregate = {
      sampleCount: count,
      sum: value * count,
      minimum: value,
      maximum: value,
      distribution: [[value, count]],
    };
    all = all === undefined ? one : together(all, one);
  }
  return all;
};

/** The form in which a minute is kept. */
export const keptMinute = (minute: number, aggregate: Aggregate): MinuteOfMetric => {
  const { sampleCount, sum, minimum, maximum, distribution } = aggregate;
  const plain = [minute, sampleCount, sum, minimum, maximum] as const;
  return distribution === undefined || minimum === maximum ? plain : [...plain, distribution];
};

/** What a kept minute says. */
export const aggregateOfMinute = (kept: MinuteOfMetric): Aggregate => {
  const [, sampleCount, sum, minimum, maximum, distribution] = kept;
  return {
    sampleCount,
    sum,
    minimum,
    maximum,
    distribution: distribution ?? (minimum === maximum ? [[minimum, sampleCount]] : undefined),
  };
};

/** A statistic that Faultline computes. */
export type Statistic =
  | { readonly kind: 'SampleCount' | 'Average' | 'Sum' | 'Minimum' | 'Maximum' }
  | { readonly kind: 'percentile'; readonly percent: number };

const plainStatistics = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;

/** Reads `Average` or `p99.9`; undefined for what AWS has beside them (trimmed means and others) and for what it has not. */
export const parseStatistic = (text: string): Statistic | undefined => {
  const plain = plainStatistics.find((name) => name === text);
  if (plain !== undefined) return { kind: plain };
  const percentile = /^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(text);
  if (percentile === null) return undefined;
  const percent = Number(percentile[1]);
  return percent <= 100 ? { kind: 'percentile', percent } : undefined;
};

/** The value below which that many percent of the samples are, by nearest rank. */
const percentileOf = (
  distribution: readonly ValueCount[],
  sampleCount: number,
  percent: number,
): number | undefined => {
  const rank = Math.max(1, Math.ceil((percent / 100) * sampleCount));
  let seen = 0;
  for (const [value, count] of distribution) {
    seen += count;
    if (seen >= rank) return value;
  }
  return distribution.at(-1)?.[0];
};

/**
 * A statistic of what came; undefined where it is not to be had: percentiles of statistic sets and of negative values
 * (API Reference, GetMetricStatistics: "Percentile statistics are not available for metrics when any of the metric values
 * are negative numbers").
 */
export const statisticOf = (aggregate: Aggregate, statistic: Statistic): number | undefined => {
  switch (statistic.kind) {
    case 'SampleCount':
      return aggregate.sampleCount;
    case 'Average':
      return aggregate.sum / aggregate.sampleCount;
    case 'Sum':
      return aggregate.sum;
    case 'Minimum':
      return aggregate.minimum;
    case 'Maximum':
      return aggregate.maximum;
    case 'percentile':
      return aggregate.distribution === undefined || aggregate.minimum < 0
        ? undefined
        : percentileOf(aggregate.distribution, aggregate.sampleCount, statistic.percent);
  }
};
