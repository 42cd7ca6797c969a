import type { Tx } from '../../../world/transaction.ts';
import { send } from '../../shared/outbox.ts';
import { otherGateway } from './attachment-facts.ts';
import type { PeeringAttachment } from './entities.ts';

/** What one end of a peering of transit gateways sends to the other. */
export const sharedPeeringKind = 'ec2/transit-peering';

/** Tells the other end of a peering what has become of it. */
export const share = (tx: Tx, attachment: PeeringAttachment): void => {
  const other = otherGateway(tx, attachment);
  send(tx, {
    kind: sharedPeeringKind,
    to: other.region,
    toAccount: other.account,
    subject: attachment.id,
    payload: null,
  });
};
