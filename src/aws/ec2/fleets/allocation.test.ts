import { describe, expect, it } from 'vitest';
import {
  nextPool,
  orderPools,
  spreadOf,
  type AllocationStrategy,
  type Pool,
} from './allocation.ts';

const pool = (order: number, more: Partial<Pool> = {}): Pool => ({
  configIndex: 0,
  overrideIndex: order,
  order,
  instanceType: `type-${order}`,
  subnetId: undefined,
  weight: 1,
  priority: undefined,
  price: 1,
  room: Infinity,
  ...more,
});

const order = (pools: readonly Pool[], strategy: AllocationStrategy): readonly number[] =>
  orderPools(pools, strategy).map((one) => one.order);

describe('the order of pools', () => {
  it.each([
    ['lowest-price', [{ price: 3 }, { price: 2 }, { price: null }], [1, 0, 2]],
    ['lowest-price', [{ price: 3 }, { price: 4, weight: 2 }], [1, 0]],
    ['prioritized', [{}, { priority: 2 }, { priority: 0 }], [2, 1, 0]],
    ['diversified', [{ price: 3 }, { price: 1 }], [0, 1]],
    ['capacity-optimized', [{ room: 1 }, { room: 5 }, { room: 5 }], [1, 2, 0]],
    [
      'capacity-optimized-prioritized',
      [{ room: 5, priority: 1 }, { room: 5, priority: 0 }, { room: 9 }],
      [2, 1, 0],
    ],
    ['price-capacity-optimized', [{ price: 3 }, { price: 2 }, { price: 1, room: 1 }], [1, 0, 2]],
  ] as const)('by %s of %j', (strategy, pools, expected) => {
    expect(
      order(
        pools.map((more, index) => pool(index, more)),
        strategy,
      ),
    ).toEqual(expected);
  });
});

describe('the pool of the next instance', () => {
  it.each([
    ['lowest-price', undefined, 1],
    ['lowest-price', 2, 2],
    ['diversified', undefined, 4],
    ['capacity-optimized', 2, 1],
  ] as const)('by %s with %s pools to use is one of %i', (strategy, poolsToUse, spread) => {
    expect(spreadOf(strategy, poolsToUse, 4)).toBe(spread);
  });

  it('is the one with the fewest units of those that are spread over', () => {
    const pools = [pool(0), pool(1), pool(2)];
    const units = new Map([
      [pools[0], 2],
      [pools[1], 1],
    ]);
    const next = (spread: number) => nextPool(pools, spread, (one) => units.get(one) ?? 0)?.order;
    expect(next(1)).toBe(0);
    expect(next(2)).toBe(1);
    expect(next(3)).toBe(2);
    expect(nextPool([], 3, () => 0)).toBeUndefined();
  });
});
