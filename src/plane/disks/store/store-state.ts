import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { BlockRows } from './block-rows.ts';
import { openIndexDatabase } from './index-database.ts';
import type { LiveMarks } from './live-marks.ts';
import { PendingBatch } from './pending-batch.ts';
import { SegmentFiles } from './segment-files.ts';
import { SnapshotRows } from './snapshot-rows.ts';

/** Where a store is and how long its segments become. */
export interface StoreOptions {
  readonly directory: string;
  readonly segmentBytes: number;
}

/** What the parts of an open store share. */
export interface StoreState {
  readonly database: DatabaseSync;
  readonly blocks: BlockRows;
  readonly snapshots: SnapshotRows;
  readonly files: SegmentFiles;
  /** What the next commit will write. */
  pending: PendingBatch;
  /** What a commit is writing. */
  committing: PendingBatch | undefined;
  /** The marks of the collection that runs. */
  marks: LiveMarks | undefined;
  /** Blocks whose bytes on disk are not what they should be: a new copy of one takes its place. */
  readonly corrupt: Set<number>;
  /** The first failure of the disk: what it holds beyond the last commit is unknown from then on. */
  failure: unknown;
  /** Whoever goes over everything stops soon. */
  isClosing: boolean;
  nextBlockId: number;
  nextSnapshotKey: number;
}

/** Opens a store and reclaims what a crash left behind the ends that its index knows. */
export const openStoreState = ({ directory, segmentBytes }: StoreOptions): StoreState => {
  const database = openIndexDatabase(directory);
  try {
    const blocks = new BlockRows(database);
    const snapshots = new SnapshotRows(database);
    const files = SegmentFiles.open(join(directory, 'segments'), blocks.segments(), segmentBytes);
    return {
      database,
      blocks,
      snapshots,
      files,
      pending: new PendingBatch(),
      committing: undefined,
      marks: undefined,
      corrupt: new Set(),
      failure: undefined,
      isClosing: false,
      nextBlockId: blocks.lastId() + 1,
      nextSnapshotKey: snapshots.lastKey() + 1,
    };
  } catch (error) {
    database.close();
    throw error;
  }
};
