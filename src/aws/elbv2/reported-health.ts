import type { View } from '../../world/transaction.ts';
import { aggregateHealth, type NodeReport, type ReportedHealth } from './aggregate-health.ts';
import {
  Listeners,
  LoadBalancers,
  TargetHealthReports,
  type LoadBalancer,
  type Target,
} from './entities.ts';
import { isGone } from './registered-targets.ts';
import { reasonDescriptions, type HealthReason } from './target-health.ts';
import { targetUse } from './target-use.ts';

const described = (
  state: ReportedHealth['state'],
  reason: Exclude<HealthReason, 'Target.ResponseCodeMismatch' | 'Target.InvalidState'>,
): ReportedHealth => ({ state, reason, description: reasonDescriptions[reason] });

/** The answer for a target that was asked for and is not registered. */
export const notRegistered: ReportedHealth = described('unused', 'Target.NotRegistered');

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
  const { unused, since } = targetUse(view, loadBalancer, target);
  if (unused !== undefined) return false;
  const report = view.get(TargetHealthReports, target.id)?.byZone[zoneId];
  return report?.state === 'healthy' && report.at >= since;
};

/** One state for a target, as DescribeTargetHealth answers it. */
export const reportedHealth = (view: View, target: Target): ReportedHealth => {
  if (target.drainingUntil !== null) {
    return described('draining', 'Target.DeregistrationInProgress');
  }
  const [listener] = view.find(Listeners, 'targetGroup', target.targetGroupArn);
  const loadBalancer =
    listener === undefined ? undefined : view.get(LoadBalancers, listener.loadBalancerArn);
  const { unused, since } = targetUse(view, loadBalancer, target);
  if (unused !== undefined) return unused;
  const byZone = view.get(TargetHealthReports, target.id)?.byZone ?? {};
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
