import { blockIn, decodePage, setBlock } from './block-page.ts';
import { atomically } from './index-database.ts';
import { PendingBatch } from './pending-batch.ts';
import type { PageChange } from './pending-batch.ts';
import type { StoreState } from './store-state.ts';

/**
 * Makes batches durable, one after the other: first every write of blocks, then the sync of their segments, then the
 * index that refers to them. Whatever arrives while one commit runs goes with the next.
 */
export class BlockCommitter {
  readonly #state: StoreState;
  #last: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;

  constructor(state: StoreState) {
    this.#state = state;
  }

  /** Settles when everything that came before is durable; rejects when the disk failed, and then always. */
  commit(): Promise<void> {
    if (this.#queued === undefined && !this.#state.pending.isEmpty) {
      const queued = this.#last.then(() => this.#commitPending());
      this.#queued = queued;
      this.#last = queued;
    }
    return this.#queued ?? this.#last;
  }

  async #commitPending(): Promise<void> {
    const state = this.#state;
    const batch = state.pending;
    this.#queued = undefined;
    state.pending = new PendingBatch();
    state.committing = batch;
    try {
      await Promise.all(batch.jobs);
      await state.files.sync();
      atomically(state.database, () => this.#write(batch));
    } catch (error) {
      state.failure ??= error;
      throw error;
    }
    state.committing = undefined;
  }

  #write(batch: PendingBatch): void {
    const { blocks } = this.#state;
    for (const block of batch.newBlocks.values()) blocks.insert(block);
    for (const move of batch.moves) blocks.move(move);
    for (const [key, pages] of batch.changes) {
      const snapshot = this.#state.snapshots.byKey(key);
      // One that was let go meanwhile takes nothing more; its blocks are garbage.
      if (snapshot?.state !== 'open' || snapshot.name === undefined) continue;
      for (const [number, changes] of pages) {
        this.#changePage(key, snapshot.parent, number, changes);
      }
    }
  }

  #changePage(
    key: number,
    parent: number | undefined,
    number: number,
    changes: readonly PageChange[],
  ): void {
    const { snapshots, marks } = this.#state;
    const page = snapshots.page(key, number);
    const needsParent = parent !== undefined && changes.some(({ kind }) => kind === 'keep');
    const parentPage = needsParent ? snapshots.page(parent, number) : decodePage(undefined);
    for (const change of changes) {
      if (change.kind === 'put') {
        setBlock(page, change.slot, change.block ?? { id: 0, length: 0 });
        continue;
      }
      for (let slot = change.fromSlot; slot <= change.toSlot; slot += 1) {
        setBlock(page, slot, blockIn(parentPage, slot));
      }
    }
    snapshots.putPage(key, number, page);
    marks?.markPage(page);
  }
}
