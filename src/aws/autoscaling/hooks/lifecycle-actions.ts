import type { Tx } from '../../../world/transaction.ts';
import { newUuid } from '../activities.ts';
import {
  LifecycleActions,
  LifecycleHooks,
  type LifecycleAction,
  type LifecycleHook,
  type LifecycleTransition,
} from './entities.ts';

/** The timer at which a heartbeat is over. */
export const heartbeatKind = 'autoscaling/lifecycle-heartbeat';

const timerId = (token: string): string => `${heartbeatKind}/${token}`;

/** "The maximum is 172800 seconds (48 hours) or 100 times HeartbeatTimeout, whichever is smaller" (LifecycleHook, API Reference). */
export const globalTimeoutSeconds = (heartbeatSeconds: number): number =>
  Math.min(172_800, 100 * heartbeatSeconds);

/** Another heartbeat of an action begins; none lasts beyond the action's own end. */
export const beginHeartbeat = (tx: Tx, action: LifecycleAction): void =>
  tx.setTimer({
    id: timerId(action.id),
    at: Math.min(action.globalUntil, tx.now + action.heartbeatSeconds * 1000),
    kind: heartbeatKind,
    payload: action.id,
  });

/** What waits for a while longer, since nothing can be done now. */
export const postponeHeartbeat = (tx: Tx, action: LifecycleAction, at: number): void =>
  tx.setTimer({ id: timerId(action.id), at, kind: heartbeatKind, payload: action.id });

const beginAction = (tx: Tx, hook: LifecycleHook, instanceId: string): void => {
  const action: LifecycleAction = {
    id: newUuid(tx),
    groupName: hook.groupName,
    hookName: hook.name,
    instanceId,
    transition: hook.transition,
    heartbeatSeconds: hook.heartbeatSeconds,
    defaultResult: hook.defaultResult,
    globalUntil: tx.now + globalTimeoutSeconds(hook.heartbeatSeconds) * 1000,
  };
  tx.put(LifecycleActions, action);
  beginHeartbeat(tx, action);
};

/**
 * Begins an action for each hook that a group has for a transition, all at once, as AWS does; whether there was any. What an
 * instance waited for before is over then.
 */
export const beginActions = (
  tx: Tx,
  groupName: string,
  instanceId: string,
  transition: LifecycleTransition,
): boolean => {
  forgetActions(tx, instanceId);
  const hooks = tx
    .find(LifecycleHooks, 'group', groupName)
    .filter((hook) => hook.transition === transition);
  for (const hook of hooks) beginAction(tx, hook, instanceId);
  return hooks.length > 0;
};

/** An action is over, whatever its result. */
export const endAction = (tx: Tx, action: LifecycleAction): void => {
  tx.cancelTimer(timerId(action.id));
  tx.delete(LifecycleActions, action.id);
};

/** Nothing is waited for any more. */
export const forgetActions = (tx: Tx, instanceId: string): void => {
  for (const action of tx.find(LifecycleActions, 'instance', instanceId)) endAction(tx, action);
};
