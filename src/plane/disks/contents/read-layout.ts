import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import { blockBytes } from '../region-blocks.ts';
import type { RegionBlocks } from '../region-blocks.ts';
import { treeProblem } from './check-tree.ts';
import { PageReader, shortDigest } from './tree-pages.ts';
import { decodeHeader, isOurLayout } from './volume-header.ts';
import { imageFileName } from './volume-tree.ts';
import type { Extent, Layout } from './volume-tree.ts';

/** Blocks that are asked for at once. */
const listLimit = 10_000;

const damaged = (snapshotId: string, why: string): DomainError =>
  new DomainError(
    'InvalidSnapshot.Damaged',
    `The contents of ${snapshotId} cannot be restored: ${why}.`,
  );

const imageLayout = async (blocks: RegionBlocks, snapshotId: string): Promise<Layout> => {
  const extents: Extent[] = [];
  for (let from = 0; ;) {
    const listed = await blocks.blocks(snapshotId, from, listLimit);
    for (const { index } of listed) {
      const last = extents.at(-1);
      if (last !== undefined && last.logical + last.count === index)
        extents[extents.length - 1] = { ...last, count: last.count + 1 };
      else extents.push({ logical: index, physical: index, count: 1 });
    }
    const last = listed.at(-1);
    if (last === undefined) break;
    from = last.index + 1;
  }
  const end = extents.at(-1);
  const size = (end ? end.logical + end.count : 0) * blockBytes;
  const owner = { uid: 0, gid: 0, mtimeMicroseconds: 0 };
  return {
    snapshotId,
    kind: 'image',
    entries: [
      { kind: 'directory', path: '', mode: 0o755, ...owner },
      { kind: 'file', path: imageFileName, mode: 0o644, size, extents, ...owner },
    ],
    pages: [],
  };
};

/**
 * Reads from a snapshot's blocks where everything in it is. Blocks that are not of our layout are an image. A DomainError
 * `InvalidSnapshot.Damaged` when the tree is damaged or cannot be, or what reading the blocks gave.
 */
export const readLayout = async (
  blocks: RegionBlocks,
  snapshotId: string,
): Promise<Layout | DomainError> => {
  const first = await blocks.read(snapshotId, 0);
  if (isDomainError(first)) return first;
  if (first === undefined || !isOurLayout(first)) return imageLayout(blocks, snapshotId);
  const header = decodeHeader(first);
  if (typeof header === 'string') return damaged(snapshotId, header);
  const reader = new PageReader();
  for (const { block, digest } of header) {
    const bytes = await blocks.read(snapshotId, block);
    if (isDomainError(bytes)) return bytes;
    if (bytes === undefined || shortDigest(bytes) !== digest || !reader.add(bytes, block, digest))
      return damaged(snapshotId, 'a block of its tree is damaged');
  }
  const { pages } = reader;
  const entries = reader.entries();
  if (entries === undefined) return damaged(snapshotId, 'its tree is damaged');
  const problem = treeProblem(entries, pages);
  if (problem !== undefined) return damaged(snapshotId, problem);
  return { snapshotId, kind: 'tree', entries, pages };
};
