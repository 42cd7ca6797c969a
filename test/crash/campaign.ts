/**
 * Kills `faultline up` at random moments under load, starts it again on the same data directory, and checks that
 * nothing acknowledged is lost and nothing is half there.
 *
 *     node test/crash/campaign.ts [--rounds 200] [--seed 7]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { checkHome, checkTimers } from './checks.ts';
import { checkFaults, createFaultLedger, writeFaults } from './fault-writer.ts';
import type { FaultLedger } from './fault-writer.ts';
import { createHome } from './ledger.ts';
import type { Home } from './ledger.ts';
import { kill, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { createClient, findImage, write } from './writers.ts';

/** What a campaign came to. */
export interface CampaignResult {
  readonly rounds: number;
  /** Resources that the ledger knows as present at the end. */
  readonly resources: number;
  /** Writes that were acknowledged in all. */
  readonly acknowledged: number;
  /** What was wrong, each with its round. */
  readonly problems: readonly string[];
}

interface Campaign {
  readonly directory: string;
  readonly random: Random;
  readonly homes: readonly Home[];
  readonly faults: FaultLedger;
  /** An image of each Region. */
  readonly images: Map<string, string>;
  names: number;
}

/** World time runs fast, so that instances boot and timers come due between two kills. */
const options = ['--speed', '20'];

const writersPerHome = 2;

const forEachHome = async (
  campaign: Campaign,
  endpoint: string,
  check: (client: EC2Client, home: Home) => Promise<readonly string[]>,
): Promise<readonly string[]> => {
  const found = await Promise.all(
    campaign.homes.map(async (home) => {
      const client = createClient(endpoint, home);
      try {
        return await check(client, home);
      } finally {
        client.destroy();
      }
    }),
  );
  return found.flat();
};

const learnImage =
  ({ images }: Campaign) =>
  async (client: EC2Client, { region }: Home): Promise<readonly string[]> => {
    images.set(region, await findImage(client));
    return [];
  };

const startWriters = (
  campaign: Campaign,
  endpoint: string,
  isOver: () => boolean,
): Promise<void>[] => {
  const { random, homes, faults } = campaign;
  const writers = homes.flatMap((home) =>
    Array.from({ length: writersPerHome }, async (_, writer) => {
      const client = createClient(endpoint, home);
      const nextName = (): string => {
        campaign.names += 1;
        return `thing-${campaign.names}`;
      };
      const imageId = campaign.images.get(home.region) ?? '';
      const tagKeys = [1, 2, 3, 4].map((number) => `key-${writer}-${number}`);
      const own = createRandom(random.below(2 ** 31));
      try {
        await write({ client, home, random: own, imageId, tagKeys, nextName }, isOver);
      } finally {
        client.destroy();
      }
    }),
  );
  return [...writers, writeFaults(endpoint, faults, createRandom(random.below(2 ** 31)), isOver)];
};

/** Errors that the process logged: bugs, whatever the API answered. */
const loggedErrors = (running: Running): readonly string[] =>
  running
    .stderr()
    .split('\n')
    .filter((line) => line.includes('"level":50') || line.includes('"level":60'));

/** What the last crash left is checked, then the writers write until the next one. */
const checkAndCrash = async (campaign: Campaign, running: Running): Promise<readonly string[]> => {
  const { endpoint } = running;
  const problems = [
    ...(await forEachHome(campaign, endpoint, checkHome)),
    ...(await checkFaults(endpoint, campaign.faults)),
    ...(await forEachHome(campaign, endpoint, checkTimers)),
  ];
  if (campaign.images.size === 0) await forEachHome(campaign, endpoint, learnImage(campaign));
  let isOver = false;
  const writers = startWriters(campaign, endpoint, () => isOver);
  const killAfterMs = 20 + campaign.random.below(400);
  const outcome = await Promise.race([Promise.allSettled(writers), delay(killAfterMs)]);
  await kill(running);
  isOver = true;
  if (outcome !== undefined) problems.push('the writers ended before the kill');
  const ends = await Promise.allSettled(writers);
  const refused = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
  return [...problems, ...refused.map((reason) => `a writer was refused: ${reason}`)];
};

const runRound = async (campaign: Campaign): Promise<readonly string[]> => {
  const running = await startReady({ directory: campaign.directory, others: options });
  try {
    return [...(await checkAndCrash(campaign, running)), ...loggedErrors(running)];
  } catch (error) {
    // What the process said of it is lost with the exception, so it goes along.
    return [String(error), ...loggedErrors(running)];
  } finally {
    await kill(running);
  }
};

const finalCheck = async (campaign: Campaign): Promise<readonly string[]> => {
  const running = await startReady({ directory: campaign.directory, others: options });
  try {
    const problems = await forEachHome(campaign, running.endpoint, checkHome);
    return [...problems, ...(await checkFaults(running.endpoint, campaign.faults))];
  } finally {
    await stop(running);
  }
};

/** Runs so many rounds on one data directory; the same seed chooses the same actions and moments. */
export const runCampaign = async (
  rounds: number,
  seed: number,
  onRound: (round: number) => void = () => undefined,
): Promise<CampaignResult> => {
  const directory = await mkdtemp(join(tmpdir(), 'faultline-crash-'));
  const homes = ['us-east-1', 'eu-west-1', 'ap-southeast-2'].flatMap((region) =>
    ['000000000000', '111122223333'].map((account) => createHome(region, account)),
  );
  const campaign: Campaign = {
    directory,
    random: createRandom(seed),
    homes,
    faults: createFaultLedger(),
    images: new Map(),
    names: 0,
  };
  const problems: string[] = [];
  try {
    for (let round = 1; round <= rounds && problems.length === 0; round += 1) {
      const found = await runRound(campaign);
      problems.push(...found.map((problem) => `round ${round}: ${problem}`));
      onRound(round);
    }
    if (problems.length === 0) problems.push(...(await finalCheck(campaign)));
  } finally {
    if (problems.length === 0) await rm(directory, { recursive: true });
    else problems.push(`the data directory is left at ${directory}`);
  }
  const entries = homes.flatMap((home) => [...home.entries.values()]);
  const resources = entries.filter(({ fate }) => fate === 'present').length;
  return { rounds, resources, acknowledged: campaign.names, problems };
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '200' }, seed: { type: 'string' } },
  });
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  process.stdout.write(`seed ${seed}\n`);
  const result = await runCampaign(Number(values.rounds), seed, (round) => {
    if (round % 10 === 0) process.stdout.write(`round ${round}\n`);
  });
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  if (result.problems.length > 0) process.exitCode = 1;
};

if (import.meta.main) await main();
