import { publicSidesOf } from '../../aws/ec2/addresses/associations.ts';
import type { SocketAddress } from '../../plane/network/socket-address.ts';
import type { Place } from '../../world/places.ts';
import { joinWays, noWay, openWay, type Way } from '../../world/way.ts';
import type { World } from '../../world/world.ts';
import { instanceHosts } from './instance-hosts.ts';
import { dropsWhileNowhere, entranceOf, placeOf } from './kinds/owner-kinds.ts';
import { sideTowards, verdictFromInstance } from './verdicts.ts';
import type { Sockets } from './sockets.ts';

/** What addresses are looked up in. */
export interface Addresses {
  readonly world: World;
  readonly sockets: Sockets;
}

/** What bytes from a place to a loopback address of this world meet. */
export const wayTo = ({ world, sockets }: Addresses, from: Place, address: string): Way => {
  const owner = sockets.ownerOf(address);
  if (owner === undefined) return openWay(0);
  const to = placeOf(world, owner);
  if (to !== undefined) return world.conditions.reach(from, to);
  return dropsWhileNowhere(owner) ? noWay : openWay(0);
};

/**
 * The same from an instance in a network of its own: its routes and rules come first, and what its route leads through a NAT
 * gateway goes by the gateway's zone.
 */
export const wayFromInstance = (
  addresses: Addresses,
  { instanceId, zoneId }: { readonly instanceId: string; readonly zoneId: string },
  { address, port }: SocketAddress,
): Way => {
  const { world, sockets } = addresses;
  const from = { kind: 'instance', instanceId, zoneId } as const;
  const owner = sockets.ownerOf(address);
  if (owner === undefined) return wayTo(addresses, from, address);
  const isLetOut = sockets
    .awsPorts(port)
    .some((awsPort) => verdictFromInstance(world, instanceId, owner, awsPort).allowed);
  if (!isLetOut) return noWay;
  const gateway = sideTowards(world, instanceId, owner)?.gateway;
  return gateway === undefined
    ? wayTo(addresses, from, address)
    : joinWays(world.conditions.reach(from, gateway), wayTo(addresses, gateway, address));
};

/** The loopback address that an instance is seen to come from: what stands for its public address, or for its NAT gateway's. */
export const sourceTowards = (
  { world, sockets }: Addresses,
  instanceId: string,
  { address }: Pick<SocketAddress, 'address'>,
): string | undefined => {
  const owner = sockets.ownerOf(address);
  const side = owner === undefined ? undefined : sideTowards(world, instanceId, owner);
  return side === undefined ? undefined : sockets.addressOf(side.owner);
};

/** The public address of AWS's side that a loopback address stands for; undefined where it stands for none. */
export const publicAddressOf = (
  { world, sockets }: Addresses,
  address: string,
): string | undefined => {
  const owner = sockets.ownerOf(address);
  if (owner === undefined) return undefined;
  if (owner.kind === 'address') {
    return instanceHosts(world).byAllocationId(owner.allocationId)?.elasticIp.publicIp;
  }
  const entrance = owner.kind === 'public' ? entranceOf(world, owner) : undefined;
  return entrance === undefined
    ? undefined
    : publicSidesOf(entrance.view, entrance.networkInterface)[0]?.publicIpAddress;
};
