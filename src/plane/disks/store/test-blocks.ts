import { isDomainError } from '../../../world/domain-error.ts';
import { blockBytes } from '../region-blocks.ts';
import type { RegionBlocks } from '../region-blocks.ts';

/**
 * A block that a number stands for, always the same; 0 stands for zeros. Every third one does not compress; each tells
 * its number in its first four bytes.
 */
export const blockOf = (content: number): Uint8Array => {
  const block = new Uint8Array(blockBytes);
  if (content === 0) return block;
  const words = new Uint32Array(block.buffer);
  const isDense = content % 3 === 0;
  let state = Math.imul(content, 0x9e37_79b1) | 1;
  for (let place = 0; place < words.length; place += isDense ? 1 : 512) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[place] = state;
  }
  words[0] = content;
  return block;
};

/** The number that a block stands for; 0 for zeros, and a complaint when it is not what `blockOf` gives for it. */
export const contentOf = (block: Uint8Array | undefined): number | string => {
  if (block === undefined) return 0;
  const content = Buffer.from(block.buffer, block.byteOffset, 4).readUInt32LE();
  return Buffer.from(blockOf(content)).equals(block) ? content : `not the bytes of ${content}`;
};

/** What a snapshot in a store reads as. */
export const readBack = async (
  store: RegionBlocks,
  snapshotId: string,
): Promise<Map<number, number | string>> => {
  const found = new Map<number, number | string>();
  for (let from = 0; ;) {
    const listed = await store.blocks(snapshotId, from, 100);
    const last = listed.at(-1);
    if (last === undefined) return found;
    for (const { index } of listed) {
      const block = await store.read(snapshotId, index);
      found.set(index, isDomainError(block) ? block.code : contentOf(block));
    }
    from = last.index + 1;
  }
};
