import type { View } from '../../../world/transaction.ts';
import { Subnets, type Route, type Subnet } from '../entities.ts';
import { NetworkInterfaces, type NetworkInterface } from '../instances/instance-entities.ts';
import { routeTableOf } from '../network/route-tables.ts';
import { isActiveRoute } from '../network/route-targets.ts';
import { PeeringConnections } from '../peering/entities.ts';
import { sidesFrom } from '../peering/sides.ts';
import { accepted, dropped, firstDrop, type Verdict } from './verdict.ts';
import { routeFor } from './route-for.ts';
import { transitWay } from './transit-way.ts';

/** A VPC of the world. */
interface VpcPlace {
  readonly region: string;
  readonly account: string;
  readonly vpcId: string;
}

/** A VPC to which routes lead. */
interface VpcBehind extends VpcPlace {
  /** The zones in which packets come into it; null where they come straight to where they go. */
  readonly zoneIds: readonly string[] | null;
}

/** An interface at one of its private addresses, in the Region and account that it is of. */
export interface PrivateEnd {
  readonly view: View;
  readonly networkInterface: NetworkInterface;
  readonly address: string;
}

const placeOf = ({ view, networkInterface }: PrivateEnd): VpcPlace => ({
  region: view.shard,
  account: view.account,
  vpcId: networkInterface.vpcId,
});

const isSame = (one: VpcPlace, other: VpcPlace): boolean =>
  one.vpcId === other.vpcId && one.region === other.region && one.account === other.account;

type Hop =
  | { readonly kind: 'vpcs'; readonly route: Route; readonly vpcs: readonly VpcBehind[] }
  | { readonly kind: 'none'; readonly detail: string };

const none = (detail: string): Hop => ({ kind: 'none', detail });

/** The VPC to which a transit gateway brings packets. */
const hopByTransit = (view: View, subnet: Subnet, route: Route, address: string): Hop => {
  const way = transitWay(view, subnet, route.gatewayId, address);
  if (way.kind === 'none') return none(way.detail);
  const { vpcId, zoneIds } = way;
  const vpc = { region: way.view.shard, account: way.view.account, vpcId, zoneIds };
  return { kind: 'vpcs', route, vpcs: [vpc] };
};

/** The other VPC to which a route leads. Peering is not transitive: it is one VPC and no further. */
const hopByPeering = (view: View, subnet: Subnet, route: Route): Hop => {
  const connection = view.get(PeeringConnections, route.gatewayId);
  const sides = connection === undefined ? [] : sidesFrom(view, connection, subnet.vpcId);
  return { kind: 'vpcs', route, vpcs: sides.map((side) => ({ ...side, zoneIds: null })) };
};

/** Where a subnet's packets to a private address beyond its VPC go. */
const hopTo = (view: View, subnetId: string, address: string): Hop => {
  const subnet = view.get(Subnets, subnetId);
  if (subnet === undefined) return none(`the subnet ${subnetId} does not exist`);
  const table = routeTableOf(view, subnet);
  const route = routeFor(view, table, address);
  if (route === undefined || route.gatewayId === 'local') {
    return none(`the route table ${table.id} of the subnet ${subnetId} has no route to ${address}`);
  }
  if (!isActiveRoute(view, table, route)) {
    return none(`the route ${route.destination} to ${route.gatewayId} is a black hole`);
  }
  if (route.gatewayId.startsWith('nat-')) {
    return none(
      `the route ${route.destination} leads to the NAT gateway ${route.gatewayId}, which translates only to addresses of the Internet here`,
    );
  }
  return route.gatewayId.startsWith('tgw-')
    ? hopByTransit(view, subnet, route, address)
    : hopByPeering(view, subnet, route);
};

/** Whether packets that have come into a VPC find an interface: its zone is reached from one in which they come. */
const isReachedWithin = (
  { zoneIds }: VpcBehind,
  { view, networkInterface: { zoneId } }: PrivateEnd,
): boolean =>
  zoneIds === null ||
  zoneIds.some(
    (from) => view.conditions.reach({ kind: 'zone', zoneId: from }, { kind: 'zone', zoneId }).up,
  );

const checkHop = (from: PrivateEnd, to: PrivateEnd): Verdict => {
  const hop = hopTo(from.view, from.networkInterface.subnetId, to.address);
  if (hop.kind === 'none') return dropped('route', hop.detail);
  const there = placeOf(to);
  const vpc = hop.vpcs.find((one) => isSame(one, there));
  if (vpc === undefined) {
    return dropped(
      'route',
      `the route ${hop.route.destination} to ${hop.route.gatewayId} does not lead to ${there.vpcId}`,
    );
  }
  return isReachedWithin(vpc, to)
    ? accepted
    : dropped(
        'route',
        `the zone ${to.networkInterface.zoneId} is not reached from where ${hop.route.gatewayId} comes into ${there.vpcId}`,
      );
};

/**
 * Whether routes join two interfaces by their private addresses: they are in one VPC, or each one's route table leads to the
 * other's VPC ("Update your route tables for a VPC peering connection", Amazon VPC Peering Guide).
 */
export const joinedByRoutes = (from: PrivateEnd, to: PrivateEnd): Verdict =>
  isSame(placeOf(from), placeOf(to))
    ? accepted
    : firstDrop([() => checkHop(from, to), () => checkHop(to, from)]);

/** The interface that has a private address, as routes lead there from an interface of another VPC. */
export const interfaceByRoutes = (
  view: View,
  { subnetId, vpcId }: Pick<NetworkInterface, 'subnetId' | 'vpcId'>,
  address: string,
): PrivateEnd | undefined => {
  const hop = hopTo(view, subnetId, address);
  if (hop.kind === 'none') return undefined;
  for (const vpc of hop.vpcs) {
    const region = vpc.region === view.shard ? view : view.elsewhere(vpc.region);
    const there = region?.forAccount(vpc.account);
    const found = there
      ?.find(NetworkInterfaces, 'privateAddress', address)
      .find((one) => one.vpcId === vpc.vpcId && one.vpcId !== vpcId);
    if (there !== undefined && found !== undefined) {
      return { view: there, networkInterface: found, address };
    }
  }
  return undefined;
};
