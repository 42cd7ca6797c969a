import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';
import type { Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';

/**
 * The filters of DescribeInstanceTypes, as its reference lists them. A name is the path of the member that it compares,
 * written with hyphens and in the singular: `supported-boot-mode` is `SupportedBootModes`.
 */
const filterNames = [
  'auto-recovery-supported',
  'bare-metal',
  'burstable-performance-supported',
  'current-generation',
  'dedicated-hosts-supported',
  'ebs-info.attachment-limit-type',
  'ebs-info.maximum-ebs-attachments',
  'ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps',
  'ebs-info.ebs-optimized-info.baseline-iops',
  'ebs-info.ebs-optimized-info.baseline-throughput-in-mbps',
  'ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps',
  'ebs-info.ebs-optimized-info.maximum-iops',
  'ebs-info.ebs-optimized-info.maximum-throughput-in-mbps',
  'ebs-info.ebs-optimized-support',
  'ebs-info.encryption-support',
  'ebs-info.nvme-support',
  'free-tier-eligible',
  'hibernation-supported',
  'hypervisor',
  'instance-storage-info.disk.count',
  'instance-storage-info.disk.size-in-gb',
  'instance-storage-info.disk.type',
  'instance-storage-info.encryption-support',
  'instance-storage-info.nvme-support',
  'instance-storage-info.total-size-in-gb',
  'instance-storage-supported',
  'instance-type',
  'memory-info.size-in-mib',
  'network-info.bandwidth-weightings',
  'network-info.efa-info.maximum-efa-interfaces',
  'network-info.efa-supported',
  'network-info.ena-support',
  'network-info.encryption-in-transit-supported',
  'network-info.flexible-ena-queues-support',
  'network-info.ipv4-addresses-per-interface',
  'network-info.ipv6-addresses-per-interface',
  'network-info.ipv6-supported',
  'network-info.maximum-network-cards',
  'network-info.maximum-network-interfaces',
  'network-info.network-performance',
  'nitro-enclaves-support',
  'nitro-tpm-info.supported-versions',
  'nitro-tpm-support',
  'processor-info.supported-architecture',
  'processor-info.supported-features',
  'processor-info.sustained-clock-speed-in-ghz',
  'reboot-migration-support',
  'supported-boot-mode',
  'supported-root-device-type',
  'supported-usage-class',
  'supported-virtualization-type',
  'vcpu-info.default-cores',
  'vcpu-info.default-threads-per-core',
  'vcpu-info.default-vcpus',
  'vcpu-info.valid-cores',
  'vcpu-info.valid-threads-per-core',
] as const;

/** A step of a path by the name of its member: in small letters, and in the plural as well. */
const isMember = (member: string, step: string): boolean => {
  const name = member.toLowerCase();
  const wanted = step.replaceAll('-', '');
  return name === wanted || name === `${wanted}s` || name === `${wanted}es`;
};

/** The texts at the end of a path, through lists on its way. */
const textsAt = (value: unknown, path: readonly string[]): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((element) => textsAt(element, path));
  const [step, ...rest] = path;
  if (typeof value === 'object' && value !== null) {
    const member =
      step === undefined ? undefined : Object.entries(value).find(([name]) => isMember(name, step));
    return member === undefined ? [] : textsAt(member[1], rest);
  }
  if (step !== undefined) return [];
  if (typeof value === 'string') return [value];
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
};

/** What the filters of DescribeInstanceTypes compare. */
export const instanceTypeFields: FilterFields<Plain<InstanceTypeInfo>> = Object.fromEntries(
  filterNames.map((name) => {
    const path = name.split('.');
    return [name, (type: Plain<InstanceTypeInfo>) => textsAt(type, path)];
  }),
);
