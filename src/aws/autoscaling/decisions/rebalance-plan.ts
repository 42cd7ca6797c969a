import { countByZone, type GroupSnapshot, type MemberSnapshot } from './group-snapshot.ts';

/**
 * How far a group may exceed its maximum while it rebalances: "by a 10 percent margin or by one instance, whichever is
 * greater" ("Rebalancing activities", User Guide).
 */
export const rebalancingMargin = (max: number): number => Math.max(1, Math.floor(max / 10));

/** Whether an instance of the zone may go once another is there. */
const canGive = (members: readonly MemberSnapshot[], zoneId: string): boolean =>
  members.some((member) => member.zoneId === zoneId && !member.isProtected);

interface Move {
  readonly from: string;
  readonly to: string;
}

/** The next move of an instance that betters the balance of these counts; undefined when none does. */
const nextMove = (
  snapshot: GroupSnapshot,
  counts: ReadonlyMap<string, number>,
  givers: readonly string[],
): Move | undefined => {
  const { now, zones } = snapshot;
  const enabled = zones.map((zone) => zone.zoneId);
  const count = (zoneId: string): number => counts.get(zoneId) ?? 0;
  const open = zones
    .filter((zone) => !zone.isShifted && zone.closedUntil <= now)
    .map((zone) => zone.zoneId)
    .toSorted((a, b) => count(a) - count(b));
  const [to] = open;
  if (to === undefined) return undefined;
  const left = givers.find((zoneId) => !enabled.includes(zoneId) && count(zoneId) > 0);
  if (left !== undefined) return { from: left, to };
  const from = givers.toSorted((a, b) => count(b) - count(a))[0];
  return from !== undefined && count(from) - count(to) > 1 ? { from, to } : undefined;
};

/**
 * The zones in which a settled group launches one instance more, for one in a fuller zone to go once it is ready. A
 * launch comes before the termination, so that the group never serves with fewer; the group may exceed its maximum by
 * `rebalancingMargin`. `members` are those that fill the capacity.
 */
export const zonesToFill = (
  snapshot: GroupSnapshot,
  members: readonly MemberSnapshot[],
): readonly string[] => {
  const counts = new Map(countByZone(members));
  const givers = [...counts.keys()].filter((zoneId) => canGive(members, zoneId));
  const room = snapshot.max + rebalancingMargin(snapshot.max) - members.length;
  const filled: string[] = [];
  while (filled.length < room) {
    const move = nextMove(snapshot, counts, givers);
    if (move === undefined) break;
    counts.set(move.from, (counts.get(move.from) ?? 0) - 1);
    counts.set(move.to, (counts.get(move.to) ?? 0) + 1);
    filled.push(move.to);
  }
  return filled;
};
