import type { Tx } from '../../world/transaction.ts';
import { AlarmHistory, type AlarmHistoryItem } from './entities.ts';

/** AWS keeps 30 days of an alarm's history. */
const keptMs = 30 * 24 * 60 * 60 * 1000;

/** Of each alarm so many items are kept at most. */
const mostItems = 200;

/** Adds to an alarm's history, and lets go of what is too old or too much. */
export const addHistory = (
  tx: Tx,
  item: Pick<AlarmHistoryItem, 'alarmName' | 'type' | 'summary' | 'data'>,
): void => {
  const before = tx.find(AlarmHistory, 'alarm', item.alarmName);
  const surplus = before.length + 1 - mostItems;
  for (const [index, old] of before.entries()) {
    if (index >= surplus && old.at >= tx.now - keptMs) break;
    tx.delete(AlarmHistory, old.id);
  }
  tx.put(AlarmHistory, { id: tx.random('cloudwatch/history').hex(16), at: tx.now, ...item });
};
