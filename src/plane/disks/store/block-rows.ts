import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Move } from './pending-batch.ts';
import type { KnownSegment, Place } from './segment-files.ts';

/** A block of the store: its name, where it lies and how. */
export interface BlockRow extends Place {
  readonly id: number;
  readonly digest: Uint8Array;
  readonly how: number;
}

/** How full a segment is: bytes that were committed to it, and those of them that blocks still take. */
export interface SegmentRow extends KnownSegment {
  readonly live: number;
}

type Row = Readonly<Record<string, unknown>>;

const blockRow = (row: Row): BlockRow => ({
  id: Number(row['id']),
  // STRICT tables hold what their columns say: `digest` is a BLOB.
  digest: row['digest'] as Uint8Array,
  segment: Number(row['segment']),
  offset: Number(row['offset']),
  length: Number(row['length']),
  how: Number(row['how']),
});

const columns = 'id, digest, segment, offset, length, how';

/** The tables `blocks` and `segments`. Whoever writes does it in a transaction. */
export class BlockRows {
  readonly #database: DatabaseSync;
  readonly #byDigest: StatementSync;
  readonly #byId: StatementSync;
  readonly #digestById: StatementSync;
  readonly #insert: StatementSync;
  readonly #move: StatementSync;
  readonly #remove: StatementSync;
  readonly #grow: StatementSync;
  readonly #shrink: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.#database = database;
    this.#byDigest = prepare('SELECT id, length FROM blocks WHERE digest = ?');
    this.#byId = prepare(`SELECT ${columns} FROM blocks WHERE id = ?`);
    this.#digestById = prepare('SELECT lower(hex(digest)) AS digest FROM blocks WHERE id = ?');
    this.#insert = prepare(`INSERT INTO blocks (${columns}) VALUES (?, ?, ?, ?, ?, ?)`);
    this.#move = prepare(
      'UPDATE blocks SET segment = ?, offset = ?, length = ?, how = ? WHERE id = ?',
    );
    this.#remove = prepare('DELETE FROM blocks WHERE id = ?');
    this.#grow = prepare(
      `INSERT INTO segments (id, length, live) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET length = max(length, excluded.length), live = live + excluded.live`,
    );
    this.#shrink = prepare('UPDATE segments SET live = live - ? WHERE id = ?');
  }

  find(digest: Uint8Array): { readonly id: number; readonly length: number } | undefined {
    const row = this.#byDigest.get(digest);
    return row === undefined ? undefined : { id: Number(row['id']), length: Number(row['length']) };
  }

  get(id: number): BlockRow | undefined {
    const row = this.#byId.get(id);
    return row === undefined ? undefined : blockRow(row);
  }

  /**
   * The digest of a block that a snapshot refers to, in hexadecimal digits: that it is there is what the store promises.
   * As text it costs no buffer of its own, of which a million would be slow to free.
   */
  digestOf(id: number): string {
    const digest = this.#digestById.get(id)?.['digest'];
    if (typeof digest === 'string') return digest;
    throw new Error(`the block store's index lists block ${id}, which it does not have`);
  }

  lastId(): number {
    return Number(this.#one('SELECT max(id) AS last FROM blocks')?.['last'] ?? 0);
  }

  insert({ id, digest, segment, offset, length, how }: BlockRow): void {
    this.#insert.run(id, digest, segment, offset, length, how);
    this.#grow.run(segment, offset + length, length);
  }

  /** Lets a block lie elsewhere. One that is gone or has moved already stays so, and the new place is dead at once. */
  move({ id, segment, offset, length, how, from }: Move): void {
    const old = this.get(id);
    const isThere =
      old !== undefined &&
      (from === undefined || (old.segment === from.segment && old.offset === from.offset));
    this.#grow.run(segment, offset + length, isThere ? length : 0);
    if (!isThere) return;
    this.#shrink.run(old.length, old.segment);
    this.#move.run(segment, offset, length, how, id);
  }

  remove({ id, segment, length }: BlockRow): void {
    this.#remove.run(id);
    this.#shrink.run(length, segment);
  }

  /** Blocks behind an id, in ascending order. */
  after(id: number, limit: number): readonly BlockRow[] {
    const sql = `SELECT ${columns} FROM blocks WHERE id > ? ORDER BY id LIMIT ?`;
    return this.#database.prepare(sql).all(id, limit).map(blockRow);
  }

  /** Blocks of a segment from an offset on, as they lie. */
  inSegment(segment: number, fromOffset: number, limit: number): readonly BlockRow[] {
    const sql = `SELECT ${columns} FROM blocks WHERE segment = ? AND offset >= ? ORDER BY offset LIMIT ?`;
    return this.#database.prepare(sql).all(segment, fromOffset, limit).map(blockRow);
  }

  segments(): readonly SegmentRow[] {
    const rows = this.#database.prepare('SELECT id, length, live FROM segments ORDER BY id').all();
    return rows.map((row) => ({
      id: Number(row['id']),
      length: Number(row['length']),
      live: Number(row['live']),
    }));
  }

  removeSegment(id: number): void {
    this.#database.prepare('DELETE FROM segments WHERE id = ?').run(id);
  }

  #one(sql: string): Row | undefined {
    return this.#database.prepare(sql).get();
  }
}
