import { constants } from 'node:fs';
import { chmod, link, lutimes, lchown, mkdir, open, readdir, symlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import { orHostProblem } from '../../system-problem.ts';
import { blockBytes } from '../region-blocks.ts';
import type { RegionBlocks } from '../region-blocks.ts';
import { loadAhead } from './read-file.ts';
import { readLayout } from './read-layout.ts';
import { hostPath, scanDirectory } from './scan-directory.ts';
import { witnessOf } from './scanned-metadata.ts';
import { shortDigest } from './tree-pages.ts';
import { tailBytes, treeBounds, wholeBlocks } from './volume-tree.ts';
import type { Extent, FileEntry, Layout, VolumeEntry } from './volume-tree.ts';

/** Blocks that are read ahead of the one that is being written. */
const readAhead = 4;

/** Files that are made at once. */
const overlappingFiles = 16;

/** So many blocks are asked for without looking first whether they are there. */
const fewBlocks = 4;

/** Blocks whose presence is asked for at once. */
const listLimit = 1024;

/** What the clock of a file system moves on by at most (a tick of 100 Hz), doubled. */
const fileClockMs = 20;

export interface RestoreOptions {
  /** How large the file `volume.img` is made when the blocks are not of our layout; at least what they need. */
  readonly sizeGiB?: number;
  /** Called now and then with the bytes that are written, and with all that will be. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

export interface Restored {
  readonly layout: Layout;
}

const create = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const goOn = constants.O_WRONLY | constants.O_NOFOLLOW;

const seconds = (entry: Exclude<VolumeEntry, { kind: 'link' }>): number =>
  // Less than a microsecond more: seconds in a double are cut off a little below what they stand for.
  (entry.mtimeMicroseconds + 0.4) / 1_000_000;

const isSuperuser = process.geteuid?.() === 0;

const writeFully = async (file: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  for (let written = 0; written < bytes.length;) {
    const length = bytes.length - written;
    written += (await file.write(bytes, written, length, position + written)).bytesWritten;
  }
};

const inGroups = async <T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> => {
  for (let from = 0; from < items.length; from += overlappingFiles)
    await Promise.all(items.slice(from, from + overlappingFiles).map(act));
};

class Restore {
  readonly #blocks: RegionBlocks;
  readonly #layout: Layout;
  readonly #directory: string;
  readonly #options: RestoreOptions;
  #doneBytes = 0;
  readonly #totalBytes: number;

  constructor(blocks: RegionBlocks, layout: Layout, directory: string, options: RestoreOptions) {
    this.#blocks = blocks;
    this.#layout = layout;
    this.#directory = directory;
    this.#options = options;
    this.#totalBytes = layout.entries.reduce(
      (sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0),
      0,
    );
  }

  #place(path: string): Buffer {
    return hostPath(this.#directory, path);
  }

  #wrote(bytes: number): void {
    this.#doneBytes += bytes;
    this.#options.onProgress?.(this.#doneBytes, this.#totalBytes);
  }

  async #finish(file: FileHandle, entry: FileEntry): Promise<void> {
    if (isSuperuser) await file.chown(entry.uid, entry.gid);
    await file.chmod(entry.mode);
    await file.utimes(seconds(entry), seconds(entry));
  }

  /** The blocks of an extent that the snapshot has, some at a time: an extent may claim any number. */
  async *#stored({ physical, count }: Extent): AsyncGenerator<readonly number[]> {
    const end = physical + count;
    if (count <= fewBlocks) {
      yield Array.from({ length: count }, (_, index) => physical + index);
      return;
    }
    for (let from = physical; from < end;) {
      const limit = Math.min(listLimit, end - from);
      const listed = await this.#blocks.blocks(this.#layout.snapshotId, from, limit);
      const last = listed.at(-1);
      if (last === undefined) return;
      yield listed.map(({ index }) => index).filter((index) => index < end);
      from = last.index + 1;
    }
  }

  async #writeBlocks(
    file: FileHandle,
    shift: number,
    indexes: readonly number[],
  ): Promise<DomainError | undefined> {
    const reading = loadAhead(indexes, readAhead, (index) =>
      this.#blocks.read(this.#layout.snapshotId, index),
    );
    for await (const [index, bytes] of reading) {
      if (isDomainError(bytes)) return bytes;
      if (bytes !== undefined) await writeFully(file, bytes, (index + shift) * blockBytes);
      this.#wrote(blockBytes);
    }
    return undefined;
  }

  /** Makes a file with its whole blocks; its times and modes follow when nothing more is to be written. */
  async #wholeBlocks(entry: FileEntry): Promise<DomainError | undefined> {
    const file = await open(this.#place(entry.path), create, 0o600);
    try {
      await file.truncate(entry.size);
      for (const extent of entry.extents)
        for await (const indexes of this.#stored(extent)) {
          const problem = await this.#writeBlocks(file, extent.logical - extent.physical, indexes);
          if (problem !== undefined) return problem;
        }
      if (entry.tail === undefined) await this.#finish(file, entry);
      return undefined;
    } finally {
      await file.close();
    }
  }

  /** Writes the ends of all files that are packed into one block. */
  async #tails(block: number, entries: readonly FileEntry[]): Promise<DomainError | undefined> {
    const bytes = await this.#blocks.read(this.#layout.snapshotId, block);
    if (isDomainError(bytes)) return bytes;
    const pieces = entries.map((entry) => {
      const offset = entry.tail?.offset ?? 0;
      return { entry, piece: bytes?.subarray(offset, offset + tailBytes(entry.size)) };
    });
    const damaged = pieces.find(
      ({ entry, piece }) => piece === undefined || shortDigest(piece) !== entry.tail?.digest,
    );
    if (damaged !== undefined)
      return new DomainError(
        'InvalidSnapshot.Damaged',
        `The contents of ${this.#layout.snapshotId} cannot be restored: the bytes of ${JSON.stringify(damaged.entry.path.slice(0, 200))} are not what its tree says.`,
      );
    await inGroups(pieces, async ({ entry, piece }) => {
      const isBegun = wholeBlocks(entry.size) > 0;
      const file = await open(this.#place(entry.path), isBegun ? goOn : create, 0o600);
      try {
        if (piece !== undefined)
          await writeFully(file, piece, wholeBlocks(entry.size) * blockBytes);
        await this.#finish(file, entry);
      } finally {
        await file.close();
      }
      this.#wrote(tailBytes(entry.size));
    });
    return undefined;
  }

  async #files(files: readonly FileEntry[]): Promise<DomainError | undefined> {
    const packed = new Map<number, FileEntry[]>();
    for (const entry of files) {
      if (entry.tail !== undefined) {
        const sharing = packed.get(entry.tail.block) ?? [];
        if (sharing.length === 0) packed.set(entry.tail.block, sharing);
        sharing.push(entry);
      }
      if (entry.tail !== undefined && wholeBlocks(entry.size) === 0) continue;
      const problem = await this.#wholeBlocks(entry);
      if (problem !== undefined) return problem;
    }
    for (const [block, entries] of packed) {
      const problem = await this.#tails(block, entries);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** Gives directories their modes and times, the deepest ones first, when nothing more is made in them. */
  async #directories(): Promise<void> {
    for (const entry of this.#layout.entries.toReversed()) {
      if (entry.kind !== 'directory') continue;
      const place = this.#place(entry.path);
      if (isSuperuser) await lchown(place, entry.uid, entry.gid);
      await chmod(place, entry.mode);
      await lutimes(place, seconds(entry), seconds(entry));
    }
  }

  async run(): Promise<DomainError | undefined> {
    const { entries } = this.#layout;
    for (const entry of entries)
      if (entry.kind === 'directory' && entry.path !== '')
        await mkdir(this.#place(entry.path), { mode: 0o700 });
    const problem = await this.#files(entries.filter((entry) => entry.kind === 'file'));
    if (problem !== undefined) return problem;
    const links = entries.filter((entry) => entry.kind === 'link');
    await inGroups(links, (entry) => link(this.#place(entry.target), this.#place(entry.path)));
    const symbolic = entries.filter((entry) => entry.kind === 'symlink');
    await inGroups(symbolic, async (entry) => {
      const place = this.#place(entry.path);
      await symlink(Buffer.from(entry.target, 'latin1'), place);
      if (isSuperuser) await lchown(place, entry.uid, entry.gid);
      await lutimes(place, seconds(entry), seconds(entry));
    });
    await this.#directories();
    return undefined;
  }
}

/**
 * Notes how the files look that were just made, so that the first snapshot need not read them. Nobody has them open, so it
 * is enough that the file system's clock has moved on; one that only knows whole seconds is not trusted.
 */
const withWitnesses = async (directory: string, layout: Layout): Promise<Layout | DomainError> => {
  await delay(fileClockMs);
  const now = BigInt(Date.now()) * 1_000_000n + 1_000_000n;
  const scan = await scanDirectory(directory);
  if (isDomainError(scan)) return scan;
  const found = new Map(scan.entries.map((entry) => [entry.path, entry]));
  const entries = layout.entries.map((entry): VolumeEntry => {
    const there = found.get(entry.path);
    if (entry.kind !== 'file' || there?.kind !== 'file') return entry;
    const isFine = there.ctimeNs % 1_000_000_000n !== 0n;
    return { ...entry, witness: witnessOf(there, isFine ? now : 0n) };
  });
  return { ...layout, entries };
};

const ofSize = (layout: Layout, sizeGiB: number): Layout => ({
  ...layout,
  entries: layout.entries.map((entry) =>
    entry.kind === 'file' ? { ...entry, size: Math.max(entry.size, sizeGiB * 1024 ** 3) } : entry,
  ),
});

/**
 * Makes in an empty directory what a snapshot holds; nothing outside of it is touched, whatever the blocks say. Blocks that
 * are not of our layout become the one file `volume.img`. Gives the layout with which the volume's next snapshot begins.
 * A DomainError (`InvalidSnapshot.Damaged`, `CorruptBlock`, what the host could not do) leaves a directory that the caller
 * removes.
 */
export const restoreDirectory = async (
  blocks: RegionBlocks,
  snapshotId: string,
  directory: string,
  options: RestoreOptions = {},
): Promise<Restored | DomainError> =>
  orHostProblem(`${snapshotId} cannot be restored to ${directory}`, async () => {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    if ((await readdir(directory)).length > 0)
      return new DomainError('InternalError', `${directory} is not empty.`);
    const read = await readLayout(blocks, snapshotId);
    if (isDomainError(read)) return read;
    const layout = read.kind === 'image' ? ofSize(read, options.sizeGiB ?? 0) : read;
    if (layout.entries.some((entry) => entry.kind === 'file' && entry.size > treeBounds.fileBytes))
      return new DomainError(
        'InvalidSnapshot.TooLarge',
        `${snapshotId} is not of a layout that can be restored as files, and is too large for one file.`,
      );
    const problem = await new Restore(blocks, layout, directory, options).run();
    if (problem !== undefined) return problem;
    const witnessed = await withWitnesses(directory, layout);
    return isDomainError(witnessed) ? witnessed : { layout: witnessed };
  });
