import type { Tx, View } from '../../../world/transaction.ts';
import { Instances, type Instance } from '../../ec2/instances/instance-entities.ts';
import { startInstances } from '../../ec2/instances/instances.ts';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import { beginActivity, placeDetails } from '../activities.ts';
import type { LifecycleState } from '../decisions/group-snapshot.ts';
import type { AutoScalingGroup, GroupInstance } from '../entities.ts';
import { membersOf, subnetOf } from '../group-members.ts';
import { advanceMember, enterState } from '../member-lifecycle.ts';
import { closeZone } from '../zone-troubles.ts';
import { activeRefresh } from '../refresh/active-refresh.ts';

const restStates: ReadonlySet<LifecycleState> = new Set(['Warmed:Stopped', 'Warmed:Running']);

/** Whether an instance rests in its pool and can be used. */
export const isWarm = (member: GroupInstance): boolean => restStates.has(member.state);

/** The instances of a group's warm pool that do not leave it. */
export const pooledMembers = (view: View, groupName: string): readonly GroupInstance[] =>
  membersOf(view, groupName).filter(
    ({ state }) => state.startsWith('Warmed:') && !state.startsWith('Warmed:Terminating'),
  );

/** What is in the pool and may be used, by the order of zones in which the group would launch. */
const usable = (
  view: View,
  group: AutoScalingGroup,
  zoneIds: readonly string[],
): readonly GroupInstance[] => {
  const outdated = new Set(activeRefresh(view, group.id)?.outdatedIds ?? []);
  return pooledMembers(view, group.id)
    .filter(
      (member) =>
        isWarm(member) &&
        member.isHealthy &&
        zoneIds.includes(member.zoneId) &&
        !outdated.has(member.id),
    )
    .toSorted((a, b) => zoneIds.indexOf(a.zoneId) - zoneIds.indexOf(b.zoneId));
};

const wakeUp = (tx: Tx, instance: Instance | undefined): DomainError | undefined => {
  if (instance?.state !== 'stopped') return undefined;
  const answer = startInstances(tx, { InstanceIds: [instance.id] });
  return isDomainError(answer) ? answer : undefined;
};

const cannotStart = (
  tx: Tx,
  group: AutoScalingGroup,
  member: GroupInstance,
  cause: string,
  refusal: DomainError,
): void => {
  const statusMessage = `${refusal.message} Launching EC2 instance failed.`;
  beginActivity(tx, group, {
    description: `Launching a new EC2 instance from warm pool: ${member.id}.  Status Reason: ${statusMessage}`,
    cause,
    details: placeDetails(tx, subnetOf(tx, member.id), member.zoneId),
    status: 'Failed',
    statusMessage,
  });
  closeZone(tx, group.id, member.zoneId, 'on-demand');
};

/**
 * Takes an instance out of the warm pool into the group, in the first of these zones that has one; the zone, or undefined when
 * there is none that can be started.
 */
export const takeWarm = (
  tx: Tx,
  group: AutoScalingGroup,
  zoneIds: readonly string[],
  cause: string,
): string | undefined => {
  const closed = new Set<string>();
  for (const member of usable(tx, group, zoneIds)) {
    if (closed.has(member.zoneId)) continue;
    const refusal = wakeUp(tx, tx.get(Instances, member.id));
    if (refusal !== undefined) {
      cannotStart(tx, group, member, cause, refusal);
      closed.add(member.zoneId);
      continue;
    }
    const activity = beginActivity(tx, group, {
      description: `Launching a new EC2 instance from warm pool: ${member.id}`,
      cause,
      details: placeDetails(tx, subnetOf(tx, member.id), member.zoneId),
      status: 'PreInService',
      progress: 30,
    });
    const pending = enterState(tx, member, 'Pending', {
      activityId: activity.id,
      inServiceAt: null,
      isProtected: group.newInstancesProtected,
    });
    // One that runs comes into service without anything else happening.
    advanceMember(tx, group, pending);
    return member.zoneId;
  }
  return undefined;
};
