import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEven, passingOver, sharesOver, withoutGray, type PassingShare } from './passing.ts';
import { noWay, openWay, worldMs, type Gray, type Way } from './way.ts';

const gray = (share: number, as: Gray['as'], delayMs = 0): Gray => ({
  share,
  as,
  delay: worldMs(delayMs),
  seed: 0,
});

const sum = (shares: readonly PassingShare[], kind?: PassingShare['passing']['kind']): number =>
  shares
    .filter(({ passing }) => kind === undefined || passing.kind === kind)
    .reduce((total, { share }) => total + share, 0);

const anyWay: fc.Arbitrary<Way> = fc
  .record({
    roundTrip: fc.nat(1000),
    loss: fc.double({ min: 0, max: 1, noNaN: true }),
    gray: fc.array(
      fc.record({
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        as: fc.constantFrom<Gray['as'][]>('error', 'silence', 'latency'),
        delay: fc.nat(5000).map(worldMs),
        seed: fc.nat(),
      }),
      { maxLength: 2 },
    ),
  })
  .map((one) => ({ ...openWay(one.roundTrip, one.loss), gray: one.gray }));

describe('what becomes of what is sent over a way', () => {
  it('is silence where there is none, and its round trips where it is whole', () => {
    expect(sharesOver(noWay, 2)).toEqual([{ share: 1, passing: { kind: 'silence' } }]);
    expect(sharesOver(openWay(40), 2)).toEqual([
      { share: 1, passing: { kind: 'through', delay: 80 } },
    ]);
    expect(isEven(openWay(40))).toBe(true);
    expect(isEven(openWay(40, 0.1))).toBe(false);
  });

  it('is a delay of 1, 3, 7 … seconds where packets are lost, and silence when all sendings are', () => {
    // Half of the packets lost in each direction: three of four round trips are.
    const shares = sharesOver(openWay(10, 0.5), 1);
    expect(shares.slice(0, 3)).toEqual([
      { share: 0.25, passing: { kind: 'through', delay: 10 } },
      { share: 0.1875, passing: { kind: 'through', delay: 1010 } },
      { share: 0.140625, passing: { kind: 'through', delay: 3010 } },
    ]);
    expect(sum(shares, 'silence')).toBeCloseTo(0.75 ** 7);
    expect(sum(sharesOver(openWay(10, 1), 1), 'silence')).toBe(1);
  });

  it('strikes the share of requests that a gray failure says, and no shallow health check', () => {
    const way = { ...openWay(10), gray: [gray(0.25, 'error'), gray(0.5, 'latency', 700)] };
    expect(sharesOver(way, 2)).toEqual([
      { share: 0.375, passing: { kind: 'through', delay: 20 } },
      { share: 0.375, passing: { kind: 'through', delay: 720 } },
      { share: 0.25, passing: { kind: 'error', delay: 20 } },
    ]);
    expect(sharesOver(withoutGray(way), 2)).toEqual(sharesOver(openWay(10), 2));
  });

  it('is one of all, whatever the way', () => {
    fc.assert(
      fc.property(anyWay, fc.integer({ min: 1, max: 2 }), (way, roundTrips) => {
        const shares = sharesOver(way, roundTrips);
        expect(sum(shares)).toBeCloseTo(1, 5);
        expect(shares.every(({ share }) => share >= 0)).toBe(true);
      }),
    );
  });

  it('is drawn as often as its share says, and the same for the same chance', () => {
    const way = { ...openWay(5, 0.1), gray: [gray(0.3, 'error')] };
    const shares = sharesOver(way, 2);
    const draw = (count: number) => passingOver(way, 2, { of: 'a client', count, now: 0 });
    const drawn = Array.from({ length: 20_000 }, (_, count) => draw(count));
    expect(drawn.map((_, count) => draw(count))).toEqual(drawn);
    for (const kind of ['through', 'error', 'silence'] as const) {
      const share = drawn.filter((one) => one.kind === kind).length / drawn.length;
      expect(share).toBeCloseTo(sum(shares, kind), 1.5);
    }
  });
});
