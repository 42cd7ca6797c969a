import type { Timer, Tx, View } from '../../world/transaction.ts';
import { recordMetric } from '../cloudwatch/record-metric.ts';
import { isControlPlaneUp } from './control-plane.ts';
import type { LifecycleState } from './decisions/group-snapshot.ts';
import { AutoScalingGroups, type AutoScalingGroup, type GroupInstance } from './entities.ts';
import { membersOf, unitsOf } from './group-members.ts';
import { WarmPools } from './warm-pool/entities.ts';
import { sizeOfPool } from './warm-pool/pool-size.ts';

/** The timer at which a group's metrics are collected. */
export const collectKind = 'autoscaling/collect-metrics';

const minuteMs = 60_000;

const capacityIn = (
  members: readonly GroupInstance[],
  isCounted: (state: LifecycleState) => boolean,
): number => unitsOf(members.filter(({ state }) => isCounted(state)));

const countIn = (
  states: readonly LifecycleState[],
  isCounted: (state: LifecycleState) => boolean,
): number => states.filter(isCounted).length;

const poolValues = (
  view: View,
  group: AutoScalingGroup,
  states: readonly LifecycleState[],
  groupTotal: number,
): Readonly<Record<string, number>> => {
  const pool = view.get(WarmPools, group.id);
  if (pool === undefined) return {};
  const desired = sizeOfPool(group, pool);
  const pending = countIn(states, (state) => state.startsWith('Warmed:Pending'));
  const terminating = countIn(states, (state) => state.startsWith('Warmed:Terminating'));
  const total = countIn(states, (state) => state.startsWith('Warmed:'));
  return {
    WarmPoolDesiredCapacity: desired,
    WarmPoolWarmedCapacity: total - pending - terminating,
    WarmPoolPendingCapacity: pending,
    WarmPoolTerminatingCapacity: terminating,
    WarmPoolTotalCapacity: total,
    GroupAndWarmPoolDesiredCapacity: group.desiredCapacity + desired,
    GroupAndWarmPoolTotalCapacity: groupTotal + total,
  };
};

/**
 * The metrics of a group ("Amazon CloudWatch metrics for Amazon EC2 Auto Scaling", User Guide). A capacity is a number of
 * instances, or what they count by their weights.
 */
const groupMetricValues = (
  view: View,
  group: AutoScalingGroup,
): Readonly<Record<string, number>> => {
  const members = membersOf(view, group.id);
  const states = members.map((member) => member.state);
  const inService = countIn(states, (state) => state === 'InService');
  const pending = countIn(states, (state) => state.startsWith('Pending'));
  const standby = countIn(states, (state) => state === 'Standby');
  const terminating = countIn(states, (state) => state.startsWith('Terminating'));
  const total = inService + pending + standby + terminating;
  const capacity = {
    inService: capacityIn(members, (state) => state === 'InService'),
    pending: capacityIn(members, (state) => state.startsWith('Pending')),
    standby: capacityIn(members, (state) => state === 'Standby'),
    terminating: capacityIn(members, (state) => state.startsWith('Terminating')),
  };
  return {
    GroupMinSize: group.minSize,
    GroupMaxSize: group.maxSize,
    GroupDesiredCapacity: group.desiredCapacity,
    GroupInServiceInstances: inService,
    GroupPendingInstances: pending,
    GroupStandbyInstances: standby,
    GroupTerminatingInstances: terminating,
    GroupTotalInstances: total,
    GroupInServiceCapacity: capacity.inService,
    GroupPendingCapacity: capacity.pending,
    GroupStandbyCapacity: capacity.standby,
    GroupTerminatingCapacity: capacity.terminating,
    GroupTotalCapacity:
      capacity.inService + capacity.pending + capacity.standby + capacity.terminating,
    ...poolValues(view, group, states, total),
  };
};

/** A group's metrics are collected at the end of this minute, if any are enabled. */
export const scheduleCollection = (tx: Tx, group: AutoScalingGroup): void => {
  if (group.enabledMetrics.length === 0) return tx.cancelTimer(`${collectKind}/${group.id}`);
  tx.setTimer({
    id: `${collectKind}/${group.id}`,
    at: tx.now - (tx.now % minuteMs) + minuteMs,
    kind: collectKind,
    payload: group.id,
  });
};

/** Writes a group's enabled metrics to CloudWatch, each minute; nobody does while the control plane is down. */
export const collectMetrics = (tx: Tx, timer: Timer): void => {
  const name = typeof timer.payload === 'string' ? timer.payload : '';
  const group = tx.get(AutoScalingGroups, name);
  if (group === undefined) return;
  scheduleCollection(tx, group);
  if (!isControlPlaneUp(tx)) return;
  const values = groupMetricValues(tx, group);
  const dimensions = [{ Name: 'AutoScalingGroupName', Value: group.id }];
  for (const metric of group.enabledMetrics) {
    const value = values[metric];
    // Those of warm pools come from groups that have one.
    if (value !== undefined) {
      recordMetric(tx, 'AWS/AutoScaling', metric, dimensions, value, 'None');
    }
  }
};
