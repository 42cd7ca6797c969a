import type { DistributionStrategy, ZoneSnapshot } from './group-snapshot.ts';

/** Where the next instance is to go, and what is known. */
export interface ZoneQuestion {
  readonly now: number;
  readonly zones: readonly ZoneSnapshot[];
  /** How many instances fill the group's capacity in each zone, with those that were just decided. */
  readonly counts: ReadonlyMap<string, number>;
  readonly distribution: DistributionStrategy;
  /** A whole number that decides among equals. */
  readonly draw: number;
}

const isClosed = (zone: ZoneSnapshot, now: number): boolean => zone.closedUntil > now;

/**
 * The zones in which to try to launch one instance, the first choice first. Auto Scaling launches "in the Availability
 * Zone with the fewest instances"; among equals it chooses at random ("Auto Scaling benefits for application
 * architecture", User Guide), here by `draw`. With `balanced-best-effort` a zone where launches fail is passed over for
 * the others; with `balanced-only` the answer is that zone alone, and none while it is closed: the instance waits for it.
 */
export const zonesToTry = (question: ZoneQuestion): readonly string[] => {
  const { now, counts, distribution, draw } = question;
  const zones = question.zones.filter((zone) => !zone.isShifted);
  if (zones.length === 0) return [];
  const turn = draw % zones.length;
  const ordered = [...zones.slice(turn), ...zones.slice(0, turn)].toSorted(
    (a, b) => (counts.get(a.zoneId) ?? 0) - (counts.get(b.zoneId) ?? 0),
  );
  const [fewest] = ordered;
  if (distribution === 'balanced-only') {
    return fewest === undefined || isClosed(fewest, now) ? [] : [fewest.zoneId];
  }
  return ordered.filter((zone) => !isClosed(zone, now)).map((zone) => zone.zoneId);
};
