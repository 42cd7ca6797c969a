import { sentShareOf } from '../../aws/ec2/storage/copies.ts';
import { Copies, Snapshots } from '../../aws/ec2/storage/entities.ts';
import type { Pacing } from '../../plane/disks/disks.ts';
import type { World } from '../../world/world.ts';

/** How often a copy that was held back looks whether it may go on, in real milliseconds. */
const lookEveryMs = 50;

/**
 * Holds a copy's real bytes to what the world says that it has sent: they go at the rate of its share of the way, stand still
 * while it is paused, and end with it.
 */
export const paceCopy = (
  world: World,
  place: { readonly region: string; readonly account: string; readonly snapshotId: string },
  realBytes: number,
  stopped: AbortSignal,
): Pacing => {
  const ended = new AbortController();
  const { region, account, snapshotId } = place;
  const allowed = (): number => {
    const view = world.view(region, account);
    const copy = view.get(Copies, snapshotId);
    if (copy === undefined || view.get(Snapshots, snapshotId) === undefined) {
      ended.abort();
      return Infinity;
    }
    return copy.state === 'arriving' ? Infinity : sentShareOf(copy, view.now) * realBytes;
  };
  return {
    signal: AbortSignal.any([ended.signal, stopped]),
    allow: async (bytesInAll) => {
      while (!stopped.aborted && allowed() < Math.min(bytesInAll, realBytes)) {
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    },
  };
};
