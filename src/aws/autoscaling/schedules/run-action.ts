import type { Timer, Tx } from '../../../world/transaction.ts';
import { beginActivity } from '../activities.ts';
import { changedBySchedule } from '../causes.ts';
import { controlPlaneLookMs, isControlPlaneUp } from '../control-plane.ts';
import { AutoScalingGroups, type AutoScalingGroup } from '../entities.ts';
import { wakeGroup } from '../group-wake.ts';
import { nextOccurrence } from './cron.ts';
import { ScheduledActions, type ScheduledAction } from './entities.ts';

/** The timer at which a scheduled action happens. */
export const scheduleKind = 'autoscaling/scheduled-action';

const setTimer = (tx: Tx, action: ScheduledAction, at: number): void =>
  tx.setTimer({ id: `${scheduleKind}/${action.id}`, at, kind: scheduleKind, payload: action.id });

/** Keeps an action and sets when it happens next. */
export const scheduleAction = (tx: Tx, action: ScheduledAction): void => {
  tx.put(ScheduledActions, action);
  setTimer(tx, action, action.nextAt);
};

/** An action does not happen any more. */
export const cancelAction = (tx: Tx, action: ScheduledAction): void => {
  tx.cancelTimer(`${scheduleKind}/${action.id}`);
  tx.delete(ScheduledActions, action.id);
};

const tellFailure = (
  tx: Tx,
  group: AutoScalingGroup,
  action: ScheduledAction,
  why: string,
): void => {
  beginActivity(tx, group, {
    description: `Executing scheduled action ${action.name}.  Status Reason: ${why}`,
    cause: `The scheduled action ${action.name} could not be carried out.`,
    details: '{}',
    status: 'Failed',
    statusMessage: why,
  });
};

/** What an action says of a group becomes so; a capacity that is not said follows the bounds, as with an update. */
const carryOut = (tx: Tx, group: AutoScalingGroup, action: ScheduledAction): void => {
  const min = action.minSize ?? group.minSize;
  const max = action.maxSize ?? group.maxSize;
  const before = group.desiredCapacity;
  const desired = action.desiredCapacity ?? Math.max(min, Math.min(max, before));
  if (max < min) {
    const why = `Max bound, ${max}, must be greater than or equal to min bound, ${min}`;
    return tellFailure(tx, group, action, why);
  }
  if (desired < min || desired > max) {
    const why = `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`;
    return tellFailure(tx, group, action, why);
  }
  const cause = changedBySchedule(tx.now, { min, max, desired }, before);
  tx.put(AutoScalingGroups, {
    ...group,
    minSize: min,
    maxSize: max,
    desiredCapacity: desired,
    causes: desired === before ? group.causes : [...group.causes, cause],
    launchTrouble: null,
    policyCooldownSeconds: null,
  });
  wakeGroup(tx, group.id);
};

/** An action that recurs is set for its next time; any other, and one that is at its end, is gone. */
const goOn = (tx: Tx, action: ScheduledAction): void => {
  const { recurrence, timeZone } = action;
  const nextAt =
    recurrence === null ? undefined : nextOccurrence(recurrence, timeZone ?? 'UTC', tx.now);
  if (nextAt === undefined || (action.endAt !== null && nextAt > action.endAt)) {
    return cancelAction(tx, action);
  }
  scheduleAction(tx, { ...action, nextAt });
};

/**
 * A scheduled action happens. While the process ScheduledActions is suspended it is passed over; without a control plane it
 * waits until that is back.
 */
export const runScheduledAction = (tx: Tx, timer: Timer): void => {
  const id = typeof timer.payload === 'string' ? timer.payload : '';
  const action = tx.get(ScheduledActions, id);
  const group = action === undefined ? undefined : tx.get(AutoScalingGroups, action.groupName);
  if (action === undefined || group === undefined) return;
  if (!isControlPlaneUp(tx)) return setTimer(tx, action, tx.now + controlPlaneLookMs);
  const isSuspended = group.suspended.some(({ process }) => process === 'ScheduledActions');
  if (!isSuspended && group.status !== 'deleting') carryOut(tx, group, action);
  goOn(tx, action);
};
