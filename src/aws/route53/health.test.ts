import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkers, checkersIn } from './checkers.ts';
import type { CheckerHealth } from './health.ts';
import {
  aggregateHealthy,
  knownCheckerHealth,
  lastProbeAt,
  newCheckerHealth,
  nextProbeAt,
  resultsUntilChange,
  stepChecker,
  stepCheckerMany,
} from './health.ts';

/** `+` is a success, `-` a failure; the statuses after each. */
const run = (
  results: string,
  threshold: number,
  from: CheckerHealth = newCheckerHealth,
): string => {
  let state = from;
  let statuses = '';
  for (const result of results) {
    state = stepChecker(state, result === '+', threshold);
    statuses += state.status === 'unknown' ? '?' : state.status === 'healthy' ? 'H' : 'u';
  }
  return statuses;
};

describe('one checker', () => {
  test.each([
    ['+', 3, 'H'],
    ['--', 3, '??'],
    ['---', 3, '??u'],
    ['--+', 3, '??H'],
    ['+---', 3, 'HHHu'],
    ['+--+---', 3, 'HHHHHHu'],
    ['---+++', 3, '??uuuH'],
    ['---++-+++', 3, '??uuuuuuH'],
    ['-+-', 1, 'uHu'],
  ])('after %s with threshold %i is %s', (results, threshold, statuses) => {
    expect(run(results, threshold)).toBe(statuses);
  });

  const anyState = fc.constantFrom<CheckerHealth>(
    newCheckerHealth,
    { status: 'unknown', against: 1 },
    knownCheckerHealth(true),
    { status: 'healthy', against: 2 },
    knownCheckerHealth(false),
    { status: 'unhealthy', against: 1 },
  );

  test('reaches in one stride what it reaches in many steps', () => {
    fc.assert(
      fc.property(
        anyState,
        fc.boolean(),
        fc.nat(40),
        fc.integer({ min: 3, max: 10 }),
        (from, succeeded, count, threshold) => {
          let stepped = from;
          for (let done = 0; done < count; done += 1)
            stepped = stepChecker(stepped, succeeded, threshold);
          expect(stepCheckerMany(from, succeeded, count, threshold)).toEqual(stepped);
        },
      ),
    );
  });

  test('changes at the result foretold, or never', () => {
    fc.assert(
      fc.property(
        anyState,
        fc.boolean(),
        fc.integer({ min: 3, max: 10 }),
        (from, succeeded, threshold) => {
          const foretold = resultsUntilChange(from, succeeded, threshold);
          let state = from;
          let changedAt: number | undefined;
          for (let count = 1; count <= 20 && changedAt === undefined; count += 1) {
            state = stepChecker(state, succeeded, threshold);
            if (state.status !== from.status) changedAt = count;
          }
          expect(foretold).toBe(changedAt);
        },
      ),
    );
  });
});

describe('all checkers together', () => {
  const plain = { inverted: false, disabled: false };
  const statuses = (healthy: number, all: number) =>
    Array.from({ length: all }, (_, index): CheckerHealth['status'] =>
      index < healthy ? 'healthy' : 'unhealthy',
    );

  test.each([
    [3, 16, true],
    [2, 16, false],
    [0, 16, false],
    [16, 16, true],
    [2, 6, true],
    [1, 6, false],
    // 18 of 100 is not more than 18 %.
    [18, 100, false],
    [19, 100, true],
  ])('%i of %i healthy: %s', (healthy, all, expected) => {
    expect(aggregateHealthy(statuses(healthy, all), plain)).toBe(expected);
    expect(aggregateHealthy(statuses(healthy, all), { ...plain, inverted: true })).toBe(!expected);
  });

  test('a check without data is healthy, and unhealthy when inverted', () => {
    expect(
      aggregateHealthy(
        Array.from({ length: 16 }, () => 'unknown' as const),
        plain,
      ),
    ).toBe(true);
    expect(
      aggregateHealthy(
        Array.from({ length: 16 }, () => 'unknown' as const),
        { ...plain, inverted: true },
      ),
    ).toBe(false);
  });

  test('a disabled check is healthy, and unhealthy when inverted', () => {
    expect(aggregateHealthy(statuses(0, 16), { inverted: false, disabled: true })).toBe(true);
    expect(aggregateHealthy(statuses(16, 16), { inverted: true, disabled: true })).toBe(false);
  });

  test('are two in each of eight Regions', () => {
    expect(checkers).toHaveLength(16);
    expect(new Set(checkers.map((checker) => checker.id)).size).toBe(16);
    expect(checkersIn(['us-east-1', 'eu-west-1', 'sa-east-1'])).toHaveLength(6);
    expect(checkersIn([])).toHaveLength(16);
  });
});

describe('the schedule', () => {
  const start = 1_767_225_600_000;

  test('probes once in each interval, at the same place of it', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(1e9),
        fc.constantFrom(10_000, 30_000),
        (seed, later, intervalMs) => {
          const after = start + later;
          const next = nextProbeAt(seed, 'eu-west-1/a', 'check', intervalMs, after);
          expect(next).toBeGreaterThan(after);
          expect(next - after).toBeLessThanOrEqual(intervalMs);
          expect(nextProbeAt(seed, 'eu-west-1/a', 'check', intervalMs, next)).toBe(
            next + intervalMs,
          );
          expect(lastProbeAt(seed, 'eu-west-1/a', 'check', intervalMs, next)).toBe(next);
          expect(lastProbeAt(seed, 'eu-west-1/a', 'check', intervalMs, next - 1)).toBe(
            next - intervalMs,
          );
        },
      ),
    );
  });

  test('spreads the checkers over the interval', () => {
    const phases = checkers.map(
      (checker) => nextProbeAt(1, checker.id, 'check', 30_000, start) - start,
    );
    expect(new Set(phases).size).toBe(checkers.length);
    expect(Math.max(...phases) - Math.min(...phases)).toBeGreaterThan(15_000);
  });
});
