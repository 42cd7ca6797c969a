import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EBS } from '@aws-sdk/client-ebs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LoadedServices } from '../aws/loaded-services.ts';
import { Snapshots } from '../aws/ec2/storage/entities.ts';
import { nodeHost } from '../plane/keys/node-host.ts';
import { BlockStore } from '../plane/disks/store/block-store.ts';
import { createWireServer, type WireServer } from '../wire/server.ts';
import { createTestWorld } from '../world/test-world.ts';
import type { VirtualClock } from '../world/clock.ts';
import type { World } from '../world/world.ts';
import { createExecute } from './api.ts';

const region = 'us-east-1';
const account = '123456789012';
const blockBytes = 524_288;

const services = new LoadedServices(nodeHost);
let directory: string;
let blocks: BlockStore;
let world: World;
let clock: VirtualClock;
let server: WireServer;
let ebs: EBS;

/** Serves the API over the world and the store, as after a start of the program. */
const serve = async (): Promise<void> => {
  server = createWireServer({
    host: '127.0.0.1',
    port: 0,
    execute: createExecute({
      world: () => world,
      services,
      prepare: () => Promise.resolve(),
      settle: () => Promise.resolve(),
      wait: () => Promise.resolve(),
      regionBlocks: () => blocks,
    }),
    admin: () => Promise.resolve({ status: 404, body: {} }),
    strictAuth: { secretFor: () => 'x' },
    log: { error: (fields) => expect.fail(JSON.stringify(fields)), warn: () => undefined },
  });
  const { port } = await server.listen();
  ebs = new EBS({
    endpoint: `http://127.0.0.1:${port}`,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'x' },
    maxAttempts: 1,
  });
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ebs-direct-'));
  blocks = new BlockStore(directory);
  await services.load('ebs');
  ({ world, clock } = await createTestWorld({ rules: services.rules, seed: 1 }));
  await serve();
});

afterEach(async () => {
  ebs.destroy();
  await server.close();
  await blocks.close();
  await rm(directory, { recursive: true });
});

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const data = (letter: string): Buffer => Buffer.alloc(blockBytes, letter);

const put = (SnapshotId: string, BlockIndex: number, BlockData: Uint8Array) =>
  ebs.putSnapshotBlock({
    SnapshotId,
    BlockIndex,
    BlockData,
    DataLength: BlockData.length,
    Checksum: sha256(BlockData).toString('base64'),
    ChecksumAlgorithm: 'SHA256',
  });

/** Writes a snapshot and waits until it is complete, in world time. */
const written = async (
  contents: Readonly<Record<number, string>>,
  ParentSnapshotId?: string,
): Promise<string> => {
  const { SnapshotId = '' } = await ebs.startSnapshot({ VolumeSize: 1, ParentSnapshotId });
  const entries = Object.entries(contents);
  await Promise.all(entries.map(([index, letter]) => put(SnapshotId, Number(index), data(letter))));
  const digests = entries.map(([, letter]) => sha256(data(letter)));
  await ebs.completeSnapshot({
    SnapshotId,
    ChangedBlocksCount: entries.length,
    Checksum: sha256(...digests).toString('base64'),
    ChecksumAlgorithm: 'SHA256',
    ChecksumAggregationMethod: 'LINEAR',
  });
  clock.advance(60_000);
  return SnapshotId;
};

const read = async (SnapshotId: string): Promise<Record<number, string>> => {
  const { Blocks = [] } = await ebs.listSnapshotBlocks({ SnapshotId });
  const found: Record<number, string> = {};
  for (const { BlockIndex, BlockToken } of Blocks) {
    const answer = await ebs.getSnapshotBlock({ SnapshotId, BlockIndex, BlockToken });
    const bytes = (await answer.BlockData?.transformToByteArray()) ?? new Uint8Array();
    expect(answer.DataLength).toBe(blockBytes);
    expect(answer.Checksum).toBe(sha256(bytes).toString('base64'));
    expect(bytes).toHaveLength(blockBytes);
    found[BlockIndex ?? -1] = String.fromCharCode(bytes[blockBytes - 1] ?? 0);
  }
  return found;
};

test('a client writes a snapshot block by block and reads it back', async () => {
  const id = await written({ 0: 'a', 7: 'b', 2_047: 'c' });
  expect(world.view(region, account).get(Snapshots, id)).toMatchObject({
    state: 'completed',
    contents: { blockCount: 3, changedBlockCount: 3 },
  });
  expect(await read(id)).toEqual({ 0: 'a', 7: 'b', 2_047: 'c' });
});

test('a change of a snapshot has its parent’s other blocks, and tells in what it differs', async () => {
  const parent = await written({ 0: 'a', 1: 'b', 2: 'c' });
  const child = await written({ 1: 'x', 5: 'y' }, parent);
  expect(await read(child)).toEqual({ 0: 'a', 1: 'x', 2: 'c', 5: 'y' });
  const { ChangedBlocks = [] } = await ebs.listChangedBlocks({
    FirstSnapshotId: parent,
    SecondSnapshotId: child,
  });
  expect(ChangedBlocks).toMatchObject([
    { BlockIndex: 1, FirstBlockToken: expect.any(String), SecondBlockToken: expect.any(String) },
    { BlockIndex: 5, SecondBlockToken: expect.any(String) },
  ]);
  expect(ChangedBlocks[1]?.FirstBlockToken).toBeUndefined();
  const contents = world.view(region, account).get(Snapshots, child)?.contents;
  expect(contents).toMatchObject({ blockCount: 4, changedBlockCount: 2 });
});

test('a list comes in pages', async () => {
  const letters = Array.from({ length: 130 }, (_, index) => [index, 'a']);
  const id = await written(Object.fromEntries(letters));
  const first = await ebs.listSnapshotBlocks({ SnapshotId: id, MaxResults: 100 });
  expect(first.Blocks).toHaveLength(100);
  const second = await ebs.listSnapshotBlocks({ SnapshotId: id, NextToken: first.NextToken });
  expect(second.Blocks?.map(({ BlockIndex }) => BlockIndex)).toEqual(
    Array.from({ length: 30 }, (_, index) => 100 + index),
  );
  expect(second.NextToken).toBeUndefined();
});

test('bytes that are not what their checksum says are refused', async () => {
  const { SnapshotId = '' } = await ebs.startSnapshot({ VolumeSize: 1 });
  const request = {
    SnapshotId,
    BlockIndex: 0,
    BlockData: data('a'),
    DataLength: blockBytes,
    Checksum: sha256(data('b')).toString('base64'),
    ChecksumAlgorithm: 'SHA256',
  } as const;
  await expect(ebs.putSnapshotBlock(request)).rejects.toMatchObject({
    name: 'ValidationException',
    Reason: 'INVALID_PARAMETER_VALUE',
  });
  await put(SnapshotId, 0, data('a'));
  await expect(
    ebs.completeSnapshot({
      SnapshotId,
      ChangedBlocksCount: 1,
      Checksum: sha256(data('a')).toString('base64'),
      ChecksumAlgorithm: 'SHA256',
      ChecksumAggregationMethod: 'LINEAR',
    }),
  ).rejects.toMatchObject({ name: 'ValidationException' });
  await ebs.completeSnapshot({ SnapshotId, ChangedBlocksCount: 1 });
});

test('a client token starts one snapshot, and not another one', async () => {
  const [first, again] = [
    await ebs.startSnapshot({ VolumeSize: 1, ClientToken: 't' }),
    await ebs.startSnapshot({ VolumeSize: 1, ClientToken: 't' }),
  ];
  expect(again.SnapshotId).toBe(first.SnapshotId);
  await ebs.completeSnapshot({ SnapshotId: first.SnapshotId, ChangedBlocksCount: 0 });
  const later = await ebs.startSnapshot({ VolumeSize: 1, ClientToken: 't' });
  expect(later.SnapshotId).toBe(first.SnapshotId);
  await expect(ebs.startSnapshot({ VolumeSize: 2, ClientToken: 't' })).rejects.toMatchObject({
    name: 'ConflictException',
    $metadata: { httpStatusCode: 409 },
  });
});

test('what was answered is there after a start of the program, and can be gone on with', async () => {
  const parent = await written({ 0: 'a' });
  const { SnapshotId = '' } = await ebs.startSnapshot({ VolumeSize: 1, ParentSnapshotId: parent });
  await put(SnapshotId, 3, data('b'));
  ebs.destroy();
  await server.close();
  await blocks.close();
  blocks = new BlockStore(directory);
  await serve();
  await put(SnapshotId, 4, data('c'));
  await ebs.completeSnapshot({ SnapshotId, ChangedBlocksCount: 2 });
  clock.advance(60_000);
  expect(await read(SnapshotId)).toEqual({ 0: 'a', 3: 'b', 4: 'c' });
});

test('a body that is too short is no block', async () => {
  const { SnapshotId = '' } = await ebs.startSnapshot({ VolumeSize: 1 });
  await expect(put(SnapshotId, 0, Buffer.from('short'))).rejects.toMatchObject({
    name: 'ValidationException',
  });
});
