import { createWriteStream } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exportContainerImage } from '../plane/compute/container/export-image.ts';
import { findEngine } from '../plane/compute/container/find-engine.ts';
import { archiveBounds } from '../plane/disks/archive/archive-bounds.ts';
import { exportArchive, type ArchiveFormat } from '../plane/disks/archive/export-archive.ts';
import { importArchive } from '../plane/disks/archive/import-archive.ts';
import { scanDirectory } from '../plane/disks/contents/scan-directory.ts';
import { DomainError, isDomainError } from '../world/domain-error.ts';
import type { ImageJob } from './image-jobs.ts';

type Progress = ImageJob['progress'];

/** The form of an archive, by the ending of its name; undefined for what is no archive's. */
export const archiveFormat = (path: string): ArchiveFormat | undefined => {
  if (path.endsWith('.tar')) return 'tar';
  if (/\.(?:tar\.gz|tgz)$/.test(path)) return 'tar.gz';
  return path.endsWith('.tar.zst') ? 'tar.zst' : undefined;
};

const readContainer = async (
  reference: string,
  directory: string,
): Promise<Progress | DomainError> => {
  const engine = await findEngine();
  if (isDomainError(engine)) return engine;
  const exported = await exportContainerImage(engine, reference, directory);
  if (isDomainError(exported)) return exported;
  const scan = await scanDirectory(directory);
  if (isDomainError(scan)) return scan;
  let bytes = 0;
  for (const entry of scan.entries) if (entry.kind === 'file') bytes += entry.size;
  return { entries: scan.entries.length, bytes };
};

/** What is left free on a disk for the world's journal: without room for that a world ends. */
const keptFreeBytes = 32 * 1_048_576;

/** How much may still be written where a directory is to be. */
const roomAt = async (directory: string): Promise<number> => {
  const { bavail, bsize } = await statfs(dirname(directory));
  return Math.max(0, bavail * bsize - keptFreeBytes);
};

const noRoom = (bytes: number): DomainError =>
  new DomainError(
    'NoRoom',
    `There is not room enough on the disk of the world: ${Math.floor(bytes / 1_000_000)} MB are free for it, and it is needed twice while it comes in.`,
  );

/**
 * Fills a directory, which is not there yet, with a root file system: of a directory, an archive or a container engine's
 * image. Error: `NoRoom` when it, and its blocks after it, would not find room on the disk.
 */
export const readInto = async (
  from: { readonly path: string } | { readonly container: string },
  directory: string,
  onProgress: (progress: Progress) => void,
): Promise<Progress | DomainError> => {
  const room = await roomAt(directory);
  const bytes = Math.min(archiveBounds.bytes, Math.floor(room / 2));
  const read =
    'container' in from
      ? await readContainer(from.container, directory)
      : await importArchive(from.path, directory, {
          bounds: { ...archiveBounds, bytes },
          onProgress: (entries, done) => onProgress({ entries, bytes: done }),
        });
  if (isDomainError(read)) {
    const isTooLarge = bytes < archiveBounds.bytes && read.message.includes(`${bytes} bytes`);
    return isTooLarge ? noRoom(room) : read;
  }
  if (read.bytes > (await roomAt(directory))) return noRoom(room);
  return { entries: read.entries, bytes: read.bytes };
};

/** Writes a directory as an archive. Error: `ConflictingFile` for one that is there already. */
export const writeArchive = async (
  directory: string,
  path: string,
  format: ArchiveFormat,
  onProgress: (progress: Progress) => void,
): Promise<DomainError | undefined> => {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere) return new DomainError('ConflictingFile', `${path} is there already.`);
  const out = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const written = await exportArchive(directory, out, format, {
    onProgress: (entries, bytes) => onProgress({ entries, bytes }),
  });
  return isDomainError(written) ? written : undefined;
};
