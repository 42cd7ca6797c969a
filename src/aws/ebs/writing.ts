import type {
  CompleteSnapshotRequest,
  CompleteSnapshotResponse,
  PutSnapshotBlockRequest,
  StartSnapshotRequest,
} from '@aws-sdk/client-ebs';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Timer, Tx, View } from '../../world/transaction.ts';
import { encryptionOf } from '../ec2/storage/ebs-encryption.ts';
import { Snapshots, type Contents, type Snapshot } from '../ec2/storage/entities.ts';
import {
  addSnapshot,
  failSnapshot,
  observeSnapshotContents,
} from '../ec2/storage/snapshot-life.ts';
import type { Plain } from '../operation.ts';
import { addTags, checkTags, tagsOf } from '../shared/tags.ts';
import { blocksPerRun, DirectWrites, WrittenRuns, type WrittenRun } from './entities.ts';
import { invalid } from './errors.ts';
import { directSnapshot, readableSnapshot } from './lookup.ts';
import {
  blockBytes,
  blocksOf,
  type BeginWrite,
  type CompleteWrite,
  type WriteBlock,
} from './plans.ts';

const giveUpKind = 'ebs/give-up';

/** "The maximum size is 65536 GiB (64 TiB)" (StartSnapshot, Amazon EBS API Reference). */
const largestGiB = 65_536;

/** Minutes without a write, unless the request says otherwise (StartSnapshot). */
const usualTimeoutMinutes = 60;

/** "Pending snapshots per account: 100" (AWS General Reference, "Amazon EBS quotas"). */
const mostPending = 100;

const scheduleGiveUp = (tx: Tx, snapshotId: string, at: number): void =>
  tx.setTimer({ id: `${giveUpKind}/${snapshotId}`, at, kind: giveUpKind, payload: snapshotId });

const checkStart = (tx: Tx, input: Plain<StartSnapshotRequest>): DomainError | undefined => {
  const { VolumeSize: sizeGiB = 0 } = input;
  if (sizeGiB > largestGiB) {
    return invalid('INVALID_VOLUME_SIZE', `The volume size must not exceed ${largestGiB} GiB.`);
  }
  if (input.ParentSnapshotId !== undefined && input.Encrypted !== undefined) {
    return invalid(
      'INVALID_PARAMETER_VALUE',
      'ParentSnapshotId and Encrypted cannot be specified together.',
    );
  }
  if (input.KmsKeyArn !== undefined && input.Encrypted !== true) {
    return invalid('INVALID_PARAMETER_VALUE', 'KmsKeyArn needs Encrypted to be true.');
  }
  return tx.list(DirectWrites).length >= mostPending
    ? new DomainError(
        'ConcurrentLimitExceededException',
        `The account has reached its limit of ${mostPending} pending snapshots.`,
      )
    : undefined;
};

/** The snapshot that a new one is to be a change of: complete, of the account's own and no larger. */
const parentOf = (
  view: View,
  input: Plain<StartSnapshotRequest>,
): Snapshot | undefined | DomainError => {
  const { ParentSnapshotId: parentId, VolumeSize: sizeGiB = 0 } = input;
  if (parentId === undefined) return undefined;
  const parent = readableSnapshot(view, parentId);
  if (isDomainError(parent)) return parent;
  return sizeGiB < parent.volumeSizeGiB
    ? invalid(
        'INVALID_VOLUME_SIZE',
        `The volume size must be at least that of the parent snapshot, ${parent.volumeSizeGiB} GiB.`,
      )
    : parent;
};

/** StartSnapshot: a pending snapshot into which blocks can be written. */
export const startSnapshot = (
  tx: Tx,
  input: Plain<StartSnapshotRequest>,
): BeginWrite | DomainError => {
  const refusal = checkStart(tx, input);
  if (refusal !== undefined) return refusal;
  const parent = parentOf(tx, input);
  if (isDomainError(parent)) return parent;
  const tags = checkTags(input.Tags ?? []);
  if (isDomainError(tags)) return invalid('INVALID_TAG', tags.message);
  const { VolumeSize: volumeSizeGiB = 0, Description: description = '' } = input;
  const encryption = encryptionOf(
    tx,
    { encrypted: input.Encrypted, kmsKeyId: input.KmsKeyArn },
    parent === undefined ? undefined : { ...parent, ownerId: tx.account },
  );
  if (isDomainError(encryption)) return encryption;
  const parentId = parent?.id ?? null;
  const snapshot = addSnapshot(tx, {
    ...encryption,
    source: { kind: 'direct', parentId },
    // EC2 names this volume for snapshots that were made of none.
    volumeId: 'vol-ffffffff',
    ...(parent === undefined ? {} : { lineage: parent.lineage }),
    volumeSizeGiB,
    description,
  });
  const untagged = addTags(tx, snapshot.id, 'snapshot', tags);
  if (untagged !== undefined) return invalid('INVALID_TAG', untagged.message);
  const timeoutMinutes = input.Timeout ?? usualTimeoutMinutes;
  tx.put(DirectWrites, {
    id: snapshot.id,
    timeoutMinutes,
    lastWriteAt: tx.now,
    writtenCount: 0,
  });
  scheduleGiveUp(tx, snapshot.id, tx.now + timeoutMinutes * 60_000);
  return {
    plan: 'begin-write',
    snapshotId: snapshot.id,
    parentId,
    blockCount: blocksOf(volumeSizeGiB),
    answer: {
      Description: description,
      SnapshotId: snapshot.id,
      OwnerId: tx.account,
      Status: 'pending',
      StartTime: snapshot.startTime,
      VolumeSize: volumeSizeGiB,
      BlockSize: blockBytes,
      Tags: tagsOf(tx, snapshot.id),
      ParentSnapshotId: parentId ?? undefined,
      KmsKeyArn: encryption.kmsKeyId ?? undefined,
      SseType: encryption.encrypted ? 'sse-kms' : 'none',
    },
  };
};

/** A snapshot that still takes blocks. */
const openSnapshot = (view: View, snapshotId: string) => {
  const snapshot = directSnapshot(view, snapshotId);
  if (isDomainError(snapshot)) return snapshot;
  return snapshot.state === 'pending' && snapshot.contents === null
    ? snapshot
    : invalid('INVALID_SNAPSHOT_ID', `The snapshot '${snapshotId}' does not take blocks any more.`);
};

/** PutSnapshotBlock: one block of 512 KiB, whose checksum must be right. */
export const putSnapshotBlock = (
  view: View,
  input: Plain<PutSnapshotBlockRequest>,
): WriteBlock | DomainError => {
  const snapshot = openSnapshot(view, input.SnapshotId ?? '');
  if (isDomainError(snapshot)) return snapshot;
  const { BlockIndex: index = 0, BlockData: data, DataLength: length, Checksum: checksum } = input;
  const blockCount = blocksOf(snapshot.volumeSizeGiB);
  if (index >= blockCount) {
    return invalid('INVALID_BLOCK', `The block index ${index} is beyond the end of the volume.`);
  }
  if (length !== blockBytes) {
    return invalid('INVALID_PARAMETER_VALUE', `The data length must be ${blockBytes} bytes.`);
  }
  // The wire gives the body of a request as bytes.
  if (!(data instanceof Uint8Array) || data.length !== blockBytes) {
    return invalid('INVALID_PARAMETER_VALUE', 'The block data is not as long as its data length.');
  }
  return {
    plan: 'write-block',
    snapshotId: snapshot.id,
    parentId: snapshot.source.parentId,
    blockCount,
    index,
    data,
    checksum: checksum ?? '',
  };
};

const runId = (snapshotId: string, run: number): string => `${snapshotId}/${run}`;

const emptyRun = (snapshotId: string, run: number): WrittenRun => ({
  id: runId(snapshotId, run),
  snapshotId,
  run,
  checksums: Array.from({ length: blocksPerRun }, () => null),
});

/** Remembers that a block is durable, so that completing the snapshot can tell what was written. */
export const recordWrittenBlock = (
  tx: Tx,
  snapshotId: string,
  index: number,
  checksum: string,
): DomainError | undefined => {
  const snapshot = openSnapshot(tx, snapshotId);
  if (isDomainError(snapshot)) return snapshot;
  const write = tx.get(DirectWrites, snapshotId);
  if (write === undefined) throw new Error(`${snapshotId} is open, and nobody writes it.`);
  const [run, place] = [Math.floor(index / blocksPerRun), index % blocksPerRun];
  const before = tx.get(WrittenRuns, runId(snapshotId, run)) ?? emptyRun(snapshotId, run);
  const isNew = before.checksums[place] === null;
  tx.put(WrittenRuns, { ...before, checksums: before.checksums.with(place, checksum) });
  tx.put(DirectWrites, {
    ...write,
    lastWriteAt: tx.now,
    writtenCount: write.writtenCount + (isNew ? 1 : 0),
  });
  return undefined;
};

/** The checksums of all written blocks in the order of their indexes. */
const checksumsOf = (view: View, snapshotId: string): readonly string[] =>
  view
    .find(WrittenRuns, 'snapshot', snapshotId)
    .toSorted((a, b) => a.run - b.run)
    .flatMap(({ checksums }) => checksums.filter((checksum) => checksum !== null));

/**
 * CompleteSnapshot: after all blocks, as many as the request says and with the aggregated checksum that it says. One that
 * is complete already says so again.
 */
export const completeSnapshotWrite = (
  view: View,
  input: Plain<CompleteSnapshotRequest>,
): CompleteWrite | Plain<CompleteSnapshotResponse> | DomainError => {
  const snapshot = directSnapshot(view, input.SnapshotId ?? '');
  if (isDomainError(snapshot)) return snapshot;
  if (snapshot.contents !== null) return { Status: snapshot.state };
  const write = view.get(DirectWrites, snapshot.id);
  if (snapshot.state !== 'pending' || write === undefined) {
    return invalid('INVALID_SNAPSHOT_ID', `The snapshot '${snapshot.id}' was given up.`);
  }
  if (input.ChangedBlocksCount !== write.writtenCount) {
    return invalid(
      'INVALID_PARAMETER_VALUE',
      `The changed blocks count ${input.ChangedBlocksCount ?? 0} does not match the ${write.writtenCount} blocks that were written.`,
    );
  }
  const { Checksum: checksum } = input;
  return {
    plan: 'complete-write',
    snapshotId: snapshot.id,
    parentId: snapshot.source.parentId,
    blockCount: blocksOf(snapshot.volumeSizeGiB),
    aggregate:
      checksum === undefined ? undefined : { checksum, ofBlocks: checksumsOf(view, snapshot.id) },
  };
};

const forgetWrite = (tx: Tx, snapshotId: string): void => {
  tx.cancelTimer(`${giveUpKind}/${snapshotId}`);
  tx.delete(DirectWrites, snapshotId);
  for (const run of tx.find(WrittenRuns, 'snapshot', snapshotId)) tx.delete(WrittenRuns, run.id);
};

/** Records what a completed snapshot holds; from now on it is on its way to `completed`. */
export const observeCompletedWrite = (
  tx: Tx,
  snapshotId: string,
  contents: Contents,
): Plain<CompleteSnapshotResponse> => {
  forgetWrite(tx, snapshotId);
  observeSnapshotContents(tx, snapshotId, contents);
  return { Status: tx.get(Snapshots, snapshotId)?.state ?? 'error' };
};

/** Gives up a snapshot into which nothing was written for its time-out, or which is gone. */
const giveUp = (tx: Tx, timer: Timer): void => {
  const { payload } = timer;
  const write = typeof payload === 'string' ? tx.get(DirectWrites, payload) : undefined;
  if (write === undefined) return;
  const snapshot = tx.get(Snapshots, write.id);
  const due = write.lastWriteAt + write.timeoutMinutes * 60_000;
  if (snapshot === undefined) return forgetWrite(tx, write.id);
  if (due > tx.now) return scheduleGiveUp(tx, write.id, due);
  forgetWrite(tx, write.id);
  failSnapshot(
    tx,
    snapshot,
    `The snapshot was cancelled: no block was written to it for ${write.timeoutMinutes} minutes.`,
  );
};

/** The timers of snapshots that are being written. */
export const directTimers = { [giveUpKind]: giveUp } as const;
