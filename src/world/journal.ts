import type { AccountId, Entity, ShardId } from './entity.ts';

/** One step of the redo log: what a commit did to one entity. */
export type EntityChange =
  | {
      readonly op: 'put';
      readonly table: string;
      readonly account: AccountId;
      readonly entity: Entity;
    }
  | {
      readonly op: 'delete';
      readonly table: string;
      readonly account: AccountId;
      readonly id: string;
    };

/** One commit of one shard. */
export interface JournalRecord {
  /** 1 for a shard's first commit, then without a gap. */
  readonly seq: number;
  /** World time of the commit, milliseconds since 1970. */
  readonly at: number;
  readonly changes: readonly EntityChange[];
}

/** All entities of one shard after its commit `seq`: reading starts here instead of at 1. */
export interface JournalSnapshot {
  readonly seq: number;
  readonly at: number;
  readonly puts: Iterable<EntityChange>;
}

/** What stands at the head of a journal, written once when it is made. */
export interface JournalHeader {
  /** Version of the format; a newer one than the program knows is refused. */
  readonly format: number;
  /** Names of behaviours that later releases changed and this journal was written with. */
  readonly flags: readonly string[];
  /** The world's seed: everything that it ever draws follows from it, so it stays with the world. */
  readonly seed: number;
}

/**
 * Where commits become durable. One writer at a time: whoever holds the lease.
 *
 * Recovery of a shard reads its snapshot, if any, then the records after it. A torn end is cut by the
 * adapter and told through its `onNotice`; damage anywhere else rejects with a `JournalDamaged`.
 */
export interface Journal {
  readonly header: JournalHeader;
  /** Takes the sole right to write; resolves to the epoch, one more than the last holder's. Rejects with `JournalHeld` when another process holds it. */
  acquireLease(): Promise<number>;
  /** The shards that hold at least one record or snapshot. */
  shards(): Promise<readonly ShardId[]>;
  /**
   * Appends one commit; resolves once it would survive a power cut. All appends that arrive while one write is
   * in flight go with the next. Rejects (and accepts nothing further) when `expectedSeq` is not the shard's last.
   */
  append(shard: ShardId, expectedSeq: number, record: JournalRecord): Promise<void>;
  /** The shard's records in order, in batches, from `fromSeq` on (or from its snapshot when that is later). */
  read(shard: ShardId, fromSeq: number): AsyncIterable<readonly JournalRecord[]>;
  /** Replaces the shard's snapshot and drops the records it makes unnecessary. */
  putSnapshot(shard: ShardId, snapshot: JournalSnapshot): Promise<void>;
  /** The shard's snapshot as one synthetic record per batch of puts, with the snapshot's seq; empty when there is none. */
  readSnapshot(shard: ShardId): AsyncIterable<JournalRecord>;
  /** Waits for all appends, then lets go of the lease. */
  close(): Promise<void>;
}

/** Another process holds the journal. */
export class JournalHeld extends Error {
  override readonly name = 'JournalHeld';
}

/** The journal is damaged at a place that is not its end; nothing was dropped. */
export class JournalDamaged extends Error {
  override readonly name = 'JournalDamaged';
}
