import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { JournalDamaged } from '../world/journal.ts';
import {
  headerChecksum,
  journalApplicationId,
  journalFormat,
  journalSchema,
} from './journal-format.ts';
import type { HeaderRow } from './journal-format.ts';

/** Makes a new directory entry survive a power cut. Windows cannot sync a directory and does not need it. */
export const syncDirectory = (directory: string): void => {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
};

const pragma = (database: DatabaseSync, name: string): unknown =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];

/** Makes the tables of an empty file and gives it its header, within the caller's transaction. */
export const createTables = (database: DatabaseSync, row: HeaderRow): void => {
  database.exec(journalSchema);
  database
    .prepare(
      'INSERT INTO header (id, format, flags, seed, epoch, held, crc) VALUES (1, ?, ?, ?, ?, ?, ?)',
    )
    .run(row.format, row.flags, row.seed, row.epoch, row.held, headerChecksum(row));
};

/** Reads and checks the header of a journal: of this program, of a format it knows, and undamaged. */
export const readHeader = (database: DatabaseSync, path: string): HeaderRow => {
  if (pragma(database, 'application_id') !== journalApplicationId) {
    throw new JournalDamaged(`${path} is a database, but not a journal of Faultline`);
  }
  const row = database.prepare('SELECT format, flags, seed, epoch, held, crc FROM header').get();
  if (row === undefined) throw new JournalDamaged(`${path} has no header`);
  const { format, flags, seed, epoch, held, crc } = row;
  if (typeof format === 'number' && format > journalFormat) {
    throw new Error(
      `${path} has format ${format}, which is newer than format ${journalFormat} of this program: use the release that wrote it, or a newer one`,
    );
  }
  if (
    typeof format !== 'number' ||
    typeof flags !== 'string' ||
    typeof seed !== 'number' ||
    typeof epoch !== 'number' ||
    typeof held !== 'number' ||
    headerChecksum({ format, flags, seed, epoch, held }) !== crc
  ) {
    throw new JournalDamaged(`${path} is damaged: its header fails its checksum`);
  }
  return { format, flags, seed, epoch, held };
};

/** Writes the header's row, within the caller's transaction if there is one. */
export const putHeader = (database: DatabaseSync, row: HeaderRow): void => {
  database
    .prepare('UPDATE header SET format = ?, flags = ?, seed = ?, epoch = ?, held = ?, crc = ?')
    .run(row.format, row.flags, row.seed, row.epoch, row.held, headerChecksum(row));
};
