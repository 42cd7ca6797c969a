import type { Tx } from '../../../world/transaction.ts';
import { leftWarmPool, selectedForTermination } from '../causes.ts';
import type { GroupSnapshot } from '../decisions/group-snapshot.ts';
import { planWarmPool } from '../decisions/warm-pool-plan.ts';
import { AutoScalingGroups, GroupInstances, type AutoScalingGroup } from '../entities.ts';
import { launchIntoPool } from '../group-launches.ts';
import { membersOf } from '../group-members.ts';
import { beginTerminating } from '../member-lifecycle.ts';
import { activeRefresh } from '../refresh/active-refresh.ts';
import { WarmPools } from './entities.ts';
import { sizeOfPool } from './pool-size.ts';
import { isWarm, pooledMembers } from './warm-members.ts';

/** Lets instances of a pool go. */
export const terminateWarm = (tx: Tx, group: AutoScalingGroup, ids: readonly string[]): void => {
  for (const id of ids) {
    const member = tx.get(GroupInstances, id);
    if (member === undefined) continue;
    const causes = [leftWarmPool(tx.now), selectedForTermination(tx.now, id)];
    beginTerminating(tx, group, member, causes.join('  '));
  }
};

/**
 * Brings the warm pool of a group to its size, by one step, after the group has taken out of it what it lacks. What a refresh of
 * the group replaces goes at once, since nobody is served by it. A pool that is deleted is gone with its last instance.
 */
export const reconcileWarmPool = (tx: Tx, groupName: string, snapshot: GroupSnapshot): void => {
  const pool = tx.get(WarmPools, groupName);
  const group = tx.get(AutoScalingGroups, groupName);
  if (pool === undefined || group === undefined) return;
  const outdated = new Set(activeRefresh(tx, groupName)?.outdatedIds ?? []);
  const members = pooledMembers(tx, groupName);
  const current = members.filter((member) => !outdated.has(member.id));
  const plan = planWarmPool(
    sizeOfPool(group, pool),
    current.map((member) => ({ ...member, isWarm: isWarm(member) })),
  );
  if (!snapshot.suspended.has('Terminate')) {
    const replaced = members.filter((member) => outdated.has(member.id)).map(({ id }) => id);
    terminateWarm(tx, group, [...replaced, ...plan.terminate]);
  }
  if (!snapshot.suspended.has('Launch')) launchIntoPool(tx, snapshot, groupName, plan.launch);
  const isEmpty = !membersOf(tx, groupName).some((member) => member.state.startsWith('Warmed:'));
  if (pool.isDeleting && isEmpty) tx.delete(WarmPools, groupName);
};
