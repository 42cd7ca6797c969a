import type { Service } from '../../operation.ts';
import {
  completeLifecycleAction,
  heartbeatIsOver,
  recordLifecycleActionHeartbeat,
} from './complete-action.ts';
import { heartbeatKind } from './lifecycle-actions.ts';
import {
  deleteLifecycleHook,
  describeLifecycleHooks,
  putLifecycleHook,
} from './lifecycle-hooks.ts';

/** Lifecycle hooks, and the actions that hold instances. */
export const hookOperations = {
  CompleteLifecycleAction: completeLifecycleAction,
  DeleteLifecycleHook: deleteLifecycleHook,
  DescribeLifecycleHooks: describeLifecycleHooks,
  PutLifecycleHook: putLifecycleHook,
  RecordLifecycleActionHeartbeat: recordLifecycleActionHeartbeat,
} satisfies Service['operations'];

export const hookTimers: NonNullable<Service['timers']> = { [heartbeatKind]: heartbeatIsOver };
