import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  percentageComplete,
  planRefresh,
  refreshBounds,
  type RefreshMember,
  type RefreshQuestion,
} from './refresh-plan.ts';

/** Instances by a letter each: O an old one that serves, P an old one that is pending, N a new one, U one that warms up, S a surplus one that does, B an old one in standby, X a protected old one, W an old one that warms up, H an old one that is unhealthy. */
const members = (letters: string): readonly RefreshMember[] =>
  letters.split('').map((letter, index) => ({
    id: `${letter}${index}`,
    zoneId: `zone-${index % 3}`,
    state: letter === 'P' ? 'Pending' : letter === 'B' ? 'Standby' : 'InService',
    healthy: letter !== 'H',
    ready: 'ONX'.includes(letter),
    isOutdated: 'OPBXWH'.includes(letter),
    isProtected: letter === 'X',
    isSurplus: letter === 'S',
    launchedAt: index,
  }));

const question = (letters: string, more: Partial<RefreshQuestion> = {}): RefreshQuestion => ({
  desired: letters.length,
  minHealthyPercentage: 90,
  maxHealthyPercentage: 100,
  members: members(letters),
  total: letters.length,
  allowed: letters.length,
  protectedInstances: 'Wait',
  standbyInstances: 'Wait',
  ...more,
});

const said = (letters: string, more: Partial<RefreshQuestion> = {}): string => {
  const { terminate, launch, remaining } = planRefresh(question(letters, more));
  return `${terminate.join(' ')} +${launch} left ${remaining}`;
};

describe('the bounds of a refresh', () => {
  it.each([
    [10, 90, 100, 9, 10],
    [3, 90, 100, 2, 3],
    [1, 90, 100, 0, 1],
    [4, 100, 100, 3, 4],
    [4, 0, 100, 0, 4],
    [3, 100, 110, 3, 4],
    [10, 100, 150, 10, 15],
    [0, 90, 100, 0, 0],
  ])('of %i instances at %i to %i percent are %i to %i', (desired, min, max, floor, ceiling) => {
    expect(
      refreshBounds({ desired, minHealthyPercentage: min, maxHealthyPercentage: max }),
    ).toEqual({ floor, ceiling });
  });
});

describe('a step of a refresh', () => {
  it.each([
    ['OOO', {}, 'O0 +0 left 3'],
    // One is on its way, so that nothing more may go.
    ['OOU', {}, ' +0 left 3'],
    ['OON', {}, 'O0 +0 left 2'],
    ['NNN', {}, ' +0 left 0'],
    ['OOOO', { minHealthyPercentage: 50 }, 'O0 O1 +0 left 4'],
    // One that never came into service is missed by nobody.
    ['OPU', {}, 'P1 +0 left 3'],
    // Those that have only just come into service serve too.
    ['WWWW', { minHealthyPercentage: 75 }, 'W0 +0 left 4'],
    ['OOWO', { minHealthyPercentage: 75 }, 'W2 +0 left 4'],
    ['WWWU', { minHealthyPercentage: 75 }, ' +0 left 4'],
    ['OHHO', { minHealthyPercentage: 75 }, 'H1 H2 +0 left 4'],
    // Launch before terminating.
    ['OOO', { minHealthyPercentage: 100, maxHealthyPercentage: 110 }, ' +1 left 3'],
    [
      'OOOS',
      { desired: 3, total: 3, minHealthyPercentage: 100, maxHealthyPercentage: 110 },
      ' +0 left 3',
    ],
    [
      'OOON',
      { desired: 3, total: 3, minHealthyPercentage: 100, maxHealthyPercentage: 110 },
      'O0 +1 left 3',
    ],
    // Up to a checkpoint of one of four.
    ['OOON', { total: 4, allowed: 1, minHealthyPercentage: 0 }, ' +0 left 3'],
    ['OOOO', { allowed: 1, minHealthyPercentage: 0 }, 'O0 +0 left 4'],
    ['XN', { total: 1 }, ' +0 left 1'],
    ['XN', { total: 1, protectedInstances: 'Ignore' }, ' +0 left 0'],
    ['XN', { total: 1, protectedInstances: 'Refresh' }, 'X0 +0 left 1'],
    ['NNB', { desired: 2, total: 1 }, ' +0 left 1'],
    ['NNB', { desired: 2, total: 1, standbyInstances: 'Terminate' }, 'B2 +0 left 1'],
  ] satisfies readonly (readonly [string, Partial<RefreshQuestion>, string])[])(
    'of %s with %j is %s',
    (letters, more, expected) => {
      expect(said(letters, more)).toBe(expected);
    },
  );

  it('tells whom it waits for', () => {
    expect(planRefresh(question('XN')).waitsFor).toEqual({ id: 'X0', why: 'protected' });
    expect(planRefresh(question('NB')).waitsFor).toEqual({ id: 'B1', why: 'standby' });
  });

  it('leaves enough that are ready, never grows beyond its bounds, and comes to an end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom([90, 100], [100, 110], [50, 100], [0, 100], [75, 150], [100, 100]),
        fc.infiniteStream(fc.boolean()),
        (desired, [min = 0, max = 0], draws) => {
          let now = members(
            Array.from({ length: desired }, () => ((draws.next().value ?? true) ? 'O' : 'W')).join(
              '',
            ),
          );
          let next = desired;
          const percentages = { minHealthyPercentage: min, maxHealthyPercentage: max };
          const { floor, ceiling } = refreshBounds({ desired, ...percentages });
          const launch = (isSurplus: boolean): readonly RefreshMember[] =>
            members('U').map((member) => ({ ...member, id: `n${next++}`, isSurplus }));
          for (let step = 0; step < 200; step++) {
            const asked = { desired, total: desired, allowed: desired, members: now };
            const plan = planRefresh({ ...question('O'), ...percentages, ...asked });
            if (plan.remaining === 0) break;
            const left = now.filter((member) => !plan.terminate.includes(member.id));
            const missing = Array.from({ length: Math.max(0, desired - left.length) }, () =>
              launch(false),
            ).flat();
            const surplus = Array.from({ length: plan.launch }, () => launch(true)).flat();
            now = [...left, ...missing, ...surplus];
            const counted = now.filter(({ ready, isOutdated }) => ready || isOutdated);
            expect(counted.length).toBeGreaterThanOrEqual(floor);
            expect(now.length).toBeLessThanOrEqual(ceiling);
            now = now.map((member) =>
              member.ready || !(draws.next().value ?? true)
                ? member
                : { ...member, ready: true, isSurplus: false },
            );
          }
          expect(now.filter((member) => member.isOutdated)).toEqual([]);
        },
      ),
    );
  });
});

it.each([
  [4, 4, 0],
  [4, 3, 25],
  [3, 1, 66],
  [3, 0, 100],
  [0, 0, 100],
])('of %i instances with %i left %i percent are done', (total, remaining, percent) => {
  expect(percentageComplete(total, remaining)).toBe(percent);
});
