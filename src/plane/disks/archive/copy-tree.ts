import { createReadStream } from 'node:fs';
import { isDomainError } from '../../../world/domain-error.ts';
import type { DomainError } from '../../../world/domain-error.ts';
import { openToRead } from '../contents/read-file.ts';
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
  const firstNames = new Map<bigint, string>();
  let entries = 0;
  let bytes = 0;
  for (const entry of scan.entries) {
    let problem: DomainError | undefined;
    const first = entry.kind === 'file' ? firstNames.get(entry.inode) : undefined;
    if (entry.kind === 'directory') problem = await tree.directory(entry.path, ownerOf(entry));
    else if (entry.kind === 'symlink')
      problem = await tree.symbolicLink(entry.path, ownerOf(entry), entry.target);
    else if (first !== undefined) problem = await tree.hardLink(entry.path, first);
    else {
      const file = await openToRead(hostPath(source, entry.path));
      if (file === undefined) continue;
      bytes += entry.size;
      if (bytes > bounds.bytes) {
        await file.close();
        return badArchive(`its files have more than ${bounds.bytes} bytes`);
      }
      const reading = createReadStream('', { fd: file });
      problem = await tree.file(entry.path, ownerOf(entry), reading);
      reading.destroy();
      if (entry.linkCount > 1) firstNames.set(entry.inode, entry.path);
    }
    if (problem !== undefined) return problem;
    entries += 1;
    options.onProgress?.(entries, bytes);
  }
  await tree.finish();
  const skipped = scan.leftOut.special + scan.leftOut.mounts;
  return { entries, bytes, skipped, unnamed: [] };
};
