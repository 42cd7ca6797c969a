import type { View } from '../../world/transaction.ts';
import type { FilterFields } from '../shared/filters.ts';
import { zoneNameOf } from './account-zones.ts';
import { Volumes, type Instance, type NetworkInterface, type Volume } from './instance-entities.ts';
import {
  bootModeOf,
  isNewlyAttached,
  primaryInterface,
  privateNameOfInstance,
} from './instance-answer.ts';
import { stateCodes } from './instance-lifecycle.ts';
import { groupIdentifiers, privateNameOf, publicNameOf } from './network-interfaces.ts';
import { isoText } from './utc-text.ts';

type Fields = FilterFields<Instance>;

const rootVolumeOf = (view: View, instance: Instance): Volume | undefined =>
  view.find(Volumes, 'instance', instance.id)[0];

/** Filters on what no instance has here, for example a host, a role or an IPv6 address: they find nobody. */
const absentNames = [
  'affinity',
  'boot-mode',
  'capacity-reservation-id',
  'capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id',
  'capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn',
  'host-id',
  'iam-instance-profile.arn',
  'iam-instance-profile.id',
  'iam-instance-profile.name',
  'instance-lifecycle',
  'ipv6-address',
  'kernel-id',
  'network-interface.addresses.association.allocation-id',
  'network-interface.addresses.association.association-id',
  'network-interface.addresses.association.carrier-ip',
  'network-interface.addresses.association.customer-owned-ip',
  'network-interface.association.allocation-id',
  'network-interface.association.association-id',
  'network-interface.association.carrier-ip',
  'network-interface.association.customer-owned-ip',
  'network-interface.deny-all-igw-traffic',
  'network-interface.ipv4-prefixes.ipv4-prefix',
  'network-interface.ipv6-address',
  'network-interface.ipv6-addresses.ipv6-address',
  'network-interface.ipv6-addresses.is-primary-ipv6',
  'network-interface.ipv6-prefixes.ipv6-prefix',
  'network-interface.operator.principal',
  'network-interface.outpost-arn',
  'network-interface.requester-id',
  'network-interface.tag-key',
  'network-interface.tag-value',
  'operator.principal',
  'outpost-arn',
  'placement-group-name',
  'placement-partition-number',
  'platform',
  'product-code',
  'product-code.type',
  'ramdisk-id',
  'requester-id',
  'spot-instance-request-id',
  'tpm-support',
];

const absentFields: Fields = Object.fromEntries(absentNames.map((name) => [name, () => undefined]));

const attachTimeOf = (
  attachment: { readonly attachTime: number } | null | undefined,
): string | undefined =>
  attachment === null || attachment === undefined ? undefined : isoText(attachment.attachTime);

const deviceFields = (view: View): Fields => ({
  'block-device-mapping.attach-time': (it) => attachTimeOf(rootVolumeOf(view, it)?.attachment),
  'block-device-mapping.delete-on-termination': (it) =>
    rootVolumeOf(view, it)?.attachment?.deleteOnTermination,
  'block-device-mapping.device-name': (it) => rootVolumeOf(view, it)?.attachment?.deviceName,
  'block-device-mapping.status': (it) =>
    rootVolumeOf(view, it) === undefined ? undefined : 'attached',
  'block-device-mapping.volume-id': (it) => rootVolumeOf(view, it)?.id,
  'root-device-name': (it) => it.rootDeviceName,
  'root-device-type': () => 'ebs',
});

const interfaceFields = (view: View): Fields => {
  const of =
    (field: (networkInterface: NetworkInterface) => ReturnType<Fields[string]>) =>
    (instance: Instance) => {
      const networkInterface = primaryInterface(view, instance);
      return networkInterface === undefined ? undefined : field(networkInterface);
    };
  const groupNames = of((it) =>
    groupIdentifiers(view, it.groupIds).map((group) => group.GroupName ?? ''),
  );
  const publicAddress = of((it) => it.publicIpAddress ?? undefined);
  const addressOwner = of((it) => (it.publicIpAddress === null ? undefined : 'amazon'));
  const publicName = of((it) => publicNameOf(view, it));
  const privateName = of((it) => privateNameOf(view, it));
  return {
    'dns-name': publicName,
    'network-interface.addresses.association.ip-owner-id': addressOwner,
    'network-interface.addresses.association.public-dns-name': publicName,
    'network-interface.addresses.private-dns-name': privateName,
    'network-interface.association.ip-owner-id': addressOwner,
    'network-interface.association.public-dns-name': publicName,
    'network-interface.attachment.attach-time': of((it) => attachTimeOf(it.attachment)),
    'network-interface.attachment.instance-id': of((it) => it.attachment?.instanceId),
    'network-interface.attachment.instance-owner-id': of(() => view.account),
    'network-interface.attachment.network-card-index': of(() => 0),
    'network-interface.attachment.status': (instance) =>
      of(() => (isNewlyAttached(instance) ? 'attaching' : 'attached'))(instance),
    'network-interface.ipv6-native': of(() => false),
    'network-interface.operator.managed': of(() => false),
    'network-interface.private-dns-name': privateName,
    'network-interface.private-ip-address': of((it) => it.privateIpAddress),
    'network-interface.public-dns-name': publicName,
    'network-interface.requester-managed': of((it) => it.requesterManaged),
    'instance.group-id': of((it) => it.groupIds),
    'instance.group-name': groupNames,
    'ip-address': publicAddress,
    'network-interface.addresses.association.public-ip': publicAddress,
    'network-interface.addresses.primary': of(() => true),
    'network-interface.addresses.private-ip-address': of((it) => it.privateIpAddress),
    'network-interface.association.public-ip': publicAddress,
    'network-interface.attachment.attachment-id': of((it) => it.attachment?.attachmentId),
    'network-interface.attachment.delete-on-termination': of(
      (it) => it.attachment?.deleteOnTermination,
    ),
    'network-interface.attachment.device-index': of((it) => it.attachment?.deviceIndex),
    'network-interface.availability-zone': of((it) => zoneNameOf(view, it.zoneId)),
    'network-interface.description': of((it) => it.description),
    'network-interface.group-id': of((it) => it.groupIds),
    'network-interface.group-name': groupNames,
    'network-interface.mac-address': of((it) => it.macAddress),
    'network-interface.network-interface-id': of((it) => it.id),
    'network-interface.owner-id': of(() => view.account),
    'network-interface.source-dest-check': of((it) => it.sourceDestCheck),
    'network-interface.status': of(() => 'in-use'),
    'network-interface.subnet-id': of((it) => it.subnetId),
    'network-interface.vpc-id': of((it) => it.vpcId),
    'private-dns-name': (it) => privateNameOfInstance(view, it),
    'private-ip-address': of((it) => it.privateIpAddress),
    'source-dest-check': of((it) => it.sourceDestCheck),
    'subnet-id': of((it) => it.subnetId),
    'vpc-id': of((it) => it.vpcId),
  };
};

/** Filter names as the DescribeInstances reference lists them. */
export const instanceFilterFields = (view: View): Fields => ({
  ...deviceFields(view),
  ...interfaceFields(view),
  ...absentFields,
  architecture: (it) => it.architecture,
  'availability-zone': (it) => zoneNameOf(view, it.zoneId),
  'availability-zone-id': (it) => it.zoneId,
  'capacity-reservation-specification.capacity-reservation-preference': () => 'open',
  'client-token': (it) => it.clientToken ?? undefined,
  'current-instance-boot-mode': bootModeOf,
  'ebs-optimized': (it) => it.ebsOptimized,
  'ena-support': () => true,
  'enclave-options.enabled': () => false,
  'hibernation-options.configured': () => false,
  hypervisor: () => 'xen',
  'image-id': (it) => it.imageId,
  'instance-id': (it) => it.id,
  'instance-state-code': (it) => stateCodes[it.state],
  'instance-state-name': (it) => it.state,
  'instance-type': (it) => it.instanceType,
  'key-name': (it) => it.keyName ?? undefined,
  'launch-time': (it) => isoText(it.launchTime),
  'launch-index': (it) => it.launchIndex,
  'maintenance-options.auto-recovery': () => 'default',
  'metadata-options.http-endpoint': (it) => it.metadataOptions.httpEndpoint,
  'metadata-options.http-put-response-hop-limit': (it) =>
    it.metadataOptions.httpPutResponseHopLimit,
  'metadata-options.http-protocol-ipv4': () => 'enabled',
  'metadata-options.http-protocol-ipv6': (it) => it.metadataOptions.httpProtocolIpv6,
  'metadata-options.http-tokens': (it) => it.metadataOptions.httpTokens,
  'metadata-options.instance-metadata-tags': (it) => it.metadataOptions.instanceMetadataTags,
  'metadata-options.state': (it) => (isNewlyAttached(it) ? 'pending' : 'applied'),
  'monitoring-state': (it) => (it.detailedMonitoring ? 'enabled' : 'disabled'),
  'network-performance-options.bandwidth-weighting': () => 'default',
  'operator.managed': () => false,
  'owner-id': () => view.account,
  'platform-details': () => 'Linux/UNIX',
  'private-dns-name-options.enable-resource-name-dns-a-record': (it) =>
    it.enableResourceNameDnsARecord,
  'private-dns-name-options.enable-resource-name-dns-aaaa-record': () => false,
  'private-dns-name-options.hostname-type': (it) => it.hostnameType,
  reason: (it) => it.stateTransitionReason,
  'reservation-id': (it) => it.reservationId,
  'state-reason-code': (it) => it.stateReason?.code,
  'state-reason-message': (it) => it.stateReason?.message,
  tenancy: () => 'default',
  'usage-operation': () => 'RunInstances',
  'usage-operation-update-time': (it) => isoText(it.createdAt),
  'virtualization-type': () => 'hvm',
});
