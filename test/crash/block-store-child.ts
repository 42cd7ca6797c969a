/**
 * Uses a block store until it is killed: writes snapshots, flushes, completes, drops, collects, and copies into a second
 * store. Says on its output, a line each, what it is about to do and what was acknowledged.
 *
 *     node test/crash/block-store-child.ts DIRECTORY SEED ROUND
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { isDomainError } from '../../src/world/domain-error.ts';
import { copyBlocks } from '../../src/plane/disks/copy-blocks.ts';
import { blockBytes } from '../../src/plane/disks/region-blocks.ts';
import { BlockStore } from '../../src/plane/disks/store/block-store.ts';
import { blockOf } from '../../src/plane/disks/store/test-blocks.ts';
import { endWithParent } from '../support/tied-program.ts';
import { copyStoreName, sourceStoreName } from './block-store-ledger.ts';
import type { Report, VolumeContents } from './block-store-ledger.ts';
import { createRandom } from './random.ts';

const [directory = '', seed = '0', round = '0', known = '[]'] = process.argv.slice(2);
const random = createRandom(Number(seed));

/** Written at once: a line that was begun before the kill is there, or is not. */
const report = (line: Report): void => {
  writeSync(1, `${JSON.stringify(line)}\n`);
};

const options = { segmentBytes: 8 * blockBytes };
const source = new BlockStore(join(directory, sourceStoreName), options);
const destination = new BlockStore(join(directory, copyStoreName), options);

/** Complete snapshots of the source, with what they hold. */
// The parent passes pairs of id and contents, as JSON.
const complete = new Map(JSON.parse(known) as readonly (readonly [string, VolumeContents])[]);

const randomContents = (): [number, number][] =>
  Array.from({ length: 1 + random.below(24) }, () => [
    random.below(3) * 1024 + random.below(40),
    1 + random.below(400),
  ]);

const write = async (snapshotId: string): Promise<void> => {
  const parent = random.below(3) > 0 ? random.pick([...complete]) : undefined;
  const contents = new Map(parent?.[1]);
  const changes = randomContents();
  for (const [index, content] of changes) contents.set(index, content);
  const listed: VolumeContents = [...contents];
  report({ kind: 'begin', snapshotId, contents: listed });
  const writer = await source.begin(snapshotId, parent?.[0]);
  writer.keep(0, 4096);
  const flushAt = random.below(changes.length * 2);
  for (const [place, [index]] of changes.entries()) {
    await writer.put(index, blockOf(contents.get(index) ?? 0));
    if (place !== flushAt) continue;
    await writer.flush();
    const put = changes.slice(0, place + 1).map(([index]) => index);
    report({ kind: 'flushed', snapshotId, indexes: put });
  }
  if (random.below(10) === 0) {
    report({ kind: 'dropping', snapshotId });
    await writer.abort();
    report({ kind: 'dropped', snapshotId });
    return;
  }
  const { digest } = await writer.complete();
  complete.set(snapshotId, listed);
  report({ kind: 'complete', snapshotId, digest });
};

const drop = async (): Promise<void> => {
  const [snapshotId] = random.pick([...complete.keys()].map((id) => [id])) ?? [];
  if (snapshotId === undefined || complete.size < 4) return;
  complete.delete(snapshotId);
  report({ kind: 'dropping', snapshotId });
  await source.drop(snapshotId);
  report({ kind: 'dropped', snapshotId });
};

const copy = async (copyId: string): Promise<void> => {
  const [sourceId, contents] = random.pick([...complete]) ?? [];
  if (sourceId === undefined || contents === undefined) return;
  report({ kind: 'begin', snapshotId: copyId, contents });
  const copied = await copyBlocks(source, sourceId, destination, copyId, {
    allow: async () => undefined,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  if (isDomainError(copied)) throw new Error(copied.message);
  report({ kind: 'complete', snapshotId: copyId, digest: copied.digest });
  const copies = await destination.list();
  const oldest = copies[0]?.snapshotId;
  if (copies.length < 6 || oldest === undefined || oldest === copyId) return;
  report({ kind: 'dropping', snapshotId: oldest });
  await destination.drop(oldest);
  report({ kind: 'dropped', snapshotId: oldest });
};

const collecting = async (): Promise<never> => {
  for (;;) {
    await source.collect();
    await destination.collect();
  }
};

const using = async (): Promise<never> => {
  for (let count = 0; ; count += 1) {
    await write(`snap-${round}-${count}`);
    if (random.below(2) === 0) await drop();
  }
};

/** Copies one after the other; what is copied is not dropped meanwhile, since both happen in the same turn. */
const both = async (): Promise<never> => {
  for (let count = 0; ; count += 1) {
    await Promise.all([copy(`copy-${round}-${count}`), write(`snap-${round}-${count}-beside`)]);
    await drop();
  }
};

endWithParent();
report({ kind: 'ready' });
await Promise.race([collecting(), random.below(2) === 0 ? using() : both()]);
