import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import { standsForType } from '../../../atlas/supply.ts';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { paginate } from '../../shared/pagination.ts';
import { accountZones } from '../../shared/account-zones.ts';
import { lacksType } from '../capacity/zone-offerings.ts';
import facts from './instance-types.json' with { type: 'json' };

/** What DescribeInstanceTypes says of one type. */
export type InstanceTypeFacts = Plain<InstanceTypeInfo>;

// The list is AWS's own answer, kept as it came; its strings are members of the SDK's unions.
const allTypes = facts.instanceTypes as readonly InstanceTypeFacts[];

const notOffered: Readonly<Record<string, readonly string[]>> = facts.notOffered;

const byName: ReadonlyMap<string, InstanceTypeFacts> = new Map(
  allTypes.map((type) => [nameOf(type), type]),
);

function nameOf(type: InstanceTypeFacts): string {
  return type.InstanceType ?? '';
}

/** The names of all types that this program knows, wherever they are offered. */
export const knownInstanceTypes: readonly string[] = allTypes.map(nameOf);

/** Whether a name such as `m5.large` or `m5` stands for any of them. */
export const isKnownTypeOrFamily = (name: string): boolean =>
  knownInstanceTypes.some((type) => standsForType(name, type));

/** The facts of a type, whether or not a Region offers it. */
export const instanceTypeFacts = (name: string): InstanceTypeFacts | undefined => byName.get(name);

/** Whether a Region has the type, if only in some of its zones: see `isOfferedIn`. */
export const isOffered = (name: string, region: string): boolean =>
  byName.has(name) && notOffered[name]?.includes(region) !== true;

/** Whether a zone has the type at all; how much of it is another matter. */
export const isOfferedIn = (name: string, zone: { readonly id: string; readonly region: string }) =>
  isOffered(name, zone.region) && !lacksType(zone.id, name);

/** The architectures that a type can run, for example `x86_64`. */
export const architecturesOf = (name: string): readonly string[] =>
  byName.get(name)?.ProcessorInfo?.SupportedArchitectures ?? [];

const offeredTypes = (view: View): readonly InstanceTypeFacts[] =>
  allTypes.filter((type) => isOffered(nameOf(type), view.shard));

/** Filter names as the DescribeInstanceTypes reference lists them, as far as the types here differ in them. */
const typeFields: FilterFields<InstanceTypeFacts> = {
  'auto-recovery-supported': (type) => type.AutoRecoverySupported,
  'bare-metal': (type) => type.BareMetal,
  'burstable-performance-supported': (type) => type.BurstablePerformanceSupported,
  'current-generation': (type) => type.CurrentGeneration,
  'dedicated-hosts-supported': (type) => type.DedicatedHostsSupported,
  'ebs-info.ebs-optimized-support': (type) => type.EbsInfo?.EbsOptimizedSupport,
  'ebs-info.encryption-support': (type) => type.EbsInfo?.EncryptionSupport,
  'ebs-info.nvme-support': (type) => type.EbsInfo?.NvmeSupport,
  'free-tier-eligible': (type) => type.FreeTierEligible,
  'hibernation-supported': (type) => type.HibernationSupported,
  hypervisor: (type) => type.Hypervisor,
  'instance-storage-supported': (type) => type.InstanceStorageSupported,
  'instance-type': nameOf,
  'memory-info.size-in-mib': (type) => type.MemoryInfo?.SizeInMiB,
  'network-info.efa-supported': (type) => type.NetworkInfo?.EfaSupported,
  'network-info.ena-support': (type) => type.NetworkInfo?.EnaSupport,
  'network-info.encryption-in-transit-supported': (type) =>
    type.NetworkInfo?.EncryptionInTransitSupported,
  'network-info.ipv4-addresses-per-interface': (type) =>
    type.NetworkInfo?.Ipv4AddressesPerInterface,
  'network-info.ipv6-supported': (type) => type.NetworkInfo?.Ipv6Supported,
  'network-info.maximum-network-interfaces': (type) => type.NetworkInfo?.MaximumNetworkInterfaces,
  'network-info.network-performance': (type) => type.NetworkInfo?.NetworkPerformance,
  'nitro-enclaves-support': (type) => type.NitroEnclavesSupport,
  'nitro-tpm-support': (type) => type.NitroTpmSupport,
  'processor-info.supported-architecture': (type) => type.ProcessorInfo?.SupportedArchitectures,
  'processor-info.sustained-clock-speed-in-ghz': (type) =>
    type.ProcessorInfo?.SustainedClockSpeedInGhz,
  'supported-boot-mode': (type) => type.SupportedBootModes,
  'supported-root-device-type': (type) => type.SupportedRootDeviceTypes,
  'supported-usage-class': (type) => type.SupportedUsageClasses,
  'supported-virtualization-type': (type) => type.SupportedVirtualizationTypes,
  'vcpu-info.default-cores': (type) => type.VCpuInfo?.DefaultCores,
  'vcpu-info.default-threads-per-core': (type) => type.VCpuInfo?.DefaultThreadsPerCore,
  'vcpu-info.default-vcpus': (type) => type.VCpuInfo?.DefaultVCpus,
  'vcpu-info.valid-cores': (type) => type.VCpuInfo?.ValidCores?.map(String),
  'vcpu-info.valid-threads-per-core': (type) => type.VCpuInfo?.ValidThreadsPerCore?.map(String),
};

/** DescribeInstanceTypes: the types that this Region offers. */
export const describeInstanceTypes: Operation<
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult
> = (tx, input) => {
  const offered = offeredTypes(tx);
  const asked = input.InstanceTypes ?? [];
  const unknown = asked.filter((name) => !offered.some((type) => nameOf(type) === name));
  if (unknown.length > 0) {
    return new DomainError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  }
  const named =
    asked.length === 0
      ? offered
      : offered.filter((type) => asked.some((name) => name === nameOf(type)));
  const filtered = applyFilters(named, input.Filters, typeFields);
  if (isDomainError(filtered)) return filtered;
  const page = paginate(filtered, { token: input.NextToken, maxResults: input.MaxResults }, nameOf);
  if (isDomainError(page)) return page;
  return { InstanceTypes: page.items, NextToken: page.nextToken };
};

type Offering = NonNullable<
  Plain<DescribeInstanceTypeOfferingsResult>['InstanceTypeOfferings']
>[number];

const offeringFields: FilterFields<Offering> = {
  'instance-type': (offering) => offering.InstanceType,
  location: (offering) => offering.Location,
};

/** A place in which types are offered; a zone's id when it is one. */
interface OfferingPlace {
  readonly location: string;
  readonly zoneId?: string;
}

const placesOf = (view: View, kind: string): readonly OfferingPlace[] | DomainError => {
  const zones = accountZones(view);
  switch (kind) {
    case 'region':
      return [{ location: view.shard }];
    case 'availability-zone':
      return zones.map(({ id, name }) => ({ location: name, zoneId: id }));
    case 'availability-zone-id':
      return zones.map(({ id }) => ({ location: id, zoneId: id }));
    case 'outpost':
      return [];
    default:
      return new DomainError(
        'InvalidParameterValue',
        `Value (${kind}) for parameter LocationType is invalid.`,
      );
  }
};

/** DescribeInstanceTypeOfferings: where in this Region each type can be launched. */
export const describeInstanceTypeOfferings: Operation<
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult
> = (tx, input) => {
  const kind = input.LocationType ?? 'region';
  const places = placesOf(tx, kind);
  if (isDomainError(places)) return places;
  const offerings = places.flatMap(({ location, zoneId }) =>
    offeredTypes(tx)
      .filter((type) => zoneId === undefined || !lacksType(zoneId, nameOf(type)))
      .map((type): Offering => ({
        InstanceType: type.InstanceType,
        LocationType: kind,
        Location: location,
      })),
  );
  const filtered = applyFilters(offerings, input.Filters, offeringFields);
  if (isDomainError(filtered)) return filtered;
  const page = paginate(
    filtered,
    { token: input.NextToken, maxResults: input.MaxResults },
    (offering) => `${offering.Location}/${offering.InstanceType}`,
  );
  if (isDomainError(page)) return page;
  return { InstanceTypeOfferings: page.items, NextToken: page.nextToken };
};
