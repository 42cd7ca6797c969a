import type { View } from '../../../world/transaction.ts';
import type {
  AttachmentState,
  PeeredGateway,
  PeeringAttachment,
  TransitAttachment,
} from './entities.ts';

/** Whether packets go through an attachment. */
export const carries = ({ state }: Pick<TransitAttachment, 'state'>): boolean =>
  state === 'available' || state === 'modifying';

const ended: ReadonlySet<AttachmentState> = new Set(['rejected', 'failed', 'deleted']);

/** Whether it is over with an attachment: it is only still described. */
export const hasEnded = ({ state }: Pick<TransitAttachment, 'state'>): boolean => ended.has(state);

export const isAt = (view: View, { account, region }: PeeredGateway): boolean =>
  region === view.shard && account === view.account;

/** The transit gateway at the other end of a peering, seen from one of its ends. */
export const otherGateway = (
  view: View,
  { requester, accepter }: PeeringAttachment,
): PeeredGateway => (isAt(view, requester) ? accepter : requester);

/** What is attached, as routes and associations name it: a VPC, or the transit gateway at the other end. */
export const resourceOf = (
  view: View,
  attachment: TransitAttachment,
): { readonly ResourceId: string; readonly ResourceType: 'vpc' | 'peering' } =>
  attachment.kind === 'vpc'
    ? { ResourceId: attachment.vpcId, ResourceType: 'vpc' }
    : { ResourceId: otherGateway(view, attachment).transitGatewayId, ResourceType: 'peering' };

/** Filters by what is attached. */
export const resourceFields = (view: View) => ({
  'resource-id': (attachment: TransitAttachment) => resourceOf(view, attachment).ResourceId,
  'resource-type': (attachment: TransitAttachment) => resourceOf(view, attachment).ResourceType,
});
