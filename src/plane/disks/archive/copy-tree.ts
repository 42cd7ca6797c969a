import { createReadStream } from 'node:fs';
import { isDomainError } from '../../../world/domain-error.ts';
import type { DomainError } from '../../../world/domain-error.ts';
import { openToRead, readFully } from '../contents/read-file.ts';
import { hostPath, scanDirectory } from '../contents/scan-directory.ts';
import type { ScannedEntry } from '../contents/scan-directory.ts';
import { archiveBounds, badArchive } from './archive-bounds.ts';
import type { ArchiveBounds, ArchiveCount, ArchiveProgress } from './archive-bounds.ts';
import { ConfinedTree } from './confined-tree.ts';
import type { EntryOwner } from './confined-tree.ts';

const ownerOf = (entry: ScannedEntry): EntryOwner => ({
  mode: entry.mode,
  uid: entry.uid,
  gid: entry.gid,
  // Less than a microsecond more: seconds in a double are cut off a little below what they stand for.
  mtimeSeconds: (Number(entry.mtimeNs / 1000n) + 0.4) / 1_000_000,
});

/** Files that are copied at once. */
const overlappingFiles = 16;

/** Files up to this are read in one piece. */
const smallBytes = 1024 ** 2;

/** Copies one file; false when it is gone. */
const copyFile = async (
  source: string,
  tree: ConfinedTree,
  entry: ScannedEntry,
): Promise<DomainError | boolean> => {
  const file = await openToRead(hostPath(source, entry.path));
  if (file === undefined) return false;
  try {
    if (entry.size > smallBytes) {
      const reading = createReadStream('', { fd: file, autoClose: false });
      return (await tree.file(entry.path, ownerOf(entry), reading)) ?? true;
    }
    const bytes = Buffer.allocUnsafe(entry.size);
    const read = await readFully(file, bytes, 0);
    return (await tree.file(entry.path, ownerOf(entry), [bytes.subarray(0, read)])) ?? true;
  } finally {
    await file.close();
  }
};

/** Copies what a directory holds into an empty one, without following links and without leaving its file system. */
export const copyTree = async (
  source: string,
  directory: string,
  options: { readonly bounds?: ArchiveBounds; readonly onProgress?: ArchiveProgress },
): Promise<ArchiveCount | DomainError> => {
  const scan = await scanDirectory(source);
  if (isDomainError(scan)) return scan;
  const bounds = options.bounds ?? archiveBounds;
  if (scan.entries.length > bounds.entries)
    return badArchive(`it has more than ${bounds.entries} entries`);
  const tree = new ConfinedTree(directory);
  let entries = 0;
  let bytes = 0;
  const firstNames = new Map<bigint, string>();
  const files: ScannedEntry[] = [];
  const others: ScannedEntry[] = [];
  for (const entry of scan.entries) {
    if (entry.kind === 'directory') {
      const problem = await tree.directory(entry.path, ownerOf(entry));
      if (problem !== undefined) return problem;
      entries += 1;
    } else if (entry.kind === 'file' && !firstNames.has(entry.inode)) {
      if (entry.linkCount > 1) firstNames.set(entry.inode, entry.path);
      files.push(entry);
    } else others.push(entry);
  }
  for (let from = 0; from < files.length; from += overlappingFiles) {
    const some = files.slice(from, from + overlappingFiles);
    bytes += some.reduce((sum, { size }) => sum + size, 0);
    if (bytes > bounds.bytes) return badArchive(`its files have more than ${bounds.bytes} bytes`);
    for (const copied of await Promise.all(some.map((entry) => copyFile(source, tree, entry)))) {
      if (isDomainError(copied)) return copied;
      if (copied) entries += 1;
    }
    options.onProgress?.(entries, bytes);
  }
  for (const entry of others) {
    const problem =
      entry.kind === 'symlink'
        ? await tree.symbolicLink(entry.path, ownerOf(entry), entry.target)
        : await tree.hardLink(entry.path, firstNames.get(entry.inode) ?? entry.path);
    if (problem !== undefined) return problem;
    entries += 1;
  }
  options.onProgress?.(entries, bytes);
  await tree.finish();
  const skipped = scan.leftOut.special + scan.leftOut.mounts;
  return { entries, bytes, skipped, unnamed: [] };
};
