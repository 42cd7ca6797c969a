import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capacityForTarget, scaledIn, scaledOut, type Tracking } from './target-tracking.ts';

const tracking: Tracking = {
  desired: 4,
  min: 1,
  max: 10,
  contributing: 4,
  warming: 0,
  isSettling: false,
  metric: 50,
  target: 50,
};

describe('a group that tracks a target of 50', () => {
  it.each([
    // metric, out, in
    [75, 6, 4],
    [51, 5, 4],
    [50, 4, 4],
    [40, 4, 4],
    [37, 4, 3],
    [12, 4, 1],
    [0, 4, 1],
    [500, 10, 4],
  ])(
    'at %d wants %d when its high alarm rings and %d when its low one does',
    (metric, out, low) => {
      expect([scaledOut({ ...tracking, metric }), scaledIn({ ...tracking, metric })]).toEqual([
        out,
        low,
      ]);
    },
  );

  it('does not add for instances that are on their way already', () => {
    expect(scaledOut({ ...tracking, desired: 6, warming: 2, metric: 75 })).toBe(6);
  });

  it('takes nothing away while instances warm up, or before the metric shows the last change', () => {
    expect(scaledIn({ ...tracking, metric: 10, warming: 1 })).toBe(4);
    expect(scaledIn({ ...tracking, metric: 10, isSettling: true })).toBe(4);
  });

  it('has as many as bring the metric to the target, and not one more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0.01, max: 1000, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        (contributing, metric, target) => {
          const capacity = capacityForTarget({ contributing, metric, target });
          const load = contributing * metric;
          expect(load / capacity).toBeLessThanOrEqual(target * (1 + 1e-6));
          // One instance less would be too busy; nothing is less than one.
          const busy = capacity === 1 ? Infinity : load / (capacity - 1);
          expect(busy).toBeGreaterThan(target * (1 - 1e-6));
        },
      ),
    );
  });
});
