import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockBytes } from '../region-blocks.ts';
import type { SnapshotWriter } from '../region-blocks.ts';
import { BlockStore } from './block-store.ts';
import { blockOf, readBack } from './test-blocks.ts';

/** Where snapshots have blocks: both ends of pages, and far away. */
const indexes = [0, 1, 2, 1023, 1024, 5000];

const place = fc.constantFrom(...indexes);
const step = fc.oneof(
  fc.record({ kind: fc.constant('begin' as const), child: fc.boolean() }),
  fc.record({ kind: fc.constant('put' as const), place, content: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ kind: fc.constant('put' as const), place, content: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ kind: fc.constant('keep' as const), place, count: fc.constantFrom(1, 3, 1100) }),
  fc.record({ kind: fc.constant('flush' as const) }),
  fc.record({ kind: fc.constant('complete' as const) }),
  fc.record({ kind: fc.constant('complete' as const) }),
  fc.record({ kind: fc.constant('abort' as const) }),
  fc.record({ kind: fc.constant('drop' as const), which: fc.nat() }),
  fc.record({ kind: fc.constant('collect' as const), waits: fc.boolean() }),
  fc.record({ kind: fc.constant('reopen' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Contents = Map<number, number>;

/** A store, and what a plain map says that it holds. */
class Twin {
  readonly #directory: string;
  readonly complete = new Map<string, Contents>();
  store: BlockStore;
  #open:
    | { readonly id: string; readonly writer: SnapshotWriter; readonly contents: Contents }
    | undefined;
  #parent: Contents = new Map();
  #count = 0;
  #collections: Promise<unknown>[] = [];

  constructor(directory: string) {
    this.#directory = directory;
    this.store = this.#opened();
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'begin':
        return this.#begin(step.child);
      case 'put':
        if (step.content === 0) this.#open?.contents.delete(step.place);
        else this.#open?.contents.set(step.place, step.content);
        return this.#open?.writer.put(step.place, blockOf(step.content));
      case 'keep':
        return this.#keep(step.place, step.count);
      case 'flush':
        return this.#open?.writer.flush();
      case 'complete':
        return this.#complete();
      case 'abort': {
        const writer = this.#open?.writer;
        this.#open = undefined;
        return writer?.abort();
      }
      case 'drop': {
        const id = [...this.complete.keys()][step.which % Math.max(1, this.complete.size)];
        if (id === undefined) return;
        this.complete.delete(id);
        return this.store.drop(id);
      }
      case 'collect':
        this.#collections.push(this.store.collect());
        if (step.waits) await Promise.all(this.#collections.splice(0));
        return;
      case 'reopen':
        return this.#reopen();
    }
  }

  async finish(): Promise<void> {
    await Promise.all(this.#collections.splice(0));
    await this.#open?.writer.abort();
    await this.store.collect();
  }

  #opened(): BlockStore {
    return new BlockStore(this.#directory, { thread: 'caller', segmentBytes: 3 * blockBytes });
  }

  async #begin(isChild: boolean): Promise<void> {
    if (this.#open !== undefined) return;
    this.#count += 1;
    const id = `snap-${this.#count}`;
    const parent = isChild ? [...this.complete].at(-1) : undefined;
    this.#parent = parent?.[1] ?? new Map();
    this.#open = { id, writer: await this.store.begin(id, parent?.[0]), contents: new Map() };
  }

  #keep(from: number, count: number): void {
    if (this.#open === undefined) return;
    for (const index of indexes) {
      if (index < from || index >= from + count) continue;
      const content = this.#parent.get(index);
      if (content === undefined) this.#open.contents.delete(index);
      else this.#open.contents.set(index, content);
    }
    this.#open.writer.keep(from, count);
  }

  async #complete(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const contents = await open.writer.complete();
    if (contents.blockCount !== open.contents.size) {
      throw new Error(`${contents.blockCount} blocks instead of ${open.contents.size}`);
    }
    this.complete.set(open.id, open.contents);
  }

  async #reopen(): Promise<void> {
    const open = this.#open;
    await Promise.all(this.#collections.splice(0));
    await open?.writer.flush();
    await this.store.close();
    this.store = this.#opened();
    // The parent's name may be gone by now; then the snapshot cannot go on, and is let go.
    if (open !== undefined) {
      await this.store.drop(open.id);
      this.#open = undefined;
    }
  }
}

const run = async (steps: readonly Step[]): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'faultline-blocks-'));
  const twin = new Twin(join(directory, 'store'));
  try {
    for (const step of steps) await twin.take(step);
    await twin.finish();
    for (const [id, contents] of twin.complete) {
      expect(await readBack(twin.store, id)).toEqual(
        new Map([...contents].toSorted(([a], [b]) => a - b)),
      );
    }
    const digests = new Map<string, string>();
    for (const { snapshotId, digest } of await twin.store.list()) {
      const contents = [...(twin.complete.get(snapshotId) ?? [])].toSorted(([a], [b]) => a - b);
      const text = JSON.stringify(contents);
      expect(digests.get(text) ?? digest).toBe(digest);
      digests.set(text, digest);
    }
    expect(new Set(digests.values()).size).toBe(digests.size);
    if (twin.complete.size > 0) {
      const found = await twin.store.inspect();
      expect(found).toMatchObject({ orphanBlocks: 0, missingBlocks: 0, miscountedSegments: 0 });
    }
  } finally {
    await twin.store.close();
    rmSync(directory, { recursive: true });
  }
};

describe('a block store in random use', () => {
  it("keeps every live snapshot's bytes, whatever else comes and goes", async () => {
    const steps = fc.array(step, { minLength: 10, maxLength: 60 });
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: 60 });
  }, 120_000);

  it('keeps a chain whole when any member is deleted', async () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(order, async (deleted) => {
        const chain: Step[] = [0, 1, 2, 3, 4, 5].flatMap((number): readonly Step[] => [
          { kind: 'begin', child: true },
          { kind: 'keep', place: 0, count: 1100 },
          { kind: 'put', place: indexes[number] ?? 0, content: number + 1 },
          { kind: 'complete' },
        ]);
        const drops: Step[] = deleted.flatMap((which): readonly Step[] => [
          { kind: 'drop', which },
          { kind: 'collect', waits: true },
        ]);
        await run([...chain, ...drops]);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
