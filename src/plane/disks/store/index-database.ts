import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { indexFileName } from './index-file.ts';
import { syncDirectory } from './segment-files.ts';

/** The layout of the tables. A store of another format is refused. */
const storeFormat = 1;

const tables = `
  CREATE TABLE store (format INTEGER NOT NULL) STRICT;
  -- length: bytes that commits know of; live: bytes of them that blocks take.
  CREATE TABLE segments (
    id INTEGER PRIMARY KEY, length INTEGER NOT NULL, live INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE blocks (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, segment INTEGER NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL, how INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX blocks_of_segment ON blocks (segment, offset);
  -- name is NULL once the snapshot is dropped while an open one still takes blocks over from it.
  CREATE TABLE snapshots (
    key INTEGER PRIMARY KEY, name TEXT UNIQUE, parent INTEGER, state TEXT NOT NULL,
    block_count INTEGER NOT NULL, changed_count INTEGER NOT NULL, stored_bytes INTEGER NOT NULL,
    digest TEXT NOT NULL
  ) STRICT;
  -- key: the snapshot's key times the pages that one may have, plus the number of the page.
  -- digest is NULL while the page may still change.
  CREATE TABLE pages (key INTEGER PRIMARY KEY, blocks BLOB NOT NULL, digest BLOB) STRICT;
`;

/** Makes a directory and those above it, step by step, for the owner alone. */
const makeDirectory = (directory: string): void => {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory, { mode: 0o700 });
};

const makeTables = (database: DatabaseSync, directory: string): void => {
  database.exec('BEGIN IMMEDIATE');
  database.exec(tables);
  database.prepare('INSERT INTO store (format) VALUES (?)').run(storeFormat);
  database.exec('COMMIT');
  syncDirectory(directory);
  syncDirectory(dirname(directory));
};

/**
 * Opens or makes a store's index, and takes its lock: with locking_mode EXCLUSIVE the first read of a file in WAL mode
 * locks it as long as it is open. Throws an Error that names the file when it is in use, damaged or of another format.
 */
export const openIndexDatabase = (directory: string): DatabaseSync => {
  makeDirectory(directory);
  const path = join(directory, indexFileName);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    const { count } = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get() ?? {};
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA cache_size = -8192;
      PRAGMA journal_size_limit = 67108864;
    `);
    if (count === 0) makeTables(database, directory);
    const format = database.prepare('SELECT format FROM store').get()?.['format'];
    if (format !== storeFormat) throw new Error(`its format is ${String(format)}`);
    return database;
  } catch (error) {
    database.close();
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the block store's ${path} cannot be opened: ${why}`, { cause: error });
  }
};

/** Runs statements as one transaction that survives a loss of power, or not at all. */
export const atomically = <T>(database: DatabaseSync, run: () => T): T => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};

/**
 * The same for what nobody is promised yet: it survives the end of the process, and a loss of power once a later
 * transaction does.
 */
export const atomicallyForNow = <T>(database: DatabaseSync, run: () => T): T => {
  database.exec('PRAGMA synchronous = NORMAL');
  try {
    return atomically(database, run);
  } finally {
    database.exec('PRAGMA synchronous = FULL');
  }
};
