import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultAppendBounds } from '../../src/store/append-queue.ts';
import type { AppendBounds } from '../../src/store/append-queue.ts';
import { openSqliteJournal } from '../../src/store/sqlite-journal.ts';
import type { JournalRecord } from '../../src/world/journal.ts';
import { inTurn } from './measurement.ts';
import type { Benchmark } from './measurement.ts';

const writers = 32;
const measureMs = 1500;
const shard = 'us-east-1';

const everyday = {
  name: 'web',
  description: 'allows what the balancer sends',
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  tags: { Name: 'web', Stack: 'two-regions', Owner: 'platform' },
  ingress: [],
};

/** A commit of an everyday size: one entity with a few tags. */
const recordOf = (seq: number): JournalRecord => ({
  seq,
  at: 1_700_000_000_000 + seq,
  changes: [
    {
      op: 'put',
      table: 'ec2-security-groups',
      account: '000000000000',
      entity: { id: `sg-${seq.toString(16).padStart(17, '0')}`, ...everyday },
    },
  ],
});

const inDirectory = async <T>(run: (directory: string) => Promise<T>): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  try {
    return await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
};

/** Acknowledged appends a second, with so many writers that each wait for one answer before the next write. */
const appendsPerSecond = (bounds: AppendBounds): Promise<number> =>
  inDirectory(async (directory) => {
    const onNotice = (message: string): void => console.error(message);
    const journal = await openSqliteJournal(directory, { onNotice, bounds });
    await journal.acquireLease();
    let seq = 0;
    const begin = performance.now();
    const writeUntilEnd = async (): Promise<void> => {
      while (performance.now() - begin < measureMs) {
        seq += 1;
        await journal.append(shard, seq - 1, recordOf(seq));
      }
    };
    await Promise.all(Array.from({ length: writers }, writeUntilEnd));
    const seconds = (performance.now() - begin) / 1000;
    await journal.close();
    return seq / seconds;
  });

/** Writes a second when each is one write and one sync of a plain file: the least that any journal pays. */
const syncsPerSecond = (): Promise<number> =>
  inDirectory(async (directory) => {
    const descriptor = openSync(join(directory, 'log'), 'a');
    const begin = performance.now();
    let count = 0;
    for (; performance.now() - begin < measureMs; count += 1) {
      writeSync(descriptor, `${JSON.stringify(recordOf(count))}\n`);
      fdatasyncSync(descriptor);
    }
    const seconds = (performance.now() - begin) / 1000;
    closeSync(descriptor);
    return count / seconds;
  });

/** Group commit against one commit for each write, both through the same journal. */
export const journalBench: Benchmark = {
  name: 'journal',
  run: async () => {
    const oneByOne = { ...defaultAppendBounds, recordsPerGroup: 1 };
    const { measured, reference } = await inTurn(
      3,
      () => appendsPerSecond(defaultAppendBounds),
      () => appendsPerSecond(oneByOne),
    );
    const plain = await inTurn(3, async () => measured, syncsPerSecond);
    return [
      {
        what: 'acknowledged writes, journal, 32 writers',
        measured,
        unit: '/s',
        reference: { what: 'one commit and sync a write', value: reference },
        budget: { atLeast: 20 },
      },
      {
        what: 'acknowledged writes, journal, against a file',
        measured,
        unit: '/s',
        reference: { what: 'bare write and fdatasync', value: plain.reference },
      },
    ];
  },
};
