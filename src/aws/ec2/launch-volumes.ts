import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { DomainError } from '../../world/domain-error.ts';
import type { Plain } from '../operation.ts';
import { rootDeviceOf, type LaunchImage } from './images/launch-image.ts';
import { invalidParameterValue, notBuilt } from './errors.ts';
import { unreadNames } from './launch-parameters.ts';
import type { RootVolumeRequest } from './volumes.ts';

type Mapping = NonNullable<Plain<RunInstancesRequest>['BlockDeviceMappings']>[number];
type Ebs = NonNullable<Mapping['Ebs']>;

const read: ReadonlySet<string> = new Set<keyof Ebs>([
  'DeleteOnTermination',
  'Encrypted',
  'Iops',
  'SnapshotId',
  'Throughput',
  'VolumeSize',
  'VolumeType',
]);

/** Volume types with the IOPS that they have unless told, and whether they may be told ("Amazon EBS volume types"). */
const volumeTypes: Readonly<
  Record<string, { readonly iops: number | null; readonly set: boolean }>
> = {
  gp3: { iops: 3000, set: true },
  gp2: { iops: 100, set: false },
  io1: { iops: null, set: true },
  io2: { iops: null, set: true },
  standard: { iops: null, set: false },
};

const gp3ThroughputMiBps = 125;

const invalidMapping = (message: string): DomainError =>
  new DomainError('InvalidBlockDeviceMapping', message);

const checkEbs = (ebs: Ebs, image: LaunchImage): DomainError | undefined => {
  const [unread] = unreadNames(ebs, read);
  if (unread !== undefined) {
    return notBuilt(`the parameter BlockDeviceMappings.Ebs.${unread} of RunInstances`);
  }
  const root = rootDeviceOf(image);
  if (ebs.SnapshotId !== undefined && ebs.SnapshotId !== root.snapshotId) {
    return invalidMapping(`snapshotId cannot be modified on root device`);
  }
  if (ebs.VolumeSize !== undefined && ebs.VolumeSize < root.sizeGiB) {
    return invalidMapping(
      `Volume of size ${ebs.VolumeSize}GB is smaller than snapshot '${root.snapshotId ?? ''}', expect size >= ${root.sizeGiB}GB`,
    );
  }
  return undefined;
};

const gp2Iops = (sizeGiB: number): number => Math.min(16_000, Math.max(100, sizeGiB * 3));

const rootVolume = (ebs: Ebs, image: LaunchImage): RootVolumeRequest | DomainError => {
  const root = rootDeviceOf(image);
  const volumeType = ebs.VolumeType ?? root.volumeType;
  const sizeGiB = ebs.VolumeSize ?? root.sizeGiB;
  const rule = volumeTypes[volumeType];
  if (rule === undefined) {
    return invalidParameterValue(
      `Invalid value '${volumeType}' for VolumeType. A root volume is one of ${Object.keys(volumeTypes).join(', ')}.`,
    );
  }
  if (ebs.Iops !== undefined && !rule.set) {
    return invalidParameterValue(`The parameter iops is not supported for ${volumeType} volumes.`);
  }
  if (ebs.Iops === undefined && rule.set && rule.iops === null) {
    return new DomainError(
      'MissingParameter',
      `The request must contain the parameter iops for ${volumeType} volumes.`,
    );
  }
  if (ebs.Throughput !== undefined && volumeType !== 'gp3') {
    return invalidParameterValue(
      `The parameter throughput is not supported for ${volumeType} volumes.`,
    );
  }
  return {
    sizeGiB,
    volumeType,
    iops: volumeType === 'gp2' ? gp2Iops(sizeGiB) : (ebs.Iops ?? rule.iops),
    throughputMiBps: volumeType === 'gp3' ? (ebs.Throughput ?? gp3ThroughputMiBps) : null,
    encrypted: ebs.Encrypted ?? root.encrypted,
    snapshotId: root.snapshotId ?? '',
    deleteOnTermination: ebs.DeleteOnTermination ?? root.deleteOnTermination,
  };
};

/** The root volume that the mappings of a launch ask for; further volumes are not built. */
export const rootVolumeOf = (
  mappings: readonly Mapping[],
  image: LaunchImage,
): RootVolumeRequest | DomainError => {
  const other = mappings.find((mapping) => mapping.DeviceName !== image.rootDeviceName);
  if (other !== undefined) {
    return notBuilt(
      `volumes beside the root volume; BlockDeviceMappings names '${other.DeviceName ?? ''}', and the root device of ${image.imageId} is '${image.rootDeviceName}'`,
    );
  }
  const [mapping, again] = mappings;
  if (again !== undefined) {
    return invalidMapping(
      `The device '${image.rootDeviceName}' is used in more than one block-device mapping`,
    );
  }
  if (mapping?.NoDevice !== undefined || mapping?.VirtualName !== undefined) {
    return invalidMapping(`The root device '${image.rootDeviceName}' must be an EBS volume.`);
  }
  const ebs = mapping?.Ebs ?? {};
  return checkEbs(ebs, image) ?? rootVolume(ebs, image);
};
