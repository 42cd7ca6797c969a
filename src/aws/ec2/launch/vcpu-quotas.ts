import { vcpuGroupOf, vcpuGroups, type VcpuGroup } from '../../../atlas/supply.ts';
import { DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import { vcpusOf } from '../capacity/zone-stock.ts';
import { raisedTo, type Quota } from '../../shared/quotas.ts';
import { Instances, type Instance } from '../instances/instance-entities.ts';

/** Codes, names and what AWS gives a new account ("Amazon EC2 endpoints and quotas", AWS General Reference). */
const published: Readonly<Record<VcpuGroup, readonly [code: string, name: string, usual: number]>> =
  {
    standard: ['L-1216C47A', 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', 5],
    f: ['L-74FC7D96', 'Running On-Demand F instances', 0],
    g: ['L-DB2E81BA', 'Running On-Demand G and VT instances', 0],
    p: ['L-417A185B', 'Running On-Demand P instances', 0],
    x: ['L-7295265B', 'Running On-Demand X instances', 0],
    inf: ['L-1945791B', 'Running On-Demand Inf instances', 0],
    trn: ['L-2C3B7624', 'Running On-Demand Trn instances', 0],
    dl: ['L-6E869C2A', 'Running On-Demand DL instances', 0],
    hpc: ['L-F7808C92', 'Running On-Demand HPC instances', 0],
    highMemory: ['L-43DA4232', 'Running On-Demand High Memory instances', 0],
  };

const quotaOfGroup = (group: VcpuGroup): Quota => {
  const [code, name, usual] = published[group];
  return {
    service: 'ec2',
    code,
    name,
    value: (geography) => geography.vcpuQuota(group) ?? usual,
  };
};

/** Quotas of vCPUs as Service Quotas lists them. */
export const raisableVcpuQuotas: readonly Quota[] = vcpuGroups.map(quotaOfGroup);

/** How many vCPUs of a group the account may run; undefined where neither it nor the world has said anything: as many as it likes. */
const vcpuQuotaIn = (view: View, group: VcpuGroup): number | undefined =>
  raisedTo(view, quotaOfGroup(group)) ?? view.geography.vcpuQuota(group);

/** EC2's words ("Error codes for the Amazon EC2 API", VcpuLimitExceeded). */
const vcpuLimitExceeded = (quota: number): DomainError =>
  new DomainError(
    'VcpuLimitExceeded',
    `You have requested more vCPU capacity than your current vCPU limit of ${quota} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
  );

/** The vCPUs of a group that the account has in use in the Region: "running On-Demand Instances" count, no stopped ones. */
const usedVcpus = (view: View, group: VcpuGroup): number => {
  let used = 0;
  for (const { state, instanceType, spotRequestId } of view.list(Instances)) {
    if (spotRequestId !== undefined || (state !== 'pending' && state !== 'running')) continue;
    if (vcpuGroupOf(instanceType) === group) used += vcpusOf(instanceType);
  }
  return used;
};

/**
 * How many instances of a type the account's quota lets it launch, up to the most that are asked for; fewer than the
 * least are VcpuLimitExceeded. Quotas are what the account asked for, else the world's; without either nothing is counted.
 */
export const launchableByQuota = (
  view: View,
  request: {
    readonly instanceType: string;
    readonly minCount: number;
    readonly maxCount: number;
    readonly spot?: object | null;
  },
): number | DomainError => {
  const { instanceType, minCount, maxCount } = request;
  const group = vcpuGroupOf(instanceType);
  const quota = group === undefined ? undefined : vcpuQuotaIn(view, group);
  // Spot Instances have quotas of their own, which nobody sets here.
  const isSpot = (request.spot ?? null) !== null;
  if (isSpot || group === undefined || quota === undefined) return maxCount;
  const left = quota - usedVcpus(view, group);
  const count = Math.min(maxCount, Math.max(0, Math.floor(left / vcpusOf(instanceType))));
  return count < minCount ? vcpuLimitExceeded(quota) : count;
};

/** Why stopped instances cannot be started together; undefined when the account's quotas let them. */
export const startOverQuota = (
  view: View,
  stopped: readonly Pick<Instance, 'instanceType'>[],
): DomainError | undefined => {
  const asked = new Map<VcpuGroup, number>();
  for (const { instanceType } of stopped) {
    const group = vcpuGroupOf(instanceType);
    if (group !== undefined) asked.set(group, (asked.get(group) ?? 0) + vcpusOf(instanceType));
  }
  for (const [group, vcpus] of asked) {
    const quota = vcpuQuotaIn(view, group);
    if (quota !== undefined && usedVcpus(view, group) + vcpus > quota) {
      return vcpuLimitExceeded(quota);
    }
  }
  return undefined;
};
