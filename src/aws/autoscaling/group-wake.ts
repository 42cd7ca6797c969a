import type { Tx } from '../../world/transaction.ts';
import { GroupInstances } from './entities.ts';

/** The timer at which a group looks at itself. */
export const reconcileKind = 'autoscaling/reconcile';

/** A group looks at what it has at this moment; an earlier appointment is replaced. */
export const wakeGroupAt = (tx: Tx, groupName: string, at: number): void =>
  tx.setTimer({ id: `${reconcileKind}/${groupName}`, at, kind: reconcileKind, payload: groupName });

/** A group looks at what it has as soon as this transaction is over. */
export const wakeGroup = (tx: Tx, groupName: string): void => wakeGroupAt(tx, groupName, tx.now);

/**
 * Tells the group of an instance, if it has one, that something about the instance has changed that groups go by
 * (`group-followers.ts`). It costs one look-up.
 */
export const wakeGroupOf = (tx: Tx, instanceId: string): void => {
  const member = tx.get(GroupInstances, instanceId);
  if (member !== undefined) wakeGroup(tx, member.groupName);
};
