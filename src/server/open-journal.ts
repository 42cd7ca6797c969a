import { MemoryJournalStore, openMemoryJournal } from '../store/memory-journal.ts';
import { JournalHeld, type Journal } from '../world/journal.ts';
import { Failed } from '../text/usage-error.ts';

const openEphemeral = async (seed: number): Promise<Journal> => {
  // Nobody will ever open it again: it keeps no record.
  const journal = openMemoryJournal(new MemoryJournalStore({ seed, forgetful: true }));
  await journal.acquireLease();
  return journal;
};

/**
 * Opens the journal of a data directory, or one that keeps nothing, and takes the sole right to write it; `seed` is for
 * a world that begins now. Tells on stderr what was cut from a torn end. Rejects with `Failed` and one line that names
 * the directory.
 */
export const openJournal = async (
  dataDirectory: string | undefined,
  seed: number,
): Promise<Journal> => {
  if (dataDirectory === undefined) return await openEphemeral(seed);
  try {
    // Read only where it is used: a world that keeps nothing needs neither the database nor its thread.
    const { openSqliteJournal } = await import('../store/sqlite-journal.ts');
    const journal = await openSqliteJournal(dataDirectory, {
      seed,
      onNotice: (message) => process.stderr.write(`faultline: ${message}\n`),
    });
    await journal.acquireLease();
    return journal;
  } catch (error) {
    if (error instanceof JournalHeld) {
      throw new Failed(
        `Another process serves the world in ${dataDirectory}; stop it, or give another --data.`,
      );
    }
    const why = error instanceof Error ? error.message : String(error);
    throw new Failed(`The world in ${dataDirectory} cannot be opened: ${why}`);
  }
};
