import type {
  BatchDeleteScheduledActionAnswer,
  BatchDeleteScheduledActionType,
  BatchPutScheduledUpdateGroupActionAnswer,
  BatchPutScheduledUpdateGroupActionType,
  DeleteScheduledActionType,
  DescribeScheduledActionsType,
  FailedScheduledUpdateGroupActionRequest,
  PutScheduledUpdateGroupActionType,
  ScheduledActionsType,
  ScheduledUpdateGroupAction,
} from '@aws-sdk/client-auto-scaling';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { newUuid } from '../activities.ts';
import type { AutoScalingGroup } from '../entities.ts';
import { limitExceeded, validation } from '../errors.ts';
import { existingGroup, page } from '../lookups.ts';
import { quotas } from '../quotas.ts';
import { isRecurrence, nextOccurrence } from './cron.ts';
import { ScheduledActions, type ScheduledAction } from './entities.ts';
import { cancelAction, scheduleAction } from './run-action.ts';
import { isTimeZone } from './time-zones.ts';

type Input = Omit<Plain<PutScheduledUpdateGroupActionType>, 'AutoScalingGroupName' | 'Time'>;

const idOf = (groupName: string, name: string): string => `${groupName}/${name}`;

/** When an action happens first. "If you specify Recurrence and StartTime, Amazon EC2 Auto Scaling performs the action at this time". */
const firstMoment = (view: View, input: Input): number | DomainError => {
  const { StartTime: startAt, EndTime: endAt, Recurrence: recurrence, TimeZone } = input;
  const { now } = view;
  if (startAt === undefined && recurrence === undefined) {
    return validation('StartTime or Recurrence must be specified');
  }
  if (startAt !== undefined && startAt < now) return validation('Given start time is in the past');
  if (endAt !== undefined && endAt <= (startAt ?? now)) {
    return validation('Given end time must be later than the start time');
  }
  const timeZone = TimeZone ?? 'UTC';
  if (!isTimeZone(timeZone)) return validation(`Invalid time zone: ${timeZone}`);
  if (TimeZone !== undefined && recurrence === undefined) {
    return validation('TimeZone needs Recurrence');
  }
  if (recurrence !== undefined && !isRecurrence(recurrence)) {
    return validation(`Given recurrence string: ${recurrence} is invalid`);
  }
  const recurring =
    recurrence === undefined ? undefined : nextOccurrence(recurrence, timeZone, now);
  const first = startAt ?? recurring;
  return first === undefined || (endAt !== undefined && first > endAt)
    ? validation(`Given recurrence string: ${recurrence ?? ''} never comes`)
    : first;
};

const sizesObjection = (input: Input): DomainError | undefined => {
  const { MinSize: min, MaxSize: max, DesiredCapacity: desired } = input;
  if (min === undefined && max === undefined && desired === undefined) {
    return validation(
      'At least one of MinSize, MaxSize and DesiredCapacity must be specified in request',
    );
  }
  if ([min, max, desired].some((size) => size !== undefined && size < 0)) {
    return validation('Group sizes must not be negative.');
  }
  if (min !== undefined && max !== undefined && max < min) {
    return validation(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
  }
  const isBelow = desired !== undefined && min !== undefined && desired < min;
  const isAbove = desired !== undefined && max !== undefined && desired > max;
  return isBelow || isAbove
    ? validation(
        `Desired capacity:${desired} must be between the specified min size:${min ?? ''} and max size:${max ?? ''}`,
      )
    : undefined;
};

/** "A scheduled action must have a unique time value" within its group ("Scheduled scaling", User Guide). */
const collision = (tx: Tx, action: ScheduledAction): DomainError | undefined => {
  const others = tx.find(ScheduledActions, 'group', action.groupName);
  return others.some((other) => other.id !== action.id && other.nextAt === action.nextAt)
    ? new DomainError(
        'AlreadyExists',
        'A scheduled action already exists with the same start time for this AutoScalingGroup',
      )
    : undefined;
};

const putAction = (tx: Tx, group: AutoScalingGroup, input: Input): DomainError | undefined => {
  const name = input.ScheduledActionName ?? '';
  const before = tx.get(ScheduledActions, idOf(group.id, name));
  const count = tx.find(ScheduledActions, 'group', group.id).length;
  if (before === undefined && count >= quotas.scheduledActionsPerGroup) {
    return limitExceeded(
      `Only ${quotas.scheduledActionsPerGroup} scheduled actions are allowed for an AutoScalingGroup.`,
    );
  }
  const badSizes = sizesObjection(input);
  if (badSizes !== undefined) return badSizes;
  const nextAt = firstMoment(tx, input);
  if (isDomainError(nextAt)) return nextAt;
  const action: ScheduledAction = {
    id: idOf(group.id, name),
    arn:
      before?.arn ??
      `arn:aws:autoscaling:${tx.shard}:${tx.account}:scheduledUpdateGroupAction:${newUuid(tx)}:autoScalingGroupName/${group.id}:scheduledActionName/${name}`,
    groupName: group.id,
    name,
    nextAt,
    endAt: input.EndTime ?? null,
    recurrence: input.Recurrence ?? null,
    timeZone: input.TimeZone ?? null,
    minSize: input.MinSize ?? null,
    maxSize: input.MaxSize ?? null,
    desiredCapacity: input.DesiredCapacity ?? null,
  };
  const refusal = collision(tx, action);
  if (refusal === undefined) scheduleAction(tx, action);
  return refusal;
};

/** PutScheduledUpdateGroupAction: a new action, or one made what the request says and nothing else. */
export const putScheduledAction: Operation<
  PutScheduledUpdateGroupActionType,
  Record<string, never>
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  // The old name of StartTime.
  return putAction(tx, group, { ...input, StartTime: input.StartTime ?? input.Time }) ?? {};
};

const failure = (
  name: string | undefined,
  error: DomainError,
): Plain<FailedScheduledUpdateGroupActionRequest> => ({
  ScheduledActionName: name ?? '',
  ErrorCode: error.code,
  ErrorMessage: error.message,
});

/** BatchPutScheduledUpdateGroupAction: those that cannot be put are told, the others are put all the same. */
export const batchPutScheduledActions: Operation<
  BatchPutScheduledUpdateGroupActionType,
  BatchPutScheduledUpdateGroupActionAnswer
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const failed = (input.ScheduledUpdateGroupActions ?? []).flatMap((action) => {
    const refusal = putAction(tx, group, action);
    return refusal === undefined ? [] : [failure(action.ScheduledActionName, refusal)];
  });
  return { FailedScheduledUpdateGroupActions: failed };
};

const deleteAction = (
  tx: Tx,
  group: AutoScalingGroup,
  name: string | undefined,
): DomainError | undefined => {
  const action = tx.get(ScheduledActions, idOf(group.id, name ?? ''));
  if (action === undefined) {
    return validation(`Scheduled action name not found: ${name ?? ''}`);
  }
  cancelAction(tx, action);
  return undefined;
};

/** DeleteScheduledAction. */
export const deleteScheduledAction: Operation<DeleteScheduledActionType, Record<string, never>> = (
  tx,
  input,
) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  return isDomainError(group) ? group : (deleteAction(tx, group, input.ScheduledActionName) ?? {});
};

/** BatchDeleteScheduledAction: those that are not there are told, the others are deleted all the same. */
export const batchDeleteScheduledActions: Operation<
  BatchDeleteScheduledActionType,
  BatchDeleteScheduledActionAnswer
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const failed = (input.ScheduledActionNames ?? []).flatMap((name) => {
    const refusal = deleteAction(tx, group, name);
    return refusal === undefined ? [] : [failure(name, refusal)];
  });
  return { FailedScheduledActions: failed };
};

const actionAnswer = (action: ScheduledAction): Plain<ScheduledUpdateGroupAction> => ({
  AutoScalingGroupName: action.groupName,
  ScheduledActionName: action.name,
  ScheduledActionARN: action.arn,
  // AWS shows when it happens next, by both names.
  Time: action.nextAt,
  StartTime: action.nextAt,
  EndTime: action.endAt ?? undefined,
  Recurrence: action.recurrence ?? undefined,
  TimeZone: action.timeZone ?? undefined,
  MinSize: action.minSize ?? undefined,
  MaxSize: action.maxSize ?? undefined,
  DesiredCapacity: action.desiredCapacity ?? undefined,
});

/** DescribeScheduledActions: those to come, of one group or all, by names or by when they happen. */
export const describeScheduledActions: Operation<
  DescribeScheduledActionsType,
  ScheduledActionsType
> = (tx, input) => {
  const { AutoScalingGroupName: groupName, ScheduledActionNames: names = [] } = input;
  const group = groupName === undefined ? undefined : existingGroup(tx, groupName);
  if (isDomainError(group)) return group;
  const all =
    group === undefined ? tx.list(ScheduledActions) : tx.find(ScheduledActions, 'group', group.id);
  const found = all.filter((action) =>
    names.length > 0
      ? names.includes(action.name) || names.includes(action.arn)
      : action.nextAt >= (input.StartTime ?? -Infinity) &&
        action.nextAt <= (input.EndTime ?? Infinity),
  );
  const shown = page(found, input, (action) => action.id);
  if (isDomainError(shown)) return shown;
  return {
    ScheduledUpdateGroupActions: shown.items.map(actionAnswer),
    NextToken: shown.nextToken,
  };
};
