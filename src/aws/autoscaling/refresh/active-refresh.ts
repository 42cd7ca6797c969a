import type { Tx, View } from '../../../world/transaction.ts';
import type { AutoScalingGroup, LaunchSource } from '../entities.ts';
import { InstanceRefreshes, type InstanceRefresh } from './entities.ts';

/** The refresh of a group that is under way; undefined when there is none. */
export const activeRefresh = (view: View, groupName: string): InstanceRefresh | undefined =>
  view.find(InstanceRefreshes, 'active', groupName)[0];

/** What a group launches now: what a refresh of it wants, until that has ended or goes back. */
export const launchedNow = (view: View, group: AutoScalingGroup): LaunchSource => {
  const refresh = activeRefresh(view, group.id);
  const isForward = refresh !== undefined && refresh.status !== 'RollbackInProgress';
  return (isForward ? refresh.desired : null) ?? group.launch;
};

/**
 * A group as its health and its capacity are looked at while it is refreshed: instances warm up for as long as the refresh
 * says, and zones are balanced afterwards.
 */
export const asRefreshed = (view: View, group: AutoScalingGroup): AutoScalingGroup => {
  const refresh = activeRefresh(view, group.id);
  if (refresh === undefined) return group;
  return {
    ...group,
    defaultInstanceWarmupSeconds: refresh.preferences.instanceWarmupSeconds,
    suspended: [...group.suspended, { process: 'AZRebalance', reason: 'Instance refresh' }],
  };
};

/** The time that a refresh has without any progress begins anew. */
export const renewPatience = (tx: Tx, groupName: string): void => {
  const refresh = activeRefresh(tx, groupName);
  if (refresh === undefined) return;
  const progressAt = Math.max(refresh.progressAt, tx.now);
  tx.put(InstanceRefreshes, { ...refresh, progressAt });
};
