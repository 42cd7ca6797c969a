import type { DomainError } from '../../world/domain-error.ts';

/** The size of a block in bytes: 512 KiB, as in the EBS direct APIs ("GetSnapshotBlock", Amazon EBS API Reference). */
export const blockBytes = 524_288;

/** What a block is called: the SHA-256 of its 524,288 bytes, in 64 hexadecimal digits. */
export type BlockDigest = string;

/** A block of a snapshot. Blocks of zeros only are not stored: they are those that a snapshot does not list. */
export interface ListedBlock {
  /** Where in the volume it is: at `index * blockBytes`. */
  readonly index: number;
  readonly digest: BlockDigest;
  /** Bytes that it takes in the store, where the store tells. */
  readonly storedBytes?: number;
}

/** A block in which two snapshots differ; undefined stands for a block of zeros. */
export interface ChangedBlock {
  readonly index: number;
  readonly first: BlockDigest | undefined;
  readonly second: BlockDigest | undefined;
  /** Bytes that the second one takes in the store, where the store tells. */
  readonly storedBytes?: number;
}

/** A block as it lies in a store, compressed or not, for a store that takes it as it is. */
export interface StoredBlock {
  readonly digest: BlockDigest;
  /** How the bytes are to be read; only stores of the same kind know. */
  readonly how: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is known of a snapshot's contents. */
export interface SnapshotContents {
  readonly snapshotId: string;
  readonly state: 'open' | 'complete';
  /** Blocks that it lists. */
  readonly blockCount: number;
  /** Of these, how many its parent does not have at the same place; all without a parent. */
  readonly changedBlockCount: number;
  /** Bytes that its blocks take in the store, compressed, each counted once. */
  readonly storedBytes: number;
  /** One digest over all indexes and digests in order: equal exactly when the contents are. Empty while open. */
  readonly digest: string;
}

/**
 * A snapshot that is being written. Calls for different indexes may overlap; each promise settles when the store
 * has room for more. When a write fails, every later call rejects: the snapshot is then to be begun again, and
 * still has what was durable. Beginning it again in any case ends the writer that there was.
 */
export interface SnapshotWriter {
  /** Adds a block of `blockBytes` bytes, or replaces it. The bytes may be reused once the promise has settled. */
  put(index: number, block: Uint8Array): Promise<void>;
  /**
   * Adds a block as another store of this kind gives it; the bytes belong to the store from then on. A DomainError
   * `CorruptBlock` when they are not the block that the digest names: then nothing is added.
   */
  putStored?(index: number, block: StoredBlock): Promise<DomainError | undefined>;
  /**
   * Takes over the parent's blocks from this index on, one unless told how many, without reading them; what it does not
   * have stays zeros.
   */
  keep(index: number, count?: number): void;
  /** Settles when everything put so far survives a crash. The snapshot stays open. */
  flush(): Promise<void>;
  /** Makes the snapshot complete; settles when it and all of its blocks survive a crash. */
  complete(): Promise<SnapshotContents>;
  /** Lets the snapshot go, with everything that was put. */
  abort(): Promise<void>;
}

/** What collecting garbage did. */
export interface Collection {
  readonly freedBlocks: number;
  readonly freedBytes: number;
}

/**
 * The blocks of one Region: content-addressed, compressed, checked by digest at every read, and durable before anything
 * refers to them. Regions do not share blocks: what one holds, another has only as a copy of its own.
 */
export interface RegionBlocks {
  /**
   * Begins a snapshot, as a change of the complete snapshot `parentId` if given. A snapshot of that id that was left open
   * goes on, with the parent that it had. The parent may be dropped meanwhile: what is kept of it stays.
   */
  begin(snapshotId: string, parentId?: string): Promise<SnapshotWriter>;
  contents(snapshotId: string): Promise<SnapshotContents | undefined>;
  /** The snapshots that there are, complete and open. */
  list(): Promise<readonly SnapshotContents[]>;
  /**
   * A block's bytes, checked against its digest; undefined where it is zeros. A DomainError `CorruptBlock` when what the
   * disk holds is not what was written.
   */
  read(snapshotId: string, index: number): Promise<Uint8Array | DomainError | undefined>;
  /** A block as it lies in the store, unchecked: whoever takes it checks its digest. Undefined where it is zeros. */
  readStored?(snapshotId: string, index: number): Promise<StoredBlock | DomainError | undefined>;
  /** Blocks from an index on, in ascending order, at most `limit`. */
  blocks(snapshotId: string, fromIndex: number, limit: number): Promise<readonly ListedBlock[]>;
  /** Where two complete snapshots differ, from an index on, in ascending order, at most `limit`. */
  changes(
    firstId: string,
    secondId: string,
    fromIndex: number,
    limit: number,
  ): Promise<readonly ChangedBlock[]>;
  /** Lets a snapshot go. Blocks that no other one has are garbage from now on; others are untouched. */
  drop(snapshotId: string): Promise<void>;
  /** Frees what no snapshot refers to. Runs beside everything else; nothing that is live is ever touched. */
  collect(): Promise<Collection>;
  close(): Promise<void>;
}
