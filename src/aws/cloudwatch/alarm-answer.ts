import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Plain } from '../operation.ts';
import type { Alarm } from './entities.ts';

/** A member of the answer that is there only when it was given. */
const given = <K extends string, V>(key: K, value: V | null): { readonly [Key in K]?: V } =>
  // The computed key is K, which the type of an object literal cannot say.
  (value === null ? {} : { [key]: value }) as { readonly [Key in K]?: V };

const watched = ({ rule, query }: Alarm): Plain<MetricAlarm> => {
  const metric = {
    Namespace: rule.namespace,
    MetricName: rule.metricName,
    Dimensions: rule.dimensions,
  };
  if (query !== null) {
    const stat = {
      Metric: metric,
      Period: rule.periodSeconds,
      Stat: rule.statistic,
      // The unit was checked against the model when it came.
      ...given('Unit', rule.unit as Plain<MetricAlarm>['Unit'] | null),
    };
    return {
      Metrics: [
        { Id: query.id, ...given('Label', query.label), MetricStat: stat, ReturnData: true },
      ],
    };
  }
  return {
    ...metric,
    Period: rule.periodSeconds,
    ...(rule.statistic.startsWith('p')
      ? { ExtendedStatistic: rule.statistic }
      : // Statistics other than percentiles are the model's five.
        { Statistic: rule.statistic as Plain<MetricAlarm>['Statistic'] }),
    ...given('Unit', rule.unit as Plain<MetricAlarm>['Unit'] | null),
  };
};

/** An alarm as DescribeAlarms gives it. */
export const alarmAnswer = (alarm: Alarm): Plain<MetricAlarm> => ({
  AlarmName: alarm.id,
  AlarmArn: alarm.arn,
  ...given('AlarmDescription', alarm.description),
  AlarmConfigurationUpdatedTimestamp: alarm.configuredAt,
  ActionsEnabled: alarm.actionsEnabled,
  OKActions: alarm.okActions,
  AlarmActions: alarm.alarmActions,
  InsufficientDataActions: alarm.insufficientDataActions,
  StateValue: alarm.state.value,
  StateReason: alarm.state.reason,
  ...given('StateReasonData', alarm.state.reasonData),
  StateUpdatedTimestamp: alarm.state.updatedAt,
  StateTransitionedTimestamp: alarm.state.transitionedAt,
  EvaluationPeriods: alarm.rule.evaluationPeriods,
  ...given('DatapointsToAlarm', alarm.rule.datapointsToAlarm),
  Threshold: alarm.rule.threshold,
  ComparisonOperator: alarm.rule.comparison,
  ...given('TreatMissingData', alarm.rule.treatMissingData),
  ...given('EvaluateLowSampleCountPercentile', alarm.rule.lowSampleCount),
  ...watched(alarm),
});
