import { ipv6Names } from '../network-interfaces/ipv6-addresses.ts';
import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Plain } from '../../operation.ts';
import { notBuilt } from '../errors.ts';

type Input = Plain<RunInstancesRequest>;
type Names = keyof Input;

/** Parameters of RunInstances that are read. */
const built: ReadonlySet<string> = new Set<Names>([
  'BlockDeviceMappings',
  'CapacityReservationSpecification',
  'ClientToken',
  'CpuOptions',
  'CreditSpecification',
  'DisableApiStop',
  'DisableApiTermination',
  'DryRun',
  'EbsOptimized',
  'EnclaveOptions',
  'HibernationOptions',
  'IamInstanceProfile',
  'ImageId',
  'InstanceInitiatedShutdownBehavior',
  'InstanceMarketOptions',
  'InstanceType',
  'KeyName',
  'LicenseSpecifications',
  'MaintenanceOptions',
  ...ipv6Names,
  'MaxCount',
  'MetadataOptions',
  'MinCount',
  'Monitoring',
  'NetworkInterfaces',
  'NetworkPerformanceOptions',
  'Placement',
  'PrivateDnsNameOptions',
  'PrivateIpAddress',
  'SecurityGroupIds',
  'SecurityGroups',
  'SubnetId',
  'TagSpecifications',
  'UserData',
]);

/** Parameters that are accepted as long as they ask for what is so anyway. */
const idle: { readonly [Name in Names]?: (input: Input) => boolean } = {
  EnablePrimaryIpv6: (input) => input.EnablePrimaryIpv6 === false,
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** The names in an object beyond those that are read; of a list, those of any of its elements. */
export const unreadNames = (value: object, read: ReadonlySet<string>): readonly string[] =>
  Object.entries(value)
    .filter(([name, member]) => !read.has(name) && !isEmpty(member))
    .map(([name]) => name);

const placementRead: ReadonlySet<string> = new Set<keyof NonNullable<Input['Placement']>>([
  'AvailabilityZone',
  'AvailabilityZoneId',
  'GroupId',
  'GroupName',
  'PartitionNumber',
  'Tenancy',
]);

const checkPlacement = (placement: Input['Placement']): DomainError | undefined => {
  const [unread] = unreadNames(placement ?? {}, placementRead);
  return unread === undefined
    ? undefined
    : notBuilt(`the parameter Placement.${unread} of RunInstances`);
};

/** Names the first parameter of RunInstances that Faultline does not have. */
export const checkLaunchParameters = (input: Input): DomainError | undefined => {
  for (const name of unreadNames(input, built)) {
    // A name without an entry is undefined here, whatever the name.
    const isIdle = idle[name as Names];
    if (isIdle?.(input) !== true) return notBuilt(`the parameter ${name} of RunInstances`);
  }
  const placement = checkPlacement(input.Placement);
  return isDomainError(placement) ? placement : undefined;
};
