import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Plain } from '../../operation.ts';
import { invalidParameterCombination, invalidParameterValue, notBuilt } from '../errors.ts';
import {
  defaultOptions,
  type InstanceCpu,
  type InstanceOptions,
} from '../instances/instance-options.ts';
import { instanceTypeFacts } from '../instances/instance-type-facts.ts';
import { allOrError } from './all-or-error.ts';
import type { LaunchVolume } from '../storage/volume-life.ts';

type Input = Plain<RunInstancesRequest>;
type CpuInput = NonNullable<Input['CpuOptions']>;
type ReservationInput = NonNullable<Input['CapacityReservationSpecification']>;

const notSupportedBy = (type: string, what: string): DomainError =>
  new DomainError(
    'UnsupportedOperation',
    `The instance type '${type}' does not support ${what}. See DescribeInstanceTypes.`,
  );

const checkCount = (
  name: string,
  asked: number,
  valid: readonly number[] | undefined,
  type: string,
): DomainError | undefined => {
  if (valid === undefined) return notSupportedBy(type, 'CPU options');
  return valid.includes(asked)
    ? undefined
    : invalidParameterValue(
        `Value (${asked}) for parameter CpuOptions.${name} is invalid. The instance type ${type} allows: ${valid.join(', ')}.`,
      );
};

const checkFeature = (
  type: string,
  feature: 'amd-sev-snp' | 'nested-virtualization',
  asked: string | undefined,
): DomainError | undefined => {
  const features = instanceTypeFacts(type)?.ProcessorInfo?.SupportedFeatures ?? [];
  return asked !== 'enabled' || features.some((name) => name === feature)
    ? undefined
    : notSupportedBy(type, feature);
};

/**
 * The processors of an instance of a type. Cores and threads are given together, and are among those that
 * DescribeInstanceTypes lists; the error for one alone is in EC2's own words ("Specify CPU options", User Guide).
 */
export const readCpu = (
  type: string,
  asked: CpuInput | undefined,
): InstanceCpu | null | DomainError => {
  if (asked === undefined) return null;
  const { CoreCount, ThreadsPerCore, AmdSevSnp, NestedVirtualization } = asked;
  if ((CoreCount === undefined) !== (ThreadsPerCore === undefined)) {
    return new DomainError(
      'MissingParameter',
      'When specifying CpuOptions you must specify both CoreCount and ThreadsPerCore.',
    );
  }
  const facts = instanceTypeFacts(type)?.VCpuInfo;
  const refusal =
    (CoreCount === undefined || ThreadsPerCore === undefined
      ? undefined
      : (checkCount('CoreCount', CoreCount, facts?.ValidCores, type) ??
        checkCount('ThreadsPerCore', ThreadsPerCore, facts?.ValidThreadsPerCore, type))) ??
    checkFeature(type, 'amd-sev-snp', AmdSevSnp) ??
    checkFeature(type, 'nested-virtualization', NestedVirtualization);
  return (
    refusal ?? {
      coreCount: CoreCount ?? null,
      threadsPerCore: ThreadsPerCore ?? null,
      amdSevSnp: AmdSevSnp ?? null,
      nestedVirtualization: NestedVirtualization ?? null,
    }
  );
};

/** What an instance does about capacity reservations, of which nobody has any here. */
export const readReservationPreference = (
  asked: ReservationInput | undefined,
): InstanceOptions['capacityReservationPreference'] | DomainError => {
  const { CapacityReservationPreference: preference, CapacityReservationTarget: target } =
    asked ?? {};
  if (preference !== undefined && target !== undefined) {
    return invalidParameterCombination(
      'CapacityReservationPreference and CapacityReservationTarget cannot be specified together.',
    );
  }
  if (target?.CapacityReservationId !== undefined) {
    return new DomainError(
      'InvalidCapacityReservationId.NotFound',
      `The capacity reservation ID '${target.CapacityReservationId}' does not exist`,
    );
  }
  if (target !== undefined) return notBuilt('groups of capacity reservations');
  return preference ?? 'open';
};

/** An instance that runs in reservations only cannot run: there are none. */
export const lacksReservation = (): DomainError =>
  new DomainError(
    'ReservationCapacityExceeded',
    'The instance runs in Capacity Reservations only, and there is none with available capacity that matches it.',
  );

const licenseArn = /^arn:[\w-]+:license-manager:[\w-]+:\d{12}:license-configuration[:/][\w-]+$/;

const readLicenses = (
  asked: Input['LicenseSpecifications'] = [],
): readonly string[] | DomainError => {
  const arns = asked.map(({ LicenseConfigurationArn: arn = '' }) => arn);
  const wrong = arns.find((arn) => !licenseArn.test(arn));
  return wrong === undefined
    ? arns
    : invalidParameterValue(
        `Value (${wrong}) for parameter licenseConfigurationArn is invalid. It must be the ARN of a license configuration.`,
      );
};

/** Checks that a type can give its bandwidth that weight. */
export const checkBandwidthWeighting = (
  type: string,
  asked: string | undefined,
): DomainError | undefined => {
  const weightings = instanceTypeFacts(type)?.NetworkInfo?.BandwidthWeightings ?? [];
  return asked === undefined || asked === 'default' || weightings.some((name) => name === asked)
    ? undefined
    : notSupportedBy(type, `the bandwidth weighting '${asked}'`);
};

/** Checks that a type has AWS Nitro Enclaves. */
export const checkEnclaves = (type: string): DomainError | undefined =>
  instanceTypeFacts(type)?.NitroEnclavesSupport === 'supported'
    ? undefined
    : notSupportedBy(type, 'AWS Nitro Enclaves');

const hibernationRefusal = (message: string): DomainError =>
  new DomainError('UnsupportedHibernationConfiguration', message);

/** "Prerequisites for EC2 instance hibernation", User Guide: type, and a root volume that is encrypted and holds the memory. */
const checkHibernation = (
  type: string,
  root: LaunchVolume | undefined,
): DomainError | undefined => {
  const facts = instanceTypeFacts(type);
  if (facts?.HibernationSupported !== true) {
    return hibernationRefusal(`The instance type '${type}' does not support hibernation.`);
  }
  if (root?.encrypted !== true) {
    return hibernationRefusal('For hibernation, the root device volume must be encrypted.');
  }
  const memoryMiB = facts.MemoryInfo?.SizeInMiB ?? 0;
  return root.sizeGiB * 1024 < memoryMiB
    ? hibernationRefusal(
        `For hibernation, the root device volume must be large enough to store the memory of the instance (${memoryMiB} MiB).`,
      )
    : undefined;
};

const readTenancy = (placement: Input['Placement']): InstanceOptions['tenancy'] | DomainError => {
  const tenancy = placement?.Tenancy ?? 'default';
  return tenancy === 'host' ? notBuilt("Dedicated Hosts (the tenancy 'host')") : tenancy;
};

/** What of a launch's options goes together with which type and root volume. */
const checkTogether = (
  input: Input,
  type: string,
  root: LaunchVolume | undefined,
): DomainError | undefined => {
  const hibernates = input.HibernationOptions?.Configured === true;
  const hasEnclaves = input.EnclaveOptions?.Enabled === true;
  if (hibernates && hasEnclaves) {
    return invalidParameterCombination(
      'An instance can be enabled for hibernation or for AWS Nitro Enclaves, not for both.',
    );
  }
  return (
    (hibernates ? checkHibernation(type, root) : undefined) ??
    (hasEnclaves ? checkEnclaves(type) : undefined) ??
    checkBandwidthWeighting(type, input.NetworkPerformanceOptions?.BandwidthWeighting)
  );
};

/** Parameters whose absence leaves every option as AWS has it, which is nearly always so. */
const optionNames = [
  'CapacityReservationSpecification',
  'CpuOptions',
  'EnclaveOptions',
  'HibernationOptions',
  'LicenseSpecifications',
  'MaintenanceOptions',
  'NetworkPerformanceOptions',
] as const satisfies readonly (keyof Input)[];

/** The options that a request can name by themselves; the others come of them. */
const readParts = (input: Input, type: string) => ({
  cpu: readCpu(type, input.CpuOptions),
  capacityReservationPreference: readReservationPreference(input.CapacityReservationSpecification),
  licenseArns: readLicenses(input.LicenseSpecifications),
  tenancy: readTenancy(input.Placement),
});

/**
 * Reads what a launch says of an instance beside what it is made of; null when it says nothing of the kind. A tenancy that is
 * not asked for is `default`: that of the VPC comes on top. Errors: as each option says.
 */
export const readLaunchOptions = (
  input: Input,
  type: string,
  volumes: readonly LaunchVolume[],
): InstanceOptions | null | DomainError => {
  const { Tenancy: askedTenancy } = input.Placement ?? {};
  if (askedTenancy === undefined && optionNames.every((name) => input[name] === undefined)) {
    return null;
  }
  const parts = allOrError(readParts(input, type));
  if (isDomainError(parts)) return parts;
  if (parts.capacityReservationPreference === 'capacity-reservations-only') {
    return lacksReservation();
  }
  return (
    checkTogether(input, type, volumes[0]) ?? {
      ...defaultOptions,
      ...parts,
      isHibernatable: input.HibernationOptions?.Configured ?? false,
      hasEnclaves: input.EnclaveOptions?.Enabled ?? false,
      autoRecovery: input.MaintenanceOptions?.AutoRecovery ?? 'default',
      bandwidthWeighting: input.NetworkPerformanceOptions?.BandwidthWeighting ?? 'default',
    }
  );
};
