import { hash } from 'node:crypto';
import { blockBytes } from '../region-blocks.ts';

/** The largest volume is 64 TiB (io2 Block Express; "Amazon EBS volume types", Amazon EBS User Guide). */
export const maxBlocks = (64 * 2 ** 40) / blockBytes;

/** A snapshot's index lies in the database in pages of so many blocks: half a GiB of the volume. */
export const blocksPerPage = 1024;

/** Pages that a snapshot may have. */
export const maxPages = maxBlocks / blocksPerPage;

/**
 * Where the blocks of one page are: two numbers a block, its id in the store and the bytes that it takes there. Id 0 is
 * a block of zeros. Whole pages are compared and copied as memory, so a million blocks are quick to go over.
 */
export type BlockPage = Uint32Array<ArrayBuffer>;

/** What a page says of one block. */
export interface PlacedBlock {
  readonly id: number;
  readonly length: number;
}

export const emptyPage = (): BlockPage => new Uint32Array(blocksPerPage * 2);

/** A page out of the bytes that the database keeps, which leave out zeros at the end. */
export const decodePage = (stored: Uint8Array | undefined): BlockPage => {
  const page = emptyPage();
  if (stored !== undefined) new Uint8Array(page.buffer).set(stored);
  return page;
};

/** The bytes to keep of a page; undefined when it lists no block. */
export const encodePage = (page: BlockPage): Uint8Array | undefined => {
  const last = page.findLastIndex((value) => value !== 0);
  return last < 0 ? undefined : new Uint8Array(page.buffer, 0, (last + 1) * 4);
};

export const blockIn = (page: BlockPage, slot: number): PlacedBlock => ({
  id: page[slot * 2] ?? 0,
  length: page[slot * 2 + 1] ?? 0,
});

export const setBlock = (page: BlockPage, slot: number, { id, length }: PlacedBlock): void => {
  page[slot * 2] = id;
  page[slot * 2 + 1] = length;
};

/** The slots of a page, from one on, that list a block. */
export function* slotsOf(page: BlockPage, fromSlot = 0): Generator<number> {
  for (let slot = fromSlot; slot < blocksPerPage; slot += 1) if (page[slot * 2] !== 0) yield slot;
}

/** The slots, from one on, in which two pages of one store differ. */
export function* differingSlots(
  first: BlockPage,
  second: BlockPage,
  fromSlot = 0,
): Generator<number> {
  for (let slot = fromSlot; slot < blocksPerPage; slot += 1) {
    if (first[slot * 2] !== second[slot * 2]) yield slot;
  }
}

/** Bytes of a page's digest for each block: two for its slot, 32 for its digest. */
const entryBytes = 34;

/**
 * The digest of what a page lists: slots and digests in order. Nothing of it depends on where the store keeps them.
 * `digestOf` gives a block's digest in hexadecimal digits.
 */
export const digestOfPage = (page: BlockPage, digestOf: (blockId: number) => string): Buffer => {
  const entries = Buffer.alloc(blocksPerPage * entryBytes);
  let end = 0;
  for (const slot of slotsOf(page)) {
    end = entries.writeUInt16LE(slot, end);
    end += entries.write(digestOf(page[slot * 2] ?? 0), end, 'hex');
  }
  return hash('sha256', entries.subarray(0, end), 'buffer');
};
