import { blockBytes } from '../region-blocks.ts';

/** Blocks of a GiB. */
const blocksPerGiB = 2048;

/** The file that holds a volume whose blocks are not of our layout, such as a file system that a backup tool wrote. */
export const imageFileName = 'volume.img';

/** What a tree may be at most. Beyond it a snapshot is refused rather than tried: whoever writes blocks may write anything. */
export const treeBounds = {
  entries: 4_000_000,
  /** Of a path below the volume, and of a link's target: PATH_MAX of Linux. */
  pathBytes: 4096,
  /** Of one name: NAME_MAX of Linux. */
  nameBytes: 255,
  /** The largest file of ext4 with blocks of 4 KiB. */
  fileBytes: 16 * 1024 ** 4,
  /** 64 TiB, the largest volume of EBS ("Amazon EBS volume types", io2). */
  blocks: 64 * 1024 * blocksPerGiB,
} as const;

/**
 * Paths, names and targets are bytes: each character of these strings is one byte (latin1), so that comparing strings
 * compares bytes and names that are no UTF-8 survive.
 */
export type BytePath = string;

/** What the file system said of a file when its contents were read. */
export interface Witness {
  readonly inode: bigint;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /**
   * Whether any later change must show in these numbers: the file had been at rest for long enough. A file that was
   * changed just before may be changed once more without its times telling (git calls its index entries racy then).
   */
  readonly settled: boolean;
}

interface EntryMetadata {
  /** Below the volume's root, which is the empty path. */
  readonly path: BytePath;
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Since 1970, in microseconds: what can be set again exactly. */
  readonly mtimeMicroseconds: number;
}

interface DirectoryEntry extends EntryMetadata {
  readonly kind: 'directory';
}

/** Whole blocks of a file that lie one after another in the volume. Whole blocks without an extent are zeros. */
export interface Extent {
  /** The first one's number within the file. */
  readonly logical: number;
  /** Its index in the volume. */
  readonly physical: number;
  readonly count: number;
}

/** Where the bytes after a file's last whole block are: packed with those of others. */
export interface TailPiece {
  readonly block: number;
  readonly offset: number;
  /** The first 16 bytes of their SHA-256, in hexadecimal digits. */
  readonly digest: string;
}

/** Where a file's bytes are in the volume. */
export interface Placement {
  readonly size: number;
  readonly extents: readonly Extent[];
  /** Absent when there are no bytes after the last whole block, or only zeros. */
  readonly tail?: TailPiece | undefined;
}

export interface FileEntry extends EntryMetadata, Placement {
  readonly kind: 'file';
  readonly witness?: Witness | undefined;
}

interface SymbolicLinkEntry extends EntryMetadata {
  readonly kind: 'symlink';
  readonly target: BytePath;
}

/** Another name of a file that comes before it. */
interface HardLinkEntry {
  readonly kind: 'link';
  readonly path: BytePath;
  readonly target: BytePath;
}

export type VolumeEntry = DirectoryEntry | FileEntry | SymbolicLinkEntry | HardLinkEntry;

/** A block of the tree: the records of one range of paths. */
export interface TreePage {
  /** The key of its first record. */
  readonly firstKey: string;
  readonly block: number;
  readonly digest: string;
}

/** Where everything of a volume is in one of its snapshots. The next snapshot of the volume begins from it. */
export interface Layout {
  /** The snapshot whose blocks it describes. */
  readonly snapshotId: string;
  /** `image`: the blocks are those of the single file `volume.img`; there is no tree. */
  readonly kind: 'tree' | 'image';
  /** In ascending order of their paths' bytes, the root first. */
  readonly entries: readonly VolumeEntry[];
  readonly pages: readonly TreePage[];
}

/** How many bytes of a file lie after its last whole block. */
export const tailBytes = (size: number): number => size % blockBytes;

/** How many whole blocks a file has. */
export const wholeBlocks = (size: number): number => Math.floor(size / blockBytes);

/** How many blocks a volume has. */
export const blocksOfVolume = (sizeGiB: number): number => sizeGiB * blocksPerGiB;

export const compareBytes = (first: string, second: string): number => {
  if (first === second) return 0;
  return first < second ? -1 : 1;
};
