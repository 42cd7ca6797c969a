import type { View } from '../../world/transaction.ts';
import type { FilterFields } from '../shared/filters.ts';
import { zoneNameOf } from './account-zones.ts';
import { Volumes, type Instance, type NetworkInterface, type Volume } from './instance-entities.ts';
import { primaryInterface, privateNameOfInstance } from './instance-answer.ts';
import { stateCodes } from './instance-lifecycle.ts';
import { groupIdentifiers, publicNameOf } from './network-interfaces.ts';
import { isoText } from './utc-text.ts';

type Fields = FilterFields<Instance>;

const rootVolumeOf = (view: View, instance: Instance): Volume | undefined =>
  view.find(Volumes, 'instance', instance.id)[0];

const deviceFields = (view: View): Fields => ({
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
  return {
    'dns-name': of((it) => publicNameOf(view, it)),
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
  affinity: () => undefined,
  architecture: (it) => it.architecture,
  'availability-zone': (it) => zoneNameOf(view, it.zoneId),
  'availability-zone-id': (it) => it.zoneId,
  'client-token': (it) => it.clientToken ?? undefined,
  'enclave-options.enabled': () => false,
  'hibernation-options.configured': () => false,
  hypervisor: () => 'xen',
  'image-id': (it) => it.imageId,
  'instance-id': (it) => it.id,
  'instance-lifecycle': () => undefined,
  'instance-state-code': (it) => stateCodes[it.state],
  'instance-state-name': (it) => it.state,
  'instance-type': (it) => it.instanceType,
  'kernel-id': () => undefined,
  'key-name': (it) => it.keyName ?? undefined,
  'launch-time': (it) => isoText(it.launchTime),
  'launch-index': (it) => it.launchIndex,
  'metadata-options.http-endpoint': (it) => it.metadataOptions.httpEndpoint,
  'metadata-options.http-put-response-hop-limit': (it) =>
    it.metadataOptions.httpPutResponseHopLimit,
  'metadata-options.http-tokens': (it) => it.metadataOptions.httpTokens,
  'metadata-options.instance-metadata-tags': (it) => it.metadataOptions.instanceMetadataTags,
  'monitoring-state': (it) => (it.detailedMonitoring ? 'enabled' : 'disabled'),
  'owner-id': () => view.account,
  'placement-group-name': () => undefined,
  platform: () => undefined,
  'platform-details': () => 'Linux/UNIX',
  'private-dns-name-options.enable-resource-name-dns-a-record': (it) =>
    it.enableResourceNameDnsARecord,
  'private-dns-name-options.hostname-type': (it) => it.hostnameType,
  'product-code': () => undefined,
  'requester-id': () => undefined,
  'reservation-id': (it) => it.reservationId,
  'state-reason-code': (it) => it.stateReason?.code,
  tenancy: () => 'default',
  'usage-operation': () => 'RunInstances',
  'virtualization-type': () => 'hvm',
});
