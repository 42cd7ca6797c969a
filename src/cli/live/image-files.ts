import { DomainError } from '../../world/domain-error.ts';
import type { ImageJob } from './image-jobs.ts';

type Progress = ImageJob['progress'];

/** Whether a path names an archive, by its ending. */
export const isArchive = (path: string): boolean => /\.(tar|tar\.gz|tgz|tar\.zst)$/.test(path);

/** Fills an empty directory with a root file system. */
export const readInto = (
  from: { readonly path: string } | { readonly container: string },
  directory: string,
  onProgress: (progress: Progress) => void,
): Promise<DomainError | undefined> => {
  onProgress({ entries: 0, bytes: 0 });
  return Promise.resolve(
    new DomainError('NotBuilt', `${JSON.stringify(from)} cannot be read into ${directory} yet.`),
  );
};

/** Writes a directory as an archive, whose form its ending tells. */
export const writeArchive = (
  directory: string,
  path: string,
  onProgress: (progress: Progress) => void,
): Promise<DomainError | undefined> => {
  onProgress({ entries: 0, bytes: 0 });
  return Promise.resolve(
    new DomainError('NotBuilt', `${directory} cannot be written to ${path} yet.`),
  );
};
