import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ec2 } from '../aws/ec2/service.ts';
import { Instances } from '../aws/ec2/instances/instance-entities.ts';
import { Snapshots } from '../aws/ec2/storage/entities.ts';
import { noHost } from '../aws/host.ts';
import { LoadedServices } from '../aws/loaded-services.ts';
import { execute, type Call } from '../aws/execute.ts';
import { createMockDriver } from '../plane/compute/mock-driver.ts';
import type { Journal } from '../world/journal.ts';
import { createRecordingJournal } from '../world/test-world.ts';
import { WorldEnded } from '../world/world-ended.ts';
import { LiveWorld } from './live-world.ts';

const region = 'us-east-1';
const account = '000000000000';

let directory: string;
let live: LiveWorld;
let said: unknown[];

/** A journal that takes nothing once it is closed, as those on disks do. */
const createJournal = (): Journal => {
  const journal = createRecordingJournal();
  let isClosed = false;
  return {
    ...journal,
    append: (...record) =>
      isClosed ? Promise.reject(new Error('the journal is closed')) : journal.append(...record),
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'live-world-'));
  said = [];
  const say = (details: unknown): void => void said.push(details);
  const services = new LoadedServices(noHost);
  await services.load('ec2');
  live = await LiveWorld.open({
    seed: 1,
    speed: 0,
    sinceMs: Date.now(),
    journal: createJournal(),
    services,
    directory,
    loopback: {
      addressFor: (host) => `127.77.${host >> 8}.${host & 255}`,
      hostOf: () => undefined,
      realPort: (port) => port,
    },
    createDriver: (clock) => Promise.resolve(createMockDriver({ clock })),
    endpoint: () => undefined,
    log: { info: () => undefined, warn: say, error: say },
    onJournalFailure: say,
  });
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const caller = {
  account,
  arn: `arn:aws:iam::${account}:root`,
  userId: account,
  isTemporary: false,
};

const callOf = (operation: string, input: Readonly<Record<string, unknown>> = {}): Call => ({
  service: ec2,
  region,
  account,
  operation,
  input,
  caller,
});

const call = (operation: string, input: Readonly<Record<string, unknown>>): unknown =>
  execute(live.world, callOf(operation, input)).output;

const launch = (): void => {
  // The operation's own answer: the wire's model says that it has these members.
  const { Images } = call('DescribeImages', { Owners: ['amazon'] }) as {
    readonly Images: readonly { readonly ImageId: string; readonly Architecture: string }[];
  };
  const image = Images.find(({ Architecture }) => Architecture === 'x86_64');
  const input = { ImageId: image?.ImageId, InstanceType: 't3.micro', MinCount: 3, MaxCount: 3 };
  expect(call('RunInstances', input)).toHaveProperty('Instances');
};

const isRunning = (): boolean =>
  live.world
    .view(region, account)
    .list(Instances)
    .some(({ state }) => state === 'running');

describe('a disk of a mock machine', () => {
  const disks = (): Promise<readonly string[]> =>
    readdir(join(directory, 'volumes')).catch(() => []);
  const rootOf = (at: number): string =>
    live.world.view(region, account).list(Instances)[at]?.rootVolumeId ?? '';

  it('is made when something is to be done with it, and no sooner', async () => {
    launch();
    await live.clock.advance(600_000);
    await live.settle(callOf('AttachVolume'));
    expect(await disks()).toEqual([]);

    expect(call('CreateSnapshot', { VolumeId: rootOf(0) })).toHaveProperty('SnapshotId');
    await live.settle(callOf('CreateSnapshot'));
    expect(await disks()).toEqual([rootOf(0)]);
    await live.clock.advance(600_000);
    const [snapshot] = live.world.view(region, account).list(Snapshots);
    expect(snapshot).toMatchObject({ state: 'completed', contents: { blockCount: 2 } });

    const [, second] = live.world.view(region, account).list(Instances);
    call('StopInstances', { InstanceIds: [second?.id] });
    await live.clock.advance(600_000);
    expect(call('DetachVolume', { VolumeId: rootOf(1) })).toHaveProperty('VolumeId');
    await live.settle(callOf('DetachVolume'));
    expect(new Set(await disks())).toEqual(new Set([rootOf(0), second?.rootVolumeId]));
    expect(await readdir(join(directory, 'volumes', second?.rootVolumeId ?? ''))).toEqual([
      'contents',
    ]);
    await live.close();
    expect(said).toEqual([]);
  });
});

describe('a live world that is closed', () => {
  it('calls off what it was about to do for instances that have just booted', async () => {
    launch();
    // A world that waits for nothing of its disks closes within one turn of the event loop.
    await live.settle(callOf('AttachVolume'));
    let closing: Promise<void> | undefined;
    live.world.subscribe(() => {
      if (isRunning()) closing ??= live.close();
    });
    await live.clock.advance(600_000).catch((error: unknown) => {
      if (!(error instanceof WorldEnded)) throw error;
    });
    await closing;
    await turn();
    await turn();
    expect(isRunning()).toBe(true);
    expect(said).toEqual([]);
  });

  it('refuses what comes after its end', async () => {
    await live.close();
    expect(launch).toThrow(WorldEnded);
    expect(said).toEqual([]);
  });
});
