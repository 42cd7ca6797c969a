import type { Timer, Tx, View } from '../../world/transaction.ts';
import { Instances } from '../ec2/instances/instance-entities.ts';
import { Listeners, TargetHealthReports, Targets, type Target } from './entities.ts';

/** The timer at the end of a target's deregistration delay. */
export const targetDrainedKind = 'elbv2/target-drained';

export const drainTimerId = (targetEntityId: string): string =>
  `${targetDrainedKind}/${targetEntityId}`;

/** Forgets a target and what was reported of it. */
export const removeTarget = (tx: Tx, targetEntityId: string): void => {
  tx.delete(Targets, targetEntityId);
  tx.delete(TargetHealthReports, targetEntityId);
  tx.cancelTimer(drainTimerId(targetEntityId));
};

/** Ends a deregistration whose delay is over. */
export const targetDrained = (tx: Tx, timer: Timer): void => {
  if (typeof timer.payload !== 'string') return;
  const target = tx.get(Targets, timer.payload);
  if (target !== undefined && target.drainingUntil !== null) removeTarget(tx, target.id);
};

/** Whether a target is an instance that EC2 has forgotten: AWS deregisters terminated instances by itself. */
export const isGone = (view: View, target: Target): boolean =>
  target.targetId.startsWith('i-') && view.get(Instances, target.targetId) === undefined;

/** The targets of a group, draining ones included. */
export const targetsOf = (view: View, targetGroupArn: string): readonly Target[] =>
  view.find(Targets, 'targetGroup', targetGroupArn).filter((target) => !isGone(view, target));

/** Whether a load balancer forwards to the group. */
export const isInUse = (view: View, targetGroupArn: string): boolean =>
  view.find(Listeners, 'targetGroup', targetGroupArn).length > 0;
