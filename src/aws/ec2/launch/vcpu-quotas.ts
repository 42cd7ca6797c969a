import { vcpuGroupOf, type VcpuGroup } from '../../../atlas/supply.ts';
import { DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import { vcpusOf } from '../capacity/zone-stock.ts';
import { Instances, type Instance } from '../instances/instance-entities.ts';

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
 * least are VcpuLimitExceeded. Quotas are the world's (`Geography.vcpuQuota`); without one nothing is counted.
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
  const quota = group === undefined ? undefined : view.geography.vcpuQuota(group);
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
    const quota = view.geography.vcpuQuota(group);
    if (quota !== undefined && usedVcpus(view, group) + vcpus > quota) {
      return vcpuLimitExceeded(quota);
    }
  }
  return undefined;
};
