import { extend } from '../../world/rules.ts';
import { AlarmActions } from '../cloudwatch/alarm-actions.ts';
import { InstanceGroupings } from '../cloudwatch/instance-metrics.ts';
import { prepareDefaultNetwork } from '../ec2/network/default-network.ts';
import type { Service } from '../operation.ts';
import { about } from './about.ts';
import {
  describeAccountLimits,
  describeAdjustmentTypes,
  describeLifecycleHookTypes,
} from './account-facts.ts';
import { setDesiredCapacity } from './desired-capacity.ts';
import { describeAutoScalingGroups, describeAutoScalingInstances } from './describe-groups.ts';
import {
  describeMetricCollectionTypes,
  disableMetricsCollection,
  enableMetricsCollection,
} from './group-metrics.ts';
import { createOrUpdateTags, deleteTags, describeTags } from './group-tags.ts';
import {
  createAutoScalingGroup,
  deleteAutoScalingGroup,
  updateAutoScalingGroup,
} from './groups.ts';
import {
  createLaunchConfiguration,
  deleteLaunchConfiguration,
  describeLaunchConfigurations,
} from './launch-configurations.ts';
import { setInstanceHealth, setInstanceProtection } from './member-settings.ts';
import {
  attachInstances,
  detachInstances,
  enterStandby,
  exitStandby,
  terminateInstance,
} from './members.ts';
import {
  deleteNotificationConfiguration,
  describeNotificationConfigurations,
  describeNotificationTypes,
  putNotificationConfiguration,
} from './notifications.ts';
import { groupFollowers, groupsOfInstances } from './group-followers.ts';
import { executeForAlarm } from './policies/alarm-execution.ts';
import { policyOperations } from './policies/operations.ts';
import {
  describeScalingProcessTypes,
  describeTerminationPolicyTypes,
  resumeProcesses,
  suspendProcesses,
} from './processes.ts';
import { hookOperations } from './hooks/operations.ts';
import { autoScalingTimers } from './timers.ts';
import { refreshOperations } from './refresh/operations.ts';
import { scheduleOperations } from './schedules/operations.ts';
import { describeScalingActivities } from './scaling-activities.ts';
import {
  attachLoadBalancerTargetGroups,
  attachTrafficSources,
  describeLoadBalancerTargetGroups,
  describeTrafficSources,
  detachLoadBalancerTargetGroups,
  detachTrafficSources,
} from './traffic-sources.ts';

import { warmPoolOperations } from './warm-pool/operations.ts';

export const autoscaling: Service = {
  ...about,
  refuses: {
    CreateAutoScalingGroup: [
      'Operator',
      'MixedInstancesPolicy.InstancesDistribution.DistributionSegments',
    ],
    UpdateAutoScalingGroup: ['MixedInstancesPolicy.InstancesDistribution.DistributionSegments'],
    StartInstanceRefresh: [
      'DesiredConfiguration.MixedInstancesPolicy.InstancesDistribution.DistributionSegments',
    ],
    TerminateInstanceInAutoScalingGroup: ['AutoScalingGroupName', 'InstanceIds'],
  },
  prepare: prepareDefaultNetwork,
  timers: autoScalingTimers,
  follows: groupFollowers,
  extends: [
    extend(AlarmActions, 'autoscaling', executeForAlarm),
    extend(InstanceGroupings, 'AutoScalingGroupName', groupsOfInstances),
  ],
  operations: {
    AttachInstances: attachInstances,
    AttachLoadBalancerTargetGroups: attachLoadBalancerTargetGroups,
    AttachTrafficSources: attachTrafficSources,
    CreateAutoScalingGroup: createAutoScalingGroup,
    CreateLaunchConfiguration: createLaunchConfiguration,
    CreateOrUpdateTags: createOrUpdateTags,
    DeleteAutoScalingGroup: deleteAutoScalingGroup,
    DeleteLaunchConfiguration: deleteLaunchConfiguration,
    DeleteNotificationConfiguration: deleteNotificationConfiguration,
    DeleteTags: deleteTags,
    DescribeAccountLimits: describeAccountLimits,
    DescribeAdjustmentTypes: describeAdjustmentTypes,
    DescribeAutoScalingGroups: describeAutoScalingGroups,
    DescribeAutoScalingInstances: describeAutoScalingInstances,
    DescribeAutoScalingNotificationTypes: describeNotificationTypes,
    DescribeLaunchConfigurations: describeLaunchConfigurations,
    DescribeLifecycleHookTypes: describeLifecycleHookTypes,
    DescribeLoadBalancerTargetGroups: describeLoadBalancerTargetGroups,
    DescribeMetricCollectionTypes: describeMetricCollectionTypes,
    DescribeNotificationConfigurations: describeNotificationConfigurations,
    DescribeScalingActivities: describeScalingActivities,
    DescribeScalingProcessTypes: describeScalingProcessTypes,
    DescribeTags: describeTags,
    DescribeTerminationPolicyTypes: describeTerminationPolicyTypes,
    DescribeTrafficSources: describeTrafficSources,
    DetachInstances: detachInstances,
    DetachLoadBalancerTargetGroups: detachLoadBalancerTargetGroups,
    DetachTrafficSources: detachTrafficSources,
    DisableMetricsCollection: disableMetricsCollection,
    EnableMetricsCollection: enableMetricsCollection,
    EnterStandby: enterStandby,
    ExitStandby: exitStandby,
    PutNotificationConfiguration: putNotificationConfiguration,
    ResumeProcesses: resumeProcesses,
    SetDesiredCapacity: setDesiredCapacity,
    SetInstanceHealth: setInstanceHealth,
    SetInstanceProtection: setInstanceProtection,
    SuspendProcesses: suspendProcesses,
    TerminateInstanceInAutoScalingGroup: terminateInstance,
    UpdateAutoScalingGroup: updateAutoScalingGroup,
    ...hookOperations,
    ...policyOperations,
    ...refreshOperations,
    ...scheduleOperations,
    ...warmPoolOperations,
  },
};
