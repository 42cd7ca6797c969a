import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { invalidParameterValue, missingParameter, notBuilt } from '../errors.ts';
import { instanceTypeFacts } from '../instances/instance-type-facts.ts';
import { rootDeviceOf, type LaunchImage } from '../images/launch-image.ts';
import { unreadNames } from './launch-parameters.ts';
import { isDeviceName, isSameDevice } from '../storage/device-names.ts';
import { encryptionOf, type Encryption } from '../storage/ebs-encryption.ts';
import type { ImageDevice } from '../storage/entities.ts';
import type { LaunchVolume } from '../storage/volume-life.ts';
import { canBoot, checkInitializationRate, volumeConfiguration } from '../storage/volume-types.ts';
import { snapshotForVolume } from '../storage/volumes.ts';

type Mapping = NonNullable<Plain<RunInstancesRequest>['BlockDeviceMappings']>[number];
type Ebs = NonNullable<Mapping['Ebs']>;

const read: ReadonlySet<string> = new Set<keyof Ebs>([
  'DeleteOnTermination',
  'Encrypted',
  'Iops',
  'KmsKeyId',
  'SnapshotId',
  'Throughput',
  'VolumeInitializationRate',
  'VolumeSize',
  'VolumeType',
]);

const invalidMapping = (message: string): DomainError =>
  new DomainError('InvalidBlockDeviceMapping', message);

/** A snapshot that a volume is made of, as far as the volume depends on it. */
interface Origin extends Encryption {
  readonly snapshotId: string;
  readonly sizeGiB: number;
  readonly ownerId: string;
}

/** A device of the image was made of this snapshot when the image was, so whoever may launch the image may use it. */
const originInImage = (image: LaunchImage, device: ImageDevice): Origin | undefined =>
  device.snapshotId === null
    ? undefined
    : {
        snapshotId: device.snapshotId,
        sizeGiB: device.sizeGiB,
        encrypted: device.encrypted,
        kmsKeyId: null,
        ownerId: image.ownerId,
      };

const originOf = (
  view: View,
  image: LaunchImage,
  device: ImageDevice | undefined,
  snapshotId: string | undefined,
): Origin | undefined | DomainError => {
  const own = device === undefined ? undefined : originInImage(image, device);
  if (snapshotId === undefined || snapshotId === '' || snapshotId === own?.snapshotId) return own;
  if (device?.deviceName === image.rootDeviceName) {
    return invalidMapping('snapshotId cannot be modified on root device');
  }
  const owned = snapshotForVolume(view, snapshotId);
  if (isDomainError(owned)) return owned;
  const { snapshot, ownerId } = owned;
  return { ...snapshot, snapshotId, sizeGiB: snapshot.volumeSizeGiB, ownerId };
};

const checkEbs = (ebs: Ebs, origin: Origin | undefined): DomainError | undefined => {
  const [unread] = unreadNames(ebs, read);
  if (unread !== undefined) {
    return notBuilt(`the parameter BlockDeviceMappings.Ebs.${unread} of RunInstances`);
  }
  if (ebs.VolumeSize === undefined || origin === undefined) return undefined;
  return ebs.VolumeSize < origin.sizeGiB
    ? invalidMapping(
        `Volume of size ${ebs.VolumeSize}GB is smaller than snapshot '${origin.snapshotId}', expect size >= ${origin.sizeGiB}GB`,
      )
    : undefined;
};

/** One volume, of a device of the image or of a mapping or of both. */
const launchVolume = (
  view: View,
  image: LaunchImage,
  deviceName: string,
  device: ImageDevice | undefined,
  ebs: Ebs,
): LaunchVolume | DomainError => {
  const origin = originOf(view, image, device, ebs.SnapshotId);
  if (isDomainError(origin)) return origin;
  const refusal = checkEbs(ebs, origin);
  if (refusal !== undefined) return refusal;
  const volumeType = ebs.VolumeType ?? device?.volumeType;
  if (deviceName === image.rootDeviceName && volumeType !== undefined && !canBoot(volumeType)) {
    return invalidParameterValue(
      `Invalid value '${volumeType}' for VolumeType. A root volume cannot be of this type.`,
    );
  }
  const sizeGiB = ebs.VolumeSize ?? origin?.sizeGiB ?? device?.sizeGiB;
  if (sizeGiB === undefined) return missingParameter('size or snapshotId');
  // What the image says of a performance belongs to its own type.
  const isOwnType = volumeType === device?.volumeType;
  const configuration = volumeConfiguration({
    volumeType,
    sizeGiB,
    iops: ebs.Iops ?? (isOwnType && volumeType !== 'gp2' ? (device?.iops ?? undefined) : undefined),
    throughputMiBps:
      ebs.Throughput ?? (isOwnType ? (device?.throughputMiBps ?? undefined) : undefined),
  });
  if (isDomainError(configuration)) return configuration;
  const rate = checkInitializationRate(ebs.VolumeInitializationRate, origin?.snapshotId ?? '');
  if (isDomainError(rate)) return rate;
  const encryption = encryptionOf(
    view,
    { encrypted: ebs.Encrypted, kmsKeyId: ebs.KmsKeyId },
    origin,
  );
  if (isDomainError(encryption)) return encryption;
  return {
    ...configuration,
    ...encryption,
    ...rate,
    deviceName,
    snapshotId: origin?.snapshotId ?? '',
    // Volumes of a launch go with their instance ("Preserve data when an instance is terminated", EC2 User Guide).
    deleteOnTermination: ebs.DeleteOnTermination ?? device?.deleteOnTermination ?? true,
  };
};

/**
 * Whether a mapping of an instance store volume would do something: only types whose instance storage is not NVMe have such
 * mappings, others show what they have by themselves and pass over it ("Instance store volume mapping", EC2 User Guide).
 */
const mapsInstanceStore = (instanceType: string): boolean =>
  instanceTypeFacts(instanceType)?.InstanceStorageInfo?.NvmeSupport === 'unsupported';

/**
 * Whether a mapping leaves its device out. One that describes a volume does not, whatever `NoDevice` says: public modules of
 * Terraform send `0` beside `Ebs` and have their volume on AWS (terraform-aws-autoscaling, examples/complete).
 */
const leavesOut = ({ NoDevice, VirtualName, Ebs }: Mapping): boolean =>
  VirtualName !== undefined || (NoDevice !== undefined && Ebs === undefined);

const checkMappings = (
  mappings: readonly Mapping[],
  image: LaunchImage,
  instanceType: string,
): DomainError | undefined => {
  for (const [index, mapping] of mappings.entries()) {
    const { DeviceName: name = '' } = mapping;
    if (name === '') return missingParameter('deviceName');
    const isOfImage = image.devices.some((device) => device.deviceName === name);
    if (!isOfImage && !isDeviceName(name)) return invalidMapping(`Invalid device name ${name}`);
    if (mappings.slice(0, index).some((before) => isSameDevice(before.DeviceName ?? '', name))) {
      return invalidMapping(`The device '${name}' is used in more than one block-device mapping`);
    }
    if (name === image.rootDeviceName && leavesOut(mapping)) {
      return invalidMapping(`The root device '${name}' must be an EBS volume.`);
    }
    if (mapping.VirtualName !== undefined && mapsInstanceStore(instanceType)) {
      return notBuilt(
        `instance store volumes of ${instanceType} (BlockDeviceMappings.VirtualName)`,
      );
    }
  }
  return undefined;
};

/**
 * The volumes of each instance of a launch, the root volume first: the image's devices as the request changes them,
 * without those that it leaves out (NoDevice), and further ones that it names.
 */
export const launchVolumes = (
  view: View,
  mappings: readonly Mapping[],
  image: LaunchImage,
  instanceType: string,
): readonly LaunchVolume[] | DomainError => {
  const refusal = checkMappings(mappings, image, instanceType);
  if (refusal !== undefined) return refusal;
  const mappingOf = (name: string): Mapping | undefined =>
    mappings.find((mapping) => isSameDevice(mapping.DeviceName ?? '', name));
  const root = rootDeviceOf(image);
  const ofImage = [root, ...image.devices.filter((device) => device !== root)];
  const further = mappings.filter((mapping) =>
    ofImage.every((device) => !isSameDevice(device.deviceName, mapping.DeviceName ?? '')),
  );
  const planned = [
    ...ofImage.map((device) => ({ name: device.deviceName, device })),
    ...further.map((mapping) => ({ name: mapping.DeviceName ?? '', device: undefined })),
  ];
  const volumes: LaunchVolume[] = [];
  for (const { name, device } of planned) {
    const mapping = mappingOf(name);
    if (mapping !== undefined && leavesOut(mapping)) continue;
    const volume = launchVolume(view, image, name, device, mapping?.Ebs ?? {});
    if (isDomainError(volume)) return volume;
    volumes.push(volume);
  }
  return volumes;
};
