import type { View } from '../../../world/transaction.ts';
import { Subnets, type Route, type RouteTable } from '../entities.ts';
import { NetworkInterfaces, type NetworkInterface } from '../instances/instance-entities.ts';
import { routeTableOf } from '../network/route-tables.ts';
import { isActiveRoute } from '../network/route-targets.ts';
import { PeeringConnections } from '../peering/entities.ts';
import { sidesFrom } from '../peering/sides.ts';
import { accepted, dropped, firstDrop, type Verdict } from './verdict.ts';
import { routeFor } from './route-for.ts';

/** A VPC of the world. */
interface VpcPlace {
  readonly region: string;
  readonly account: string;
  readonly vpcId: string;
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

/** Other VPCs to which a route leads. Peering is not transitive: it is one VPC and no further. */
const vpcsBehind = (view: View, table: RouteTable, route: Route): readonly VpcPlace[] => {
  const connection = view.get(PeeringConnections, route.gatewayId);
  return connection === undefined ? [] : sidesFrom(view, connection, table.vpcId);
};

type Hop =
  | { readonly kind: 'vpcs'; readonly route: Route; readonly vpcs: readonly VpcPlace[] }
  | { readonly kind: 'none'; readonly detail: string };

const none = (detail: string): Hop => ({ kind: 'none', detail });

/** Where a subnet's packets to a private address beyond its VPC go. */
const hopTo = (view: View, subnetId: string, address: string): Hop => {
  const subnet = view.get(Subnets, subnetId);
  if (subnet === undefined) return none(`the subnet ${subnetId} does not exist`);
  const table = routeTableOf(view, subnet);
  const route = routeFor(view, table, address);
  if (route === undefined || route.gatewayId === 'local') {
    return none(`the route table ${table.id} of the subnet ${subnetId} has no route to ${address}`);
  }
  return isActiveRoute(view, table, route)
    ? { kind: 'vpcs', route, vpcs: vpcsBehind(view, table, route) }
    : none(`the route ${route.destination} to ${route.gatewayId} is a black hole`);
};

const checkHop = (from: PrivateEnd, to: PrivateEnd): Verdict => {
  const hop = hopTo(from.view, from.networkInterface.subnetId, to.address);
  if (hop.kind === 'none') return dropped('route', hop.detail);
  const there = placeOf(to);
  return hop.vpcs.some((vpc) => isSame(vpc, there))
    ? accepted
    : dropped(
        'route',
        `the route ${hop.route.destination} to ${hop.route.gatewayId} does not lead to ${there.vpcId}`,
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
