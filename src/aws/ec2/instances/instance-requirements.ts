import type {
  GetInstanceTypesFromInstanceRequirementsRequest,
  GetInstanceTypesFromInstanceRequirementsResult,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { filterMatcher } from '../../shared/wildcards.ts';
import { paginate } from '../../shared/pagination.ts';
import { isOffered } from '../capacity/offerings.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from '../errors.ts';
import {
  instanceTypeFacts,
  knownInstanceTypes,
  type InstanceTypeFacts,
} from './instance-type-facts.ts';

/** Attributes that instance types are chosen by, as EC2 and Auto Scaling both name them. */
export interface InstanceRequirements {
  readonly VCpuCount?: Bounds | undefined;
  readonly MemoryMiB?: Bounds | undefined;
  readonly CpuManufacturers?: readonly string[] | undefined;
  readonly MemoryGiBPerVCpu?: Bounds | undefined;
  readonly ExcludedInstanceTypes?: readonly string[] | undefined;
  readonly AllowedInstanceTypes?: readonly string[] | undefined;
  readonly InstanceGenerations?: readonly string[] | undefined;
  readonly BareMetal?: string | undefined;
  readonly BurstablePerformance?: string | undefined;
  readonly RequireHibernateSupport?: boolean | undefined;
  readonly RequireEncryptionInTransit?: boolean | undefined;
  readonly NetworkInterfaceCount?: Bounds | undefined;
  readonly NetworkBandwidthGbps?: Bounds | undefined;
  readonly LocalStorage?: string | undefined;
  readonly LocalStorageTypes?: readonly string[] | undefined;
  readonly TotalLocalStorageGB?: Bounds | undefined;
  readonly BaselineEbsBandwidthMbps?: Bounds | undefined;
  readonly AcceleratorTypes?: readonly string[] | undefined;
  readonly AcceleratorCount?: Bounds | undefined;
  readonly AcceleratorManufacturers?: readonly string[] | undefined;
  readonly AcceleratorNames?: readonly string[] | undefined;
  readonly AcceleratorTotalMemoryMiB?: Bounds | undefined;
}

interface Bounds {
  readonly Min?: number | undefined;
  readonly Max?: number | undefined;
}

const within = (bounds: Bounds | undefined, value: number | undefined): boolean =>
  bounds === undefined ||
  (value !== undefined && value >= (bounds.Min ?? 0) && value <= (bounds.Max ?? Infinity));

/** Whether what a type may have or not is as asked; left out of the request it is `usual`. */
const isAsAsked = (
  asked: string | undefined,
  usual: 'included' | 'excluded',
  has: boolean,
): boolean => {
  const wanted = asked ?? usual;
  return wanted === 'included' || (wanted === 'required') === has;
};

/** Whether one of the names that are asked for is there; nothing asked for leaves everything. */
const oneOf = (asked: readonly string[] = [], names: readonly (string | undefined)[]): boolean =>
  asked.length === 0 || names.some((name) => name !== undefined && asked.includes(name));

const manufacturers: Readonly<Record<string, string>> = {
  AMD: 'amd',
  AWS: 'amazon-web-services',
  Apple: 'apple',
  Intel: 'intel',
};

interface Accelerator {
  readonly type: 'gpu' | 'fpga' | 'inference' | 'media';
  readonly name: string;
  readonly manufacturer: string;
  readonly count: number;
  readonly memoryMiB: number;
}

/** Names and makers as requirements spell them: `NVIDIA` and `T4` are `nvidia` and `t4`. */
const spelled = (text: string | undefined): string =>
  (text ?? '').toLowerCase().replaceAll(/\s+/g, '-').replace(/^aws$/, 'amazon-web-services');

interface Device {
  readonly Name?: string | undefined;
  readonly Manufacturer?: string | undefined;
  readonly Count?: number | undefined;
  readonly MemoryInfo?: { readonly SizeInMiB?: number | undefined } | undefined;
}

const acceleratorsOf = (facts: InstanceTypeFacts): readonly Accelerator[] => {
  const kinds: readonly (readonly [Accelerator['type'], readonly Device[]])[] = [
    ['gpu', facts.GpuInfo?.Gpus ?? []],
    ['fpga', facts.FpgaInfo?.Fpgas ?? []],
    ['inference', facts.InferenceAcceleratorInfo?.Accelerators ?? []],
    ['media', facts.MediaAcceleratorInfo?.Accelerators ?? []],
  ];
  return kinds.flatMap(([type, devices]) =>
    devices.map((device) => ({
      type,
      name: spelled(device.Name),
      manufacturer: spelled(device.Manufacturer),
      count: device.Count ?? 0,
      memoryMiB: (device.MemoryInfo?.SizeInMiB ?? 0) * (device.Count ?? 0),
    })),
  );
};

/** Whoever says nothing of accelerators takes types with and without them; a most of 0 leaves those with them out. */
const hasAccelerators = (facts: InstanceTypeFacts, asked: InstanceRequirements): boolean => {
  const accelerators = acceleratorsOf(facts);
  const count = accelerators.reduce((sum, one) => sum + one.count, 0);
  const isAsked =
    asked.AcceleratorCount !== undefined ||
    asked.AcceleratorTotalMemoryMiB !== undefined ||
    [asked.AcceleratorTypes, asked.AcceleratorManufacturers, asked.AcceleratorNames].some(
      (names = []) => names.length > 0,
    );
  if (!isAsked) return true;
  if (asked.AcceleratorCount?.Max === 0) return count === 0;
  return (
    within(asked.AcceleratorCount, count) &&
    within(
      asked.AcceleratorTotalMemoryMiB,
      accelerators.reduce((sum, one) => sum + one.memoryMiB, 0),
    ) &&
    oneOf(
      asked.AcceleratorTypes,
      accelerators.map(({ type }) => type),
    ) &&
    oneOf(
      asked.AcceleratorManufacturers,
      accelerators.map(({ manufacturer }) => manufacturer),
    ) &&
    oneOf(
      asked.AcceleratorNames,
      accelerators.map(({ name }) => name),
    )
  );
};

const hasStorage = (facts: InstanceTypeFacts, asked: InstanceRequirements): boolean => {
  const storage = facts.InstanceStorageInfo;
  return (
    isAsAsked(asked.LocalStorage, 'included', storage !== undefined) &&
    oneOf(asked.LocalStorageTypes, storage?.Disks?.map(({ Type }) => Type) ?? []) &&
    within(asked.TotalLocalStorageGB, storage?.TotalSizeInGB)
  );
};

const hasNetwork = (facts: InstanceTypeFacts, asked: InstanceRequirements): boolean => {
  const network = facts.NetworkInfo;
  const gbps = network?.NetworkCards?.reduce(
    (sum, card) => sum + (card.BaselineBandwidthInGbps ?? 0),
    0,
  );
  return (
    within(asked.NetworkInterfaceCount, network?.MaximumNetworkInterfaces) &&
    within(asked.NetworkBandwidthGbps, gbps) &&
    within(
      asked.BaselineEbsBandwidthMbps,
      facts.EbsInfo?.EbsOptimizedInfo?.BaselineBandwidthInMbps,
    ) &&
    (asked.RequireEncryptionInTransit !== true || network?.EncryptionInTransitSupported === true)
  );
};

const hasProcessor = (facts: InstanceTypeFacts, asked: InstanceRequirements): boolean => {
  const vcpus = facts.VCpuInfo?.DefaultVCpus ?? 0;
  const memoryMiB = facts.MemoryInfo?.SizeInMiB ?? 0;
  const maker = manufacturers[facts.ProcessorInfo?.Manufacturer ?? ''];
  return (
    within(asked.VCpuCount, vcpus) &&
    within(asked.MemoryMiB, memoryMiB) &&
    within(asked.MemoryGiBPerVCpu, vcpus === 0 ? undefined : memoryMiB / 1024 / vcpus) &&
    oneOf(asked.CpuManufacturers, [maker])
  );
};

const isNamed = (asked: InstanceRequirements, name: string): boolean => {
  const { AllowedInstanceTypes: allowed = [], ExcludedInstanceTypes: excluded = [] } = asked;
  const matches = (pattern: string): boolean => filterMatcher(pattern)(name);
  return (allowed.length === 0 || allowed.some(matches)) && !excluded.some(matches);
};

/** Whether a type has the attributes ("InstanceRequirements", Amazon EC2 API Reference). Pure. */
const meetsRequirements = (facts: InstanceTypeFacts, asked: InstanceRequirements): boolean =>
  isNamed(asked, facts.InstanceType ?? '') &&
  hasProcessor(facts, asked) &&
  isAsAsked(asked.BareMetal, 'excluded', facts.BareMetal === true) &&
  isAsAsked(asked.BurstablePerformance, 'excluded', facts.BurstablePerformanceSupported === true) &&
  oneOf(asked.InstanceGenerations, [facts.CurrentGeneration === true ? 'current' : 'previous']) &&
  (asked.RequireHibernateSupport !== true || facts.HibernationSupported === true) &&
  hasStorage(facts, asked) &&
  hasNetwork(facts, asked) &&
  hasAccelerators(facts, asked);

/** Checks requirements: the least of vCPUs and memory are given, and a list allows types or excludes them, not both. */
export const checkRequirements = (asked: InstanceRequirements): DomainError | undefined => {
  if (asked.VCpuCount?.Min === undefined) {
    return missingParameter('InstanceRequirements.VCpuCount.Min');
  }
  if (asked.MemoryMiB?.Min === undefined) {
    return missingParameter('InstanceRequirements.MemoryMiB.Min');
  }
  if (
    (asked.AllowedInstanceTypes ?? []).length > 0 &&
    (asked.ExcludedInstanceTypes ?? []).length > 0
  ) {
    return invalidParameterCombination(
      'AllowedInstanceTypes and ExcludedInstanceTypes cannot be specified together.',
    );
  }
  const inverted = [asked.VCpuCount, asked.MemoryMiB].find(
    ({ Min = 0, Max = Infinity }) => Min > Max,
  );
  return inverted === undefined
    ? undefined
    : invalidParameterValue(
        `The minimum ${inverted.Min} is greater than the maximum ${inverted.Max} in InstanceRequirements.`,
      );
};

/** The types of this Region with the attributes and one of the architectures, from few vCPUs to many. */
export const typesWith = (
  view: View,
  asked: InstanceRequirements,
  architectures: readonly string[],
): readonly string[] =>
  knownInstanceTypes
    .flatMap((name) => instanceTypeFacts(name) ?? [])
    .filter(
      (facts) =>
        oneOf(architectures, facts.ProcessorInfo?.SupportedArchitectures ?? []) &&
        meetsRequirements(facts, asked) &&
        isOffered(facts.InstanceType ?? '', view.shard),
    )
    .toSorted(
      (a, b) =>
        (a.VCpuInfo?.DefaultVCpus ?? 0) - (b.VCpuInfo?.DefaultVCpus ?? 0) ||
        (a.MemoryInfo?.SizeInMiB ?? 0) - (b.MemoryInfo?.SizeInMiB ?? 0),
    )
    .map((facts) => facts.InstanceType ?? '');

const mostPerPage = 1000;

/** GetInstanceTypesFromInstanceRequirements: the types that fleets and groups would choose from. */
export const getInstanceTypesFromInstanceRequirements: Operation<
  GetInstanceTypesFromInstanceRequirementsRequest,
  GetInstanceTypesFromInstanceRequirementsResult
> = (tx, input) => {
  const { InstanceRequirements: asked } = input;
  if (asked === undefined) return missingParameter('InstanceRequirements');
  const refusal = checkRequirements(asked);
  if (refusal !== undefined) return refusal;
  const virtualization = input.VirtualizationTypes ?? [];
  const names = typesWith(tx, asked, input.ArchitectureTypes ?? []).filter((name) =>
    oneOf(virtualization, instanceTypeFacts(name)?.SupportedVirtualizationTypes ?? []),
  );
  const page = paginate(
    names,
    {
      token: input.NextToken,
      maxResults: Math.min(input.MaxResults || mostPerPage, mostPerPage),
    },
    (name) => name,
  );
  if (isDomainError(page)) return page;
  type Answer = Plain<GetInstanceTypesFromInstanceRequirementsResult>;
  const InstanceTypes: Answer['InstanceTypes'] = page.items.map((InstanceType) => ({
    InstanceType,
  }));
  return { InstanceTypes, NextToken: page.nextToken };
};
