import type { LoadedServices } from '../../aws/loaded-services.ts';
import { noAccount } from '../../world/entity.ts';
import { Faults } from '../../world/faults.ts';
import type { World } from '../../world/world.ts';

const followAll = (world: World, services: LoadedServices): void => {
  const following = services.list().flatMap((service) => service.followConditions ?? []);
  for (const shard of world.shards()) {
    if (world.geography.region(shard) === undefined) continue;
    for (const account of [noAccount, ...world.viewsOf(shard).map((view) => view.account)]) {
      for (const run of following) world.transact(shard, account, run);
    }
  }
};

/** Brings what stands in the Regions in line with what is broken: now, and whenever a fault opens or is mended. */
export const followFaults = (world: World, services: LoadedServices): (() => void) => {
  followAll(world, services);
  return world.subscribe((commit) => {
    if (commit.changes.some((change) => change.table === Faults.name)) followAll(world, services);
  });
};
