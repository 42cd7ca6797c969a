import type { Service } from '../operation.ts';
import { about } from './about.ts';
import { alarmTimers } from './alarm-evaluation.ts';
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
import { listMetrics } from './list-metrics.ts';
import { putMetricData } from './metric-data.ts';
import { getMetricData } from './metric-queries.ts';
import { getMetricStatistics } from './metric-statistics.ts';
import { listTagsForResource, tagResource, untagResource } from './resource-tags.ts';

export const cloudwatch: Service = {
  ...about,
  refuses: {
    PutMetricAlarm: ['ActionConfiguration', 'EvaluationWindow', 'WarmUpConfiguration'],
  },
  timers: alarmTimers,
  operations: {
    DeleteAlarms: deleteAlarms,
    DescribeAlarmHistory: describeAlarmHistory,
    DescribeAlarms: describeAlarms,
    DescribeAlarmsForMetric: describeAlarmsForMetric,
    DisableAlarmActions: disableAlarmActions,
    EnableAlarmActions: enableAlarmActions,
    GetMetricData: getMetricData,
    GetMetricStatistics: getMetricStatistics,
    ListMetrics: listMetrics,
    ListTagsForResource: listTagsForResource,
    PutMetricAlarm: putMetricAlarm,
    PutMetricData: putMetricData,
    SetAlarmState: setAlarmState,
    TagResource: tagResource,
    UntagResource: untagResource,
  },
};
