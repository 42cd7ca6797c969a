/**
 * Resets and stops worlds at random moments under load, and checks that the process lives through each reset and ends
 * in good order at each stop, that whoever comes too late is told so, and that nothing acknowledged is lost.
 *
 *     node test/crash/endings.ts [--rounds 200] [--seed 7]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { callAdmin } from '../support/faultline-admin.ts';
import { kill, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { callEc2, elements, loadWorld, nothingSeen } from './endings-load.ts';
import type { Seen } from './endings-load.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

/** What a campaign came to. */
export interface EndingsResult {
  readonly rounds: number;
  readonly resets: number;
  readonly answered: number;
  /** Calls that were told that their world has ended. */
  readonly tooLate: number;
  readonly problems: readonly string[];
}

const connections = 32;

interface Campaign {
  readonly directory: string;
  readonly random: Random;
  readonly totals: { resets: number; answered: number; tooLate: number };
  /** Instances that must be there. */
  kept: ReadonlySet<string>;
}

const missing = async (endpoint: string, kept: ReadonlySet<string>): Promise<readonly string[]> => {
  const { text } = await callEc2(endpoint, 'DescribeInstances');
  const found = new Set(elements(text, 'instanceId'));
  return [...kept].filter((id) => !found.has(id)).map((id) => `${id} was acknowledged and is lost`);
};

/** Resets once; what was asked for before that may be gone with the world, and is not looked for. */
const reset = async (running: Running, seen: Seen, random: Random): Promise<void> => {
  await delay(random.below(600));
  const { status, body } = await callAdmin(running.endpoint, 'POST', '/reset');
  if (status !== 200) seen.problems.push(`a reset: ${status} ${JSON.stringify(body)}`);
  const at = performance.now();
  for (const [id, askedAt] of seen.launched) if (askedAt < at) seen.launched.delete(id);
};

/** Launches that were on their way when a reset was answered are of either world. */
const resetAndLoad = async (
  campaign: Campaign,
  running: Running,
  seen: Seen,
): Promise<readonly string[]> => {
  const { random, totals } = campaign;
  let isOver = false;
  const own = Array.from({ length: connections }, () => createRandom(random.below(2 ** 31)));
  const load = own.map((each) => loadWorld({ running, random: each, seen }, () => isOver));
  const resets = random.below(3);
  let lastResetAt = 0;
  for (let count = 0; count < resets; count += 1) {
    await reset(running, seen, random);
    lastResetAt = performance.now();
    totals.resets += 1;
  }
  await delay(random.below(600));
  isOver = true;
  const exitCode = await stop(running);
  await Promise.all(load);
  if (resets > 0) campaign.kept = new Set();
  const acknowledged = [...seen.launched].filter(([, askedAt]) => askedAt > lastResetAt);
  campaign.kept = new Set([...campaign.kept, ...acknowledged.map(([id]) => id)]);
  totals.answered += seen.answered;
  totals.tooLate += seen.tooLate;
  return exitCode === 0 ? [] : [`the process ended with ${String(exitCode)}`];
};

/** What a process said that it should not have; that the machine is late is no fault of the world's. */
const saidWrongly = (running: Running): readonly string[] =>
  running
    .stderr()
    .split('\n')
    .filter((line) => line !== '' && !line.includes('this machine is late'));

const runRound = async (campaign: Campaign): Promise<readonly string[]> => {
  const running = await startReady({ directory: campaign.directory, speed: 20 });
  const seen = nothingSeen();
  try {
    const lost = await missing(running.endpoint, campaign.kept);
    const ended = await resetAndLoad(campaign, running, seen);
    return [...lost, ...seen.problems, ...ended, ...saidWrongly(running)];
  } catch (error) {
    // What the process said of it is lost with the exception, so it goes along.
    return [String(error), ...seen.problems, ...saidWrongly(running)];
  } finally {
    await kill(running);
  }
};

/** Runs so many rounds on one data directory; the same seed chooses the same actions and moments. */
export const runEndings = async (
  rounds: number,
  seed: number,
  onRound: (round: number) => void = () => undefined,
): Promise<EndingsResult> => {
  const directory = await mkdtemp(join(tmpdir(), 'faultline-endings-'));
  const totals = { resets: 0, answered: 0, tooLate: 0 };
  const campaign: Campaign = { directory, random: createRandom(seed), totals, kept: new Set() };
  const problems: string[] = [];
  let round = 0;
  while (round < rounds && problems.length === 0) {
    round += 1;
    const found = await runRound(campaign);
    // One cause has many signs: the first ones tell enough.
    problems.push(...found.slice(0, 20).map((problem) => `round ${round}: ${problem}`));
    onRound(round);
  }
  if (problems.length === 0) await rm(directory, { recursive: true });
  else problems.push(`the data directory is left at ${directory}`);
  return { rounds: round, ...totals, problems };
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '200' }, seed: { type: 'string' } },
  });
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  process.stdout.write(`seed ${seed}\n`);
  const result = await runEndings(Number(values.rounds), seed, (round) => {
    if (round % 10 === 0) process.stdout.write(`round ${round}\n`);
  });
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  if (result.problems.length > 0) process.exitCode = 1;
};

if (import.meta.main) await main();
