import type { WireCase } from './cases.ts';

const updatedAt = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** The cases of CloudWatch, which clients speak to in three protocols. */
export const cloudWatchCases: readonly WireCase[] = [
  {
    name: 'cloudwatch-put-metric-data',
    client: 'cloudwatch',
    operation: 'PutMetricData',
    input: {
      Namespace: 'Shop',
      MetricData: [
        {
          MetricName: 'Load',
          Dimensions: [{ Name: 'Server', Value: 'größer' }],
          Values: [0.1, -5, 1e300, 70_000],
          Counts: [1, 2, 3, 100_000],
          Unit: 'Percent',
          StorageResolution: 60,
        },
      ],
    },
  },
  {
    name: 'cloudwatch-describe-alarms',
    client: 'cloudwatch',
    operation: 'DescribeAlarms',
    input: { AlarmNames: ['busy'], MaxRecords: 100 },
    output: {
      MetricAlarms: [
        {
          AlarmName: 'busy',
          ActionsEnabled: true,
          OKActions: [],
          StateValue: 'OK',
          StateUpdatedTimestamp: updatedAt,
          StateTransitionedTimestamp: updatedAt + 322,
          Threshold: 0.1,
          Period: 300,
          EvaluationPeriods: 3,
        },
      ],
      CompositeAlarms: [],
    },
  },
];
