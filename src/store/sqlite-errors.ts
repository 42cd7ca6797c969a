import { JournalDamaged, JournalHeld } from '../world/journal.ts';

/** SQLite's primary result codes that mean something to a journal. Source: sqlite.org/rescode.html. */
const wrongStatement = 1;
const busy = 5;
const locked = 6;
const readOnly = 8;
const inputOutput = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;

const primaryCode = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
};

/** Whether SQLite said that the file is malformed or not a database at all. */
export const isCorruption = (error: unknown): boolean => {
  const code = primaryCode(error);
  return code === corrupt || code === notADatabase;
};

/** Says what an error of SQLite means for the journal at `path`, keeping the error itself as its cause. */
export const inJournalTerms = (error: unknown, path: string): unknown => {
  if (!(error instanceof Error)) return error;
  const cause = { cause: error };
  switch (primaryCode(error)) {
    case busy:
    case locked:
      return new JournalHeld(`${path} is in use by another process`, cause);
    case corrupt:
    case notADatabase:
      return new JournalDamaged(`${path} is damaged: ${error.message}`, cause);
    case wrongStatement:
      // The statements are fixed: one that does not fit the tables means that their declarations changed.
      return new JournalDamaged(`${path} is damaged: ${error.message}`, cause);
    case full:
      return new Error(`${path} cannot grow: ${error.message}`, cause);
    case readOnly:
    case inputOutput:
    case cannotOpen:
      return new Error(`${path} cannot be written: ${error.message}`, cause);
    default:
      return error;
  }
};
