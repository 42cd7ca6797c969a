import type { Place } from '../../../world/places.ts';
import type { View } from '../../../world/transaction.ts';
import { publicSidesOf } from '../addresses/associations.ts';
import { Subnets, type Subnet } from '../entities.ts';
import type { NetworkInterface } from '../instances/instance-entities.ts';
import { NatGateways, type NatGateway } from '../nat-gateways/entities.ts';
import { isPublicSubnet, routeTableOf } from '../network/route-tables.ts';
import { isActiveRoute } from '../network/route-targets.ts';
import { detourOf } from './detour.ts';
import { routeFor } from './route-for.ts';

/** Which way a subnet's packets take to the Internet. */
export type WayOut =
  | { readonly kind: 'internet-gateway'; readonly gatewayId: string }
  | { readonly kind: 'nat-gateway'; readonly natGatewayId: string; readonly zoneId: string }
  /** None: packets are dropped, for this reason. */
  | { readonly kind: 'none'; readonly detail: string };

/** Where the NAT gateway of a way out stands: packets go there from their subnet's zone, and on from there. */
export const placeOfNatGateway = ({
  natGatewayId,
  zoneId,
}: Extract<WayOut, { readonly kind: 'nat-gateway' }>): Place => ({
  kind: 'hosted',
  zoneId,
  host: { id: natGatewayId },
});

/** An address that stands for the Internet: it is in no block but that of everything. */
export const anyAddress = '198.51.100.1';

const none = (detail: string): WayOut => ({ kind: 'none', detail });

/** The way through a NAT gateway: it must be there, in a zone that works and that is reached from the subnet's own. */
const throughNatGateway = (view: View, subnet: Subnet, gateway: NatGateway): WayOut => {
  const { id, state, zoneId, connectivityType, subnetId } = gateway;
  if (state !== 'available' && state !== 'deleting') {
    return none(`the NAT gateway ${id} is ${state}`);
  }
  if (connectivityType === 'private') {
    return none(`the NAT gateway ${id} is private: it does not lead to the Internet`);
  }
  const { powered, connected } = view.conditions.zone(zoneId);
  if (!powered) return none(`the zone ${zoneId} of the NAT gateway ${id} has no power`);
  if (!connected) return none(`the zone ${zoneId} of the NAT gateway ${id} has no network`);
  const host = view.conditions.host({ zoneId, host: { id } });
  if (!host.powered || !host.connected) {
    return none(`the host of the NAT gateway ${id} has no ${host.powered ? 'network' : 'power'}`);
  }
  const from = { kind: 'zone', zoneId: subnet.zoneId } as const;
  if (!view.conditions.reach(from, { kind: 'zone', zoneId }).up) {
    return none(`the zone ${zoneId} of the NAT gateway ${id} is not reached from ${subnet.zoneId}`);
  }
  return isPublicSubnet(view, { id: subnetId, vpcId: gateway.vpcId })
    ? { kind: 'nat-gateway', natGatewayId: id, zoneId }
    : none(`the subnet ${subnetId} of the NAT gateway ${id} has no route to an internet gateway`);
};

/**
 * How a subnet's packets get to the Internet at this moment. Through an internet gateway go only those of interfaces with
 * a public address: where one is given, that is looked at too.
 */
export const wayOut = (
  view: View,
  subnetId: string,
  networkInterface?: NetworkInterface,
  address: string = anyAddress,
): WayOut => {
  const subnet = view.get(Subnets, subnetId);
  if (subnet === undefined) return none(`the subnet ${subnetId} does not exist`);
  const own = view.conditions.zone(subnet.zoneId);
  if (!own.powered || !own.connected) {
    return none(`the zone ${subnet.zoneId} has no ${own.powered ? 'network' : 'power'}`);
  }
  const table = routeTableOf(view, subnet);
  const route = routeFor(view, table, address);
  if (route === undefined || route.gatewayId === 'local') {
    return none(`the route table ${table.id} of the subnet ${subnetId} has no route to ${address}`);
  }
  if (!isActiveRoute(view, table, route)) {
    return none(`the route ${route.destination} to ${route.gatewayId} is a black hole`);
  }
  const gateway = view.get(NatGateways, route.gatewayId);
  if (gateway !== undefined) return throughNatGateway(view, subnet, gateway);
  if (!route.gatewayId.startsWith('igw-')) {
    return none(
      `the route ${route.destination} to ${route.gatewayId} does not lead to the Internet`,
    );
  }
  if (networkInterface !== undefined && publicSidesOf(view, networkInterface).length === 0) {
    return none(`the network interface ${networkInterface.id} has no public address`);
  }
  const detour =
    networkInterface === undefined ? undefined : detourOf(view, route.gatewayId, networkInterface);
  return detour === undefined
    ? { kind: 'internet-gateway', gatewayId: route.gatewayId }
    : none(detour);
};
