import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { decodePage, encodePage, maxPages } from './block-page.ts';
import type { BlockPage } from './block-page.ts';

/** A snapshot as the index keeps it. */
export interface SnapshotRow {
  readonly key: number;
  /** Undefined once it is dropped while an open one still takes blocks over from it. */
  readonly name: string | undefined;
  /** The key of what it is a change of, while it is open. */
  readonly parent: number | undefined;
  readonly state: 'open' | 'complete';
  readonly blockCount: number;
  readonly changedCount: number;
  readonly storedBytes: number;
  readonly digest: string;
}

/** What completing a snapshot adds to its row. */
export type Totals = Pick<SnapshotRow, 'blockCount' | 'changedCount' | 'storedBytes' | 'digest'>;

/** A page, and its digest once it will not change any more. */
export interface PageRow {
  readonly number: number;
  readonly page: BlockPage;
  readonly digest: Uint8Array | undefined;
}

type Row = Readonly<Record<string, unknown>>;

const snapshotRow = (row: Row): SnapshotRow => ({
  key: Number(row['key']),
  name: typeof row['name'] === 'string' ? row['name'] : undefined,
  parent: row['parent'] === null ? undefined : Number(row['parent']),
  state: row['state'] === 'open' ? 'open' : 'complete',
  blockCount: Number(row['block_count']),
  changedCount: Number(row['changed_count']),
  storedBytes: Number(row['stored_bytes']),
  digest: String(row['digest']),
});

const bytesOf = (value: unknown): Uint8Array | undefined =>
  value instanceof Uint8Array ? value : undefined;

const pageRow = (row: Row): PageRow => ({
  number: Number(row['key']) % maxPages,
  page: decodePage(bytesOf(row['blocks'])),
  digest: bytesOf(row['digest']),
});

/** The tables `snapshots` and `pages`. Whoever writes does it in a transaction. */
export class SnapshotRows {
  readonly #database: DatabaseSync;
  readonly #byName: StatementSync;
  readonly #byKey: StatementSync;
  readonly #page: StatementSync;
  readonly #nextPage: StatementSync;
  readonly #lastPage: StatementSync;
  readonly #putPage: StatementSync;
  readonly #removePage: StatementSync;
  readonly #setDigest: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.#database = database;
    this.#byName = prepare('SELECT * FROM snapshots WHERE name = ?');
    this.#byKey = prepare('SELECT * FROM snapshots WHERE key = ?');
    this.#page = prepare('SELECT blocks FROM pages WHERE key = ?');
    this.#nextPage = prepare('SELECT * FROM pages WHERE key BETWEEN ? AND ? ORDER BY key LIMIT 1');
    this.#lastPage = prepare('SELECT max(key) AS last FROM pages WHERE key BETWEEN ? AND ?');
    this.#putPage = prepare(
      'INSERT OR REPLACE INTO pages (key, blocks, digest) VALUES (?, ?, NULL)',
    );
    this.#removePage = prepare('DELETE FROM pages WHERE key = ?');
    this.#setDigest = prepare('UPDATE pages SET digest = ? WHERE key = ?');
  }

  byName(name: string): SnapshotRow | undefined {
    const row = this.#byName.get(name);
    return row === undefined ? undefined : snapshotRow(row);
  }

  byKey(key: number): SnapshotRow | undefined {
    const row = this.#byKey.get(key);
    return row === undefined ? undefined : snapshotRow(row);
  }

  all(): readonly SnapshotRow[] {
    return this.#database.prepare('SELECT * FROM snapshots ORDER BY key').all().map(snapshotRow);
  }

  lastKey(): number {
    const row = this.#database.prepare('SELECT max(key) AS last FROM snapshots').get();
    return Number(row?.['last'] ?? 0);
  }

  insert(key: number, name: string, parent: number | undefined): void {
    const sql = `INSERT INTO snapshots VALUES (?, ?, ?, 'open', 0, 0, 0, '')`;
    this.#database.prepare(sql).run(key, name, parent ?? null);
  }

  /** Completes a snapshot. From now on it stands alone: it has all of its pages itself. */
  complete(key: number, { blockCount, changedCount, storedBytes, digest }: Totals): void {
    const sql = `UPDATE snapshots SET state = 'complete', parent = NULL, block_count = ?,
      changed_count = ?, stored_bytes = ?, digest = ? WHERE key = ?`;
    this.#database.prepare(sql).run(blockCount, changedCount, storedBytes, digest, key);
  }

  /** Lets a snapshot go, or only its name while an open one takes blocks over from it; then what nobody needs any more. */
  drop(key: number): void {
    this.#database.prepare('UPDATE snapshots SET name = NULL WHERE key = ?').run(key);
    this.reap();
  }

  /** Removes the nameless snapshots that no open one is a change of. */
  reap(): void {
    for (;;) {
      const sql = `SELECT key FROM snapshots WHERE name IS NULL
        AND key NOT IN (SELECT parent FROM snapshots WHERE parent IS NOT NULL) LIMIT 1`;
      const row = this.#database.prepare(sql).get();
      if (row === undefined) return;
      const key = Number(row['key']);
      const pages = 'DELETE FROM pages WHERE key BETWEEN ? AND ?';
      this.#database.prepare(pages).run(key * maxPages, (key + 1) * maxPages - 1);
      this.#database.prepare('DELETE FROM snapshots WHERE key = ?').run(key);
    }
  }

  page(key: number, number: number): BlockPage {
    return decodePage(bytesOf(this.#page.get(key * maxPages + number)?.['blocks']));
  }

  /** The first page of a snapshot from a number on that lists anything. */
  nextPage(key: number, fromNumber: number): PageRow | undefined {
    const row = this.#nextPage.get(key * maxPages + fromNumber, (key + 1) * maxPages - 1);
    return row === undefined ? undefined : pageRow(row);
  }

  /** The number of a snapshot's last page that lists anything, -1 if none does. */
  lastPage(key: number): number {
    const last = this.#lastPage.get(key * maxPages, (key + 1) * maxPages - 1)?.['last'];
    return typeof last === 'number' ? last % maxPages : -1;
  }

  putPage(key: number, number: number, page: BlockPage): void {
    const blocks = encodePage(page);
    if (blocks === undefined) this.#removePage.run(key * maxPages + number);
    else this.#putPage.run(key * maxPages + number, blocks);
  }

  setDigest(key: number, number: number, digest: Uint8Array): void {
    this.#setDigest.run(digest, key * maxPages + number);
  }

  /** Any pages behind a key of the table, in its order, for going over all there are. */
  pagesAfter(
    pageKey: number,
    limit: number,
  ): readonly { readonly key: number; readonly page: BlockPage }[] {
    const sql = 'SELECT key, blocks FROM pages WHERE key > ? ORDER BY key LIMIT ?';
    const rows = this.#database.prepare(sql).all(pageKey, limit);
    return rows.map((row) => ({ key: Number(row['key']), page: pageRow(row).page }));
  }
}
