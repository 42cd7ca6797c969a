import type { Tx, View } from '../../world/transaction.ts';
import { Instances } from '../ec2/instances/instance-entities.ts';
import { foundUnhealthy } from './causes.ts';
import { memberHealth, type HealthAnswer } from './decisions/member-health.ts';
import { GroupInstances, type AutoScalingGroup, type GroupInstance } from './entities.ts';
import { targetStates } from './group-members.ts';

/** World time at which the health check grace period of an instance is over. */
export const graceUntil = (group: AutoScalingGroup, member: GroupInstance): number =>
  (member.inServiceAt ?? member.launchedAt) + group.healthCheckGraceSeconds * 1000;

/** What the group's health checks say of an instance in service. */
const checkMember = (view: View, group: AutoScalingGroup, member: GroupInstance): HealthAnswer => {
  const instance = view.get(Instances, member.id);
  const impairment = instance?.impairment ?? undefined;
  const usesLoadBalancers = group.healthCheckTypes.includes('ELB');
  return memberHealth({
    now: view.now,
    instanceState: instance?.state,
    impairedSince: impairment?.until === null ? impairment.since : undefined,
    usesLoadBalancers,
    targetStates: usesLoadBalancers ? targetStates(view, group, member.id) : [],
    graceUntil: graceUntil(group, member),
  });
};

/**
 * Marks instances in service that fail their group's health checks; "it never automatically recovers its health"
 * ("Health checks for instances in an Auto Scaling group", User Guide). Answers when to look again, if without anything
 * happening the answer may be another.
 */
export const checkHealth = (
  tx: Tx,
  group: AutoScalingGroup,
  members: readonly GroupInstance[],
): number | undefined => {
  if (group.suspended.some(({ process }) => process === 'HealthCheck')) return undefined;
  const looks: number[] = [];
  for (const member of members) {
    if (member.state !== 'InService' || !member.isHealthy) continue;
    const { fault, lookAgainAt } = checkMember(tx, group, member);
    if (lookAgainAt !== undefined) looks.push(lookAgainAt);
    if (fault === undefined) continue;
    const unhealthyCause = foundUnhealthy(tx.now, fault);
    tx.put(GroupInstances, { ...member, isHealthy: false, unhealthyCause });
  }
  return looks.length === 0 ? undefined : Math.min(...looks);
};

/** World time at which an instance in service counts as warmed up. */
export const warmAt = (group: AutoScalingGroup, member: GroupInstance): number =>
  (member.inServiceAt ?? Infinity) + (group.defaultInstanceWarmupSeconds ?? 0) * 1000;

/**
 * Whether an instance can take the place of another: in service, healthy, warmed up, and healthy behind every balancer if
 * the group asks them.
 */
export const isReady = (view: View, group: AutoScalingGroup, member: GroupInstance): boolean => {
  if (member.state !== 'InService' || !member.isHealthy) return false;
  if (view.now < warmAt(group, member)) return false;
  if (!group.healthCheckTypes.includes('ELB')) return true;
  // A target group that no balancer uses finds nobody healthy, and waits for nobody.
  return targetStates(view, group, member.id).every(
    (state) => state === 'healthy' || state === 'unused',
  );
};
