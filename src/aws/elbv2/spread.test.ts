import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread, turnOf, turnsOf, type Weighted } from './spread.ts';

const groups = (...weights: readonly number[]): readonly Weighted[] =>
  weights.map((weight, index) => ({ arn: 'abcde'[index] ?? '', weight }));

/** At most five target groups are in a forward action. Source: API reference, ForwardActionConfig. */
const anyGroups = fc
  .array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 5 })
  .map((weights) => groups(...weights));

describe('a forward action with weights', () => {
  it.each([
    ['gives its only target group everything', [0], 'aa'],
    ['gives nothing to one that weighs nothing', [1, 0], 'aa'],
    ['takes turns between equal ones', [5, 5], 'abab'],
    ['lets none wait for a run of another one', [5, 1, 1], 'aabacaa'],
    ['has no turn where all weigh nothing', [0, 0], ''],
  ])('%s', (_, weights, expected) => {
    const turns = turnsOf(groups(...weights));
    const played = Array.from({ length: expected.length }, (__, turn) => turnOf(turns, turn));
    expect(played.join('')).toBe(expected);
  });

  it('gives each its share of the turns, exactly in a round and nearly at any moment', () => {
    fc.assert(
      fc.property(anyGroups, (weighted) => {
        const turns = turnsOf(weighted);
        const shares = new Map(spread(weighted).map(({ arn, share }) => [arn, share]));
        const had = new Map<string, number>();
        let worst = 0;
        turns.forEach((arn, turn) => {
          had.set(arn, (had.get(arn) ?? 0) + 1);
          for (const [one, share] of shares) {
            worst = Math.max(worst, Math.abs((had.get(one) ?? 0) - share * (turn + 1)));
          }
        });
        for (const [arn, share] of shares) {
          expect(had.get(arn)).toBeCloseTo(share * turns.length, 6);
        }
        expect(worst).toBeLessThan(shares.size <= 2 ? 1.001 : shares.size);
        expect([...shares.values()].reduce((all, share) => all + share, 0)).toBeCloseTo(
          shares.size === 0 ? 0 : 1,
          9,
        );
      }),
    );
  });
});
