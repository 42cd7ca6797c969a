import { hash } from 'node:crypto';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib';
import { blockBytes } from '../region-blocks.ts';

/** How a block's bytes lie on disk. The numbers are in the database and never change their meaning. */
export const storedAs = { raw: 0, zstd: 1 } as const;

/** Compressed bytes that save less than this are not worth decompressing at every read. */
const worthwhileBytes = blockBytes - blockBytes / 16;

/** Room for a block that does not compress, so that the result comes in one piece. */
const outputChunkBytes = blockBytes + 8192;

const zeros = Buffer.alloc(blockBytes);

/** Whether a block is zeros only, and need not be stored. */
export const isZeros = (block: Uint8Array): boolean => zeros.equals(block);

/** A block's name: the SHA-256 of its bytes. */
export const digestOf = (block: Uint8Array): Buffer => hash('sha256', block, 'buffer');

const params = { [constants.ZSTD_c_compressionLevel]: 1 };

/** Places of a block that are tried before all of it is. */
const sampleBytes = 8192;
const sampleCount = 4;

/**
 * Whether a few places of a block get smaller. What is compressed or encrypted already, as much of what fills disks is,
 * shows here at a twentieth of the cost; a block whose only compressible part lies between them is kept as it is.
 */
const looksCompressible = (block: Uint8Array): boolean => {
  const sample = new Uint8Array(sampleBytes * sampleCount);
  for (let count = 0; count < sampleCount; count += 1) {
    const from = (blockBytes / sampleCount) * count;
    sample.set(block.subarray(from, from + sampleBytes), sampleBytes * count);
  }
  const { length } = zstdCompressSync(sample, { params });
  return length < sample.length - sample.length / 16;
};

/**
 * Compresses a block on a thread of the pool, at the fast level that keeps up with disks; gives undefined when it does
 * not, or hardly, get smaller.
 */
export const compress = async (block: Uint8Array): Promise<Uint8Array | undefined> => {
  if (!looksCompressible(block)) return undefined;
  const compressed = await new Promise<Uint8Array>((resolve, reject) => {
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
