import { execFileSync, spawn } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalDamaged, JournalHeld } from '../world/journal.ts';
import type { Journal } from '../world/journal.ts';
import { readAll, recordOf } from './journal-contract.ts';
import { openSqliteJournal } from './sqlite-journal.ts';

let directory: string;
let journals: Journal[];
let notices: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-sqlite-'));
  journals = [];
  notices = [];
});
afterEach(async () => {
  for (const journal of journals) await journal.close();
  await rm(directory, { recursive: true });
});

const openAt = async (
  at: string,
  options: Partial<Parameters<typeof openSqliteJournal>[1]> = {},
): Promise<Journal> => {
  const onNotice = (message: string): void => {
    notices.push(message);
  };
  const journal = await openSqliteJournal(at, { onNotice, ...options });
  journals.push(journal);
  return journal;
};

const file = (name = 'journal.sqlite'): string => join(directory, name);

/** Writes records 1 to `count` of a few hundred bytes each to both shards, every tenth in a write of its own. */
const fill = async (journal: Journal, count: number): Promise<void> => {
  await journal.acquireLease();
  for (let seq = 1; seq <= count; seq += 1) {
    const record = recordOf(seq, `${seq} `.repeat(80));
    const both = ['us-east-1', 'eu-west-1'].map((shard) => journal.append(shard, seq - 1, record));
    if (seq % 10 === 0) await Promise.all(both);
  }
};

/** A journal that was closed in good order. */
const closedJournal = async (count: number): Promise<void> => {
  const journal = await openAt(directory);
  await fill(journal, count);
  await journal.close();
};

/** A journal as a killed process leaves it: the file and its write-ahead log. */
const killedJournal = async (count: number): Promise<void> => {
  const living = join(directory, 'living');
  const journal = await openAt(living);
  await fill(journal, count);
  // Copied by another process: closing a descriptor of the file in this one would drop SQLite's lock.
  execFileSync('cp', [
    join(living, 'journal.sqlite'),
    join(living, 'journal.sqlite-wal'),
    directory,
  ]);
  await journal.close();
};

const flip = async (name: string, at: number): Promise<void> => {
  const handle = await open(file(name), 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  byte.writeUInt8(byte.readUInt8() ^ 0xff);
  await handle.write(byte, 0, 1, at);
  await handle.close();
};

const seqsOf = async (journal: Journal, shard = 'us-east-1'): Promise<readonly number[]> =>
  (await readAll(journal, shard)).map(({ seq }) => seq);

const upTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index + 1);

describe('a data directory', () => {
  it('holds the one file after closing', async () => {
    await closedJournal(50);
    expect(await readdir(directory)).toEqual(['journal.sqlite']);
    expect(notices).toEqual([]);
  });

  it('is made when it does not exist', async () => {
    const deep = join(directory, 'a', 'b');
    await openAt(deep);
    expect(await readdir(deep)).toContain('journal.sqlite');
  });

  it.runIf(process.platform === 'linux')(
    'that cannot be made is refused, and at once',
    async () => {
      const refused = openSqliteJournal('/proc/faultline/data', { onNotice: () => undefined });
      await expect(refused).rejects.toThrow('ENOENT');
    },
  );

  it('is free again when its holder was killed, and refused while it lives', async () => {
    const script = join(import.meta.dirname, 'sqlite-journal.ts');
    const holder = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `const { openSqliteJournal } = await import(${JSON.stringify(script)});
       const journal = await openSqliteJournal(${JSON.stringify(directory)}, { onNotice: () => {} });
       await journal.acquireLease();
       await journal.append('us-east-1', 0, { seq: 1, at: 1, changes: [] });
       console.log('holding');
       setInterval(() => {}, 1000);`,
    ]);
    const exited = new Promise((resolve) => holder.once('exit', resolve));
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    await expect(openAt(directory)).rejects.toBeInstanceOf(JournalHeld);
    await expect(openAt(directory)).rejects.toThrow(directory);
    holder.kill('SIGKILL');
    await exited;
    const journal = await openAt(directory);
    expect(await journal.acquireLease()).toBe(2);
    expect(await seqsOf(journal)).toEqual([1]);
    expect(notices).toEqual([]);
  });

  it('of a newer format is refused with what to do', async () => {
    await closedJournal(1);
    const database = new DatabaseSync(file());
    database.exec('UPDATE header SET format = 2');
    database.close();
    await expect(openAt(directory)).rejects.toThrow(/format 2.*newer.*release/);
  });

  it('keeps the flags and the seed it was made with', async () => {
    await (await openAt(directory, { flags: ['early'], seed: 5 })).close();
    const { header } = await openAt(directory, { flags: ['late'], seed: 6 });
    expect(header).toMatchObject({ flags: ['early'], seed: 5 });
  });

  it('with a file of another kind is refused and left alone', async () => {
    await writeFile(
      file(),
      'my shopping list, which is longer than a database header may be'.repeat(9),
    );
    const before = await readFile(file());
    await expect(openAt(directory)).rejects.toBeInstanceOf(JournalDamaged);
    expect(await readFile(file())).toEqual(before);
  });

  it('that is full fails the append, what waits and what comes', async () => {
    const journal = await openAt(directory, { pageLimit: 40 });
    await journal.acquireLease();
    const outcomes = await Promise.allSettled(
      upTo(200).map((seq) => journal.append('us-east-1', seq - 1, recordOf(seq, 'x'.repeat(5000)))),
    );
    expect(outcomes.at(-1)).toMatchObject({ reason: { message: expect.stringContaining('grow') } });
    await expect(journal.append('us-east-1', 200, recordOf(201))).rejects.toThrow(/grow/);
    await journal.close();
    const acknowledged = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(await seqsOf(await openAt(directory))).toEqual(upTo(acknowledged));
  });
});

describe('the torn end of a write-ahead log', () => {
  const lastOf = async (journal: Journal): Promise<number> => {
    const seqs = await seqsOf(journal);
    expect(seqs).toEqual(upTo(seqs.length));
    return seqs.length;
  };

  it('is no loss when the process was merely killed', async () => {
    await killedJournal(100);
    expect(await lastOf(await openAt(directory))).toBe(100);
    expect(notices).toEqual([]);
  });

  it.each([1, 24, 100, 4000, 5000, 9000])(
    'is cut with a notice after losing %i bytes',
    async (bytes) => {
      await killedJournal(100);
      await truncate(
        file('journal.sqlite-wal'),
        (await stat(file('journal.sqlite-wal'))).size - bytes,
      );
      const last = await lastOf(await openAt(directory));
      expect(last).toBeLessThan(100);
      expect(last).toBeGreaterThan(50);
      expect(notices).toEqual([expect.stringMatching(/journal\.sqlite-wal has a torn end.*cut/)]);
    },
  );

  it.each([1, 300, 4100])(
    'is cut with a notice when its byte %i from the end flips',
    async (back) => {
      await killedJournal(100);
      await flip('journal.sqlite-wal', (await stat(file('journal.sqlite-wal'))).size - back);
      expect(await lastOf(await openAt(directory))).toBeLessThan(100);
      expect(notices).toEqual([expect.stringMatching(/torn end.*cut/)]);
    },
  );

  it('is not hurt by garbage behind it', async () => {
    await killedJournal(100);
    await appendFile(file('journal.sqlite-wal'), Buffer.alloc(10_000, 0x5a));
    expect(await lastOf(await openAt(directory))).toBe(100);
  });

  it('is told when all of it is gone', async () => {
    await killedJournal(100);
    await rm(file('journal.sqlite-wal'));
    await openAt(directory);
    expect(notices).toEqual([expect.stringMatching(/-wal is missing.*lost/)]);
  });

  it('goes on after the cut: what is appended then is there the next time', async () => {
    await killedJournal(100);
    await truncate(
      file('journal.sqlite-wal'),
      (await stat(file('journal.sqlite-wal'))).size - 5000,
    );
    const journal = await openAt(directory);
    const last = await lastOf(journal);
    await journal.acquireLease();
    await journal.append('us-east-1', last, recordOf(last + 1));
    await journal.close();
    expect(await lastOf(await openAt(directory))).toBe(last + 1);
    expect(notices).toHaveLength(1);
  });
});

describe('damage in the middle', () => {
  it.each([0.1, 0.3, 0.5, 0.7])('of a write-ahead log (at %d of it) is refused', async (share) => {
    await killedJournal(100);
    const { size } = await stat(file('journal.sqlite-wal'));
    await flip('journal.sqlite-wal', Math.floor(size * share));
    await expect(openAt(directory)).rejects.toBeInstanceOf(JournalDamaged);
    await expect(openAt(directory)).rejects.toThrow(/journal\.sqlite-wal is damaged at byte/);
  });

  it('of a write-ahead log, at its head, is refused', async () => {
    await killedJournal(100);
    await flip('journal.sqlite-wal', 17);
    await expect(openAt(directory)).rejects.toBeInstanceOf(JournalDamaged);
  });

  it('of a record is refused, with its shard and number', async () => {
    await closedJournal(30);
    const bytes = await readFile(file());
    await flip('journal.sqlite', bytes.indexOf('17 17 17 ') + 3);
    const journal = await openAt(directory);
    const shards = ['us-east-1', 'eu-west-1'].map((shard) => seqsOf(journal, shard));
    const outcomes = await Promise.allSettled(shards);
    const failed = outcomes.filter(({ status }) => status === 'rejected');
    expect(failed).toEqual([
      expect.objectContaining({
        reason: expect.objectContaining({
          name: 'JournalDamaged',
          message: expect.stringMatching(
            /journal\.sqlite.* record 11 of shard (us-east|eu-west)-1/,
          ),
        }),
      }),
    ]);
  });

  it('by a missing record is refused', async () => {
    await closedJournal(30);
    const database = new DatabaseSync(file());
    database.exec('DELETE FROM records_1 WHERE seq = 11');
    database.close();
    await expect(seqsOf(await openAt(directory))).rejects.toThrow(/record 11 of shard us-east-1/);
  });

  it('never passes for sound, wherever one byte of the file flips', async () => {
    await closedJournal(30);
    const pristine = await readFile(file());
    const outcomes = new Set<string>();
    for (let at = 7; at < pristine.length; at += Math.floor(pristine.length / 40)) {
      await writeFile(file(), pristine);
      await rm(file('journal.sqlite-wal'), { force: true });
      await flip('journal.sqlite', at);
      outcomes.add(await outcomeOfReading());
    }
    expect([...outcomes].toSorted()).toEqual(['all is there', 'refused as damaged', 'told']);
  });
});

/** What a user sees who opens the journal of 30 records and reads it. */
const outcomeOfReading = async (): Promise<string> => {
  notices = [];
  let journal: Journal | undefined;
  try {
    journal = await openAt(directory);
    const read = [await seqsOf(journal, 'us-east-1'), await seqsOf(journal, 'eu-west-1')];
    if (notices.length > 0) return 'told';
    return read.every((seqs) => seqs.length === 30) ? 'all is there' : 'SILENT LOSS';
  } catch (error) {
    return error instanceof JournalDamaged ? 'refused as damaged' : `failed: ${String(error)}`;
  } finally {
    await journal?.close();
  }
};

describe('the torn end of the file itself', () => {
  it('is cut when the last records fail their checksum, and told', async () => {
    await closedJournal(30);
    const bytes = await readFile(file());
    await flip('journal.sqlite', bytes.indexOf('30 30 30 ') + 3);
    const journal = await openAt(directory);
    const lasts = [(await seqsOf(journal)).length, (await seqsOf(journal, 'eu-west-1')).length];
    expect(lasts.toSorted((a, b) => a - b)).toEqual([20, 30]);
    expect(notices).toEqual([expect.stringMatching(/records 21 to 30 of shard \S+ fail.*cut/)]);
    await journal.close();
    notices = [];
    await openAt(directory);
    expect(notices).toEqual([]);
  });

  it.each([1, 500, 4096, 6000])(
    'is cut when %i bytes are missing, and the rest is kept',
    async (bytes) => {
      await closedJournal(200);
      await truncate(file(), (await stat(file())).size - bytes);
      const journal = await openAt(directory);
      const first = await seqsOf(journal, 'us-east-1');
      const second = await seqsOf(journal, 'eu-west-1');
      expect(first).toEqual(upTo(first.length));
      expect(second).toEqual(upTo(second.length));
      expect(first.length + second.length).toBeLessThanOrEqual(bytes > 4000 ? 399 : 400);
      expect(first.length + second.length).toBeGreaterThan(300);
      expect(notices).toEqual([
        expect.stringMatching(
          /bytes too short: (cut records .*|no record was lost); .* kept beside it/,
        ),
      ]);
      expect(await readdir(directory)).toContain('journal.sqlite.before-cut-1');
    },
  );

  it('is refused when half of the file is missing', async () => {
    await closedJournal(200);
    await truncate(file(), Math.floor((await stat(file())).size / 2));
    await expect(openAt(directory)).rejects.toBeInstanceOf(JournalDamaged);
    expect(await readdir(directory)).toEqual(['journal.sqlite']);
  });

  it('is not hurt by garbage behind it', async () => {
    await closedJournal(100);
    await appendFile(file(), Buffer.alloc(10_000, 0x5a));
    expect(await seqsOf(await openAt(directory))).toEqual(upTo(100));
  });

  it('is told when nothing is left of it', async () => {
    await mkdir(directory, { recursive: true });
    await writeFile(file(), '');
    await openAt(directory);
    expect(notices).toEqual([expect.stringMatching(/is empty/)]);
  });
});
