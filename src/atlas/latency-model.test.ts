import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  beginMark,
  docsText,
  endMark,
  factsText,
  latencyNumbers,
} from '../../scripts/latency-numbers.ts';
import { distanceKm } from './distance.ts';
import rawMatrix from './facts/round-trips.json' with { type: 'json' };
import { earth } from './geography.ts';
import { fitCoefficients, leaveOneOut } from './latency-fit.ts';
import { estimate } from './latency-model.ts';
import { measuredEndsMs, measuredSamples } from './measured-round-trips.ts';
import { earthPlaces } from './places.ts';
import { awsRegions } from './regions.ts';

const root = join(import.meta.dirname, '..', '..');
const numbers = latencyNumbers();

const middle = (values: readonly number[]): number => {
  const inOrder = values.toSorted((a, b) => a - b);
  return inOrder[Math.floor(inOrder.length / 2)] ?? Number.NaN;
};

const place = (name: string) => {
  const found = earthPlaces.find(name);
  if (found.kind !== 'found') throw new Error(name);
  return found.place;
};

describe('the latency model against the raw matrix', () => {
  test('errs by at most 15 % for a Region left out, and less than light in a straight fibre', () => {
    // Counted here from the matrix itself, without the model's own way of counting.
    const matrix: Readonly<Record<string, Readonly<Record<string, number>>>> = rawMatrix.rtt;
    const errors = leaveOneOut(measuredSamples(), measuredEndsMs()).map(({ sample, ms }) => {
      const measured = matrix[sample.from]?.[sample.to] ?? Number.NaN;
      return Math.abs(ms - measured) / measured;
    });
    const straight = awsRegions.flatMap((from) =>
      awsRegions.flatMap((to) => {
        const measured = matrix[from.code]?.[to.code];
        if (measured === undefined || from === to) return [];
        return Math.abs(distanceKm(from, to) / 100 - measured) / measured;
      }),
    );
    expect(straight).toHaveLength(420);
    // Each pair is left out once with either of its ends.
    expect(errors).toHaveLength(840);
    expect(middle(errors)).toBeLessThan(0.15);
    expect(middle(errors)).toBeLessThan(middle(straight));
  });

  test('leaves a Region out wholly: what was measured there changes no prediction of it', () => {
    const samples = measuredSamples();
    const wrong = samples.map((sample) =>
      [sample.from, sample.to].includes('sa-east-1') ? { ...sample, ms: sample.ms * 10 } : sample,
    );
    const of = (list: typeof samples) =>
      leaveOneOut(list, measuredEndsMs())
        .filter(({ sample }) => sample.from === 'sa-east-1' && sample.to === 'us-east-1')
        .map(({ ms }) => Math.round(ms));
    const [right, wrongly] = [of(samples), of(wrong)];
    // One of the two predictions leaves out us-east-1 alone, and may be led astray by the rest of sa-east-1.
    expect(right).toHaveLength(2);
    expect(right.some((ms) => wrongly.includes(ms))).toBe(true);
  });

  test('stands in the facts and in docs/atlas.md as it is computed now', () => {
    const stored = readFileSync(join(root, 'src/atlas/facts/latency-model.json'), 'utf8');
    expect(JSON.parse(stored)).toEqual(JSON.parse(factsText(numbers)));
    const page = readFileSync(join(root, 'docs/atlas.md'), 'utf8');
    expect(page.split(beginMark)[1]?.split(endMark)[0]?.trim()).toBe(docsText(numbers));
  });

  test('needs samples', () => {
    expect(() => fitCoefficients([], 3)).toThrow('needs samples');
  });
});

describe('an estimate', () => {
  test('has a band about it, and says that it is one', () => {
    const trip = earthPlaces.roundTripFromPlace(place('Nairobi'), 'eu-west-1');
    expect(trip.basis).toBe('estimated');
    expect(trip.lowMs).toBeLessThan(trip.ms);
    expect(trip.highMs).toBeGreaterThan(trip.ms);
  });

  test('knows the ways round: Cape Town to Sao Paulo goes by Europe and North America', () => {
    const [capeTown, saoPaulo] = [place('Cape Town'), place('Sao Paulo')];
    expect(estimate(capeTown, saoPaulo).ms).toBeGreaterThan(distanceKm(capeTown, saoPaulo) * 0.03);
  });

  test.each([
    ['London', 'eu-west-2', 10],
    ['Frankfurt', 'eu-central-1', 10],
    ['Tokyo', 'ap-northeast-1', 10],
  ])('from %s to the Region next door is a few milliseconds', (city, region, mostMs) => {
    const { ms } = earthPlaces.roundTripFromPlace(place(city), region);
    expect(ms).toBeLessThan(mostMs);
    expect(ms).toBeGreaterThan(2);
  });

  test.each([
    ['London', 'us-east-1', 'eu-west-2'],
    ['Dublin', 'ap-southeast-2', 'eu-west-1'],
    ['Mumbai', 'sa-east-1', 'ap-south-1'],
    ['Seoul', 'af-south-1', 'ap-northeast-2'],
  ])('from %s to %s is near what was measured from %s', (city, region, neighbour) => {
    const measured = earth.roundTripMs(neighbour, region);
    const { ms } = earthPlaces.roundTripFromPlace(place(city), region);
    expect(Math.abs(ms / measured - 1)).toBeLessThan(0.15);
  });

  test('all pairs of all Regions take less than 100 ms of processor time', () => {
    const spentMs = [1, 2, 3, 4, 5].map(() => {
      const begin = process.cpuUsage();
      // Nothing is remembered of places that are new.
      const fresh = awsRegions.map(({ latitude, longitude }) => ({ latitude, longitude }));
      for (const from of fresh) for (const to of fresh) estimate(from, to);
      return process.cpuUsage(begin).user / 1000;
    });
    // The best of some: beside other work each is slower than it would be, and how long it takes is the machine's affair.
    expect(Math.min(...spentMs)).toBeLessThan(100);
  });
});
