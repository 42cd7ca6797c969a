import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Timer, Tx } from '../../../world/transaction.ts';
import { newResourceId } from '../../shared/ids.ts';
import { Volumes } from '../instances/instance-entities.ts';
import { slowedByMs } from './volume-io.ts';
import { followSnapshot } from './image-life.ts';
import {
  Snapshots,
  unshared,
  type Contents,
  type Snapshot,
  type SnapshotSource,
} from './entities.ts';

/** The size of a block in bytes, as in the EBS direct APIs ("GetSnapshotBlock", Amazon EBS API Reference). */
const blockBytes = 524_288;

const uploadKind = 'ec2/snapshot-upload';

const timerId = (snapshotId: string): string => `${uploadKind}/${snapshotId}`;

/**
 * How fast a snapshot goes from its volume to where snapshots are kept, in bytes a second, and what even an empty one
 * takes. AWS promises neither; 100 GiB in some twenty minutes is what people see.
 */
const uploadBytesPerSecond = 100_000_000;
const shortestUploadMs = 2_000;

/** A snapshot to be. */
export interface SnapshotRequest {
  readonly source: SnapshotSource;
  /** The volume that AWS names. */
  readonly volumeId: string;
  /** Of a copy: its source's; undefined for one that begins a series or belongs to its volume's. */
  readonly lineage?: string;
  readonly volumeSizeGiB: number;
  readonly description: string;
  readonly encrypted: boolean;
  readonly kmsKeyId: string | null;
  readonly completionMinutes?: number | null;
}

/** Puts a snapshot that is `pending` until the disk plane has told of its contents. */
export const addSnapshot = (tx: Tx, request: SnapshotRequest): Snapshot => {
  const { completionMinutes = null, lineage, ...facts } = request;
  const id = newResourceId(tx, 'snap');
  const snapshot: Snapshot = {
    ...facts,
    id,
    lineage:
      lineage ?? `${tx.shard}/${request.source.kind === 'volume' ? request.source.volumeId : id}`,
    state: 'pending',
    stateMessage: null,
    startTime: tx.now,
    completedAt: null,
    contents: null,
    uploadEndsAt: null,
    sharing: unshared,
    completionMinutes,
  };
  tx.put(Snapshots, snapshot);
  return snapshot;
};

/** What a snapshot's contents come to in bytes, real and modelled: what a whole copy of it sends. */
export const wholeBytes = (contents: Contents): number =>
  contents.blockCount * blockBytes + contents.modelledBytes;

const changedBytes = (contents: Contents): number =>
  contents.changedBlockCount * blockBytes + contents.changedModelledBytes;

const settle = (tx: Tx, snapshot: Snapshot): void => {
  tx.put(Snapshots, snapshot);
  followSnapshot(tx, snapshot);
};

/** Makes a snapshot complete. */
export const completeSnapshot = (tx: Tx, snapshot: Snapshot): void =>
  settle(tx, { ...snapshot, state: 'completed', completedAt: tx.now });

/** Makes a snapshot end in `error`; what it was to hold is gone. */
export const failSnapshot = (tx: Tx, snapshot: Snapshot, message: string): void => {
  tx.cancelTimer(timerId(snapshot.id));
  settle(tx, { ...snapshot, state: 'error', stateMessage: message, completedAt: tx.now });
};

/** What reading the changed blocks takes longer, one after the other, while the disk is slow. */
const slowReadsMs = (tx: Tx, { source }: Snapshot, contents: Contents): number => {
  const volume = source.kind === 'volume' ? tx.get(Volumes, source.volumeId) : undefined;
  if (volume === undefined) return 0;
  return slowedByMs(tx, volume) * Math.ceil(changedBytes(contents) / blockBytes);
};

/**
 * Records what a snapshot that was taken, written or brought in holds, or why it could not be. From now on it is being
 * uploaded, for as long as its changed bytes take. One that is gone or settled by now stays as it is.
 */
export const observeSnapshotContents = (
  tx: Tx,
  snapshotId: string,
  contents: Contents | DomainError,
): void => {
  const snapshot = tx.get(Snapshots, snapshotId);
  if (snapshot?.state !== 'pending' || snapshot.contents !== null) return;
  if (isDomainError(contents)) return failSnapshot(tx, snapshot, contents.message);
  const uploadMs = Math.max(
    shortestUploadMs,
    Math.ceil((changedBytes(contents) / uploadBytesPerSecond) * 1000),
  );
  const uploadEndsAt = tx.now + uploadMs + slowReadsMs(tx, snapshot, contents);
  tx.put(Snapshots, { ...snapshot, contents, uploadEndsAt });
  tx.setTimer({
    id: timerId(snapshotId),
    at: uploadEndsAt,
    kind: uploadKind,
    payload: snapshotId,
  });
};

const finishUpload = (tx: Tx, timer: Timer): void => {
  const { payload } = timer;
  const snapshot = typeof payload === 'string' ? tx.get(Snapshots, payload) : undefined;
  if (snapshot?.state === 'pending') completeSnapshot(tx, snapshot);
};

/** What share of an upload is through, from 0 to 1; of a copy see `copies.ts`. */
export const uploadedShare = (snapshot: Snapshot, now: number): number => {
  if (snapshot.state === 'completed') return 1;
  const { startTime, uploadEndsAt } = snapshot;
  if (uploadEndsAt === null || uploadEndsAt <= startTime) return 0;
  return Math.min(1, Math.max(0, (now - startTime) / (uploadEndsAt - startTime)));
};

/** The timers of snapshots. */
export const snapshotTimers = { [uploadKind]: finishUpload } as const;
