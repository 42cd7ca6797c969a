import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { blockBytes } from '../region-blocks.ts';
import type { SnapshotContents, SnapshotWriter } from '../region-blocks.ts';
import { maxBlocks } from './block-page.ts';
import { BlockStore } from './block-store.ts';
import type { BlockStoreOptions } from './block-store.ts';
import { SegmentFiles } from './segment-files.ts';
import { blockOf, contentOf, readBack } from './test-blocks.ts';

let directory = '';
let stores: BlockStore[] = [];

const open = (options: BlockStoreOptions = {}): BlockStore => {
  const store = new BlockStore(join(directory, 'store'), { thread: 'caller', ...options });
  stores.push(store);
  return store;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'faultline-blocks-'));
  stores = [];
});

afterEach(async () => {
  for (const store of stores) await store.close();
  rmSync(directory, { recursive: true });
});

const segmentsFolder = (): string => join(directory, 'store', 'segments');
const segmentFiles = (): readonly string[] =>
  readdirSync(segmentsFolder()).map((name) => join(segmentsFolder(), name));

const putAll = async (
  writer: SnapshotWriter,
  contents: Readonly<Record<number, number>>,
): Promise<void> => {
  for (const [index, content] of Object.entries(contents)) {
    await writer.put(Number(index), blockOf(content));
  }
};

const snapshot = async (
  store: BlockStore,
  id: string,
  contents: Readonly<Record<number, number>>,
): Promise<SnapshotContents> => {
  const writer = await store.begin(id);
  await putAll(writer, contents);
  return writer.complete();
};

describe('a block store', () => {
  it('gives back what was put, also after it was opened anew', async () => {
    const store = open({ thread: 'worker' });
    await snapshot(store, 'snap-1', { 0: 1, 5: 3, 3000: 2 });
    expect(await readBack(store, 'snap-1')).toEqual(new Map([[0, 1], [5, 3], [3000, 2]])); // prettier-ignore
    await store.close();
    const again = open();
    expect(await readBack(again, 'snap-1')).toEqual(new Map([[0, 1], [5, 3], [3000, 2]])); // prettier-ignore
    expect(await again.read('snap-1', 1)).toBeUndefined();
  });

  it('names a block by the SHA-256 of its bytes', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 7: 1 });
    const digest = createHash('sha256').update(blockOf(1)).digest('hex');
    expect(await store.blocks('snap-1', 0, 10)).toMatchObject([{ index: 7, digest }]);
  });

  it('keeps equal blocks once and zeros not at all', async () => {
    const store = open();
    const contents = await snapshot(store, 'snap-1', { 0: 3, 1: 3, 2: 0, 3: 3 });
    expect(contents).toMatchObject({ blockCount: 3, storedBytes: blockBytes });
    await snapshot(store, 'snap-2', { 9: 3 });
    expect(await store.inspect()).toMatchObject({ blocks: 1, liveBytes: blockBytes });
  });

  it('compresses what gets smaller', async () => {
    const contents = await snapshot(open(), 'snap-1', { 0: 1 });
    expect(contents.storedBytes).toBeLessThan(blockBytes / 10);
  });

  it('has equal digests exactly for equal contents, in whatever order they came', async () => {
    const store = open();
    const first = await snapshot(store, 'snap-1', { 0: 1, 1: 2, 2000: 4 });
    const writer = await store.begin('snap-2', 'snap-1');
    writer.keep(2000);
    await putAll(writer, { 1: 2, 0: 5 });
    await writer.put(0, blockOf(1));
    expect((await writer.complete()).digest).toBe(first.digest);
    expect((await snapshot(store, 'snap-3', { 0: 2, 1: 1, 2000: 4 })).digest).not.toBe(
      first.digest,
    );
    expect((await snapshot(store, 'snap-4', { 0: 1, 1: 2, 2001: 4 })).digest).not.toBe(
      first.digest,
    );
  });

  it('takes over what is kept of a parent, and nothing else', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 0: 1, 1: 2, 1500: 4, 1501: 5 });
    const writer = await store.begin('snap-2', 'snap-1');
    writer.keep(0, 1501);
    await writer.put(1, blockOf(7));
    const contents = await writer.complete();
    expect(contents).toMatchObject({ blockCount: 3, changedBlockCount: 1 });
    expect(await readBack(store, 'snap-2')).toEqual(new Map([[0, 1], [1, 7], [1500, 4]])); // prettier-ignore
  });

  it('tells where two snapshots differ, page by page', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 0: 1, 1: 2, 5000: 4 });
    await snapshot(store, 'snap-2', { 0: 1, 1: 5, 9000: 4 });
    const all = await store.changes('snap-1', 'snap-2', 0, 10);
    expect(all.map(({ index }) => index)).toEqual([1, 5000, 9000]);
    expect(all[1]).toMatchObject({ first: expect.any(String), second: undefined });
    expect(await store.changes('snap-1', 'snap-2', 0, 1)).toEqual(all.slice(0, 1));
    expect(await store.changes('snap-1', 'snap-2', 2, 1)).toEqual(all.slice(1, 2));
    expect(await store.changes('snap-1', 'snap-2', 5001, 9)).toEqual(all.slice(2));
  });

  it('lists from an index on, as many as asked for', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 3: 1, 4: 2, 1023: 1, 1024: 4, 70_000: 5 });
    const from = async (index: number, limit: number): Promise<readonly number[]> =>
      (await store.blocks('snap-1', index, limit)).map((block) => block.index);
    expect(await from(0, 2)).toEqual([3, 4]);
    expect(await from(4, 3)).toEqual([4, 1023, 1024]);
    expect(await from(1025, 9)).toEqual([70_000]);
    expect(await from(70_001, 9)).toEqual([]);
  });

  it('goes on with an open snapshot after it was opened anew', async () => {
    const store = open();
    const writer = await store.begin('snap-1');
    await putAll(writer, { 0: 1, 1: 2 });
    await writer.flush();
    await store.close();
    const again = open();
    expect(await again.contents('snap-1')).toMatchObject({ state: 'open', blockCount: 2 });
    const next = await again.begin('snap-1');
    await putAll(next, { 1: 5, 2: 3 });
    await next.complete();
    expect(await readBack(again, 'snap-1')).toEqual(new Map([[0, 1], [1, 5], [2, 3]])); // prettier-ignore
  });

  it('counts what overlaps with the completion', async () => {
    const store = open();
    const writer = await store.begin('snap-1');
    const puts = Array.from({ length: 60 }, (_, index) => writer.put(index, blockOf(index + 1)));
    const [contents] = await Promise.all([writer.complete(), ...puts]);
    expect(contents.blockCount).toBe(60);
  });

  it('lets only the newest writer of a snapshot write', async () => {
    const store = open();
    const first = await store.begin('snap-1');
    const second = await store.begin('snap-1');
    await expect(first.put(0, blockOf(1))).rejects.toThrow('another writer goes on with it');
    await second.put(0, blockOf(2));
    await second.complete();
    await expect(second.put(1, blockOf(1))).rejects.toThrow('it is complete');
    await expect(store.begin('snap-1')).rejects.toThrow('complete already');
  });

  it('keeps what an open snapshot takes from a parent that is dropped', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 0: 1, 1: 2 });
    const writer = await store.begin('snap-2', 'snap-1');
    await store.drop('snap-1');
    expect(await store.contents('snap-1')).toBeUndefined();
    await store.collect();
    writer.keep(1);
    await writer.complete();
    await store.collect();
    expect(await readBack(store, 'snap-2')).toEqual(new Map([[1, 2]]));
    expect(await store.inspect()).toMatchObject({ blocks: 1, orphanBlocks: 0 });
  });

  it('leaves nothing of a snapshot that is let go', async () => {
    const store = open();
    const writer = await store.begin('snap-1');
    await putAll(writer, { 0: 1, 1: 3 });
    await writer.abort();
    await store.collect();
    expect(await store.list()).toEqual([]);
    expect(await store.inspect()).toMatchObject({ blocks: 0, segmentBytes: 0 });
  });

  it('frees what no snapshot has any more, and the disk with it', async () => {
    const store = open({ segmentBytes: 4 * blockBytes });
    const dense = (from: number): Record<number, number> =>
      Object.fromEntries(Array.from({ length: 20 }, (_, index) => [index, (from + index) * 3]));
    await snapshot(store, 'snap-1', dense(1));
    await snapshot(store, 'snap-2', { ...dense(21), 4: 3, 9: 6 });
    await store.drop('snap-1');
    const freed = await store.collect();
    expect(freed).toEqual({ freedBlocks: 18, freedBytes: 18 * blockBytes });
    expect([...(await readBack(store, 'snap-2')).values()]).toEqual(
      Object.values({ ...dense(21), 4: 3, 9: 6 }),
    );
    const onDisk = segmentFiles().reduce((sum, file) => sum + statSync(file).size, 0);
    expect(onDisk).toBeLessThanOrEqual((20 * blockBytes) / 0.75);
  });

  it('closes in good order while it collects', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 0: 3, 1: 6 });
    await snapshot(store, 'snap-2', { 1: 6 });
    await store.drop('snap-1');
    const collecting = store.collect();
    // Now it is on its way to the engine.
    await nextTurn();
    await store.close();
    await collecting;
    const again = open();
    await again.collect();
    expect(await readBack(again, 'snap-2')).toEqual(new Map([[1, 6]]));
    expect(await again.inspect()).toMatchObject({ blocks: 1, orphanBlocks: 0 });
  });

  it('collects beside writers and readers without touching what they need', async () => {
    const store = open({ segmentBytes: 4 * blockBytes });
    await snapshot(store, 'base', { 0: 3, 1: 6, 2: 9 });
    const over = new AbortController();
    const collecting = (async () => {
      while (!over.signal.aborted) await store.collect();
    })();
    for (let round = 0; round < 12; round += 1) {
      const writer = await store.begin(`snap-${round}`, round === 0 ? 'base' : `snap-${round - 1}`);
      writer.keep(0, 50);
      await putAll(writer, { [round + 3]: (round + 4) * 3, 1: (round % 3) * 3 });
      await writer.complete();
      if (round > 0) await store.drop(`snap-${round - 1}`);
    }
    over.abort();
    await collecting;
    const last = await readBack(store, 'snap-11');
    expect(last.get(1)).toBe(6);
    for (let round = 0; round < 12; round += 1) expect(last.get(round + 3)).toBe((round + 4) * 3);
    await store.collect();
    expect(await store.inspect()).toMatchObject({ orphanBlocks: 0, missingBlocks: 0 });
  });
});

describe('a block store that was never used', () => {
  it('answers without making anything', async () => {
    const store = open();
    expect(await store.list()).toEqual([]);
    expect(await store.contents('snap-1')).toBeUndefined();
    await store.drop('snap-1');
    expect(await store.collect()).toEqual({ freedBlocks: 0, freedBytes: 0 });
    expect(existsSync(join(directory, 'store'))).toBe(false);
  });
});

describe('a block store at rest', () => {
  it('gives its thread back, and starts again when it is needed', async () => {
    const store = open({ idleMs: 0, thread: 'worker' });
    for (const id of ['snap-1', 'snap-2', 'snap-3']) {
      await snapshot(store, id, { 0: 1 });
      // The write-ahead log goes away when the index is closed.
      const log = join(directory, 'store', 'index.sqlite-wal');
      await expect.poll(() => existsSync(log), { timeout: 20_000 }).toBe(false);
    }
    expect(await store.list()).toHaveLength(3);
  });
});

describe('what a block store refuses', () => {
  it('is a block of another size or beyond 64 TiB', async () => {
    const writer = await open().begin('snap-1');
    await expect(writer.put(0, new Uint8Array(5))).rejects.toThrow('524288 bytes, not 5');
    await expect(writer.put(maxBlocks, blockOf(1))).rejects.toThrow('64 TiB');
    await expect(writer.put(-1, blockOf(1))).rejects.toThrow('64 TiB');
    expect(() => writer.keep(maxBlocks - 1, 2)).toThrow('64 TiB');
    await writer.put(maxBlocks - 1, blockOf(1));
    expect(await writer.complete()).toMatchObject({ blockCount: 1 });
  });

  it('is a parent that is not there or not complete', async () => {
    const store = open();
    await expect(store.begin('snap-1', 'snap-0')).rejects.toThrow('no snapshot snap-0');
    await store.begin('snap-0');
    await expect(store.begin('snap-1', 'snap-0')).rejects.toThrow('not complete yet');
    await expect(store.read('snap-9', 0)).rejects.toThrow('no snapshot snap-9');
  });

  it('is a directory that another one has open', async () => {
    await snapshot(open(), 'snap-1', { 0: 1 });
    await expect(open().list()).rejects.toThrow('index.sqlite cannot be opened');
  });
});

describe('a damaged block', () => {
  const damage = (from: number): void => {
    for (const file of segmentFiles()) {
      const bytes = readFileSync(file);
      for (let place = from; place < bytes.length; place += 4096) {
        bytes[place] = (bytes[place] ?? 0) ^ 0x10;
      }
      writeFileSync(file, bytes);
    }
  };

  it.each([
    ['compressed', 1],
    ['as it is', 3],
  ])('that lies %s is told, never given', async (_, content) => {
    const store = open();
    await snapshot(store, 'snap-1', { 0: content });
    damage(100);
    expect(await store.read('snap-1', 0)).toMatchObject({ code: 'CorruptBlock' });
  });

  it('is told when the file lost its end or is gone', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 0: 3, 1: 6 });
    await store.close();
    const [file = ''] = segmentFiles();
    writeFileSync(file, readFileSync(file).subarray(0, blockBytes + 10));
    const cut = open();
    expect(contentOf((await cut.read('snap-1', 0)) as Uint8Array)).toBe(3);
    expect(await cut.read('snap-1', 1)).toMatchObject({ code: 'CorruptBlock' });
    await snapshot(cut, 'snap-2', { 0: 9 });
    expect(await readBack(cut, 'snap-2')).toEqual(new Map([[0, 9]]));
    await cut.close();
    rmSync(file);
    const gone = open();
    expect(await gone.read('snap-1', 0)).toMatchObject({ code: 'CorruptBlock' });
    await snapshot(gone, 'snap-3', { 0: 12 });
    expect(await readBack(gone, 'snap-3')).toEqual(new Map([[0, 12]]));
  });

  it('is whole again once its bytes are put anew', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 0: 3 });
    damage(0);
    expect(await store.read('snap-1', 0)).toMatchObject({ code: 'CorruptBlock' });
    await snapshot(store, 'snap-2', { 5: 3 });
    expect(await readBack(store, 'snap-1')).toEqual(new Map([[0, 3]]));
    expect(await store.inspect()).toMatchObject({ blocks: 1, miscountedSegments: 0 });
  });
});

describe('what a crash leaves behind', () => {
  it('is found and reclaimed', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 0: 3 });
    await store.close();
    const [file = ''] = segmentFiles();
    appendFileSync(file, 'bytes that no commit knows of');
    const unknown = join(segmentsFolder(), '0000000099.blocks');
    writeFileSync(unknown, 'a segment that no commit knows of');
    const again = open();
    expect(await again.list()).toHaveLength(1);
    expect(statSync(file).size).toBe(blockBytes);
    expect(existsSync(unknown)).toBe(false);
  });
});

describe('a store whose disk fails', () => {
  it('rejects what was not durable, and goes on from what was', async () => {
    const store = open({ segmentBytes: blockBytes });
    await snapshot(store, 'snap-1', { 0: 3 });
    const writer = await store.begin('snap-2');
    // The next segment cannot be made, since its name is taken.
    writeFileSync(join(segmentsFolder(), '0000000002.blocks'), '');
    await writer.put(0, blockOf(6));
    await expect(writer.complete()).rejects.toThrow('EEXIST');
    await expect(writer.put(1, blockOf(6))).rejects.toThrow(/./);
    const next = await store.begin('snap-2');
    await next.put(0, blockOf(6));
    await next.complete();
    expect(await readBack(store, 'snap-1')).toEqual(new Map([[0, 3]]));
    expect(await readBack(store, 'snap-2')).toEqual(new Map([[0, 6]]));
  });

  it('refers to no block whose segment was not synced', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 0: 3 });
    const failing = vi.spyOn(SegmentFiles.prototype, 'sync');
    failing.mockRejectedValue(new Error('the disk is gone'));
    const writer = await store.begin('snap-2');
    await writer.put(0, blockOf(6));
    await expect(writer.complete()).rejects.toThrow('the disk is gone');
    failing.mockRestore();
    expect(await store.contents('snap-2')).toMatchObject({ state: 'open', blockCount: 0 });
    expect(await store.inspect()).toMatchObject({ blocks: 1 });
  });

  it('says which file is damaged when its index is', async () => {
    const store = open();
    await snapshot(store, 'snap-1', { 0: 3 });
    await store.close();
    writeFileSync(join(directory, 'store', 'index.sqlite'), 'x'.repeat(8192));
    await expect(open().list()).rejects.toThrow(/index\.sqlite cannot be opened: .*not a database/);
  });
});
