import type {
  DescribeAccountLimitsAnswer,
  DescribeAdjustmentTypesAnswer,
  DescribeLifecycleHookTypesAnswer,
} from '@aws-sdk/client-auto-scaling';
import type { Operation } from '../operation.ts';
import { AutoScalingGroups, LaunchConfigurations } from './entities.ts';
import { quotaIn } from './quotas.ts';

/** DescribeAccountLimits: the quotas, and what of them is used. */
export const describeAccountLimits: Operation<object, DescribeAccountLimitsAnswer> = (tx) => ({
  MaxNumberOfAutoScalingGroups: quotaIn(tx, 'groupsPerRegion'),
  MaxNumberOfLaunchConfigurations: quotaIn(tx, 'launchConfigurationsPerRegion'),
  NumberOfAutoScalingGroups: tx.list(AutoScalingGroups).length,
  NumberOfLaunchConfigurations: tx.list(LaunchConfigurations).length,
});

/** DescribeAdjustmentTypes. */
export const describeAdjustmentTypes: Operation<object, DescribeAdjustmentTypesAnswer> = () => ({
  AdjustmentTypes: [
    { AdjustmentType: 'ChangeInCapacity' },
    { AdjustmentType: 'ExactCapacity' },
    { AdjustmentType: 'PercentChangeInCapacity' },
  ],
});

/** DescribeLifecycleHookTypes. */
export const describeLifecycleHookTypes: Operation<
  object,
  DescribeLifecycleHookTypesAnswer
> = () => ({
  LifecycleHookTypes: [
    'autoscaling:EC2_INSTANCE_LAUNCHING',
    'autoscaling:EC2_INSTANCE_TERMINATING',
  ],
});
