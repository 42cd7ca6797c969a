import type {
  GetLaunchTemplateDataRequest,
  GetLaunchTemplateDataResult,
} from '@aws-sdk/client-ec2';
import { isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { tagsOf } from '../../shared/tags.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import {
  InstanceUserDatas,
  NetworkInterfaces,
  Volumes,
  type Instance,
} from '../instances/instance-entities.ts';
import { cpuAnswer, optionsAnswer } from '../instances/instance-answer.ts';
import { attachmentTo } from '../storage/attachments.ts';
import { optionsOf } from '../instances/instance-options.ts';
import { profileAssociationOf } from '../instance-profiles/profiles.ts';
import { instanceById } from '../instances/instances.ts';

type Data = NonNullable<Plain<GetLaunchTemplateDataResult>['LaunchTemplateData']>;

const devices = (view: View, instance: Instance): Data['BlockDeviceMappings'] =>
  view.find(Volumes, 'instance', instance.id).map((volume) => ({
    DeviceName: attachmentTo(volume, instance.id)?.deviceName,
    Ebs: {
      DeleteOnTermination: attachmentTo(volume, instance.id)?.deleteOnTermination,
      Encrypted: volume.encrypted,
      Iops: volume.iops ?? undefined,
      SnapshotId: volume.snapshotId === '' ? undefined : volume.snapshotId,
      Throughput: volume.throughputMiBps ?? undefined,
      VolumeSize: volume.sizeGiB,
      // Stored as RunInstances took it, which checked it against the API's types.
      VolumeType: volume.volumeType as NonNullable<
        NonNullable<NonNullable<Data['BlockDeviceMappings']>[number]['Ebs']>['VolumeType']
      >,
    },
  }));

const interfaces = (view: View, instance: Instance): Data['NetworkInterfaces'] =>
  view.find(NetworkInterfaces, 'instance', instance.id).map((one) => ({
    AssociatePublicIpAddress: one.publicIpAddress !== null,
    DeleteOnTermination: one.attachment?.deleteOnTermination,
    Description: one.description,
    DeviceIndex: one.attachment?.deviceIndex,
    Groups: one.groupIds,
    InterfaceType: one.interfaceType,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: one.privateIpAddress }],
    SubnetId: one.subnetId,
    NetworkCardIndex: 0,
  }));

/** The instance's tags but AWS's own, for the instances that would be launched. */
const tagSpecifications = (view: View, instance: Instance): Data['TagSpecifications'] => {
  const tags = tagsOf(view, instance.id).filter((tag) => !tag.Key.startsWith('aws:'));
  return tags.length === 0 ? [] : [{ ResourceType: 'instance', Tags: tags }];
};

/** The instance's options, as a template says them. */
const templateOptions = (instance: Instance): Data => {
  const { cpu, licenseArns } = optionsOf(instance);
  const { MaintenanceOptions, ...options } = optionsAnswer(instance);
  return {
    ...options,
    MaintenanceOptions: { AutoRecovery: MaintenanceOptions.AutoRecovery },
    CpuOptions: cpu === null ? undefined : cpuAnswer(instance),
    LicenseSpecifications:
      licenseArns.length === 0
        ? undefined
        : licenseArns.map((arn) => ({ LicenseConfigurationArn: arn })),
  };
};

/** GetLaunchTemplateData: what a template would say that launches instances like this one. */
export const getLaunchTemplateData: Operation<
  GetLaunchTemplateDataRequest,
  GetLaunchTemplateDataResult
> = (tx, input) => {
  const instance = instanceById(tx, input.InstanceId);
  if (isDomainError(instance)) return instance;
  const options = instance.metadataOptions;
  const association = profileAssociationOf(tx, instance.id);
  return {
    LaunchTemplateData: {
      EbsOptimized: instance.ebsOptimized,
      BlockDeviceMappings: devices(tx, instance),
      NetworkInterfaces: interfaces(tx, instance),
      IamInstanceProfile: association === undefined ? undefined : { Arn: association.profileArn },
      ImageId: instance.imageId,
      // Instances are launched with types that the API has.
      InstanceType: instance.instanceType as Data['InstanceType'],
      KeyName: instance.keyName ?? undefined,
      Monitoring: { Enabled: instance.detailedMonitoring },
      Placement: {
        AvailabilityZone: zoneNameOf(tx, instance.zoneId),
        GroupName: instance.placement?.groupName ?? '',
        ...(instance.placement?.partition === undefined
          ? {}
          : { PartitionNumber: instance.placement.partition }),
        Tenancy: optionsOf(instance).tenancy,
      },
      DisableApiTermination: instance.disableApiTermination,
      DisableApiStop: instance.disableApiStop,
      InstanceInitiatedShutdownBehavior: instance.instanceInitiatedShutdownBehavior,
      UserData: tx.get(InstanceUserDatas, instance.id)?.base64,
      TagSpecifications: tagSpecifications(tx, instance),
      CreditSpecification:
        instance.cpuCredits === null ? undefined : { CpuCredits: instance.cpuCredits },
      ...templateOptions(instance),
      MetadataOptions: {
        State: 'applied',
        HttpTokens: options.httpTokens,
        HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
        HttpEndpoint: options.httpEndpoint,
        HttpProtocolIpv6: options.httpProtocolIpv6,
        InstanceMetadataTags: options.instanceMetadataTags,
      },
      PrivateDnsNameOptions: {
        HostnameType: instance.hostnameType,
        EnableResourceNameDnsARecord: instance.enableResourceNameDnsARecord,
        EnableResourceNameDnsAAAARecord: instance.enableResourceNameDnsAAAARecord ?? false,
      },
    },
  };
};
