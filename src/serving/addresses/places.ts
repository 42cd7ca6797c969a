import { nodeLocation } from '../../aws/elbv2/nodes.ts';
import { locationOf } from '../../aws/ec2/instances/instance-location.ts';
import type { Place } from '../../world/places.ts';
import type { World } from '../../world/world.ts';
import type { InstanceHost, InstanceHosts } from './instance-hosts.ts';
import type { Owner } from './owners.ts';

/** The instance that an owner of a loopback address leads to, if any. */
export const hostOfOwner = (hosts: InstanceHosts, owner: Owner): InstanceHost | undefined => {
  switch (owner.kind) {
    case 'node':
      return undefined;
    case 'instance':
    case 'public':
      return hosts.byId(owner.instanceId);
    case 'address':
      return hosts.byAllocationId(owner.allocationId)?.host;
  }
};

/** Where an owner of a loopback address stands; undefined for one that stands nowhere in the world. */
export const placeOfOwner = (
  world: World,
  hosts: InstanceHosts,
  owner: Owner | undefined,
): Place | undefined => {
  if (owner === undefined) return undefined;
  if (owner.kind === 'node') {
    const { zoneId } = owner;
    return world.geography.zone(zoneId) === undefined
      ? undefined
      : { kind: 'hosted', ...nodeLocation(owner) };
  }
  const host = hostOfOwner(hosts, owner);
  return host === undefined ? undefined : { kind: 'instance', ...locationOf(host.instance) };
};
