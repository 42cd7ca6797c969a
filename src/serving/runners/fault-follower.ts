import { reconcileFaults } from '../../aws/ec2/instances/instance-plane.ts';
import { reconcileCopies } from '../../aws/ec2/storage/copies.ts';
import { noAccount } from '../../world/entity.ts';
import { Faults } from '../../world/faults.ts';
import type { World } from '../../world/world.ts';

const reconcileAll = (world: World): void => {
  for (const shard of world.shards()) {
    if (world.geography.region(shard) === undefined) continue;
    world.transact(shard, noAccount, reconcileCopies);
    for (const { account } of world.viewsOf(shard)) {
      world.transact(shard, account, reconcileFaults);
    }
  }
};

/** Brings what stands in the Regions in line with what is broken: now, and whenever a fault opens or is mended. */
export const followFaults = (world: World): (() => void) => {
  reconcileAll(world);
  return world.subscribe((commit) => {
    if (commit.changes.some((change) => change.table === Faults.name)) reconcileAll(world);
  });
};
