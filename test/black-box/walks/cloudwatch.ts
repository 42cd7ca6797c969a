import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

/** Metrics, their statistics, and alarms that go by them. */
export const walkCloudWatch = (world: () => Running): void => {
  const cloudwatch = (): CloudWatch =>
    awsClients(world().endpoint, { region: 'eu-west-3' }).cloudwatch;
  const Namespace = 'Walk';
  const metric = { Namespace, MetricName: 'Load' };

  describe('CloudWatch', () => {
    it('keeps metric data and gives statistics of it', async () => {
      // Beyond 10 KiB the client compresses what it sends.
      const MetricData = Array.from({ length: 400 }, (_, index) => ({
        MetricName: 'Load',
        Dimensions: [{ Name: 'Server', Value: `server-${index % 4}` }],
        Value: index,
        Unit: 'Percent' as const,
      }));
      await cloudwatch().putMetricData({ Namespace, MetricData });
      const { Metrics } = await cloudwatch().listMetrics({ Namespace });
      expect(Metrics?.map(({ Dimensions }) => Dimensions?.[0]?.Value)).toEqual([
        'server-0',
        'server-1',
        'server-2',
        'server-3',
      ]);
      const range = { StartTime: new Date(0), EndTime: new Date(Date.now() + 100 * 86_400_000) };
      const Dimensions = [{ Name: 'Server', Value: 'server-3' }];
      const asked = { ...metric, ...range, Dimensions, Period: 86_400 * 30 };
      const { Datapoints } = await cloudwatch().getMetricStatistics({
        ...asked,
        Statistics: ['Maximum', 'SampleCount'],
      });
      expect(Datapoints).toMatchObject([{ Maximum: 399, SampleCount: 100, Unit: 'Percent' }]);
      expect(given(Datapoints?.[0]?.Timestamp)).toBeInstanceOf(Date);
      const { MetricDataResults } = await cloudwatch().getMetricData({
        ...range,
        MetricDataQueries: [
          {
            Id: 'load',
            MetricStat: { Metric: { ...metric, Dimensions }, Period: 86_400, Stat: 'p50' },
          },
        ],
      });
      expect(MetricDataResults).toMatchObject([{ Id: 'load', StatusCode: 'Complete' }]);
      expect(MetricDataResults?.[0]?.Values).toHaveLength(1);
    });

    it('rings an alarm while a metric is beyond its threshold', async () => {
      const alarm = {
        ...metric,
        AlarmName: 'walked',
        Statistic: 'Average' as const,
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 50,
        // The world is fast: it would soon be without data again.
        TreatMissingData: 'ignore',
        ComparisonOperator: 'GreaterThanThreshold' as const,
        Tags: [{ Key: 'stage', Value: 'test' }],
      };
      await cloudwatch().putMetricAlarm(alarm);
      await cloudwatch().putMetricData({
        Namespace,
        MetricData: [{ MetricName: 'Load', Value: 90 }],
      });
      await eventually(async () => {
        const { MetricAlarms } = await cloudwatch().describeAlarms({ AlarmNames: ['walked'] });
        expect(MetricAlarms).toMatchObject([{ StateValue: 'ALARM', Threshold: 50 }]);
        return true;
      });
      const { MetricAlarms } = await cloudwatch().describeAlarmsForMetric(metric);
      const ResourceARN = given(MetricAlarms?.[0]?.AlarmArn);
      await cloudwatch().tagResource({ ResourceARN, Tags: [{ Key: 'tier', Value: 'web' }] });
      await cloudwatch().untagResource({ ResourceARN, TagKeys: ['stage'] });
      const { Tags } = await cloudwatch().listTagsForResource({ ResourceARN });
      expect(Tags).toEqual([{ Key: 'tier', Value: 'web' }]);
      await cloudwatch().disableAlarmActions({ AlarmNames: ['walked'] });
      await cloudwatch().enableAlarmActions({ AlarmNames: ['walked'] });
      const { AlarmHistoryItems } = await cloudwatch().describeAlarmHistory({
        AlarmName: 'walked',
        HistoryItemType: 'StateUpdate',
      });
      expect(AlarmHistoryItems?.at(-1)).toMatchObject({
        HistorySummary: 'Alarm updated from INSUFFICIENT_DATA to ALARM',
      });
      await cloudwatch().setAlarmState({
        AlarmName: 'walked',
        StateValue: 'OK',
        StateReason: 'a test',
      });
      await cloudwatch().deleteAlarms({ AlarmNames: ['walked'] });
    });

    it('refuses in the words that programs know', async () => {
      expect(
        await refusalOf(
          cloudwatch().setAlarmState({ AlarmName: 'no', StateValue: 'OK', StateReason: '' }),
        ),
      ).toMatchObject({ code: 'ResourceNotFound', status: 404 });
      expect(
        await refusalOf(
          cloudwatch().putMetricData({
            Namespace: 'AWS/EC2',
            MetricData: [{ MetricName: 'a', Value: 1 }],
          }),
        ),
      ).toMatchObject({ code: 'InvalidParameterValueException', status: 400 });
      expect(
        await refusalOf(cloudwatch().putMetricAlarm({ AlarmName: '', EvaluationPeriods: 1 })),
        // The SDK's own name for the code ValidationError.
      ).toMatchObject({ code: 'ValidationException', status: 400 });
      expect(
        await refusalOf(
          cloudwatch().putCompositeAlarm({ AlarmName: 'both', AlarmRule: 'ALARM(walked)' }),
        ),
      ).toMatchObject({ code: 'NotImplemented', status: 501 });
    });
  });
};
