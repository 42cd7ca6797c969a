import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { cidrContains } from '../../shared/cidr.ts';
import { resourceById } from '../describe.ts';
import {
  InternetGateways,
  RouteTableAssociations,
  RouteTables,
  Vpcs,
  type InternetGateway,
  type Route,
  type RouteTable,
} from '../entities.ts';
import { invalidParameterValue, kinds, notBuilt } from '../errors.ts';

type Destined = Pick<Route, 'destination' | 'gatewayId'>;

/**
 * Why a route cannot be in the table of a gateway: it leads packets that arrive for the VPC to an interface, and nothing beyond
 * the VPC's blocks ("Gateway route tables", Amazon VPC User Guide). The words are ours.
 */
const unfitRoute = (
  view: View,
  { id, vpcId }: RouteTable,
  { destination, gatewayId }: Destined,
): DomainError | undefined => {
  if (gatewayId === 'local') return undefined;
  if (!gatewayId.startsWith('eni-')) {
    return invalidParameterValue(
      `The route ${destination} to ${gatewayId} is not valid in the route table ${id} of a gateway: its target can only be local, a network interface or a Gateway Load Balancer endpoint.`,
    );
  }
  if (destination.startsWith('pl-')) {
    return invalidParameterValue(
      `The route to ${destination} is not valid in the route table ${id} of a gateway: its destination cannot be a prefix list.`,
    );
  }
  const vpc = view.get(Vpcs, vpcId);
  const blocks = [...(vpc?.cidrBlocks ?? []), ...(vpc?.ipv6CidrBlocks ?? [])];
  return blocks.some(({ cidrBlock }) => cidrContains(cidrBlock, destination))
    ? undefined
    : invalidParameterValue(
        `The route destination ${destination} is not valid in the route table ${id} of a gateway: it is outside of the CIDR blocks of ${vpcId}.`,
      );
};

/** Why a route table cannot be a gateway's: the first of its routes that does not fit. */
export const unfitForGateway = (view: View, table: RouteTable): DomainError | undefined => {
  for (const route of table.routes) {
    const unfit = unfitRoute(view, table, route);
    if (unfit !== undefined) return unfit;
  }
  return undefined;
};

/** Why a route cannot be put into a table, when a gateway goes by it. */
export const refusalInGatewayTable = (
  view: View,
  table: RouteTable,
  route: Destined,
): DomainError | undefined =>
  view
    .find(RouteTableAssociations, 'routeTable', table.id)
    .some(({ gatewayId }) => gatewayId !== undefined)
    ? unfitRoute(view, table, route)
    : undefined;

/** The internet gateway that is to go by a route table of the VPC that it is attached to. */
export const gatewayForTable = (
  tx: Tx,
  table: RouteTable,
  id: string,
): InternetGateway | DomainError => {
  if (id.startsWith('vgw-')) return notBuilt('route tables of virtual private gateways');
  const gateway = resourceById(tx, InternetGateways, kinds.internetGateway, id, 'gatewayId');
  if (isDomainError(gateway)) return gateway;
  if (gateway.vpcId !== table.vpcId) {
    return invalidParameterValue(
      `route table ${table.id} and network gateway ${id} belong to different networks`,
    );
  }
  return unfitForGateway(tx, table) ?? gateway;
};

/** The route table that packets go by which arrive at a gateway; undefined when it has none: they go straight on. */
export const tableOfGateway = (view: View, gatewayId: string): RouteTable | undefined => {
  const [own] = view.find(RouteTableAssociations, 'gateway', gatewayId);
  return own === undefined ? undefined : view.get(RouteTables, own.routeTableId);
};
