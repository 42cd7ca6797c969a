import { Transform } from 'node:stream';
import type { Duplex, Readable, TransformCallback } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { DomainError } from '../../../world/domain-error.ts';
import { badArchive } from './archive-bounds.ts';

const formats = [
  { name: 'gzip', magic: [0x1f, 0x8b] },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04] },
] as const;

const longestMagic = 5;

/** Reads the first bytes of a stream, and leaves it as if they had not been read. */
const peek = async (source: Readable): Promise<Buffer> => {
  const parts: Buffer[] = [];
  let length = 0;
  while (length < longestMagic) {
    const part: unknown = source.read();
    if (Buffer.isBuffer(part)) {
      parts.push(part);
      length += part.length;
      continue;
    }
    if (source.readableEnded || source.destroyed) break;
    const isOver = await new Promise<boolean>((resolve, reject) => {
      const settle = (over: boolean, problem?: Error): void => {
        source.off('readable', onReadable).off('end', onEnd).off('error', onError);
        if (problem === undefined) resolve(over);
        else reject(problem);
      };
      const onReadable = (): void => settle(false);
      const onEnd = (): void => settle(true);
      const onError = (problem: Error): void => settle(true, problem);
      source.on('readable', onReadable).on('end', onEnd).on('error', onError);
    });
    if (isOver) break;
  }
  const first = Buffer.concat(parts);
  if (first.length > 0 && !source.readableEnded) source.unshift(first);
  return first;
};

/** Passes bytes on until there are too many. */
class BoundedStream extends Transform {
  #left: number;

  constructor(bytes: number) {
    super();
    this.#left = bytes;
  }

  override _transform(part: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#left -= part.length;
    if (this.#left < 0) done(new Error('it is larger than it may be'));
    else done(null, part);
  }
}

/**
 * The streams that an archive goes through until it is a plain tar of at most so many bytes: by its first bytes, whatever
 * its name is. A DomainError for a compression that cannot be opened here.
 */
export const openingStreams = async (
  source: Readable,
  boundBytes: number,
): Promise<readonly Duplex[] | DomainError> => {
  const first = await peek(source);
  if (first.length === 0) return badArchive('it is empty');
  const format = formats.find(({ magic }) => magic.every((byte, index) => first[index] === byte));
  switch (format?.name) {
    case undefined:
      return [new BoundedStream(boundBytes)];
    case 'gzip':
      return [createGunzip(), new BoundedStream(boundBytes)];
    case 'zstd':
      return [createZstdDecompress(), new BoundedStream(boundBytes)];
    case 'xz':
    case 'bzip2':
    case 'zip':
      return badArchive(`it is of the format ${format.name}; tar, tar.gz and tar.zst can be read`);
    default:
      throw new Error(`There is no such format: ${String(format satisfies never)}`);
  }
};
