import type { DomainError } from '../../../world/domain-error.ts';
import { blockBytes } from '../region-blocks.ts';
import type { SnapshotWriter } from '../region-blocks.ts';
import { BlockOutput, isZeros } from './block-output.ts';
import type { Captured, CaptureOptions } from './capture-directory.ts';
import { formerPlacements } from './former-placements.ts';
import { openToRead, readFully } from './read-file.ts';
import { hostPath } from './scan-directory.ts';
import type { Scan, ScannedEntry } from './scan-directory.ts';
import { metadataOf, witnessOf } from './scanned-metadata.ts';
import { isOurLayout } from './volume-header.ts';
import { blocksOfVolume, imageFileName } from './volume-tree.ts';
import type { Extent } from './volume-tree.ts';

const imageFile = (scan: Scan): ScannedEntry | undefined => {
  const [, file] = scan.entries;
  const isAlone = scan.entries.length === 2 && file?.path === imageFileName;
  return isAlone && file.kind === 'file' ? file : undefined;
};

/**
 * Whether a directory is still the one file as which a volume of foreign blocks was restored. Its blocks become the
 * snapshot's then. With anything beside it, or with our own layout in it, it is a file as any other.
 */
export const isImage = async (
  directory: string,
  scan: Scan,
  options: CaptureOptions,
): Promise<boolean> => {
  if (options.previous?.kind !== 'image') return false;
  const entry = imageFile(scan);
  if (entry === undefined || entry.size > blocksOfVolume(options.sizeGiB) * blockBytes)
    return false;
  const file = await openToRead(hostPath(directory, imageFileName));
  if (file === undefined) return false;
  try {
    const bytes = Buffer.alloc(64);
    await readFully(file, bytes, 0);
    return !isOurLayout(bytes);
  } finally {
    await file.close();
  }
};

const readBlocks = async (
  place: Buffer,
  output: BlockOutput,
  blocks: number,
  onProgress: (doneBytes: number) => void,
): Promise<readonly Extent[]> => {
  const file = await openToRead(place);
  const extents: Extent[] = [];
  if (file === undefined) return extents;
  try {
    for (let index = 0; index < blocks; index += 1) {
      const buffer = await output.buffer();
      const read = await readFully(file, buffer, index * blockBytes);
      buffer.fill(0, read);
      onProgress(index * blockBytes + read);
      if (isZeros(buffer)) {
        output.giveBack(buffer);
        continue;
      }
      output.put(index, buffer);
      const last = extents.at(-1);
      if (last !== undefined && last.logical + last.count === index)
        extents[extents.length - 1] = { ...last, count: last.count + 1 };
      else extents.push({ logical: index, physical: index, count: 1 });
    }
    await output.drain();
    return extents;
  } finally {
    await file.close();
    await output.settle();
  }
};

/** Writes the blocks of the single file of a directory for which `isImage` holds. */
export const captureImage = async (
  directory: string,
  writer: SnapshotWriter,
  options: CaptureOptions,
  scan: Scan,
  settledBeforeNs: bigint,
): Promise<Captured | DomainError> => {
  const [root, entry] = scan.entries;
  if (root === undefined || entry === undefined) throw new Error('There is no image to capture.');
  const output = new BlockOutput(writer);
  const former = formerPlacements([entry], options.previous).get(entry);
  let extents = former?.isUnchanged === true ? former.entry.extents : undefined;
  if (extents === undefined)
    extents = await readBlocks(
      hostPath(directory, imageFileName),
      output,
      Math.ceil(entry.size / blockBytes),
      (doneBytes) => options.onProgress?.(doneBytes, entry.size),
    );
  else
    for (const { physical, count } of extents)
      for (let index = 0; index < count; index += 1) output.keep(physical + index);
  const { size } = entry;
  const witness = witnessOf(entry, settledBeforeNs);
  return {
    layout: {
      snapshotId: options.snapshotId,
      kind: 'image',
      entries: [
        { ...metadataOf(root), kind: 'directory' },
        { ...metadataOf(entry), kind: 'file', size, extents, witness },
      ],
      pages: [],
    },
    putBlocks: output.putCount,
    keptBlocks: output.keptCount,
    leftOut: scan.leftOut,
  };
};
