import type { View } from '../../../world/transaction.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { tagsOf } from '../../shared/tags.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import { privateAddressesOf, publicSideOf, publicSidesOf } from '../addresses/associations.ts';
import type { Instance, NetworkInterface } from './instance-entities.ts';
import {
  blockDevices,
  bootModeOf,
  isNewlyAttached,
  primaryInterface,
  privateNameOfInstance,
} from './instance-answer.ts';
import { profileAssociationOf, profileNameOf } from '../instance-profiles/profiles.ts';
import { optionsOf } from './instance-options.ts';
import { stateCodes } from './instance-lifecycle.ts';
import { interfacesOf } from '../network-interfaces/network-interfaces.ts';
import {
  addressOwnerOf,
  groupIdentifiers,
  privateNameOf,
  publicAddressOf,
  publicNameOf,
} from '../network-interfaces/answer.ts';
import { isoText } from '../../shared/utc-text.ts';

type Fields = FilterFields<Instance>;

/** Filters on what no instance has here, for example a host: they find nobody. */
const absentNames = [
  'affinity',
  'boot-mode',
  'capacity-reservation-id',
  'capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id',
  'capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn',
  'host-id',
  'kernel-id',
  'network-interface.addresses.association.carrier-ip',
  'network-interface.addresses.association.customer-owned-ip',
  'network-interface.association.carrier-ip',
  'network-interface.association.customer-owned-ip',
  'network-interface.deny-all-igw-traffic',
  'network-interface.ipv4-prefixes.ipv4-prefix',
  'network-interface.ipv6-addresses.is-primary-ipv6',
  'network-interface.ipv6-prefixes.ipv6-prefix',
  'network-interface.operator.principal',
  'network-interface.outpost-arn',
  'network-interface.requester-id',
  'operator.principal',
  'outpost-arn',
  'platform',
  'product-code',
  'product-code.type',
  'ramdisk-id',
  'requester-id',
  'tpm-support',
];

const absentFields: Fields = Object.fromEntries(absentNames.map((name) => [name, () => undefined]));

const attachTimeOf = (
  attachment: { readonly attachTime: number } | null | undefined,
): string | undefined =>
  attachment === null || attachment === undefined ? undefined : isoText(attachment.attachTime);

const deviceFields = (view: View): Fields => {
  const ofDevices =
    (field: (device: ReturnType<typeof blockDevices>[number]) => unknown) => (instance: Instance) =>
      blockDevices(view, instance).map((device) => String(field(device)));
  return {
    'block-device-mapping.attach-time': ofDevices(({ Ebs: { AttachTime: at } }) =>
      at === undefined ? '' : isoText(at),
    ),
    'block-device-mapping.delete-on-termination': ofDevices(({ Ebs }) => Ebs.DeleteOnTermination),
    'block-device-mapping.device-name': ofDevices(({ DeviceName }) => DeviceName),
    'block-device-mapping.status': ofDevices(({ Ebs }) => Ebs.Status),
    'block-device-mapping.volume-id': ofDevices(({ Ebs }) => Ebs.VolumeId),
    'root-device-name': (it) => it.rootDeviceName,
    'root-device-type': () => 'ebs',
  };
};

const profileFields = (view: View): Fields => ({
  'iam-instance-profile.arn': (it) => profileAssociationOf(view, it.id)?.profileArn,
  'iam-instance-profile.id': (it) => profileAssociationOf(view, it.id)?.profileId,
  'iam-instance-profile.name': (it) => {
    const association = profileAssociationOf(view, it.id);
    return association === undefined ? undefined : profileNameOf(association);
  },
});

type InterfaceField = FilterFields<NetworkInterface>[string];

const textsOf = (value: ReturnType<InterfaceField>): readonly string[] => {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
};

const groupNamesOf =
  (view: View): InterfaceField =>
  (it) =>
    groupIdentifiers(view, it.groupIds).map((group) => group.GroupName ?? '');

/** What is said of an instance by its primary interface. */
const primaryInterfaceFields = (view: View): Fields => {
  const of =
    (field: InterfaceField): Fields[string] =>
    (instance) => {
      const networkInterface = primaryInterface(view, instance);
      return networkInterface === undefined ? undefined : field(networkInterface);
    };
  return {
    'dns-name': of((it) => publicNameOf(view, it)),
    'instance.group-id': of((it) => it.groupIds),
    'instance.group-name': of(groupNamesOf(view)),
    'ip-address': of((it) => publicAddressOf(view, it)),
    'ipv6-address': of((it) => it.ipv6Addresses),
    'private-dns-name': (it) => privateNameOfInstance(view, it),
    'private-ip-address': of((it) => it.privateIpAddress),
    'source-dest-check': of((it) => it.sourceDestCheck),
    'subnet-id': of((it) => it.subnetId),
    'vpc-id': of((it) => it.vpcId),
  };
};

/** What the filters `network-interface.*` compare of one interface; any of an instance's may match. */
const namedInterfaceFields = (view: View): FilterFields<NetworkInterface> => ({
  'addresses.association.allocation-id': (it) =>
    publicSidesOf(view, it).flatMap((side) => side.elasticIp?.id ?? []),
  'addresses.association.association-id': (it) =>
    publicSidesOf(view, it).flatMap((side) => side.elasticIp?.association?.associationId ?? []),
  'addresses.association.ip-owner-id': (it) => addressOwnerOf(view, it),
  'addresses.association.public-dns-name': (it) => publicNameOf(view, it),
  'addresses.association.public-ip': (it) =>
    publicSidesOf(view, it).map((side) => side.publicIpAddress),
  'addresses.primary': () => true,
  'addresses.private-dns-name': (it) => privateNameOf(view, it),
  'addresses.private-ip-address': privateAddressesOf,
  'association.allocation-id': (it) => publicSideOf(view, it)?.elasticIp?.id,
  'association.association-id': (it) =>
    publicSideOf(view, it)?.elasticIp?.association?.associationId,
  'association.ip-owner-id': (it) => addressOwnerOf(view, it),
  'association.public-dns-name': (it) => publicNameOf(view, it),
  'association.public-ip': (it) => publicAddressOf(view, it),
  'attachment.attach-time': (it) => attachTimeOf(it.attachment),
  'attachment.attachment-id': (it) => it.attachment?.attachmentId,
  'attachment.delete-on-termination': (it) => it.attachment?.deleteOnTermination,
  'attachment.device-index': (it) => it.attachment?.deviceIndex,
  'attachment.instance-id': (it) => it.attachment?.instanceId,
  'attachment.instance-owner-id': () => view.account,
  'attachment.network-card-index': () => 0,
  'availability-zone': (it) => zoneNameOf(view, it.zoneId),
  description: (it) => it.description,
  'group-id': (it) => it.groupIds,
  'group-name': groupNamesOf(view),
  'ipv6-address': (it) => it.ipv6Addresses,
  'ipv6-addresses.ipv6-address': (it) => it.ipv6Addresses,
  'ipv6-native': () => false,
  'mac-address': (it) => it.macAddress,
  'network-interface-id': (it) => it.id,
  'operator.managed': () => false,
  'owner-id': () => view.account,
  'private-dns-name': (it) => privateNameOf(view, it),
  'private-ip-address': (it) => it.privateIpAddress,
  'public-dns-name': (it) => publicNameOf(view, it),
  'requester-managed': (it) => it.requesterManaged,
  'source-dest-check': (it) => it.sourceDestCheck,
  status: () => 'in-use',
  'subnet-id': (it) => it.subnetId,
  'tag-key': (it) => tagsOf(view, it.id).map((tag) => tag.Key),
  'tag-value': (it) => tagsOf(view, it.id).map((tag) => tag.Value),
  'vpc-id': (it) => it.vpcId,
});

const interfaceFields = (view: View): Fields => ({
  ...primaryInterfaceFields(view),
  ...Object.fromEntries(
    Object.entries(namedInterfaceFields(view)).map(([name, field]): [string, Fields[string]] => [
      `network-interface.${name}`,
      (instance) => interfacesOf(view, instance.id).flatMap((one) => textsOf(field(one))),
    ]),
  ),
  'network-interface.attachment.status': (instance) =>
    interfacesOf(view, instance.id).map(() =>
      isNewlyAttached(instance) ? 'attaching' : 'attached',
    ),
});

/** Filter names as the DescribeInstances reference lists them. */
export const instanceFilterFields = (view: View): Fields => ({
  ...deviceFields(view),
  ...interfaceFields(view),
  ...profileFields(view),
  ...absentFields,
  architecture: (it) => it.architecture,
  'availability-zone': (it) => zoneNameOf(view, it.zoneId),
  'availability-zone-id': (it) => it.zoneId,
  'capacity-reservation-specification.capacity-reservation-preference': (it) =>
    optionsOf(it).capacityReservationPreference,
  'client-token': (it) => it.clientToken ?? undefined,
  'current-instance-boot-mode': bootModeOf,
  'ebs-optimized': (it) => it.ebsOptimized,
  'ena-support': () => true,
  'enclave-options.enabled': (it) => optionsOf(it).hasEnclaves,
  'hibernation-options.configured': (it) => optionsOf(it).isHibernatable,
  hypervisor: () => 'xen',
  'image-id': (it) => it.imageId,
  'instance-id': (it) => it.id,
  'instance-lifecycle': (it) => (it.spotRequestId === undefined ? undefined : 'spot'),
  'instance-state-code': (it) => stateCodes[it.state],
  'instance-state-name': (it) => it.state,
  'instance-type': (it) => it.instanceType,
  'key-name': (it) => it.keyName ?? undefined,
  'launch-time': (it) => isoText(it.launchTime),
  'launch-index': (it) => it.launchIndex,
  'maintenance-options.auto-recovery': (it) => optionsOf(it).autoRecovery,
  'metadata-options.http-endpoint': (it) => it.metadataOptions.httpEndpoint,
  'metadata-options.http-put-response-hop-limit': (it) =>
    it.metadataOptions.httpPutResponseHopLimit,
  'metadata-options.http-protocol-ipv4': () => 'enabled',
  'metadata-options.http-protocol-ipv6': (it) => it.metadataOptions.httpProtocolIpv6,
  'metadata-options.http-tokens': (it) => it.metadataOptions.httpTokens,
  'metadata-options.instance-metadata-tags': (it) => it.metadataOptions.instanceMetadataTags,
  'metadata-options.state': (it) => (isNewlyAttached(it) ? 'pending' : 'applied'),
  'monitoring-state': (it) => (it.detailedMonitoring ? 'enabled' : 'disabled'),
  'network-performance-options.bandwidth-weighting': (it) => optionsOf(it).bandwidthWeighting,
  'operator.managed': () => false,
  'owner-id': () => view.account,
  'platform-details': () => 'Linux/UNIX',
  'private-dns-name-options.enable-resource-name-dns-a-record': (it) =>
    it.enableResourceNameDnsARecord,
  'placement-group-name': (it) => it.placement?.groupName,
  'placement-partition-number': (it) => it.placement?.partition?.toString(),
  'private-dns-name-options.enable-resource-name-dns-aaaa-record': (it) =>
    it.enableResourceNameDnsAAAARecord ?? false,
  'private-dns-name-options.hostname-type': (it) => it.hostnameType,
  reason: (it) => it.stateTransitionReason,
  'reservation-id': (it) => it.reservationId,
  'spot-instance-request-id': (it) => it.spotRequestId,
  'state-reason-code': (it) => it.stateReason?.code,
  'state-reason-message': (it) => it.stateReason?.message,
  tenancy: (it) => optionsOf(it).tenancy,
  'usage-operation': () => 'RunInstances',
  'usage-operation-update-time': (it) => isoText(it.createdAt),
  'virtualization-type': () => 'hvm',
});
