import type { Region } from '../regions.ts';
import type { RoundTrip } from '../round-trip.ts';
import type { ChoiceFacts } from './choice-facts.ts';
import type { UserGroup } from './requirements.ts';

/** How far a group of users is from a Region. */
interface GroupLatency {
  readonly group: UserGroup;
  readonly roundTrip: RoundTrip;
}

/** How far all users are from a Region; undefined figures when no user is named. */
export interface UserLatency {
  readonly groups: readonly GroupLatency[];
  readonly medianMs: number | undefined;
  /** The median if every round trip lay at the lower, or the higher, end of its error band. */
  readonly medianLowMs: number | undefined;
  readonly medianHighMs: number | undefined;
  /** The group that is farthest. */
  readonly worst: GroupLatency | undefined;
}

/**
 * The median over all users: half of them are at least as near. Where the groups split exactly in halves it is the
 * mean of the two middle values, as for any even number of values.
 */
export const weightedMedian = (
  values: readonly { readonly value: number; readonly weight: number }[],
): number | undefined => {
  const inOrder = values.filter(({ weight }) => weight > 0).toSorted((a, b) => a.value - b.value);
  const half = inOrder.reduce((sum, { weight }) => sum + weight, 0) / 2;
  const slack = half * 1e-9;
  let reached = 0;
  for (const [index, { value, weight }] of inOrder.entries()) {
    reached += weight;
    if (reached > half + slack) return value;
    const next = inOrder[index + 1];
    if (next !== undefined && reached >= half - slack) return (value + next.value) / 2;
  }
  return inOrder.at(-1)?.value;
};

/** The round trips of all groups of users to a Region. */
export const userLatency = (
  users: readonly UserGroup[],
  region: Region,
  facts: ChoiceFacts,
): UserLatency => {
  const groups = users.map((group) => ({
    group,
    roundTrip: facts.roundTripFromPlace(group.place, region),
  }));
  const worst = groups.reduce<GroupLatency | undefined>(
    (farthest, one) =>
      farthest === undefined || one.roundTrip.ms > farthest.roundTrip.ms ? one : farthest,
    undefined,
  );
  const medianOf = (value: (roundTrip: RoundTrip) => number): number | undefined =>
    weightedMedian(
      groups.map(({ group, roundTrip }) => ({
        value: value(roundTrip),
        weight: group.sharePercent,
      })),
    );
  return {
    groups,
    medianMs: medianOf(({ ms }) => ms),
    medianLowMs: medianOf(({ lowMs }) => lowMs),
    medianHighMs: medianOf(({ highMs }) => highMs),
    worst,
  };
};
