import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earthPlaces, type Place } from '../places.ts';
import { earthChoiceFacts, type ChoiceFacts } from './choice-facts.ts';
import { chooseRegion } from './choose-region.ts';
import { criteria, defaultWeights, type Requirements, type Weights } from './requirements.ts';

const placeOf = (name: string): Place => {
  const lookup = earthPlaces.find(name);
  if (lookup.kind !== 'found') throw new Error(`${name}: ${lookup.kind}`);
  return lookup.place;
};

const needs = (other: Partial<Requirements> = {}): Requirements => ({
  users: [
    { name: 'London', place: placeOf('London'), sharePercent: 60 },
    { name: 'New York', place: placeOf('New York,US'), sharePercent: 40 },
  ],
  services: [],
  instances: [{ type: 'm5.large', count: 2 }],
  storageGb: 0,
  egressGb: 0,
  within: [],
  maxLatencyMs: undefined,
  weights: defaultWeights,
  ...other,
});

const winner = (requirements: Requirements): string | undefined =>
  chooseRegion(requirements, earthChoiceFacts).ranking[0]?.candidate.region.code;

const withShare = (weights: Weights, criterion: keyof Weights, share: number): Weights => {
  const others = criteria.filter((one) => one !== criterion);
  const sum = others.reduce((total, one) => total + weights[one], 0);
  const scaled = (one: keyof Weights): number =>
    one === criterion ? share : ((1 - share) * weights[one]) / sum;
  return { price: scaled('price'), latency: scaled('latency'), carbon: scaled('carbon') };
};

describe('what would change the first place', () => {
  const weight = fc.double({ min: 0.05, max: 1, noNaN: true });
  const cities = ['London', 'Tokyo', 'Sydney', 'Mumbai', 'Berlin', 'Chicago', 'Nairobi'];

  it('holds at any share: who is said to win there does win', () => {
    fc.assert(
      fc.property(
        fc.record({ price: weight, latency: weight, carbon: weight }),
        fc.subarray(cities, { minLength: 1, maxLength: 3 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (weights, places, share) => {
          const users = places.map((name) => ({
            name,
            place: placeOf(name),
            sharePercent: 100 / places.length,
          }));
          const asked = needs({ weights, users });
          const choice = chooseRegion(asked, earthChoiceFacts);
          expect(choice.weights.map(({ criterion }) => criterion)).toEqual([...criteria]);
          for (const { criterion, spans } of choice.weights) {
            const span = spans.find(({ from, to }) => from + 1e-6 < share && share < to - 1e-6);
            if (span === undefined) continue;
            const there = { ...asked, weights: withShare(weights, criterion, share) };
            expect(winner(there)).toBe(span.region);
          }
        },
      ),
      { numRuns: 60, seed: 4 },
    );
  });

  it('covers the whole range without gaps, and the winner has its share in its span', () => {
    const choice = chooseRegion(
      needs({ weights: { price: 2, latency: 1, carbon: 1 } }),
      earthChoiceFacts,
    );
    for (const one of choice.weights) {
      expect(one.spans[0]?.from).toBe(0);
      expect(one.spans.at(-1)?.to).toBe(1);
      for (const [index, span] of one.spans.slice(1).entries()) {
        expect(span.from).toBe(one.spans[index]?.to);
      }
      expect(one.winsFrom).toBeLessThanOrEqual(one.share);
      expect(one.winsTo).toBeGreaterThanOrEqual(one.share);
    }
  });

  it('names who could be first, too, as sure as the round trips are', () => {
    const asked = needs({ weights: { price: 0, latency: 1, carbon: 0 }, instances: [] });
    const vague: ChoiceFacts = {
      ...earthChoiceFacts,
      roundTripFromPlace: (place, region) => {
        const { ms } = earthChoiceFacts.roundTripFromPlace(place, region);
        return { ms, lowMs: ms * 0.8, highMs: ms * 1.25, basis: 'estimated' };
      },
    };
    const { ranking, withinError } = chooseRegion(asked, vague);
    const [first, ...others] = ranking.map(({ candidate }) => candidate);
    const high = (first?.latency.medianMs ?? 0) * 1.25;
    const near = others.filter(({ latency }) => (latency.medianMs ?? 0) * 0.8 < high);
    expect(withinError).toEqual(near);
    const sure: ChoiceFacts = {
      ...earthChoiceFacts,
      roundTripFromPlace: (place, region) => {
        const { ms } = earthChoiceFacts.roundTripFromPlace(place, region);
        return { ms, lowMs: ms, highMs: ms, basis: 'measured' };
      },
    };
    expect(chooseRegion(asked, sure).withinError).toEqual([]);
  });

  it('is silent about what cannot change anything', () => {
    expect(
      chooseRegion(needs({ users: [] }), earthChoiceFacts).weights.map((one) => one.criterion),
    ).toEqual(['price', 'carbon']);
    const nothing = needs({ users: [], instances: [], services: ['s3'] });
    expect(chooseRegion(nothing, earthChoiceFacts).weights).toEqual([]);
  });

  it('names a limit without which another would win', () => {
    const asked = needs({ within: [{ kind: 'union' }] });
    const choice = chooseRegion(asked, earthChoiceFacts);
    expect(choice.limits).toHaveLength(1);
    expect(choice.limits[0]).toMatchObject({ limit: 'within', winner: winner(asked) });
    expect(choice.limits[0]?.instead.region.code).toBe(winner(needs()));
  });
});

describe('what is not known', () => {
  const without = (codes: readonly string[]): ChoiceFacts => ({
    ...earthChoiceFacts,
    instanceUsdPerHour: (type, region) =>
      codes.includes(region.code) ? undefined : earthChoiceFacts.instanceUsdPerHour(type, region),
  });

  it('ranks behind all that is known, and is never nought', () => {
    const first = winner(needs()) ?? '';
    const { ranking } = chooseRegion(needs(), without([first]));
    const index = ranking.findIndex(({ candidate }) => candidate.region.code === first);
    expect(ranking[index]?.candidate.monthlyUsd).toMatchObject({ total: null, instances: null });
    expect(
      ranking.slice(0, index).every(({ candidate }) => candidate.monthlyUsd.total !== null),
    ).toBe(true);
    expect(ranking.slice(index).every(({ candidate }) => candidate.monthlyUsd.total === null)).toBe(
      true,
    );
  });

  it('does not matter where it does not count', () => {
    const first = winner(needs({ weights: { price: 0, latency: 1, carbon: 0 } }));
    const asked = needs({ weights: { price: 0, latency: 1, carbon: 0 } });
    expect(chooseRegion(asked, without([first ?? ''])).ranking[0]?.candidate.region.code).toBe(
      first,
    );
    const { weights } = chooseRegion(asked, without([first ?? '']));
    expect(weights.find(({ criterion }) => criterion === 'price')).toMatchObject({
      winner: first,
      winsFrom: 0,
      winsTo: 0,
    });
  });
});

it('says what to relax when nothing fits', () => {
  const tight = chooseRegion(needs({ maxLatencyMs: 5 }), earthChoiceFacts);
  expect(tight.ranking).toEqual([]);
  expect(tight.relaxations).toHaveLength(1);
  const [relaxation] = tight.relaxations;
  const needed = relaxation?.neededMs ?? 0;
  expect(winner(needs({ maxLatencyMs: needed }))).toBe(relaxation?.candidate.region.code);
  expect(winner(needs({ maxLatencyMs: needed - 1 }))).toBeUndefined();
  const lawless = chooseRegion(
    needs({ maxLatencyMs: 5, within: [{ kind: 'country', country: 'NO' }] }),
    earthChoiceFacts,
  );
  expect(lawless.isEachEnough).toBe(false);
  expect(lawless.relaxations.map(({ limit }) => limit)).toEqual(['within', 'max-latency']);
});
