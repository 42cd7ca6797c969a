import type { ChangedBlock, ListedBlock } from '../region-blocks.ts';
import { blockIn, blocksPerPage, differingSlots, emptyPage, slotsOf } from './block-page.ts';
import type { SnapshotRow } from './snapshot-rows.ts';
import type { StoreState } from './store-state.ts';

/** Blocks that a snapshot lists from an index on, at most `limit`. */
export const listBlocks = (
  { snapshots, blocks }: StoreState,
  { key }: SnapshotRow,
  fromIndex: number,
  limit: number,
): readonly ListedBlock[] => {
  const found: ListedBlock[] = [];
  let slotInFirst = fromIndex % blocksPerPage;
  for (let number = Math.floor(fromIndex / blocksPerPage); found.length < limit;) {
    const row = snapshots.nextPage(key, number);
    if (row === undefined) break;
    const fromSlot = row.number === number ? slotInFirst : 0;
    for (const slot of slotsOf(row.page, fromSlot)) {
      if (found.length === limit) return found;
      const { id, length } = blockIn(row.page, slot);
      const index = row.number * blocksPerPage + slot;
      found.push({ index, digest: blocks.digestOf(id), storedBytes: length });
    }
    number = row.number + 1;
    slotInFirst = 0;
  }
  return found;
};

/** Where two snapshots differ from an index on, at most `limit` places. Equal pages are passed over as memory. */
export const listChanges = (
  { snapshots, blocks }: StoreState,
  { first, second }: { readonly first: SnapshotRow; readonly second: SnapshotRow },
  fromIndex: number,
  limit: number,
): readonly ChangedBlock[] => {
  const found: ChangedBlock[] = [];
  const digestOf = (id: number): string | undefined => (id === 0 ? undefined : blocks.digestOf(id));
  let slotInFirst = fromIndex % blocksPerPage;
  for (let number = Math.floor(fromIndex / blocksPerPage); found.length < limit;) {
    const a = snapshots.nextPage(first.key, number);
    const b = snapshots.nextPage(second.key, number);
    if (a === undefined && b === undefined) break;
    const near = Math.min(a?.number ?? Infinity, b?.number ?? Infinity);
    const firstPage = a?.number === near ? a.page : emptyPage();
    const secondPage = b?.number === near ? b.page : emptyPage();
    const fromSlot = near === number ? slotInFirst : 0;
    for (const slot of differingSlots(firstPage, secondPage, fromSlot)) {
      if (found.length === limit) return found;
      const from = blockIn(firstPage, slot);
      const to = blockIn(secondPage, slot);
      const index = near * blocksPerPage + slot;
      const digests = { first: digestOf(from.id), second: digestOf(to.id) };
      found.push({ index, ...digests, storedBytes: to.length });
    }
    number = near + 1;
    slotInFirst = 0;
  }
  return found;
};
