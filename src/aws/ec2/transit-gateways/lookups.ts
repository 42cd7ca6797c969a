import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Entity, Table } from '../../../world/entity.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { resourceById } from '../describe.ts';
import { kinds, notFound, type ResourceKind } from '../errors.ts';
import {
  TransitAttachments,
  TransitGateways,
  TransitRouteTables,
  type PeeringAttachment,
  type TransitAttachment,
  type TransitGateway,
  type TransitRouteTable,
  type VpcAttachment,
} from './entities.ts';

/** In AWS's words; which state would be right it does not say. */
const wrongState = (id: string): DomainError =>
  new DomainError('IncorrectState', `${id} is in invalid state`);

/** One that is there, in one of these states; what is deleted is still described, and no more. */
const inState = <T extends Entity & { readonly state: string }>(
  view: View,
  table: Table<T>,
  kind: ResourceKind,
  id: string | undefined,
  states: readonly T['state'][] | undefined,
): T | DomainError => {
  const found = resourceById(view, table, kind, id);
  if (isDomainError(found)) return found;
  if (found.state === 'deleted') return notFound(kind, found.id);
  return states === undefined || states.includes(found.state) ? found : wrongState(found.id);
};

export const gatewayById = (
  tx: Tx,
  id: string | undefined,
  states?: readonly TransitGateway['state'][],
): TransitGateway | DomainError => inState(tx, TransitGateways, kinds.transitGateway, id, states);

export const routeTableById = (
  tx: Tx,
  id: string | undefined,
  states?: readonly TransitRouteTable['state'][],
): TransitRouteTable | DomainError =>
  inState(tx, TransitRouteTables, kinds.transitGatewayRouteTable, id, states);

export const attachmentById = (
  tx: Tx,
  id: string | undefined,
  states?: readonly TransitAttachment['state'][],
): TransitAttachment | DomainError =>
  inState<TransitAttachment>(tx, TransitAttachments, kinds.transitGatewayAttachment, id, states);

const ofOtherKind = ({ id }: TransitAttachment): DomainError =>
  notFound(kinds.transitGatewayAttachment, id);

export const vpcAttachmentById = (
  tx: Tx,
  id: string | undefined,
  states?: readonly VpcAttachment['state'][],
): VpcAttachment | DomainError => {
  const found = attachmentById(tx, id, states);
  return isDomainError(found) || found.kind === 'vpc' ? found : ofOtherKind(found);
};

export const peeringAttachmentById = (
  tx: Tx,
  id: string | undefined,
  states?: readonly PeeringAttachment['state'][],
): PeeringAttachment | DomainError => {
  const found = attachmentById(tx, id, states);
  return isDomainError(found) || found.kind === 'peering' ? found : ofOtherKind(found);
};

/** A table and an attachment of one transit gateway. */
export const tableAndAttachment = (
  tx: Tx,
  tableId: string | undefined,
  attachmentId: string | undefined,
): { readonly table: TransitRouteTable; readonly attachment: TransitAttachment } | DomainError => {
  const table = routeTableById(tx, tableId, ['available']);
  if (isDomainError(table)) return table;
  const attachment = attachmentById(tx, attachmentId, ['available', 'modifying']);
  if (isDomainError(attachment)) return attachment;
  return attachment.transitGatewayId === table.transitGatewayId
    ? { table, attachment }
    : new DomainError(
        'InvalidParameterValue',
        `Transit Gateway Attachment ${attachment.id} and Transit Gateway Route Table ${table.id} do not belong to the same Transit Gateway.`,
      );
};
