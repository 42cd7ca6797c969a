import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareLink, type Demand } from './shared-link.ts';

const demand = (id: string, most: number, needed?: number): Demand => ({ id, most, needed });

describe('a link', () => {
  it.each([
    ['one copy takes what it can', 100, [demand('a', 30)], { a: 30 }],
    ['alike share alike', 40, [demand('a', 30), demand('b', 30)], { a: 20, b: 20 }],
    [
      'what a slow one leaves goes to the others',
      70,
      [demand('a', 10), demand('b', 100), demand('c', 100)],
      { a: 10, b: 30, c: 30 },
    ],
    [
      'one with a time gets what it needs first',
      50,
      [demand('a', 30), demand('b', 30, 40)],
      { a: 10, b: 40 },
    ],
    [
      'those with a time share what there is',
      50,
      [demand('a', 30), demand('b', 30, 40), demand('c', 30, 40)],
      { a: 0, b: 25, c: 25 },
    ],
    [
      'a link without bound bounds nobody',
      Infinity,
      [demand('a', 30), demand('b', 9)],
      { a: 30, b: 9 },
    ],
  ] as const)('%s', (_what, capacity, demands, shares) => {
    expect(Object.fromEntries(shareLink(capacity, demands))).toEqual(shares);
  });

  it('never carries more than it can, and leaves nothing unused that somebody wants', () => {
    const amount = fc.integer({ min: 0, max: 1000 });
    const wants = fc.array(
      fc.record({ most: amount, needed: fc.option(amount, { nil: undefined }) }),
    );
    fc.assert(
      fc.property(amount, wants, (capacity, list) => {
        const demands = list.map((want, index) => ({ id: String(index), ...want }));
        const shares = shareLink(capacity, demands);
        const total = [...shares.values()].reduce((sum, share) => sum + share, 0);
        expect(total).toBeLessThanOrEqual(capacity + 1e-6);
        const wanted = demands.reduce((sum, { most, needed }) => sum + (needed ?? most), 0);
        expect(total).toBeCloseTo(Math.min(capacity, wanted), 6);
      }),
    );
  });
});
