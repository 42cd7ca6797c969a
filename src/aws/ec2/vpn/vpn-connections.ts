import type {
  CreateVpnConnectionRequest,
  CreateVpnConnectionResult,
  CreateVpnConnectionRouteRequest,
  DeleteVpnConnectionRequest,
  DeleteVpnConnectionRouteRequest,
  DescribeVpnConnectionsRequest,
  DescribeVpnConnectionsResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { canonicalCidr } from '../../shared/cidr.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType } from '../../shared/tags.ts';
import { describeResources } from '../describe.ts';
import {
  invalidCidrBlock,
  invalidParameterValue,
  kinds,
  limitExceeded,
  notBuilt,
} from '../errors.ts';
import { quotas } from '../launch/quotas.ts';
import { connectionAnswer } from './connection-answer.ts';
import { CustomerGateways, VpnConnections, type VpnConnection } from './entities.ts';
import { scheduleVpnStep } from './life.ts';
import {
  connectionsOf,
  customerGatewayById,
  vpnConnectionById,
  vpnGatewayById,
} from './lookups.ts';
import { newTunnels } from './tunnels.ts';

const everywhere = '0.0.0.0/0';

/** A block of IPv4 in canonical form. */
const blockOf = (parameter: string, text: string): string | DomainError => {
  const block = canonicalCidr(text);
  return block?.kind === 'ipv4' ? block.cidr : invalidCidrBlock(parameter, text);
};

/** What only connections to transit gateways and Cloud WAN have, or other values than the ones that there are. */
const unbuiltOf = (input: Plain<CreateVpnConnectionRequest>): string | undefined => {
  const { Options: options } = input;
  if (input.VpnGatewayId === undefined) return 'VPN connections without a virtual private gateway';
  if (options?.TunnelInsideIpVersion === 'ipv6') return 'IPv6 in VPN tunnels';
  if ((options?.OutsideIpAddressType ?? 'PublicIpv4') !== 'PublicIpv4') {
    return 'VPN tunnels with private addresses';
  }
  if (options?.TunnelBandwidth === 'large') return 'large VPN tunnels';
  if ((input.PreSharedKeyStorage ?? 'Standard') !== 'Standard') {
    return 'pre-shared keys of VPN tunnels in Secrets Manager';
  }
  return undefined;
};

const isFull = (tx: Tx, vpnGatewayId: string): boolean =>
  connectionsOf(tx, 'vpnGateway', vpnGatewayId).length >= quotas.vpnConnectionsPerGateway ||
  tx.list(VpnConnections).filter(({ state }) => state !== 'deleted').length >=
    quotas.vpnConnectionsPerRegion;

export const createVpnConnection: Operation<
  CreateVpnConnectionRequest,
  CreateVpnConnectionResult
> = (tx, input) => {
  if (input.Type !== 'ipsec.1') {
    return invalidParameterValue(
      `Value (${input.Type ?? ''}) for parameter type is invalid. The only valid value is ipsec.1.`,
    );
  }
  const unbuilt = unbuiltOf(input);
  if (unbuilt !== undefined) return notBuilt(unbuilt);
  const customer = customerGatewayById(tx, input.CustomerGatewayId);
  if (isDomainError(customer)) return customer;
  const gateway = vpnGatewayById(tx, input.VpnGatewayId);
  if (isDomainError(gateway)) return gateway;
  const { Options: options } = input;
  const local = blockOf('localIpv4NetworkCidr', options?.LocalIpv4NetworkCidr ?? everywhere);
  if (isDomainError(local)) return local;
  const remote = blockOf('remoteIpv4NetworkCidr', options?.RemoteIpv4NetworkCidr ?? everywhere);
  if (isDomainError(remote)) return remote;
  const { type, prefix } = kinds.vpnConnection;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  if (isFull(tx, gateway.id)) return limitExceeded('VpnConnectionLimitExceeded', 'VPN connections');
  const id = newResourceId(tx, prefix);
  const tunnels = newTunnels(tx, id, gateway.id, options?.TunnelOptions ?? []);
  if (isDomainError(tunnels)) return tunnels;
  const connection: VpnConnection = {
    id,
    state: 'pending',
    customerGatewayId: customer.id,
    vpnGatewayId: gateway.id,
    staticRoutesOnly: options?.StaticRoutesOnly ?? false,
    localIpv4NetworkCidr: local,
    remoteIpv4NetworkCidr: remote,
    tunnels,
    routes: [],
    createdAt: tx.now,
  };
  tx.put(VpnConnections, connection);
  scheduleVpnStep(tx, id);
  return addTags(tx, id, type, tags) ?? { VpnConnection: connectionAnswer(tx, connection) };
};

const fields = (view: View): FilterFields<VpnConnection> => ({
  'bgp-asn': ({ customerGatewayId }) => view.get(CustomerGateways, customerGatewayId)?.bgpAsn,
  'customer-gateway-configuration': (connection) =>
    connectionAnswer(view, connection).CustomerGatewayConfiguration,
  'customer-gateway-id': (connection) => connection.customerGatewayId,
  'option.static-routes-only': (connection) => connection.staticRoutesOnly,
  'route.destination-cidr-block': (connection) => connection.routes,
  state: (connection) => connection.state,
  'transit-gateway-id': () => undefined,
  type: () => 'ipsec.1',
  'vpn-connection-id': (connection) => connection.id,
  'vpn-gateway-id': (connection) => connection.vpnGatewayId,
});

export const describeVpnConnections: Operation<
  DescribeVpnConnectionsRequest,
  DescribeVpnConnectionsResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    VpnConnections,
    kinds.vpnConnection,
    { Filters: input.Filters, ids: input.VpnConnectionIds },
    fields(tx),
  );
  return isDomainError(page)
    ? page
    : { VpnConnections: page.items.map((connection) => connectionAnswer(tx, connection)) };
};

export const deleteVpnConnection: Operation<DeleteVpnConnectionRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const connection = vpnConnectionById(tx, input.VpnConnectionId);
  if (isDomainError(connection)) return connection;
  if (connection.state !== 'deleting') {
    tx.put(VpnConnections, { ...connection, state: 'deleting' });
    scheduleVpnStep(tx, connection.id);
  }
  return {};
};

/** The connection and the block of a route; the connection must have static routes. */
const routeOf = (
  tx: Tx,
  input: Plain<CreateVpnConnectionRouteRequest>,
): { readonly connection: VpnConnection; readonly block: string } | DomainError => {
  const connection = vpnConnectionById(tx, input.VpnConnectionId);
  if (isDomainError(connection)) return connection;
  if (connection.state === 'deleting') {
    return new DomainError(
      'InvalidVpnConnection.InvalidState',
      `The vpnConnection ID '${connection.id}' is ${connection.state}.`,
    );
  }
  if (!connection.staticRoutesOnly) {
    return new DomainError(
      'InvalidVpnConnection.InvalidType',
      `The vpnConnection ID '${connection.id}' does not support static routes.`,
    );
  }
  const block = blockOf('destinationCidrBlock', input.DestinationCidrBlock ?? '');
  return isDomainError(block) ? block : { connection, block };
};

/** CreateVpnConnectionRoute: a block behind the customer gateway. One that is there already stays. */
export const createVpnConnectionRoute: Operation<
  CreateVpnConnectionRouteRequest,
  Record<string, never>
> = (tx, input) => {
  const found = routeOf(tx, input);
  if (isDomainError(found)) return found;
  const { connection, block } = found;
  if (connection.routes.includes(block)) return {};
  if (connection.routes.length >= quotas.routesPerVpnConnection) {
    return limitExceeded('RouteLimitExceeded', 'routes of the VPN connection');
  }
  tx.put(VpnConnections, { ...connection, routes: [...connection.routes, block] });
  return {};
};

export const deleteVpnConnectionRoute: Operation<
  DeleteVpnConnectionRouteRequest,
  Record<string, never>
> = (tx, input) => {
  const found = routeOf(tx, input);
  if (isDomainError(found)) return found;
  const { connection, block } = found;
  if (!connection.routes.includes(block)) {
    return new DomainError(
      'InvalidRoute.NotFound',
      `The VPN connection ${connection.id} has no route to ${block}.`,
    );
  }
  tx.put(VpnConnections, {
    ...connection,
    routes: connection.routes.filter((other) => other !== block),
  });
  return {};
};
