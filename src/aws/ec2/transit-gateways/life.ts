import type { Timer, Tx } from '../../../world/transaction.ts';
import { deleteResource } from '../delete-resource.ts';
import { draw, durations, terminatedVisibleMs, type Duration } from '../durations.ts';
import { removeNetworkInterface } from '../network-interfaces/network-interfaces.ts';
import { hasEnded } from './attachment-facts.ts';
import {
  TransitAttachments,
  TransitGateways,
  TransitRouteTables,
  type TransitAttachment,
  type TransitGateway,
  type TransitRouteTable,
} from './entities.ts';
import { share } from './share-peering.ts';

const gatewayKind = 'ec2/transit-gateway-step';
const tableKind = 'ec2/transit-route-table-step';
const attachmentKind = 'ec2/transit-attachment-step';
const associationKind = 'ec2/transit-association-step';

const schedule = (tx: Tx, kind: string, id: string, delayMs: number): void =>
  tx.setTimer({ id: `${kind}/${id}`, at: tx.now + delayMs, kind, payload: id });

const scheduleStep = (tx: Tx, kind: string, id: string, duration: Duration): void =>
  schedule(tx, kind, id, draw(tx, duration));

const idOf = ({ payload }: Timer): string => (typeof payload === 'string' ? payload : '');

/** Puts a gateway that goes on to its next state by itself; a deleted one is described for a while. */
export const putGateway = (tx: Tx, gateway: TransitGateway): void => {
  tx.put(TransitGateways, gateway);
  if (gateway.state === 'deleted') schedule(tx, gatewayKind, gateway.id, terminatedVisibleMs);
  else if (gateway.state !== 'available') {
    scheduleStep(tx, gatewayKind, gateway.id, durations.changingTransitGateway);
  }
};

/** Puts a route table; what is said of gateways holds of it too. */
export const putTable = (tx: Tx, table: TransitRouteTable): void => {
  tx.put(TransitRouteTables, table);
  if (table.state === 'deleted') schedule(tx, tableKind, table.id, terminatedVisibleMs);
  else if (table.state !== 'available') {
    scheduleStep(tx, tableKind, table.id, durations.changingTransitRouteTable);
  }
};

/** Puts an attachment; one that waits for somebody's acceptance does not go on by itself. */
export const putAttachment = (tx: Tx, attachment: TransitAttachment): void => {
  tx.put(TransitAttachments, attachment);
  const { id, state } = attachment;
  if (hasEnded(attachment)) schedule(tx, attachmentKind, id, terminatedVisibleMs);
  else if (state === 'pending' || state === 'modifying' || state === 'deleting') {
    scheduleStep(tx, attachmentKind, id, durations.changingTransitAttachment);
  }
};

/** Begins to associate an attachment with a table, or to end that. */
export const putAssociation = <T extends TransitAttachment>(tx: Tx, attachment: T): T => {
  tx.put(TransitAttachments, attachment);
  scheduleStep(tx, associationKind, attachment.id, durations.changingTransitAssociation);
  return attachment;
};

const endTable = (tx: Tx, table: TransitRouteTable): void => {
  putTable(tx, { ...table, state: 'deleted', staticRoutes: [] });
  for (const attachment of tx.find(TransitAttachments, 'propagatedTable', table.id)) {
    const propagatesTo = attachment.propagatesTo.filter((id) => id !== table.id);
    tx.put(TransitAttachments, { ...attachment, propagatesTo });
  }
};

const stepGateway = (tx: Tx, timer: Timer): void => {
  const gateway = tx.get(TransitGateways, idOf(timer));
  if (gateway === undefined) return;
  if (gateway.state === 'deleted') deleteResource(tx, TransitGateways, gateway.id);
  else if (gateway.state !== 'deleting') putGateway(tx, { ...gateway, state: 'available' });
  else {
    putGateway(tx, { ...gateway, state: 'deleted' });
    // Its tables go with it; attachments have kept it from being deleted.
    for (const table of tx.find(TransitRouteTables, 'transitGateway', gateway.id)) {
      if (table.state !== 'deleted') endTable(tx, table);
    }
  }
};

const stepTable = (tx: Tx, timer: Timer): void => {
  const table = tx.get(TransitRouteTables, idOf(timer));
  if (table === undefined) return;
  if (table.state === 'deleted') deleteResource(tx, TransitRouteTables, table.id);
  else if (table.state === 'deleting') endTable(tx, table);
  else putTable(tx, { ...table, state: 'available' });
};

/** What is left of an attachment when it is over with it; its interfaces are gone. */
export const endAttachment = (
  tx: Tx,
  attachment: TransitAttachment,
  state: 'deleted' | 'rejected' | 'failed',
): void => {
  if (attachment.kind === 'vpc') {
    for (const { networkInterfaceId } of attachment.subnets) {
      removeNetworkInterface(tx, networkInterfaceId);
    }
  }
  putAttachment(tx, { ...attachment, state, association: null, propagatesTo: [] });
};

/** The table by which an attachment goes and those that it propagates to, as its gateway has them by default. */
export const defaultRouting = (
  tx: Tx,
  transitGatewayId: string,
): Pick<TransitAttachment, 'association' | 'propagatesTo'> => {
  const gateway = tx.get(TransitGateways, transitGatewayId);
  const routeTableId = gateway?.associationDefaultRouteTableId ?? null;
  const propagated = gateway?.propagationDefaultRouteTableId ?? null;
  return {
    association: routeTableId === null ? null : { routeTableId, state: 'associating' },
    propagatesTo: propagated === null ? [] : [propagated],
  };
};

const associated = ({ association }: TransitAttachment): TransitAttachment['association'] =>
  association?.state === 'associating' ? { ...association, state: 'associated' } : association;

const stepAttachment = (tx: Tx, timer: Timer): void => {
  const attachment = tx.get(TransitAttachments, idOf(timer));
  if (attachment === undefined) return;
  if (hasEnded(attachment)) {
    deleteResource(tx, TransitAttachments, attachment.id);
    return;
  }
  if (attachment.state === 'deleting') endAttachment(tx, attachment, 'deleted');
  else {
    putAttachment(tx, { ...attachment, state: 'available', association: associated(attachment) });
  }
  const after = tx.get(TransitAttachments, attachment.id);
  if (after?.kind === 'peering') share(tx, after);
};

const stepAssociation = (tx: Tx, timer: Timer): void => {
  const attachment = tx.get(TransitAttachments, idOf(timer));
  if (attachment?.association === undefined || attachment.association === null) return;
  const isEnding = attachment.association.state === 'disassociating';
  tx.put(TransitAttachments, {
    ...attachment,
    association: isEnding ? null : associated(attachment),
  });
};

/** The timers of transit gateways, their tables, attachments and associations. */
export const transitGatewayTimers = {
  [gatewayKind]: stepGateway,
  [tableKind]: stepTable,
  [attachmentKind]: stepAttachment,
  [associationKind]: stepAssociation,
};
