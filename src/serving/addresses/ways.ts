import type { SocketAddress } from '../../plane/network/socket-address.ts';
import type { Place } from '../../world/places.ts';
import { noWay, openWay, type Way } from '../../world/way.ts';
import type { World } from '../../world/world.ts';
import { dropsWhileNowhere, placeOf } from './kinds/owner-kinds.ts';
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

/** The same from an instance in a network of its own: its routes and rules come first. */
export const wayFromInstance = (
  addresses: Addresses,
  { instanceId, zoneId }: { readonly instanceId: string; readonly zoneId: string },
  { address, port }: SocketAddress,
): Way => {
  const { world, sockets } = addresses;
  const owner = sockets.ownerOf(address);
  const isLetOut =
    owner === undefined ||
    sockets
      .awsPorts(port)
      .some((awsPort) => verdictFromInstance(world, instanceId, owner, awsPort).allowed);
  return isLetOut ? wayTo(addresses, { kind: 'instance', instanceId, zoneId }, address) : noWay;
};

/** The loopback address that an instance is seen to come from: what stands for its public address, or for its NAT gateway's. */
export const sourceTowards = (
  { world, sockets }: Addresses,
  instanceId: string,
  { address }: Pick<SocketAddress, 'address'>,
): string | undefined => {
  const owner = sockets.ownerOf(address);
  const side = owner === undefined ? undefined : sideTowards(world, instanceId, owner);
  return side === undefined ? undefined : sockets.addressOf(side);
};
