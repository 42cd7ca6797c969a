import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannedTraffic } from './drill-plan.ts';
import { freshCarry } from './failing-share.ts';
import { longestOutageMs } from './measure.ts';
import { ModelledTraffic } from './modelled-traffic.ts';
import type { Run, TrafficRuns } from './runs.ts';
import { outcome, runsOfOutcomes } from './runs.ts';
import {
  london,
  readers,
  ScriptedWorld,
  scriptStartMs,
  type ScriptedState,
} from './test-virtual-world.ts';

const minuteMs = 60_000;

const play = async (
  script: readonly ScriptedState[],
  traffic: PlannedTraffic,
  durationMs: number,
): Promise<TrafficRuns> => {
  const world = new ScriptedWorld(script);
  const modelled = new ModelledTraffic(world, world.vantage(london()), traffic, durationMs);
  await world.waitUntil(scriptStartMs + durationMs);
  return modelled.finish();
};

interface Simulated {
  cached: readonly string[] | undefined;
  expiresMs: number;
  readonly sums: Map<string, number>;
}

const numeric = (address: string): number => Number(address.split('.').at(-1));

/** Request by request, as naively as can be. */
const bruteForce = (
  script: readonly ScriptedState[],
  traffic: PlannedTraffic,
  durationMs: number,
): Uint8Array => {
  const { ratePerSecond, clients } = traffic;
  const all: number[] = [];
  const users: readonly Simulated[] = Array.from({ length: clients }, () => ({
    cached: undefined,
    expiresMs: 0,
    sums: new Map(),
  }));
  for (let request = 0; (request * 1000) / ratePerSecond < durationMs - 1e-6; request += 1) {
    const timeMs = (request * 1000) / ratePerSecond;
    const state = script.findLast(({ fromMs }) => fromMs <= timeMs + 1e-6);
    const index = request % clients;
    const user = users[index];
    if (state === undefined || user === undefined) throw new Error('The script begins late.');
    if (user.cached === undefined || timeMs >= user.expiresMs - 1e-6) {
      if (state.addresses === undefined) {
        all.push(outcome.lost);
        continue;
      }
      const share = user.cached === undefined ? (index + 1) / clients : 1;
      user.cached = state.addresses.toSorted((a, b) => numeric(a) - numeric(b));
      user.expiresMs = timeMs + state.ttlSeconds * 1000 * share;
    }
    const turn = Math.floor(request / clients);
    const address = user.cached[(index + turn) % user.cached.length] ?? '';
    const failing = state.failing[address] ?? 0;
    let isLost = failing >= 1;
    if (failing > 0 && failing < 1) {
      const sum = (user.sums.get(address) ?? freshCarry(index, numeric(address))) + failing;
      isLost = sum + 1e-9 >= 1;
      user.sums.set(address, isLost ? Math.max(0, sum - 1) : sum);
    }
    all.push(isLost ? outcome.lost : outcome.good);
  }
  return Uint8Array.from(all);
};

const summary = (
  runs: readonly Run[],
): {
  readonly sent: number;
  readonly lost: number;
  readonly first: number | undefined;
  readonly last: number | undefined;
} => {
  const losing = runs.filter((run) => run.lost > 0);
  const rounded = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : Math.round(ms * 1000) / 1000;
  return {
    sent: runs.reduce((sum, run) => sum + run.sent, 0),
    lost: runs.reduce((sum, run) => sum + run.lost, 0),
    first: rounded(losing[0]?.firstLostMs),
    last: rounded(losing.at(-1)?.lastLostMs),
  };
};

const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.10'];
const shares = [0, 0, 1, 1 / 3, 0.5, 0.25, 0.9];

const states = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 1, max: 150 }).map((tenths) => tenths * 700),
    addresses: fc.option(fc.subarray(addresses, { minLength: 1 }), { nil: undefined, freq: 5 }),
    ttlSeconds: fc.constantFrom(0, 1, 7, 10, 60, 300),
    shares: fc.tuple(...addresses.map(() => fc.constantFrom(...shares))),
  }),
  { minLength: 1, maxLength: 8 },
);

const scripts = states.map((list) => {
  let fromMs = 0;
  return list.map((state): ScriptedState => {
    const scripted = {
      fromMs,
      addresses: state.addresses,
      ttlSeconds: state.ttlSeconds,
      failing: Object.fromEntries(addresses.map((address, at) => [address, state.shares[at] ?? 0])),
    };
    fromMs += state.gapMs;
    return scripted;
  });
});

const traffics = fc
  .record({
    ratePerSecond: fc.constantFrom(0.3, 1, 3, 5, 7.5, 20),
    clients: fc.integer({ min: 1, max: 12 }),
  })
  .map((changes) => readers(changes));

describe('modelled traffic', () => {
  it('loses the same requests at the same times as a simulation of every request', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, traffics, async (script, traffic) => {
        const durationMs = 5 * minuteMs;
        const { ratePerSecond, clients } = traffic;
        const single = runsOfOutcomes(
          { ratePerSecond, clients, durationMs },
          bruteForce(script, traffic, durationMs),
          [],
        );
        const modelled = await play(script, traffic, durationMs);
        expect(modelled.clients.map(summary)).toEqual(single.map(summary));
      }),
      { numRuns: 300 },
    );
  });

  it('is out for as long as in a simulation of every request', async () => {
    const whole = scripts.map((script) =>
      script.map((state) => {
        const failing = Object.entries(state.failing).map(([key, share]) => [
          key,
          Math.round(share),
        ]);
        // Object.fromEntries forgets that the values are numbers.
        return { ...state, failing: Object.fromEntries(failing) as Record<string, number> };
      }),
    );
    await fc.assert(
      fc.asyncProperty(whole, traffics, async (script, traffic) => {
        const durationMs = 5 * minuteMs;
        const { ratePerSecond, clients } = traffic;
        const schedule = { ratePerSecond, clients, durationMs };
        const outcomes = bruteForce(script, traffic, durationMs);
        const modelled = await play(script, traffic, durationMs);
        const single = { ...modelled, clients: runsOfOutcomes(schedule, outcomes, []) };
        // A client whose answer names dead addresses too is served, but only in some of its turns.
        const roundMs = ((addresses.length * clients + 10) * 1000) / ratePerSecond;
        const apartMs = Math.abs(longestOutageMs(modelled) - longestOutageMs(single));
        expect(apartMs).toBeLessThanOrEqual(roundMs);
      }),
      { numRuns: 200 },
    );
  });

  it('says of each run what a simulation of its requests says', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, traffics, async (script, traffic) => {
        const { clients } = await play(script, traffic, 3 * minuteMs);
        for (const run of clients.flat()) {
          expect(run.lost).toBeLessThanOrEqual(run.sent);
          expect(run.firstLostMs === undefined).toBe(run.lost === 0);
          expect(run.firstGoodMs === undefined).toBe(run.lost === run.sent);
          expect(
            run.goodAfterLostMs === undefined || run.goodAfterLostMs > (run.lastLostMs ?? 0),
          ).toBe(true);
          expect(run.lastGoodMs === undefined).toBe(run.lost === run.sent);
          expect([run.lastGoodMs, run.lastLostMs]).toContain(run.lastMs);
          expect([run.firstGoodMs, run.firstLostMs]).toContain(run.firstMs);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('costs the same for ten requests a second and for a million', async () => {
    const script: readonly ScriptedState[] = Array.from({ length: 40 }, (_, index) => ({
      fromMs: index * 15_000,
      addresses: addresses.slice(0, 1 + (index % 4)),
      ttlSeconds: 60,
      failing: { '10.0.0.1': index % 2 },
    }));
    const work = async (ratePerSecond: number): Promise<readonly number[]> => {
      const world = new ScriptedWorld(script);
      const traffic = readers({ ratePerSecond });
      const modelled = new ModelledTraffic(world, world.vantage(london()), traffic, 10 * minuteMs);
      await world.waitUntil(scriptStartMs + 10 * minuteMs);
      const runs = modelled.finish().clients.flat();
      return [world.asked, runs.length, runs.reduce((sum, run) => sum + run.sent, 0)];
    };
    const [fewAsked = 0, fewRuns = 0, fewSent] = await work(10);
    const [manyAsked = 0, manyRuns = 0, manySent] = await work(1_000_000);
    expect([fewSent, manySent]).toEqual([6000, 600_000_000]);
    expect(manyAsked).toBe(fewAsked);
    expect(manyRuns).toBeLessThan(fewRuns * 1.5);
  });

  it('lets users fail who give up before the answer comes', async () => {
    const slow = { fromMs: 0, addresses: ['10.0.0.1'], ttlSeconds: 60, failing: {} };
    const { clients } = await play(
      [slow, { ...slow, fromMs: 30_000, latencyMs: 6000 }],
      readers(),
      minuteMs,
    );
    const total = summary(clients.flat());
    expect(total.sent).toBe(300);
    expect(total.lost).toBe(150);
  });
});
