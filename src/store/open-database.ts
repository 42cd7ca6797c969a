import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalDamaged, JournalHeld } from '../world/journal.ts';
import { createTables, readHeader, syncDirectory } from './header-row.ts';
import { journalFileName, journalFormat } from './journal-format.ts';
import type { HeaderRow } from './journal-format.ts';
import { inJournalTerms, isCorruption } from './sqlite-errors.ts';
import { salvageShortFile } from './salvage.ts';
import { judgeWriteAheadLog } from './write-ahead-log.ts';

/** The file is shorter than it says. */
class ShortFile extends JournalDamaged {}

/** How a journal's file is opened. */
export interface DatabaseOptions {
  /** The data directory. It is made when it does not exist. */
  readonly directory: string;
  /** The flags of a journal that is made now; one that exists keeps its own. */
  readonly flags: readonly string[];
  /** The seed of a world that begins now; one that exists keeps its own. */
  readonly seed: number;
  /** The file may not grow beyond so many pages of 4 KiB; unlimited unless given. */
  readonly pageLimit?: number;
  /** Is told, in one sentence each, what was cut from a torn end. */
  readonly onNotice: (message: string) => void;
}

/** An open journal file, locked by this process, with its header. */
export interface OpenDatabase {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly header: HeaderRow;
}

const fileSize = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Takes the lock and keeps it: with locking_mode EXCLUSIVE the first read of a file in WAL mode locks it for
 * as long as it is open, and the operating system lets go of it when the process dies, however it dies.
 */
const lock = (database: DatabaseSync, pageLimit: number | undefined): void => {
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA journal_size_limit = 67108864;
  `);
  if (pageLimit !== undefined) database.exec(`PRAGMA max_page_count = ${pageLimit}`);
};

/** Whether another process has the journal: asked in a way that changes nothing, neither now nor at closing. */
const isHeld = (path: string): boolean => {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return inJournalTerms(error, path) instanceof JournalHeld;
  } finally {
    database.close();
    rmSync(`${path}-shm`, { force: true });
  }
};

/**
 * Refuses a write-ahead log that is damaged before its end. It is looked at before SQLite opens it, since SQLite
 * would fold what stands before the damage into the file at closing, and delete the rest.
 */
const refuseDamagedLog = (path: string): void => {
  if (fileSize(`${path}-wal`) === 0) return;
  const state = judgeWriteAheadLog(readFileSync(`${path}-wal`));
  if (state.kind !== 'damaged') return;
  if (isHeld(path)) throw new JournalHeld(`${path} is in use by another process`);
  throw new JournalDamaged(
    `${path}-wal is damaged at byte ${state.offset}, before later commits; nothing was dropped`,
  );
};

/** Tells what SQLite drops from the end of the write-ahead log. Needs the lock: a living log has torn moments. */
const tellTornLog = (path: string, onNotice: (message: string) => void): void => {
  const state = judgeWriteAheadLog(readFileSync(`${path}-wal`));
  if (state.kind !== 'torn') return;
  onNotice(
    `${path}-wal has a torn end: its last ${state.lostBytes} bytes, from byte ${state.offset} on, are no whole commit and were cut`,
  );
};

const makeNew = (database: DatabaseSync, options: DatabaseOptions): void => {
  const flags = JSON.stringify(options.flags);
  database.exec('BEGIN IMMEDIATE');
  createTables(database, { format: journalFormat, flags, seed: options.seed, epoch: 0, held: 0 });
  database.exec('COMMIT');
  syncDirectory(options.directory);
  syncDirectory(dirname(options.directory));
};

/** SQLite takes a last page that is there in part for a whole one; nothing may be written to such a file. */
const refuseShortFile = (database: DatabaseSync, path: string): void => {
  const pages = database.prepare('PRAGMA page_count').get()?.['page_count'];
  const pageSize = database.prepare('PRAGMA page_size').get()?.['page_size'];
  if (fileSize(path) < Number(pages) * Number(pageSize))
    throw new ShortFile(`${path} is too short`);
};

const openLocked = (path: string, options: DatabaseOptions): OpenDatabase => {
  const wasEmpty = fileSize(path) === 0;
  if (wasEmpty && fileSize(`${path}-wal`) > 0) {
    throw new JournalDamaged(`${path} is empty or missing, but ${path}-wal holds commits of it`);
  }
  if (wasEmpty && existsSync(path)) options.onNotice(`${path} is empty: it begins anew`);
  refuseDamagedLog(path);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    lock(database, options.pageLimit);
    const hasLog = fileSize(`${path}-wal`) > 0;
    if (hasLog) tellTornLog(path, options.onNotice);
    else refuseShortFile(database, path);
    const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'];
    const isNew = tables === 0;
    if (isNew) makeNew(database, options);
    const header = readHeader(database, path);
    if (header.held === 1 && !hasLog && !isNew) {
      options.onNotice(
        `${path}-wal is missing though the last process on this journal was killed: what it wrote last is lost`,
      );
    }
    return { path, database, header };
  } catch (error) {
    database.close();
    throw error;
  }
};

const salvage = (path: string, why: unknown, onNotice: (message: string) => void): void => {
  try {
    if (salvageShortFile(path, onNotice)) return;
  } catch (error) {
    throw inJournalTerms(error, path);
  }
  throw inJournalTerms(why, path);
};

/**
 * Makes a directory and those above it. Step by step: Node.js's own `recursive` never ends below a directory that
 * takes none, such as /proc.
 */
const makeDirectory = (directory: string): void => {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory, { mode: 0o700 });
};

/**
 * Opens or makes the journal of a data directory, takes its lock, cuts a torn end and reads its header. Throws
 * JournalHeld when another process has it, JournalDamaged for damage before its end, and an Error for a format
 * that is newer than the program. Never open `journal.sqlite` in this process by other means while it is open:
 * closing any descriptor of a file drops the process's locks on it (POSIX).
 */
export const openDatabase = (options: DatabaseOptions): OpenDatabase => {
  const path = join(options.directory, journalFileName);
  makeDirectory(options.directory);
  try {
    return openLocked(path, options);
  } catch (error) {
    const mayBeShort = error instanceof ShortFile || isCorruption(error);
    if (!mayBeShort || fileSize(`${path}-wal`) > 0) throw inJournalTerms(error, path);
    salvage(path, error, options.onNotice);
  }
  try {
    return openLocked(path, options);
  } catch (error) {
    throw inJournalTerms(error, path);
  }
};
