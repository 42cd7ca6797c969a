import { blockBytes } from '../region-blocks.ts';
import { compareBytes, tailBytes, treeBounds, wholeBlocks } from './volume-tree.ts';
import type { FileEntry, TreePage, VolumeEntry } from './volume-tree.ts';

const identityBound = 2 ** 32;

const pathProblem = (path: string): string | undefined => {
  if (path.length > treeBounds.pathBytes) return 'has too long a path';
  for (const name of path.split('/')) {
    if (name === '' || name === '.' || name === '..') return 'leads out of the volume';
    if (name.length > treeBounds.nameBytes || name.includes('\0'))
      return 'has a name that cannot be';
  }
  return undefined;
};

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

const fileProblem = (file: FileEntry): string | undefined => {
  if (file.size > treeBounds.fileBytes) return 'is larger than a file may be';
  let next = 0;
  for (const { logical, count } of file.extents) {
    if (logical < next || count < 1) return 'has parts that are out of order';
    next = logical + count;
  }
  if (next > wholeBlocks(file.size)) return 'has parts behind its end';
  if (file.tail === undefined) return undefined;
  const length = tailBytes(file.size);
  return length === 0 || file.tail.offset + length > blockBytes
    ? 'has an end that lies nowhere'
    : undefined;
};

const entryProblem = (
  entry: VolumeEntry,
  directories: ReadonlySet<string>,
  files: ReadonlySet<string>,
): string | undefined => {
  const problem = pathProblem(entry.path);
  if (problem !== undefined) return problem;
  if (!directories.has(parentOf(entry.path))) return 'is in no directory of the volume';
  if (entry.kind === 'link')
    return files.has(entry.target) ? undefined : 'is a further name of no file of the volume';
  if (entry.mode > 0o7777 || entry.uid >= identityBound || entry.gid >= identityBound)
    return 'has an owner or a mode that cannot be';
  if (entry.kind === 'symlink' && (entry.target === '' || entry.target.includes('\0')))
    return 'is a link to nothing';
  return entry.kind === 'file' ? fileProblem(entry) : undefined;
};

/** A range of a volume's bytes that belongs to one file. */
interface Range {
  readonly from: number;
  readonly to: number;
}

const rangesOf = (entries: readonly VolumeEntry[], pages: readonly TreePage[]): Range[] => {
  const ranges: Range[] = [{ from: 0, to: blockBytes }];
  const addBlocks = (block: number, count: number): void => {
    ranges.push({ from: block * blockBytes, to: (block + count) * blockBytes });
  };
  for (const { block } of pages) addBlocks(block, 1);
  for (const entry of entries) {
    if (entry.kind !== 'file') continue;
    for (const { physical, count } of entry.extents) addBlocks(physical, count);
    if (entry.tail === undefined) continue;
    const from = entry.tail.block * blockBytes + entry.tail.offset;
    ranges.push({ from, to: from + tailBytes(entry.size) });
  }
  return ranges;
};

/**
 * Whether two parts of a volume overlap, or lie outside of any volume. Without overlaps a tree can never make more bytes
 * than its blocks hold, whoever made it up.
 */
const overlaps = (entries: readonly VolumeEntry[], pages: readonly TreePage[]): boolean => {
  const ranges = rangesOf(entries, pages).sort((one, other) => one.from - other.from);
  let end = 0;
  for (const { from, to } of ranges) {
    if (from < end || !Number.isSafeInteger(to)) return true;
    end = to;
  }
  return end > treeBounds.blocks * blockBytes;
};

/**
 * Says in words what is wrong with a tree that was read from blocks which anybody may have written; undefined when it can be
 * made below a directory without touching anything else.
 */
export const treeProblem = (
  entries: readonly VolumeEntry[],
  pages: readonly TreePage[],
): string | undefined => {
  const [root, ...others] = entries;
  if (root?.kind !== 'directory' || root.path !== '') return 'its tree has no root';
  const directories = new Set(['']);
  const files = new Set<string>();
  let before = '';
  for (const entry of others) {
    const problem =
      compareBytes(before, entry.path) >= 0
        ? 'is out of order'
        : entryProblem(entry, directories, files);
    if (problem !== undefined)
      return `${JSON.stringify(entry.path.slice(0, 200))} in its tree ${problem}`;
    if (entry.kind === 'directory') directories.add(entry.path);
    if (entry.kind === 'file') files.add(entry.path);
    before = entry.path;
  }
  return overlaps(entries, pages) ? 'two of its files share the same bytes' : undefined;
};
