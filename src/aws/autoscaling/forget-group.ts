import type { Tx } from '../../world/transaction.ts';
import { scheduleCollection } from './collected-metrics.ts';
import { AutoScalingGroups, GroupInstances, type AutoScalingGroup } from './entities.ts';
import { proceed } from './hooks/complete-action.ts';
import { LifecycleActions, LifecycleHooks } from './hooks/entities.ts';
import { forgetActions } from './hooks/lifecycle-actions.ts';
import { ScalingPolicies } from './policies/entities.ts';
import { forgetPolicy } from './policies/policies.ts';
import { forgetRefreshes } from './refresh/refresh-step.ts';
import { ScheduledActions } from './schedules/entities.ts';
import { cancelAction } from './schedules/run-action.ts';
import { WarmPools } from './warm-pool/entities.ts';

/** Ends all lifecycle actions of a group, or those of the instances that are meant; they go on. */
export const releaseWaiting = (
  tx: Tx,
  groupName: string,
  isMeant: (instanceId: string) => boolean = () => true,
): void => {
  const waiting = new Set(
    tx
      .find(LifecycleActions, 'group', groupName)
      .map((action) => action.instanceId)
      .filter(isMeant),
  );
  for (const instanceId of waiting) {
    forgetActions(tx, instanceId);
    const member = tx.get(GroupInstances, instanceId);
    if (member !== undefined) proceed(tx, member);
  }
};

/** A group without instances is gone, and all that is kept for it alone. */
export const forgetGroup = (tx: Tx, group: AutoScalingGroup): void => {
  for (const hook of tx.find(LifecycleHooks, 'group', group.id)) tx.delete(LifecycleHooks, hook.id);
  for (const policy of tx.find(ScalingPolicies, 'group', group.id)) forgetPolicy(tx, policy, true);
  tx.delete(WarmPools, group.id);
  for (const action of tx.find(ScheduledActions, 'group', group.id)) cancelAction(tx, action);
  forgetRefreshes(tx, group.id);
  scheduleCollection(tx, { ...group, enabledMetrics: [] });
  tx.delete(AutoScalingGroups, group.id);
};
