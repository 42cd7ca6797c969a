import type {
  DeleteNotificationConfigurationType,
  DescribeAutoScalingNotificationTypesAnswer,
  DescribeNotificationConfigurationsAnswer,
  DescribeNotificationConfigurationsType,
  PutNotificationConfigurationType,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError } from '../../world/domain-error.ts';
import type { Operation } from '../operation.ts';
import { AutoScalingGroups } from './entities.ts';
import { limitExceeded, validation } from './errors.ts';
import { existingGroup, page } from './lookups.ts';
import { quotas } from './quotas.ts';

const notificationTypes = [
  'autoscaling:EC2_INSTANCE_LAUNCH',
  'autoscaling:EC2_INSTANCE_LAUNCH_ERROR',
  'autoscaling:EC2_INSTANCE_TERMINATE',
  'autoscaling:EC2_INSTANCE_TERMINATE_ERROR',
  'autoscaling:TEST_NOTIFICATION',
] as const;

/** DescribeAutoScalingNotificationTypes. */
export const describeNotificationTypes: Operation<
  object,
  DescribeAutoScalingNotificationTypesAnswer
> = () => ({ AutoScalingNotificationTypes: notificationTypes });

/** PutNotificationConfiguration: kept and shown; there is no SNS here that would send anything. */
export const putNotificationConfiguration: Operation<
  PutNotificationConfigurationType,
  Record<string, never>
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const types = [...new Set(input.NotificationTypes ?? [])];
  const unknown = types.find((type) => !notificationTypes.some((known) => known === type));
  if (types.length === 0 || unknown !== undefined) {
    return validation(`Invalid notification type: ${unknown ?? ''}`);
  }
  const topicArn = input.TopicARN ?? '';
  const others = group.notifications.filter((known) => known.topicArn !== topicArn);
  if (others.length >= quotas.notificationTopicsPerGroup) {
    return limitExceeded(
      `An AutoScalingGroup can notify ${quotas.notificationTopicsPerGroup} topics.`,
    );
  }
  tx.put(AutoScalingGroups, { ...group, notifications: [...others, { topicArn, types }] });
  return {};
};

/** DeleteNotificationConfiguration; a topic that is not notified is no error. */
export const deleteNotificationConfiguration: Operation<
  DeleteNotificationConfigurationType,
  Record<string, never>
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const notifications = group.notifications.filter(({ topicArn }) => topicArn !== input.TopicARN);
  tx.put(AutoScalingGroups, { ...group, notifications });
  return {};
};

/** DescribeNotificationConfigurations: one entry for each group, topic and type. */
export const describeNotificationConfigurations: Operation<
  DescribeNotificationConfigurationsType,
  DescribeNotificationConfigurationsAnswer
> = (tx, input) => {
  const names = input.AutoScalingGroupNames ?? [];
  const entries = tx
    .list(AutoScalingGroups)
    .filter((group) => names.length === 0 || names.includes(group.id))
    .flatMap((group) =>
      group.notifications.flatMap(({ topicArn, types }) =>
        types.map((type) => ({
          AutoScalingGroupName: group.id,
          TopicARN: topicArn,
          NotificationType: type,
        })),
      ),
    );
  const shown = page(
    entries,
    input,
    (entry) => `${entry.AutoScalingGroupName} ${entry.TopicARN} ${entry.NotificationType}`,
  );
  if (isDomainError(shown)) return shown;
  return { NotificationConfigurations: shown.items, NextToken: shown.nextToken };
};
