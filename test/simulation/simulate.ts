import { earth } from '../../src/atlas/geography.ts';
import { allServices } from '../../scripts/all-services.ts';
import type { Host } from '../../src/aws/host.ts';
import { nodeHost } from '../../src/plane/keys/node-host.ts';
import { rulesOf } from '../../src/aws/loaded-services.ts';
import { SimulatedWorld } from '../../src/simulated/simulated-world.ts';
import { MemoryJournalStore, openMemoryJournal } from '../../src/store/memory-journal.ts';
import { VirtualClock } from '../../src/world/clock.ts';
import { World } from '../../src/world/world.ts';
import { createRandom } from '../crash/random.ts';
import {
  buildBalancer,
  changeBalancer,
  deregisterTargets,
  registerTargets,
} from './balancer-steps.ts';
import { contentsOf, digestOf, firstDifference } from './contents.ts';
import { breakSomething, mendAll, mendSomething } from './fault-steps.ts';
import {
  GroupWatch,
  buildGroups,
  changeGroups,
  checkGroupsConverged,
  deleteGroups,
} from './group-steps.ts';
import { checkCheckers } from './health-check-rules.ts';
import { checkMachines, checkMended } from './mended-rules.ts';
import { ask, changeNames } from './name-steps.ts';
import {
  checkAddresses,
  checkBalancerNames,
  checkFreeAddresses,
  checkKeptUp,
  checkTargetReports,
  type NodeAges,
} from './rules.ts';
import { Broken, once, oneOf, type Home, type Run } from './run.ts';
import { buildNetwork, changeServers, launch, removeNetwork } from './server-steps.ts';
import { strange } from './stranger-steps.ts';
import { tearDown } from './tear-down.ts';
import { Watch } from './watch.ts';

const regions = [
  'us-east-1',
  'eu-west-1',
  'us-west-2',
  'ap-southeast-2',
  'eu-central-1',
  'sa-east-1',
] as const;

const minuteMs = 60_000;

/** How a run ended. */
export interface Outcome {
  /** What broke, and in which step; undefined when everything held. */
  readonly problem: { readonly step: string; readonly error: unknown } | undefined;
  /** World time that passed. */
  readonly worldMs: number;
  readonly commits: number;
  /** Of the event timeline and of all that the world held at the end. */
  readonly digest: string;
  readonly answered: ReadonlySet<string>;
  /** All that the world held at the end, one line for each entity. */
  readonly contents: readonly string[];
}

/** Secrets come from real randomness, which no seed repeats: a world that is played twice keeps none. */
const repeatable: Host = { ...nodeHost, cryptography: () => Promise.resolve(undefined) };

const openWorld = async (
  run: Omit<Run, 'simulated'>,
  startMs?: number,
): Promise<SimulatedWorld> => {
  const journal = openMemoryJournal(run.store);
  await journal.acquireLease();
  const simulated = await SimulatedWorld.open({
    seed: run.seed,
    host: repeatable,
    journal,
    ...(startMs === undefined ? {} : { startMs }),
    onProblem: (instanceId, message) => {
      if (run.scripts.get(instanceId) !== 'malformed')
        run.complaints.push(`${instanceId}: ${message}`);
    },
  });
  run.watch.follow(simulated.world);
  run.groupWatch.follow(simulated.world);
  return simulated;
};

/** What the journal holds, as it comes back from a disk: nothing shared, nothing that JSON cannot say. */
const throughDisk = ({ store }: Run): void => {
  for (const shard of store.shards.values()) {
    // What JSON gives back of records are records.
    shard.records = JSON.parse(JSON.stringify(shard.records)) as typeof shard.records;
  }
};

/** The world that the journal holds, with nothing running in it. */
const recoveredContents = async (run: Run): Promise<readonly string[]> => {
  const throwIt = (error: unknown): never => {
    throw new Broken('recovery fails', { cause: error });
  };
  const journal = openMemoryJournal(run.store);
  await journal.acquireLease();
  const { world } = await World.open({
    seed: run.seed,
    geography: earth,
    journal,
    rules: rulesOf(allServices),
    clock: (notBeforeMs) => new VirtualClock(notBeforeMs),
    onBug: (_where, error) => throwIt(error),
    onJournalFailure: throwIt,
  });
  const contents = contentsOf(world);
  await world.close();
  return contents;
};

/** Closes the world and opens it again, now or some time later: it must be the same. */
const reopen = async (run: Run): Promise<void> => {
  const { simulated } = run;
  const before = contentsOf(simulated.world);
  const at = simulated.clock.now();
  await simulated.close();
  if (firstDifference(before, contentsOf(simulated.world)) !== undefined) {
    throw new Broken('closing changes the world');
  }
  throughDisk(run);
  const difference = firstDifference(before, await recoveredContents(run));
  if (difference !== undefined) {
    throw new Broken(`before closing: ${difference[0]}\nafter opening: ${difference[1]}`);
  }
  const awayMs = once(run, 2) ? 0 : run.random.below(60 * minuteMs);
  run.simulated = await openWorld(run, at + awayMs);
};

const advance = (run: Run): void => {
  const longest = oneOf(run, [1000, minuteMs, 3 * minuteMs, 10 * minuteMs, 360 * minuteMs]);
  run.simulated.clock.advance(1 + run.random.below(longest));
  // All that was to be done soon is done by then.
  checkKeptUp(run);
};

type Step = (run: Run, home: Home) => void | Promise<void>;

/** What may happen in a step, with how often. */
const steps: readonly (readonly [string, number, Step])[] = [
  ['break', 16, breakSomething],
  ['mend', 10, mendSomething],
  ['change servers', 14, changeServers],
  ['launch', 8, launch],
  ['register', 8, registerTargets],
  ['deregister', 6, deregisterTargets],
  ['build balancer', 4, buildBalancer],
  ['change balancer', 10, changeBalancer],
  ['change names', 12, changeNames],
  ['build network', 2, buildNetwork],
  ['remove network', 2, removeNetwork],
  ['strange', 12, strange],
  ['advance', 16, advance],
  ['reopen', 3, reopen],
];

const total = steps.reduce((sum, [, weight]) => sum + weight, 0);

const chooseStep = (run: Run): readonly [string, number, Step] => {
  let left = run.random.below(total);
  for (const step of steps) {
    left -= step[1];
    if (left < 0) return step;
  }
  throw new Error('The weights of all steps make their total.');
};

const checkAll = (run: Run, ages: NodeAges): void => {
  run.watch.check();
  run.groupWatch.check();
  const [complaint] = run.complaints;
  if (complaint !== undefined) throw new Broken(`a driver complains: ${complaint}`);
  checkAddresses(run);
  checkBalancerNames(run, ages);
  for (const home of run.homes) checkFreeAddresses(run, home);
  checkMachines(run);
  checkTargetReports(run);
  checkCheckers(run);
};

const build = (run: Run): void => {
  for (const home of run.homes) {
    if (!once(run, 4)) buildNetwork(run, home);
    for (let count = 3 + run.random.below(4); count > 0; count -= 1) launch(run, home);
    run.simulated.clock.advance(20_000);
    buildBalancer(run, home);
    for (let count = 3; count > 0; count -= 1) registerTargets(run, home);
    for (let count = 3; count > 0; count -= 1) changeNames(run, home);
  }
};

const begin = async (seed: number): Promise<Run> => {
  for (const service of allServices) await service.load?.();
  const random = createRandom(seed);
  const first = random.below(regions.length);
  const used = regions.slice(first, first + 1 + random.below(3));
  const accounts = ['000000000000', '111122223333'].slice(0, 1 + random.below(2));
  const zoneIds = regions.flatMap((region) => earth.region(region)?.zoneIds ?? []);
  const parts = {
    seed,
    random,
    strangersRandom: createRandom(seed + 0x5eed),
    homes: used.flatMap((region) => accounts.map((account) => ({ region, account }))),
    store: new MemoryJournalStore(),
    watch: new Watch(zoneIds),
    groupWatch: new GroupWatch(),
    scripts: new Map<string, string>(),
    answered: new Set<string>(),
    complaints: [],
    names: 0,
    calls: 0,
  };
  return { ...parts, simulated: await openWorld(parts) };
};

/** Plays a seed for so many steps and checks what must hold; the same seed does the same in each version. */
export const simulate = async (seed: number, stepCount: number): Promise<Outcome> => {
  const run = await begin(seed);
  const startMs = run.simulated.clock.now();
  const ages: NodeAges = new Map();
  let step = 'building';
  let problem: Outcome['problem'];
  try {
    build(run);
    const groups = buildGroups(run, createRandom(seed + 0x6709));
    for (let index = 1; index <= stepCount; index += 1) {
      const [name, , act] = chooseStep(run);
      step = `${index} (${name})`;
      const home = run.random.pick(run.homes);
      if (home !== undefined) await act(run, home);
      for (const asker of run.homes) ask(run, asker);
      changeGroups(run, groups);
      if (once(run, 2)) advance(run);
      checkAll(run, ages);
    }
    step = 'after mending';
    mendAll(run);
    checkAll(run, ages);
    run.simulated.clock.advance(10 * minuteMs);
    checkAll(run, ages);
    checkMended(run, ages);
    step = 'once groups had half an hour';
    run.simulated.clock.advance(20 * minuteMs);
    checkAll(run, ages);
    checkGroupsConverged(run, groups);
    step = 'after closing';
    await reopen(run);
    checkAll(run, ages);
    step = 'after deleting everything';
    deleteGroups(run, groups);
    tearDown(run, [...run.homes, ...groups.homes]);
  } catch (error) {
    problem = { step, error };
  }
  const { clock, world } = run.simulated;
  const contents = contentsOf(world);
  const outcome: Outcome = {
    problem,
    worldMs: clock.now() - startMs,
    commits: run.watch.commits,
    digest: `${run.watch.digest()} ${digestOf(contents)}`,
    answered: run.answered,
    contents,
  };
  if (problem === undefined) await run.simulated.close();
  return outcome;
};
