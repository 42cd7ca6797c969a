import { describe, expect, it } from 'vitest';
import {
  excessLifecycle,
  nextLifecycle,
  onDemandOf,
  usualDistribution,
} from './instances-distribution.ts';

const mix = (onDemandBase: number, onDemandPercentage: number) => ({
  ...usualDistribution,
  onDemandBase,
  onDemandPercentage,
});

describe('how much of a capacity is on demand', () => {
  it.each([
    [0, 100, 5, 5],
    [0, 0, 5, 0],
    [2, 0, 5, 2],
    [2, 0, 1, 1],
    [2, 50, 10, 6],
    [0, 50, 5, 3],
    [0, 30, 10, 3],
    [0, 7, 100, 7],
    [1, 25, 4, 2],
  ])('with a base of %i and %i %% above, of %i: %i', (base, percentage, capacity, expected) => {
    expect(onDemandOf(mix(base, percentage), capacity)).toBe(expected);
  });
});

describe('the next instance', () => {
  it('comes on demand until there is enough of that, then as a Spot Instance', () => {
    const distribution = mix(2, 50);
    const have = { 'on-demand': 0, spot: 0 };
    const launched: string[] = [];
    for (let i = 0; i < 10; i++) {
      const lifecycle = nextLifecycle(distribution, have, 10);
      have[lifecycle] += 1;
      launched.push(lifecycle);
    }
    expect(launched.filter((one) => one === 'on-demand')).toHaveLength(6);
    expect(launched.slice(0, 6).every((one) => one === 'on-demand')).toBe(true);
  });

  it('replaces what was lost by its own kind', () => {
    expect(nextLifecycle(mix(0, 50), { 'on-demand': 2, spot: 1 }, 4)).toBe('spot');
    expect(nextLifecycle(mix(0, 50), { 'on-demand': 1, spot: 2 }, 4)).toBe('on-demand');
  });
});

describe('the instance that goes', () => {
  it.each([
    [0, 50, 3, 3, 'spot'],
    [0, 50, 4, 2, 'on-demand'],
    [2, 0, 3, 3, 'on-demand'],
    [2, 0, 2, 3, 'spot'],
    [0, 0, 0, 3, 'spot'],
    [0, 100, 3, 0, 'on-demand'],
  ] as const)(
    'with a base of %i and %i %%, of %i on demand and %i Spot Instances, is %s',
    (base, percentage, onDemand, spot, expected) => {
      expect(excessLifecycle(mix(base, percentage), { 'on-demand': onDemand, spot })).toBe(
        expected,
      );
    },
  );
});
