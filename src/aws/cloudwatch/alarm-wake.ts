import { Timers } from '../../world/shard.ts';
import type { Tx } from '../../world/transaction.ts';

/** The timer at which an account's alarms of a Region look at their metrics. */
export const evaluateKind = 'cloudwatch/evaluate-alarms';

const minuteMs = 60_000;

/**
 * Alarms look so long after the end of each minute: what the world measures of a minute is written just after it.
 * AWS evaluates "every minute" without saying when in it.
 */
const settleMs = 10_000;

/** The end of the last minute that alarms look at now. */
export const lastWholeMinute = (now: number): number => {
  const settled = now - settleMs;
  return settled - (settled % minuteMs);
};

/**
 * Lets the account's alarms look at the end of this minute. One appointment for all of them; a world whose alarms have
 * nothing to look at has none.
 */
export const wakeAlarms = (tx: Tx): void => {
  if (tx.get(Timers, evaluateKind) !== undefined) return;
  const at = lastWholeMinute(tx.now) + minuteMs + settleMs;
  tx.setTimer({ id: evaluateKind, at, kind: evaluateKind });
};
