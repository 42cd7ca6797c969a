import type { Tx, View } from '../../world/transaction.ts';
import { accountZones } from '../shared/account-zones.ts';
import { Instances } from '../ec2/instances/instance-entities.ts';
import { checksOf, type InstanceChecks } from '../ec2/instances/instance-status.ts';
import { TargetGroups, Targets } from '../elbv2/entities.ts';
import { reportedHealth } from '../elbv2/reported-health.ts';
import type { AlarmRule } from './entities.ts';
import { recordMetric } from './record-metric.ts';

/** A metric that follows from what the world holds: its value now, and undefined when AWS would send none. */
type Derivation = (
  view: View,
  dimension: (name: string) => string | undefined,
) => number | undefined;

const failedCheck =
  (isFailed: (checks: InstanceChecks) => boolean): Derivation =>
  (view, dimension) => {
    const instance = view.get(Instances, dimension('InstanceId') ?? '');
    if (instance?.state !== 'running') return undefined;
    return isFailed(checksOf(instance, view.now)) ? 1 : 0;
  };

/** How many targets of a group, in one zone or in all, are in a state. */
const hosts =
  (state: 'healthy' | 'unhealthy'): Derivation =>
  (view, dimension) => {
    const path = dimension('TargetGroup') ?? '';
    const group = view.list(TargetGroups).find(({ id }) => id.endsWith(`:${path}`));
    if (group === undefined || dimension('LoadBalancer') === undefined) return undefined;
    const zoneName = dimension('AvailabilityZone');
    const zoneId = accountZones(view).find(({ name }) => name === zoneName)?.id;
    const targets = view.find(Targets, 'targetGroup', group.id).filter((target) => {
      const place = view.get(Instances, target.targetId)?.zoneId ?? target.zoneId;
      return zoneName === undefined || place === zoneId;
    });
    if (targets.length === 0) return undefined;
    return targets.filter((target) => reportedHealth(view, target).state === state).length;
  };

const derivations: Readonly<Record<string, Derivation>> = {
  'AWS/EC2 StatusCheckFailed': failedCheck(
    ({ system, instance }) => system === 'impaired' || instance === 'impaired',
  ),
  'AWS/EC2 StatusCheckFailed_Instance': failedCheck(({ instance }) => instance === 'impaired'),
  'AWS/EC2 StatusCheckFailed_System': failedCheck(({ system }) => system === 'impaired'),
  'AWS/ApplicationELB HealthyHostCount': hosts('healthy'),
  'AWS/ApplicationELB UnHealthyHostCount': hosts('unhealthy'),
};

/** Whether an alarm watches something that follows from what the world holds: it never rests then. */
export const isDerived = ({ namespace, metricName }: AlarmRule): boolean =>
  derivations[`${namespace} ${metricName}`] !== undefined;

/**
 * Writes down, as of the minute that begins at `minuteAt` (world time), what an alarm watches and what follows from what the
 * world holds now. Nothing is written that no alarm watches: it would be a word a minute for each instance and target.
 */
export const recordDerived = (tx: Tx, rule: AlarmRule, minuteAt: number): void => {
  const { namespace, metricName, dimensions } = rule;
  const derive = derivations[`${namespace} ${metricName}`];
  const value = derive?.(tx, (name) => dimensions.find(({ Name }) => Name === name)?.Value);
  if (value === undefined) return;
  recordMetric(tx, namespace, metricName, dimensions, value, 'Count', minuteAt);
};
