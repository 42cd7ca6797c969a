import type { JsonValue, Tx, View } from '../../../world/transaction.ts';
import type { OutboxEntry, Receiver } from '../../shared/outbox.ts';
import { hasEnded, isAt, otherGateway } from './attachment-facts.ts';
import {
  TransitAttachments,
  TransitGateways,
  type AttachmentState,
  type PeeringAttachment,
} from './entities.ts';
import { defaultRouting, endAttachment, putAttachment } from './life.ts';
import { sharedPeeringKind } from './share-peering.ts';

/** States in their order: what comes later has the last word when both ends have changed one. */
const order: Readonly<Record<AttachmentState, number>> = {
  initiatingRequest: 0,
  pendingAcceptance: 1,
  pending: 2,
  available: 3,
  modifying: 3,
  deleting: 4,
  rejected: 5,
  failed: 5,
  deleted: 5,
};

/** Puts what one end has heard of the other; an end that it is over with has no routing left. */
const putHeard = (tx: Tx, own: PeeringAttachment, state: AttachmentState): void => {
  if (state === 'rejected' || state === 'failed' || state === 'deleted') {
    endAttachment(tx, own, state);
  } else if (state === 'available') {
    const { association } = defaultRouting(tx, own.transitGatewayId);
    putAttachment(tx, {
      ...own,
      state,
      association: association === null ? null : { ...association, state: 'associated' },
    });
  } else {
    // The other end goes on from here and tells: this one has no timer of its own.
    tx.put(TransitAttachments, { ...own, state });
  }
};

/** What a request finds where its accepter is: something that can be accepted, or nothing. */
const offer = (tx: Tx, theirs: PeeringAttachment): JsonValue => {
  const { accepter } = theirs;
  const gateway = isAt(tx, accepter)
    ? tx.get(TransitGateways, accepter.transitGatewayId)
    : undefined;
  if (gateway?.state !== 'available' && gateway?.state !== 'modifying') return 'failed';
  putAttachment(tx, {
    ...theirs,
    transitGatewayId: gateway.id,
    state: 'pendingAcceptance',
    association: null,
    propagatesTo: [],
    createdAt: tx.now,
  });
  return 'pendingAcceptance';
};

const peeringIn = (view: View, id: string): PeeringAttachment | undefined => {
  const found = view.get(TransitAttachments, id);
  return found?.kind === 'peering' ? found : undefined;
};

const receive = (tx: Tx, { subject }: OutboxEntry, from: View): JsonValue => {
  const theirs = peeringIn(from, subject);
  if (theirs === undefined) return null;
  const own = peeringIn(tx, subject);
  if (own === undefined) return theirs.state === 'initiatingRequest' ? offer(tx, theirs) : null;
  if (order[theirs.state] > order[own.state]) putHeard(tx, own, theirs.state);
  return null;
};

const received = (tx: Tx, { subject }: OutboxEntry, answer: JsonValue): void => {
  const own = peeringIn(tx, subject);
  if (own === undefined || hasEnded(own)) return;
  if (answer === 'pendingAcceptance' && own.state === 'initiatingRequest') {
    tx.put(TransitAttachments, { ...own, state: 'pendingAcceptance' });
  } else if (answer === 'failed') {
    const { transitGatewayId } = otherGateway(tx, own);
    const failure = {
      code: 'InvalidTransitGatewayID.NotFound',
      message: `Transit Gateway ${transitGatewayId} was deleted or does not exist.`,
    };
    endAttachment(tx, { ...own, failure }, 'failed');
  }
};

/** Who takes what the other end of a peering of transit gateways tells. */
export const transitPeeringReceivers: Readonly<Record<string, Receiver>> = {
  [sharedPeeringKind]: { receive, received },
};
