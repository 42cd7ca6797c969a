import type { DatabaseSync } from 'node:sqlite';
import { JournalDamaged } from '../world/journal.ts';
import { putHeader } from './header-row.ts';
import type { HeaderRow, ShardRow } from './journal-format.ts';
import { openDatabase } from './open-database.ts';
import type { DatabaseOptions } from './open-database.ts';
import { RecordRows } from './record-rows.ts';
import type { RecordRow } from './record-rows.ts';
import { ShardRows } from './shard-rows.ts';
import { SnapshotRows } from './snapshot-rows.ts';
import { inJournalTerms } from './sqlite-errors.ts';

/** What one write brings to a shard. */
export interface AppendedRow extends RecordRow {
  readonly shard: string;
}

/** A chunk of a snapshot, with the seq and the world time of the snapshot. */
export interface StoredChunk {
  readonly seq: number;
  readonly at: number;
  readonly body: string;
}

/** A finished snapshot whose chunks are all in the file. */
export interface FinishedSnapshot {
  readonly shard: string;
  readonly generation: number;
  readonly seq: number;
  readonly at: number;
  readonly chunks: number;
}

/**
 * The journal's file as its worker sees it: synchronous, and the file's only holder while it is open. Opening
 * throws what `openDatabase` throws; every method throws JournalDamaged, or an Error with SQLite's as its cause.
 */
export class JournalDatabase {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #shards: ShardRows;
  readonly #records: RecordRows;
  readonly #snapshots: SnapshotRows;
  #header: HeaderRow;
  #failure: unknown;

  constructor(options: DatabaseOptions) {
    const { path, database, header } = openDatabase(options);
    this.#path = path;
    this.#database = database;
    this.#header = header;
    try {
      this.#shards = new ShardRows(database, path);
      this.#records = new RecordRows(database, path);
      this.#snapshots = new SnapshotRows(database, path);
      this.#records.mustHaveTablesOf(this.#shards.list());
      for (const shard of this.#shards.list()) this.#cutTornEnd(shard, options.onNotice);
    } catch (error) {
      database.close();
      throw inJournalTerms(error, path);
    }
  }

  /** What stands at the journal's head. */
  get header(): HeaderRow {
    return this.#header;
  }

  /** Each shard that holds a record or a snapshot, with the seq of its last commit. */
  heads(): readonly (readonly [shard: string, head: number])[] {
    return this.#shards.list().map(({ name, head }) => [name, head]);
  }

  /**
   * Raises the epoch and marks the journal as held. The mark goes into the main file at once: a held journal
   * without its write-ahead log is then known to have lost it.
   */
  takeLease(): number {
    const header = { ...this.#header, epoch: this.#header.epoch + 1, held: 1 };
    this.#inTerms(() => {
      putHeader(this.#database, header);
      this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    });
    this.#header = header;
    return header.epoch;
  }

  /** Writes the rows in one transaction; they would survive a power cut when this returns. */
  append(rows: readonly AppendedRow[]): void {
    this.#inTransaction(() => {
      for (const row of rows) {
        const shard = this.#shardToWrite(row.shard);
        if (row.seq !== shard.head + 1) {
          throw new Error(`record ${row.seq} of ${row.shard} does not follow ${shard.head}`);
        }
        this.#records.insert(shard, row);
        this.#shards.put({ ...shard, head: row.seq + row.count - 1 });
      }
    });
  }

  /** The next rows of a shard from a seq on, or from its snapshot on when that is later; at most a batch. */
  read(shardName: string, fromSeq: number): readonly RecordRow[] {
    const shard = this.#shards.get(shardName);
    return shard === undefined ? [] : this.#inTerms(() => this.#records.read(shard, fromSeq));
  }

  /** A chunk of a shard's snapshot by its index; undefined behind the last. */
  readChunk(shardName: string, index: number): StoredChunk | undefined {
    const shard = this.#shards.get(shardName);
    if (shard === undefined || index >= shard.snapshotChunks) return undefined;
    const body = this.#inTerms(() => this.#snapshots.read(shard, index));
    return { seq: shard.snapshotSeq, at: shard.snapshotAt, body };
  }

  /** A generation for a new snapshot. */
  nextGeneration(): number {
    return this.#inTerms(() => this.#snapshots.nextGeneration(this.#shards.list()));
  }

  /** Writes one chunk of a snapshot that is not in force yet. */
  writeChunk(shardName: string, generation: number, index: number, body: string): void {
    this.#inTransaction(() => this.#snapshots.insert(shardName, generation, index, body));
  }

  /** Puts a snapshot in force, in one step: from now on reading starts at it. */
  finishSnapshot(snapshot: FinishedSnapshot): void {
    this.#inTransaction(() => {
      this.#shards.put({
        ...this.#shardToWrite(snapshot.shard),
        snapshotGeneration: snapshot.generation,
        snapshotSeq: snapshot.seq,
        snapshotAt: snapshot.at,
        snapshotChunks: snapshot.chunks,
      });
    });
  }

  /** Deletes some of what snapshots made unnecessary; answers whether nothing is left to delete. */
  dropUnused(): boolean {
    return this.#inTransaction(() => {
      const shards = this.#shards.list();
      const inUse = new Set(shards.map((shard) => shard.snapshotGeneration));
      const chunksDone = this.#snapshots.dropUnused(inUse);
      const recordsDone = shards.every((shard) => this.#records.dropUpTo(shard, shard.snapshotSeq));
      return chunksDone && recordsDone;
    });
  }

  /** Marks the journal as let go and closes it; SQLite folds the write-ahead log into the one file. */
  close(): void {
    this.#inTerms(() => {
      const inGoodOrder = this.#header.held === 1 && this.#failure === undefined;
      if (inGoodOrder) putHeader(this.#database, { ...this.#header, held: 0 });
      this.#database.close();
    });
  }

  #shardToWrite(name: string): ShardRow {
    const existing = this.#shards.get(name);
    if (existing !== undefined) return existing;
    const made = this.#shards.getOrNew(name);
    this.#shards.put(made);
    this.#records.makeTable(made);
    return made;
  }

  #cutTornEnd(shard: ShardRow, onNotice: (message: string) => void): void {
    const { lastSound, damagedBefore } = this.#records.findEnd(shard);
    if (damagedBefore) {
      throw new JournalDamaged(
        `${this.#path} is damaged: the records of shard ${shard.name} before ${shard.head} fail their checks`,
      );
    }
    if (lastSound >= shard.head) return;
    this.#inTransaction(() => {
      this.#records.dropFrom(shard, lastSound + 1);
      this.#shards.put({ ...shard, head: lastSound });
    });
    onNotice(
      `${this.#path} has a torn end: records ${lastSound + 1} to ${shard.head} of shard ${shard.name} fail their checks and were cut`,
    );
  }

  #inTransaction<T>(change: () => T): T {
    // After a failed write the rows in memory may be ahead of the file: nothing more is written.
    if (this.#failure !== undefined) throw this.#failure;
    return this.#inTerms(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const answer = change();
        this.#database.exec('COMMIT');
        return answer;
      } catch (error) {
        this.#failure = inJournalTerms(error, this.#path);
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #inTerms<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw inJournalTerms(error, this.#path);
    }
  }
}
