import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import type { ExtractEvents, Header } from 'tar-stream';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import { isSystemProblem, orHostProblem } from '../../system-problem.ts';
import { archiveBounds, badArchive, shownName } from './archive-bounds.ts';
import type { ArchiveBounds, ArchiveCount, ArchiveProgress } from './archive-bounds.ts';
import { ConfinedTree, pathInside } from './confined-tree.ts';
import type { EntryOwner } from './confined-tree.ts';
import { copyTree } from './copy-tree.ts';
import { openingStreams } from './open-archive.ts';

export interface ImportOptions {
  readonly bounds?: ArchiveBounds;
  readonly onProgress?: ArchiveProgress;
  /** What is read when the source is `-`; the process's standard input otherwise. */
  readonly input?: Readable;
}

/** What headers and padding may take beside the bytes of the files: each entry's own, and its long names. */
const overheadBytesPerEntry = 16 * 1024;

const tarPadding = 1024 ** 2;

type Entry = ExtractEvents['entry'][1];

/** Extended headers (POSIX pax), which the library gives beside the plain ones. */
const extendedHeaders = (header: Header): Readonly<Record<string, string>> =>
  // The library sets it to a record of the strings that it read, or leaves it out.
  (header.pax as Readonly<Record<string, string>> | null | undefined) ?? {};

/** The library's options as it documents them; its types leave out that names can be read as bytes. */
const namesAsBytes = { filenameEncoding: 'latin1' } as Parameters<typeof extract>[0]; // See above.

const bytesIn = async function* (entry: Entry): AsyncGenerator<Uint8Array> {
  for await (const part of entry) if (part instanceof Uint8Array) yield part;
};

/** Plain names were read as bytes; those of extended headers are UTF-8 by definition (POSIX pax). */
const bytesOf = (name: string, isExtended: boolean): string =>
  isExtended ? Buffer.from(name, 'utf8').toString('latin1') : name;

const numberOr = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  return Number.isFinite(value) ? value : otherwise;
};

const ownerOf = (header: Header): EntryOwner => {
  const pax = extendedHeaders(header);
  const bound = 2 ** 32 - 2;
  const identity = (value: number): number => Math.min(Math.max(0, Math.trunc(value)), bound);
  const seconds = numberOr(pax['mtime'], header.mtime.getTime() / 1000);
  return {
    mode: header.mode & 0o7777,
    uid: identity(numberOr(pax['uid'], header.uid)),
    gid: identity(numberOr(pax['gid'], header.gid)),
    mtimeSeconds: Number.isFinite(seconds) ? Math.min(Math.max(seconds, -(2 ** 33)), 2 ** 33) : 0,
  };
};

class Import {
  readonly #tree: ConfinedTree;
  readonly #bounds: ArchiveBounds;
  readonly #onProgress: ArchiveProgress | undefined;
  #seen = 0;
  #entries = 0;
  #bytes = 0;
  #skipped = 0;

  constructor(directory: string, options: ImportOptions) {
    this.#tree = new ConfinedTree(directory);
    this.#bounds = options.bounds ?? archiveBounds;
    this.#onProgress = options.onProgress;
  }

  #bound(header: Header): DomainError | undefined {
    this.#seen += 1;
    if (header.type !== 'link' && header.type !== 'symlink') this.#bytes += header.size;
    if (this.#seen > this.#bounds.entries)
      return badArchive(`it has more than ${this.#bounds.entries} entries`);
    if (this.#bytes > this.#bounds.bytes)
      return badArchive(`its files have more than ${this.#bounds.bytes} bytes`);
    return undefined;
  }

  async #make(entry: Entry, path: string): Promise<DomainError | undefined> {
    const { header } = entry;
    const pax = extendedHeaders(header);
    const target = bytesOf(header.linkname, pax['linkpath'] !== undefined);
    switch (header.type) {
      case 'file':
      case 'contiguous-file':
        if (Object.keys(pax).some((key) => key.startsWith('GNU.sparse.')))
          return badArchive(
            `${shownName(path)} is stored as a sparse file, which is not read here`,
          );
        return this.#tree.file(path, ownerOf(header), bytesIn(entry));
      case 'directory':
        return this.#tree.directory(path, ownerOf(header));
      case 'symlink':
        return this.#tree.symbolicLink(path, ownerOf(header), target);
      case 'link': {
        const inside = pathInside(target);
        return inside === undefined
          ? badArchive(`${shownName(path)} leads out of it`)
          : this.#tree.hardLink(path, inside);
      }
      case 'block-device':
      case 'character-device':
      case 'fifo':
        this.#skipped += 1;
        return undefined;
      default:
        return badArchive(`${shownName(path)} is of a kind that is not read here`);
    }
  }

  async add(entry: Entry): Promise<DomainError | undefined> {
    const { header } = entry;
    const bound = this.#bound(header);
    if (bound !== undefined) return bound;
    const name = bytesOf(header.name, extendedHeaders(header)['path'] !== undefined);
    const path = pathInside(name);
    if (path === undefined) return badArchive(`${shownName(name)} leads out of it`);
    const problem = await this.#make(entry, path);
    if (problem !== undefined) return problem;
    entry.resume();
    this.#entries += 1;
    this.#onProgress?.(this.#entries - this.#skipped, this.#bytes);
    return undefined;
  }

  async finish(): Promise<ArchiveCount> {
    await this.#tree.finish();
    const entries = this.#entries - this.#skipped;
    return { entries, bytes: this.#bytes, skipped: this.#skipped, unnamed: [] };
  }
}

/** Unpacks a tar that comes as a stream. What is wrong with the archive, or ends it early, is a DomainError. */
const importStream = async (
  source: Readable,
  directory: string,
  options: ImportOptions,
): Promise<ArchiveCount | DomainError> => {
  const bounds = options.bounds ?? archiveBounds;
  const boundBytes = bounds.bytes + bounds.entries * overheadBytesPerEntry + tarPadding;
  const opening = await openingStreams(source, boundBytes);
  if (isDomainError(opening)) return opening;
  const unpacking = extract(namesAsBytes);
  // What ends the reading is told by this promise alone; the loop below sees the same problem, or a part of it.
  // The library's streams are used as Node's, as it documents; its types do not say so.
  const end = unpacking as unknown as NodeJS.WritableStream;
  const reading = pipeline([source, ...opening, end]).then(
    () => undefined,
    (problem: unknown) => ({ problem }),
  );
  const work = new Import(directory, options);
  let wrong: DomainError | undefined;
  try {
    for await (const entry of unpacking) {
      wrong = await work.add(entry);
      if (wrong !== undefined) break;
    }
  } catch (problem) {
    unpacking.destroy();
    const failed = await reading;
    // A problem of the streams is the archive's; one of writing the files is the host's.
    if (failed?.problem !== problem || isSystemProblem(problem)) throw problem;
  }
  if (wrong !== undefined) {
    unpacking.destroy();
    source.destroy();
    await reading;
    return wrong;
  }
  const failed = await reading;
  if (failed === undefined) return work.finish();
  if (isSystemProblem(failed.problem) || !(failed.problem instanceof Error)) throw failed.problem;
  return badArchive(failed.problem.message.replace(/\.$/, ''));
};

/**
 * Makes in an empty directory what a directory or an archive holds: a tar, plain or compressed by gzip or zstd, from a file
 * or, as `-`, from standard input. Nothing outside of the directory is touched, whatever the archive says; what it must not
 * say is a DomainError `InvalidArchive`, and leaves a directory that the caller removes. Devices, named pipes and sockets
 * are left out and counted. Owners are restored for the superuser only.
 */
export const importArchive = async (
  source: string,
  directory: string,
  options: ImportOptions = {},
): Promise<ArchiveCount | DomainError> =>
  orHostProblem(`${source} cannot be imported`, async () => {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    if ((await readdir(directory)).length > 0)
      return new DomainError('InternalError', `${directory} is not empty.`);
    if (source === '-') return importStream(options.input ?? process.stdin, directory, options);
    const found = await stat(source);
    if (found.isDirectory()) return copyTree(source, directory, options);
    return importStream(createReadStream(source), directory, options);
  });
