import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Entity, Table } from '../../../world/entity.ts';
import type { View } from '../../../world/transaction.ts';
import { resourceById } from '../describe.ts';
import { kinds, notFound, type ResourceKind } from '../errors.ts';
import {
  CustomerGateways,
  VpnConnections,
  VpnGateways,
  type CustomerGateway,
  type VpnConnection,
  type VpnGateway,
} from './entities.ts';

/** One that is not deleted: those that are can be described alone. */
const living = <T extends Entity & { readonly state: string }>(
  view: View,
  table: Table<T>,
  kind: ResourceKind,
  id: string | undefined,
): T | DomainError => {
  const found = resourceById(view, table, kind, id);
  return isDomainError(found) || found.state !== 'deleted' ? found : notFound(kind, found.id);
};

export const customerGatewayById = (
  view: View,
  id: string | undefined,
): CustomerGateway | DomainError => living(view, CustomerGateways, kinds.customerGateway, id);

export const vpnGatewayById = (view: View, id: string | undefined): VpnGateway | DomainError =>
  living(view, VpnGateways, kinds.vpnGateway, id);

export const vpnConnectionById = (
  view: View,
  id: string | undefined,
): VpnConnection | DomainError => living(view, VpnConnections, kinds.vpnConnection, id);

/** Whether a gateway's attachment to a VPC is complete. */
export const isAttachedTo = ({ attachment }: VpnGateway, vpcId: string): boolean =>
  attachment?.vpcId === vpcId && attachment.state === 'attached';

/** The attachment of a gateway that has not ended. */
export const attachmentOf = ({ attachment }: VpnGateway): VpnGateway['attachment'] =>
  attachment?.state === 'detached' ? null : attachment;

/** The connections of a gateway, of either kind, that are not deleted. */
export const connectionsOf = (
  view: View,
  index: 'customerGateway' | 'vpnGateway',
  id: string,
): readonly VpnConnection[] =>
  view.find(VpnConnections, index, id).filter(({ state }) => state !== 'deleted');
