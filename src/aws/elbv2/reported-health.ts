import type { View } from '../../world/transaction.ts';
import { Instances } from '../ec2/instances/instance-entities.ts';
import { aggregateHealth, type NodeReport, type ReportedHealth } from './aggregate-health.ts';
import {
  Listeners,
  LoadBalancers,
  TargetHealthReports,
  type LoadBalancer,
  type Target,
} from './entities.ts';
import { isGone } from './registered-targets.ts';
import {
  invalidStateDescription,
  reasonDescriptions,
  zoneNotEnabledDescription,
  type HealthReason,
} from './target-health.ts';

const described = (
  state: ReportedHealth['state'],
  reason: Exclude<HealthReason, 'Target.ResponseCodeMismatch' | 'Target.InvalidState'>,
): ReportedHealth => ({ state, reason, description: reasonDescriptions[reason] });

/** The answer for a target that was asked for and is not registered. */
export const notRegistered: ReportedHealth = described('unused', 'Target.NotRegistered');

/** What keeps a target from being used at all, whatever its health. */
const unusedBecause = (
  view: View,
  target: Target,
  loadBalancer: LoadBalancer | undefined,
): ReportedHealth | undefined => {
  if (loadBalancer === undefined) return described('unused', 'Target.NotInUse');
  const instance = target.targetId.startsWith('i-')
    ? view.get(Instances, target.targetId)
    : undefined;
  if (instance !== undefined && instance.state !== 'running') {
    const description = invalidStateDescription(instance.state);
    return { state: 'unused', reason: 'Target.InvalidState', description };
  }
  const isEnabled =
    target.zoneId === null || loadBalancer.zones.some((zone) => zone.zoneId === target.zoneId);
  return isEnabled
    ? undefined
    : { state: 'unused', reason: 'Target.NotInUse', description: zoneNotEnabledDescription };
};

/** Since when what nodes say of a target counts: its registration, or its instance's last start. */
const countsSince = (view: View, target: Target): number =>
  Math.max(target.registeredAt, view.get(Instances, target.targetId)?.launchTime ?? 0);

/**
 * Whether a load balancer's node has a healthy server in a target: one that may be used now, and that the node found
 * healthy since it was registered and last started. What was reported of a server that has stopped counts no more.
 */
export const isHealthyForNode = (
  view: View,
  loadBalancer: LoadBalancer,
  zoneId: string,
  target: Target,
): boolean => {
  if (target.drainingUntil !== null || isGone(view, target)) return false;
  if (unusedBecause(view, target, loadBalancer) !== undefined) return false;
  const report = view.get(TargetHealthReports, target.id)?.byZone[zoneId];
  return report?.state === 'healthy' && report.at >= countsSince(view, target);
};

/** One state for a target, as DescribeTargetHealth answers it. */
export const reportedHealth = (view: View, target: Target): ReportedHealth => {
  if (target.drainingUntil !== null) {
    return described('draining', 'Target.DeregistrationInProgress');
  }
  const [listener] = view.find(Listeners, 'targetGroup', target.targetGroupArn);
  const loadBalancer =
    listener === undefined ? undefined : view.get(LoadBalancers, listener.loadBalancerArn);
  const unused = unusedBecause(view, target, loadBalancer);
  if (unused !== undefined) return unused;
  const byZone = view.get(TargetHealthReports, target.id)?.byZone ?? {};
  const since = countsSince(view, target);
  const reachable: NodeReport[] = [];
  const silent: NodeReport[] = [];
  for (const { zoneId } of loadBalancer?.zones ?? []) {
    const report = byZone[zoneId];
    if (report === undefined || report.at < since) continue;
    const { powered, connected } = view.conditions.zone(zoneId);
    (powered && connected ? reachable : silent).push(report);
  }
  return aggregateHealth(reachable, silent);
};
