import type { Fault, Recovery } from './faults.ts';
import { shareOf } from './hosts.ts';

/** A tail goes by in so many steps, at each of which more is back. */
export const tailSteps = 32;

/** The share of a fault's strength that its recovery has left: 1 while the fault itself is open. */
export const strengthLeft = ({ recovery }: Fault): number => 1 - (recovery?.doneShare ?? 0);

/**
 * Whether something that a fault struck is back. Most is back early and the last of it late, as after AWS's losses of
 * power: half of all after a quarter of the tail ("Summary of the AWS Service Event in the Sydney Region", 2016: 80 % of the
 * instances and volumes after three hours, the rest one by one until the next morning).
 */
export const isBack = (fault: Fault, ...what: readonly (string | number)[]): boolean => {
  const { recovery } = fault;
  if (recovery === undefined) return false;
  const draw = shareOf(fault.seed, 'back', ...what);
  return draw * draw < recovery.doneShare;
};

/**
 * Of the volumes that were struck, the share that is stuck after their host is back, until some moment of the tail. AWS
 * told of 13 % of a zone's volumes ("Summary of the Amazon EC2 and Amazon RDS Service Disruption in the US East Region", 2011).
 */
const stuckVolumeShare = 0.13;

/** The share that never comes back. AWS told of 0.07 % in 2011; here it is more, so that a stack of tens of volumes meets it. */
const lostVolumeShare = 0.02;

/** How a volume fares in the recovery of a fault that had struck it. */
export const volumeInRecovery = (fault: Fault, volumeId: string): 'back' | 'stuck' | 'lost' => {
  if (fault.recovery === undefined) return 'stuck';
  const draw = shareOf(fault.seed, 'volume', volumeId);
  if (draw < lostVolumeShare) return 'lost';
  if (draw >= lostVolumeShare + stuckVolumeShare) return 'back';
  return shareOf(fault.seed, 'volume-back', volumeId) < fault.recovery.doneShare ? 'back' : 'stuck';
};

/** The recovery of a fault that ends now, before its first step; undefined of one without a tail. */
export const beginRecovery = ({ tailMs }: Fault, now: number): Recovery | undefined =>
  tailMs === undefined ? undefined : { since: now, until: now + tailMs, doneShare: 0 };

/** World time of a step of a recovery, from 1 to `tailSteps`. */
export const stepTime = ({ since, until }: Recovery, step: number): number =>
  since + Math.round(((until - since) * step) / tailSteps);
