import { defineTable, type Entity } from '../../world/entity.ts';

/** A dimension of a metric, as AWS writes it. */
export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** A metric that has had data: its id is the namespace, the name and the dimensions. */
export interface Metric extends Entity {
  readonly namespace: string;
  readonly name: string;
  /** In the order of their names. */
  readonly dimensions: readonly Dimension[];
  /** A short name of it, with which its spans begin. */
  readonly spanPrefix: string;
  /** The units in which data came. */
  readonly units: readonly string[];
  /** The beginning of its newest span, world time. */
  readonly newestSpanAt: number;
}

export const Metrics = defineTable<Metric>('cloudwatch-metrics');

/** A value and how often it came. */
export type ValueCount = readonly [value: number, count: number];

/**
 * What came in one minute: the minute within its span, the number of samples, their sum, the lowest and the highest, and how
 * they are distributed. Without a distribution all were equal, or it is not known (statistic sets).
 */
export type MinuteOfMetric = readonly [
  minute: number,
  sampleCount: number,
  sum: number,
  minimum: number,
  maximum: number,
  distribution?: readonly ValueCount[],
];

/** The data of one metric in one unit over a quarter of an hour: small, since each new minute writes it anew. */
export interface MetricSpan extends Entity {
  readonly metricId: string;
  readonly unit: string;
  /** World time, a whole quarter of an hour. */
  readonly startAt: number;
  /** In order of time. */
  readonly minutes: readonly MinuteOfMetric[];
}

export const MetricSpans = defineTable<MetricSpan>('cloudwatch-metric-spans', {
  metric: (span) => span.metricId,
});

/** When data that is too old was last thrown away. */
export interface MetricSweep extends Entity {
  readonly at: number;
}

export const MetricSweeps = defineTable<MetricSweep>('cloudwatch-metric-sweeps');

export type AlarmStateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export type ComparisonOperator =
  | 'GreaterThanOrEqualToThreshold'
  | 'GreaterThanThreshold'
  | 'LessThanThreshold'
  | 'LessThanOrEqualToThreshold';

export type MissingDataTreatment = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

/** What an alarm watches, by which rule. */
export interface AlarmRule {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: readonly Dimension[];
  /** `Average`, `Sum`, ... or a percentile such as `p90`. */
  readonly statistic: string;
  readonly unit: string | null;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  /** Null when the request did not say it: all of the evaluation periods. */
  readonly datapointsToAlarm: number | null;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  /** Null when the request did not say it: `missing`. */
  readonly treatMissingData: MissingDataTreatment | null;
  readonly lowSampleCount: 'evaluate' | 'ignore' | null;
}

/** The query of an alarm that was made by a list of `Metrics`, which holds one metric and no expression. */
export interface AlarmQuery {
  readonly id: string;
  readonly label: string | null;
}

export interface AlarmState {
  readonly value: AlarmStateValue;
  readonly reason: string;
  /** JSON; null when there is none. */
  readonly reasonData: string | null;
  readonly updatedAt: number;
  /** When the value last changed. */
  readonly transitionedAt: number;
}

/** An alarm; its id is its name. */
export interface Alarm extends Entity {
  readonly arn: string;
  readonly description: string | null;
  readonly actionsEnabled: boolean;
  readonly okActions: readonly string[];
  readonly alarmActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  readonly rule: AlarmRule;
  readonly query: AlarmQuery | null;
  readonly metricId: string;
  readonly configuredAt: number;
  readonly state: AlarmState;
}

export const Alarms = defineTable<Alarm>('cloudwatch-alarms', {
  metric: (alarm) => alarm.metricId,
});

export interface AlarmHistoryItem extends Entity {
  readonly alarmName: string;
  readonly at: number;
  readonly type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  readonly summary: string;
  /** JSON. */
  readonly data: string;
}

export const AlarmHistory = defineTable<AlarmHistoryItem>('cloudwatch-alarm-history', {
  alarm: (item) => item.alarmName,
});
