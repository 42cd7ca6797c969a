import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { JournalDamaged } from '../world/journal.ts';
import { shardChecksum } from './journal-format.ts';
import type { ShardRow } from './journal-format.ts';

type Row = Readonly<Record<string, unknown>>;

const shardRowOf = (row: Row): ShardRow | undefined => {
  const { number, name, head } = row;
  const generation = row['snapshot_generation'];
  const seq = row['snapshot_seq'];
  const at = row['snapshot_at'];
  const chunks = row['snapshot_chunks'];
  if (
    typeof number !== 'number' ||
    typeof name !== 'string' ||
    typeof head !== 'number' ||
    typeof generation !== 'number' ||
    typeof seq !== 'number' ||
    typeof at !== 'number' ||
    typeof chunks !== 'number'
  ) {
    return undefined;
  }
  const shard = {
    number,
    name,
    head,
    snapshotGeneration: generation,
    snapshotSeq: seq,
    snapshotAt: at,
    snapshotChunks: chunks,
  };
  return shardChecksum(shard) === row['crc'] ? shard : undefined;
};

/** The shards of a journal's file: kept in memory, since every append needs them, and written through. */
export class ShardRows {
  readonly #rows = new Map<string, ShardRow>();
  readonly #put: StatementSync;

  /** Reads and checks the rows; throws JournalDamaged when one is damaged or missing. */
  constructor(database: DatabaseSync, path: string) {
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO shards
       (number, name, head, snapshot_generation, snapshot_seq, snapshot_at, snapshot_chunks, crc)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const row of database.prepare('SELECT * FROM shards ORDER BY number').all()) {
      const shard = shardRowOf(row);
      if (shard === undefined || shard.number !== this.#rows.size + 1) {
        throw new JournalDamaged(
          `${path} is damaged: the row of shard ${String(row['name'])} fails its checks`,
        );
      }
      this.#rows.set(shard.name, shard);
    }
  }

  /** The row of a shard, if the journal holds the shard. */
  get(name: string): ShardRow | undefined {
    return this.#rows.get(name);
  }

  /** The row of a shard, or the one that it is to have. */
  getOrNew(name: string): ShardRow {
    return (
      this.#rows.get(name) ?? {
        number: this.#rows.size + 1,
        name,
        head: 0,
        snapshotGeneration: 0,
        snapshotSeq: 0,
        snapshotAt: 0,
        snapshotChunks: 0,
      }
    );
  }

  /** All rows, oldest shard first. */
  list(): readonly ShardRow[] {
    return [...this.#rows.values()];
  }

  /** Writes a row, within the caller's transaction. */
  put(row: ShardRow): void {
    this.#put.run(
      row.number,
      row.name,
      row.head,
      row.snapshotGeneration,
      row.snapshotSeq,
      row.snapshotAt,
      row.snapshotChunks,
      shardChecksum(row),
    );
    this.#rows.set(row.name, row);
  }
}
