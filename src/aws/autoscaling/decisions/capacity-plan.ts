import {
  fillsCapacity,
  type GroupSnapshot,
  type MaintenancePolicy,
  type MemberSnapshot,
} from './group-snapshot.ts';
import { rebalancingMargin, zonesToFill } from './rebalance-plan.ts';
import { chooseForTermination } from './termination-choice.ts';

/** What a group does next. */
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
  const mayGo = Math.max(0, serving.length - floor);
  // Those that never came into service are missed by nobody.
  const gone = [
    ...unhealthy.filter((member) => !serving.includes(member)),
    ...unhealthy.filter((member) => serving.includes(member)).slice(0, mayGo),
  ];
  const waiting = unhealthy.length - gone.length;
  const underWay = members.filter((member) => isUnready(member) && !gone.includes(member)).length;
  // What is missing below the desired capacity is launched as such.
  const room = ceiling - Math.max(desired, members.length - gone.length);
  const replace = suspended.has('Launch') ? 0 : Math.max(0, Math.min(waiting - underWay, room));
  return { ...nothing, terminate: goes(gone), replace };
};

const isUnready = (member: MemberSnapshot): boolean => member.isSurplus && !member.ready;

/** Instances that go because there are too many: one after another, so that each choice sees the one before. */
const excessPlan = (
  snapshot: GroupSnapshot,
  members: readonly MemberSnapshot[],
  excess: number,
): CapacityPlan => {
  if (snapshot.suspended.has('Terminate')) return nothing;
  const terminate: { readonly memberId: string; readonly why: 'capacity' }[] = [];
  let left = members;
  for (let count = 0; count < excess; count++) {
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

const balancePlan = (snapshot: GroupSnapshot, members: readonly MemberSnapshot[]): CapacityPlan => {
  const { suspended, maintenance } = snapshot;
  if (suspended.has('AZRebalance') || suspended.has('Launch')) return nothing;
  if (members.length !== snapshot.desired || !isSettled(members)) return nothing;
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
  const atRisk = members.filter((member) => member.isAtRisk === true).length;
  const underWay = members.filter(isUnready).length;
  const room = snapshot.max + rebalancingMargin(snapshot.max) - members.length;
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
  const missing = snapshot.desired - members.length;
  if (missing > 0) return { ...nothing, launch: snapshot.suspended.has('Launch') ? 0 : missing };
  const excess = members.filter((member) => !isUnready(member)).length - snapshot.desired;
  if (excess > 0) return excessPlan(snapshot, members, excess);
  return rebalancePlan(snapshot, members) ?? balancePlan(snapshot, members);
};
