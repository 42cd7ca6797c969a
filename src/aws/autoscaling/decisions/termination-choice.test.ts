import { describe, expect, it } from 'vitest';
import type { MemberSnapshot } from './group-snapshot.ts';
import { chooseForTermination, type TerminationQuestion } from './termination-choice.ts';
import { member, spread } from './test-snapshots.ts';

const choose = (
  members: readonly MemberSnapshot[],
  policies: readonly string[] = ['Default'],
  changes: Partial<TerminationQuestion> = {},
): string | undefined =>
  chooseForTermination({
    now: 10_000_000,
    members,
    zoneIds: ['a', 'b', 'c'],
    policies,
    draw: 0,
    ...changes,
  })?.id;

const minute = 60_000;
const template = (createdAt: number, isCurrent = true): Partial<MemberSnapshot> => ({
  age: { kind: 'template', createdAt, isCurrent },
});
const configuration = (createdAt: number): Partial<MemberSnapshot> => ({
  age: { kind: 'configuration', createdAt, isCurrent: false },
});

/** One instance in each of three zones: the policy alone decides. */
const three = (
  a: Partial<MemberSnapshot>,
  b: Partial<MemberSnapshot>,
  c: Partial<MemberSnapshot>,
): readonly MemberSnapshot[] => [member('a', 'a', a), member('b', 'b', b), member('c', 'c', c)];

describe('which instance a group lets go', () => {
  const cases: readonly [string, string | undefined, string | undefined][] = [
    ['one of the fullest zone', choose(spread({ a: 1, b: 3, c: 2 })), 'b0'],
    [
      'the balance of zones comes before the policy',
      choose(
        [
          member('a0', 'a', { launchedAt: 5 }),
          member('b0', 'b', { launchedAt: 9 }),
          member('b1', 'b', { launchedAt: 8 }),
        ],
        ['OldestInstance'],
      ),
      'b1',
    ],
    [
      'a zone whose instances are all protected is passed over',
      choose([
        member('b0', 'b', { isProtected: true }),
        member('b1', 'b', { isProtected: true }),
        member('a0', 'a'),
      ]),
      'a0',
    ],
    [
      'nobody when all are protected',
      choose(three({ isProtected: true }, { isProtected: true }, { isProtected: true })),
      undefined,
    ],
    [
      'an unhealthy one before healthy ones of a fuller zone',
      choose([...spread({ a: 2 }), member('b0', 'b', { healthy: false })]),
      'b0',
    ],
    [
      'one in a zone that the group has left',
      choose([...spread({ a: 2 }), member('z0', 'z')]),
      'z0',
    ],
    [
      'not the one that was launched to replace another and is not ready',
      choose([member('a0', 'a', { isSurplus: true, ready: false }), member('b0', 'b')]),
      'b0',
    ],
    [
      'NewestInstance',
      choose(three({ launchedAt: 1 }, { launchedAt: 3 }, { launchedAt: 2 }), ['NewestInstance']),
      'b',
    ],
    [
      'OldestInstance',
      choose(three({ launchedAt: 3 }, { launchedAt: 2 }, { launchedAt: 1 }), ['OldestInstance']),
      'c',
    ],
    [
      'OldestLaunchConfiguration',
      choose(three(template(0), configuration(5), configuration(2)), ['OldestLaunchConfiguration']),
      'c',
    ],
    [
      'OldestLaunchTemplate: one that the group has left before older versions of its own',
      choose(three(template(1), template(9, false), template(5)), ['OldestLaunchTemplate']),
      'b',
    ],
    [
      'OldestLaunchTemplate: the oldest version',
      choose(three(template(3), template(1), template(2)), ['OldestLaunchTemplate']),
      'b',
    ],
    [
      'ClosestToNextInstanceHour',
      choose(
        three(
          { launchedAt: 10_000_000 - 10 * minute },
          { launchedAt: 10_000_000 - 119 * minute },
          { launchedAt: 10_000_000 - 61 * minute },
        ),
        ['ClosestToNextInstanceHour'],
      ),
      'b',
    ],
    [
      'AllocationStrategy: the type that is wanted least',
      choose(three({ typePriority: 0 }, { typePriority: 2 }, { typePriority: 1 }), [
        'AllocationStrategy',
      ]),
      'b',
    ],
    [
      'Default: a configuration before a template',
      choose(three(template(1), configuration(9), template(2))),
      'b',
    ],
    [
      'Default: then the oldest template',
      choose(three(template(3), template(2), template(1))),
      'c',
    ],
    [
      'Default: then the next hour',
      choose(
        three(
          { launchedAt: 10_000_000 - 20 * minute },
          { launchedAt: 10_000_000 - 30 * minute },
          { launchedAt: 10_000_000 - 10 * minute },
        ),
      ),
      'b',
    ],
    ['equals by the draw', choose(three({}, {}, {}), ['Default'], { draw: 4 }), 'b'],
    [
      'several policies, one after the other',
      choose(
        three(
          { ...template(1), launchedAt: 1 },
          { ...template(1), launchedAt: 2 },
          { ...template(7), launchedAt: 3 },
        ),
        ['OldestLaunchTemplate', 'NewestInstance'],
      ),
      'b',
    ],
  ];
  it.each(cases)('%s', (_name, answer, expected) => {
    expect(answer).toBe(expected);
  });
});
