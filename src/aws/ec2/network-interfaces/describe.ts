import type {
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
} from '@aws-sdk/client-ec2';
import { isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import { privateAddressesOf, publicSideOf, publicSidesOf } from '../addresses/associations.ts';
import { describeResources } from '../describe.ts';
import { kinds } from '../errors.ts';
import { NetworkInterfaces, type NetworkInterface } from '../instances/instance-entities.ts';
import { isoText } from '../../shared/utc-text.ts';
import {
  addressOwnerOf,
  attachmentOwner,
  groupIdentifiers,
  interfaceAnswer,
  isInUse,
  privateNameOf,
  publicAddressOf,
  publicNameOf,
  requesterOf,
} from './answer.ts';

type Fields = FilterFields<NetworkInterface>;

const addressFields = (view: View): Fields => ({
  'addresses.association.owner-id': (it) =>
    publicSidesOf(view, it).map((side) => (side.elasticIp === undefined ? 'amazon' : view.account)),
  'addresses.association.public-ip': (it) =>
    publicSidesOf(view, it).map((side) => side.publicIpAddress),
  'addresses.primary': (it) =>
    privateAddressesOf(it).map((address) => String(address === it.privateIpAddress)),
  'addresses.private-ip-address': privateAddressesOf,
  'association.allocation-id': (it) => publicSideOf(view, it)?.elasticIp?.id,
  'association.association-id': (it) =>
    publicSideOf(view, it)?.elasticIp?.association?.associationId,
  'association.ip-owner-id': (it) => addressOwnerOf(view, it),
  'association.public-dns-name': (it) => publicNameOf(view, it),
  'association.public-ip': (it) => publicAddressOf(view, it),
  'private-dns-name': (it) => privateNameOf(view, it),
  'private-ip-address': privateAddressesOf,
  'ipv6-addresses.ipv6-address': (it) => it.ipv6Addresses,
});

const attachmentFields = (view: View): Fields => ({
  'attachment.attach-time': (it) =>
    it.attachment === null ? undefined : isoText(it.attachment.attachTime),
  'attachment.attachment-id': (it) => it.attachment?.attachmentId,
  'attachment.delete-on-termination': (it) => it.attachment?.deleteOnTermination,
  'attachment.device-index': (it) => it.attachment?.deviceIndex,
  'attachment.instance-id': (it) => it.attachment?.instanceId,
  'attachment.instance-owner-id': (it) => attachmentOwner(view, it),
  'attachment.status': (it) => (attachmentOwner(view, it) === undefined ? undefined : 'attached'),
});

/** Filter names as the DescribeNetworkInterfaces reference lists them. */
const fields = (view: View): Fields => ({
  ...addressFields(view),
  ...attachmentFields(view),
  'availability-zone': (it) => zoneNameOf(view, it.zoneId),
  'availability-zone-id': (it) => it.zoneId,
  description: (it) => it.description,
  'group-id': (it) => it.groupIds,
  'group-name': (it) => groupIdentifiers(view, it.groupIds).map((group) => group.GroupName ?? ''),
  'interface-type': (it) => it.interfaceType,
  'mac-address': (it) => it.macAddress,
  'network-interface-id': (it) => it.id,
  'operator.managed': () => false,
  'operator.principal': () => undefined,
  'owner-id': () => view.account,
  'requester-id': (it) => requesterOf(view, it),
  'requester-managed': (it) => it.requesterManaged,
  'source-dest-check': (it) => it.sourceDestCheck,
  status: (it) => (isInUse(it) ? 'in-use' : 'available'),
  'subnet-id': (it) => it.subnetId,
  'vpc-id': (it) => it.vpcId,
});

/** DescribeNetworkInterfaces. */
export const describeNetworkInterfaces: Operation<
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    NetworkInterfaces,
    kinds.networkInterface,
    { ...input, ids: input.NetworkInterfaceIds },
    fields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    NetworkInterfaces: page.items.map((networkInterface) => interfaceAnswer(tx, networkInterface)),
    NextToken: page.nextToken,
  };
};
