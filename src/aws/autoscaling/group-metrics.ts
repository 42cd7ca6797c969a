import type {
  DescribeMetricCollectionTypesAnswer,
  DisableMetricsCollectionQuery,
  EnableMetricsCollectionQuery,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Operation } from '../operation.ts';
import { scheduleCollection } from './collected-metrics.ts';
import { AutoScalingGroups } from './entities.ts';
import { validation } from './errors.ts';
import { existingGroup } from './lookups.ts';

/** "Amazon CloudWatch metrics for Amazon EC2 Auto Scaling", User Guide. */
const groupMetrics: readonly string[] = [
  'GroupMinSize',
  'GroupMaxSize',
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupPendingInstances',
  'GroupStandbyInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
  'GroupInServiceCapacity',
  'GroupPendingCapacity',
  'GroupStandbyCapacity',
  'GroupTerminatingCapacity',
  'GroupTotalCapacity',
  'WarmPoolDesiredCapacity',
  'WarmPoolWarmedCapacity',
  'WarmPoolPendingCapacity',
  'WarmPoolTerminatingCapacity',
  'WarmPoolTotalCapacity',
  'GroupAndWarmPoolDesiredCapacity',
  'GroupAndWarmPoolTotalCapacity',
];

const readMetrics = (asked: readonly string[] | undefined): readonly string[] | DomainError => {
  if (asked === undefined || asked.length === 0) return groupMetrics;
  const unknown = asked.find((metric) => !groupMetrics.includes(metric));
  return unknown === undefined ? asked : validation(`Invalid metric name: ${unknown}`);
};

/** EnableMetricsCollection: all metrics unless some are named. */
export const enableMetricsCollection: Operation<
  EnableMetricsCollectionQuery,
  Record<string, never>
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  if (input.Granularity !== '1Minute') {
    return validation(`Invalid granularity: ${input.Granularity ?? ''}. It must be 1Minute.`);
  }
  const asked = readMetrics(input.Metrics);
  if (isDomainError(asked)) return asked;
  const enabledMetrics = groupMetrics.filter(
    (metric) => asked.includes(metric) || group.enabledMetrics.includes(metric),
  );
  const changed = { ...group, enabledMetrics };
  tx.put(AutoScalingGroups, changed);
  scheduleCollection(tx, changed);
  return {};
};

/** DisableMetricsCollection: all metrics unless some are named. */
export const disableMetricsCollection: Operation<
  DisableMetricsCollectionQuery,
  Record<string, never>
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const asked = readMetrics(input.Metrics);
  if (isDomainError(asked)) return asked;
  const enabledMetrics = group.enabledMetrics.filter((metric) => !asked.includes(metric));
  const changed = { ...group, enabledMetrics };
  tx.put(AutoScalingGroups, changed);
  scheduleCollection(tx, changed);
  return {};
};

/** DescribeMetricCollectionTypes. */
export const describeMetricCollectionTypes: Operation<
  object,
  DescribeMetricCollectionTypesAnswer
> = () => ({
  Metrics: groupMetrics.map((Metric) => ({ Metric })),
  Granularities: [{ Granularity: '1Minute' }],
});
