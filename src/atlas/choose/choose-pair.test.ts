import { expect, it } from 'vitest';
import { earthPlaces } from '../places.ts';
import { earthChoiceFacts, type ChoiceFacts } from './choice-facts.ts';
import { choosePair, pairDetails } from './choose-pair.ts';
import { pairIncidents } from './pair-incidents.ts';
import { defaultWeights, type Requirements } from './requirements.ts';

const cities = earthPlaces.all.filter(({ region }) => region === undefined).slice(0, 20);

const needs: Requirements = {
  users: cities.map((place) => ({ name: place.name, place, sharePercent: 100 / cities.length })),
  services: ['s3', 'lambda'],
  instances: [{ type: 'm5.large', count: 4 }],
  storageGb: 0,
  egressGb: 0,
  within: [],
  maxLatencyMs: undefined,
  weights: defaultWeights,
};

const counted = (): { readonly facts: ChoiceFacts; readonly calls: Map<string, number> } => {
  const calls = new Map<string, number>();
  const count =
    <Arguments extends readonly unknown[], Answer>(
      name: string,
      ask: (...args: Arguments) => Answer,
    ) =>
    (...args: Arguments): Answer => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return ask(...args);
    };
  const facts = {
    ...earthChoiceFacts,
    roundTripFromPlace: count('fromPlace', earthChoiceFacts.roundTripFromPlace),
    roundTripBetween: count('between', earthChoiceFacts.roundTripBetween),
    instanceUsdPerHour: count('price', earthChoiceFacts.instanceUsdPerHour),
    hasService: count('service', earthChoiceFacts.hasService),
  };
  return { facts, calls };
};

it('ranks all pairs and asks for each fact of a Region, not of a pair', () => {
  const { facts, calls } = counted();
  const { pairs } = choosePair(needs, facts);
  const regions = facts.regions.length;
  expect(pairs).toHaveLength(regions * (regions - 1));
  // Once for the pairs and once for the Regions one by one.
  expect(calls.get('fromPlace')).toBe(2 * regions * cities.length);
  expect(calls.get('price')).toBe(2 * regions);
  expect(calls.get('service')).toBe(2 * regions * needs.services.length);
  expect(calls.get('between')).toBeUndefined();
});

it('scores a pair by the primary, the fallback and their independence', () => {
  const { pairs } = choosePair(needs, earthChoiceFacts);
  for (const { primary, fallback, independence, score } of pairs.slice(0, 50)) {
    const { distanceKm, sharesCountry, sharesGrid } = independence;
    const far = Math.min(1, distanceKm / 1000);
    const grid = sharesGrid === undefined ? 0.5 : Number(!sharesGrid);
    const mark = (far + Number(!sharesCountry) + grid) / 3;
    expect(score).toBeCloseTo(0.5 * primary.score + 0.3 * fallback.score + 0.2 * mark, 9);
    expect(independence.sharesZone).toBe(false);
  }
});

it('keeps the data where it may lie; the latency limit binds the primary alone', () => {
  const asked: Requirements = { ...needs, within: [{ kind: 'union' }], maxLatencyMs: 150 };
  const { pairs } = choosePair(asked, earthChoiceFacts);
  expect(pairs.length).toBeGreaterThan(0);
  const union = ['IE', 'FR', 'DE', 'IT', 'ES', 'SE'];
  for (const { primary, fallback } of pairs) {
    expect(union).toContain(primary.candidate.region.country);
    expect(union).toContain(fallback.candidate.region.country);
    expect(primary.candidate.latency.worst?.roundTrip.ms).toBeLessThanOrEqual(150);
  }
  const beyond = pairs.filter(
    ({ fallback }) => (fallback.candidate.latency.worst?.roundTrip.ms ?? 0) > 150,
  );
  expect(beyond.length).toBeGreaterThan(0);
});

it('prices pilot light, warm standby and active-active, and keeps unknown prices unknown', () => {
  const { pairs } = choosePair({ ...needs, storageGb: 100, egressGb: 50 }, earthChoiceFacts);
  const of = (primary: string, fallback: string) => {
    const pair = pairs.find(
      (one) =>
        one.primary.candidate.region.code === primary &&
        one.fallback.candidate.region.code === fallback,
    );
    if (pair === undefined) throw new Error(`${primary} ${fallback} is not among the pairs.`);
    return pairDetails(pair, { ...needs, storageGb: 100 }, earthChoiceFacts).costs;
  };
  const costs = of('us-east-1', 'ap-northeast-2');
  const [virginia, seoul] = [0.096 * 730, 0.118 * 730];
  const primary = 4 * virginia + 100 * 0.08;
  expect(costs.pilotLight.total).toBeCloseTo(primary + 100 * 0.0912, 6);
  expect(costs.warmStandby.total).toBeCloseTo(primary + seoul + 100 * 0.0912, 6);
  expect(costs.activeActive.total).toBeCloseTo(primary + 4 * seoul + 100 * 0.0912, 6);
  expect(of('us-east-1', 'eu-west-1').pilotLight).toMatchObject({
    total: null,
    fallback: { total: null, instances: 0, storage: null },
  });
});

it('tells what past incidents would have done to a pair', () => {
  const effects = (primary: string, fallback: string) =>
    pairIncidents(primary, fallback, earthChoiceFacts.incidents).map(
      ({ incident, effect }) => `${incident.date} ${effect}`,
    );
  expect(effects('us-east-1', 'us-east-2')).toEqual(
    expect.arrayContaining([
      '2021-12-22 primary-zone',
      '2022-07-28 fallback-zone',
      '2025-10-20 primary-lost',
    ]),
  );
  expect(effects('eu-west-1', 'us-east-1')).toContain('2025-10-20 fallback-lost');
  expect(effects('me-central-1', 'me-south-1')).toEqual([
    '2026-03-01 both-lost',
    '2026-03-02 both-lost',
  ]);
  expect(effects('me-central-1', 'eu-central-1')).toEqual(['2026-03-01 primary-lost']);
  expect(effects('eu-west-3', 'eu-central-1')).toEqual([]);
});
