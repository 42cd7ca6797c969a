import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from './clock.ts';

describe('a virtual clock', () => {
  it('calls back in the order of moments, then of asking, whatever is cancelled', () => {
    const asked = fc.record({ at: fc.integer({ min: 0, max: 40 }), isCancelled: fc.boolean() });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 400 }), (list) => {
        const clock = new VirtualClock(0);
        const called: number[] = [];
        const cancels = list.map(({ at }, index) => clock.at(at, () => called.push(index)));
        for (const [index, { isCancelled }] of list.entries()) if (isCancelled) cancels[index]?.();
        const kept = [...list.entries()].filter(([, { isCancelled }]) => !isCancelled);
        expect(clock.pending()).toBe(kept.length);
        clock.advance(100);
        const expected = kept.toSorted(([, a], [, b]) => a.at - b.at).map(([index]) => index);
        expect(called).toEqual(expected);
        for (const cancel of cancels) cancel();
        expect(clock.pending()).toBe(0);
      }),
    );
  });
});
