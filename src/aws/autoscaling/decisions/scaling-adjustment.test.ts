import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adjustedCapacity,
  afterSimplePolicy,
  afterStep,
  stepFor,
  stepsObjection,
  type AdjustmentType,
  type Step,
} from './scaling-adjustment.ts';

describe('an adjustment', () => {
  const cases: readonly (readonly [AdjustmentType, number, number | null, number, number])[] = [
    ['ExactCapacity', 5, null, 3, 5],
    ['ChangeInCapacity', 5, null, 3, 8],
    ['ChangeInCapacity', -2, null, 3, 1],
    // AWS: 12.7 is rounded to 12, 0.67 to 1, -0.58 to -1, -6.67 to -6.
    ['PercentChangeInCapacity', 127, null, 10, 22],
    ['PercentChangeInCapacity', 67, null, 1, 2],
    ['PercentChangeInCapacity', -58, null, 1, 0],
    ['PercentChangeInCapacity', -66.7, null, 10, 4],
    // AWS: 25 percent of 4 is 1, with a magnitude of 2 it is 2.
    ['PercentChangeInCapacity', 25, 2, 4, 6],
    ['PercentChangeInCapacity', -25, 2, 4, 2],
    ['PercentChangeInCapacity', 50, 2, 10, 15],
    ['PercentChangeInCapacity', 100, null, 0, 0],
  ];
  it.each(cases)('%s %s (at least %s) makes of %i instances %i', (type, amount, least, of, now) => {
    expect(adjustedCapacity({ type, amount, minMagnitude: least }, of)).toBe(now);
  });
});

/** AWS's example: 0 to 10 nothing, to 20 ten percent, beyond it thirty; the same downwards. */
const out: readonly Step[] = [
  { lower: 0, upper: 10, amount: 0 },
  { lower: 10, upper: 20, amount: 10 },
  { lower: 20, upper: null, amount: 30 },
];
const inward: readonly Step[] = [
  { lower: -10, upper: 0, amount: 0 },
  { lower: -20, upper: -10, amount: -10 },
  { lower: null, upper: -20, amount: -30 },
];

describe('a step', () => {
  it.each([
    [0, 0],
    [9.9, 0],
    [10, 10],
    [20, 30],
    [1000, 30],
  ])('above the threshold by %d adds %d', (difference, amount) => {
    expect(stepFor(out, difference)?.amount).toBe(amount);
  });

  it.each([
    [-0.1, 0],
    [-10, -10],
    [-10.1, -10],
    [-20, -30],
    [-1000, -30],
  ])('below the threshold by %d adds %d', (difference, amount) => {
    expect(stepFor(inward, difference)?.amount).toBe(amount);
  });

  it('is found for every difference, and one alone, when there is no objection to the steps', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 200, noNaN: true }),
        (bounds, difference) => {
          const sorted = [0, ...bounds.toSorted((a, b) => a - b)];
          const steps = sorted.map((lower, index) => ({
            lower,
            upper: sorted[index + 1] ?? null,
            amount: index,
          }));
          expect(stepsObjection(steps)).toBeUndefined();
          const expected = sorted.findLastIndex((lower) => difference >= lower);
          expect(stepFor(steps, difference)?.amount).toBe(expected);
        },
      ),
    );
  });

  it.each([
    [[], /At least one/],
    [[{ lower: 10, upper: 5, amount: 1 }], /must be greater/],
    [
      [
        { lower: 0, upper: 10, amount: 1 },
        { lower: 5, upper: null, amount: 2 },
      ],
      /overlap/,
    ],
    [
      [
        { lower: 0, upper: 10, amount: 1 },
        { lower: 15, upper: null, amount: 2 },
      ],
      /gaps/,
    ],
    [
      [
        { lower: null, upper: 0, amount: 1 },
        { lower: null, upper: 5, amount: 2 },
      ],
      /unspecified MetricIntervalLowerBound/,
    ],
  ] satisfies readonly (readonly [readonly Step[], RegExp])[])('is refused: %j', (steps, words) => {
    expect(stepsObjection(steps)).toMatch(words);
  });
});

describe('a group', () => {
  const standing = { desired: 10, min: 2, max: 20, warming: 0, missing: 0, terminating: 0 };
  const percent = (amount: number) => ({
    type: 'PercentChangeInCapacity' as const,
    amount,
    minMagnitude: null,
  });

  it('grows by the difference alone while instances warm up: AWS, 10 percent and then 30', () => {
    expect(afterStep(percent(10), standing)).toBe(11);
    expect(afterStep(percent(10), { ...standing, desired: 11, warming: 1 })).toBe(11);
    expect(afterStep(percent(30), { ...standing, desired: 11, warming: 1 })).toBe(13);
    expect(afterStep(percent(30), { ...standing, desired: 11, missing: 1 })).toBe(13);
  });

  it('shrinks not while instances warm up, and once for those that go', () => {
    expect(afterStep(percent(-20), { ...standing, warming: 1 })).toBe(10);
    expect(afterStep(percent(-20), standing)).toBe(8);
    expect(afterStep(percent(-20), { ...standing, desired: 8, terminating: 2 })).toBe(8);
  });

  it('stays within its bounds', () => {
    expect(afterStep(percent(500), standing)).toBe(20);
    expect(afterStep(percent(-95), standing)).toBe(2);
    expect(
      afterSimplePolicy({ type: 'ExactCapacity', amount: 90, minMagnitude: null }, standing),
    ).toBe(20);
  });
});
