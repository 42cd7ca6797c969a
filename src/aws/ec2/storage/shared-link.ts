/** What wants to go over a link. */
export interface Demand {
  readonly id: string;
  /** What it takes at most, in bytes a second. */
  readonly most: number;
  /** What it must have to be through in time, in bytes a second; undefined for one of best effort. */
  readonly needed: number | undefined;
}

/**
 * Shares a capacity so that nobody gets more than they can take and nobody could get more without somebody getting less
 * than they have: max-min fairness.
 */
const shareFairly = (
  capacity: number,
  wants: readonly { readonly id: string; readonly most: number }[],
): ReadonlyMap<string, number> => {
  const shares = new Map<string, number>();
  let left = capacity;
  const ascending = wants.toSorted((a, b) => a.most - b.most);
  for (const [index, want] of ascending.entries()) {
    const share = Math.max(0, Math.min(want.most, left / (ascending.length - index)));
    shares.set(want.id, share);
    left -= share;
  }
  return shares;
};

/**
 * What each copy gets of a link, in bytes a second, by id. Those that have a time to be through get what they need first,
 * fairly among them when it is too much; the others share the rest. `capacity` may be infinite.
 */
export const shareLink = (
  capacity: number,
  demands: readonly Demand[],
): ReadonlyMap<string, number> => {
  const timed = demands.flatMap(({ id, needed }) =>
    needed === undefined ? [] : [{ id, most: needed }],
  );
  const first = shareFairly(capacity, timed);
  const taken = [...first.values()].reduce((sum, share) => sum + share, 0);
  const rest = shareFairly(
    capacity - taken,
    demands.filter((demand) => demand.needed === undefined),
  );
  return new Map([...first, ...rest]);
};
