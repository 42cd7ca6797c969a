import type { Service } from '../../operation.ts';
import { runScheduledAction, scheduleKind } from './run-action.ts';
import {
  batchDeleteScheduledActions,
  batchPutScheduledActions,
  deleteScheduledAction,
  describeScheduledActions,
  putScheduledAction,
} from './scheduled-actions.ts';

/** Scheduled actions. */
export const scheduleOperations = {
  BatchDeleteScheduledAction: batchDeleteScheduledActions,
  BatchPutScheduledUpdateGroupAction: batchPutScheduledActions,
  DeleteScheduledAction: deleteScheduledAction,
  DescribeScheduledActions: describeScheduledActions,
  PutScheduledUpdateGroupAction: putScheduledAction,
} satisfies Service['operations'];

export const scheduleTimers: NonNullable<Service['timers']> = {
  [scheduleKind]: runScheduledAction,
};
