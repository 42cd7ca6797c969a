import { describe, expect, it } from 'vitest';
import { planWarmPool, warmPoolSize, type WarmMember } from './warm-pool-plan.ts';

describe('a warm pool', () => {
  it.each([
    // AWS: a maximum of 10 and 6 desired leave 4.
    [10, 6, null, 0, 4],
    [10, 6, 8, 0, 2],
    [10, 8, 8, 0, 0],
    [10, 9, 8, 0, 0],
    [10, 9, 8, 2, 2],
    [10, 10, null, 0, 0],
    [10, 10, null, 3, 3],
  ])(
    'of a group of at most %i with %i desired, %s prepared and %i at least keeps %i',
    (max, desired, maxPrepared, minSize, size) => {
      expect(warmPoolSize({ max, desired, maxPrepared, minSize })).toBe(size);
    },
  );

  const member = (id: string, zoneId: string, isWarm = true): WarmMember => ({
    id,
    zoneId,
    isWarm,
    launchedAt: Number(id),
  });
  const members = [member('1', 'a'), member('2', 'b'), member('3', 'a'), member('4', 'b', false)];

  it.each([
    [6, 2, []],
    [4, 0, []],
    [3, 0, ['4']],
    [2, 0, ['4', '1']],
    [0, 0, ['4', '1', '2', '3']],
  ])('of %i launches %i and lets go %j', (size, launch, terminate) => {
    expect(planWarmPool(size, members)).toEqual({ launch, terminate });
  });
});
