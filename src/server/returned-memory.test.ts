import { getHeapSpaceStatistics } from 'node:v8';
import { expect, it } from 'vitest';
import { returnMemory } from './returned-memory.ts';

const youngMiB = (): number =>
  (getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
    ?.physical_space_size ?? 0) /
  2 ** 20;

it('gives back what V8 took while everything that was made stayed', () => {
  const kept: object[] = [];
  // As when code is read: nothing that is made can go.
  while (youngMiB() < 8 && kept.length < 5_000_000) kept.push({ number: kept.length });
  expect(youngMiB()).toBeGreaterThanOrEqual(8);
  returnMemory();
  expect(youngMiB()).toBeLessThan(4);
  expect(kept.at(-1)).toEqual({ number: kept.length - 1 });
});
