import type { BlockDeviceMapping } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { invalidParameterValue, notBuilt } from '../errors.ts';
import { isDeviceName, isSameDevice } from '../storage/device-names.ts';
import { encryptionOf } from '../storage/ebs-encryption.ts';
import type { ImageDevice } from '../storage/entities.ts';
import { unusable, usableSnapshot } from '../storage/snapshot-lookup.ts';
import { canBoot, volumeConfiguration } from '../storage/volume-types.ts';

/** A block device mapping of a request. */
export type DeviceMapping = Plain<BlockDeviceMapping>;

type Ebs = NonNullable<DeviceMapping['Ebs']>;

const invalidMapping = (message: string): DomainError =>
  new DomainError('InvalidBlockDeviceMapping', message);

const unbuiltOfEbs = ['OutpostArn', 'AvailabilityZone', 'VolumeInitializationRate'] as const;

const checkForm = (mapping: DeviceMapping, operation: string): DomainError | undefined => {
  const { DeviceName: name = '', VirtualName, Ebs: ebs } = mapping;
  if (!isDeviceName(name)) {
    return invalidParameterValue(`Value (${name}) for parameter deviceName is invalid.`);
  }
  if (VirtualName !== undefined) {
    return notBuilt(`instance store volumes; BlockDeviceMappings of ${operation} names one`);
  }
  const unbuilt = unbuiltOfEbs.find((parameter) => ebs?.[parameter] !== undefined);
  return unbuilt === undefined
    ? undefined
    : notBuilt(`the parameter BlockDeviceMappings.Ebs.${unbuilt} of ${operation}`);
};

/** Checks the mappings of a request as such: their names, no device twice, nothing that is not built. */
export const checkMappings = (
  mappings: readonly DeviceMapping[],
  operation: string,
): DomainError | undefined => {
  for (const [index, mapping] of mappings.entries()) {
    const malformed = checkForm(mapping, operation);
    if (malformed !== undefined) return malformed;
    const name = mapping.DeviceName ?? '';
    if (mappings.slice(0, index).some((other) => isSameDevice(other.DeviceName ?? '', name))) {
      return invalidMapping(`The device '${name}' is used in more than one block-device mapping`);
    }
  }
  return undefined;
};

/** The snapshot that a device is to be made of; undefined for an empty one. It must be complete. */
const snapshotOf = (view: View, ebs: Ebs) => {
  if (ebs.SnapshotId === undefined || ebs.SnapshotId === '') return undefined;
  const owned = usableSnapshot(view, ebs.SnapshotId);
  return isDomainError(owned) ? owned : (unusable(owned.snapshot) ?? owned);
};

/** The device that a mapping describes by itself: from a snapshot, or empty and of a size. */
export const deviceOf = (
  view: View,
  mapping: DeviceMapping,
  rootDeviceName: string,
): ImageDevice | DomainError => {
  const { DeviceName: deviceName = '', Ebs: ebs = {} } = mapping;
  const owned = snapshotOf(view, ebs);
  if (isDomainError(owned)) return owned;
  if (owned !== undefined && ebs.Encrypted !== undefined) {
    return invalidMapping(
      `The parameter encrypted cannot be given for '${deviceName}': its snapshot says whether it is encrypted.`,
    );
  }
  const snapshot = owned?.snapshot;
  const configuration = volumeConfiguration({
    volumeType: ebs.VolumeType,
    sizeGiB: ebs.VolumeSize ?? snapshot?.volumeSizeGiB,
    iops: ebs.Iops,
    throughputMiBps: ebs.Throughput,
  });
  if (isDomainError(configuration)) return configuration;
  if (snapshot !== undefined && configuration.sizeGiB < snapshot.volumeSizeGiB) {
    return invalidMapping(
      `Volume of size ${configuration.sizeGiB}GB is smaller than snapshot '${snapshot.id}', expect size >= ${snapshot.volumeSizeGiB}GB`,
    );
  }
  const isRoot = isSameDevice(deviceName, rootDeviceName);
  if (isRoot && !canBoot(configuration.volumeType)) {
    return invalidMapping(`No instance can boot from a volume of type ${configuration.volumeType}`);
  }
  const encryption = encryptionOf(
    view,
    { encrypted: ebs.Encrypted, kmsKeyId: ebs.KmsKeyId },
    owned === undefined ? undefined : { ...owned.snapshot, ownerId: owned.ownerId },
  );
  if (isDomainError(encryption)) return encryption;
  return {
    ...configuration,
    deviceName,
    snapshotId: snapshot?.id ?? null,
    encrypted: encryption.encrypted,
    // What RegisterImage leaves open is deleted with its instance, as at a launch.
    deleteOnTermination: ebs.DeleteOnTermination ?? true,
  };
};

/** A device as APIs list it. */
export const deviceAnswer = (device: ImageDevice): DeviceMapping => ({
  DeviceName: device.deviceName,
  Ebs: {
    DeleteOnTermination: device.deleteOnTermination,
    Iops: device.iops ?? undefined,
    SnapshotId: device.snapshotId ?? undefined,
    VolumeSize: device.sizeGiB,
    // The strings were members of the SDK's union when they came in.
    VolumeType: device.volumeType as NonNullable<Ebs['VolumeType']>,
    Throughput: device.throughputMiBps ?? undefined,
    Encrypted: device.encrypted,
  },
});
