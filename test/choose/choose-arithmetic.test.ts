import { expect, it } from 'vitest';
import carbon from '../../src/atlas/facts/carbon.json' with { type: 'json' };
import prices from '../../src/atlas/facts/prices.json' with { type: 'json' };
import roundTrips from '../../src/atlas/facts/round-trips.json' with { type: 'json' };
import { runCommand } from '../support/faultline-process.ts';

/**
 * The arithmetic of `faultline choose`, done again from the raw facts with nothing of the engine: users at measured
 * Regions, and the four Regions of the USA, which are all measured.
 */

type Usa = 'us-east-1' | 'us-east-2' | 'us-west-1' | 'us-west-2';
const usa: readonly Usa[] = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'];

interface Ranked {
  readonly region: Usa;
  readonly score: number;
  readonly latencyMs: { readonly median: number; readonly worst: number };
  readonly monthlyUsd: Readonly<
    Record<'total' | 'instances' | 'storage' | 'egress', number | null>
  >;
  readonly carbonGramsPerKwh: number | null;
  readonly missingServices: readonly string[];
}

interface Answer {
  readonly ranking: readonly Ranked[];
  readonly excluded: readonly { readonly region: string; readonly reason: string }[];
  readonly sensitivity: readonly {
    readonly criterion?: string;
    readonly winner: string;
    readonly winsFrom: number;
    readonly winsTo: number;
    readonly above: string | null;
    readonly text: string;
  }[];
}

/** Options as one writes them: none of them holds a space. */
const choose = async (options: string): Promise<Answer> => {
  const { stdout, stderr, exitCode } = await runCommand([
    'choose',
    '--json',
    ...options.split(' '),
  ]);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  // The test reads what the README promises of this document.
  return JSON.parse(stdout) as Answer;
};

const cents = (usd: number): number => Math.round(usd * 100) / 100;

it('one place, price and latency alike', async () => {
  const answer = await choose('--users eu-west-1:100 --within US --instance m5.large:2');
  const latency = (region: Usa): number => roundTrips.rtt['eu-west-1'][region];
  const usd = (region: Usa): number => prices.usdPerHour[region]['m5.large'] * 2 * 730;
  const nearest = Math.min(...usa.map(latency));
  const cheapest = Math.min(...usa.map(usd));
  const score = (region: Usa): number =>
    (cheapest / usd(region)) * 0.5 + (nearest / latency(region)) * 0.5;
  const expected = usa.toSorted((a, b) => score(b) - score(a));
  expect(answer.ranking.map(({ region }) => region)).toEqual(expected);
  for (const one of answer.ranking) {
    expect(one.score).toBeCloseTo(score(one.region), 4);
    expect(one.latencyMs).toEqual({ median: latency(one.region), worst: latency(one.region) });
    expect(one.monthlyUsd).toEqual({
      total: cents(usd(one.region)),
      instances: cents(usd(one.region)),
      storage: 0,
      egress: 0,
    });
    expect(one.carbonGramsPerKwh).toBe(carbon.regions[one.region].ccf2024);
    expect(one.missingServices).toEqual([]);
  }
  expect(answer.excluded).toHaveLength(30);
  expect(answer.excluded.find(({ region }) => region === 'eu-west-1')?.reason).toContain(
    'outside US',
  );
});

it('two halves of users, two types, three weights', async () => {
  const answer = await choose(
    '--users ap-northeast-1:50 --users sa-east-1:50 --within US --instance m7g.large:3 --instance t3.micro:1 --weights price=1,latency=2,carbon=1',
  );
  const far = (region: Usa): readonly [number, number] => [
    roundTrips.rtt['ap-northeast-1'][region],
    roundTrips.rtt['sa-east-1'][region],
  ];
  const median = (region: Usa): number => (far(region)[0] + far(region)[1]) / 2;
  const usd = (region: Usa): number => {
    const hourly = prices.usdPerHour[region];
    return 730 * (3 * hourly['m7g.large'] + hourly['t3.micro']);
  };
  const grams = (region: Usa): number => carbon.regions[region].ccf2024;
  const best = (value: (region: Usa) => number): number => Math.min(...usa.map(value));
  const score = (region: Usa): number =>
    (best(usd) / usd(region)) * 0.25 +
    (best(median) / median(region)) * 0.5 +
    (best(grams) / grams(region)) * 0.25;
  expect(answer.ranking.map(({ region }) => region)).toEqual(
    usa.toSorted((a, b) => score(b) - score(a)),
  );
  for (const one of answer.ranking) {
    expect(one.score).toBeCloseTo(score(one.region), 4);
    expect(one.latencyMs.median).toBeCloseTo(median(one.region), 1);
    expect(one.latencyMs.worst).toBe(Math.max(...far(one.region)));
    expect(one.monthlyUsd.total).toBe(cents(usd(one.region)));
  }
});

it('an unknown price is null and ranks behind the known ones, however near', async () => {
  const answer = await choose(
    '--users us-west-2:100 --within US --instance m5.large:1 --storage-gb 500 --egress-gb 100',
  );
  const [first, ...others] = answer.ranking;
  const instances = prices.usdPerHour['us-east-1']['m5.large'] * 730;
  const storage = prices.other.gp3GbMonth['us-east-1'].v * 500;
  const egress = prices.other.internetEgressPerGbFirst10TB['us-east-1'] * 100;
  expect(first).toMatchObject({
    region: 'us-east-1',
    monthlyUsd: {
      total: cents(instances + storage + egress),
      instances: cents(instances),
      storage: cents(storage),
      egress: cents(egress),
    },
  });
  expect(others.map(({ region }) => region)).toEqual(['us-west-2', 'us-west-1', 'us-east-2']);
  for (const { monthlyUsd, region } of others) {
    expect(monthlyUsd).toEqual({
      total: null,
      instances: cents(prices.usdPerHour[region]['m5.large'] * 730),
      storage: null,
      egress: null,
    });
  }
});

it('the first place changes exactly where it says', async () => {
  const options = '--users us-west-1:100 --within US --instance t3.micro:1';
  const { sensitivity, ranking } = await choose(options);
  const byPrice = sensitivity.find(({ criterion }) => criterion === 'price');
  const usd = (region: Usa): number => prices.usdPerHour[region]['t3.micro'];
  const latency = (region: Usa): number => roundTrips.rtt['us-west-1'][region];
  const [cheapest, nearest] = [Math.min(...usa.map(usd)), Math.min(...usa.map(latency))];
  const score = (region: Usa, share: number): number =>
    (cheapest / usd(region)) * share + (nearest / latency(region)) * (1 - share);
  // Two straight lines cross where their difference is nought.
  const crossing = (a: Usa, b: Usa): number => {
    const [atNought, atOne] = [score(a, 0) - score(b, 0), score(a, 1) - score(b, 1)];
    return atNought / (atNought - atOne);
  };
  expect(ranking[0]?.region).toBe('us-west-1');
  const share = Math.min(
    ...usa.filter((one) => one !== 'us-west-1').map((one) => crossing('us-west-1', one)),
  );
  expect(byPrice).toMatchObject({ winner: 'us-west-1', winsFrom: 0, above: 'us-west-2' });
  expect(byPrice?.winsTo).toBeCloseTo(share, 4);
  expect(byPrice?.text).toBe(
    `us-west-1 wins unless price counts more than ${Math.round(share * 1000) / 10} % (then us-west-2)`,
  );
  const just = async (percent: number): Promise<Usa | undefined> => {
    const weights = `--weights price=${percent},latency=${100 - percent}`;
    return (await choose(`${options} ${weights}`)).ranking[0]?.region;
  };
  expect(await just(share * 100 - 0.01)).toBe('us-west-1');
  expect(await just(share * 100 + 0.01)).toBe('us-west-2');
});
