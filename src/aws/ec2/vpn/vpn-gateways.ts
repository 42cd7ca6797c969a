import type {
  AttachVpnGatewayRequest,
  AttachVpnGatewayResult,
  CreateVpnGatewayRequest,
  CreateVpnGatewayResult,
  DeleteVpnGatewayRequest,
  DescribeVpnGatewaysRequest,
  DescribeVpnGatewaysResult,
  DetachVpnGatewayRequest,
  VpnGateway as ApiVpnGateway,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { describeResources, resourceById } from '../describe.ts';
import { Vpcs } from '../entities.ts';
import { invalidParameterValue, kinds, limitExceeded } from '../errors.ts';
import { quotas } from '../launch/quotas.ts';
import { VpnGateways, type VpnGateway } from './entities.ts';
import { scheduleForgetting, scheduleVpnStep } from './life.ts';
import { attachmentOf, connectionsOf, vpnGatewayById } from './lookups.ts';

const answerOf = (view: View, gateway: VpnGateway): Plain<ApiVpnGateway> => ({
  VpnGatewayId: gateway.id,
  State: gateway.state,
  Type: 'ipsec.1',
  AmazonSideAsn: gateway.amazonSideAsn,
  VpcAttachments:
    gateway.attachment === null
      ? []
      : [{ VpcId: gateway.attachment.vpcId, State: gateway.attachment.state }],
  Tags: tagsOf(view, gateway.id),
});

/** Private ASNs of 16 and 32 bits (CreateVpnGateway, Amazon EC2 API Reference). */
const isPrivateAsn = (asn: number): boolean =>
  (asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294);

export const createVpnGateway: Operation<CreateVpnGatewayRequest, CreateVpnGatewayResult> = (
  tx,
  input,
) => {
  const { AmazonSideAsn: amazonSideAsn = 64_512 } = input;
  if (!isPrivateAsn(amazonSideAsn)) {
    return invalidParameterValue(
      `Value (${amazonSideAsn}) for parameter amazonSideAsn is invalid. It must be in the range 64512 to 65534 or 4200000000 to 4294967294.`,
    );
  }
  const { type, prefix } = kinds.vpnGateway;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  const count = tx.list(VpnGateways).filter(({ state }) => state === 'available').length;
  if (count >= quotas.vpnGatewaysPerRegion) {
    return limitExceeded('VpnGatewayLimitExceeded', 'virtual private gateways');
  }
  const gateway: VpnGateway = {
    id: newResourceId(tx, prefix),
    state: 'available',
    amazonSideAsn,
    attachment: null,
  };
  tx.put(VpnGateways, gateway);
  return addTags(tx, gateway.id, type, tags) ?? { VpnGateway: answerOf(tx, gateway) };
};

const fields: FilterFields<VpnGateway> = {
  'amazon-side-asn': (gateway) => gateway.amazonSideAsn,
  'attachment.state': (gateway) => gateway.attachment?.state,
  'attachment.vpc-id': (gateway) => gateway.attachment?.vpcId,
  'availability-zone': () => undefined,
  state: (gateway) => gateway.state,
  type: () => 'ipsec.1',
  'vpn-gateway-id': (gateway) => gateway.id,
};

export const describeVpnGateways: Operation<
  DescribeVpnGatewaysRequest,
  DescribeVpnGatewaysResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    VpnGateways,
    kinds.vpnGateway,
    { Filters: input.Filters, ids: input.VpnGatewayIds },
    fields,
  );
  return isDomainError(page)
    ? page
    : { VpnGateways: page.items.map((gateway) => answerOf(tx, gateway)) };
};

/** Attaches a gateway to a VPC: one to one. */
export const attachVpnGateway: Operation<AttachVpnGatewayRequest, AttachVpnGatewayResult> = (
  tx,
  input,
) => {
  const gateway = vpnGatewayById(tx, input.VpnGatewayId);
  if (isDomainError(gateway)) return gateway;
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const before = attachmentOf(gateway);
  if (before !== null && (before.vpcId !== vpc.id || before.state === 'detaching')) {
    return new DomainError(
      'IncorrectState',
      `The vpnGateway ${gateway.id} is ${before.state} ${before.state === 'detaching' ? 'from' : 'to'} ${before.vpcId}.`,
    );
  }
  if (tx.find(VpnGateways, 'vpc', vpc.id).some(({ id }) => id !== gateway.id)) {
    return limitExceeded(
      'VpnGatewayAttachmentLimitExceeded',
      'virtual private gateways attached to the VPC',
    );
  }
  const attachment = before ?? ({ vpcId: vpc.id, state: 'attaching' } as const);
  if (before === null) {
    tx.put(VpnGateways, { ...gateway, attachment });
    scheduleVpnStep(tx, gateway.id);
  }
  return { VpcAttachment: { VpcId: vpc.id, State: attachment.state } };
};

/** Detaches a gateway. Routes that lead to it become black holes. */
export const detachVpnGateway: Operation<DetachVpnGatewayRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const gateway = vpnGatewayById(tx, input.VpnGatewayId);
  if (isDomainError(gateway)) return gateway;
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const attachment = attachmentOf(gateway);
  if (attachment?.vpcId !== vpc.id) {
    return new DomainError(
      'InvalidVpnGatewayAttachment.NotFound',
      `The attachment with vpn gateway ID '${gateway.id}' and vpc ID '${vpc.id}' does not exist`,
    );
  }
  if (attachment.state !== 'detaching') {
    tx.put(VpnGateways, { ...gateway, attachment: { vpcId: vpc.id, state: 'detaching' } });
    scheduleVpnStep(tx, gateway.id);
  }
  return {};
};

/** DeleteVpnGateway: "You must first delete the associated VPN connections and detach the virtual private gateway." */
export const deleteVpnGateway: Operation<DeleteVpnGatewayRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const gateway = vpnGatewayById(tx, input.VpnGatewayId);
  if (isDomainError(gateway)) return gateway;
  const isUsed = connectionsOf(tx, 'vpnGateway', gateway.id).length > 0;
  if (attachmentOf(gateway) !== null || isUsed) {
    return new DomainError('IncorrectState', `The vpnGateway ID '${gateway.id}' is in use.`);
  }
  tx.put(VpnGateways, { ...gateway, state: 'deleted' });
  scheduleForgetting(tx, gateway.id);
  return {};
};
