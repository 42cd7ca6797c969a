import {
  fillsCapacity,
  unitsOf,
  type GroupSnapshot,
  type MaintenancePolicy,
  type MemberSnapshot,
} from './group-snapshot.ts';
import { rebalancingMargin, zonesToFill } from './rebalance-plan.ts';
import { chooseForTermination } from './termination-choice.ts';

/** What a group does next. What is to be launched is in units of its capacity: instances, unless they have weights. */
export interface CapacityPlan {
  /** Instances to let go, each with why. */
  readonly terminate: readonly {
    readonly memberId: string;
    readonly why: 'unhealthy' | 'capacity';
  }[];
  /** How many to launch where there is room, to have as many as are desired. */
  readonly launch: number;
  /** How many to launch beyond that, before unhealthy ones go. */
  readonly replace: number;
  /** How many to launch beyond that, before Spot Instances at risk go. */
  readonly rebalance?: number;
  /** Zones in which to launch one each for the balance of zones. */
  readonly fill: readonly string[];
}

const nothing: CapacityPlan = { terminate: [], launch: 0, replace: 0, fill: [] };

/** The bounds of an instance maintenance policy, in instances. */
export const maintenanceBounds = (
  desired: number,
  policy: MaintenancePolicy,
): { readonly floor: number; readonly ceiling: number } => {
  const floor = Math.ceil((desired * policy.minHealthyPercentage) / 100);
  const ceiling = Math.floor((desired * policy.maxHealthyPercentage) / 100);
  // A group too small for its percentages would never replace anything: one instance more is always allowed.
  return ceiling <= desired && floor >= desired
    ? { floor, ceiling: desired + 1 }
    : { floor, ceiling };
};

/** Unhealthy instances that are to go: all, but those in a zone that traffic is shifted away from if the group says so. */
const unhealthyToReplace = (
  snapshot: GroupSnapshot,
  members: readonly MemberSnapshot[],
): readonly MemberSnapshot[] => {
  if (snapshot.suspended.has('ReplaceUnhealthy')) return [];
  const spared = new Set(
    snapshot.impairedZone === 'IgnoreUnhealthy'
      ? snapshot.zones.filter((zone) => zone.isShifted).map((zone) => zone.zoneId)
      : [],
  );
  return members.filter((member) => !member.healthy && !spared.has(member.zoneId));
};

const unhealthyPlan = (
  snapshot: GroupSnapshot,
  members: readonly MemberSnapshot[],
  unhealthy: readonly MemberSnapshot[],
): CapacityPlan => {
  const { desired, maintenance, suspended } = snapshot;
  const goes = (some: readonly MemberSnapshot[]): CapacityPlan['terminate'] =>
    suspended.has('Terminate')
      ? []
      : some.map(({ id }) => ({ memberId: id, why: 'unhealthy' as const }));
  // Without a policy an unhealthy instance goes at once, and a later activity launches another.
  if (maintenance === undefined) return { ...nothing, terminate: goes(unhealthy) };
  const { floor, ceiling } = maintenanceBounds(desired, maintenance);
  const serving = members.filter((member) => member.state === 'InService' && !isUnready(member));
  const mayGo = Math.max(0, unitsOf(serving) - floor);
  // Those that never came into service are missed by nobody.
  const gone = [
    ...unhealthy.filter((member) => !serving.includes(member)),
    ...withinUnits(
      unhealthy.filter((member) => serving.includes(member)),
      mayGo,
    ),
  ];
  const waiting = unitsOf(unhealthy) - unitsOf(gone);
  const underWay = unitsOf(members.filter((member) => isUnready(member) && !gone.includes(member)));
  // What is missing below the desired capacity is launched as such.
  const room = ceiling - Math.max(desired, unitsOf(members) - unitsOf(gone));
  const replace = suspended.has('Launch') ? 0 : Math.max(0, Math.min(waiting - underWay, room));
  return { ...nothing, terminate: goes(gone), replace };
};

/** As many of these, in their order, as count no more than that together. */
const withinUnits = (
  members: readonly MemberSnapshot[],
  units: number,
): readonly MemberSnapshot[] => {
  let left = units;
  return members.filter(({ units: own = 1 }) => {
    if (own > left) return false;
    left -= own;
    return true;
  });
};

const isUnready = (member: MemberSnapshot): boolean => member.isSurplus && !member.ready;

/**
 * Instances that go because there are too many: one after another, so that each choice sees the one before. One whose weight is
 * more than what is too much stays, so that what is desired is served ("Scale-in", "Configure an Auto Scaling group to use
 * instance weights", User Guide).
 */
const excessPlan = (
  snapshot: GroupSnapshot,
  members: readonly MemberSnapshot[],
  excess: number,
): CapacityPlan => {
  if (snapshot.suspended.has('Terminate')) return nothing;
  const terminate: { readonly memberId: string; readonly why: 'capacity' }[] = [];
  let left = members;
  let tooMuch = excess;
  while (tooMuch > 0) {
    const chosen = chooseForTermination({
      now: snapshot.now,
      members: left,
      zoneIds: snapshot.zones.map((zone) => zone.zoneId),
      policies: snapshot.terminationPolicies,
      mix: snapshot.mix,
      draw: snapshot.draw,
    });
    if (chosen === undefined) break;
    left = left.filter((member) => member.id !== chosen.id);
    const { units = 1 } = chosen;
    if (units > tooMuch) continue;
    tooMuch -= units;
    // Whatever the reason, what is desired is served by somebody.
    const servesOn = left.some((member) => member.state === 'InService' && member.healthy);
    if (chosen.healthy && chosen.state === 'InService' && snapshot.desired > 0 && !servesOn) break;
    terminate.push({ memberId: chosen.id, why: 'capacity' });
  }
  return { ...nothing, terminate };
};

/** Whether nothing is under way that would change the balance of zones by itself. */
const isSettled = (members: readonly MemberSnapshot[]): boolean =>
  members.every((member) => member.state === 'InService' && member.healthy && !isUnready(member));

/** Whether a group has what it desires, and no more than its instances' weights make of that. */
const isExact = (snapshot: GroupSnapshot, members: readonly MemberSnapshot[]): boolean => {
  const over = unitsOf(members) - snapshot.desired;
  return over >= 0 && over < smallestOf(members);
};

const smallestOf = (members: readonly MemberSnapshot[]): number =>
  Math.min(...members.map(({ units = 1 }) => units), Infinity);

const balancePlan = (snapshot: GroupSnapshot, members: readonly MemberSnapshot[]): CapacityPlan => {
  const { suspended, maintenance } = snapshot;
  if (suspended.has('AZRebalance') || suspended.has('Launch')) return nothing;
  // Where weights differ, moving instances one by one would not come to an end: zones are balanced by launches alone.
  if (new Set(members.map(({ units = 1 }) => units)).size > 1) return nothing;
  if (!isExact(snapshot, members) || !isSettled(members)) return nothing;
  const fill = zonesToFill(snapshot, members);
  if (maintenance === undefined || fill.length === 0) return { ...nothing, fill };
  const { ceiling } = maintenanceBounds(snapshot.desired, maintenance);
  // A policy that lets the group not grow leaves room for one instance, or nothing could ever be moved.
  return { ...nothing, fill: fill.slice(0, Math.max(1, ceiling - members.length)) };
};

/**
 * Launches for Spot Instances at risk, each before it goes: what is launched counts as beyond the desired capacity until it is
 * ready, and then those at risk go first. A group may exceed its maximum for that as for the balance of zones ("Use Capacity
 * Rebalancing to handle Spot interruptions", Auto Scaling User Guide).
 */
const rebalancePlan = (
  snapshot: GroupSnapshot,
  members: readonly MemberSnapshot[],
): CapacityPlan | undefined => {
  if (snapshot.rebalancesCapacity !== true || snapshot.suspended.has('Launch')) return undefined;
  const atRisk = unitsOf(members.filter((member) => member.isAtRisk === true));
  const underWay = unitsOf(members.filter(isUnready));
  const room = snapshot.max + rebalancingMargin(snapshot.max) - unitsOf(members);
  const rebalance = Math.min(atRisk - underWay, room);
  return rebalance > 0 ? { ...nothing, rebalance } : undefined;
};

/**
 * What a group does now to have as many healthy instances as it desires, spread over its zones. Level-triggered: it looks
 * at what there is, never at how that came to be. Unhealthy instances go first, and a later look launches others; then
 * the number is brought to what is desired; then, in a settled group, zones are balanced. Suspended processes do
 * nothing.
 */
export const planCapacity = (snapshot: GroupSnapshot): CapacityPlan => {
  const members = snapshot.members.filter((member) => fillsCapacity(member.state));
  const unhealthy = unhealthyToReplace(snapshot, members);
  if (unhealthy.length > 0) {
    const plan = unhealthyPlan(snapshot, members, unhealthy);
    if (plan.terminate.length > 0 || plan.replace > 0) return plan;
  }
  const missing = snapshot.desired - unitsOf(members);
  if (missing > 0) return { ...nothing, launch: snapshot.suspended.has('Launch') ? 0 : missing };
  const settled = members.filter((member) => !isUnready(member));
  const excess = unitsOf(settled) - snapshot.desired;
  if (excess > 0 && excess >= smallestOf(settled)) return excessPlan(snapshot, members, excess);
  return rebalancePlan(snapshot, members) ?? balancePlan(snapshot, members);
};
