import type { View } from '../../../world/transaction.ts';
import type { ScalingStanding } from '../decisions/scaling-adjustment.ts';
import { fillsCapacity } from '../decisions/group-snapshot.ts';
import { ScalingActivities, type AutoScalingGroup } from '../entities.ts';
import { membersOf, unitsOf } from '../group-members.ts';

/**
 * How long an instance warms up for a policy: the policy's own time, else the group's, else its cooldown
 * (PutScalingPolicy, EstimatedInstanceWarmup, API Reference).
 */
export const warmupMs = (group: AutoScalingGroup, ownSeconds: number | null): number =>
  (ownSeconds ?? group.defaultInstanceWarmupSeconds ?? group.defaultCooldownSeconds) * 1000;

/** How a group stands, for policies whose instances warm up for so long. */
export const standingOf = (
  view: View,
  group: AutoScalingGroup,
  forMs: number,
): ScalingStanding & { readonly contributing: number } => {
  const members = membersOf(view, group.id);
  const filling = members.filter((member) => fillsCapacity(member.state));
  const contributing = unitsOf(
    filling.filter(
      (member) =>
        member.state === 'InService' && view.now >= (member.inServiceAt ?? Infinity) + forMs,
    ),
  );
  const units = unitsOf(filling);
  return {
    desired: group.desiredCapacity,
    min: group.minSize,
    max: group.maxSize,
    contributing,
    warming: units - contributing,
    missing: Math.max(0, group.desiredCapacity - units),
    terminating: unitsOf(members.filter((member) => member.state.startsWith('Terminating'))),
  };
};

/** Whether something is under way in a group, or was until less than so long ago. */
export const isMovedSince = (view: View, group: AutoScalingGroup, forMs: number): boolean =>
  view
    .find(ScalingActivities, 'group', group.id)
    .some(
      ({ status, endedAt }) =>
        endedAt === null || (status === 'Successful' && endedAt > view.now - forMs),
    );
