import { DomainError } from '../../../world/domain-error.ts';
import { blockBytes } from '../region-blocks.ts';
import type { BlockAllocator } from './block-allocator.ts';
import { isZeros } from './block-output.ts';
import type { BlockOutput } from './block-output.ts';
import type { Former } from './former-placements.ts';
import type { PiecePacker } from './piece-packer.ts';
import { openToRead, readFully } from './read-file.ts';
import { shortDigest } from './tree-pages.ts';
import { tailBytes, wholeBlocks } from './volume-tree.ts';
import type { Extent, Placement, TailPiece } from './volume-tree.ts';

/** What writing a file's contents into a snapshot needs. */
export interface CaptureParts {
  readonly allocator: BlockAllocator;
  readonly output: BlockOutput;
  readonly packer: PiecePacker;
  /** Blocks of pieces that are given up. */
  readonly repacked: ReadonlySet<number>;
}

export const volumeIsFull = (): DomainError =>
  new DomainError('InvalidVolume.Full', 'The volume holds more than its size has room for.');

/** Where a file's whole blocks are, while it is being written. */
class ExtentList {
  readonly #former: readonly Extent[];
  #at = 0;
  readonly extents: Extent[] = [];

  constructor(former: readonly Extent[]) {
    this.#former = former;
  }

  /** Where a block was before. Must be asked in ascending order. */
  formerly(logical: number): number | undefined {
    let extent = this.#former[this.#at];
    while (extent !== undefined && extent.logical + extent.count <= logical) {
      this.#at += 1;
      extent = this.#former[this.#at];
    }
    if (extent === undefined || logical < extent.logical) return undefined;
    return extent.physical + (logical - extent.logical);
  }

  /** Where a further block would follow the one before. */
  get following(): number | undefined {
    const last = this.extents.at(-1);
    return last && last.physical + last.count;
  }

  add(logical: number, physical: number): void {
    const last = this.extents.at(-1);
    if (
      last !== undefined &&
      last.logical + last.count === logical &&
      last.physical + last.count === physical
    )
      this.extents[this.extents.length - 1] = { ...last, count: last.count + 1 };
    else this.extents.push({ logical, physical, count: 1 });
  }
}

/** A piece that is where it was, if its bytes are the same and its block stays. */
const samePiece = (
  parts: CaptureParts,
  bytes: Uint8Array,
  digest: string,
  former: Former | undefined,
): TailPiece | undefined => {
  const entry = former?.entry;
  if (entry?.tail === undefined || entry.tail.digest !== digest) return undefined;
  const stays = tailBytes(entry.size) === bytes.length && !parts.repacked.has(entry.tail.block);
  return stays ? entry.tail : undefined;
};

const captureTail = async (
  parts: CaptureParts,
  bytes: Uint8Array,
  former: Former | undefined,
): Promise<TailPiece | DomainError | undefined> => {
  if (isZeros(bytes)) return undefined;
  const digest = shortDigest(bytes);
  const same = samePiece(parts, bytes, digest, former);
  if (same !== undefined) return same;
  const place = await parts.packer.add(bytes);
  return place === undefined ? volumeIsFull() : { ...place, digest };
};

/** Puts the contents of a file that is in memory, since it is smaller than a block. */
export const captureSmallFile = async (
  parts: CaptureParts,
  bytes: Uint8Array,
  former: Former | undefined,
): Promise<Placement | DomainError> => {
  const tail = await captureTail(parts, bytes, former);
  if (tail instanceof DomainError) return tail;
  return { size: bytes.length, extents: [], tail };
};

/**
 * Puts the contents of a file from its place; undefined when it is gone. What of it lies where it lay before stays there.
 * A file that shrinks meanwhile has the size that was read.
 */
export const captureLargeFile = async (
  parts: CaptureParts,
  place: Buffer,
  size: number,
  former: Former | undefined,
): Promise<Placement | DomainError | undefined> => {
  const file = await openToRead(place);
  if (file === undefined) return undefined;
  try {
    const list = new ExtentList(former?.entry.extents ?? []);
    const whole = wholeBlocks(size);
    for (let logical = 0; logical <= whole; logical += 1) {
      const buffer = await parts.output.buffer();
      const wanted = logical === whole ? tailBytes(size) : blockBytes;
      const bytes = buffer.subarray(0, wanted);
      const read = await readFully(file, bytes, logical * blockBytes);
      if (read < blockBytes) {
        const tail = await captureTail(parts, bytes.subarray(0, read), former);
        parts.output.giveBack(buffer);
        if (tail instanceof DomainError) return tail;
        return { size: logical * blockBytes + read, extents: list.extents, tail };
      }
      const formerly = list.formerly(logical);
      if (isZeros(bytes)) {
        parts.output.giveBack(buffer);
        continue;
      }
      const physical = formerly ?? parts.allocator.take(list.following);
      if (physical === undefined) {
        parts.output.giveBack(buffer);
        return volumeIsFull();
      }
      list.add(logical, physical);
      parts.output.put(physical, buffer);
    }
    return { size: whole * blockBytes, extents: list.extents };
  } finally {
    await file.close();
  }
};

/** Reads the bytes after the last whole block of a file that has not changed, to pack them elsewhere. */
export const repackTail = async (
  parts: CaptureParts,
  place: Buffer,
  former: Former,
): Promise<Placement | DomainError | undefined> => {
  const { size, extents } = former.entry;
  const file = await openToRead(place);
  if (file === undefined) return undefined;
  const buffer = await parts.output.buffer();
  try {
    const bytes = buffer.subarray(0, tailBytes(size));
    const read = await readFully(file, bytes, wholeBlocks(size) * blockBytes);
    const tail = await captureTail(parts, bytes.subarray(0, read), former);
    if (tail instanceof DomainError) return tail;
    return { size: wholeBlocks(size) * blockBytes + read, extents, tail };
  } finally {
    parts.output.giveBack(buffer);
    await file.close();
  }
};
