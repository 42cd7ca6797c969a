import type { SpotInstanceRequest } from '@aws-sdk/client-ec2';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { tagsOf } from '../../shared/tags.ts';
import { isoText } from '../../shared/utc-text.ts';
import { SecurityGroups } from '../entities.ts';
import type { SpotRequest } from './entities.ts';
import { onDemandText } from './spot-prices.ts';

const groupIdsOf = ({ launch }: SpotRequest): readonly string[] => [
  ...(launch.SecurityGroupIds ?? []),
  ...(launch.NetworkInterfaces ?? []).flatMap((one) => one.Groups ?? []),
];

const specificationAnswer = (
  view: View,
  request: SpotRequest,
): Plain<SpotInstanceRequest>['LaunchSpecification'] => {
  const { launch } = request;
  const { AvailabilityZone, GroupName, Tenancy } = launch.Placement ?? {};
  return {
    UserData: launch.UserData,
    BlockDeviceMappings: launch.BlockDeviceMappings,
    EbsOptimized: launch.EbsOptimized,
    IamInstanceProfile: launch.IamInstanceProfile,
    ImageId: launch.ImageId,
    InstanceType: launch.InstanceType,
    KeyName: launch.KeyName,
    NetworkInterfaces: launch.NetworkInterfaces,
    Placement: { AvailabilityZone, GroupName, Tenancy },
    SubnetId: launch.SubnetId,
    SecurityGroups: (launch.SecurityGroupIds ?? []).map((id) => ({
      GroupId: id,
      GroupName: view.get(SecurityGroups, id)?.name,
    })),
    Monitoring: { Enabled: launch.Monitoring?.Enabled ?? false },
  };
};

const priceOf = (view: View, { maxPrice, launch }: SpotRequest): string | undefined =>
  maxPrice === null
    ? onDemandText(view.shard, launch.InstanceType ?? '')
    : Number(maxPrice).toFixed(6);

/** A request as DescribeSpotInstanceRequests gives it. */
export const requestAnswer = (view: View, request: SpotRequest): Plain<SpotInstanceRequest> => ({
  SpotInstanceRequestId: request.id,
  CreateTime: request.createdAt,
  Fault:
    request.fault === null
      ? undefined
      : { Code: request.fault.code, Message: request.fault.message },
  InstanceId: request.instanceId ?? undefined,
  LaunchSpecification: specificationAnswer(view, request),
  LaunchedAvailabilityZone: request.zoneId === null ? undefined : zoneNameOf(view, request.zoneId),
  LaunchedAvailabilityZoneId: request.zoneId ?? undefined,
  ProductDescription: 'Linux/UNIX',
  SpotPrice: priceOf(view, request),
  State: request.state,
  Status: {
    Code: request.status.code,
    Message: request.status.message,
    UpdateTime: request.status.updatedAt,
  },
  Tags: tagsOf(view, request.id),
  Type: request.type,
  ValidFrom: request.validFrom ?? undefined,
  ValidUntil: request.validUntil ?? undefined,
  InstanceInterruptionBehavior: request.interruptionBehavior,
});

const devicesOf = ({ launch }: SpotRequest) => launch.BlockDeviceMappings ?? [];
const interfacesOf = ({ launch }: SpotRequest) => launch.NetworkInterfaces ?? [];

const texts = (values: readonly unknown[]): readonly string[] =>
  values.filter((value) => value !== undefined).map(String);

/** Filter names as the DescribeSpotInstanceRequests reference lists them. */
export const requestFields = (view: View): FilterFields<SpotRequest> => ({
  'availability-zone-group': () => undefined,
  'create-time': (it) => isoText(it.createdAt),
  'fault-code': (it) => it.fault?.code,
  'fault-message': (it) => it.fault?.message,
  'instance-id': (it) => it.instanceId ?? undefined,
  'launch-group': () => undefined,
  'launch.block-device-mapping.delete-on-termination': (it) =>
    texts(devicesOf(it).map(({ Ebs }) => Ebs?.DeleteOnTermination)),
  'launch.block-device-mapping.device-name': (it) =>
    texts(devicesOf(it).map(({ DeviceName }) => DeviceName)),
  'launch.block-device-mapping.snapshot-id': (it) =>
    texts(devicesOf(it).map(({ Ebs }) => Ebs?.SnapshotId)),
  'launch.block-device-mapping.volume-size': (it) =>
    texts(devicesOf(it).map(({ Ebs }) => Ebs?.VolumeSize)),
  'launch.block-device-mapping.volume-type': (it) =>
    texts(devicesOf(it).map(({ Ebs }) => Ebs?.VolumeType)),
  'launch.group-id': groupIdsOf,
  'launch.group-name': (it) =>
    groupIdsOf(it).flatMap((id) => view.get(SecurityGroups, id)?.name ?? []),
  'launch.image-id': (it) => it.launch.ImageId,
  'launch.instance-type': (it) => it.launch.InstanceType,
  'launch.kernel-id': () => undefined,
  'launch.key-name': (it) => it.launch.KeyName,
  'launch.monitoring-enabled': (it) => it.launch.Monitoring?.Enabled ?? false,
  'launch.ramdisk-id': () => undefined,
  'launched-availability-zone': (it) =>
    it.zoneId === null ? undefined : zoneNameOf(view, it.zoneId),
  'launched-availability-zone-id': (it) => it.zoneId ?? undefined,
  'network-interface.addresses.primary': (it) =>
    texts(interfacesOf(it).flatMap((one) => one.PrivateIpAddresses?.map((own) => own.Primary))),
  'network-interface.delete-on-termination': (it) =>
    texts(interfacesOf(it).map((one) => one.DeleteOnTermination)),
  'network-interface.description': (it) => texts(interfacesOf(it).map((one) => one.Description)),
  'network-interface.device-index': (it) => texts(interfacesOf(it).map((one) => one.DeviceIndex)),
  'network-interface.group-id': (it) => texts(interfacesOf(it).flatMap((one) => one.Groups ?? [])),
  'network-interface.network-interface-id': (it) =>
    texts(interfacesOf(it).map((one) => one.NetworkInterfaceId)),
  'network-interface.private-ip-address': (it) =>
    texts(interfacesOf(it).map((one) => one.PrivateIpAddress)),
  'network-interface.subnet-id': (it) => texts(interfacesOf(it).map((one) => one.SubnetId)),
  'product-description': () => 'Linux/UNIX',
  'spot-instance-request-id': (it) => it.id,
  'spot-price': (it) => priceOf(view, it),
  state: (it) => it.state,
  'status-code': (it) => it.status.code,
  'status-message': (it) => it.status.message,
  type: (it) => it.type,
  'valid-from': (it) => (it.validFrom === null ? undefined : isoText(it.validFrom)),
  'valid-until': (it) => (it.validUntil === null ? undefined : isoText(it.validUntil)),
});
