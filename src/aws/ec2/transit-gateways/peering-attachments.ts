import type {
  AcceptTransitGatewayPeeringAttachmentRequest,
  AcceptTransitGatewayPeeringAttachmentResult,
  CreateTransitGatewayPeeringAttachmentRequest,
  CreateTransitGatewayPeeringAttachmentResult,
  DeleteTransitGatewayPeeringAttachmentRequest,
  DeleteTransitGatewayPeeringAttachmentResult,
  DescribeTransitGatewayPeeringAttachmentsRequest,
  DescribeTransitGatewayPeeringAttachmentsResult,
  PeeringTgwInfo,
  RejectTransitGatewayPeeringAttachmentRequest,
  RejectTransitGatewayPeeringAttachmentResult,
  TransitGatewayPeeringAttachment as Answer,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import { checkIdForm, invalidParameterValue, kinds, limitExceeded, notBuilt } from '../errors.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { hasEnded, isAt, otherGateway } from './attachment-facts.ts';
import { describeAttachments } from './attachments.ts';
import {
  TransitAttachments,
  type PeeredGateway,
  type PeeringAttachment,
  type TransitAttachment,
} from './entities.ts';
import { defaultRouting, endAttachment, putAttachment } from './life.ts';
import { gatewayById, peeringAttachmentById } from './lookups.ts';
import { share } from './share-peering.ts';

const { type, prefix } = kinds.transitGatewayAttachment;

const infoOf = ({ account, region, transitGatewayId }: PeeredGateway): Plain<PeeringTgwInfo> => ({
  TransitGatewayId: transitGatewayId,
  OwnerId: account,
  Region: region,
});

const answerOf = (view: View, attachment: PeeringAttachment): Plain<Answer> => ({
  TransitGatewayAttachmentId: attachment.id,
  RequesterTgwInfo: infoOf(attachment.requester),
  AccepterTgwInfo: infoOf(attachment.accepter),
  Options: { DynamicRouting: 'disable' },
  State: attachment.state,
  ...(attachment.failure === null
    ? {}
    : { Status: { Code: attachment.failure.code, Message: attachment.failure.message } }),
  CreationTime: wholeSecond(attachment.createdAt),
  Tags: tagsOf(view, attachment.id),
});

const accepterOf = (
  tx: Tx,
  input: Plain<CreateTransitGatewayPeeringAttachmentRequest>,
): PeeredGateway | DomainError => {
  const { PeerAccountId: account = '', PeerRegion: region = '' } = input;
  const { PeerTransitGatewayId: transitGatewayId = '' } = input;
  const malformed = checkIdForm(kinds.transitGateway, transitGatewayId);
  if (malformed !== undefined) return malformed;
  if (!/^\d{12}$/.test(account)) {
    return invalidParameterValue(`Value (${account}) for parameter PeerAccountId is invalid.`);
  }
  if (tx.geography.region(region) === undefined) {
    return invalidParameterValue(`Value (${region}) for parameter PeerRegion is invalid.`);
  }
  return region === tx.shard
    ? notBuilt('peering of transit gateways within a Region')
    : { account, region, transitGatewayId };
};

const refusalOf = (view: View, ownId: string, accepter: PeeredGateway): DomainError | undefined => {
  const present = view
    .find(TransitAttachments, 'transitGateway', ownId)
    .filter((attachment) => attachment.kind === 'peering' && !hasEnded(attachment));
  const isSame = present.some(
    (attachment) =>
      attachment.kind === 'peering' &&
      otherGateway(view, attachment).transitGatewayId === accepter.transitGatewayId,
  );
  if (isSame) {
    return new DomainError(
      'DuplicateTransitGatewayAttachment',
      `${ownId} has non-deleted Transit Gateway Cross Region Peering Attachments with ${accepter.transitGatewayId}.`,
    );
  }
  return present.length >= quotaIn(view, 'peeringsPerTransitGateway')
    ? limitExceeded(
        'TransitGatewayPeeringAttachmentLimitExceeded',
        'peering attachments of the transit gateway',
      )
    : undefined;
};

/** CreateTransitGatewayPeeringAttachment: asks the owner of a transit gateway of another Region to join the two. */
export const createTransitGatewayPeeringAttachment: Operation<
  CreateTransitGatewayPeeringAttachmentRequest,
  CreateTransitGatewayPeeringAttachmentResult
> = (tx, input) => {
  if (input.Options?.DynamicRouting === 'enable') {
    return notBuilt('dynamic routing between transit gateways');
  }
  const gateway = gatewayById(tx, input.TransitGatewayId, ['available', 'modifying']);
  if (isDomainError(gateway)) return gateway;
  const accepter = accepterOf(tx, input);
  if (isDomainError(accepter)) return accepter;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  const refusal = refusalOf(tx, gateway.id, accepter);
  if (refusal !== undefined) return refusal;
  const attachment: PeeringAttachment = {
    id: newResourceId(tx, prefix),
    kind: 'peering',
    transitGatewayId: gateway.id,
    requester: { account: tx.account, region: tx.shard, transitGatewayId: gateway.id },
    accepter,
    state: 'initiatingRequest',
    association: null,
    propagatesTo: [],
    failure: null,
    createdAt: tx.now,
  };
  putAttachment(tx, attachment);
  share(tx, attachment);
  return (
    addTags(tx, attachment.id, type, tags) ?? {
      TransitGatewayPeeringAttachment: answerOf(tx, attachment),
    }
  );
};

/** One that waits for the caller's decision: it is made at the end that was asked. */
const offeredById = (tx: Tx, id: string | undefined): PeeringAttachment | DomainError => {
  const attachment = peeringAttachmentById(tx, id, ['pendingAcceptance']);
  if (isDomainError(attachment) || isAt(tx, attachment.accepter)) return attachment;
  return new DomainError(
    'OperationNotPermitted',
    `${attachment.id} can only be accepted or rejected by account ${attachment.accepter.account} in region ${attachment.accepter.region}.`,
  );
};

export const acceptTransitGatewayPeeringAttachment: Operation<
  AcceptTransitGatewayPeeringAttachmentRequest,
  AcceptTransitGatewayPeeringAttachmentResult
> = (tx, input) => {
  const attachment = offeredById(tx, input.TransitGatewayAttachmentId);
  if (isDomainError(attachment)) return attachment;
  // Routes between peered gateways are static: nothing is propagated ("Transit gateway peering attachments", Transit Gateways Guide).
  const { association } = defaultRouting(tx, attachment.transitGatewayId);
  const after: PeeringAttachment = { ...attachment, state: 'pending', association };
  putAttachment(tx, after);
  share(tx, after);
  return { TransitGatewayPeeringAttachment: answerOf(tx, after) };
};

export const rejectTransitGatewayPeeringAttachment: Operation<
  RejectTransitGatewayPeeringAttachmentRequest,
  RejectTransitGatewayPeeringAttachmentResult
> = (tx, input) => {
  const attachment = offeredById(tx, input.TransitGatewayAttachmentId);
  if (isDomainError(attachment)) return attachment;
  endAttachment(tx, attachment, 'rejected');
  const after: PeeringAttachment = { ...attachment, state: 'rejected' };
  share(tx, after);
  return { TransitGatewayPeeringAttachment: answerOf(tx, after) };
};

/** DeleteTransitGatewayPeeringAttachment: either end may, also while it is only asked for. */
export const deleteTransitGatewayPeeringAttachment: Operation<
  DeleteTransitGatewayPeeringAttachmentRequest,
  DeleteTransitGatewayPeeringAttachmentResult
> = (tx, input) => {
  const attachment = peeringAttachmentById(tx, input.TransitGatewayAttachmentId, [
    'available',
    'modifying',
    'initiatingRequest',
    'pendingAcceptance',
  ]);
  if (isDomainError(attachment)) return attachment;
  const after: PeeringAttachment = { ...attachment, state: 'deleting' };
  putAttachment(tx, after);
  share(tx, after);
  return { TransitGatewayPeeringAttachment: answerOf(tx, after) };
};

const isPeering = (attachment: TransitAttachment): attachment is PeeringAttachment =>
  attachment.kind === 'peering';

const filterFields = (view: View): FilterFields<PeeringAttachment> => ({
  'local-owner-id': () => view.account,
  'remote-owner-id': (attachment) => otherGateway(view, attachment).account,
  state: ({ state }) => state,
  'transit-gateway-attachment-id': ({ id }) => id,
  'transit-gateway-id': ({ transitGatewayId }) => transitGatewayId,
});

export const describeTransitGatewayPeeringAttachments: Operation<
  DescribeTransitGatewayPeeringAttachmentsRequest,
  DescribeTransitGatewayPeeringAttachmentsResult
> = (tx, input) => {
  const page = describeAttachments(
    tx,
    { ...input, ids: input.TransitGatewayAttachmentIds },
    isPeering,
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    TransitGatewayPeeringAttachments: page.items.map((attachment) => answerOf(tx, attachment)),
    NextToken: page.nextToken,
  };
};
