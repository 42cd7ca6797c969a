import { describe, expect, it } from 'vitest';
import { zonesToTry, type ZoneQuestion } from './zone-order.ts';
import { zones } from './test-snapshots.ts';

const ask = (
  counts: Readonly<Record<string, number>>,
  changes: Partial<ZoneQuestion> = {},
): string =>
  zonesToTry({
    now: 1,
    zones: zones('abc'),
    counts: new Map(Object.entries(counts)),
    distribution: 'balanced-best-effort',
    draw: 0,
    ...changes,
  }).join('');

describe('where a group launches', () => {
  const cases: readonly [string, string, string][] = [
    ['the emptiest zone first', ask({ a: 2, b: 0, c: 1 }), 'bca'],
    ['equals by the draw', ask({}, { draw: 1 }), 'bca'],
    ['equals by another draw', ask({}, { draw: 5 }), 'cab'],
    ['a closed zone is passed over', ask({ a: 0, b: 2, c: 2 }, { zones: zones('abc', 'a') }), 'bc'],
    ['nowhere when all are closed', ask({}, { zones: zones('abc', 'abc') }), ''],
    [
      'balanced-only names one zone',
      ask({ a: 0, b: 2, c: 2 }, { distribution: 'balanced-only' }),
      'a',
    ],
    [
      'balanced-only waits for a closed zone',
      ask({ a: 0, b: 2, c: 2 }, { distribution: 'balanced-only', zones: zones('abc', 'a') }),
      '',
    ],
    [
      'a zone that traffic is shifted away from is no choice',
      ask(
        { a: 0, b: 2, c: 1 },
        { zones: zones('abc').map((zone) => ({ ...zone, isShifted: zone.zoneId === 'a' })) },
      ),
      'cb',
    ],
  ];
  it.each(cases)('%s', (_name, answer, expected) => {
    expect(answer).toBe(expected);
  });
});
