import type { View } from '../../world/transaction.ts';
import { SpotInterruptions } from '../ec2/spot/entities.ts';
import { LaunchTemplates } from '../ec2/launch-templates/entities.ts';
import type { GroupSnapshot, LaunchAge, MemberSnapshot } from './decisions/group-snapshot.ts';
import { typePriority } from './decisions/launch-choices.ts';
import type { AutoScalingGroup, GroupInstance } from './entities.ts';
import { membersOf } from './group-members.ts';
import { distributionOf, lifecycleOf } from './launch-pools.ts';
import { closedUntil } from './zone-troubles.ts';
import { isReady } from './health-checks.ts';

const ageOf = (view: View, group: AutoScalingGroup, member: GroupInstance): LaunchAge => {
  const { source } = member;
  const { launch } = group;
  // An instance that was attached comes from nothing that the group knows, and counts as the oldest template.
  if (source === null) return { kind: 'template', isCurrent: false, createdAt: 0 };
  if (source.kind === 'configuration') {
    const isCurrent = launch.kind === 'configuration' && launch.name === source.name;
    return { kind: 'configuration', isCurrent, createdAt: source.createdAt };
  }
  const isCurrent =
    launch.kind !== 'configuration' &&
    launch.template.id === source.template.id &&
    view.get(LaunchTemplates, source.template.id) !== undefined;
  return { kind: 'template', isCurrent, createdAt: source.createdAt };
};

const memberSnapshot = (
  view: View,
  group: AutoScalingGroup,
  member: GroupInstance,
): MemberSnapshot => ({
  id: member.id,
  zoneId: member.zoneId,
  state: member.state,
  healthy: member.isHealthy,
  ready: isReady(view, group, member),
  isSurplus: member.isSurplus,
  isProtected: member.isProtected,
  launchedAt: member.launchedAt,
  age: ageOf(view, group, member),
  typePriority:
    group.launch.kind === 'mixed' ? typePriority(group.launch.overrides, member.instanceType) : 0,
  lifecycle: lifecycleOf(view, member.id),
  ...(member.units === undefined ? {} : { units: member.units }),
  isAtRisk: group.capacityRebalance && view.get(SpotInterruptions, member.id) !== undefined,
});

/** A group as decisions see it. */
export const snapshotOf = (view: View, group: AutoScalingGroup, draw: number): GroupSnapshot => ({
  now: view.now,
  desired: group.status === 'deleting' ? 0 : group.desiredCapacity,
  max: group.maxSize,
  zones: group.zoneIds.map((zoneId) => ({
    zoneId,
    // Whatever is to be launched next: balance waits for both.
    closedUntil: Math.max(
      closedUntil(group, zoneId, 'on-demand'),
      closedUntil(group, zoneId, 'spot'),
    ),
    // Zonal shift is a matter of another service, which is not there yet.
    isShifted: false,
  })),
  members: membersOf(view, group.id).map((member) => memberSnapshot(view, group, member)),
  suspended: new Set(group.suspended.map(({ process }) => process)),
  distribution: group.distribution,
  impairedZone: group.impairment?.healthCheckBehavior ?? 'ReplaceUnhealthy',
  maintenance: group.maintenance ?? undefined,
  terminationPolicies: group.terminationPolicies,
  ...(group.launch.kind === 'mixed' ? { mix: distributionOf(group.launch) } : {}),
  rebalancesCapacity: group.capacityRebalance,
  draw,
});
