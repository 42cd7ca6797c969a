import type {
  CompleteLifecycleActionType,
  RecordLifecycleActionHeartbeatType,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Timer, Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { moveActivity } from '../activities.ts';
import { actionAbandoned } from '../causes.ts';
import { controlPlaneLookMs, isControlPlaneUp } from '../control-plane.ts';
import type { LifecycleState } from '../decisions/group-snapshot.ts';
import { AutoScalingGroups, GroupInstances, type GroupInstance } from '../entities.ts';
import { validation } from '../errors.ts';
import { wakeGroup } from '../group-wake.ts';
import { existingGroup } from '../lookups.ts';
import { beginTerminating, enterState } from '../member-lifecycle.ts';
import { LifecycleActions, type LifecycleAction, type LifecycleResult } from './entities.ts';
import {
  beginHeartbeat,
  endAction,
  forgetActions,
  postponeHeartbeat,
} from './lifecycle-actions.ts';

const proceedings: Readonly<Partial<Record<LifecycleState, LifecycleState>>> = {
  'Pending:Wait': 'Pending:Proceed',
  'Terminating:Wait': 'Terminating:Proceed',
  'Warmed:Pending:Wait': 'Warmed:Pending:Proceed',
  'Warmed:Terminating:Wait': 'Warmed:Terminating:Proceed',
};

/** An instance that waits for nothing any more goes on. */
export const proceed = (tx: Tx, member: GroupInstance): void => {
  const next = proceedings[member.state];
  if (next === undefined) return;
  enterState(tx, member, next);
  moveActivity(tx, member.activityId, 'InProgress', { progress: 60 });
  wakeGroup(tx, member.groupName);
};

const abandonLaunch = (
  tx: Tx,
  action: LifecycleAction,
  member: GroupInstance,
  why: string,
): void => {
  forgetActions(tx, member.id);
  moveActivity(tx, member.activityId, 'Cancelled', {
    statusMessage: `Instance failed to complete user's Lifecycle Action: Lifecycle Action with token ${action.id} was abandoned: ${why}`,
  });
  const group = tx.get(AutoScalingGroups, member.groupName);
  if (group === undefined) return;
  beginTerminating(tx, group, member, actionAbandoned(tx.now));
  wakeGroup(tx, group.id);
};

/**
 * Ends an action with a result; `why` is the reason that the activity gives. CONTINUE: the instance goes on once no other
 * action holds it. ABANDON: "the instance is terminated" at its launch; at its end "any remaining actions, such as other
 * lifecycle hooks, are stopped" ("How lifecycle hooks work", User Guide).
 */
export const finishAction = (
  tx: Tx,
  action: LifecycleAction,
  result: LifecycleResult,
  why: string,
): void => {
  endAction(tx, action);
  const member = tx.get(GroupInstances, action.instanceId);
  if (member === undefined) return;
  if (result === 'ABANDON') {
    if (action.transition === 'autoscaling:EC2_INSTANCE_LAUNCHING') {
      return abandonLaunch(tx, action, member, why);
    }
    forgetActions(tx, member.id);
  }
  if (tx.find(LifecycleActions, 'instance', member.id).length === 0) proceed(tx, member);
};

type Named = Pick<
  Plain<CompleteLifecycleActionType>,
  'AutoScalingGroupName' | 'LifecycleHookName' | 'LifecycleActionToken' | 'InstanceId'
>;

/** The action that a request names by its token or by its instance. */
const activeAction = (view: View, input: Named): LifecycleAction | DomainError => {
  const group = existingGroup(view, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const { LifecycleActionToken: token, InstanceId: instanceId } = input;
  if (token === undefined && instanceId === undefined) {
    return validation('Either LifecycleActionToken or InstanceId must be specified.');
  }
  const named =
    token === undefined
      ? view.find(LifecycleActions, 'instance', instanceId ?? '')
      : [view.get(LifecycleActions, token)].flatMap((one) => one ?? []);
  const found = named.find(
    (action) =>
      action.groupName === group.id &&
      action.hookName === input.LifecycleHookName &&
      (instanceId === undefined || action.instanceId === instanceId),
  );
  if (found !== undefined) return found;
  return validation(
    `No active Lifecycle Action found with ${token === undefined ? `instance ID ${instanceId}` : `token ${token}`}`,
  );
};

/** CompleteLifecycleAction. */
export const completeLifecycleAction: Operation<
  CompleteLifecycleActionType,
  Record<string, never>
> = (tx, input) => {
  const action = activeAction(tx, input);
  if (isDomainError(action)) return action;
  const result = input.LifecycleActionResult;
  if (result !== 'CONTINUE' && result !== 'ABANDON') {
    return validation(`Invalid lifecycle action result: ${result ?? ''}`);
  }
  finishAction(tx, action, result, 'Lifecycle Action Completed with ABANDON Result');
  return {};
};

/** RecordLifecycleActionHeartbeat: the time that the hook gives begins anew, within the global timeout. */
export const recordLifecycleActionHeartbeat: Operation<
  RecordLifecycleActionHeartbeatType,
  Record<string, never>
> = (tx, input) => {
  const action = activeAction(tx, input);
  if (isDomainError(action)) return action;
  beginHeartbeat(tx, action);
  return {};
};

/** A heartbeat that did not come in time ends its action with the hook's default result. */
export const heartbeatIsOver = (tx: Tx, timer: Timer): void => {
  const token = typeof timer.payload === 'string' ? timer.payload : '';
  const action = tx.get(LifecycleActions, token);
  if (action === undefined) return;
  if (!isControlPlaneUp(tx)) return postponeHeartbeat(tx, action, tx.now + controlPlaneLookMs);
  finishAction(tx, action, action.defaultResult, 'Heartbeat Timeout');
};
