/** Measures memory in a process of its own, run with --expose-gc: `memory-child.ts entities|load COUNT`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subnets } from '../../src/aws/ec2/entities.ts';
import { MemoryJournalStore, openMemoryJournal } from '../../src/store/memory-journal.ts';
import { openSqliteJournal } from '../../src/store/sqlite-journal.ts';
import {
  benchAccount,
  benchRegion,
  describeMicroseconds,
  openWorld,
  subnetOf,
  subnetPuts,
} from './world-of-subnets.ts';

const collected = (): number => {
  if (globalThis.gc === undefined) throw new Error('run this with --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};

const entities = async (count: number): Promise<object> => {
  const journal = openMemoryJournal(new MemoryJournalStore({ forgetful: true }));
  await journal.acquireLease();
  const world = await openWorld(journal);
  const before = collected();
  for (let from = 0; from < count; from += 1000) {
    const { durable } = world.transact(benchRegion, benchAccount, (tx) => {
      for (let number = from; number < from + 1000; number += 1) tx.put(Subnets, subnetOf(number));
    });
    await durable;
  }
  const bytesPerEntity = (collected() - before) / count;
  const describe = describeMicroseconds(world, count);
  await world.close();
  return { bytesPerEntity, describeMicroseconds: describe };
};

const load = async (count: number): Promise<object> => {
  const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  const onNotice = (message: string): void => console.error(message);
  const first = await openSqliteJournal(directory, { onNotice });
  await first.acquireLease();
  await first.append(benchRegion, 0, { seq: 1, at: 1, changes: [] });
  const writeBegin = performance.now();
  await first.putSnapshot(benchRegion, { seq: 1, at: 1, puts: subnetPuts(count) });
  const writeSeconds = (performance.now() - writeBegin) / 1000;
  await first.close();
  const begin = performance.now();
  const journal = await openSqliteJournal(directory, { onNotice });
  await journal.acquireLease();
  const world = await openWorld(journal);
  const loadSeconds = (performance.now() - begin) / 1000;
  const describe = describeMicroseconds(world, count);
  const rssMiB = process.memoryUsage().rss / 2 ** 20;
  await world.close();
  await rm(directory, { recursive: true });
  return { writeSeconds, loadSeconds, describeMicroseconds: describe, rssMiB };
};

const [mode, count] = process.argv.slice(2);
const result = await (mode === 'load' ? load(Number(count)) : entities(Number(count)));
process.stdout.write(`${JSON.stringify(result)}\n`);
