import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { JournalDamaged } from '../world/journal.ts';
import { recordsChecksum, recordsSchema, recordsTable } from './journal-format.ts';
import type { ShardRow } from './journal-format.ts';
import { isCorruption } from './sqlite-errors.ts';

/** A row of records: `count` of them from `seq` on, as the JSON text of `[[at, changes], ...]`. */
export interface RecordRow {
  readonly seq: number;
  readonly count: number;
  readonly body: string;
}

/** What can be said of the end of a shard's records. */
export interface ShardEnd {
  /** The seq of the last sound record, or of the snapshot when none follows it. */
  readonly lastSound: number;
  /** Whether so many rows before the end are unsound that it is no torn end. */
  readonly damagedBefore: boolean;
}

interface Statements {
  readonly insert: StatementSync;
  readonly forwards: StatementSync;
  readonly backwards: StatementSync;
  readonly dropUpTo: StatementSync;
  readonly dropFrom: StatementSync;
}

const recordsPerRead = 1000;
const charactersPerRead = 2 ** 20;
/** Rows deleted in one go, so that an append never waits long behind a deletion. */
const rowsPerDrop = 1000;
/** No more rows than this are cut from a shard: so much loss is damage, not a torn end. */
const longestCut = 100;

const soundRow = (
  shard: ShardRow,
  row: Readonly<Record<string, unknown>>,
): RecordRow | undefined => {
  const { seq, count, crc, body } = row;
  if (typeof seq !== 'number' || typeof count !== 'number' || typeof body !== 'string') {
    return undefined;
  }
  return recordsChecksum(shard.name, seq, count, body) === crc ? { seq, count, body } : undefined;
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

  /** Inserts a row, within the caller's transaction. */
  insert(shard: ShardRow, { seq, count, body }: RecordRow): void {
    this.#of(shard).insert.run(seq, count, recordsChecksum(shard.name, seq, count, body), body);
  }

  /**
   * The next rows of a shard from the one with record `fromSeq` on, at most a batch; none at the end. Throws
   * JournalDamaged for a gap or a row that fails its checksum: the torn end was cut at opening, so it stands in
   * the middle.
   */
  read(shard: ShardRow, fromSeq: number): readonly RecordRow[] {
    const rows: RecordRow[] = [];
    let next = Math.max(fromSeq, shard.snapshotSeq + 1);
    if (next > shard.head) return rows;
    let [records, characters] = [0, 0];
    for (const stored of this.#of(shard).forwards.iterate(next, shard.head)) {
      const row = soundRow(shard, stored);
      const follows = rows.length === 0 ? (row?.seq ?? 0) <= next : row?.seq === next;
      if (row === undefined || !follows || row.seq + row.count <= next) break;
      rows.push(row);
      next = row.seq + row.count;
      records += row.count;
      characters += row.body.length;
      if (records >= recordsPerRead || characters >= charactersPerRead) return rows;
    }
    if (next === shard.head + 1) return rows;
    throw new JournalDamaged(
      `${this.#path} is damaged: record ${next} of shard ${shard.name} fails its checks though later ones follow`,
    );
  }

  /** Looks from the newest row back for where the shard's sound records end. */
  findEnd(shard: ShardRow): ShardEnd {
    let unsound = 0;
    for (const stored of this.#of(shard).backwards.iterate(shard.head)) {
      const row = soundRow(shard, stored);
      if (row !== undefined) {
        const lastSound = Math.max(row.seq + row.count - 1, shard.snapshotSeq);
        return { lastSound, damagedBefore: false };
      }
      unsound += 1;
    }
    return { lastSound: shard.snapshotSeq, damagedBefore: unsound >= longestCut };
  }

  /** Hands over a shard's sound rows in order, up to the first that cannot be read. */
  salvage(shard: ShardRow, take: (row: RecordRow) => void): void {
    let next = shard.snapshotSeq + 1;
    try {
      for (const stored of this.#of(shard).forwards.iterate(next, shard.head)) {
        const row = soundRow(shard, stored);
        if (row === undefined || row.seq > next) return;
        take(row);
        next = row.seq + row.count;
      }
    } catch (error) {
      if (!isCorruption(error)) throw error;
    }
  }

  /** Deletes some rows whose records all are at or before a seq; answers whether all such rows are gone. */
  dropUpTo(shard: ShardRow, seq: number): boolean {
    const { changes } = this.#of(shard).dropUpTo.run(seq, seq);
    return Number(changes) < rowsPerDrop;
  }

  /** Deletes the rows that begin at or behind a seq. */
  dropFrom(shard: ShardRow, seq: number): void {
    this.#of(shard).dropFrom.run(seq);
  }

  #of(shard: ShardRow): Statements {
    const existing = this.#statements.get(shard.number);
    if (existing !== undefined) return existing;
    const table = recordsTable(shard.number);
    const prepare = (statement: string): StatementSync => this.#database.prepare(statement);
    const made = {
      insert: prepare(`INSERT INTO ${table} (seq, count, crc, body) VALUES (?, ?, ?, ?)`),
      forwards: prepare(
        `SELECT seq, count, crc, body FROM ${table}
         WHERE seq >= coalesce((SELECT max(seq) FROM ${table} WHERE seq <= ?), 0) AND seq <= ?
         ORDER BY seq`,
      ),
      backwards: prepare(
        `SELECT seq, count, crc, body FROM ${table} WHERE seq <= ?
         ORDER BY seq DESC LIMIT ${longestCut}`,
      ),
      dropUpTo: prepare(
        `DELETE FROM ${table} WHERE seq IN
         (SELECT seq FROM ${table} WHERE seq <= ? AND seq + count - 1 <= ?
          ORDER BY seq LIMIT ${rowsPerDrop})`,
      ),
      dropFrom: prepare(`DELETE FROM ${table} WHERE seq >= ?`),
    };
    this.#statements.set(shard.number, made);
    return made;
  }
}
