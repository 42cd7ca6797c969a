import type {
  GroupIdentifier,
  InstanceNetworkInterface,
  NetworkInterface as Answer,
} from '@aws-sdk/client-ec2';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { tagsOf } from '../../shared/tags.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import { privateAddressesOf, publicSideOf } from '../addresses/associations.ts';
import { SecurityGroups, Vpcs } from '../entities.ts';
import { privateIpDnsName, publicDnsName } from '../instances/host-names.ts';
import type { NetworkInterface } from '../instances/instance-entities.ts';

/** The groups by id and name, as instances and interfaces list them. */
export const groupIdentifiers = (
  view: View,
  groupIds: readonly string[],
): readonly Plain<GroupIdentifier>[] =>
  groupIds.map((id) => ({ GroupId: id, GroupName: view.get(SecurityGroups, id)?.name ?? id }));

const hasDnsNames = (view: View, networkInterface: NetworkInterface): boolean =>
  view.get(Vpcs, networkInterface.vpcId)?.enableDnsHostnames === true;

/** The public address of an interface's primary private address, if any. */
export const publicAddressOf = (
  view: View,
  networkInterface: NetworkInterface,
): string | undefined => publicSideOf(view, networkInterface)?.publicIpAddress;

/** The public DNS name of an interface; undefined without a public address or without DNS hostnames in its VPC. */
export const publicNameOf = (
  view: View,
  networkInterface: NetworkInterface,
): string | undefined => {
  const address = publicAddressOf(view, networkInterface);
  return address !== undefined && hasDnsNames(view, networkInterface)
    ? publicDnsName(view.shard, address)
    : undefined;
};

/** The private DNS name of an interface; undefined without DNS hostnames in its VPC. */
export const privateNameOf = (
  view: View,
  networkInterface: NetworkInterface,
  address: string = networkInterface.privateIpAddress,
): string | undefined =>
  hasDnsNames(view, networkInterface) ? privateIpDnsName(view.shard, address) : undefined;

/** Whose a public address is: the account's own when it is an Elastic IP, and Amazon's otherwise. */
export const addressOwnerOf = (
  view: View,
  networkInterface: NetworkInterface,
): string | undefined => {
  const side = publicSideOf(view, networkInterface);
  if (side === undefined) return undefined;
  return side.elasticIp === undefined ? 'amazon' : view.account;
};

const associationOf = (view: View, networkInterface: NetworkInterface, address: string) => {
  const side = publicSideOf(view, networkInterface, address);
  if (side === undefined) return undefined;
  return {
    IpOwnerId: side.elasticIp === undefined ? 'amazon' : view.account,
    PublicDnsName: hasDnsNames(view, networkInterface)
      ? publicDnsName(view.shard, side.publicIpAddress)
      : '',
    PublicIp: side.publicIpAddress,
    elasticIp: side.elasticIp,
  };
};

/** An instance describes an association without the ids of the Elastic IP, an interface with them. */
const instanceAssociation = (view: View, networkInterface: NetworkInterface, address: string) => {
  const association = associationOf(view, networkInterface, address);
  if (association === undefined) return undefined;
  const { IpOwnerId, PublicDnsName, PublicIp } = association;
  return { IpOwnerId, PublicDnsName, PublicIp };
};

const ownAssociation = (view: View, networkInterface: NetworkInterface, address: string) => {
  const association = associationOf(view, networkInterface, address);
  if (association === undefined) return undefined;
  const { elasticIp, ...common } = association;
  return {
    ...common,
    AllocationId: elasticIp?.id,
    AssociationId: elasticIp?.association?.associationId,
  };
};

/** What both descriptions of an interface, on its own and in its instance, say alike. */
const commonAnswer = <Association>(
  view: View,
  networkInterface: NetworkInterface,
  association: (view: View, it: NetworkInterface, address: string) => Association,
) => ({
  Association: association(view, networkInterface, networkInterface.privateIpAddress),
  Description: networkInterface.description,
  Groups: groupIdentifiers(view, networkInterface.groupIds),
  // The SDK's type writes one of them `natGateway`; the service answers what the filter `interface-type` lists.
  InterfaceType: networkInterface.interfaceType as 'interface' | 'network_load_balancer',
  Ipv6Addresses: (networkInterface.ipv6Addresses ?? []).map((Ipv6Address) => ({
    Ipv6Address,
    IsPrimaryIpv6: false,
  })),
  MacAddress: networkInterface.macAddress,
  NetworkInterfaceId: networkInterface.id,
  OwnerId: view.account,
  PrivateDnsName: privateNameOf(view, networkInterface),
  PrivateIpAddress: networkInterface.privateIpAddress,
  PrivateIpAddresses: privateAddressesOf(networkInterface).map((address) => ({
    Association: association(view, networkInterface, address),
    Primary: address === networkInterface.privateIpAddress,
    PrivateDnsName: privateNameOf(view, networkInterface, address),
    PrivateIpAddress: address,
  })),
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
  ...commonAnswer(view, networkInterface, instanceAssociation),
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

/** Whether an interface is attached, or held by the service that made it. */
export const isInUse = (networkInterface: NetworkInterface): boolean =>
  networkInterface.attachment !== null || networkInterface.requesterManaged;

/** Who asked for an interface: the account, or the service that made it for itself, by AWS's name for it. */
export const requesterOf = (view: View, { requesterManaged }: NetworkInterface): string =>
  requesterManaged ? 'amazon-elb' : view.account;

/** Who owns what an interface is attached to: the account, or the service that made it, by AWS's name for it. */
export const attachmentOwner = (view: View, it: NetworkInterface): string | undefined => {
  if (it.attachment !== null) return view.account;
  if (!it.requesterManaged) return undefined;
  return it.interfaceType === 'interface' ? 'amazon-elb' : 'amazon-aws';
};

/** What an interface says of its attachment. A service's own machines are shown by their owner alone, without an id. */
export const attachmentAnswer = (
  view: View,
  networkInterface: NetworkInterface,
): Plain<Answer>['Attachment'] => {
  const { attachment } = networkInterface;
  const InstanceOwnerId = attachmentOwner(view, networkInterface);
  if (InstanceOwnerId === undefined) return undefined;
  const common = { InstanceOwnerId, NetworkCardIndex: 0, Status: 'attached' } as const;
  if (attachment === null) {
    const AttachmentId = networkInterface.id.replace('eni-', 'ela-attach-');
    return { ...common, AttachmentId, DeleteOnTermination: false, DeviceIndex: 1 };
  }
  return {
    ...common,
    AttachTime: attachment.attachTime,
    AttachmentId: attachment.attachmentId,
    DeleteOnTermination: attachment.deleteOnTermination,
    DeviceIndex: attachment.deviceIndex,
    InstanceId: attachment.instanceId,
  };
};

/** The interface on its own. */
export const interfaceAnswer = (view: View, networkInterface: NetworkInterface): Plain<Answer> => ({
  ...commonAnswer(view, networkInterface, ownAssociation),
  Attachment: attachmentAnswer(view, networkInterface),
  AvailabilityZone: zoneNameOf(view, networkInterface.zoneId),
  AvailabilityZoneId: networkInterface.zoneId,
  RequesterId: requesterOf(view, networkInterface),
  RequesterManaged: networkInterface.requesterManaged,
  Status: isInUse(networkInterface) ? 'in-use' : 'available',
  TagSet: tagsOf(view, networkInterface.id),
});
