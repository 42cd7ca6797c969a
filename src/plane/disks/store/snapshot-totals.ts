import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { blockIn, differingSlots, digestOfPage, emptyPage, slotsOf } from './block-page.ts';
import type { BlockPage } from './block-page.ts';
import type { PageRow, SnapshotRow, Totals } from './snapshot-rows.ts';
import type { StoreState } from './store-state.ts';

/** A snapshot's figures, and the digests of its pages that had none yet. */
export interface Summary extends Totals {
  readonly pageDigests: readonly { readonly number: number; readonly digest: Uint8Array }[];
}

/** Counts each block once, however often a snapshot lists it: one bit a block of the store. */
class StoredBytes {
  readonly #seen: Uint8Array;
  total = 0;

  constructor(nextBlockId: number) {
    this.#seen = new Uint8Array(Math.ceil(nextBlockId / 8));
  }

  add({ id, length }: { readonly id: number; readonly length: number }): void {
    const bit = 1 << (id & 7);
    const byte = this.#seen[id >> 3] ?? 0;
    if ((byte & bit) !== 0) return;
    this.#seen[id >> 3] = byte | bit;
    this.total += length;
  }
}

const isSamePage = (first: BlockPage, second: BlockPage): boolean =>
  Buffer.from(first.buffer).equals(Buffer.from(second.buffer));

/** How many blocks a page lists that its parent's page does not have at the same place. */
const changedIn = (page: BlockPage, parentPage: BlockPage): number => {
  let count = 0;
  for (const slot of differingSlots(page, parentPage)) if (page[slot * 2] !== 0) count += 1;
  return count;
};

/**
 * Goes over a snapshot's pages and sums them up, giving way to other work after each. A page that is its parent's
 * takes over the parent's digest, so that a small change of a large volume is complete soon. Without `withDigest` the
 * digest stays empty.
 */
export const summarize = async (
  state: StoreState,
  { key, parent }: SnapshotRow,
  withDigest: boolean,
): Promise<Summary> => {
  const { snapshots, blocks } = state;
  const stored = new StoredBytes(state.nextBlockId);
  const hash = createHash('sha256');
  const pageDigests: { readonly number: number; readonly digest: Uint8Array }[] = [];
  const digestOfRow = ({ number, page, digest }: PageRow, before: PageRow | undefined) => {
    if (digest !== undefined) return digest;
    const taken = before !== undefined && isSamePage(page, before.page) ? before.digest : undefined;
    const made = taken ?? digestOfPage(page, (id) => blocks.digestOf(id));
    pageDigests.push({ number, digest: made });
    return made;
  };
  let blockCount = 0;
  let changedCount = 0;
  for (let number = 0; ;) {
    const row = snapshots.nextPage(key, number);
    if (row === undefined) break;
    const near = parent === undefined ? undefined : snapshots.nextPage(parent, row.number);
    const before = near?.number === row.number ? near : undefined;
    for (const slot of slotsOf(row.page)) {
      stored.add(blockIn(row.page, slot));
      blockCount += 1;
    }
    changedCount += changedIn(row.page, before?.page ?? emptyPage());
    if (withDigest) {
      const place = new Uint8Array(new Uint32Array([row.number]).buffer);
      hash.update(place).update(digestOfRow(row, before));
    }
    number = row.number + 1;
    await nextTurn();
  }
  const digest = withDigest ? hash.digest('hex') : '';
  return { blockCount, changedCount, storedBytes: stored.total, digest, pageDigests };
};
