import { countByZone, unitsOf, type LaunchAge, type MemberSnapshot } from './group-snapshot.ts';
import { excessLifecycle, type InstancesDistribution } from './instances-distribution.ts';

/** AWS's policies, as DescribeTerminationPolicyTypes lists them. */
export const terminationPolicies = [
  'AllocationStrategy',
  'ClosestToNextInstanceHour',
  'Default',
  'NewestInstance',
  'OldestInstance',
  'OldestLaunchConfiguration',
  'OldestLaunchTemplate',
] as const;

/** What to choose from, and how. */
export interface TerminationQuestion {
  readonly now: number;
  /** All that fill the group's capacity. */
  readonly members: readonly MemberSnapshot[];
  /** The zones of the group; instances elsewhere go first. */
  readonly zoneIds: readonly string[];
  readonly policies: readonly string[];
  /** How instances on demand and Spot Instances are mixed. */
  readonly mix?: InstancesDistribution | undefined;
  /** A whole number that decides among equals. */
  readonly draw: number;
}

type Narrowing = (members: readonly MemberSnapshot[], now: number) => readonly MemberSnapshot[];

const lowestBy =
  (rank: (member: MemberSnapshot, now: number) => number): Narrowing =>
  (members, now) => {
    const lowest = Math.min(...members.map((member) => rank(member, now)));
    return members.filter((member) => rank(member, now) === lowest);
  };

/** Configurations go before templates, templates that the group has left before its own, then the oldest. */
const ageRank = ({ kind, isCurrent, createdAt }: LaunchAge): readonly [number, number, number] => [
  kind === 'configuration' ? 0 : 1,
  kind === 'template' && isCurrent ? 1 : 0,
  createdAt,
];

const compareAges = (a: LaunchAge, b: LaunchAge): number => {
  const [left, right] = [ageRank(a), ageRank(b)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
};

/** Those launched from what is oldest; those that do not come from such a thing are left out of the comparison. */
const oldestOf =
  (kind: LaunchAge['kind'] | 'any'): Narrowing =>
  (members) => {
    const compared = members.filter(({ age }) => kind === 'any' || age.kind === kind);
    const oldest = compared.toSorted((a, b) => compareAges(a.age, b.age))[0];
    if (oldest === undefined) return members;
    return compared.filter((member) => compareAges(member.age, oldest.age) === 0);
  };

const hourMs = 3_600_000;

const untilNextHour = (member: MemberSnapshot, now: number): number =>
  (hourMs - ((now - member.launchedAt) % hourMs)) % hourMs;

const closestToNextHour = lowestBy(untilNextHour);
/** The types that are wanted least go first, so that what is left fits the order of the overrides. */
const leastWantedType = lowestBy((member) => -member.typePriority);

const narrowings: Readonly<Record<string, readonly Narrowing[]>> = {
  AllocationStrategy: [leastWantedType],
  ClosestToNextInstanceHour: [closestToNextHour],
  // "Default termination policy", User Guide: allocation strategy, then the oldest launch configuration or template,
  // then the next billing hour.
  Default: [leastWantedType, oldestOf('any'), closestToNextHour],
  NewestInstance: [lowestBy((member) => -member.launchedAt)],
  OldestInstance: [lowestBy((member) => member.launchedAt)],
  OldestLaunchConfiguration: [oldestOf('configuration')],
  OldestLaunchTemplate: [oldestOf('template')],
};

/** The policies that keep what the allocation strategies ask for, instances on demand and Spot Instances first. */
const mixingPolicies: ReadonlySet<string> = new Set(['AllocationStrategy', 'Default']);

/** Of these those of the kind of which there would be too much, if any is among them. */
const ofExcessLifecycle = (
  candidates: readonly MemberSnapshot[],
  { members, mix }: TerminationQuestion,
): readonly MemberSnapshot[] => {
  if (mix === undefined) return candidates;
  const spot = unitsOf(members.filter(({ lifecycle }) => lifecycle === 'spot'));
  const excess = excessLifecycle(mix, { spot, 'on-demand': unitsOf(members) - spot });
  const chosen = candidates.filter(({ lifecycle = 'on-demand' }) => lifecycle === excess);
  return chosen.length > 0 ? chosen : candidates;
};

/** Instances in zones that the group has left; else those of the zones with the most that may go. */
const ofFullestZones = (
  candidates: readonly MemberSnapshot[],
  { members, zoneIds }: TerminationQuestion,
): readonly MemberSnapshot[] => {
  const elsewhere = candidates.filter((member) => !zoneIds.includes(member.zoneId));
  if (elsewhere.length > 0) return elsewhere;
  const counts = countByZone(members);
  const count = (member: MemberSnapshot): number => counts.get(member.zoneId) ?? 0;
  const most = Math.max(...candidates.map(count));
  return candidates.filter((member) => count(member) === most);
};

/**
 * Which instance a group lets go when it has too many; undefined when all are protected. An instance that is unhealthy
 * goes before any healthy one, and a Spot Instance at risk before others. Otherwise the balance of zones comes first: one of the zones with the most instances and
 * at least one that is not protected; among those the group's policies, in their order; then by `draw` ("Configure
 * termination policies for Amazon EC2 Auto Scaling", User Guide). Instances that were launched to take the place of
 * another and are not ready yet are not chosen while there are others.
 */
export const chooseForTermination = (question: TerminationQuestion): MemberSnapshot | undefined => {
  const open = question.members.filter((member) => !member.isProtected);
  const unhealthy = open.filter((member) => !member.healthy);
  const settled = open.filter((member) => !member.isSurplus || member.ready);
  const atRisk = settled.filter((member) => member.isAtRisk === true);
  const candidates = [unhealthy, atRisk, settled, open].find((group) => group.length > 0);
  if (candidates === undefined) return undefined;
  let chosen = ofFullestZones(candidates, question);
  for (const policy of question.policies) {
    if (mixingPolicies.has(policy)) chosen = ofExcessLifecycle(chosen, question);
    for (const narrow of narrowings[policy] ?? []) chosen = narrow(chosen, question.now);
  }
  return chosen[question.draw % Math.max(1, chosen.length)];
};
