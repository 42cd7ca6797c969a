/**
 * Plays random worlds in virtual time: each seed builds a stack, breaks and changes things at random, and checks after
 * every step what must always hold. Each seed is played twice and must do the same both times.
 *
 *     node test/simulation/campaign.ts [--seeds 200] [--seed 7] [--steps 60]
 */
import { parseArgs } from 'node:util';
import { version } from '../../src/text/version.ts';
import { simulate, type Outcome } from './simulate.ts';

/** What a campaign came to. */
export interface CampaignResult {
  readonly seeds: number;
  readonly worldSeconds: number;
  readonly realSeconds: number;
  readonly commits: number;
  /** Operations that were answered well at least once. */
  readonly answered: readonly string[];
  /** What was wrong, each with what replays it. */
  readonly problems: readonly string[];
}

const causes = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const own = error.cause === undefined ? (error.stack ?? error.message) : error.message;
  return error.cause === undefined ? own : `${own}\n  because ${causes(error.cause)}`;
};

const problemsOf = (seed: number, steps: number, first: Outcome, second: Outcome) => {
  const replay = `node test/simulation/campaign.ts --seed ${seed} --steps ${steps} (version ${version})`;
  if (first.problem !== undefined) {
    const { step, error } = first.problem;
    return [`${replay}\n  step ${step}: ${causes(error)}`];
  }
  return first.digest === second.digest ? [] : [`${replay}\n  twice the same seed, two worlds`];
};

/** Plays these seeds; goes on after a failure, so that one run shows all that fail. */
export const runCampaign = async (
  seeds: readonly number[],
  steps: number,
  onSeed: (seed: number, problems: readonly string[]) => void = () => undefined,
): Promise<CampaignResult> => {
  const startedAt = performance.now();
  const answered = new Set<string>();
  const problems: string[] = [];
  let worldMs = 0;
  let commits = 0;
  for (const seed of seeds) {
    const first = await simulate(seed, steps);
    const second = await simulate(seed, steps);
    const found = problemsOf(seed, steps, first, second);
    problems.push(...found);
    for (const name of first.answered) answered.add(name);
    worldMs += first.worldMs + second.worldMs;
    commits += first.commits + second.commits;
    onSeed(seed, found);
  }
  return {
    seeds: seeds.length,
    worldSeconds: Math.round(worldMs / 1000),
    realSeconds: (performance.now() - startedAt) / 1000,
    commits,
    answered: [...answered].toSorted(),
    problems,
  };
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string' },
      steps: { type: 'string', default: '60' },
    },
  });
  const seeds =
    values.seed === undefined
      ? Array.from({ length: Number(values.seeds) }, (_, index) => index + 1)
      : [Number(values.seed)];
  const result = await runCampaign(seeds, Number(values.steps), (_seed, problems) => {
    for (const problem of problems) process.stdout.write(`FAIL ${problem}\n`);
  });
  const { worldSeconds, realSeconds, commits, answered, problems } = result;
  process.stdout.write(
    `${seeds.length} seeds, ${problems.length} failed; ${worldSeconds} world seconds in ${realSeconds.toFixed(1)} s ` +
      `(${Math.round(worldSeconds / realSeconds)} a second), ${commits} commits, ${answered.length} operations answered\n`,
  );
  if (problems.length > 0) process.exitCode = 1;
};

if (import.meta.main) await main();
