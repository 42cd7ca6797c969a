import { countByZone } from './group-snapshot.ts';

/** What says how many instances a warm pool keeps. */
export interface WarmPoolBounds {
  readonly desired: number;
  readonly max: number;
  /** The most that the group and its pool have together; null for the maximum of the group. */
  readonly maxPrepared: number | null;
  readonly minSize: number;
}

/**
 * How many instances a warm pool keeps: "the difference between the group's maximum capacity and its desired capacity" or what
 * is said in the maximum's place, and never fewer than the pool's own minimum ("Core concepts" of warm pools, User Guide).
 */
export const warmPoolSize = ({ desired, max, maxPrepared, minSize }: WarmPoolBounds): number =>
  Math.max(minSize, (maxPrepared ?? max) - desired, 0);

/** An instance of a pool that does not leave it. */
export interface WarmMember {
  readonly id: string;
  readonly zoneId: string;
  /** It waits for its use: stopped, or running where the pool keeps it so. */
  readonly isWarm: boolean;
  readonly launchedAt: number;
}

/** What a pool does to keep its size. */
export interface WarmPoolPlan {
  readonly launch: number;
  readonly terminate: readonly string[];
}

/** What is missing is launched; of too many, those that are not warm yet go first, then of the fullest zone, then the oldest. */
export const planWarmPool = (size: number, members: readonly WarmMember[]): WarmPoolPlan => {
  const terminate: string[] = [];
  let left = members;
  while (left.length > size) {
    const counts = countByZone(left);
    const count = ({ zoneId }: WarmMember): number => counts.get(zoneId) ?? 0;
    const [chosen] = left.toSorted(
      (a, b) =>
        Number(a.isWarm) - Number(b.isWarm) || count(b) - count(a) || a.launchedAt - b.launchedAt,
    );
    if (chosen === undefined) break;
    terminate.push(chosen.id);
    left = left.filter((member) => member.id !== chosen.id);
  }
  return { launch: Math.max(0, size - members.length), terminate };
};
