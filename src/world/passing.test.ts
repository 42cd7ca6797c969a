import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chancesOver, isEven, passingOver, withoutGray, type Chance } from './passing.ts';
import { noWay, openWay, worldMs, type Gray, type Way } from './way.ts';

const gray = (share: number, as: Gray['as'], delayMs = 0): Gray => ({
  share,
  as,
  delay: worldMs(delayMs),
  seed: 0,
});

const sum = (chances: readonly Chance[], kind?: Chance['passing']['kind']): number =>
  chances
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
    expect(chancesOver(noWay, 2)).toEqual([{ share: 1, passing: { kind: 'silence' } }]);
    expect(chancesOver(openWay(40), 2)).toEqual([
      { share: 1, passing: { kind: 'through', delay: 80 } },
    ]);
    expect(isEven(openWay(40))).toBe(true);
    expect(isEven(openWay(40, 0.1))).toBe(false);
  });

  it('is a delay of 1, 3, 7 … seconds where packets are lost, and silence when all sendings are', () => {
    // Half of the packets lost in each direction: three of four round trips are.
    const chances = chancesOver(openWay(10, 0.5), 1);
    expect(chances.slice(0, 3)).toEqual([
      { share: 0.25, passing: { kind: 'through', delay: 10 } },
      { share: 0.1875, passing: { kind: 'through', delay: 1010 } },
      { share: 0.140625, passing: { kind: 'through', delay: 3010 } },
    ]);
    expect(sum(chances, 'silence')).toBeCloseTo(0.75 ** 7);
    expect(sum(chancesOver(openWay(10, 1), 1), 'silence')).toBe(1);
  });

  it('strikes the share of requests that a gray failure says, and no shallow health check', () => {
    const way = { ...openWay(10), gray: [gray(0.25, 'error'), gray(0.5, 'latency', 700)] };
    expect(chancesOver(way, 2)).toEqual([
      { share: 0.375, passing: { kind: 'through', delay: 20 } },
      { share: 0.375, passing: { kind: 'through', delay: 720 } },
      { share: 0.25, passing: { kind: 'error', delay: 20 } },
    ]);
    expect(chancesOver(withoutGray(way), 2)).toEqual(chancesOver(openWay(10), 2));
  });

  it('is one of all, whatever the way', () => {
    fc.assert(
      fc.property(anyWay, fc.integer({ min: 1, max: 2 }), (way, roundTrips) => {
        const chances = chancesOver(way, roundTrips);
        expect(sum(chances)).toBeCloseTo(1, 5);
        expect(chances.every(({ share }) => share >= 0)).toBe(true);
      }),
    );
  });

  it('is drawn as often as its share says, and the same for the same key', () => {
    const way = { ...openWay(5, 0.1), gray: [gray(0.3, 'error')] };
    const chances = chancesOver(way, 2);
    const drawn = Array.from({ length: 20_000 }, (_, n) => passingOver(way, 2, 7, 'request', n));
    expect(drawn.map((_, n) => passingOver(way, 2, 7, 'request', n))).toEqual(drawn);
    for (const kind of ['through', 'error', 'silence'] as const) {
      const share = drawn.filter((one) => one.kind === kind).length / drawn.length;
      expect(share).toBeCloseTo(sum(chances, kind), 1.5);
    }
  });
});
