import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import { launchInstances } from '../ec2/instances/instances.ts';
import type { Instance } from '../ec2/instances/instance-entities.ts';
import { tagWithTemplate } from '../ec2/launch-templates/launch-from-template.ts';
import { beginActivity, placeDetails } from './activities.ts';
import {
  launchedForBalance,
  launchedForRebalance,
  launchedForRefresh,
  replacesUnhealthy,
  startedForDifference,
} from './causes.ts';
import { zoneNameOf } from '../shared/account-zones.ts';
import { failedLaunchCall } from './control-plane.ts';
import { afterFailedLaunch } from './decisions/back-off.ts';
import type { CapacityPlan } from './decisions/capacity-plan.ts';
import { countByZone, fillsCapacity, type GroupSnapshot } from './decisions/group-snapshot.ts';
import { zonesToTry } from './decisions/zone-order.ts';
import {
  AutoScalingGroups,
  GroupInstances,
  type AutoScalingGroup,
  type GroupInstance,
} from './entities.ts';
import { capacityOf, membersOf, subnetsIn, unitsOf } from './group-members.ts';
import { nextLifecycle, type Lifecycle } from './decisions/instances-distribution.ts';
import { distributionOf, lifecycleInGroup, lifecycleOf, orderedChoices } from './launch-pools.ts';
import { groupLaunch, type GroupLaunch } from './launch-request.ts';
import { activeRefresh, launchedNow } from './refresh/active-refresh.ts';
import { closedUntil, closeZone, openZone } from './zone-troubles.ts';
import { tagWithGroup } from './member-tags.ts';
import { pooledMembers, takeWarm } from './warm-pool/warm-members.ts';

/** Refusals that another zone or type may not meet; any other meets every launch of the group. */
const refusedByPlace: ReadonlySet<string> = new Set([
  'InsufficientInstanceCapacity',
  'InsufficientFreeAddressesInSubnet',
  'Unsupported',
]);

/** One launch that is to be made, and what its activity says of it. */
interface Launching {
  readonly cause: string;
  readonly isSurplus: boolean;
  /** Into the warm pool instead of into service. */
  readonly isForPool?: boolean;
}

const newMember = (
  tx: Tx,
  group: AutoScalingGroup,
  instance: Instance,
  launch: GroupLaunch,
  { isSurplus, isForPool = false }: Launching,
  activityId: string,
): GroupInstance => ({
  id: instance.id,
  groupName: group.id,
  zoneId: instance.zoneId,
  instanceType: instance.instanceType,
  imageId: instance.imageId,
  state: isForPool ? 'Warmed:Pending' : 'Pending',
  isHealthy: true,
  unhealthyCause: null,
  isProtected: group.newInstancesProtected,
  isSurplus,
  launchedAt: tx.now,
  inServiceAt: null,
  source: launch.source,
  ...(launch.weight === undefined ? {} : { units: launch.weight }),
  activityId,
});

const launched = (
  tx: Tx,
  group: AutoScalingGroup,
  instance: Instance,
  launch: GroupLaunch,
  launching: Launching,
): void => {
  const where = launching.isForPool === true ? ' into warm pool' : '';
  const activity = beginActivity(tx, group, {
    description: `Launching a new EC2 instance${where}: ${instance.id}`,
    cause: launching.cause,
    details: placeDetails(tx, instance.subnetId, instance.zoneId),
    status: 'PreInService',
    progress: 30,
  });
  tagWithTemplate(tx, instance.id, launch.version);
  tagWithGroup(tx, group.id, instance.id);
  tx.put(GroupInstances, newMember(tx, group, instance, launch, launching, activity.id));
  openZone(tx, group, instance.zoneId, lifecycleInGroup(tx, group, instance.id));
};

/** Whether the next instance of a group is to be a Spot Instance; without a policy its template alone says so. */
const lifecycleOfNext = (tx: Tx, group: AutoScalingGroup): Lifecycle => {
  const launch = launchedNow(tx, group);
  if (launch.kind !== 'mixed') return 'on-demand';
  const filling = membersOf(tx, group.id).filter((member) => fillsCapacity(member.state));
  const spot = unitsOf(filling.filter((member) => lifecycleOf(tx, member.id) === 'spot'));
  const have = { spot, 'on-demand': unitsOf(filling) - spot };
  return nextLifecycle(distributionOf(launch), have, group.desiredCapacity);
};

/** Tries every wanted type in every subnet of a zone: what was launched counts so much; else the last refusal. */
const launchInZone = (
  tx: Tx,
  group: AutoScalingGroup,
  zoneId: string,
  lifecycle: Lifecycle,
  launching: Launching,
): number | DomainError => {
  const subnets = subnetsIn(tx, group, zoneId);
  const turn = subnets.length > 1 ? tx.random('autoscaling/subnets').below(subnets.length) : 0;
  let refusal: DomainError | undefined;
  const launchedFrom = { ...group, launch: launchedNow(tx, group) };
  for (const choice of orderedChoices(tx, launchedFrom, zoneId, lifecycle)) {
    for (const subnet of [...subnets.slice(turn), ...subnets.slice(0, turn)]) {
      const launch = groupLaunch(tx, launchedFrom, choice, subnet.id);
      if (isDomainError(launch)) return launch;
      const made = failedLaunchCall(tx, group.id) ?? launchInstances(tx, launch.request);
      if (!isDomainError(made)) {
        for (const instance of made.instances) launched(tx, group, instance, launch, launching);
        return launch.weight ?? 1;
      }
      if (!refusedByPlace.has(made.code)) return made;
      refusal = made;
    }
  }
  return refusal ?? noSubnet(group, zoneNameOf(tx, zoneId));
};

const noSubnet = (group: AutoScalingGroup, zone: string): DomainError =>
  new DomainError(
    'InsufficientFreeAddressesInSubnet',
    `The Auto Scaling group ${group.id} has no subnet in ${zone}.`,
  );

const recordFailure = (
  tx: Tx,
  group: AutoScalingGroup,
  { zoneId, lifecycle }: { readonly zoneId: string; readonly lifecycle: Lifecycle },
  cause: string,
  refusal: DomainError,
): void => {
  const statusMessage = `${refusal.message} Launching EC2 instance failed.`;
  beginActivity(tx, group, {
    description: `Launching a new EC2 instance.  Status Reason: ${statusMessage}`,
    cause,
    details: placeDetails(tx, subnetsIn(tx, group, zoneId)[0]?.id ?? '', zoneId),
    status: 'Failed',
    statusMessage,
  });
  if (refusedByPlace.has(refusal.code)) return closeZone(tx, group.id, zoneId, lifecycle);
  const current = tx.get(AutoScalingGroups, group.id) ?? group;
  const launchTrouble = afterFailedLaunch(current.launchTrouble ?? undefined, tx.now);
  tx.put(AutoScalingGroups, { ...current, launchTrouble });
};

/** Where an instance was launched, and what it counts. */
interface Launched {
  readonly zoneId: string;
  readonly units: number;
}

/** Tries zones in their order; where an instance was launched, or undefined when none was. */
const launchSomewhere = (
  tx: Tx,
  groupName: string,
  zoneIds: readonly string[],
  launching: Launching,
): Launched | undefined => {
  for (const zoneId of zoneIds) {
    const group = tx.get(AutoScalingGroups, groupName);
    if (group === undefined || isTroubled(tx, group)) return undefined;
    const lifecycle = lifecycleOfNext(tx, group);
    const made = launchInZone(tx, group, zoneId, lifecycle, launching);
    if (!isDomainError(made)) return { zoneId, units: made };
    recordFailure(tx, group, { zoneId, lifecycle }, launching.cause, made);
  }
  return undefined;
};

/** Whether the group's launches fail wherever they go, and it waits before it tries again. */
const isTroubled = (tx: Tx, group: AutoScalingGroup): boolean =>
  group.launchTrouble !== null && group.launchTrouble.until > tx.now;

/** The zones to try for the next instance, and the one that it fills in the plan. */
const nextZones = (
  tx: Tx,
  group: AutoScalingGroup,
  snapshot: GroupSnapshot,
  counts: ReadonlyMap<string, number>,
): { readonly tries: readonly string[]; readonly waitsFor: string | undefined } => {
  const lifecycle = lifecycleOfNext(tx, group);
  const zones = snapshot.zones.map((zone) => ({
    ...zone,
    closedUntil: closedUntil(group, zone.zoneId, lifecycle),
  }));
  const draw = tx.random('autoscaling/zones').uint32();
  const question = { ...snapshot, zones, counts, draw };
  const open = zones.map((zone) => ({ ...zone, closedUntil: 0 }));
  return {
    tries: zonesToTry(question),
    // An instance that waits for its zone holds its place there, so that others go elsewhere.
    waitsFor:
      snapshot.distribution === 'balanced-only'
        ? zonesToTry({ ...question, zones: open })[0]
        : undefined,
  };
};

/** Launches what is missing, so many units of capacity; answers how many it has launched, which may be some more. */
const launchMissing = (
  tx: Tx,
  groupName: string,
  snapshot: GroupSnapshot,
  count: number,
  launching: Launching,
): number => {
  const pooled = launching.isForPool === true ? pooledMembers(tx, groupName) : [];
  const filling = membersOf(tx, groupName).filter((member) => fillsCapacity(member.state));
  const members = [...filling, ...pooled];
  const usesPool = !launching.isSurplus && launching.isForPool !== true;
  const counts = new Map(countByZone(members));
  let made = 0;
  for (let left = count; left > 0;) {
    const group = tx.get(AutoScalingGroups, groupName);
    if (group === undefined) break;
    const { tries, waitsFor } = nextZones(tx, group, snapshot, counts);
    const warmZone = usesPool ? takeWarm(tx, group, tries, launching.cause) : undefined;
    const launchedNext =
      warmZone === undefined
        ? launchSomewhere(tx, groupName, tries, launching)
        : { zoneId: warmZone, units: 1 };
    made += launchedNext?.units ?? 0;
    left -= launchedNext?.units ?? 1;
    const filled = launchedNext?.zoneId ?? waitsFor;
    if (filled === undefined) break;
    counts.set(filled, (counts.get(filled) ?? 0) + 1);
  }
  return made;
};

/** Takes the sentences that were waiting for an activity. */
const takeCauses = (tx: Tx, groupName: string): readonly string[] => {
  const group = tx.get(AutoScalingGroups, groupName);
  if (group === undefined || group.causes.length === 0) return [];
  tx.put(AutoScalingGroups, { ...group, causes: [] });
  return group.causes;
};

const joined = (sentences: readonly string[]): string => sentences.join('  ');

/** Launches what a plan asks for, as far as EC2 lets it. */
export const carryOutLaunches = (
  tx: Tx,
  group: AutoScalingGroup,
  snapshot: GroupSnapshot,
  plan: CapacityPlan,
): void => {
  if (isTroubled(tx, group)) return;
  const replaced = Math.min(plan.launch, group.toReplace);
  const added = plan.launch - replaced;
  if (replaced + plan.replace > 0) {
    const cause = replacesUnhealthy(tx.now);
    const made = launchMissing(tx, group.id, snapshot, replaced, { cause, isSurplus: false });
    launchMissing(tx, group.id, snapshot, plan.replace, { cause, isSurplus: true });
    const current = tx.get(AutoScalingGroups, group.id) ?? group;
    tx.put(AutoScalingGroups, { ...current, toReplace: Math.max(0, current.toReplace - made) });
  }
  if (added > 0) {
    const from = capacityOf(tx, group.id);
    const causes = takeCauses(tx, group.id);
    const isRefreshed = causes.length === 0 && activeRefresh(tx, group.id) !== undefined;
    const sentence = isRefreshed
      ? launchedForRefresh(tx.now)
      : startedForDifference(tx.now, from, from + added);
    const cause = joined([...causes, sentence]);
    launchMissing(tx, group.id, snapshot, added, { cause, isSurplus: false });
  }
  if (plan.rebalance !== undefined) {
    const cause = launchedForRebalance(tx.now);
    launchMissing(tx, group.id, snapshot, plan.rebalance, { cause, isSurplus: true });
  }
  if (plan.fill.length > 0) fillZones(tx, group, plan.fill);
};

/** Launches instances beyond what is desired, for a refresh to let others go when these are ready. */
export const launchBeyond = (
  tx: Tx,
  snapshot: GroupSnapshot,
  groupName: string,
  count: number,
): void => {
  const group = tx.get(AutoScalingGroups, groupName);
  if (count === 0 || group === undefined || isTroubled(tx, group)) return;
  if (snapshot.suspended.has('Launch')) return;
  const launching = { cause: launchedForRefresh(tx.now), isSurplus: true };
  launchMissing(tx, groupName, snapshot, count, launching);
};

/** Launches instances into the warm pool of a group. */
export const launchIntoPool = (
  tx: Tx,
  snapshot: GroupSnapshot,
  groupName: string,
  count: number,
): void => {
  const group = tx.get(AutoScalingGroups, groupName);
  if (count === 0 || group === undefined || isTroubled(tx, group)) return;
  const pooled = pooledMembers(tx, groupName).length;
  const cause = startedForDifference(tx.now, pooled, pooled + count);
  launchMissing(tx, groupName, snapshot, count, { cause, isSurplus: false, isForPool: true });
};

/** For balance an instance is launched in that very zone or not at all. */
const fillZones = (tx: Tx, group: AutoScalingGroup, zoneIds: readonly string[]): void => {
  const names = [...new Set(zoneIds)].map((zoneId) => zoneNameOf(tx, zoneId));
  const cause = launchedForBalance(tx.now, names);
  let isFilled = false;
  for (const zoneId of zoneIds) {
    const current = tx.get(AutoScalingGroups, group.id);
    if (current === undefined) return;
    if (closedUntil(current, zoneId, lifecycleOfNext(tx, current)) > tx.now) continue;
    const made = launchSomewhere(tx, group.id, [zoneId], { cause, isSurplus: true });
    if (made !== undefined) isFilled = true;
  }
  const current = tx.get(AutoScalingGroups, group.id);
  if (isFilled && current !== undefined) {
    tx.put(AutoScalingGroups, { ...current, causes: [...current.causes, cause] });
  }
};
