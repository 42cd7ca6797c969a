import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { testEpochMs } from '../../world/test-world.ts';
import { createInstanceWorld, type InstanceWorld } from '../ec2/instances/test-instances.ts';
import { present } from '../ec2/test-region.ts';
import type { Plain } from '../operation.ts';
import { MetricSpans } from './entities.ts';
import { listMetrics } from './list-metrics.ts';
import { putMetricData } from './metric-data.ts';
import { getMetricData } from './metric-queries.ts';
import { getMetricStatistics } from './metric-statistics.ts';
import { aggregateOf, parseStatistic, statisticOf } from './metric-values.ts';
import { recordMetric } from './record-metric.ts';

const minuteMs = 60_000;

let it: InstanceWorld;
beforeEach(async () => {
  it = await createInstanceWorld();
  it.clock.advance(20 * minuteMs);
});

const put = (...data: Plain<MetricDatum>[]): void => {
  it.call(putMetricData, { Namespace: 'Shop', MetricData: data });
};

const hour = { StartTime: testEpochMs, EndTime: testEpochMs + 60 * minuteMs };

describe('metric data', () => {
  test('comes back as statistics, period by period and unit by unit', () => {
    const at = (minute: number): number => testEpochMs + minute * minuteMs;
    put(
      { MetricName: 'Load', Value: 10, Timestamp: at(0), Unit: 'Percent' },
      { MetricName: 'Load', Value: 30, Timestamp: at(0) + 59_999, Unit: 'Percent' },
      { MetricName: 'Load', Values: [1, 2], Counts: [3, 1], Timestamp: at(5), Unit: 'Percent' },
      {
        MetricName: 'Load',
        StatisticValues: { SampleCount: 4, Sum: 100, Minimum: 10, Maximum: 50 },
        Timestamp: at(16),
        Unit: 'Percent',
      },
      { MetricName: 'Load', Value: 7, Timestamp: at(16), Unit: 'Count' },
    );
    const asked = {
      ...hour,
      Namespace: 'Shop',
      MetricName: 'Load',
      Period: 300,
      Statistics: ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'] as const,
    };
    expect(it.call(getMetricStatistics, { ...asked, Unit: 'Percent' }).Datapoints).toEqual([
      {
        Timestamp: at(0),
        Unit: 'Percent',
        Average: 20,
        Sum: 40,
        Minimum: 10,
        Maximum: 30,
        SampleCount: 2,
      },
      {
        Timestamp: at(5),
        Unit: 'Percent',
        Average: 1.25,
        Sum: 5,
        Minimum: 1,
        Maximum: 2,
        SampleCount: 4,
      },
      {
        Timestamp: at(15),
        Unit: 'Percent',
        Average: 25,
        Sum: 100,
        Minimum: 10,
        Maximum: 50,
        SampleCount: 4,
      },
    ]);
    expect(present(it.call(getMetricStatistics, asked).Datapoints).map(({ Unit }) => Unit)).toEqual(
      ['Percent', 'Percent', 'Percent', 'Count'],
    );
    const { Datapoints } = it.call(getMetricStatistics, {
      ...asked,
      Statistics: undefined,
      ExtendedStatistics: ['p50', 'p99.9'],
      Unit: 'Percent',
    });
    expect(Datapoints?.[1]?.ExtendedStatistics).toEqual({ p50: 1, 'p99.9': 2 });
    // Of a statistic set nobody knows how its samples lie.
    expect(Datapoints?.[2]?.ExtendedStatistics).toBeUndefined();
  });

  test('of many metrics comes at once, in pages when there is much', () => {
    for (const minute of [0, 1, 2]) {
      put(
        { MetricName: 'A', Value: minute, Timestamp: testEpochMs + minute * minuteMs },
        { MetricName: 'B', Value: 10 + minute, Timestamp: testEpochMs + minute * minuteMs },
      );
    }
    const query = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const asked = { ...hour, MetricDataQueries: [query('a', 'A'), query('b', 'B')] };
    const values = (answer: { readonly MetricDataResults?: readonly object[] | undefined }) =>
      present(answer.MetricDataResults).map((one) => ('Values' in one ? one.Values : undefined));
    expect(values(it.call(getMetricData, asked))).toEqual([
      [2, 1, 0],
      [12, 11, 10],
    ]);
    const first = it.call(getMetricData, { ...asked, MaxDatapoints: 4 });
    expect(first.MetricDataResults).toMatchObject([
      { Id: 'a', Label: 'A', StatusCode: 'Complete', Values: [2, 1, 0] },
      { Id: 'b', Label: 'B', StatusCode: 'PartialData', Values: [12] },
    ]);
    const second = it.call(getMetricData, {
      ...asked,
      MaxDatapoints: 4,
      NextToken: present(first.NextToken),
    });
    expect(second.MetricDataResults).toMatchObject([
      { Id: 'b', StatusCode: 'Complete', Values: [11, 10] },
    ]);
    expect(second.NextToken).toBeUndefined();
    expect(
      it.fail(getMetricData, { ...hour, MetricDataQueries: [{ Id: 'e', Expression: 'a + b' }] }),
    ).toMatchObject({ code: 'NotImplemented' });
  });

  test('makes its metrics listed', () => {
    put(
      { MetricName: 'A', Value: 1, Dimensions: [{ Name: 'Zone', Value: 'x' }] },
      { MetricName: 'A', Value: 1, Dimensions: [{ Name: 'Zone', Value: 'y' }] },
      { MetricName: 'B', Value: 1 },
    );
    const names = (input: object) =>
      present(it.call(listMetrics, input).Metrics).map(({ MetricName, Dimensions }) =>
        [MetricName, ...present(Dimensions).map(({ Value }) => Value)].join(' '),
      );
    expect(names({})).toEqual(['A x', 'A y', 'B']);
    expect(names({ MetricName: 'A', Dimensions: [{ Name: 'Zone' }] })).toEqual(['A x', 'A y']);
    expect(names({ Dimensions: [{ Name: 'Zone', Value: 'y' }] })).toEqual(['A y']);
    expect(names({ Namespace: 'Other' })).toEqual([]);
    it.clock.advance(4 * 60 * minuteMs);
    expect(names({ RecentlyActive: 'PT3H' })).toEqual([]);
    it.clock.advance(15 * 24 * 60 * minuteMs);
    expect(names({})).toEqual([]);
  });

  test.each<[Plain<MetricDatum>, string]>([
    [{ MetricName: 'A' }, 'MissingParameter'],
    [{ MetricName: 'A', Value: 1, Values: [1] }, 'InvalidParameterCombination'],
    [{ MetricName: 'A', Values: [1, 2], Counts: [1] }, 'InvalidParameterValue'],
    [{ MetricName: 'A', Value: Number.NaN }, 'InvalidParameterValue'],
    [{ MetricName: 'A', Value: 1, Timestamp: 0 }, 'InvalidParameterValue'],
    [
      { MetricName: 'A', Value: 1, Timestamp: testEpochMs + 3 * 3_600_000 },
      'InvalidParameterValue',
    ],
    [
      { MetricName: 'A', Value: 1, Dimensions: [{ Name: 'x', Value: '' }] },
      'InvalidParameterValue',
    ],
    [{ MetricName: 'A', Value: 1, StorageResolution: 1 }, 'NotImplemented'],
  ])('is refused as a whole when one datum is wrong: %j', (datum, code) => {
    const good = { MetricName: 'Good', Value: 1 };
    expect(it.fail(putMetricData, { Namespace: 'Shop', MetricData: [good, datum] }).code).toBe(
      code,
    );
    expect(it.call(listMetrics, {}).Metrics).toEqual([]);
  });

  test('cannot be written in a namespace of AWS', () => {
    expect(
      it.fail(putMetricData, { Namespace: 'AWS/EC2', MetricData: [{ MetricName: 'A', Value: 1 }] })
        .message,
    ).toBe('The value AWS/ for parameter Namespace is invalid.');
  });

  test('does not grow without end', () => {
    for (let quarter = 0; quarter < 4 * 24 * 3; quarter += 1) {
      it.transact((tx) => recordMetric(tx, 'Shop', 'Load', [], 1, 'None'));
      it.clock.advance(15 * minuteMs);
    }
    expect(it.view().list(MetricSpans).length).toBe(192);
    it.clock.advance(16 * 24 * 60 * minuteMs);
    it.transact((tx) => recordMetric(tx, 'Shop', 'Other', [], 1, 'None'));
    expect(it.view().list(MetricSpans).length).toBe(1);
  });
});

test('percentiles stay near the truth, however many values come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 400 }),
      fc.integer({ min: 1, max: 100 }),
      (values, percent) => {
        const aggregate = present(aggregateOf(values.map((value) => [value, 1])));
        const found = present(statisticOf(aggregate, present(parseStatistic(`p${percent}`))));
        const sorted = values.toSorted((a, b) => a - b);
        const truth = sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
        expect(Math.abs(found - truth)).toBeLessThanOrEqual(truth * 0.11);
        expect(aggregate.sampleCount).toBe(values.length);
      },
    ),
  );
});
