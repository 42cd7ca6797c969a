import type {
  DescribeTransitGatewayAttachmentsRequest,
  DescribeTransitGatewayAttachmentsResult,
  TransitGatewayAttachment as Answer,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import type { Page } from '../../shared/pagination.ts';
import { tagsOf } from '../../shared/tags.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import {
  describeResources,
  filteredPage,
  resourcesByIds,
  type DescribeRequest,
} from '../describe.ts';
import { invalidParameterCombination, kinds, notFound } from '../errors.ts';
import { otherGateway, resourceFields, resourceOf } from './attachment-facts.ts';
import { TransitAttachments, type TransitAttachment } from './entities.ts';

const kind = kinds.transitGatewayAttachment;

/** Attachments of one kind, by ids or filters; an id of another kind is nobody's. */
export const describeAttachments = <T extends TransitAttachment>(
  view: View,
  request: DescribeRequest,
  isWanted: (attachment: TransitAttachment) => attachment is T,
  fields: FilterFields<T>,
): Page<T> | DomainError => {
  const ids = request.ids ?? [];
  if (ids.length > 0 && request.MaxResults !== undefined) {
    return invalidParameterCombination(
      `The parameter ${kind.idsParameter} cannot be used with the parameter maxResults`,
    );
  }
  const found =
    ids.length > 0
      ? resourcesByIds(view, TransitAttachments, kind, ids)
      : view.list(TransitAttachments);
  if (isDomainError(found)) return found;
  const stranger = ids.length > 0 ? found.find((attachment) => !isWanted(attachment)) : undefined;
  if (stranger !== undefined) return notFound(kind, stranger.id);
  return filteredPage(view, found.filter(isWanted), request, fields);
};

/** Who owns what is attached: of a peering it is the account of the other end. */
const resourceOwnerOf = (view: View, attachment: TransitAttachment): string =>
  attachment.kind === 'vpc' ? view.account : otherGateway(view, attachment).account;

const answerOf = (view: View, attachment: TransitAttachment): Plain<Answer> => ({
  TransitGatewayAttachmentId: attachment.id,
  TransitGatewayId: attachment.transitGatewayId,
  TransitGatewayOwnerId: view.account,
  ResourceOwnerId: resourceOwnerOf(view, attachment),
  ...resourceOf(view, attachment),
  State: attachment.state,
  ...(attachment.association === null
    ? {}
    : {
        Association: {
          TransitGatewayRouteTableId: attachment.association.routeTableId,
          State: attachment.association.state,
        },
      }),
  CreationTime: wholeSecond(attachment.createdAt),
  Tags: tagsOf(view, attachment.id),
});

const filterFields = (view: View): FilterFields<TransitAttachment> => ({
  ...resourceFields(view),
  'association.state': ({ association }) => association?.state,
  'association.transit-gateway-route-table-id': ({ association }) => association?.routeTableId,
  'resource-owner-id': (attachment) => resourceOwnerOf(view, attachment),
  state: ({ state }) => state,
  'transit-gateway-attachment-id': ({ id }) => id,
  'transit-gateway-id': ({ transitGatewayId }) => transitGatewayId,
  'transit-gateway-owner-id': () => view.account,
});

export const describeTransitGatewayAttachments: Operation<
  DescribeTransitGatewayAttachmentsRequest,
  DescribeTransitGatewayAttachmentsResult
> = (tx, input) => {
  const page = describeResources<TransitAttachment>(
    tx,
    TransitAttachments,
    kind,
    { ...input, ids: input.TransitGatewayAttachmentIds },
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    TransitGatewayAttachments: page.items.map((attachment) => answerOf(tx, attachment)),
    NextToken: page.nextToken,
  };
};
