import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, test } from 'vitest';
import { extend } from '../../world/rules.ts';
import { Timers } from '../../world/shard.ts';
import { createInstanceWorld, type InstanceWorld } from '../ec2/instances/test-instances.ts';
import { present } from '../ec2/test-region.ts';
import type { Plain } from '../operation.ts';
import { AlarmActions, type AlarmEvent } from './alarm-actions.ts';
import {
  deleteAlarms,
  describeAlarmHistory,
  describeAlarms,
  describeAlarmsForMetric,
  disableAlarmActions,
  enableAlarmActions,
  putMetricAlarm,
  setAlarmState,
} from './alarms.ts';
import { evaluateKind } from './alarm-wake.ts';
import { cloudwatch } from './service.ts';
import { recordMetric } from './record-metric.ts';

let it: InstanceWorld;
const told: { readonly arn: string; readonly event: AlarmEvent }[] = [];

const policy =
  'arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:autoScalingGroupName/web:policyName/up';

/** What carries out actions of Auto Scaling, in place of Auto Scaling itself. */
const listener = extend(AlarmActions, 'autoscaling', (_tx, arn, event) => {
  told.push({ arn, event });
  return { state: 'Succeeded' };
});

beforeEach(async () => {
  it = await createInstanceWorld({ services: [{ ...cloudwatch, extends: [listener] }] });
  told.length = 0;
});

const dimensions = [{ Name: 'Shop', Value: 'Rome' }];

const put = (input: Partial<Plain<PutMetricAlarmInput>> = {}): void => {
  it.call(putMetricAlarm, {
    AlarmName: 'busy',
    Namespace: 'Shop',
    MetricName: 'Load',
    Dimensions: dimensions,
    Statistic: 'Average',
    Period: 60,
    EvaluationPeriods: 2,
    Threshold: 50,
    ComparisonOperator: 'GreaterThanThreshold',
    ...input,
  });
};

/** One minute of the world, in which the metric has this value. */
const minute = (value?: number): void => {
  if (value !== undefined) {
    it.transact((tx) => recordMetric(tx, 'Shop', 'Load', dimensions, value, 'Percent'));
  }
  it.clock.advance(60_000);
};

const alarm = () => present(it.call(describeAlarms, {}).MetricAlarms?.[0]);
const summaries = () =>
  present(it.call(describeAlarmHistory, { ScanBy: 'TimestampAscending' }).AlarmHistoryItems).map(
    ({ HistorySummary }) => HistorySummary,
  );

describe('an alarm', () => {
  test('begins without data, rings when its metric stays too high, and falls silent again', () => {
    put();
    expect(alarm()).toMatchObject({
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:busy',
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
    });
    for (const value of [10, 10, 10]) minute(value);
    expect(alarm().StateValue).toBe('OK');
    for (const value of [90, 90, 90]) minute(value);
    expect(alarm()).toMatchObject({
      StateValue: 'ALARM',
      StateReason: expect.stringMatching(
        /^Threshold Crossed: 2 out of the last 2 datapoints \[90\.0 \(01\/01\/26 00:0\d:00\), 90\.0 \(.*\)\] were greater than the threshold \(50\.0\) \(minimum 2 datapoints for OK -> ALARM transition\)\.$/,
      ),
    });
    const data: unknown = JSON.parse(present(alarm().StateReasonData));
    expect(data).toMatchObject({ version: '1.0', statistic: 'Average', period: 60, threshold: 50 });
    for (const value of [10, 10]) minute(value);
    expect(alarm().StateValue).toBe('OK');
    for (let count = 0; count < 6; count += 1) minute();
    expect(alarm()).toMatchObject({
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Insufficient Data: 2 datapoints were unknown.',
    });
    expect(summaries()).toEqual([
      'Alarm "busy" created',
      'Alarm updated from INSUFFICIENT_DATA to OK',
      'Alarm updated from OK to ALARM',
      'Alarm updated from ALARM to OK',
      'Alarm updated from OK to INSUFFICIENT_DATA',
    ]);
  });

  test('rests while nothing comes, and wakes with the next value', () => {
    put();
    for (let count = 0; count < 3; count += 1) minute();
    expect(it.view().get(Timers, evaluateKind)).toBeUndefined();
    for (const value of [90, 90, 90]) minute(value);
    expect(alarm().StateValue).toBe('ALARM');
  });

  test('tells a scaling policy at once, and each minute that it still rings', () => {
    put({ AlarmActions: [policy], OKActions: [policy] });
    for (const value of [90, 90, 90, 90, 90]) minute(value);
    const rings = told.filter(({ event }) => event.alarm.state.value === 'ALARM');
    expect(rings.length).toBeGreaterThanOrEqual(3);
    expect(rings.map(({ event }) => event.isRepeated)).toEqual([
      false,
      ...rings.slice(1).map(() => true),
    ]);
    expect(rings[0]?.event.datapoints.at(-1)?.value).toBe(90);
    expect(summaries().filter((text) => text?.includes('executed action'))).toEqual([
      `Successfully executed action ${policy}`,
    ]);
  });

  test('tells nobody while its actions are disabled', () => {
    put({ AlarmActions: [policy] });
    it.call(disableAlarmActions, { AlarmNames: ['busy', 'unknown'] });
    for (const value of [90, 90, 90]) minute(value);
    expect([alarm().StateValue, alarm().ActionsEnabled, told.length]).toEqual(['ALARM', false, 0]);
    it.call(enableAlarmActions, { AlarmNames: ['busy'] });
    minute(90);
    expect(told.length).toBeGreaterThan(0);
  });

  test('says in its history that a notification was not delivered', () => {
    put({ AlarmActions: ['arn:aws:sns:us-east-1:123456789012:topic'] });
    it.call(setAlarmState, { AlarmName: 'busy', StateValue: 'ALARM', StateReason: 'a test' });
    expect(summaries().at(-1)).toContain('Faultline has no Amazon SNS');
  });

  test('stops the instance of its metric', () => {
    const [id = ''] = it.launch();
    it.clock.advance(60_000);
    put({
      Dimensions: [{ Name: 'InstanceId', Value: id }],
      AlarmActions: ['arn:aws:automate:us-east-1:ec2:stop'],
    });
    it.call(setAlarmState, { AlarmName: 'busy', StateValue: 'ALARM', StateReason: 'a test' });
    expect(it.describe(id).State?.Name).toBe('stopping');
  });

  test('sees that the host under an instance has failed, and that it is back', () => {
    const [id = ''] = it.launch();
    put({
      Namespace: 'AWS/EC2',
      MetricName: 'StatusCheckFailed_System',
      Dimensions: [{ Name: 'InstanceId', Value: id }],
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
    it.clock.advance(10 * 60_000);
    expect(alarm().StateValue).toBe('OK');
    const mend = it.breakDown(
      `zone/${it.describe(id).Placement?.AvailabilityZoneId ?? ''}`,
      'power',
    );
    it.clock.advance(10 * 60_000);
    expect(alarm().StateValue).toBe('ALARM');
    mend();
    it.clock.advance(15 * 60_000);
    expect(alarm().StateValue).toBe('OK');
  });

  test('that was set by hand is set right by its metric', () => {
    put();
    for (const value of [10, 10, 10]) minute(value);
    it.call(setAlarmState, { AlarmName: 'busy', StateValue: 'ALARM', StateReason: 'a test' });
    expect(alarm()).toMatchObject({ StateValue: 'ALARM', StateReason: 'a test' });
    minute(10);
    minute(10);
    expect(alarm().StateValue).toBe('OK');
  });

  test('keeps its state when it is made anew, and loses the rest', () => {
    put({ AlarmDescription: 'one', TreatMissingData: 'ignore' });
    for (const value of [90, 90, 90]) minute(value);
    put({ Threshold: 60 });
    expect(alarm()).toMatchObject({ StateValue: 'ALARM', Threshold: 60 });
    expect(alarm().AlarmDescription).toBeUndefined();
    expect(alarm().TreatMissingData).toBeUndefined();
  });

  test('of a percentile looks at how the samples lie', () => {
    put({ Statistic: undefined, ExtendedStatistic: 'p90', EvaluationPeriods: 1 });
    for (let sample = 1; sample <= 100; sample += 1) {
      it.transact((tx) => recordMetric(tx, 'Shop', 'Load', dimensions, sample / 2, 'Percent'));
    }
    minute();
    minute();
    expect(alarm().StateValue).toBe('OK');
    expect(alarm()).toMatchObject({ ExtendedStatistic: 'p90' });
    put({ Statistic: undefined, ExtendedStatistic: 'p90', EvaluationPeriods: 1, Threshold: 44 });
    minute();
    expect(alarm().StateValue).toBe('ALARM');
  });
});

describe('alarms', () => {
  test('are found by name, prefix, state, action and metric, page by page', () => {
    for (const AlarmName of ['b-two', 'a-one', 'b-one']) put({ AlarmName });
    put({ AlarmName: 'c', MetricName: 'Other', OKActions: [policy] });
    const names = (input: object) =>
      present(it.call(describeAlarms, input).MetricAlarms).map(({ AlarmName }) => AlarmName);
    expect(names({})).toEqual(['a-one', 'b-one', 'b-two', 'c']);
    expect(names({ AlarmNames: ['c', 'nobody'] })).toEqual(['c']);
    expect(names({ AlarmNamePrefix: 'b-' })).toEqual(['b-one', 'b-two']);
    expect(names({ ActionPrefix: 'arn:aws:autoscaling' })).toEqual(['c']);
    expect(names({ StateValue: 'ALARM' })).toEqual([]);
    expect(names({ AlarmTypes: ['CompositeAlarm'] })).toEqual([]);
    const first = it.call(describeAlarms, { MaxRecords: 3 });
    expect(names({ MaxRecords: 3, NextToken: present(first.NextToken) })).toEqual(['c']);
    const metric = { Namespace: 'Shop', MetricName: 'Other', Dimensions: dimensions };
    expect(it.call(describeAlarmsForMetric, metric).MetricAlarms?.[0]?.AlarmName).toBe('c');
    expect(it.call(describeAlarmsForMetric, { ...metric, Dimensions: [] }).MetricAlarms).toEqual(
      [],
    );
    expect(it.fail(deleteAlarms, { AlarmNames: ['c', 'nobody'] }).code).toBe('ResourceNotFound');
    it.call(deleteAlarms, { AlarmNames: ['c'] });
    expect(names({})).toEqual(['a-one', 'b-one', 'b-two']);
  });

  test.each<[Partial<Plain<PutMetricAlarmInput>>, string, RegExp]>([
    [{ Period: 45 }, 'ValidationError', /multiple of 60/],
    [{ Period: 10 }, 'NotImplemented', /below a minute/],
    [{ Period: 3_600, EvaluationPeriods: 25 }, 'NotImplemented', /more than a day/],
    [{ Period: 300, EvaluationPeriods: 300 }, 'ValidationError', /more than a day/],
    [{ DatapointsToAlarm: 3 }, 'ValidationError', /DatapointsToAlarm/],
    [{ Statistic: undefined }, 'ValidationError', /Statistic/],
    [{ ExtendedStatistic: 'p90' }, 'ValidationError', /Both/],
    [{ Statistic: undefined, ExtendedStatistic: 'tm90' }, 'NotImplemented', /tm90/],
    [{ Statistic: undefined, ExtendedStatistic: 'p101' }, 'ValidationError', /p101/],
    [{ MetricName: undefined }, 'ValidationError', /MetricName/],
    [{ Threshold: undefined }, 'ValidationError', /Threshold/],
    [{ ComparisonOperator: 'GreaterThanUpperThreshold' }, 'NotImplemented', /anomaly/],
    [{ TreatMissingData: 'forget' }, 'ValidationError', /TreatMissingData/],
    [{ AlarmActions: ['topic'] }, 'ValidationError', /Invalid arn syntax: topic/],
    [
      { AlarmActions: ['arn:aws:sns:eu-west-1:123456789012:t'] },
      'ValidationError',
      /Invalid region eu-west-1 specified/,
    ],
    [{ Metrics: [{ Id: 'a' }] }, 'ValidationError', /Metrics list/],
  ])('are refused when they cannot be: %j', (input, code, message) => {
    const error = it.fail(putMetricAlarm, {
      AlarmName: 'busy',
      Namespace: 'Shop',
      MetricName: 'Load',
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 2,
      Threshold: 50,
      ComparisonOperator: 'GreaterThanThreshold',
      ...input,
    });
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});
