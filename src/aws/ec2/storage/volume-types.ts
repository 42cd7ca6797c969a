import { DomainError } from '../../../world/domain-error.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from '../errors.ts';

/** What a volume is asked to be. */
export interface VolumeSettings {
  readonly volumeType?: string | undefined;
  readonly sizeGiB?: number | undefined;
  readonly iops?: number | undefined;
  readonly throughputMiBps?: number | undefined;
}

/** What a volume is, with all that AWS adds where a request is silent. */
export interface VolumeConfiguration {
  readonly volumeType: string;
  readonly sizeGiB: number;
  /** Null for types that have none. */
  readonly iops: number | null;
  readonly throughputMiBps: number | null;
}

/** Bounds of one type of volumes. */
interface VolumeTypeRule {
  readonly smallestGiB: number;
  readonly largestGiB: number;
  /** IOPS that can be asked for; absent for types that have theirs by their size or none at all. */
  readonly provisioned?: {
    readonly least: number;
    readonly most: number;
    /** IOPS for each GiB. */
    readonly mostPerGiB: number;
    /** Without being asked for; absent where they must be. */
    readonly usual?: number;
  };
}

/** "Amazon EBS volume types", Amazon EBS User Guide, and CreateVolume, Amazon EC2 API Reference. */
const rules: ReadonlyMap<string, VolumeTypeRule> = new Map([
  ['standard', { smallestGiB: 1, largestGiB: 1_024 }],
  ['gp2', { smallestGiB: 1, largestGiB: 16_384 }],
  [
    'gp3',
    {
      smallestGiB: 1,
      largestGiB: 65_536,
      provisioned: { least: 3_000, most: 80_000, mostPerGiB: 500, usual: 3_000 },
    },
  ],
  [
    'io1',
    {
      smallestGiB: 4,
      largestGiB: 16_384,
      provisioned: { least: 100, most: 64_000, mostPerGiB: 50 },
    },
  ],
  [
    'io2',
    {
      smallestGiB: 4,
      largestGiB: 65_536,
      provisioned: { least: 100, most: 256_000, mostPerGiB: 1_000 },
    },
  ],
  ['st1', { smallestGiB: 125, largestGiB: 16_384 }],
  ['sc1', { smallestGiB: 125, largestGiB: 16_384 }],
]);

/** Types that an instance can boot from: all but the hard disks (CreateVolume, Amazon EC2 API Reference). */
export const canBoot = (volumeType: string): boolean =>
  volumeType !== 'st1' && volumeType !== 'sc1';

const gp3Throughput = { usual: 125, least: 125, most: 2_000, mostPerIops: 0.25 } as const;

const gp2Iops = (sizeGiB: number): number => Math.min(16_000, Math.max(100, sizeGiB * 3));

const checkSize = (
  volumeType: string,
  rule: VolumeTypeRule,
  sizeGiB: number,
): DomainError | undefined => {
  if (sizeGiB < rule.smallestGiB) {
    return invalidParameterValue(
      `The volume size is invalid for ${volumeType} volumes: ${sizeGiB} GiB. ${volumeType} volumes must be at least ${rule.smallestGiB} GiB in size. Please specify a volume size above the minimum limit.`,
    );
  }
  return sizeGiB > rule.largestGiB
    ? invalidParameterValue(
        `Volume of ${sizeGiB}GiB is too large for volume type ${volumeType}; maximum is ${rule.largestGiB}GiB`,
      )
    : undefined;
};

const iopsOf = (
  volumeType: string,
  rule: VolumeTypeRule,
  sizeGiB: number,
  asked: number | undefined,
): number | null | DomainError => {
  const { provisioned } = rule;
  if (provisioned === undefined) {
    if (asked !== undefined) {
      return invalidParameterCombination(
        `The parameter iops is not supported for ${volumeType} volumes.`,
      );
    }
    return volumeType === 'gp2' ? gp2Iops(sizeGiB) : null;
  }
  const { least, most, mostPerGiB, usual } = provisioned;
  const iops = asked ?? usual;
  if (iops === undefined) {
    return invalidParameterCombination(
      `The parameter iops must be specified for ${volumeType} volumes.`,
    );
  }
  if (iops < least) {
    return invalidParameterValue(`Volume iops of ${iops} is too low; minimum is ${least}.`);
  }
  if (iops > most) {
    return invalidParameterValue(`Volume iops of ${iops} is too high; maximum is ${most}.`);
  }
  // What a type has without being asked it has at any size.
  if (iops !== usual && iops > sizeGiB * mostPerGiB) {
    return invalidParameterValue(
      `Iops to volume size ratio of ${(iops / sizeGiB).toFixed(6)} is too high; maximum is ${mostPerGiB}`,
    );
  }
  return iops;
};

const throughputOf = (
  volumeType: string,
  iops: number | null,
  asked: number | undefined,
): number | null | DomainError => {
  if (volumeType !== 'gp3') {
    return asked === undefined
      ? null
      : invalidParameterCombination(
          `The parameter throughput is not supported for ${volumeType} volumes.`,
        );
  }
  const throughput = asked ?? gp3Throughput.usual;
  if (throughput < gp3Throughput.least) {
    return invalidParameterValue(
      `Volume throughput of ${throughput} is too low; minimum is ${gp3Throughput.least}.`,
    );
  }
  if (throughput > gp3Throughput.most) {
    return invalidParameterValue(
      `Volume throughput of ${throughput} is too high; maximum is ${gp3Throughput.most}.`,
    );
  }
  const ratio = throughput / (iops ?? 1);
  return ratio > gp3Throughput.mostPerIops
    ? invalidParameterValue(
        `Throughput (MiBps) to iops ratio of ${ratio.toFixed(6)} is too high; maximum is ${gp3Throughput.mostPerIops.toFixed(6)} MiBps per iops.`,
      )
    : throughput;
};

/**
 * What a volume with these settings is. Errors, in AWS's words: UnknownVolumeType, MissingParameter without a size,
 * InvalidParameterValue for what is beyond its type's bounds, InvalidParameterCombination for what its type has not.
 */
export const volumeConfiguration = (
  settings: VolumeSettings,
): VolumeConfiguration | DomainError => {
  const { volumeType = 'gp2', sizeGiB } = settings;
  const rule = rules.get(volumeType);
  if (rule === undefined) {
    return new DomainError(
      'UnknownVolumeType',
      `Unsupported volume type '${volumeType}' for volume creation.`,
    );
  }
  if (sizeGiB === undefined) return missingParameter('size/snapshot');
  const badSize = checkSize(volumeType, rule, sizeGiB);
  if (badSize !== undefined) return badSize;
  const iops = iopsOf(volumeType, rule, sizeGiB, settings.iops);
  if (iops instanceof DomainError) return iops;
  const throughputMiBps = throughputOf(volumeType, iops, settings.throughputMiBps);
  if (throughputMiBps instanceof DomainError) return throughputMiBps;
  return { volumeType, sizeGiB, iops, throughputMiBps };
};

/** The rate at which a volume gets its snapshot's blocks; absent where none was asked for. */
export interface InitializationRate {
  readonly initializationRateMiBps?: number;
}

/**
 * Checks the rate that a volume of a snapshot is to be initialized at: "Valid range: 100 - 300 MiB/s" (CreateVolume, Amazon EC2
 * API Reference). The volumes here have all of their snapshot when they are available, so it is a fact without effect.
 */
export const checkInitializationRate = (
  asked: number | undefined,
  snapshotId: string,
): InitializationRate | DomainError => {
  if (asked === undefined) return {};
  if (snapshotId === '') {
    return invalidParameterCombination(
      'The parameter VolumeInitializationRate is only supported for volumes created from snapshots.',
    );
  }
  return asked >= 100 && asked <= 300
    ? { initializationRateMiBps: asked }
    : invalidParameterValue(
        `Value (${asked}) for parameter VolumeInitializationRate is invalid. It must be from 100 to 300.`,
      );
};
