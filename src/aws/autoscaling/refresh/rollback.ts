import type { Tx } from '../../../world/transaction.ts';
import { fillsCapacity } from '../decisions/group-snapshot.ts';
import { percentageComplete } from '../decisions/refresh-plan.ts';
import { membersOf } from '../group-members.ts';
import { InstanceRefreshes, type InstanceRefresh } from './entities.ts';

/** Turns a refresh round: what it has launched is to be replaced, by what the group launched before. */
export const beginRollback = (tx: Tx, refresh: InstanceRefresh, reason: string): void => {
  const { outdatedIds, total, remaining } = refresh;
  const launched = membersOf(tx, refresh.groupName).filter(
    (member) =>
      !outdatedIds.includes(member.id) &&
      (fillsCapacity(member.state) || member.state.startsWith('Warmed:')) &&
      member.launchedAt >= refresh.requestedAt,
  );
  const count = launched.filter((member) => fillsCapacity(member.state)).length;
  tx.put(InstanceRefreshes, {
    ...refresh,
    status: 'RollbackInProgress',
    statusReason: null,
    outdatedIds: launched.map((member) => member.id),
    total: count,
    remaining: count,
    progressAt: tx.now,
    waitsUntil: null,
    rollback: {
      reason,
      startedAt: tx.now,
      percentageComplete: percentageComplete(total, remaining),
      instancesToUpdate: remaining,
    },
  });
};
