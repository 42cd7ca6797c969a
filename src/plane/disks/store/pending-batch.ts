import { blocksPerPage } from './block-page.ts';
import type { BlockRow } from './block-rows.ts';
import type { Place } from './segment-files.ts';

/** A block that is on its way to a segment: its place is known once its job in the batch has settled. */
export type NewBlock = { -readonly [Name in keyof BlockRow]: BlockRow[Name] };

/** What a snapshot lists from now on at an index: a block, or nothing where it is zeros. */
interface Put {
  readonly kind: 'put';
  readonly slot: number;
  readonly block: { readonly id: number; readonly length: number } | undefined;
}

/** Slots of a page that are taken over from the parent. */
interface Keep {
  readonly kind: 'keep';
  readonly fromSlot: number;
  readonly toSlot: number;
}

export type PageChange = Put | Keep;

/** A block that lies elsewhere from the commit on. */
export interface Move extends Place {
  readonly id: number;
  readonly how: number;
  /** Where the bytes were taken from: the block moves only if it lies there still. */
  readonly from?: Place;
}

/** Bytes and changes after which a batch is to be committed, so that a commit is neither rare nor long. */
const fullBytes = 64 * 2 ** 20;
const fullChanges = 8192;

/** What the next commit makes durable: new blocks, moved ones, and what snapshots list, in the order of asking. */
export class PendingBatch {
  /** By digest in hexadecimal digits. */
  readonly newBlocks = new Map<string, NewBlock>();
  readonly moves: Move[] = [];
  /** Writes that must end before the commit; they reject when the disk fails. */
  readonly jobs: Promise<void>[] = [];
  /** By snapshot's key, then by number of the page. */
  readonly changes = new Map<number, Map<number, PageChange[]>>();
  #bytes = 0;
  #changeCount = 0;

  get isEmpty(): boolean {
    return this.jobs.length === 0 && this.moves.length === 0 && this.changes.size === 0;
  }

  get isFull(): boolean {
    return this.#bytes >= fullBytes || this.#changeCount >= fullChanges;
  }

  /** Tells of bytes that went to a segment for this batch. */
  grow(bytes: number): void {
    this.#bytes += bytes;
  }

  put(key: number, index: number, block: Put['block']): void {
    const changes = this.#of(key, Math.floor(index / blocksPerPage));
    changes.push({ kind: 'put', slot: index % blocksPerPage, block });
    this.#changeCount += 1;
  }

  keep(key: number, fromIndex: number, toIndex: number): void {
    for (let from = fromIndex; from <= toIndex;) {
      const number = Math.floor(from / blocksPerPage);
      const to = Math.min(toIndex, (number + 1) * blocksPerPage - 1);
      const first = number * blocksPerPage;
      this.#of(key, number).push({ kind: 'keep', fromSlot: from - first, toSlot: to - first });
      this.#changeCount += 1;
      from = to + 1;
    }
  }

  /** The number of the last page of a snapshot that changes, -1 if none does. */
  lastPage(key: number): number {
    let last = -1;
    for (const number of this.changes.get(key)?.keys() ?? []) last = Math.max(last, number);
    return last;
  }

  #of(key: number, number: number): PageChange[] {
    const pages = this.changes.get(key) ?? new Map<number, PageChange[]>();
    this.changes.set(key, pages);
    const changes = pages.get(number) ?? [];
    pages.set(number, changes);
    return changes;
  }
}
