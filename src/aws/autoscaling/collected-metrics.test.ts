import { beforeEach, expect, it } from 'vitest';
import { getMetricStatistics } from '../cloudwatch/metric-statistics.ts';
import { Metrics } from '../cloudwatch/entities.ts';
import { setDesiredCapacity } from './desired-capacity.ts';
import { disableMetricsCollection, enableMetricsCollection } from './group-metrics.ts';
import { createGroupWorld, type GroupWorld } from './test-groups.ts';

const named = { AutoScalingGroupName: 'web' };
let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
  world.createGroup();
  world.advance(2);
});

const valuesOf = (MetricName: string): readonly (number | undefined)[] =>
  (
    world.call(getMetricStatistics, {
      Namespace: 'AWS/AutoScaling',
      MetricName,
      Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'web' }],
      StartTime: world.view().now - 3_600_000,
      EndTime: world.view().now + 60_000,
      Period: 60,
      Statistics: ['Maximum'],
    }).Datapoints ?? []
  )
    .toSorted((a, b) => (a.Timestamp ?? 0) - (b.Timestamp ?? 0))
    .map((one) => one.Maximum);

it('metrics of a group are written to CloudWatch each minute while they are enabled', () => {
  const Metrics = ['GroupDesiredCapacity', 'GroupInServiceInstances'];
  world.call(enableMetricsCollection, { ...named, Granularity: '1Minute', Metrics });
  world.advance(2);
  world.call(setDesiredCapacity, { ...named, DesiredCapacity: 5 });
  world.advance(3);
  world.call(disableMetricsCollection, named);
  world.advance(10);
  expect(valuesOf('GroupDesiredCapacity')).toEqual([3, 3, 5, 5, 5]);
  expect(valuesOf('GroupInServiceInstances')).toEqual([3, 3, 5, 5, 5]);
  expect(valuesOf('GroupMinSize')).toEqual([]);
});

it('nothing is written of a group that does not ask for it', () => {
  world.advance(10);
  expect(world.view().list(Metrics)).toEqual([]);
});
