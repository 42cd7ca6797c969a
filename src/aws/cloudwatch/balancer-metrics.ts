import type { Tx, View } from '../../world/transaction.ts';
import { accountZones } from '../shared/account-zones.ts';
import { loadBalancerPath } from '../elbv2/arns.ts';
import { Listeners, LoadBalancers, Targets, type LoadBalancer } from '../elbv2/entities.ts';
import { reportedHealth } from '../elbv2/reported-health.ts';
import type { Dimension, ValueCount } from './entities.ts';
import { aggregateOf } from './metric-values.ts';
import { recordAggregate, recordMetric } from './record-metric.ts';

const namespace = 'AWS/ApplicationELB';

/** What one target group got in one minute, from the nodes of one zone. */
export interface GroupTrafficObservation {
  readonly targetGroupArn: string;
  readonly requests: number;
  readonly answers: Readonly<Record<'2XX' | '3XX' | '4XX' | '5XX', number>>;
  readonly ownServerErrors: number;
  readonly responseSeconds: readonly ValueCount[];
}

/** What the nodes of a zone passed on in one minute. */
export interface TrafficObservation {
  readonly zoneId: string;
  /** The beginning of the minute, world time. */
  readonly minuteAt: number;
  readonly groups: readonly GroupTrafficObservation[];
}

/** `targetgroup/name/id`, as CloudWatch's dimension has it. */
const targetGroupPath = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

const loadBalancerOf = (view: View, targetGroupArn: string): LoadBalancer | undefined => {
  const [listener] = view.find(Listeners, 'targetGroup', targetGroupArn);
  return listener === undefined ? undefined : view.get(LoadBalancers, listener.loadBalancerArn);
};

/** How many targets of a group share its requests; at least one. */
const servingTargets = (view: View, targetGroupArn: string): number => {
  const targets = view.find(Targets, 'targetGroup', targetGroupArn);
  const healthy = targets.filter((target) => reportedHealth(view, target).state === 'healthy');
  return Math.max(1, healthy.length > 0 ? healthy.length : targets.length);
};

const observeGroup = (
  tx: Tx,
  { zoneId, minuteAt }: TrafficObservation,
  group: GroupTrafficObservation,
): void => {
  const loadBalancer = loadBalancerOf(tx, group.targetGroupArn);
  if (loadBalancer === undefined) return;
  const zoneName = accountZones(tx).find(({ id }) => id === zoneId)?.name ?? zoneId;
  const ofBalancer: Dimension = {
    Name: 'LoadBalancer',
    Value: loadBalancerPath(loadBalancer.id),
  };
  const ofGroup: Dimension = { Name: 'TargetGroup', Value: targetGroupPath(group.targetGroupArn) };
  const ofZone: Dimension = { Name: 'AvailabilityZone', Value: zoneName };
  const count = (name: string, dimensions: readonly Dimension[], value: number): void => {
    if (value > 0) recordMetric(tx, namespace, name, dimensions, value, 'Count', minuteAt);
  };
  count('RequestCount', [ofBalancer], group.requests);
  count('RequestCount', [ofBalancer, ofZone], group.requests);
  count('RequestCount', [ofBalancer, ofGroup], group.requests);
  const each = group.requests / servingTargets(tx, group.targetGroupArn);
  count('RequestCountPerTarget', [ofGroup], each);
  count('RequestCountPerTarget', [ofBalancer, ofGroup], each);
  for (const [status, answers] of Object.entries(group.answers)) {
    count(`HTTPCode_Target_${status}_Count`, [ofBalancer], answers);
    count(`HTTPCode_Target_${status}_Count`, [ofBalancer, ofGroup], answers);
  }
  count('HTTPCode_ELB_5XX_Count', [ofBalancer], group.ownServerErrors);
  const times = aggregateOf(group.responseSeconds);
  if (times === undefined) return;
  for (const dimensions of [[ofBalancer], [ofBalancer, ofGroup]]) {
    const metric = { namespace, name: 'TargetResponseTime', dimensions };
    recordAggregate(tx, metric, 'Seconds', times, minuteAt);
  }
};

/**
 * Writes down what balancers' nodes of a zone passed on in a minute, as Elastic Load Balancing's metrics. Of target groups
 * that are not there or not used nothing is kept.
 * Source: "CloudWatch metrics for your Application Load Balancer", User Guide for Application Load Balancers.
 */
export const observeTraffic = (tx: Tx, observation: TrafficObservation): void => {
  for (const group of observation.groups) observeGroup(tx, observation, group);
};
