import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../world/clock.ts';
import { afterPatience } from './patience.ts';

const givenUp = async (clock: VirtualClock, leastRealMs: number): Promise<number> => {
  const began = performance.now();
  const over = new Promise<number>((resolve) =>
    afterPatience(clock, 5000, leastRealMs, () => resolve(performance.now() - began)),
  );
  clock.advance(5000);
  return await over;
};

describe('patience with a real program', () => {
  it('ends with the world time that it lasts', () => {
    const clock = new VirtualClock(0);
    let isOver = false;
    afterPatience(clock, 5000, 0, () => {
      isOver = true;
    });
    clock.advance(4999);
    expect(isOver).toBe(false);
    clock.advance(1);
    expect(isOver).toBe(true);
  });

  it('lasts as long as a real program needs, however fast the clock', async () => {
    // A timer of Node.js may end a millisecond or two before its time by another clock.
    expect(await givenUp(new VirtualClock(0), 100)).toBeGreaterThanOrEqual(95);
  });

  it('does not end when it is called off, not even in the time that a real program needs', async () => {
    const clock = new VirtualClock(0);
    let isOver = false;
    const cancel = afterPatience(clock, 5000, 50, () => {
      isOver = true;
    });
    clock.advance(5000);
    cancel();
    await givenUp(clock, 80);
    expect(isOver).toBe(false);
  });
});
