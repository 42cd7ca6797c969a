import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJournal } from './journal-contract.ts';
import { MemoryJournalStore, openMemoryJournal } from './memory-journal.ts';
import { openSqliteJournal } from './sqlite-journal.ts';

describeJournal('memory', async () => {
  const store = new MemoryJournalStore();
  return { open: async () => openMemoryJournal(store), remove: async () => undefined };
});

describeJournal('sqlite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'faultline-journal-'));
  const onNotice = (message: string): never => {
    throw new Error(`a journal that nobody hurt says: ${message}`);
  };
  return {
    open: () => openSqliteJournal(directory, { onNotice }),
    remove: () => rm(directory, { recursive: true }),
  };
});
