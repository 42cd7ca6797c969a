import { DomainError } from '../../../world/domain-error.ts';
import { treeBounds } from '../contents/volume-tree.ts';

/** What an archive may hold at most. */
export interface ArchiveBounds {
  readonly entries: number;
  /** Of all files together, unpacked. */
  readonly bytes: number;
}

/** As many files as a volume may have, and as many bytes as a root volume of common size (gp3) can be: 16 TiB. */
export const archiveBounds: ArchiveBounds = {
  entries: treeBounds.entries,
  bytes: treeBounds.fileBytes,
};

/** What was taken from an archive or put into one. */
export interface ArchiveCount {
  /** Files, directories and links. */
  readonly entries: number;
  /** Of the files. */
  readonly bytes: number;
  /** Devices, named pipes, sockets, and what stands on another file system: left out. */
  readonly skipped: number;
  /** Names that the format cannot hold, since they are no UTF-8: left out of an export. */
  readonly unnamed: readonly string[];
}

/** Called for each entry, with what is done so far. */
export type ArchiveProgress = (entries: number, bytes: number) => void;

export const badArchive = (what: string): DomainError =>
  new DomainError('InvalidArchive', `The archive cannot be used: ${what}.`);

export const shownName = (bytes: string): string =>
  JSON.stringify(Buffer.from(bytes, 'latin1').toString('utf8').slice(0, 200));
