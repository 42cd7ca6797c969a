import { mkdtemp, open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { createHome } from './ledger.ts';
import { kill, startFaultline, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { createClient } from './writers.ts';

let directory: string;
const started: Running[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-crash-'));
});
afterEach(async () => {
  for (const running of started.splice(0)) await kill(running);
  await rm(directory, { recursive: true });
});

const up = async (...options: readonly string[]): Promise<Running> => {
  const running = await startReady({ directory, others: options });
  started.push(running);
  return running;
};

const clientOf = (running: Running): EC2Client =>
  createClient(running.endpoint, createHome('us-east-1', '000000000000'));

/** Makes VPCs one after the other, each a commit of its own; answers their ids. */
const makeVpcs = async (running: Running): Promise<readonly string[]> => {
  const client = clientOf(running);
  const ids: string[] = [];
  for (const block of ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16']) {
    const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: block }));
    ids.push(Vpc?.VpcId ?? '');
  }
  client.destroy();
  return ids;
};

const vpcsOf = async (running: Running): Promise<readonly string[]> => {
  const client = clientOf(running);
  const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({}));
  client.destroy();
  return Vpcs.filter(({ IsDefault }) => IsDefault !== true).map(({ VpcId = '' }) => VpcId);
};

const flip = async (path: string, at: number): Promise<void> => {
  const handle = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  byte.writeUInt8(byte.readUInt8() ^ 0xff);
  await handle.write(byte, 0, 1, at);
  await handle.close();
};

describe('a world that is killed', () => {
  const seed = Number(process.env['FAULTLINE_CRASH_SEED'] ?? Date.now() % 2 ** 31);

  it('loses nothing acknowledged, at whatever moment, and has nothing half done', async () => {
    const result = await runCampaign(20, seed);
    expect(result.problems, `node test/crash/campaign.ts --rounds 20 --seed ${seed}`).toEqual([]);
    expect(result.acknowledged).toBeGreaterThan(200);
  }, 180_000);

  it('leaves its directory free: nothing has to be removed by hand', async () => {
    const ids = await makeVpcs(await up());
    for (const running of started.splice(0)) await kill(running);
    expect(await vpcsOf(await up())).toEqual(ids);
  });
});

describe('a data directory', () => {
  it('is refused to a second process with one line that names it', async () => {
    const first = await up();
    const second = await startFaultline({ directory });
    expect(second).toMatchObject({ kind: 'ended', exitCode: 1 });
    const stderr = second.kind === 'ended' ? second.stderr : '';
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(directory)]);
    expect(await makeVpcs(first)).toHaveLength(4);
  });

  it('holds the same world after a stop in good order', async () => {
    const first = await up();
    const ids = await makeVpcs(first);
    expect(await stop(first)).toBe(0);
    const second = await up();
    expect(await vpcsOf(second)).toEqual(ids);
    expect(second.stderr()).toBe('');
  });

  it('keeps the seed that its world began with', async () => {
    const worldOf = async ({ endpoint }: Running): Promise<unknown> =>
      (await fetch(`${endpoint}/_faultline/world`)).json();
    const first = await up('--seed', '5');
    expect(await worldOf(first)).toMatchObject({ seed: 5 });
    await stop(first);
    expect(await worldOf(await up())).toMatchObject({ seed: 5 });
  });

  it('whose write-ahead log lost its end starts, and says what was cut', async () => {
    const first = await up();
    const ids = await makeVpcs(first);
    await kill(first);
    const log = join(directory, 'journal.sqlite-wal');
    await truncate(log, (await stat(log)).size - 100);
    const second = await up();
    expect(second.stderr()).toMatch(/journal\.sqlite-wal has a torn end.*cut/);
    const kept = await vpcsOf(second);
    expect(kept).toEqual(ids.slice(0, kept.length));
    expect(kept.length).toBeLessThan(ids.length);
  });

  it('whose file is damaged in the middle is refused with what is wrong', async () => {
    const first = await up();
    const [vpc = ''] = await makeVpcs(first);
    await stop(first);
    const file = join(directory, 'journal.sqlite');
    await flip(file, (await readFile(file)).indexOf(vpc) + 6);
    const second = await startFaultline({ directory });
    expect(second).toMatchObject({ kind: 'ended', exitCode: 1 });
    const stderr = second.kind === 'ended' ? second.stderr : '';
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/journal\.sqlite is damaged: record \d+ of shard us-east-1/),
    ]);
  });

  it('whose write-ahead log is damaged in the middle is refused, and left as it is', async () => {
    const first = await up();
    await makeVpcs(first);
    await kill(first);
    const log = join(directory, 'journal.sqlite-wal');
    await flip(log, Math.floor((await stat(log)).size / 2));
    const before = await readFile(log);
    const second = await startFaultline({ directory });
    expect(second).toMatchObject({ kind: 'ended', exitCode: 1 });
    expect(second.kind === 'ended' ? second.stderr : '').toMatch(
      /journal\.sqlite-wal is damaged at byte \d+/,
    );
    expect(await readFile(log)).toEqual(before);
  });
});
