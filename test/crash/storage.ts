/**
 * Kills `faultline up` while volumes, snapshots and copies are under way, starts it again on the same data directory, and
 * checks that what was acknowledged is there with its bytes, and that nothing else is left on the disk.
 *
 *     node test/crash/storage.ts [--rounds 40] [--seed 7]
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { EC2 } from '@aws-sdk/client-ec2';
import { LiveDisks } from '../../src/plane/disks/live-disks.ts';
import { BlockStore } from '../../src/plane/disks/store/block-store.ts';
import { eventually } from '../support/eventually.ts';
import { kill, startReady, stop, type Running } from '../support/faultline-process.ts';
import { createRandom, type Random } from './random.ts';
import {
  fileName,
  storageRegions,
  writeStorage,
  type StorageLedger,
  type StorageSite,
} from './storage-writer.ts';

/** What a campaign came to. */
export interface StorageCampaignResult {
  readonly rounds: number;
  /** Volumes and snapshots that were acknowledged. */
  readonly acknowledged: number;
  readonly problems: readonly string[];
}

interface Campaign {
  readonly directory: string;
  readonly random: Random;
  readonly ledger: StorageLedger;
  readonly problems: string[];
}

const writers = 4;
const settleMs = 60_000;

const clientsOf = (endpoint: string): Readonly<Record<string, EC2>> =>
  Object.fromEntries(
    storageRegions.map((region) => [
      region,
      new EC2({
        endpoint,
        region,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
      }),
    ]),
  );

const up = (directory: string): Promise<Running> => startReady({ directory, speed: 60 });

/** Two instances in one zone of each Region, once: what volumes are attached to. */
const prepare = async ({ clients, ledger }: StorageSite): Promise<void> => {
  for (const [region, ec2] of Object.entries(clients)) {
    if (ledger.instances.has(region)) continue;
    const { Images = [] } = await ec2.describeImages({ Owners: ['amazon'] });
    const image = Images.find(({ Architecture }) => Architecture === 'x86_64');
    const { Instances = [] } = await ec2.runInstances({
      ImageId: image?.ImageId,
      InstanceType: 't3.micro',
      MinCount: 2,
      MaxCount: 2,
      Placement: { AvailabilityZone: `${region}a` },
    });
    ledger.instances.set(
      region,
      Instances.map(({ InstanceId = '' }) => InstanceId),
    );
  }
};

/** What has become of a snapshot by now; undefined while it is pending. */
const settledSnapshot = async (ec2: EC2, id: string): Promise<string | undefined> => {
  const { Snapshots = [] } = await ec2.describeSnapshots({
    Filters: [{ Name: 'snapshot-id', Values: [id] }],
  });
  const [found] = Snapshots;
  if (found === undefined) return 'gone';
  return found.State === 'pending' ? undefined : found.State;
};

/** Every acknowledged snapshot completes, whatever has happened to the world since. */
const checkSnapshots = async ({ clients, ledger }: StorageSite): Promise<readonly string[]> => {
  const problems: string[] = [];
  for (const snapshot of ledger.snapshots.values()) {
    const ec2 = clients[snapshot.region];
    if (ec2 === undefined || snapshot.fate === 'absent') continue;
    const state = await eventually(() => settledSnapshot(ec2, snapshot.id), settleMs);
    if (snapshot.fate === 'unknown') snapshot.fate = state === 'gone' ? 'absent' : 'present';
    if (snapshot.fate === 'present' && state !== 'completed') {
      problems.push(`${snapshot.id} (${snapshot.region}) was acknowledged and is ${state}`);
    }
  }
  return problems;
};

const contentOf = (path: string): Promise<string | undefined> =>
  readFile(join(path, fileName), 'utf8').catch(() => undefined);

/** Every acknowledged volume is where the world says that it is, with its bytes; no other directory is left. */
const checkVolumes = async (
  directory: string,
  { clients, ledger }: StorageSite,
): Promise<readonly string[]> => {
  const problems: string[] = [];
  const known = new Set<string>();
  for (const [region, ec2] of Object.entries(clients)) {
    const { Volumes = [] } = await ec2.describeVolumes({});
    const there = new Map(Volumes.map((volume) => [volume.VolumeId ?? '', volume]));
    for (const id of there.keys()) known.add(id);
    for (const volume of ledger.volumes.values()) {
      if (volume.region !== region || volume.fate === 'absent') continue;
      const found = there.get(volume.id);
      if (volume.fate === 'unknown') volume.fate = found === undefined ? 'absent' : 'present';
      if (volume.fate === 'absent') continue;
      if (found === undefined) {
        problems.push(`${volume.id} (${region}) was acknowledged and is gone`);
        continue;
      }
      const [attachment] = found.Attachments ?? [];
      const isPlaced = attachment !== undefined && attachment.State !== 'detaching';
      const device = attachment?.Device?.split('/').at(-1) ?? '';
      const path = isPlaced
        ? join(directory, 'instances', attachment.InstanceId ?? '', 'volumes', device)
        : join(directory, 'volumes', volume.id, 'contents');
      try {
        await eventually(async () => (await contentOf(path)) === volume.content, 15_000);
      } catch {
        problems.push(`${volume.id} is not at ${path} with what was written to it`);
      }
    }
  }
  try {
    await eventually(async () => {
      const left = await readdir(join(directory, 'volumes')).catch(() => []);
      return left.every((name) => !name.startsWith('vol-') || known.has(name));
    }, 15_000);
  } catch {
    problems.push('directories of volumes are left that the world does not know');
  }
  return problems;
};

/** While no world runs: what the stores hold, against what was acknowledged. */
const checkStores = async (
  directory: string,
  ledger: StorageLedger,
  described: ReadonlySet<string>,
): Promise<readonly string[]> => {
  const problems: string[] = [];
  const disks = new LiveDisks(directory, (what, message) => problems.push(`${what}: ${message}`));
  for (const { id, region, fate, content } of ledger.snapshots.values()) {
    if (fate !== 'present') continue;
    const scratch = await mkdtemp(join(tmpdir(), 'faultline-restored-'));
    const problem = await disks.restore({ region, snapshotId: id }, scratch);
    if (problem !== undefined) problems.push(`${id} (${region}): ${problem.message}`);
    else if ((await contentOf(scratch)) !== content) problems.push(`${id} holds other bytes`);
    await rm(scratch, { recursive: true });
  }
  await disks.close();
  for (const region of await readdir(join(directory, 'blocks')).catch(() => [])) {
    const store = new BlockStore(join(directory, 'blocks', region));
    for (const { snapshotId } of await store.list()) {
      if (!described.has(snapshotId)) problems.push(`${snapshotId} (${region}) is an orphan`);
    }
    await store.collect();
    const { orphanBlocks, missingBlocks } = await store.inspect();
    if (orphanBlocks + missingBlocks > 0) {
      problems.push(`${region}: ${orphanBlocks} orphan and ${missingBlocks} missing blocks`);
    }
    await store.close();
  }
  return problems;
};

/** Writers write until the world is killed. */
const writeAndKill = async (
  { random, ledger }: Campaign,
  running: Running,
  clients: Readonly<Record<string, EC2>>,
  directory: string,
): Promise<void> => {
  let isOver = false;
  const working = Array.from({ length: writers }, () =>
    writeStorage({ clients, ledger, directory }, createRandom(random.below(2 ** 31)), () => isOver),
  );
  await delay(100 + random.below(1500));
  await kill(running);
  isOver = true;
  await Promise.all(working);
};

const runRound = async (campaign: Campaign, isLast: boolean): Promise<void> => {
  const { directory, ledger, problems } = campaign;
  const running = await up(directory);
  const clients = clientsOf(running.endpoint);
  const site: StorageSite = { clients, ledger, directory };
  try {
    problems.push(...(await checkSnapshots(site)), ...(await checkVolumes(directory, site)));
    await prepare(site);
    if (!isLast) {
      await writeAndKill(campaign, running, clients, directory);
      return;
    }
    const described = new Set<string>();
    for (const ec2 of Object.values(clients)) {
      const { Snapshots = [] } = await ec2.describeSnapshots({ OwnerIds: ['self'] });
      for (const { SnapshotId = '' } of Snapshots) described.add(SnapshotId);
    }
    await stop(running);
    problems.push(...(await checkStores(directory, ledger, described)));
  } catch (error) {
    problems.push(String(error));
  } finally {
    await kill(running);
    for (const ec2 of Object.values(clients)) ec2.destroy();
    const bugs = running.stderr().split('\n');
    problems.push(...bugs.filter((line) => /"level":[456]0/.test(line)));
  }
};

/** Runs so many rounds on one data directory; the same seed chooses the same actions and moments. */
export const runStorageCampaign = async (
  rounds: number,
  seed: number,
  onRound: (round: number) => void = () => undefined,
): Promise<StorageCampaignResult> => {
  const directory = await mkdtemp(join(tmpdir(), 'faultline-storage-crash-'));
  const ledger: StorageLedger = {
    volumes: new Map(),
    snapshots: new Map(),
    instances: new Map(),
  };
  const problems: string[] = [];
  const campaign: Campaign = { directory, random: createRandom(seed), ledger, problems };
  for (let round = 1; round <= rounds && problems.length === 0; round += 1) {
    await runRound(campaign, false);
    if (problems.length === 0 && (round % 5 === 0 || round === rounds)) {
      await runRound(campaign, true);
    }
    if (problems.length > 0) problems.push(`it was round ${round}`);
    onRound(round);
  }
  if (problems.length === 0) await rm(directory, { recursive: true });
  else problems.push(`the data directory is left at ${directory}`);
  return { rounds, acknowledged: ledger.volumes.size + ledger.snapshots.size, problems };
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '40' }, seed: { type: 'string' } },
  });
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  process.stdout.write(`seed ${seed}\n`);
  const result = await runStorageCampaign(Number(values.rounds), seed, (round) => {
    if (round % 5 === 0) process.stdout.write(`round ${round}\n`);
  });
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  if (result.problems.length > 0) process.exitCode = 1;
};

if (import.meta.main) await main();
