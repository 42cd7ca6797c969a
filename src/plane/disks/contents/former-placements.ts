import { blockBytes } from '../region-blocks.ts';
import type { ScannedEntry } from './scan-directory.ts';
import { tailBytes } from './volume-tree.ts';
import type { FileEntry, Layout } from './volume-tree.ts';

/** What is known of a file from the snapshot before. */
export interface Former {
  readonly entry: FileEntry;
  /** Whether its contents must be what they were: then they need not be read. */
  readonly isUnchanged: boolean;
}

const isUnchanged = (entry: FileEntry, found: ScannedEntry): boolean => {
  const { witness } = entry;
  return (
    witness !== undefined &&
    witness.settled &&
    witness.inode === found.inode &&
    witness.size === found.size &&
    witness.size === entry.size &&
    witness.mtimeNs === found.mtimeNs &&
    witness.ctimeNs === found.ctimeNs
  );
};

/** A file that was moved has its inode and its times still; a number alone may be that of a new file. */
const wasMoved = (entry: FileEntry, found: ScannedEntry): boolean =>
  entry.witness?.inode === found.inode &&
  entry.witness.size === found.size &&
  entry.witness.mtimeNs === found.mtimeNs;

/**
 * Finds for each file the place that its contents had in the snapshot before: by name and number, then by number for one
 * that was moved, then by name for one that was replaced. No place is given twice.
 */
export const formerPlacements = (
  files: readonly ScannedEntry[],
  previous: Layout | undefined,
): ReadonlyMap<ScannedEntry, Former> => {
  const byPath = new Map<string, FileEntry>();
  const byInode = new Map<bigint, FileEntry>();
  for (const entry of previous?.entries ?? []) {
    if (entry.kind === 'file') {
      byPath.set(entry.path, entry);
      if (entry.witness !== undefined) byInode.set(entry.witness.inode, entry);
    } else if (entry.kind === 'link') {
      const target = byPath.get(entry.target);
      if (target !== undefined) byPath.set(entry.path, target);
    }
  }
  const given = new Set<FileEntry>();
  const result = new Map<ScannedEntry, Former>();
  const give = (find: (file: ScannedEntry) => FileEntry | undefined): void => {
    for (const file of files) {
      if (result.has(file)) continue;
      const entry = find(file);
      if (entry === undefined || given.has(entry)) continue;
      given.add(entry);
      result.set(file, { entry, isUnchanged: isUnchanged(entry, file) });
    }
  };
  give((file) => {
    const entry = byPath.get(file.path);
    return entry?.witness?.inode === file.inode ? entry : undefined;
  });
  give((file) => {
    const entry = byInode.get(file.inode);
    return entry !== undefined && wasMoved(entry, file) ? entry : undefined;
  });
  give((file) => byPath.get(file.path));
  return result;
};

/** What is in a block of pieces that may stay. */
interface PackedBlock {
  readonly block: number;
  live: number;
}

/** How much of a block of pieces must be of use for it to stay as it is while pieces are packed anyway. */
const worthKeepingBytes = blockBytes / 2;

/**
 * The blocks of pieces that are given up, so that their space is used again: those of which less than half is of use, and
 * of these not more than there is to write anyway. A volume that is nearly full gives up all that have gaps.
 */
export const blocksToRepack = (
  formers: ReadonlyMap<ScannedEntry, Former>,
  newPieceBytes: number,
  missingBlocks: number,
): ReadonlySet<number> => {
  const packed = new Map<number, PackedBlock>();
  for (const [found, { entry }] of formers) {
    if (entry.tail === undefined) continue;
    const { block } = entry.tail;
    const known = packed.get(block) ?? { block, live: 0 };
    packed.set(block, known);
    // A file of the same size may turn out to be the same.
    if (found.size === entry.size) known.live += tailBytes(entry.size);
  }
  const repacked = new Set<number>();
  let budget = newPieceBytes === 0 ? 0 : newPieceBytes + blockBytes;
  let missingBytes = missingBlocks * blockBytes;
  for (const { block, live } of [...packed.values()].sort((one, other) => one.live - other.live)) {
    const isSparse = live < worthKeepingBytes && live <= budget;
    if (!isSparse && missingBytes <= 0) break;
    if (blockBytes - live < 4096) break;
    budget -= live;
    missingBytes -= blockBytes - live;
    repacked.add(block);
  }
  return repacked;
};
