import { beforeEach, describe, expect, test } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import { Snapshots, type Contents } from '../ec2/storage/entities.ts';
import { addSnapshot, completeSnapshot, snapshotTimers } from '../ec2/storage/snapshot-life.ts';
import { createInstanceWorld, type InstanceWorld } from '../ec2/instances/test-instances.ts';
import { present } from '../ec2/test-region.ts';
import { tagsOf } from '../shared/tags.ts';
import { DirectWrites, WrittenRuns } from './entities.ts';
import { blockBytes, blocksOf, listedBlocks } from './plans.ts';
import { getSnapshotBlock, listChangedBlocks, listSnapshotBlocks } from './reading.ts';
import { blockToken, blockTokenMs, isBlockToken, pageStart, pageToken } from './tokens.ts';
import {
  completeSnapshotWrite,
  directTimers,
  observeCompletedWrite,
  putSnapshotBlock,
  recordWrittenBlock,
  startSnapshot,
} from './writing.ts';

let it: InstanceWorld;
beforeEach(async () => {
  it = await createInstanceWorld({ timers: { ...directTimers, ...snapshotTimers } });
});

/** What an operation decides, in a transaction of its own. */
const decide = <I, O>(operation: (tx: Tx, input: I) => O, input: I): O =>
  it.transact((tx) => operation(tx, input));

const refusal = (output: unknown): { readonly code: string; readonly reason: unknown } => {
  if (!isDomainError(output)) throw new Error(`Expected an error, got ${JSON.stringify(output)}.`);
  return { code: output.code, reason: output.details['Reason'] };
};

const start = (input: Parameters<typeof startSnapshot>[1] = { VolumeSize: 1 }): string => {
  const begun = decide(startSnapshot, input);
  if (isDomainError(begun)) throw new Error(begun.message);
  return begun.snapshotId;
};

const block = (more: object = {}) => ({
  BlockIndex: 0,
  BlockData: new Uint8Array(blockBytes) as never,
  DataLength: blockBytes,
  Checksum: 'c3Vt',
  ChecksumAlgorithm: 'SHA256' as const,
  ...more,
});

const contents: Contents = {
  blockCount: 1,
  changedBlockCount: 1,
  modelledBytes: 0,
  changedModelledBytes: 0,
  digest: 'd',
};

const finished = (input?: Parameters<typeof startSnapshot>[1]): string => {
  const id = start(input);
  it.transact((tx) => observeCompletedWrite(tx, id, contents));
  it.clock.advance(60_000);
  return id;
};

const snapshotOf = (account: string, shared: readonly string[], isPublic = false): string =>
  it.world.transact(it.region, account, (tx) => {
    const snapshot = addSnapshot(tx, {
      source: { kind: 'import' },
      volumeId: 'vol-ffffffff',
      volumeSizeGiB: 1,
      description: '',
      encrypted: false,
      kmsKeyId: null,
    });
    completeSnapshot(tx, { ...snapshot, sharing: { isPublic, accounts: shared } });
    return snapshot.id;
  }).output;

describe('a snapshot that is written block by block', () => {
  test('begins pending, with its tags', () => {
    const begun = decide(startSnapshot, {
      VolumeSize: 8,
      Description: 'mine',
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    expect(begun).toMatchObject({
      blockCount: 16_384,
      answer: { Status: 'pending', BlockSize: 524_288, OwnerId: it.account, SseType: 'none' },
    });
    const id = isDomainError(begun) ? '' : begun.snapshotId;
    expect(it.view().get(Snapshots, id)).toMatchObject({ state: 'pending', volumeSizeGiB: 8 });
    expect(tagsOf(it.view(), id)).toEqual([{ Key: 'a', Value: 'b' }]);
  });

  test('belongs to the series of its parent', () => {
    const parent = finished();
    const child = start({ VolumeSize: 2, ParentSnapshotId: parent });
    const lineage = (id: string) => present(it.view().get(Snapshots, id)).lineage;
    expect(lineage(child)).toBe(lineage(parent));
  });

  test.each([
    [{ VolumeSize: 65_537 }, 'INVALID_VOLUME_SIZE'],
    [{ VolumeSize: 1, KmsKeyArn: 'arn:aws:kms:x:1:key/y' }, 'INVALID_PARAMETER_VALUE'],
    [{ VolumeSize: 1, Tags: [{ Key: 'aws:a', Value: '' }] }, 'INVALID_TAG'],
  ])('is refused for %j: %s', (input, reason) => {
    expect(refusal(decide(startSnapshot, input))).toEqual({ code: 'ValidationException', reason });
  });

  test('is refused with a parent that is larger, unknown or named beside Encrypted', () => {
    const parent = finished({ VolumeSize: 2 });
    const tryWith = (more: object) =>
      refusal(decide(startSnapshot, { VolumeSize: 1, ParentSnapshotId: parent, ...more }));
    expect(tryWith({}).reason).toBe('INVALID_VOLUME_SIZE');
    expect(tryWith({ Encrypted: false }).reason).toBe('INVALID_PARAMETER_VALUE');
    expect(tryWith({ ParentSnapshotId: 'snap-0' }).reason).toBe('SNAPSHOT_NOT_FOUND');
  });

  test('is one of a hundred at once at most', () => {
    for (let count = 0; count < 100; count++) start();
    expect(refusal(decide(startSnapshot, { VolumeSize: 1 })).code).toBe(
      'ConcurrentLimitExceededException',
    );
  });

  test('takes blocks of 512 KiB within its size', () => {
    const SnapshotId = start();
    const put = (more: object) => decide(putSnapshotBlock, { SnapshotId, ...block(more) });
    expect(put({ BlockIndex: 2_047 })).toMatchObject({ plan: 'write-block', index: 2_047 });
    expect(refusal(put({ BlockIndex: 2_048 })).reason).toBe('INVALID_BLOCK');
    expect(refusal(put({ DataLength: 1_000 })).reason).toBe('INVALID_PARAMETER_VALUE');
    expect(refusal(put({ BlockData: new Uint8Array(9) })).reason).toBe('INVALID_PARAMETER_VALUE');
    expect(refusal(put({ SnapshotId: 'snap-0' })).code).toBe('ResourceNotFoundException');
    expect(refusal(put({ SnapshotId: snapshotOf(it.account, []) })).reason).toBe(
      'INVALID_SNAPSHOT_ID',
    );
    expect(refusal(put({ SnapshotId: snapshotOf('999999999999', [it.account]) })).code).toBe(
      'AccessDeniedException',
    );
  });

  test('is completed with the number of blocks that were written, each counted once', () => {
    const SnapshotId = start();
    const record = (index: number, checksum: string) =>
      it.transact((tx) => recordWrittenBlock(tx, SnapshotId, index, checksum));
    record(130, 'later');
    record(1, 'old');
    record(1, 'new');
    const complete = (ChangedBlocksCount: number) =>
      decide(completeSnapshotWrite, { SnapshotId, ChangedBlocksCount, Checksum: 'sum' });
    expect(refusal(complete(3)).reason).toBe('INVALID_PARAMETER_VALUE');
    expect(complete(2)).toMatchObject({
      plan: 'complete-write',
      aggregate: { checksum: 'sum', ofBlocks: ['new', 'later'] },
    });
    expect(it.transact((tx) => observeCompletedWrite(tx, SnapshotId, contents))).toEqual({
      Status: 'pending',
    });
    expect(it.view().list(DirectWrites)).toEqual([]);
    expect(it.view().list(WrittenRuns)).toEqual([]);
    expect(refusal(decide(putSnapshotBlock, { SnapshotId, ...block() })).reason).toBe(
      'INVALID_SNAPSHOT_ID',
    );
    it.clock.advance(60_000);
    expect(complete(2)).toEqual({ Status: 'completed' });
  });

  test('is given up when nothing is written to it for its time-out', () => {
    const SnapshotId = start({ VolumeSize: 1, Timeout: 10 });
    it.clock.advance(9 * 60_000);
    it.transact((tx) => recordWrittenBlock(tx, SnapshotId, 0, 'sum'));
    it.clock.advance(9 * 60_000);
    expect(it.view().get(Snapshots, SnapshotId)?.state).toBe('pending');
    it.clock.advance(2 * 60_000);
    expect(it.view().get(Snapshots, SnapshotId)?.state).toBe('error');
    const complete = { SnapshotId, ChangedBlocksCount: 1 };
    expect(refusal(decide(completeSnapshotWrite, complete)).reason).toBe('INVALID_SNAPSHOT_ID');
  });
});

describe('a snapshot that is read block by block', () => {
  test('must be complete, and the caller’s own or shared with the caller by name', () => {
    const list = (SnapshotId: string) => decide(listSnapshotBlocks, { SnapshotId });
    expect(list(finished())).toMatchObject({ plan: 'list-blocks', fromIndex: 0, limit: 10_000 });
    expect(list(snapshotOf('999999999999', [it.account]))).toMatchObject({ plan: 'list-blocks' });
    expect(refusal(list(start())).code).toBe('ResourceNotFoundException');
    expect(refusal(list('snap-0')).code).toBe('ResourceNotFoundException');
    for (const closed of [snapshotOf('999999999999', []), snapshotOf('999999999999', [], true)]) {
      expect(refusal(list(closed))).toEqual({
        code: 'AccessDeniedException',
        reason: 'UNAUTHORIZED_ACCOUNT',
      });
    }
  });

  test('is compared with one of its own series only', () => {
    const first = finished();
    const second = finished({ VolumeSize: 1, ParentSnapshotId: first });
    const other = finished();
    const compare = (FirstSnapshotId: string | undefined, SecondSnapshotId: string) =>
      decide(listChangedBlocks, { FirstSnapshotId, SecondSnapshotId });
    expect(compare(first, second)).toMatchObject({ plan: 'list-changes', firstId: first });
    expect(refusal(compare(first, other)).reason).toBe('UNRELATED_SNAPSHOTS');
    expect(refusal(compare(undefined, second)).reason).toBe('INVALID_SNAPSHOT_ID');
  });

  test('gives a block for the token that a list gave, for seven days', () => {
    const SnapshotId = finished();
    const plan = decide(listSnapshotBlocks, { SnapshotId });
    if (isDomainError(plan)) throw new Error(plan.message);
    const { Blocks = [] } = listedBlocks(it.view(), plan, [3, 5]);
    const read = (BlockIndex: number, BlockToken: string) =>
      decide(getSnapshotBlock, { SnapshotId, BlockIndex, BlockToken });
    const token = present(Blocks[0]?.BlockToken);
    expect(token).toMatch(/^[A-Za-z0-9+/=]{1,256}$/);
    expect(read(3, token)).toEqual({ plan: 'read-block', snapshotId: SnapshotId, index: 3 });
    expect(refusal(read(5, token)).reason).toBe('INVALID_BLOCK_TOKEN');
    expect(refusal(read(3, 'AAAB')).reason).toBe('INVALID_BLOCK_TOKEN');
    expect(refusal(read(9_999, token)).reason).toBe('INVALID_BLOCK');
    it.clock.advance(blockTokenMs);
    expect(refusal(read(3, token)).reason).toBe('INVALID_BLOCK_TOKEN');
  });

  test('comes in pages whose tokens are of their own list and expire after an hour', () => {
    const SnapshotId = finished();
    const plan = decide(listSnapshotBlocks, { SnapshotId, MaxResults: 2, StartingBlockIndex: 3 });
    if (isDomainError(plan)) throw new Error(plan.message);
    expect(plan.fromIndex).toBe(3);
    expect(listedBlocks(it.view(), plan, [4]).NextToken).toBeUndefined();
    const NextToken = present(listedBlocks(it.view(), plan, [4, 9]).NextToken);
    expect(decide(listSnapshotBlocks, { SnapshotId, NextToken })).toMatchObject({ fromIndex: 10 });
    const elsewhere = decide(listSnapshotBlocks, { SnapshotId: finished(), NextToken });
    expect(refusal(elsewhere).reason).toBe('INVALID_PAGE_TOKEN');
    it.clock.advance(3_600_000);
    expect(refusal(decide(listSnapshotBlocks, { SnapshotId, NextToken })).reason).toBe(
      'INVALID_PAGE_TOKEN',
    );
  });
});

test('tokens hold for the largest volume', () => {
  const last = blocksOf(65_536) - 1;
  const view = it.view();
  expect(isBlockToken(view, 'snap-1', last, blockToken(view, 'snap-1', last, view.now + 1))).toBe(
    true,
  );
  expect(pageStart(view, 'list', pageToken(view, 'list', last))).toBe(last);
  expect(pageToken(view, 'list', last)).toMatch(/^[A-Za-z0-9+/=]{1,256}$/);
});
