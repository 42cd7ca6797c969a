import { blocksPerPage } from './block-page.ts';
import type { BlockPage } from './block-page.ts';
import type { PendingBatch } from './pending-batch.ts';

/**
 * One bit a block: which ones a collection must not free. While it runs, whatever newly refers to a block marks it, so
 * that going over all snapshots may take its time.
 */
export class LiveMarks {
  readonly #bits: Uint8Array;
  readonly #limit: number;

  /** Blocks from `nextId` on are younger than the collection and live in any case. */
  constructor(nextId: number) {
    this.#limit = nextId;
    this.#bits = new Uint8Array(Math.ceil(nextId / 8));
  }

  mark(id: number): void {
    if (id < this.#limit) this.#bits[id >> 3] = (this.#bits[id >> 3] ?? 0) | (1 << (id & 7));
  }

  markPage(page: BlockPage): void {
    for (let slot = 0; slot < blocksPerPage; slot += 1) this.mark(page[slot * 2] ?? 0);
  }

  /** What a batch will refer to once it is committed. What it keeps of a parent is in the parent's pages. */
  markBatch(batch: PendingBatch): void {
    for (const { id } of batch.moves) this.mark(id);
    for (const pages of batch.changes.values()) {
      for (const changes of pages.values()) {
        for (const change of changes) {
          if (change.kind === 'put' && change.block !== undefined) this.mark(change.block.id);
        }
      }
    }
  }

  has(id: number): boolean {
    return id >= this.#limit || ((this.#bits[id >> 3] ?? 0) & (1 << (id & 7))) !== 0;
  }
}
