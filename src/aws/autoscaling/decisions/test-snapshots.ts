import type { GroupSnapshot, MemberSnapshot, ZoneSnapshot } from './group-snapshot.ts';

/** An instance in service that nothing distinguishes, for tests. */
export const member = (
  id: string,
  zoneId: string,
  changes: Partial<MemberSnapshot> = {},
): MemberSnapshot => ({
  id,
  zoneId,
  state: 'InService',
  healthy: true,
  ready: true,
  isSurplus: false,
  isProtected: false,
  launchedAt: 0,
  age: { kind: 'template', isCurrent: true, createdAt: 0 },
  typePriority: 0,
  ...changes,
});

/** Instances in service by zone: `spread({ a: 2, b: 1 })` has a0, a1 and b0. */
export const spread = (counts: Readonly<Record<string, number>>): readonly MemberSnapshot[] =>
  Object.entries(counts).flatMap(([zoneId, count]) =>
    Array.from({ length: count }, (_, index) => member(`${zoneId}${index}`, zoneId)),
  );

/** Zones in which launches succeed, but for those that are said to be closed. */
export const zones = (ids: string, closed = ''): readonly ZoneSnapshot[] =>
  Array.from(ids, (zoneId) => ({
    zoneId,
    closedUntil: closed.includes(zoneId) ? Infinity : 0,
    isShifted: false,
  }));

/** A group over the zones a, b and c. */
export const group = (changes: Partial<GroupSnapshot> = {}): GroupSnapshot => ({
  now: 0,
  desired: 6,
  max: 6,
  zones: zones('abc'),
  members: [],
  suspended: new Set(),
  distribution: 'balanced-best-effort',
  impairedZone: 'ReplaceUnhealthy',
  maintenance: undefined,
  terminationPolicies: ['Default'],
  draw: 0,
  ...changes,
});
