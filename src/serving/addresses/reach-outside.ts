import { locationOf } from '../../aws/ec2/instances/instance-location.ts';
import { cidrContains } from '../../aws/shared/cidr.ts';
import { allows } from '../../aws/ec2/traffic/allows.ts';
import { interfaceByRoutes, type PrivateEnd } from '../../aws/ec2/traffic/private-way.ts';
import { placeOfNatGateway, wayOut } from '../../aws/ec2/traffic/way-out.ts';
import { isPrivateAddress } from '../../plane/network/private-address.ts';
import type { SocketAddress } from '../../plane/network/socket-address.ts';
import { noWay, openWay, type Way } from '../../world/way.ts';
import { instanceHosts, type InstanceHost } from './instance-hosts.ts';
import { placeOf } from './kinds/owner-kinds.ts';
import type { Owner } from './owners.ts';
import { ownerCalledOutside } from './owners-called.ts';
import { sourceTowards, wayFromInstance, type Addresses } from './ways.ts';

/** What an instance's packets meet on their way, and the socket of this machine that stands for where they go. */
export interface Reached {
  readonly way: Way;
  readonly socket: SocketAddress;
  /** The loopback address that the socket is to see them come from; any when it is absent. */
  readonly from?: string;
}

/** Addresses that are nobody's on the Internet: this machine's own networks stay out of reach (RFC 1918, RFC 6598). */
const isOfNobody = (address: string): boolean =>
  isPrivateAddress(address) || cidrContains('100.64.0.0/10', `${address}/32`);

/** The instance that has the interface: load balancers are found by their names. */
const ownerOf = ({ networkInterface }: PrivateEnd): Owner | undefined => {
  const instanceId = networkInterface.attachment?.instanceId;
  return instanceId === undefined ? undefined : { kind: 'instance', instanceId };
};

/** The way to an interface of another VPC, where routes, network ACLs and security groups let the connection through. */
const wayToInterface = (
  { world }: Addresses,
  { region, account, instance, networkInterface: source }: InstanceHost,
  { view, networkInterface, address }: PrivateEnd,
  owner: Owner,
  port: number,
): Way => {
  const place = placeOf(world, owner);
  const verdict = allows(world.view(region, account), {
    source,
    destination: { kind: 'interface', networkInterface, address, view },
    protocol: 'tcp',
    port,
  });
  return place === undefined || !verdict.allowed
    ? noWay
    : world.conditions.reach({ kind: 'instance', ...locationOf(instance) }, place);
};

/** The way to a public address of this world: out of the VPC, and in at the other side. */
const toPublicAddress = (
  addresses: Addresses,
  { instance }: InstanceHost,
  owner: Owner,
  port: number,
): Reached => {
  const { sockets } = addresses;
  const socket = { address: sockets.addressOf(owner), port: sockets.realPort(port) };
  return {
    way: wayFromInstance(addresses, { instanceId: instance.id, zoneId: instance.zoneId }, socket),
    socket,
    from: sourceTowards(addresses, instance.id, socket) ?? sockets.carrierAddress,
  };
};

/**
 * What an instance in a network of its own reaches at an address that is not in its VPC, at this moment: an interface of a VPC to
 * which its routes lead, over the backbone where that is in another Region, a public address of this world, or
 * somebody on the Internet.
 */
export const reachOutside = (
  addresses: Addresses,
  instanceId: string,
  target: SocketAddress,
): Reached => {
  const { world, sockets } = addresses;
  const nowhere = { way: noWay, socket: target };
  const host = instanceHosts(world).byId(instanceId);
  if (host === undefined) return nowhere;
  const { region, account, instance, networkInterface } = host;
  if (!world.conditions.instanceConnected(locationOf(instance))) return nowhere;
  const view = world.view(region, account);
  const end = interfaceByRoutes(view, networkInterface, target.address);
  const owner = end === undefined ? undefined : ownerOf(end);
  if (end !== undefined && owner !== undefined) {
    return {
      way: wayToInterface(addresses, host, end, owner, target.port),
      socket: { address: sockets.addressOf(owner), port: sockets.realPort(target.port) },
    };
  }
  if (isOfNobody(target.address)) return nowhere;
  const called = ownerCalledOutside(world, target.address);
  if (called !== undefined) return toPublicAddress(addresses, host, called, target.port);
  const way = wayOut(view, instance.subnetId, networkInterface, target.address);
  const from = { kind: 'instance', ...locationOf(instance) } as const;
  switch (way.kind) {
    case 'none':
      return nowhere;
    case 'nat-gateway':
      return { way: world.conditions.reach(from, placeOfNatGateway(way)), socket: target };
    case 'internet-gateway':
      return { way: openWay(0), socket: target };
  }
};
