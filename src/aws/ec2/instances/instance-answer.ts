import type { Instance as Answer, InstanceState, Placement } from '@aws-sdk/client-ec2';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { tagsOf } from '../../shared/tags.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import { privateIpDnsName, resourceDnsName } from './host-names.ts';
import {
  NetworkInterfaces,
  Volumes,
  type Instance,
  type InstanceStateName,
  type NetworkInterface,
  type Volume,
} from './instance-entities.ts';
import { optionsOf } from './instance-options.ts';
import { profileAssociationOf } from '../instance-profiles/profiles.ts';
import { stateCodes } from './instance-lifecycle.ts';
import { attachmentTo, type Attachment } from '../storage/attachments.ts';
import { attachmentState } from '../storage/volume-life.ts';
import { instanceTypeFacts } from './instance-type-facts.ts';
import { interfacesOf } from '../network-interfaces/network-interfaces.ts';
import {
  groupIdentifiers,
  instanceInterfaceAnswer,
  publicAddressOf,
  publicNameOf,
} from '../network-interfaces/answer.ts';

/** A state by name and number. */
export const stateAnswer = (name: InstanceStateName): Plain<InstanceState> => ({
  Code: stateCodes[name],
  Name: name,
});

/** The instance's primary network interface; undefined once it is terminated. */
export const primaryInterface = (view: View, instance: Instance): NetworkInterface | undefined =>
  instance.networkInterfaceId === null
    ? undefined
    : view.get(NetworkInterfaces, instance.networkInterfaceId);

/** The instance's private DNS name; empty once it is terminated, as EC2 answers it. */
export const privateNameOfInstance = (view: View, instance: Instance): string => {
  const networkInterface = primaryInterface(view, instance);
  if (networkInterface === undefined) return '';
  return instance.hostnameType === 'resource-name'
    ? resourceDnsName(view.shard, instance.id)
    : privateIpDnsName(view.shard, networkInterface.privateIpAddress);
};

/** Whether its first boot is under way, while EC2 says `attaching` and `pending` of its parts. */
export const isNewlyAttached = (instance: Instance): boolean =>
  instance.state === 'pending' && instance.bootNumber === 1;

/** How a volume's attachment shows on its instance, where EC2 does not know `busy`. */
const attachmentStatus = (
  view: View,
  attachment: Attachment | undefined,
): 'attaching' | 'attached' | 'detaching' => {
  const state = attachment === undefined ? 'attached' : attachmentState(view, attachment);
  return state === 'busy' ? 'detaching' : state;
};

/** The volumes of an instance: the root volume, then the others as they were attached. */
const attachedVolumes = (view: View, instance: Instance): readonly Volume[] => {
  const isRoot = (volume: Volume): number => (volume.id === instance.rootVolumeId ? 0 : 1);
  const since = (volume: Volume): number => attachmentTo(volume, instance.id)?.attachTime ?? 0;
  return view
    .find(Volumes, 'instance', instance.id)
    .toSorted((a, b) => isRoot(a) - isRoot(b) || since(a) - since(b));
};

/** The block devices of an instance, as several operations list them. */
export const blockDevices = (view: View, instance: Instance) =>
  attachedVolumes(view, instance).map((volume) => {
    const attachment = attachmentTo(volume, instance.id);
    return {
      DeviceName: attachment?.deviceName,
      Ebs: {
        AttachTime: attachment?.attachTime,
        DeleteOnTermination: attachment?.deleteOnTermination,
        Status: attachmentStatus(view, attachment),
        VolumeId: volume.id,
      },
    };
  });

/** What an instance has as long as it has a network interface. */
const networkAnswer = (view: View, instance: Instance): Plain<Answer> => {
  const networkInterface = primaryInterface(view, instance);
  if (networkInterface === undefined) {
    return {
      NetworkInterfaces: [],
      PrivateDnsName: '',
      PublicDnsName: '',
      SecurityGroups: [],
    };
  }
  const status = isNewlyAttached(instance) ? 'attaching' : 'attached';
  return {
    NetworkInterfaces: interfacesOf(view, instance.id).map((one) =>
      instanceInterfaceAnswer(view, one, status),
    ),
    PrivateDnsName: privateNameOfInstance(view, instance),
    PrivateDnsNameOptions: {
      HostnameType: instance.hostnameType,
      EnableResourceNameDnsARecord: instance.enableResourceNameDnsARecord,
      EnableResourceNameDnsAAAARecord: instance.enableResourceNameDnsAAAARecord ?? false,
    },
    PrivateIpAddress: networkInterface.privateIpAddress,
    Ipv6Address: networkInterface.ipv6Addresses?.[0],
    PublicDnsName: publicNameOf(view, networkInterface) ?? '',
    PublicIpAddress: publicAddressOf(view, networkInterface),
    SecurityGroups: groupIdentifiers(view, networkInterface.groupIds),
    SourceDestCheck: networkInterface.sourceDestCheck,
    SubnetId: instance.subnetId,
    VpcId: instance.vpcId,
  };
};

/** How an instance of this type boots. */
export const bootModeOf = (instance: Instance): 'uefi' | 'legacy-bios' =>
  (instanceTypeFacts(instance.instanceType)?.SupportedBootModes ?? []).includes('uefi')
    ? 'uefi'
    : 'legacy-bios';

/** The processors of an instance: as it was asked for, else as its type has them. */
export const cpuAnswer = (instance: Instance): NonNullable<Plain<Answer>['CpuOptions']> => {
  const facts = instanceTypeFacts(instance.instanceType)?.VCpuInfo;
  const { cpu } = optionsOf(instance);
  return {
    CoreCount: cpu?.coreCount ?? facts?.DefaultCores,
    ThreadsPerCore: cpu?.threadsPerCore ?? facts?.DefaultThreadsPerCore,
    AmdSevSnp: cpu?.amdSevSnp ?? undefined,
    NestedVirtualization: cpu?.nestedVirtualization ?? undefined,
  };
};

/** What an instance was asked to be, as several operations give it. */
export const optionsAnswer = (instance: Instance) => {
  const options = optionsOf(instance);
  return {
    CapacityReservationSpecification: {
      CapacityReservationPreference: options.capacityReservationPreference,
    },
    EnclaveOptions: { Enabled: options.hasEnclaves },
    HibernationOptions: { Configured: options.isHibernatable },
    MaintenanceOptions: {
      AutoRecovery: options.autoRecovery,
      RebootMigration: options.rebootMigration,
    },
    NetworkPerformanceOptions: { BandwidthWeighting: options.bandwidthWeighting },
  };
};

const licensesAnswer = (instance: Instance): Plain<Answer>['Licenses'] => {
  const { licenseArns } = optionsOf(instance);
  return licenseArns.length === 0
    ? undefined
    : licenseArns.map((arn) => ({ LicenseConfigurationArn: arn }));
};

/** What the type of an instance says about it. */
const typeAnswer = (instance: Instance): Plain<Answer> => {
  return {
    // The names of types are members of the SDK's union.
    InstanceType: instance.instanceType as Answer['InstanceType'],
    CpuOptions: cpuAnswer(instance),
    CurrentInstanceBootMode: bootModeOf(instance),
    // EC2 says xen for Nitro too.
    Hypervisor: 'xen',
    EnaSupport: true,
  };
};

const placementAnswer = (view: View, instance: Instance): Plain<Placement> => ({
  AvailabilityZone: zoneNameOf(view, instance.zoneId),
  AvailabilityZoneId: instance.zoneId,
  GroupName: instance.placement?.groupName ?? '',
  ...(instance.placement === undefined ? {} : { GroupId: instance.placement.groupId }),
  ...(instance.placement?.partition === undefined
    ? {}
    : { PartitionNumber: instance.placement.partition }),
  Tenancy: optionsOf(instance).tenancy,
});

/** How the metadata service of an instance answers. */
export const metadataAnswer = (instance: Instance): Plain<Answer>['MetadataOptions'] => ({
  State: isNewlyAttached(instance) ? 'pending' : 'applied',
  HttpTokens: instance.metadataOptions.httpTokens,
  HttpPutResponseHopLimit: instance.metadataOptions.httpPutResponseHopLimit,
  HttpEndpoint: instance.metadataOptions.httpEndpoint,
  HttpProtocolIpv6: instance.metadataOptions.httpProtocolIpv6,
  InstanceMetadataTags: instance.metadataOptions.instanceMetadataTags,
});

const profileAnswer = (view: View, instance: Instance): Plain<Answer>['IamInstanceProfile'] => {
  const association = profileAssociationOf(view, instance.id);
  return association === undefined
    ? undefined
    : { Arn: association.profileArn, Id: association.profileId };
};

/** An instance as RunInstances and DescribeInstances give it. */
export const instanceAnswer = (view: View, instance: Instance): Plain<Answer> => ({
  ...typeAnswer(instance),
  ...networkAnswer(view, instance),
  AmiLaunchIndex: instance.launchIndex,
  Architecture: instance.architecture,
  BlockDeviceMappings: blockDevices(view, instance),
  ...optionsAnswer(instance),
  ClientToken: instance.clientToken ?? '',
  EbsOptimized: instance.ebsOptimized,
  IamInstanceProfile: profileAnswer(view, instance),
  ImageId: instance.imageId,
  InstanceId: instance.id,
  InstanceLifecycle: instance.spotRequestId === undefined ? undefined : 'spot',
  KeyName: instance.keyName ?? undefined,
  LaunchTime: instance.launchTime,
  Licenses: licensesAnswer(instance),
  MetadataOptions: metadataAnswer(instance),
  Monitoring: { State: instance.detailedMonitoring ? 'enabled' : 'disabled' },
  Operator: { Managed: false },
  Placement: placementAnswer(view, instance),
  PlatformDetails: 'Linux/UNIX',
  ProductCodes: [],
  RootDeviceName: instance.rootDeviceName,
  RootDeviceType: 'ebs',
  SpotInstanceRequestId: instance.spotRequestId,
  State: stateAnswer(instance.state),
  StateReason:
    instance.stateReason === null
      ? undefined
      : { Code: instance.stateReason.code, Message: instance.stateReason.message },
  StateTransitionReason: instance.stateTransitionReason,
  Tags: tagsOf(view, instance.id),
  UsageOperation: 'RunInstances',
  UsageOperationUpdateTime: instance.createdAt,
  VirtualizationType: 'hvm',
});
