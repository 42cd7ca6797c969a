import { crc32 } from 'node:zlib';

/** The version of the file's format that this program writes, and the newest that it reads. */
export const journalFormat = 1;

/** The one file of a data directory; SQLite keeps its write-ahead log beside it while it is in use. */
export const journalFileName = 'journal.sqlite';

/** Written to SQLite's application id, so that another program's database is told from a journal: `FLJ1`. */
export const journalApplicationId = 0x464c4a31;

/**
 * The tables that every journal has. Beside them stands one table of records for each shard, so that appending
 * only ever adds to the right edge of a tree, the file's last pages hold the newest records, and a torn end
 * takes no others. `head` is the seq of the shard's last record: it changes in the same transaction, so that a
 * lost end is noticed. A chunk's id is its snapshot's generation and its index in one integer.
 */
export const journalSchema = `
  PRAGMA application_id = ${journalApplicationId};
  CREATE TABLE header (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    format INTEGER NOT NULL,
    flags TEXT NOT NULL,
    seed INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    held INTEGER NOT NULL,
    crc INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE shards (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    head INTEGER NOT NULL,
    snapshot_generation INTEGER NOT NULL,
    snapshot_seq INTEGER NOT NULL,
    snapshot_at REAL NOT NULL,
    snapshot_chunks INTEGER NOT NULL,
    crc INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE snapshot_chunks (
    id INTEGER PRIMARY KEY,
    crc INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
`;

/** The name of a shard's table of records. */
export const recordsTable = (shardNumber: number): string => `records_${shardNumber}`;

/**
 * The table of a shard's records. A row holds what one write brought: records `seq` to `seq + count - 1`, as JSON
 * `[[at, changes], ...]`. One row for a write, not for a record, makes a write of many records cost little more
 * than one of a single record.
 */
export const recordsSchema = (shardNumber: number): string => `
  CREATE TABLE ${recordsTable(shardNumber)} (
    seq INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
`;

/** The header's one row. `held` is 1 from the moment a lease is taken until it is let go in good order. */
export interface HeaderRow {
  readonly format: number;
  readonly flags: string;
  readonly seed: number;
  readonly epoch: number;
  readonly held: number;
}

/** A shard's row. `snapshotGeneration` is 0 while the shard has no snapshot. */
export interface ShardRow {
  readonly number: number;
  readonly name: string;
  readonly head: number;
  readonly snapshotGeneration: number;
  readonly snapshotSeq: number;
  readonly snapshotAt: number;
  readonly snapshotChunks: number;
}

const chunksPerGeneration = 2 ** 20;

/** A snapshot chunk's id. */
export const chunkId = (generation: number, index: number): number =>
  generation * chunksPerGeneration + index;

/** The snapshot generation in a chunk's id. */
export const generationOfChunkId = (id: number): number => Math.floor(id / chunksPerGeneration);

/** The checksum of the header's row. */
export const headerChecksum = (row: HeaderRow): number =>
  crc32(JSON.stringify([row.format, row.flags, row.seed, row.epoch, row.held]));

/** The checksum of a shard's row. */
export const shardChecksum = (row: ShardRow): number =>
  crc32(
    JSON.stringify([
      row.number,
      row.name,
      row.head,
      row.snapshotGeneration,
      row.snapshotSeq,
      row.snapshotAt,
      row.snapshotChunks,
    ]),
  );

/** The checksum of a row of records: over where it stands as well, so that a row in the wrong place is found. */
export const recordsChecksum = (shard: string, seq: number, count: number, body: string): number =>
  crc32(body, crc32(`${shard}\n${seq}\n${count}\n`));

/** The checksum of a snapshot's chunk. */
export const chunkChecksum = (
  shard: string,
  generation: number,
  index: number,
  body: string,
): number => crc32(body, crc32(`${shard}\n${generation}\n${index}\n`));
