import { expect, it } from 'vitest';
import { WorldEnded } from '../world/world-ended.ts';
import { LiveClock } from './live-clock.ts';

it('is advanced no further once its world has ended, and runs no more', async () => {
  const clock = new LiveClock(0, 0);
  const seen: number[] = [];
  for (const atMs of [1_000, 2_000, 3_000]) clock.at(atMs, () => seen.push(clock.now()));
  clock.at(2_000, () => clock.stop());
  await expect(clock.advance(10_000)).rejects.toThrow(WorldEnded);
  expect(seen).toEqual([1_000, 2_000]);
  expect(() => clock.setSpeed(1)).toThrow(WorldEnded);
});
