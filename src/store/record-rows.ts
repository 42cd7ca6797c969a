import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { JournalDamaged } from '../world/journal.ts';
import { recordChecksum, recordsSchema, recordsTable } from './journal-format.ts';
import type { ShardRow } from './journal-format.ts';
import { isCorruption } from './sqlite-errors.ts';

/** A record as it stands in the file. */
export interface StoredRecord {
  readonly shard: string;
  readonly seq: number;
  readonly at: number;
  readonly body: string;
}

/** What can be said of the end of a shard's records. */
export interface ShardEnd {
  /** The seq of the last sound record, or of the snapshot when none follows it. */
  readonly lastSound: number;
  /** Whether so many records before the end are unsound that it is no torn end. */
  readonly damagedBefore: boolean;
}

interface Statements {
  readonly insert: StatementSync;
  readonly forwards: StatementSync;
  readonly backwards: StatementSync;
  readonly drop: StatementSync;
}

const rowsPerRead = 1000;
const charactersPerRead = 2 ** 20;
/** Rows deleted in one go, so that an append never waits long behind a deletion. */
const rowsPerDrop = 5000;
/** No more records than this are cut from a shard: so much loss is damage, not a torn end. */
const longestCut = 100;

const soundRecord = (
  shard: ShardRow,
  row: Readonly<Record<string, unknown>>,
): StoredRecord | undefined => {
  const { seq, at, crc, body } = row;
  if (typeof seq !== 'number' || typeof at !== 'number' || typeof body !== 'string') {
    return undefined;
  }
  if (recordChecksum(shard.name, seq, at, body) !== crc) return undefined;
  return { shard: shard.name, seq, at, body };
};

/** The rows of the tables of records. */
export class RecordRows {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #statements = new Map<number, Statements>();

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  /** Makes the table of a shard, within the caller's transaction. */
  makeTable(shard: ShardRow): void {
    this.#database.exec(recordsSchema(shard.number));
  }

  /** Throws JournalDamaged unless each shard has its table and each table its shard. */
  mustHaveTablesOf(shards: readonly ShardRow[]): void {
    const tables = this.#database
      .prepare("SELECT name FROM sqlite_schema WHERE name GLOB 'records_*' ORDER BY name")
      .all();
    const expected = shards.map(({ number }) => recordsTable(number)).sort();
    if (tables.map(({ name }) => name).join() === expected.join()) return;
    throw new JournalDamaged(`${this.#path} is damaged: its tables are not those of its shards`);
  }

  /** Inserts a record, within the caller's transaction. */
  insert(shard: ShardRow, record: StoredRecord): void {
    const { seq, at, body } = record;
    this.#of(shard).insert.run(seq, at, recordChecksum(shard.name, seq, at, body), body);
  }

  /**
   * The next records of a shard from a seq on, at most a batch; none at the end. Throws JournalDamaged for a
   * gap or a record that fails its checksum: the torn end was cut at opening, so it stands in the middle.
   */
  read(shard: ShardRow, fromSeq: number): readonly StoredRecord[] {
    const records: StoredRecord[] = [];
    let seq = Math.max(fromSeq, shard.snapshotSeq + 1);
    let characters = 0;
    for (const row of this.#of(shard).forwards.iterate(seq, shard.head)) {
      const record = soundRecord(shard, row);
      if (record?.seq !== seq) break;
      records.push(record);
      seq += 1;
      characters += record.body.length;
      if (records.length >= rowsPerRead || characters >= charactersPerRead) return records;
    }
    if (seq > shard.head) return records;
    throw new JournalDamaged(
      `${this.#path} is damaged: record ${seq} of shard ${shard.name} fails its checks though later ones follow`,
    );
  }

  /** Looks from the newest record back for where the shard's sound records end. */
  findEnd(shard: ShardRow): ShardEnd {
    const first = Math.max(shard.snapshotSeq + 1, shard.head - longestCut);
    for (const row of this.#of(shard).backwards.iterate(first, shard.head)) {
      const record = soundRecord(shard, row);
      if (record !== undefined) return { lastSound: record.seq, damagedBefore: false };
    }
    const reachesSnapshot = first === shard.snapshotSeq + 1;
    return { lastSound: shard.snapshotSeq, damagedBefore: !reachesSnapshot };
  }

  /** Hands over a shard's sound records in order, up to the first that cannot be read. */
  salvage(shard: ShardRow, take: (record: StoredRecord) => void): void {
    let seq = shard.snapshotSeq + 1;
    try {
      for (const row of this.#of(shard).forwards.iterate(seq, shard.head)) {
        const record = soundRecord(shard, row);
        if (record?.seq !== seq) return;
        take(record);
        seq += 1;
      }
    } catch (error) {
      if (!isCorruption(error)) throw error;
    }
  }

  /** Deletes some records from one seq to another; answers whether all are gone. */
  drop(shard: ShardRow, fromSeq: number, toSeq: number): boolean {
    const { changes } = this.#of(shard).drop.run(fromSeq, toSeq);
    return Number(changes) < rowsPerDrop;
  }

  #of(shard: ShardRow): Statements {
    const existing = this.#statements.get(shard.number);
    if (existing !== undefined) return existing;
    const table = recordsTable(shard.number);
    const between = `FROM ${table} WHERE seq BETWEEN ? AND ? ORDER BY seq`;
    const made = {
      insert: this.#database.prepare(
        `INSERT INTO ${table} (seq, at, crc, body) VALUES (?, ?, ?, ?)`,
      ),
      forwards: this.#database.prepare(`SELECT seq, at, crc, body ${between}`),
      backwards: this.#database.prepare(`SELECT seq, at, crc, body ${between} DESC`),
      drop: this.#database.prepare(
        `DELETE FROM ${table} WHERE seq IN (SELECT seq ${between} LIMIT ${rowsPerDrop})`,
      ),
    };
    this.#statements.set(shard.number, made);
    return made;
  }
}
