import type { Image } from '@aws-sdk/client-ec2';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import type { FilterField, FilterFields } from '../../shared/filters.ts';
import { tagsOf } from '../../shared/tags.ts';
import type { BaseImage } from './base-images.ts';
import type { MachineImage } from '../storage/entities.ts';
import { isoText } from '../../shared/utc-text.ts';
import { deviceAnswer, type DeviceMapping } from './image-devices.ts';
import { baseImageDevice, bootModeOf, type OwnedImage } from './launch-image.ts';

/** An image as DescribeImages gives it. */
export type ImageAnswer = Plain<Image>;

/** What all images here have. */
const common = {
  ProductCodes: [],
  ImageType: 'machine',
  PlatformDetails: 'Linux/UNIX',
  UsageOperation: 'RunInstances',
  Hypervisor: 'xen',
  RootDeviceType: 'ebs',
  SriovNetSupport: 'simple',
  VirtualizationType: 'hvm',
} as const satisfies ImageAnswer;

/** A base image: public, and there since before the world began. */
export const baseImageAnswer = (view: View, image: BaseImage): ImageAnswer => ({
  ...common,
  ImageId: image.imageId,
  ImageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
  State: 'available',
  OwnerId: image.ownerId,
  ImageOwnerAlias: image.ownerAlias,
  CreationDate: image.creationDate,
  Public: true,
  Architecture: image.architecture,
  BlockDeviceMappings: [deviceAnswer(baseImageDevice(image))],
  Description: image.description,
  EnaSupport: true,
  Name: image.name,
  RootDeviceName: image.rootDeviceName,
  Tags: tagsOf(view, image.imageId),
  BootMode: bootModeOf(image),
  ImdsSupport: image.imdsSupport,
  DeregistrationProtection: 'disabled',
});

/** How DescribeImages words the protection ("Protect an Amazon EC2 AMI from deregistration", Amazon EC2 User Guide). */
export const protectionText = (view: View, image: MachineImage): string => {
  const { deregistrationProtection: protection, protectedUntil = null } = image;
  if (protection === 'enabled') return 'enabled-without-cooldown';
  if (protection === 'enabled-with-cooldown') return protection;
  return protectedUntil !== null && protectedUntil > view.now
    ? `disabled-after-cooldown-at-${isoText(protectedUntil)}`
    : 'disabled';
};

/** An image that somebody made. */
export const ownedImageAnswer = (view: View, { image, ownerId }: OwnedImage): ImageAnswer => ({
  ...common,
  ImageId: image.id,
  ImageLocation: `${ownerId}/${image.name}`,
  State: image.state,
  StateReason:
    image.stateReason === null
      ? undefined
      : { Code: image.stateReason.code, Message: image.stateReason.message },
  OwnerId: ownerId,
  CreationDate: isoText(image.createdAt),
  Public: image.sharing.isPublic,
  Architecture: image.architecture,
  BlockDeviceMappings: image.devices.map(deviceAnswer),
  Description: image.description === '' ? undefined : image.description,
  EnaSupport: image.enaSupport,
  Name: image.name,
  RootDeviceName: image.rootDeviceName,
  Tags: tagsOf(view, image.id),
  BootMode: image.bootMode ?? undefined,
  TpmSupport: image.tpmSupport ?? undefined,
  ImdsSupport: image.imdsSupport ?? undefined,
  DeprecationTime: image.deprecationTime === null ? undefined : isoText(image.deprecationTime),
  DeregistrationProtection: protectionText(view, image),
  LastLaunchedTime: image.lastLaunchedAt === null ? undefined : isoText(image.lastLaunchedAt),
  SourceImageId: image.sourceImageId ?? undefined,
  SourceImageRegion: image.sourceImageRegion ?? undefined,
  SourceInstanceId: image.sourceInstanceId ?? undefined,
});

const ofDevices =
  (
    read: (mapping: DeviceMapping) => string | number | boolean | undefined,
  ): FilterField<ImageAnswer> =>
  (image) =>
    (image.BlockDeviceMappings ?? []).flatMap((mapping) => {
      const value = read(mapping);
      return value === undefined ? [] : [String(value)];
    });

/** Filter names as the DescribeImages reference lists them. */
export const imageFilterFields: FilterFields<ImageAnswer> = {
  architecture: (image) => image.Architecture,
  'block-device-mapping.delete-on-termination': ofDevices(({ Ebs }) => Ebs?.DeleteOnTermination),
  'block-device-mapping.device-name': ofDevices(({ DeviceName }) => DeviceName),
  'block-device-mapping.encrypted': ofDevices(({ Ebs }) => Ebs?.Encrypted),
  'block-device-mapping.snapshot-id': ofDevices(({ Ebs }) => Ebs?.SnapshotId),
  'block-device-mapping.volume-size': ofDevices(({ Ebs }) => Ebs?.VolumeSize),
  'block-device-mapping.volume-type': ofDevices(({ Ebs }) => Ebs?.VolumeType),
  'boot-mode': (image) => image.BootMode,
  'creation-date': (image) => image.CreationDate,
  description: (image) => image.Description,
  'ena-support': (image) => image.EnaSupport,
  'free-tier-eligible': () => undefined,
  hypervisor: (image) => image.Hypervisor,
  // There is no setting "Allowed AMIs" here.
  'image-allowed': () => undefined,
  'image-id': (image) => image.ImageId,
  'image-type': (image) => image.ImageType,
  'is-public': (image) => image.Public,
  'kernel-id': () => undefined,
  'manifest-location': (image) => image.ImageLocation,
  name: (image) => image.Name,
  'owner-alias': (image) => image.ImageOwnerAlias,
  'owner-id': (image) => image.OwnerId,
  platform: () => undefined,
  'platform-details': (image) => image.PlatformDetails,
  'product-code': () => [],
  'product-code.type': () => [],
  'ramdisk-id': () => undefined,
  'root-device-name': (image) => image.RootDeviceName,
  'root-device-type': (image) => image.RootDeviceType,
  'source-image-id': (image) => image.SourceImageId,
  'source-image-region': (image) => image.SourceImageRegion,
  'source-instance-id': (image) => image.SourceInstanceId,
  'sriov-net-support': (image) => image.SriovNetSupport,
  state: (image) => image.State,
  'state-reason-code': (image) => image.StateReason?.Code,
  'state-reason-message': (image) => image.StateReason?.Message,
  'usage-operation': (image) => image.UsageOperation,
  'virtualization-type': (image) => image.VirtualizationType,
};
