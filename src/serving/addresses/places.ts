import type { Place } from '../../world/conditions.ts';
import type { World } from '../../world/world.ts';
import { addressOfOwner, type InstanceHost, type InstanceHosts } from './instance-hosts.ts';

/** The instance that an owner of a loopback address leads to, if any. */
export const hostOfOwner = (hosts: InstanceHosts, owner: string): InstanceHost | undefined => {
  if (owner.startsWith('node/')) return undefined;
  const allocationId = addressOfOwner(owner);
  return allocationId === undefined
    ? hosts.byId(owner.slice(owner.indexOf('/') + 1))
    : hosts.byAllocationId(allocationId)?.host;
};

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
  const host = hostOfOwner(hosts, owner);
  return host === undefined
    ? undefined
    : { kind: 'instance', instanceId: host.instance.id, zoneId: host.instance.zoneId };
};
