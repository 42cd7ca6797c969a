import { sentShareOf } from '../../aws/ec2/storage/copies.ts';
import { Copies, Snapshots } from '../../aws/ec2/storage/entities.ts';
import type { Pacing } from '../../plane/disks/disks.ts';
import type { World } from '../../world/world.ts';

/** How often a copy that was held back looks whether it may go on, in real milliseconds. */
const lookEveryMs = 50;

/**
 * Holds a copy's real blocks to the share of it that the world says is sent: they go at the rate of its share of the way, stand still
 * while it is paused, and end with it.
 */
export const paceCopy = (
  world: World,
  place: { readonly region: string; readonly account: string; readonly snapshotId: string },
  stopped: AbortSignal,
): Pacing => {
  const ended = new AbortController();
  const { region, account, snapshotId } = place;
  const allowed = (): number => {
    const view = world.view(region, account);
    const copy = view.get(Copies, snapshotId);
    if (copy === undefined || view.get(Snapshots, snapshotId) === undefined) {
      ended.abort();
      return 1;
    }
    return copy.state === 'arriving' ? 1 : sentShareOf(copy, view.now);
  };
  return {
    signal: AbortSignal.any([ended.signal, stopped]),
    allow: async (share) => {
      while (!stopped.aborted && allowed() < Math.min(1, share)) {
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    },
  };
};
