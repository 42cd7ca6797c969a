import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { exportContainerImage } from '../../plane/compute/container/export-image.ts';
import { findEngine } from '../../plane/compute/container/find-engine.ts';
import { exportArchive, type ArchiveFormat } from '../../plane/disks/archive/export-archive.ts';
import { importArchive } from '../../plane/disks/archive/import-archive.ts';
import { scanDirectory } from '../../plane/disks/contents/scan-directory.ts';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
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

/** Fills an empty directory with a root file system: of a directory, an archive or a container engine's image. */
export const readInto = async (
  from: { readonly path: string } | { readonly container: string },
  directory: string,
  onProgress: (progress: Progress) => void,
): Promise<Progress | DomainError> => {
  if ('container' in from) return readContainer(from.container, directory);
  const read = await importArchive(from.path, directory, {
    onProgress: (entries, bytes) => onProgress({ entries, bytes }),
  });
  return isDomainError(read) ? read : { entries: read.entries, bytes: read.bytes };
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
