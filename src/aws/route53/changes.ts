import type { ChangeInfo, GetChangeRequest, GetChangeResponse } from '@aws-sdk/client-route-53';
import type { Timer, Tx } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import type { Change } from './entities.ts';
import { Changes } from './entities.ts';
import { noSuchChange } from './errors.ts';
import { bareId, newRoute53Id } from './ids.ts';

/**
 * How long a change is on its way to all name servers: AWS says that changes "generally propagate within 60
 * seconds" (ChangeResourceRecordSets) and its waiter looks every 30.
 */
const propagationMs = 30_000;

/** How long a change can be asked for afterwards. */
const keptMs = 24 * 3_600_000;

export const inSyncTimer = 'route53/change-in-sync';
export const forgetTimer = 'route53/forget-change';

const changeInfo = (change: Change): Plain<ChangeInfo> => ({
  Id: `/change/${change.id}`,
  Status: change.status,
  SubmittedAt: change.submittedAt,
  ...(change.comment === undefined ? {} : { Comment: change.comment }),
});

/** Records that a zone changed: PENDING now, INSYNC by a timer. */
export const submitChange = (tx: Tx, comment?: string): Plain<ChangeInfo> => {
  const change: Change = {
    id: newRoute53Id(tx, 'C'),
    status: 'PENDING',
    submittedAt: tx.now,
    ...(comment === undefined ? {} : { comment }),
  };
  tx.put(Changes, change);
  tx.setTimer({
    id: `${inSyncTimer}/${change.id}`,
    at: tx.now + propagationMs,
    kind: inSyncTimer,
  });
  return changeInfo(change);
};

/** GetChange. */
export const getChange: Operation<GetChangeRequest, GetChangeResponse> = (tx, input) => {
  const id = bareId(input.Id ?? '');
  const change = tx.get(Changes, id);
  return change === undefined ? noSuchChange(id) : { ChangeInfo: changeInfo(change) };
};

/** The change has reached all name servers. */
export const changeInSync = (tx: Tx, timer: Timer): void => {
  const change = tx.get(Changes, timer.id.slice(inSyncTimer.length + 1));
  if (change === undefined) return;
  tx.put(Changes, { ...change, status: 'INSYNC' });
  tx.setTimer({
    id: `${forgetTimer}/${change.id}`,
    at: tx.now + keptMs,
    kind: forgetTimer,
  });
};

/** Nobody asks for a change that old. */
export const forgetChange = (tx: Tx, timer: Timer): void =>
  tx.delete(Changes, timer.id.slice(forgetTimer.length + 1));
