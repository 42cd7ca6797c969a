import type { ActivitiesType, DescribeScalingActivitiesType } from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { isoText } from '../shared/utc-text.ts';
import type { Operation, Plain } from '../operation.ts';
import { activityAnswer } from './activities.ts';
import { AutoScalingGroups, ScalingActivities, type ScalingActivity } from './entities.ts';
import { validation } from './errors.ts';
import { existingGroup, page } from './lookups.ts';

type Input = Plain<DescribeScalingActivitiesType>;

const named = (view: View, input: Input): readonly ScalingActivity[] | DomainError => {
  const ids = input.ActivityIds ?? [];
  const { AutoScalingGroupName: name, IncludeDeletedGroups: includesDeleted = false } = input;
  const isShown = (activity: ScalingActivity): boolean =>
    includesDeleted || view.get(AutoScalingGroups, activity.groupName)?.arn === activity.groupArn;
  if (name === undefined) {
    const all = view.list(ScalingActivities).filter(isShown);
    return ids.length === 0 ? all : all.filter((activity) => ids.includes(activity.id));
  }
  const group = existingGroup(view, name);
  if (isDomainError(group) && !includesDeleted) return group;
  const ofGroup = view.find(ScalingActivities, 'group', isDomainError(group) ? name : group.id);
  return ofGroup.filter(
    (activity) => isShown(activity) && (ids.length === 0 || ids.includes(activity.id)),
  );
};

/** Moments in one form of ISO 8601 compare as texts; seconds are enough here. */
const moment = (text: string): string => text.slice(0, 19);

type Filter = NonNullable<Input['Filters']>[number];

const passes = (activity: ScalingActivity, filter: Filter): boolean | undefined => {
  const values = filter.Values ?? [];
  const started = moment(isoText(activity.startedAt));
  switch (filter.Name) {
    case 'Status':
      return values.includes(activity.status);
    case 'StartTimeLowerBound':
      return values.every((value) => moment(value) <= started);
    case 'StartTimeUpperBound':
      return values.every((value) => started <= moment(value));
    default:
      return undefined;
  }
};

/** DescribeScalingActivities: the newest first. Filters by status and by when they started, in UTC. */
export const describeScalingActivities: Operation<DescribeScalingActivitiesType, ActivitiesType> = (
  tx,
  input,
) => {
  const found = named(tx, input);
  if (isDomainError(found)) return found;
  const filters = input.Filters ?? [];
  const known = ['Status', 'StartTimeLowerBound', 'StartTimeUpperBound'];
  const unknown = filters.find((filter) => !known.includes(filter.Name ?? ''));
  if (unknown !== undefined) return validation(`Invalid filter: ${unknown.Name ?? ''}`);
  const kept = found.filter((activity) => filters.every((filter) => passes(activity, filter)));
  const shown = page(kept.toReversed(), input, (activity) => activity.id, 100);
  if (isDomainError(shown)) return shown;
  return {
    Activities: shown.items.map((activity) => activityAnswer(tx, activity)),
    NextToken: shown.nextToken,
  };
};
