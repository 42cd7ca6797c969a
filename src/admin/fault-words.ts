import { formatDuration } from '../text/duration.ts';
import type { FaultSummary } from './fault-summary.ts';

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** What an open fault does, in words for people: `api 30 % as throttle of RunInstances`. */
export const faultWords = (fault: FaultSummary): string => {
  const parts = [fault.effect];
  if (fault.severity < 1) parts.push(percent(fault.severity));
  if (fault.as !== undefined) parts.push(`as ${fault.as}`);
  if (fault.latencyMs !== undefined) parts.push(`+${fault.latencyMs} ms`);
  if (fault.operations !== undefined) parts.push(`of ${fault.operations.join(', ')}`);
  if (fault.oneWay === true) parts.push('one way');
  if (fault.holdSeconds !== undefined) {
    parts.push(`held for ${formatDuration(fault.holdSeconds * 1000)}`);
  }
  if (fault.recovery !== undefined) {
    parts.push(`recovering, ${percent(fault.recovery.doneShare)} of the tail is over`);
  } else if (fault.tailSeconds !== undefined) {
    parts.push(`with a tail of ${formatDuration(fault.tailSeconds * 1000)}`);
  }
  return parts.join(' ');
};
