/**
 * Makes the index of a store with so many blocks, without their bytes, and goes over all of it as a Region would: counts
 * what a copy sends, makes a snapshot that keeps all but a few, compares, drops and collects. Prints what that took.
 *
 *     node test/bench/disk-memory-child.ts BLOCKS
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countToSend } from '../../src/plane/disks/copy-blocks.ts';
import { blockBytes } from '../../src/plane/disks/region-blocks.ts';
import { BlockStore } from '../../src/plane/disks/store/block-store.ts';
import { blocksPerPage, emptyPage, setBlock } from '../../src/plane/disks/store/block-page.ts';
import { atomically } from '../../src/plane/disks/store/index-database.ts';
import { openStoreState } from '../../src/plane/disks/store/store-state.ts';

const blockCount = Number(process.argv[2]);
const storedBytes = 1000;

/** Rows as puts would leave them, and a snapshot `base` of them all, still open. */
const makeIndex = (directory: string): void => {
  const state = openStoreState({ directory, segmentBytes: 256 * 2 ** 20 });
  atomically(state.database, () => {
    state.snapshots.insert(1, 'base', undefined);
    for (let number = 0; number * blocksPerPage < blockCount; number += 1) {
      const page = emptyPage();
      const first = number * blocksPerPage;
      for (let slot = 0; slot < Math.min(blocksPerPage, blockCount - first); slot += 1) {
        const id = first + slot + 1;
        const digest = createHash('sha256').update(String(id)).digest();
        const place = { segment: 1, offset: id * storedBytes, length: storedBytes };
        state.blocks.insert({ id, digest, how: 1, ...place });
        setBlock(page, slot, { id, length: storedBytes });
      }
      state.snapshots.putPage(1, number, page);
    }
  });
  state.files.close();
  state.database.close();
};

let peakMiB = 0;
const note = (): void => {
  peakMiB = Math.max(peakMiB, process.memoryUsage().rss / 2 ** 20);
};

const measure = async (directory: string): Promise<object> => {
  const store = new BlockStore(directory);
  const watch = setInterval(note, 5);
  const begin = performance.now();
  await (await store.begin('base')).complete();
  const writer = await store.begin('next', 'base');
  writer.keep(0, blockCount);
  const block = new Uint8Array(blockBytes);
  for (let count = 0; count < 100; count += 1) {
    block.fill(count + 1);
    await writer.put(Math.floor((count * blockCount) / 100), block);
  }
  await writer.complete();
  const changed = await countToSend(store, 'next', 'base');
  const all = await countToSend(store, 'next');
  if (changed.blocks !== 100 || all.blocks !== blockCount) throw new Error('the counts are wrong');
  await store.drop('base');
  const { freedBlocks } = await store.collect();
  if (freedBlocks !== 100) throw new Error(`${freedBlocks} blocks were freed instead of 100`);
  const seconds = (performance.now() - begin) / 1000;
  note();
  clearInterval(watch);
  await store.close();
  return { peakMiB, seconds };
};

const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
try {
  if (process.argv[3] === 'make') makeIndex(process.argv[4] ?? directory);
  else process.stdout.write(`${JSON.stringify(await measure(process.argv[4] ?? directory))}\n`);
} finally {
  await rm(directory, { recursive: true });
}
if (process.argv[3] === 'make') process.stdout.write('{}\n');
