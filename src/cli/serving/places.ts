import type { Place } from '../../world/conditions.ts';
import type { World } from '../../world/world.ts';
import type { InstanceHosts } from './instance-hosts.ts';

/** Where an owner of a loopback address stands; undefined for one that stands nowhere in the world. */
export const placeOfOwner = (
  world: World,
  hosts: InstanceHosts,
  owner: string | undefined,
): Place | undefined => {
  if (owner === undefined) return undefined;
  if (owner.startsWith('node/')) {
    const zoneId = owner.slice(owner.lastIndexOf('/') + 1);
    return world.geography.zone(zoneId) === undefined ? undefined : { kind: 'zone', zoneId };
  }
  const instanceId = owner.slice(owner.indexOf('/') + 1);
  const host = hosts.byId(instanceId);
  return host === undefined
    ? undefined
    : { kind: 'instance', instanceId, zoneId: host.instance.zoneId };
};
