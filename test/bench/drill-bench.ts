import { join } from 'node:path';
import { geographyOfFile } from '../../src/server/read-world-file.ts';
import { openVirtualDrill } from '../../src/drill-worlds/open-drill-world.ts';
import { loadDrill } from '../../src/drill/drill-file.ts';
import type { DrillPlan } from '../../src/drill/drill-plan.ts';
import type { DrillWorld } from '../../src/drill/ports.ts';
import { runDrill } from '../../src/drill/run-drill.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import type { Benchmark, Result } from './measurement.ts';
import { median } from './measurement.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'two-regions');
const rounds = 3;
const dayMs = 24 * 3_600_000;

/** The same world, which also tells when the stack has settled: from then on the drill itself runs. */
const tellSettled = (world: DrillWorld, onSettled: () => void): DrillWorld =>
  new Proxy(world, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        const answer: unknown = Reflect.apply(value, target, args);
        if (name === 'unsettled' && Array.isArray(answer) && answer.length === 0) onSettled();
        return answer;
      };
    },
  });

/** Seconds that the simulation of a plan takes, once its stack stands. */
const simulationSeconds = async (plan: DrillPlan): Promise<number> => {
  const world = await openVirtualDrill({
    geography: plan.geography,
    seed: plan.seed,
    speed: plan.speed,
    account: '000000000000',
    tell: (line) => process.stderr.write(`${line}\n`),
  });
  let settledAt = 0;
  const timed = tellSettled(world, () => {
    settledAt = performance.now();
  });
  try {
    const result = await runDrill(plan, timed, { version: 'bench', startedAt: new Date() });
    if (isDomainError(result)) throw new Error(result.message);
    return (performance.now() - settledAt) / 1000;
  } finally {
    await world.close();
  }
};

const medianSeconds = async (plan: DrillPlan): Promise<number> => {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round += 1) seconds.push(await simulationSeconds(plan));
  return median(seconds);
};

/** The example drill, simulated: as it is, over a whole day, and with ten times the requests. */
export const drillBench: Benchmark = {
  name: 'drill',
  run: async () => {
    const plan = await loadDrill(example, {
      worldFile: undefined,
      readWorld: (file) => Promise.resolve(geographyOfFile(file)),
    });
    if (isDomainError(plan)) throw new Error(plan.message);
    // The first run loads code.
    await simulationSeconds(plan);
    const asItIs = await medianSeconds(plan);
    const overADay = await medianSeconds({ ...plan, durationMs: dayMs });
    const busy = {
      ...plan,
      traffic: plan.traffic.map((one) => ({ ...one, ratePerSecond: one.ratePerSecond * 10 })),
    };
    const withTenfold = await medianSeconds(busy);
    const results: readonly Result[] = [
      {
        what: 'a simulated drill, the example over a day',
        measured: dayMs / 1000 / overADay,
        unit: 'world s/s',
        ratio: dayMs / 1000 / overADay,
        budget: { atLeast: 100_000 },
        note: `from the settled stack to the report: ${overADay.toFixed(3)} s for a day`,
      },
      {
        what: 'a simulated drill, the example as it is',
        measured: plan.durationMs / 1000 / asItIs,
        unit: 'world s/s',
        note: `${asItIs.toFixed(3)} s for ${plan.durationMs / 60_000} minutes, most of it the events of its faults`,
      },
      {
        what: 'a simulated drill with ten times the requests',
        measured: withTenfold * 1000,
        unit: 'ms',
        reference: { what: 'as it is', value: asItIs * 1000 },
        budget: { atMost: 2 },
      },
    ];
    return results;
  },
};
