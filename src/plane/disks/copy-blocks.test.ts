import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import { copyBlocks, countToSend } from './copy-blocks.ts';
import type { CopyOptions } from './copy-blocks.ts';
import { blockBytes } from './region-blocks.ts';
import type { RegionBlocks, SnapshotContents } from './region-blocks.ts';
import { BlockStore } from './store/block-store.ts';
import { blockOf, readBack } from './store/test-blocks.ts';

type Contents = Readonly<Record<number, number>>;

let directory = '';
let stores: BlockStore[] = [];

const open = (region: string): BlockStore => {
  const store = new BlockStore(join(directory, region), { thread: 'caller' });
  stores.push(store);
  return store;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'faultline-copy-'));
  stores = [];
});

afterEach(async () => {
  for (const store of stores) await store.close();
  rmSync(directory, { recursive: true });
});

const snapshot = async (
  store: RegionBlocks,
  id: string,
  contents: Contents,
): Promise<SnapshotContents> => {
  const writer = await store.begin(id);
  for (const [index, content] of Object.entries(contents)) {
    await writer.put(Number(index), blockOf(content));
  }
  return writer.complete();
};

/** Contents that do not compress: each block takes all of its bytes. */
const dense = (count: number, from = 1): Contents =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [index, (from + index) * 3]));

const modelOf = (contents: Contents): ReadonlyMap<number, number> =>
  new Map(Object.entries(contents).flatMap(([index, content]) => content === 0 ? [] : [[Number(index), content]])); // prettier-ignore

interface Sent {
  bytes: number;
  told: (readonly [number, number])[];
}

/** Options that note what is sent, and end the copy once so many bytes were allowed. */
const noting = (
  more: Partial<CopyOptions> = {},
  endAfterBytes = Number.POSITIVE_INFINITY,
): { readonly options: CopyOptions; readonly sent: Sent } => {
  const sent: Sent = { bytes: 0, told: [] };
  const ending = new AbortController();
  const allow = async (bytes: number): Promise<void> => {
    sent.bytes += bytes;
    if (sent.bytes > endAfterBytes) ending.abort(new Error('the link broke'));
  };
  const onProgress = (done: number, total: number): number => sent.told.push([done, total]);
  return { options: { allow, signal: ending.signal, onProgress, ...more }, sent };
};

describe('a copy between Regions', () => {
  it("is what the source holds, with the source's digest", async () => {
    const [source, destination] = [open('a'), open('b')];
    const original = await snapshot(source, 'snap-1', { 0: 1, 1: 3, 4000: 2, 4001: 1 });
    const { options, sent } = noting();
    const copied = await copyBlocks(source, 'snap-1', destination, 'snap-9', options);
    expect(copied).toMatchObject({ state: 'complete', digest: original.digest, blockCount: 4 });
    expect(await readBack(destination, 'snap-9')).toEqual(await readBack(source, 'snap-1'));
    const { bytes } = await countToSend(source, 'snap-1');
    expect(sent.bytes).toBe(bytes);
    expect(sent.told.at(-1)).toEqual([bytes, bytes]);
  });

  it('stands on its own: the source may go', async () => {
    const [source, destination] = [open('a'), open('b')];
    await snapshot(source, 'snap-1', { 0: 1 });
    await copyBlocks(source, 'snap-1', destination, 'snap-9', noting().options);
    await source.drop('snap-1');
    await source.collect();
    expect(await readBack(destination, 'snap-9')).toEqual(new Map([[0, 1]]));
  });

  it('sends only what changed since the copy before, and what became zeros costs nothing', async () => {
    const [source, destination] = [open('a'), open('b')];
    await snapshot(source, 'snap-1', { ...dense(40), 3000: 6 });
    const second = await snapshot(source, 'snap-2', { ...dense(40), 7: 300, 8: 0, 2500: 303 });
    await copyBlocks(source, 'snap-1', destination, 'snap-8', noting().options);
    for (const more of [{ sourceBaseId: 'snap-1' }, {}]) {
      const { options, sent } = noting({ previousId: 'snap-8', ...more });
      const copied = await copyBlocks(source, 'snap-2', destination, 'snap-9', options);
      expect(copied).toMatchObject({ digest: second.digest, changedBlockCount: 2 });
      expect(sent.bytes).toBe(2 * blockBytes);
      await destination.drop('snap-9');
    }
    expect(await countToSend(source, 'snap-2', 'snap-1')).toEqual({
      blocks: 2,
      bytes: 2 * blockBytes,
    });
  });

  it('is right also when what is named as its base is not', async () => {
    const [source, destination] = [open('a'), open('b')];
    await snapshot(source, 'snap-1', { 0: 1, 1: 2 });
    const second = await snapshot(source, 'snap-2', { 0: 1, 1: 4, 2: 5 });
    await snapshot(destination, 'snap-8', { 0: 7, 1: 4, 9: 8 });
    const { options } = noting({ previousId: 'snap-8', sourceBaseId: 'snap-1' });
    const copied = await copyBlocks(source, 'snap-2', destination, 'snap-9', options);
    expect(copied).toMatchObject({ digest: second.digest });
    expect(await readBack(destination, 'snap-9')).toEqual(await readBack(source, 'snap-2'));
  });

  it('goes on where it was when its link broke, also after a restart', async () => {
    const source = open('a');
    const original = await snapshot(source, 'snap-1', dense(30));
    const first = open('b');
    const broken = noting({}, 20 * blockBytes);
    await expect(copyBlocks(source, 'snap-1', first, 'snap-9', broken.options)).rejects.toThrow(
      'the link broke',
    );
    expect(await first.contents('snap-9')).toMatchObject({ state: 'open', blockCount: 20 });
    await first.close();
    const again = open('b');
    const { options, sent } = noting();
    const copied = await copyBlocks(source, 'snap-1', again, 'snap-9', options);
    expect(copied).toMatchObject({ digest: original.digest });
    expect(sent.bytes).toBe(10 * blockBytes);
    expect(sent.told.at(-1)).toEqual([30 * blockBytes, 30 * blockBytes]);
  });

  it('goes on when its base was deleted meanwhile', async () => {
    const [source, destination] = [open('a'), open('b')];
    await snapshot(source, 'snap-1', dense(9));
    const second = await snapshot(source, 'snap-2', { ...dense(9), 3: 300, 6: 303, 8: 306 });
    await copyBlocks(source, 'snap-1', destination, 'snap-8', noting().options);
    const more = { previousId: 'snap-8', sourceBaseId: 'snap-1' };
    const broken = noting(more, blockBytes);
    await expect(
      copyBlocks(source, 'snap-2', destination, 'snap-9', broken.options),
    ).rejects.toThrow('the link broke');
    await destination.drop('snap-8');
    const { options, sent } = noting(more);
    const copied = await copyBlocks(source, 'snap-2', destination, 'snap-9', options);
    expect(copied).toMatchObject({ digest: second.digest });
    expect(sent.bytes).toBeLessThan(9 * blockBytes);
  });

  it('gives the same answer when it is asked for again after its end', async () => {
    const [source, destination] = [open('a'), open('b')];
    await snapshot(source, 'snap-1', dense(3));
    const first = await copyBlocks(source, 'snap-1', destination, 'snap-9', noting().options);
    const { options, sent } = noting();
    expect(await copyBlocks(source, 'snap-1', destination, 'snap-9', options)).toEqual(first);
    expect(sent.bytes).toBe(0);
  });

  it('refuses a source that is not there', async () => {
    const [source, destination] = [open('a'), open('b')];
    const { options } = noting();
    const refused = await copyBlocks(source, 'snap-1', destination, 'snap-9', options);
    expect(refused).toMatchObject({ code: 'InvalidSnapshot.NotFound' });
  });

  it('never completes with a damaged block of the source', async () => {
    const [source, destination] = [open('a'), open('b')];
    await snapshot(source, 'snap-1', dense(5));
    const [file = ''] = readdirSync(join(directory, 'a', 'segments'));
    const path = join(directory, 'a', 'segments', file);
    const bytes = readFileSync(path);
    bytes[3 * blockBytes + 77] = (bytes[3 * blockBytes + 77] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const refused = await copyBlocks(source, 'snap-1', destination, 'snap-9', noting().options);
    expect(refused).toMatchObject({ code: 'CorruptBlock' });
    expect(await destination.contents('snap-9')).toMatchObject({ state: 'open' });
  });

  it('keeps nothing complete that differs from the source', async () => {
    const [source, destination] = [open('a'), open('b')];
    await snapshot(source, 'snap-1', { 0: 1 });
    await snapshot(destination, 'snap-9', { 0: 2 });
    const refused = await copyBlocks(source, 'snap-1', destination, 'snap-9', noting().options);
    expect(refused).toMatchObject({ code: 'CopyDiffers' });
    expect(await destination.contents('snap-9')).toBeUndefined();
  });

  it('arrives whole whatever the volume was and became, and however often it is broken off', async () => {
    const places = fc.constantFrom(0, 1, 2, 1023, 1024, 2047, 9000);
    const volume = fc.dictionary(places.map(String), fc.integer({ min: 0, max: 12 }));
    const ends = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(volume, volume, ends, fc.boolean(), async (was, is, breaks, isKnown) => {
        round += 1;
        const [source, destination] = [open(`a${round}`), open(`b${round}`)];
        await snapshot(source, 'snap-1', was);
        await snapshot(source, 'snap-2', is);
        await copyBlocks(source, 'snap-1', destination, 'snap-8', noting().options);
        const more = { previousId: 'snap-8', ...(isKnown ? { sourceBaseId: 'snap-1' } : {}) };
        const attempts = [...breaks.map((blocks) => blocks * blockBytes), undefined];
        for (const endAfterBytes of attempts) {
          const { options } = noting(more, endAfterBytes);
          const copying = copyBlocks(source, 'snap-2', destination, 'snap-9', options);
          const [outcome] = await Promise.allSettled([copying]);
          if (outcome.status === 'fulfilled' && isDomainError(outcome.value)) {
            throw new Error(outcome.value.message);
          }
        }
        const copied = await readBack(destination, 'snap-9');
        expect(copied).toEqual(new Map([...modelOf(is)].toSorted(([a], [b]) => a - b)));
        for (const store of stores.splice(0)) await store.close();
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
