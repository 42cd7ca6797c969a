import {
  closeSync,
  existsSync,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  read,
  readdirSync,
  rmSync,
  statSync,
  write,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where bytes lie: in which segment, from where, how many. */
export interface Place {
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

/** A segment as the database knows it: bytes behind `length` were never committed. */
export interface KnownSegment {
  readonly id: number;
  readonly length: number;
}

interface OpenFile {
  readonly descriptor: number;
  /** Reads and writes that are under way. */
  users: number;
}

const sync = promisify(fdatasync);
const readAt = promisify(read);
const writeAt = promisify(write);

/** Descriptors of idle segments that stay open for the next read. */
const keptOpen = 32;

const nameOf = (segment: number): string => `${String(segment).padStart(10, '0')}.blocks`;
const namePattern = /^(\d{10})\.blocks$/;

/** Makes the entries of a directory survive a loss of power. */
export const syncDirectory = (directory: string): void => {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * The append-only files that hold blocks. A place is reserved at the end of the last one, written, and synced before the
 * database refers to it, so what a crash leaves behind the known end is garbage that opening cuts off.
 */
export class SegmentFiles {
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #open = new Map<number, OpenFile>();
  readonly #removed = new Set<number>();
  /** Segments with writes that no sync has covered yet. */
  readonly #unsynced = new Set<number>();
  #current: number;
  #end: number;
  #hasNewFile = false;

  private constructor(directory: string, segmentBytes: number, last: KnownSegment | undefined) {
    this.#directory = directory;
    this.#segmentBytes = segmentBytes;
    this.#current = last?.id ?? 0;
    this.#end = last?.length ?? segmentBytes;
  }

  /**
   * Opens the segments of a store, which must be known in ascending order, and reclaims what a crash left: files that
   * nobody knows and bytes behind a known end. Segments are as long as `segmentBytes`, give or take a block.
   */
  static open(
    directory: string,
    known: readonly KnownSegment[],
    segmentBytes: number,
  ): SegmentFiles {
    if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
    const lengths = new Map(known.map(({ id, length }) => [id, length]));
    for (const name of readdirSync(directory)) {
      const id = Number(namePattern.exec(name)?.[1] ?? Number.NaN);
      const length = lengths.get(id);
      const path = join(directory, name);
      if (length === undefined) rmSync(path, { recursive: true });
      else cutOff(path, length);
    }
    const files = new SegmentFiles(directory, segmentBytes, known.at(-1));
    // A last segment that lost its end, or itself, is left as it is: blocks go to a new one.
    if (!isWhole(files.#path(files.#current), files.#end)) files.#end = segmentBytes;
    return files;
  }

  /** The segment that grows. */
  get current(): number {
    return this.#current;
  }

  /** Appends bytes; resolves to their place once they are handed to the operating system. */
  async append(bytes: Uint8Array): Promise<Place> {
    if (this.#end >= this.#segmentBytes) this.roll();
    const place = { segment: this.#current, offset: this.#end, length: bytes.length };
    this.#end += bytes.length;
    const file = this.#use(place.segment);
    try {
      let written = 0;
      while (written < bytes.length) {
        const { bytesWritten } = await writeAt(
          file.descriptor,
          bytes,
          written,
          bytes.length - written,
          place.offset + written,
        );
        written += bytesWritten;
      }
      this.#unsynced.add(place.segment);
    } finally {
      this.#leave(place.segment, file);
    }
    return place;
  }

  /** Ends the segment that grows: what comes goes to a new one. */
  roll(): void {
    this.#current += 1;
    this.#end = 0;
    this.#hasNewFile = true;
    const descriptor = openSync(this.#path(this.#current), 'wx+', 0o600);
    this.#open.set(this.#current, { descriptor, users: 0 });
  }

  /** Settles when everything that was appended survives a loss of power. */
  async sync(): Promise<void> {
    const segments = [...this.#unsynced];
    this.#unsynced.clear();
    if (this.#hasNewFile) {
      this.#hasNewFile = false;
      syncDirectory(this.#directory);
    }
    for (const segment of segments) {
      const file = this.#use(segment);
      try {
        await sync(file.descriptor);
      } finally {
        this.#leave(segment, file);
      }
    }
  }

  /** The bytes of a place, or undefined when the file is gone or too short. */
  async read({ segment, offset, length }: Place): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!this.#open.has(segment) && !existsSync(this.#path(segment))) return undefined;
    const file = this.#use(segment);
    try {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await readAt(
          file.descriptor,
          bytes,
          done,
          length - done,
          offset + done,
        );
        if (bytesRead === 0) return undefined;
        done += bytesRead;
      }
      return bytes;
    } finally {
      this.#leave(segment, file);
    }
  }

  /** Deletes a segment. Reads that are under way still end well. */
  remove(segment: number): void {
    if (this.#open.has(segment)) this.#removed.add(segment);
    this.#closeIdle();
    rmSync(this.#path(segment), { force: true });
  }

  close(): void {
    for (const { descriptor } of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #path(segment: number): string {
    return join(this.#directory, nameOf(segment));
  }

  #use(segment: number): OpenFile {
    const known = this.#open.get(segment);
    const file = known ?? { descriptor: openSync(this.#path(segment), 'r+'), users: 0 };
    // Back to the end of the map: the first in it has waited longest.
    this.#open.delete(segment);
    this.#open.set(segment, file);
    file.users += 1;
    return file;
  }

  #leave(segment: number, file: OpenFile): void {
    file.users -= 1;
    if (this.#open.size > keptOpen || this.#removed.has(segment)) this.#closeIdle();
  }

  #closeIdle(): void {
    for (const [segment, file] of this.#open) {
      const isWanted = this.#open.size <= keptOpen && !this.#removed.has(segment);
      if (isWanted || file.users > 0 || segment === this.#current) continue;
      this.#open.delete(segment);
      this.#removed.delete(segment);
      closeSync(file.descriptor);
    }
  }
}

const isWhole = (path: string, length: number): boolean =>
  statSync(path, { throwIfNoEntry: false })?.size === length;

const cutOff = (path: string, length: number): void => {
  const descriptor = openSync(path, 'r+');
  try {
    if (fstatSync(descriptor).size > length) ftruncateSync(descriptor, length);
  } finally {
    closeSync(descriptor);
  }
};
