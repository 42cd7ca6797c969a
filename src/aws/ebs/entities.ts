import { defineTable, type Entity } from '../../world/entity.ts';

/** A snapshot that is being written block by block, by its id, until it is completed or given up. */
export interface DirectWrite extends Entity {
  /** The minutes without a write after which it is given up. */
  readonly timeoutMinutes: number;
  /** World time of the last write. */
  readonly lastWriteAt: number;
  /** Blocks that were written, each counted once. */
  readonly writtenCount: number;
}

export const DirectWrites = defineTable<DirectWrite>('ebs-direct-writes');

/** Which blocks of a run of 64 were written: their checksums by index. */
export interface WrittenRun extends Entity {
  readonly snapshotId: string;
  /** The place of the run: its first block is `run * blocksPerRun`. */
  readonly run: number;
  /** Base64 of the SHA-256 of each block, by its place in the run; null where none was written. */
  readonly checksums: readonly (string | null)[];
}

/** A run is written to the journal whenever one of its blocks is: small enough to weigh nothing beside a block. */
export const blocksPerRun = 64;

export const WrittenRuns = defineTable<WrittenRun>('ebs-written-runs', {
  snapshot: (run) => run.snapshotId,
});
