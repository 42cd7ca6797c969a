import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maintenanceBounds, planCapacity, type CapacityPlan } from './capacity-plan.ts';
import { afterFailedLaunch } from './back-off.ts';
import type { GroupSnapshot, MemberSnapshot } from './group-snapshot.ts';
import { group, member, spread, zones } from './test-snapshots.ts';
import { zonesToTry } from './zone-order.ts';

const summary = (plan: CapacityPlan): string =>
  [
    ...plan.terminate.map(({ memberId, why }) => `${why} ${memberId}`),
    ...(plan.launch > 0 ? [`launch ${plan.launch}`] : []),
    ...(plan.replace > 0 ? [`replace ${plan.replace}`] : []),
    ...plan.fill.map((zoneId) => `fill ${zoneId}`),
  ].join(', ');

const sick = (id: string, zoneId: string): MemberSnapshot =>
  member(id, zoneId, { healthy: false, ready: false });
const rising = (id: string, zoneId: string): MemberSnapshot =>
  member(id, zoneId, { state: 'Pending', ready: false, isSurplus: true });

describe('what a group does next', () => {
  const cases: readonly [string, Partial<GroupSnapshot>, string][] = [
    ['an empty group launches all', {}, 'launch 6'],
    ['a balanced group rests', { members: spread({ a: 2, b: 2, c: 2 }) }, ''],
    ['nearly balanced is balanced', { desired: 4, members: spread({ a: 1, b: 2, c: 1 }) }, ''],
    [
      'unhealthy ones go first; launches are a later matter',
      { members: [...spread({ a: 2, b: 2 }), sick('c0', 'c'), sick('c1', 'c')] },
      'unhealthy c0, unhealthy c1',
    ],
    ['then what is missing is launched', { members: spread({ a: 2, b: 2 }) }, 'launch 2'],
    [
      'too many: the fullest zone gives',
      { desired: 5, members: spread({ a: 2, b: 3, c: 1 }) },
      'capacity b0',
    ],
    [
      'several go, each choice seeing the one before',
      { desired: 3, members: spread({ a: 3, b: 3 }) },
      'capacity a0, capacity b0, capacity a1',
    ],
    [
      'a zone that came back is filled, one beyond the maximum',
      { members: spread({ a: 3, b: 3 }) },
      'fill c',
    ],
    [
      'with room below the maximum, all at once',
      { max: 10, members: spread({ a: 3, b: 3 }) },
      'fill c, fill c',
    ],
    [
      'a closed zone is not filled',
      { members: spread({ a: 3, b: 3 }), zones: zones('abc', 'c') },
      '',
    ],
    [
      'nothing goes before the new one is ready',
      { members: [...spread({ a: 3, b: 3 }), rising('c0', 'c')] },
      '',
    ],
    [
      'then the fullest zone gives',
      { members: [...spread({ a: 3, b: 3 }), member('c0', 'c', { isSurplus: true })] },
      'capacity a0',
    ],
    [
      'instances in a zone that was left are moved',
      { desired: 2, max: 4, members: spread({ a: 1, z: 1 }) },
      'fill b',
    ],
    [
      'protected instances are not moved',
      {
        desired: 2,
        zones: zones('ab'),
        members: spread({ a: 2 }).map((one) => ({ ...one, isProtected: true })),
      },
      '',
    ],
    [
      'a standby instance is no part of it',
      { desired: 1, members: [member('a0', 'a', { state: 'Standby' })] },
      'launch 1',
    ],
    ['Launch suspended', { suspended: new Set(['Launch'] as const) }, ''],
    [
      'Terminate suspended',
      { desired: 1, suspended: new Set(['Terminate'] as const), members: spread({ a: 2 }) },
      '',
    ],
    [
      'AZRebalance suspended',
      { suspended: new Set(['AZRebalance'] as const), members: spread({ a: 3, b: 3 }) },
      '',
    ],
    [
      'ReplaceUnhealthy suspended',
      {
        suspended: new Set(['ReplaceUnhealthy'] as const),
        members: [...spread({ a: 2, b: 2, c: 1 }), sick('c1', 'c')],
      },
      '',
    ],
    [
      'unhealthy in a zone that traffic is shifted away from, and the group ignores them',
      {
        impairedZone: 'IgnoreUnhealthy',
        zones: zones('abc').map((zone) => ({ ...zone, isShifted: zone.zoneId === 'c' })),
        members: [...spread({ a: 2, b: 2 }), sick('c0', 'c'), sick('c1', 'c')],
      },
      '',
    ],
    [
      'launch before terminate: a replacement first',
      {
        maintenance: { minHealthyPercentage: 100, maxHealthyPercentage: 110 },
        members: [...spread({ a: 2, b: 2, c: 1 }), sick('c1', 'c')],
      },
      'replace 1',
    ],
    [
      'launch before terminate: then the unhealthy one goes',
      {
        maintenance: { minHealthyPercentage: 100, maxHealthyPercentage: 110 },
        members: [
          ...spread({ a: 2, b: 2, c: 1 }),
          sick('c1', 'c'),
          member('c2', 'c', { isSurplus: true }),
        ],
      },
      'unhealthy c1',
    ],
    [
      'terminate and launch: as many as the minimum allows',
      {
        desired: 10,
        max: 10,
        maintenance: { minHealthyPercentage: 90, maxHealthyPercentage: 100 },
        members: [...spread({ a: 4, b: 3, c: 1 }), sick('c1', 'c'), sick('c2', 'c')],
      },
      'unhealthy c1',
    ],
  ];
  it.each(cases)('%s', (_name, changes, expected) => {
    expect(summary(planCapacity(group(changes)))).toBe(expected);
  });

  it('keeps the last healthy instance whatever is too many', () => {
    const members = [member('a0', 'a'), { ...sick('b0', 'b'), isProtected: true }];
    const suspended = new Set(['ReplaceUnhealthy'] as const);
    expect(summary(planCapacity(group({ desired: 1, members, suspended })))).toBe('');
  });
});

describe('bounds of an instance maintenance policy', () => {
  it.each([
    [10, 90, 120, 9, 12],
    [10, 100, 110, 10, 11],
    [3, 100, 100, 3, 4],
    [4, 50, 100, 2, 4],
  ])('%i desired, %i to %i percent', (desired, min, max, floor, ceiling) => {
    const policy = { minHealthyPercentage: min, maxHealthyPercentage: max };
    expect(maintenanceBounds(desired, policy)).toEqual({ floor, ceiling });
  });
});

describe('a zone or group in which launches fail', () => {
  it('is tried again after longer and longer waits, at most five minutes', () => {
    let trouble = afterFailedLaunch(undefined, 0);
    const waits = [trouble.until];
    for (let i = 0; i < 5; i++) {
      trouble = afterFailedLaunch(trouble, 0);
      waits.push(trouble.until);
    }
    expect(waits).toEqual([30, 60, 120, 240, 300, 300].map((seconds) => seconds * 1000));
  });
});

/** A group and its zones, as far as decisions go: what they decide happens at the next step. */
class SmallWorld {
  #next = 0;
  #lost = '';
  snapshot: GroupSnapshot;

  constructor(desired: number, max: number, zoneIds: string) {
    this.snapshot = group({ desired, max, zones: zones(zoneIds) });
  }

  get members(): readonly MemberSnapshot[] {
    return this.snapshot.members;
  }

  lose(zoneIds: string): void {
    this.#lost = zoneIds;
    this.#change((one) =>
      zoneIds.includes(one.zoneId) ? { ...one, healthy: false, ready: false } : one,
    );
    this.snapshot = {
      ...this.snapshot,
      zones: zones(this.snapshot.zones.map((zone) => zone.zoneId).join(''), zoneIds),
    };
  }

  fail(draw: number): void {
    const victim = this.members[draw % Math.max(1, this.members.length)];
    this.#change((one) => (one === victim ? { ...one, healthy: false, ready: false } : one));
  }

  /** What was launched before is in service; then the plan is carried out. */
  step(draw: number): CapacityPlan {
    this.#change((one) =>
      one.healthy && !this.#lost.includes(one.zoneId)
        ? { ...one, state: 'InService', ready: true }
        : one,
    );
    this.snapshot = { ...this.snapshot, draw };
    const plan = planCapacity(this.snapshot);
    this.#check(plan);
    const gone = new Set(plan.terminate.map(({ memberId }) => memberId));
    this.snapshot = {
      ...this.snapshot,
      members: this.members
        .filter((one) => !gone.has(one.id))
        .map((one) => (one.ready ? { ...one, isSurplus: false } : one)),
    };
    for (let i = 0; i < plan.launch; i++) this.#launch(this.#emptiest(draw), false);
    for (let i = 0; i < plan.replace; i++) this.#launch(this.#emptiest(draw), true);
    for (const zoneId of plan.fill) this.#launch(zoneId, true);
    return plan;
  }

  counts(): readonly number[] {
    return this.snapshot.zones
      .filter((zone) => zone.closedUntil === 0)
      .map((zone) => this.members.filter((one) => one.zoneId === zone.zoneId).length);
  }

  #check({ terminate }: CapacityPlan): void {
    const serving = (some: readonly MemberSnapshot[]): number =>
      some.filter((one) => one.state === 'InService' && one.healthy).length;
    const gone = terminate.filter(({ why }) => why === 'capacity').map(({ memberId }) => memberId);
    const left = this.members.filter((one) => !gone.includes(one.id));
    const before = serving(this.members);
    const { desired } = this.snapshot;
    // Nothing is let go for balance before what is desired is served without it.
    if (serving(left) >= Math.min(before, desired)) return;
    throw new Error(`${gone.join(', ')} went, and ${serving(left)} of ${desired} are left.`);
  }

  #change(change: (one: MemberSnapshot) => MemberSnapshot): void {
    this.snapshot = { ...this.snapshot, members: this.members.map(change) };
  }

  #emptiest(draw: number): string | undefined {
    const counts = new Map<string, number>();
    for (const { zoneId } of this.members) counts.set(zoneId, (counts.get(zoneId) ?? 0) + 1);
    return zonesToTry({ ...this.snapshot, counts, draw })[0];
  }

  #launch(zoneId: string | undefined, isSurplus: boolean): void {
    if (zoneId === undefined) return;
    const one = member(`m${this.#next++}`, zoneId, { state: 'Pending', ready: false, isSurplus });
    this.snapshot = { ...this.snapshot, members: [...this.members, one] };
  }
}

describe('a group under random failures and repairs', () => {
  const step = fc.record({
    kind: fc.constantFrom('rest', 'fail', 'lose', 'return', 'desire'),
    draw: fc.nat(1000),
  });

  it('comes to what is desired, balanced over the zones that can be used, and never serves fewer for it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('ab', 'abc', 'abcd'),
        fc.option(
          fc.record({
            minHealthyPercentage: fc.integer({ min: 0, max: 100 }),
            maxHealthyPercentage: fc.integer({ min: 100, max: 200 }),
          }),
          { nil: undefined },
        ),
        fc.array(step, { maxLength: 25 }),
        (desired, zoneIds, maintenance, steps) => {
          const world = new SmallWorld(desired, 15, zoneIds);
          world.snapshot = { ...world.snapshot, maintenance };
          for (const { kind, draw } of steps) {
            if (kind === 'fail') world.fail(draw);
            if (kind === 'lose') world.lose(zoneIds[draw % zoneIds.length] ?? '');
            if (kind === 'return') world.lose('');
            if (kind === 'desire') {
              world.snapshot = { ...world.snapshot, desired: 1 + (draw % 12) };
            }
            world.step(draw);
          }
          for (let i = 0; i < 60; i++) world.step(i);
          const counts = world.counts();
          expect(world.members).toHaveLength(world.snapshot.desired);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          expect(summary(world.step(0))).toBe('');
        },
      ),
      { numRuns: 300 },
    );
  });
});
