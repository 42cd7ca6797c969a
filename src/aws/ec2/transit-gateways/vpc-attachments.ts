import type {
  CreateTransitGatewayVpcAttachmentRequest,
  CreateTransitGatewayVpcAttachmentResult,
  DeleteTransitGatewayVpcAttachmentRequest,
  DeleteTransitGatewayVpcAttachmentResult,
  DescribeTransitGatewayVpcAttachmentsRequest,
  DescribeTransitGatewayVpcAttachmentsResult,
  ModifyTransitGatewayVpcAttachmentRequest,
  ModifyTransitGatewayVpcAttachmentResult,
  TransitGatewayVpcAttachment as Answer,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import { resourceById } from '../describe.ts';
import { Subnets, Vpcs } from '../entities.ts';
import { invalidParameterValue, kinds, limitExceeded, missingParameter } from '../errors.ts';
import { quotas } from '../launch/quotas.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import {
  addNetworkInterface,
  removeNetworkInterface,
} from '../network-interfaces/network-interfaces.ts';
import { hasEnded } from './attachment-facts.ts';
import { describeAttachments } from './attachments.ts';
import {
  TransitAttachments,
  type AttachedSubnet,
  type TransitAttachment,
  type TransitGateway,
  type VpcAttachment,
} from './entities.ts';
import { defaultRouting, putAttachment } from './life.ts';
import { gatewayById, vpcAttachmentById } from './lookups.ts';
import { switched, vpcAttachmentDefaults } from './options.ts';

const { type, prefix } = kinds.transitGatewayAttachment;

const answerOf = (view: View, attachment: VpcAttachment): Plain<Answer> => ({
  TransitGatewayAttachmentId: attachment.id,
  TransitGatewayId: attachment.transitGatewayId,
  VpcId: attachment.vpcId,
  VpcOwnerId: view.account,
  State: attachment.state,
  SubnetIds: attachment.subnets.map(({ subnetId }) => subnetId),
  CreationTime: wholeSecond(attachment.createdAt),
  Options: attachment.toggles,
  Tags: tagsOf(view, attachment.id),
});

/** The interface of an attachment in a subnet of its VPC. */
const attachSubnet = (
  tx: Tx,
  attachment: Pick<VpcAttachment, 'id' | 'vpcId'>,
  subnetId: string,
): AttachedSubnet | DomainError => {
  const subnet = resourceById(tx, Subnets, kinds.subnet, subnetId);
  if (isDomainError(subnet)) return subnet;
  if (subnet.vpcId !== attachment.vpcId) {
    return invalidParameterValue(`Subnet ${subnetId} is not in VPC ${attachment.vpcId}`);
  }
  const made = addNetworkInterface(tx, {
    subnet,
    groupIds: [],
    description: `Network Interface for Transit Gateway Attachment ${attachment.id}`,
    publicAddress: false,
    interfaceType: 'transit_gateway',
    requesterManaged: true,
    attachment: null,
  });
  return isDomainError(made)
    ? made
    : { subnetId, zoneId: subnet.zoneId, networkInterfaceId: made.id };
};

/** "You can specify only one subnet per Availability Zone" (CreateTransitGatewayVpcAttachment). */
const attachSubnets = (
  tx: Tx,
  attachment: Pick<VpcAttachment, 'id' | 'vpcId'>,
  present: readonly AttachedSubnet[],
  subnetIds: readonly string[],
): readonly AttachedSubnet[] | DomainError => {
  const attached = [...present];
  for (const subnetId of new Set(subnetIds)) {
    const one = attachSubnet(tx, attachment, subnetId);
    if (isDomainError(one)) return one;
    if (attached.some(({ zoneId }) => zoneId === one.zoneId)) {
      return new DomainError('DuplicateSubnetsInSameZone', 'Duplicate Subnets for same AZ');
    }
    attached.push(one);
  }
  return attached;
};

const refusalOf = (view: View, gateway: TransitGateway, vpcId: string): DomainError | undefined => {
  const ofGateway = view
    .find(TransitAttachments, 'transitGateway', gateway.id)
    .filter((attachment) => !hasEnded(attachment));
  if (ofGateway.some((attachment) => attachment.kind === 'vpc' && attachment.vpcId === vpcId)) {
    return new DomainError(
      'DuplicateTransitGatewayAttachment',
      `${gateway.id} has non-deleted Transit Gateway Attachments with same VPC ID.`,
    );
  }
  if (ofGateway.length >= quotaIn(view, 'attachmentsPerTransitGateway')) {
    return limitExceeded(
      'TransitGatewayAttachmentLimitExceeded',
      'attachments of the transit gateway',
    );
  }
  const ofVpc = view
    .find(TransitAttachments, 'vpc', vpcId)
    .filter((attachment) => !hasEnded(attachment));
  return ofVpc.length >= quotas.transitGatewaysPerVpc
    ? limitExceeded('TransitGatewayAttachmentLimitExceeded', 'transit gateways of the VPC')
    : undefined;
};

/** CreateTransitGatewayVpcAttachment: by a subnet of each zone that is to be served. */
export const createTransitGatewayVpcAttachment: Operation<
  CreateTransitGatewayVpcAttachmentRequest,
  CreateTransitGatewayVpcAttachmentResult
> = (tx, input) => {
  const gateway = gatewayById(tx, input.TransitGatewayId, ['available', 'modifying']);
  if (isDomainError(gateway)) return gateway;
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const { SubnetIds: subnetIds = [] } = input;
  if (subnetIds.length === 0) return missingParameter('SubnetIds');
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  const refusal = refusalOf(tx, gateway, vpc.id);
  if (refusal !== undefined) return refusal;
  const id = newResourceId(tx, prefix);
  const subnets = attachSubnets(tx, { id, vpcId: vpc.id }, [], subnetIds);
  if (isDomainError(subnets)) return subnets;
  const attachment: VpcAttachment = {
    id,
    kind: 'vpc',
    transitGatewayId: gateway.id,
    vpcId: vpc.id,
    subnets,
    toggles: switched(vpcAttachmentDefaults, input.Options),
    state: 'pending',
    ...defaultRouting(tx, gateway.id),
    createdAt: tx.now,
  };
  putAttachment(tx, attachment);
  return addTags(tx, id, type, tags) ?? { TransitGatewayVpcAttachment: answerOf(tx, attachment) };
};

/** The subnets after a request; one at least has to stay. Interfaces of those that go are removed. */
const changedSubnets = (
  tx: Tx,
  attachment: VpcAttachment,
  {
    AddSubnetIds: added = [],
    RemoveSubnetIds: removed = [],
  }: Plain<ModifyTransitGatewayVpcAttachmentRequest>,
): readonly AttachedSubnet[] | DomainError => {
  const stranger = removed.find(
    (id) => !attachment.subnets.some(({ subnetId }) => subnetId === id),
  );
  if (stranger !== undefined) {
    return invalidParameterValue(`Subnet ${stranger} is not a subnet of ${attachment.id}`);
  }
  const isGone = ({ subnetId }: AttachedSubnet): boolean => removed.includes(subnetId);
  const fresh = added.filter((id) => !attachment.subnets.some(({ subnetId }) => subnetId === id));
  for (const { networkInterfaceId } of attachment.subnets.filter(isGone)) {
    removeNetworkInterface(tx, networkInterfaceId);
  }
  const kept = attachment.subnets.filter((subnet) => !isGone(subnet));
  const after = attachSubnets(tx, attachment, kept, fresh);
  return !isDomainError(after) && after.length === 0
    ? new DomainError(
        'InsufficientSubnetsException',
        `${attachment.id} must have at least one subnet.`,
      )
    : after;
};

export const modifyTransitGatewayVpcAttachment: Operation<
  ModifyTransitGatewayVpcAttachmentRequest,
  ModifyTransitGatewayVpcAttachmentResult
> = (tx, input) => {
  const attachment = vpcAttachmentById(tx, input.TransitGatewayAttachmentId, ['available']);
  if (isDomainError(attachment)) return attachment;
  const subnets = changedSubnets(tx, attachment, input);
  if (isDomainError(subnets)) return subnets;
  const after: VpcAttachment = {
    ...attachment,
    subnets,
    toggles: switched(attachment.toggles, input.Options),
    state: 'modifying',
  };
  putAttachment(tx, after);
  return { TransitGatewayVpcAttachment: answerOf(tx, after) };
};

/** DeleteTransitGatewayVpcAttachment: routes that lead there become black holes. */
export const deleteTransitGatewayVpcAttachment: Operation<
  DeleteTransitGatewayVpcAttachmentRequest,
  DeleteTransitGatewayVpcAttachmentResult
> = (tx, input) => {
  const attachment = vpcAttachmentById(tx, input.TransitGatewayAttachmentId, [
    'available',
    'modifying',
    'pending',
  ]);
  if (isDomainError(attachment)) return attachment;
  const after: VpcAttachment = { ...attachment, state: 'deleting' };
  putAttachment(tx, after);
  return { TransitGatewayVpcAttachment: answerOf(tx, after) };
};

const isOfVpc = (attachment: TransitAttachment): attachment is VpcAttachment =>
  attachment.kind === 'vpc';

const filterFields: FilterFields<VpcAttachment> = {
  state: ({ state }) => state,
  'transit-gateway-attachment-id': ({ id }) => id,
  'transit-gateway-id': ({ transitGatewayId }) => transitGatewayId,
  'vpc-id': ({ vpcId }) => vpcId,
};

export const describeTransitGatewayVpcAttachments: Operation<
  DescribeTransitGatewayVpcAttachmentsRequest,
  DescribeTransitGatewayVpcAttachmentsResult
> = (tx, input) => {
  const page = describeAttachments(
    tx,
    { ...input, ids: input.TransitGatewayAttachmentIds },
    isOfVpc,
    filterFields,
  );
  if (isDomainError(page)) return page;
  return {
    TransitGatewayVpcAttachments: page.items.map((attachment) => answerOf(tx, attachment)),
    NextToken: page.nextToken,
  };
};
