/**
 * Kills a process that uses block stores at random moments, and checks each time that every acknowledged snapshot reads
 * back with its digest and that nothing stays that no snapshot has.
 *
 *     node test/crash/block-store.ts [--kills 200] [--seed 7]
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { blockBytes } from '../../src/plane/disks/region-blocks.ts';
import { BlockStore } from '../../src/plane/disks/store/block-store.ts';
import { BlockLedger, copyStoreName, sourceStoreName } from './block-store-ledger.ts';
import type { Report } from './block-store-ledger.ts';
import { spawnTied } from '../support/tied-program.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

/** What a campaign came to. */
export interface BlockCampaignResult {
  readonly kills: number;
  /** Flushes, completions and deletions that were acknowledged in all. */
  readonly acknowledged: number;
  /** What was wrong, each with its round. */
  readonly problems: readonly string[];
}

/** Runs the process for a moment, kills it, and notes what it said. */
const useAndKill = async (
  directory: string,
  round: number,
  random: Random,
  ledger: BlockLedger,
): Promise<readonly string[]> => {
  const script = join(import.meta.dirname, 'block-store-child.ts');
  const seed = String(random.below(2 ** 31));
  const known = JSON.stringify(ledger.known());
  const child = spawnTied(script, [directory, seed, String(round), known]);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<string | number | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  let markReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  const lines = createInterface({ input: child.stdout });
  const read = new Promise<void>((resolve) => {
    lines.once('close', () => resolve());
  });
  lines.on('line', (line) => {
    // The child writes reports only, each line at once.
    const report = JSON.parse(line) as Report;
    if (report.kind === 'ready') markReady();
    else ledger.note(report);
  });
  await Promise.race([ready, ended]);
  await Promise.race([delay(5 + random.below(350)), ended]);
  child.kill('SIGKILL');
  const end = await ended;
  await read;
  return end === 'SIGKILL' ? [] : [`the process ended by itself with ${String(end)}: ${stderr}`];
};

const check = async (directory: string, ledger: BlockLedger): Promise<readonly string[]> => {
  const problems: string[] = [];
  const options = { thread: 'caller', segmentBytes: 8 * blockBytes } as const;
  for (const [name, prefix] of [
    [sourceStoreName, 'snap-'],
    [copyStoreName, 'copy-'],
  ] as const) {
    const store = new BlockStore(join(directory, name), options);
    try {
      problems.push(...(await ledger.check(store, prefix)));
    } finally {
      await store.close();
    }
  }
  return problems;
};

/** Kills so often on one pair of stores; the same seed chooses the same uses, and about the same moments. */
export const runBlockCampaign = async (
  kills: number,
  seed: number,
  onKill: (kill: number) => void = () => undefined,
): Promise<BlockCampaignResult> => {
  const directory = await mkdtemp(join(tmpdir(), 'faultline-blocks-crash-'));
  const random = createRandom(seed);
  const ledger = new BlockLedger();
  const problems: string[] = [];
  for (let kill = 1; kill <= kills && problems.length === 0; kill += 1) {
    const ends = await useAndKill(directory, kill, random, ledger);
    const found = ends.length === 0 ? await check(directory, ledger) : ends;
    problems.push(...found.map((problem) => `kill ${kill}: ${problem}`));
    onKill(kill);
  }
  if (problems.length === 0) await rm(directory, { recursive: true });
  else problems.push(`the stores are left at ${directory}`);
  return { kills, acknowledged: ledger.acknowledged, problems };
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '200' }, seed: { type: 'string' } },
  });
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const manifest = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
  // The manifest of this project has a version.
  const { version } = JSON.parse(manifest) as { readonly version: string };
  process.stdout.write(`seed ${seed}, version ${version}\n`);
  const result = await runBlockCampaign(Number(values.kills), seed, (kill) => {
    if (kill % 10 === 0) process.stdout.write(`kill ${kill}\n`);
  });
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  if (result.problems.length > 0) process.exitCode = 1;
};

if (import.meta.main) await main();
