import type {
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
  GroupIdentifier,
  InstanceNetworkInterface,
  NetworkInterface as Answer,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import type { FilterFields } from '../shared/filters.ts';
import { newResourceId } from '../shared/ids.ts';
import { forgetTags, tagsOf } from '../shared/tags.ts';
import { zoneNameOf } from './account-zones.ts';
import { describeResources } from './describe.ts';
import { SecurityGroups, Subnets, Vpcs, type Subnet } from './entities.ts';
import { kinds } from './errors.ts';
import { privateIpDnsName, publicDnsName } from './host-names.ts';
import {
  NetworkInterfaces,
  type NetworkInterface,
  type NetworkInterfaceAttachment,
} from './instance-entities.ts';
import { releasePublicAddress, takePublicAddress } from './public-addresses.ts';
import { releaseAddress, takeAddress } from './subnet-addresses.ts';

/** A network interface to be made. */
export interface NetworkInterfaceRequest {
  readonly subnet: Subnet;
  readonly groupIds: readonly string[];
  readonly description: string;
  /** One address of the subnet that must be it; any free one when undefined. */
  readonly privateIpAddress?: string | undefined;
  readonly publicAddress: boolean;
  readonly interfaceType?: NetworkInterface['interfaceType'];
  readonly requesterManaged?: boolean;
  readonly sourceDestCheck?: boolean;
  readonly attachment: NetworkInterfaceAttachment | null;
}

/** A MAC address as EC2's look: locally administered, beginning with 02 or 06 or 0a or 0e. */
const newMacAddress = (tx: Tx): string => {
  const random = tx.random('ec2/mac-addresses');
  const first = random.pick(['02', '06', '0a', '0e']) ?? '02';
  return [first, ...Array.from({ length: 5 }, () => random.hex(2))].join(':');
};

/**
 * Makes a network interface with a private address of its subnet and, if asked, a public one. Errors: those of
 * `takeAddress`.
 */
export const addNetworkInterface = (
  tx: Tx,
  request: NetworkInterfaceRequest,
): NetworkInterface | DomainError => {
  const privateIpAddress = takeAddress(tx, request.subnet, request.privateIpAddress);
  if (isDomainError(privateIpAddress)) return privateIpAddress;
  const id = newResourceId(tx, 'eni');
  const made: NetworkInterface = {
    id,
    description: request.description,
    interfaceType: request.interfaceType ?? 'interface',
    requesterManaged: request.requesterManaged ?? false,
    subnetId: request.subnet.id,
    vpcId: request.subnet.vpcId,
    zoneId: request.subnet.zoneId,
    macAddress: newMacAddress(tx),
    privateIpAddress,
    publicIpAddress: request.publicAddress ? takePublicAddress(tx, id) : null,
    autoAssignPublicIp: request.publicAddress,
    groupIds: request.groupIds,
    sourceDestCheck: request.sourceDestCheck ?? true,
    attachment: request.attachment,
    createdAt: tx.now,
  };
  tx.put(NetworkInterfaces, made);
  return made;
};

/** Removes a network interface; its addresses go back to where they came from. */
export const removeNetworkInterface = (tx: Tx, id: string): void => {
  const gone = tx.get(NetworkInterfaces, id);
  if (gone === undefined) return;
  const subnet = tx.get(Subnets, gone.subnetId);
  if (subnet !== undefined) releaseAddress(tx, subnet, gone.privateIpAddress);
  if (gone.publicIpAddress !== null) releasePublicAddress(tx, gone.publicIpAddress);
  tx.delete(NetworkInterfaces, id);
  forgetTags(tx, id);
};

/** A stopped instance has no public address but one that it keeps itself ("Public IPv4 addresses", User Guide). */
export const dropPublicAddress = (tx: Tx, id: string): void => {
  const networkInterface = tx.get(NetworkInterfaces, id);
  if (networkInterface === undefined || networkInterface.publicIpAddress === null) return;
  releasePublicAddress(tx, networkInterface.publicIpAddress);
  tx.put(NetworkInterfaces, { ...networkInterface, publicIpAddress: null });
};

/** A start gives another public address to an interface that began with one. */
export const renewPublicAddress = (tx: Tx, id: string): void => {
  const networkInterface = tx.get(NetworkInterfaces, id);
  if (networkInterface === undefined || networkInterface.publicIpAddress !== null) return;
  if (!networkInterface.autoAssignPublicIp) return;
  tx.put(NetworkInterfaces, { ...networkInterface, publicIpAddress: takePublicAddress(tx, id) });
};

/** The groups by id and name, as instances and interfaces list them. */
export const groupIdentifiers = (
  view: View,
  groupIds: readonly string[],
): readonly Plain<GroupIdentifier>[] =>
  groupIds.map((id) => ({ GroupId: id, GroupName: view.get(SecurityGroups, id)?.name ?? id }));

/** The public DNS name of an interface; undefined without a public address or without DNS hostnames in its VPC. */
export const publicNameOf = (view: View, networkInterface: NetworkInterface): string | undefined =>
  networkInterface.publicIpAddress !== null &&
  view.get(Vpcs, networkInterface.vpcId)?.enableDnsHostnames === true
    ? publicDnsName(view.shard, networkInterface.publicIpAddress)
    : undefined;

/** The private DNS name of an interface; undefined without DNS hostnames in its VPC. */
export const privateNameOf = (view: View, networkInterface: NetworkInterface): string | undefined =>
  view.get(Vpcs, networkInterface.vpcId)?.enableDnsHostnames === true
    ? privateIpDnsName(view.shard, networkInterface.privateIpAddress)
    : undefined;

const associationOf = (view: View, networkInterface: NetworkInterface) =>
  networkInterface.publicIpAddress === null
    ? undefined
    : {
        IpOwnerId: 'amazon',
        PublicDnsName: publicNameOf(view, networkInterface) ?? '',
        PublicIp: networkInterface.publicIpAddress,
      };

const privateAddressesOf = (view: View, networkInterface: NetworkInterface) => [
  {
    Association: associationOf(view, networkInterface),
    Primary: true,
    PrivateDnsName: privateNameOf(view, networkInterface),
    PrivateIpAddress: networkInterface.privateIpAddress,
  },
];

/** What both descriptions of an interface, on its own and in its instance, say alike. */
const commonAnswer = (view: View, networkInterface: NetworkInterface) => ({
  Association: associationOf(view, networkInterface),
  Description: networkInterface.description,
  Groups: groupIdentifiers(view, networkInterface.groupIds),
  InterfaceType: networkInterface.interfaceType,
  Ipv6Addresses: [],
  MacAddress: networkInterface.macAddress,
  NetworkInterfaceId: networkInterface.id,
  OwnerId: view.account,
  PrivateDnsName: privateNameOf(view, networkInterface),
  PrivateIpAddress: networkInterface.privateIpAddress,
  PrivateIpAddresses: privateAddressesOf(view, networkInterface),
  SourceDestCheck: networkInterface.sourceDestCheck,
  SubnetId: networkInterface.subnetId,
  VpcId: networkInterface.vpcId,
  Operator: { Managed: false },
});

/** The interface as its instance describes it. */
export const instanceInterfaceAnswer = (
  view: View,
  networkInterface: NetworkInterface,
  attachmentStatus: 'attaching' | 'attached' | 'detaching',
): Plain<InstanceNetworkInterface> => ({
  ...commonAnswer(view, networkInterface),
  Attachment:
    networkInterface.attachment === null
      ? undefined
      : {
          AttachTime: networkInterface.attachment.attachTime,
          AttachmentId: networkInterface.attachment.attachmentId,
          DeleteOnTermination: networkInterface.attachment.deleteOnTermination,
          DeviceIndex: networkInterface.attachment.deviceIndex,
          NetworkCardIndex: 0,
          Status: attachmentStatus,
        },
  Status: 'in-use',
});

const isInUse = (networkInterface: NetworkInterface): boolean =>
  networkInterface.attachment !== null || networkInterface.requesterManaged;

const answer = (view: View, networkInterface: NetworkInterface): Plain<Answer> => ({
  ...commonAnswer(view, networkInterface),
  Attachment:
    networkInterface.attachment === null
      ? undefined
      : {
          AttachTime: networkInterface.attachment.attachTime,
          AttachmentId: networkInterface.attachment.attachmentId,
          DeleteOnTermination: networkInterface.attachment.deleteOnTermination,
          DeviceIndex: networkInterface.attachment.deviceIndex,
          InstanceId: networkInterface.attachment.instanceId,
          InstanceOwnerId: view.account,
          NetworkCardIndex: 0,
          Status: 'attached',
        },
  AvailabilityZone: zoneNameOf(view, networkInterface.zoneId),
  AvailabilityZoneId: networkInterface.zoneId,
  RequesterManaged: networkInterface.requesterManaged,
  Status: isInUse(networkInterface) ? 'in-use' : 'available',
  TagSet: tagsOf(view, networkInterface.id),
});

const fields = (view: View): FilterFields<NetworkInterface> => ({
  'addresses.association.public-ip': (it) => it.publicIpAddress ?? undefined,
  'addresses.primary': () => true,
  'addresses.private-ip-address': (it) => it.privateIpAddress,
  'association.ip-owner-id': (it) => (it.publicIpAddress === null ? undefined : 'amazon'),
  'association.public-dns-name': (it) => publicNameOf(view, it),
  'association.public-ip': (it) => it.publicIpAddress ?? undefined,
  'attachment.attachment-id': (it) => it.attachment?.attachmentId,
  'attachment.delete-on-termination': (it) => it.attachment?.deleteOnTermination,
  'attachment.device-index': (it) => it.attachment?.deviceIndex,
  'attachment.instance-id': (it) => it.attachment?.instanceId,
  'attachment.instance-owner-id': (it) => (it.attachment === null ? undefined : view.account),
  'attachment.status': (it) => (it.attachment === null ? undefined : 'attached'),
  'availability-zone': (it) => zoneNameOf(view, it.zoneId),
  'availability-zone-id': (it) => it.zoneId,
  description: (it) => it.description,
  'group-id': (it) => it.groupIds,
  'group-name': (it) => groupIdentifiers(view, it.groupIds).map((group) => group.GroupName ?? ''),
  'interface-type': (it) => it.interfaceType,
  'mac-address': (it) => it.macAddress,
  'network-interface-id': (it) => it.id,
  'owner-id': () => view.account,
  'private-dns-name': (it) => privateNameOf(view, it),
  'private-ip-address': (it) => it.privateIpAddress,
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
    NetworkInterfaces: page.items.map((networkInterface) => answer(tx, networkInterface)),
    NextToken: page.nextToken,
  };
};
