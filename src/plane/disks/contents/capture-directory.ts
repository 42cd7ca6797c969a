import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import { orHostProblem } from '../../system-problem.ts';
import { blockBytes } from '../region-blocks.ts';
import type { SnapshotWriter } from '../region-blocks.ts';
import { BlockAllocator } from './block-allocator.ts';
import { BlockOutput } from './block-output.ts';
import { captureImage, isImage } from './capture-image.ts';
import { captureLargeFile, captureSmallFile, repackTail, volumeIsFull } from './file-capture.ts';
import type { CaptureParts } from './file-capture.ts';
import { blocksToRepack, formerPlacements } from './former-placements.ts';
import type { Former } from './former-placements.ts';
import { PiecePacker } from './piece-packer.ts';
import { loadAhead, openToRead, readFully } from './read-file.ts';
import { hostPath, scanDirectory } from './scan-directory.ts';
import type { LeftOut, Scan, ScannedEntry } from './scan-directory.ts';
import { metadataOf, settledBefore, witnessOf } from './scanned-metadata.ts';
import { encodePages } from './tree-pages.ts';
import { encodeHeader, pageBound } from './volume-header.ts';
import { blocksOfVolume, tailBytes, wholeBlocks } from './volume-tree.ts';
import type { FileEntry, Layout, Placement, TreePage, VolumeEntry } from './volume-tree.ts';

/** Small files that are read ahead; each is less than a block. */
const readAhead = 16;

/**
 * How long a file must have been at rest for its times to tell of the next change. Longer than the 35 s within which Linux
 * writes back what a program changed through memory: until then a further change of this kind leaves the times alone.
 */
const settlingMs = 60_000;

export interface CaptureOptions {
  /** The snapshot that is being written. */
  readonly snapshotId: string;
  readonly sizeGiB: number;
  /** The layout of the snapshot that the writer began from as its parent; nothing else may be given. */
  readonly previous?: Layout | undefined;
  /** Instead of 60,000. */
  readonly settlingMs?: number;
  /** Called now and then with the bytes of files that are done, and of all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

export interface Captured {
  readonly layout: Layout;
  /** Blocks that were written, and that were taken over from the parent. */
  readonly putBlocks: number;
  readonly keptBlocks: number;
  readonly leftOut: LeftOut;
}

class TreeCapture {
  readonly #directory: string;
  readonly #options: CaptureOptions;
  readonly #scan: Scan;
  readonly #formers: ReadonlyMap<ScannedEntry, Former>;
  readonly #settledBefore: bigint;
  readonly #output: BlockOutput;
  readonly #allocator: BlockAllocator;
  readonly #parts: CaptureParts;
  readonly #entries: VolumeEntry[] = [];
  /** Of files with several names: the first one that was still there, which has the contents. */
  readonly #holders = new Map<bigint, string>();
  /** Blocks of pieces that stay because something of use is in them. */
  readonly #keptPieces = new Set<number>();

  constructor(
    directory: string,
    writer: SnapshotWriter,
    options: CaptureOptions,
    scan: Scan,
    settledBeforeNs: bigint,
  ) {
    this.#directory = directory;
    this.#options = options;
    this.#scan = scan;
    this.#settledBefore = settledBeforeNs;
    this.#output = new BlockOutput(writer);
    this.#allocator = new BlockAllocator(blocksOfVolume(options.sizeGiB));
    const files = this.#filesOnce();
    this.#formers = formerPlacements(files, options.previous);
    const repacked = this.#claim(files);
    const packer = new PiecePacker(this.#allocator, this.#output);
    this.#parts = { allocator: this.#allocator, output: this.#output, packer, repacked };
  }

  /** The files, each under the first of its names. */
  #filesOnce(): readonly ScannedEntry[] {
    const seen = new Set<bigint>();
    return this.#scan.entries.filter((entry) => {
      if (entry.kind !== 'file' || seen.has(entry.inode)) return false;
      if (entry.linkCount > 1) seen.add(entry.inode);
      return true;
    });
  }

  /** Takes the blocks that are in use already, and decides which blocks of pieces are given up. */
  #claim(files: readonly ScannedEntry[]): ReadonlySet<number> {
    this.#allocator.claim(0);
    for (const { block } of this.#options.previous?.pages ?? []) this.#allocator.claim(block);
    const pieceBlocks = new Set<number>();
    for (const { entry } of this.#formers.values()) {
      for (const { physical, count } of entry.extents)
        for (let index = 0; index < count; index += 1) this.#allocator.claim(physical + index);
      if (entry.tail !== undefined) pieceBlocks.add(entry.tail.block);
    }
    for (const block of pieceBlocks) this.#allocator.claim(block);
    let newPieceBytes = 0;
    let newBlocks = 0;
    for (const file of files) {
      const former = this.#formers.get(file)?.entry;
      const isNew = former === undefined || former.size !== file.size;
      if (isNew) newPieceBytes += tailBytes(file.size);
      newBlocks += Math.max(0, wholeBlocks(file.size) - wholeBlocks(former?.size ?? 0));
    }
    const wanted = newBlocks + Math.ceil(newPieceBytes / blockBytes) + 16;
    const missing = Math.max(0, wanted - this.#allocator.free);
    const repacked = blocksToRepack(this.#formers, newPieceBytes, missing);
    for (const block of repacked) this.#allocator.release(block);
    return repacked;
  }

  #isUntouched(former: Former | undefined): boolean {
    const tail = former?.entry.tail;
    return (
      former?.isUnchanged === true && (tail === undefined || !this.#parts.repacked.has(tail.block))
    );
  }

  /** Reads what is small enough to be read ahead; `gone` for what is no longer there. */
  async #load(entry: ScannedEntry): Promise<Buffer | 'gone' | undefined> {
    if (entry.kind !== 'file' || entry.size >= blockBytes) return undefined;
    if (this.#isUntouched(this.#formers.get(entry))) return undefined;
    if (this.#holders.has(entry.inode)) return undefined;
    const file = await openToRead(hostPath(this.#directory, entry.path));
    if (file === undefined) return 'gone';
    try {
      const bytes = Buffer.allocUnsafe(entry.size);
      return bytes.subarray(0, await readFully(file, bytes, 0));
    } finally {
      await file.close();
    }
  }

  async #place(
    entry: ScannedEntry,
    loaded: Buffer | 'gone' | undefined,
  ): Promise<Placement | DomainError | undefined> {
    const former = this.#formers.get(entry);
    if (loaded === 'gone') return undefined;
    if (loaded !== undefined) return captureSmallFile(this.#parts, loaded, former);
    if (former !== undefined && this.#isUntouched(former)) return former.entry;
    const place = hostPath(this.#directory, entry.path);
    if (former?.isUnchanged === true) return repackTail(this.#parts, place, former);
    return captureLargeFile(this.#parts, place, entry.size, former);
  }

  async #file(
    entry: ScannedEntry,
    loaded: Buffer | 'gone' | undefined,
  ): Promise<DomainError | undefined> {
    const holder = this.#holders.get(entry.inode);
    if (holder !== undefined) {
      this.#entries.push({ kind: 'link', path: entry.path, target: holder });
      return undefined;
    }
    const placed = await this.#place(entry, loaded);
    if (isDomainError(placed)) return placed;
    if (placed === undefined) {
      this.#scan.leftOut.vanished += 1;
      return undefined;
    }
    if (entry.linkCount > 1) this.#holders.set(entry.inode, entry.path);
    const former = this.#formers.get(entry);
    const { size, extents, tail } = placed;
    if (former?.isUnchanged === true) this.#keepExtents(placed);
    if (tail !== undefined && tail === former?.entry.tail) this.#keptPieces.add(tail.block);
    const witness = witnessOf(entry, this.#settledBefore);
    const file: FileEntry = { ...metadataOf(entry), kind: 'file', size, extents, tail, witness };
    this.#entries.push(file);
    return undefined;
  }

  #keepExtents(placed: Placement): void {
    for (const { physical, count } of placed.extents)
      for (let index = 0; index < count; index += 1) this.#output.keep(physical + index);
  }

  async #contents(): Promise<DomainError | undefined> {
    const totalBytes = this.#scan.entries.reduce((sum, { size }) => sum + size, 0);
    let doneBytes = 0;
    const loading = loadAhead(this.#scan.entries, readAhead, (entry) => this.#load(entry));
    for await (const [entry, loaded] of loading) {
      const { kind, target, size } = entry;
      if (kind === 'directory') this.#entries.push({ ...metadataOf(entry), kind });
      else if (kind === 'symlink') this.#entries.push({ ...metadataOf(entry), kind, target });
      else {
        const problem = await this.#file(entry, loaded);
        if (problem !== undefined) return problem;
      }
      doneBytes += size;
      this.#options.onProgress?.(doneBytes, totalBytes);
    }
    await this.#parts.packer.finish();
    for (const block of this.#keptPieces) this.#output.keep(block);
    return undefined;
  }

  async #tree(): Promise<readonly TreePage[] | DomainError> {
    const former = new Map(this.#options.previous?.pages.map((page) => [page.block, page]));
    const pages: TreePage[] = [];
    for (const page of encodePages(this.#entries, this.#options.previous?.pages ?? [])) {
      const block = page.formerBlock ?? this.#allocator.take();
      if (block === undefined) return volumeIsFull();
      const { firstKey, digest } = page;
      if (former.get(block)?.digest === digest) this.#output.keep(block);
      else await this.#output.putOwn(block, page.bytes);
      pages.push({ firstKey, block, digest });
    }
    if (pages.length > pageBound)
      return new DomainError('InvalidVolume.TooLarge', 'The volume holds too many files.');
    await this.#output.putOwn(0, encodeHeader(pages));
    return pages;
  }

  async run(): Promise<Captured | DomainError> {
    try {
      const problem = await this.#contents();
      if (problem !== undefined) return problem;
      const pages = await this.#tree();
      if (isDomainError(pages)) return pages;
      await this.#output.drain();
      const { snapshotId } = this.#options;
      return {
        layout: { snapshotId, kind: 'tree', entries: this.#entries, pages },
        putBlocks: this.#output.putCount,
        keptBlocks: this.#output.keptCount,
        leftOut: this.#scan.leftOut,
      };
    } finally {
      await this.#output.settle();
    }
  }
}

/**
 * Writes what a directory holds into a snapshot that is open, as a change of the one before: what has not changed stays in
 * its blocks, and files that were at rest are not even read. Whoever writes to the directory must be still. The caller
 * completes the snapshot, and then keeps the layout for the next one; after a DomainError (`InvalidVolume.Full`,
 * `InvalidVolume.TooLarge`, what the host could not do) it aborts it.
 */
export const captureDirectory = async (
  directory: string,
  writer: SnapshotWriter,
  options: CaptureOptions,
): Promise<Captured | DomainError> =>
  orHostProblem(`The volume in ${directory} cannot be read`, async () => {
    const quiet = settledBefore(options.settlingMs ?? settlingMs);
    const scan = await scanDirectory(directory);
    if (isDomainError(scan)) return scan;
    if (await isImage(directory, scan, options))
      return captureImage(directory, writer, options, scan, quiet);
    const previous = options.previous?.kind === 'tree' ? options.previous : undefined;
    return new TreeCapture(directory, writer, { ...options, previous }, scan, quiet).run();
  });
