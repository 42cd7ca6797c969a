import type { Activity } from '@aws-sdk/client-auto-scaling';
import type { Tx, View } from '../../world/transaction.ts';
import { zoneNameOf } from '../shared/account-zones.ts';
import type { Plain } from '../operation.ts';
import {
  AutoScalingGroups,
  ScalingActivities,
  type AutoScalingGroup,
  type ScalingActivity,
} from './entities.ts';

/**
 * How many activities of a group are kept. AWS keeps six weeks of them; a world must not grow for ever by a group that
 * finds no capacity.
 */
const keptActivities = 200;

/** A UUID drawn from the world's seed. */
export const newUuid = (tx: Tx): string => {
  const digits = tx.random('autoscaling/ids').hex(32);
  const part = (from: number, to: number): string => digits.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-4${part(13, 16)}-8${part(17, 20)}-${part(20, 32)}`;
};

/** Where an instance is, as activities tell it. */
export const placeDetails = (view: View, subnetId: string, zoneId: string): string =>
  JSON.stringify({ 'Subnet ID': subnetId, 'Availability Zone': zoneNameOf(view, zoneId) });

const trim = (tx: Tx, groupName: string): void => {
  const known = tx.find(ScalingActivities, 'group', groupName);
  for (const activity of known.slice(0, Math.max(0, known.length - keptActivities))) {
    if (activity.endedAt !== null) tx.delete(ScalingActivities, activity.id);
  }
};

/** Writes down what a group begins, or did at once when `status` is an end. */
export const beginActivity = (
  tx: Tx,
  group: Pick<AutoScalingGroup, 'id' | 'arn'>,
  begun: Pick<ScalingActivity, 'description' | 'cause' | 'details' | 'status'> &
    Partial<Pick<ScalingActivity, 'progress' | 'statusMessage'>>,
): ScalingActivity => {
  const isOver = isEnd(begun.status);
  const activity: ScalingActivity = {
    id: newUuid(tx),
    groupName: group.id,
    groupArn: group.arn,
    startedAt: tx.now,
    endedAt: isOver ? tx.now : null,
    statusMessage: null,
    progress: isOver ? 100 : 0,
    ...begun,
  };
  tx.put(ScalingActivities, activity);
  trim(tx, group.id);
  return activity;
};

const isEnd = (status: ScalingActivity['status']): boolean =>
  status === 'Successful' || status === 'Failed' || status === 'Cancelled';

/** An activity goes on, or comes to its end. Nothing happens when it has ended before. */
export const moveActivity = (
  tx: Tx,
  activityId: string | null,
  status: ScalingActivity['status'],
  changes: Partial<Pick<ScalingActivity, 'progress' | 'statusMessage' | 'description'>> = {},
): void => {
  const activity = activityId === null ? undefined : tx.get(ScalingActivities, activityId);
  if (activity === undefined || activity.endedAt !== null || activity.status === status) return;
  const ended = isEnd(status) ? { endedAt: tx.now, progress: 100 } : {};
  tx.put(ScalingActivities, { ...activity, ...changes, ...ended, status });
};

export const activityAnswer = (view: View, activity: ScalingActivity): Plain<Activity> => ({
  ActivityId: activity.id,
  AutoScalingGroupName: activity.groupName,
  Description: activity.description,
  Cause: activity.cause,
  StartTime: activity.startedAt,
  EndTime: activity.endedAt ?? undefined,
  StatusCode: activity.status,
  StatusMessage: activity.statusMessage ?? undefined,
  Progress: activity.progress,
  Details: activity.details,
  // AWS tells it of groups that are gone.
  AutoScalingGroupState:
    view.get(AutoScalingGroups, activity.groupName)?.arn === activity.groupArn
      ? undefined
      : 'Deleted',
  AutoScalingGroupARN: activity.groupArn,
});
