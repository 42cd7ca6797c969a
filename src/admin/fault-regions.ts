import { Volumes } from '../aws/ec2/instances/instance-entities.ts';
import { instanceHosts } from '../serving/addresses/instance-hosts.ts';
import { isDomainError } from '../world/domain-error.ts';
import { parseFaultTarget } from '../world/fault-targets.ts';
import type { World } from '../world/world.ts';

const ofEnd = (world: World, end: string): readonly string[] => [
  world.geography.zone(end)?.region ?? end,
];

/** The Regions that a fault's target is in; both of a link between two. */
export const regionsOfTarget = (world: World, named: string): readonly string[] => {
  const target = parseFaultTarget(world.geography, named);
  if (isDomainError(target)) return [];
  switch (target.kind) {
    case 'region':
    case 'api':
      return [target.region];
    case 'zone':
    case 'stock':
    case 'provider':
      return ofEnd(world, target.zoneId);
    case 'link':
      return target.ends.flatMap((end) => ofEnd(world, end));
    case 'instance': {
      const host = instanceHosts(world).byId(target.instanceId);
      return host === undefined ? [] : ofEnd(world, host.instance.zoneId);
    }
    case 'volume':
      return world
        .regionalViews()
        .filter((view) => view.get(Volumes, target.volumeId) !== undefined)
        .map(({ shard }) => shard);
  }
};
