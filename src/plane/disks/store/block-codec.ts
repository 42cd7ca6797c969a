import { hash } from 'node:crypto';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { blockBytes } from '../region-blocks.ts';

/** How a block's bytes lie on disk. The numbers are in the database and never change their meaning. */
export const storedAs = { raw: 0, zstd: 1 } as const;
export type StoredAs = (typeof storedAs)[keyof typeof storedAs];

/** Compressed bytes that save less than this are not worth decompressing at every read. */
const worthwhileBytes = blockBytes - blockBytes / 16;

/** Room for a block that does not compress, so that the result comes in one piece. */
const outputChunkBytes = blockBytes + 8192;

const zeros = Buffer.alloc(blockBytes);

/** Whether a block is zeros only, and need not be stored. */
export const isZeros = (block: Uint8Array): boolean => zeros.equals(block);

/** A block's name: the SHA-256 of its bytes. */
export const digestOf = (block: Uint8Array): Buffer => hash('sha256', block, 'buffer');

/**
 * Compresses a block on a thread of the pool, at the fast level that keeps up with disks; gives undefined when it does
 * not get much smaller.
 */
export const compress = async (block: Uint8Array): Promise<Uint8Array | undefined> => {
  const compressed = await new Promise<Uint8Array>((resolve, reject) => {
    const params = { [constants.ZSTD_c_compressionLevel]: 1 };
    const options = { chunkSize: outputChunkBytes, pledgedSrcSize: blockBytes, params };
    zstdCompress(block, options, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
  return compressed.length < worthwhileBytes ? compressed : undefined;
};

/**
 * The block that stored bytes stand for, if it is the one that the digest names; undefined when it is not, whatever is
 * wrong with the bytes. Never gives more than a block's bytes, however much they would become.
 */
export const restore = async (
  bytes: Uint8Array<ArrayBuffer>,
  how: number,
  digest: Uint8Array,
): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  const block = how === storedAs.zstd ? await decompress(bytes) : bytes;
  if (block?.length !== blockBytes) return undefined;
  return digestOf(block).equals(digest) ? block : undefined;
};

const decompress = (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> =>
  new Promise((resolve) => {
    const options = { chunkSize: blockBytes, maxOutputLength: blockBytes };
    // What cannot be decompressed is not the block: there is no other reason to tell apart.
    zstdDecompress(bytes, options, (error, result) => resolve(error === null ? result : undefined));
  });
