import { PassThrough } from 'node:stream';
import type { Duplex, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Header, Pack } from 'tar-stream';
import { isDomainError } from '../../../world/domain-error.ts';
import type { DomainError } from '../../../world/domain-error.ts';
import { orHostProblem } from '../../system-problem.ts';
import { openToRead } from '../contents/read-file.ts';
import { hostPath, scanDirectory } from '../contents/scan-directory.ts';
import type { Scan, ScannedEntry } from '../contents/scan-directory.ts';
import type { ArchiveCount, ArchiveProgress } from './archive-bounds.ts';

/** What an export can be. */
export type ArchiveFormat = 'tar' | 'tar.gz' | 'tar.zst';

export interface ExportOptions {
  readonly onProgress?: ArchiveProgress;
}

const readBytes = 256 * 1024;

/** The largest owner that a plain header has room for: seven octal digits. */
const plainOwnerBound = 0o7777777;

const compressionOf = (format: ArchiveFormat): Duplex => {
  switch (format) {
    case 'tar':
      return new PassThrough();
    case 'tar.gz':
      return createGzip();
    case 'tar.zst':
      return createZstdCompress();
    default:
      throw new Error(`There is no such format: ${String(format satisfies never)}`);
  }
};

/** A name as text; undefined when its bytes are no UTF-8, which is all that the format holds. */
const textOf = (bytes: string): string | undefined => {
  const buffer = Buffer.from(bytes, 'latin1');
  const text = buffer.toString('utf8');
  return Buffer.from(text, 'utf8').equals(buffer) ? text : undefined;
};

type EntryHeader = Partial<Header> & Pick<Header, 'name'>;

const headersOf = (entry: ScannedEntry, name: string): EntryHeader => {
  const plain = {
    name,
    mode: entry.mode,
    uid: Math.min(entry.uid, plainOwnerBound),
    gid: Math.min(entry.gid, plainOwnerBound),
    mtime: new Date(Math.max(0, Number(entry.mtimeNs / 1_000_000n))),
  };
  const pax = {
    ...(entry.uid > plainOwnerBound ? { uid: String(entry.uid) } : {}),
    ...(entry.gid > plainOwnerBound ? { gid: String(entry.gid) } : {}),
  };
  return Object.keys(pax).length === 0 ? plain : { ...plain, pax };
};

class Export {
  readonly #directory: string;
  readonly #tar: Pack;
  readonly #onProgress: ArchiveProgress | undefined;
  readonly #firstNames = new Map<bigint, string>();
  readonly #unnamed: string[] = [];
  #entries = 0;
  #bytes = 0;

  constructor(directory: string, tar: Pack, options: ExportOptions) {
    this.#directory = directory;
    this.#tar = tar;
    this.#onProgress = options.onProgress;
  }

  #plain(headers: EntryHeader): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tar.entry(headers, (problem) => (problem ? reject(problem) : resolve()));
    });
  }

  /** Puts a file's bytes: as many as its header says, with zeros for what was cut off meanwhile. */
  async #file(entry: ScannedEntry, headers: EntryHeader): Promise<boolean> {
    const file = await openToRead(hostPath(this.#directory, entry.path));
    if (file === undefined) return false;
    try {
      await new Promise<void>((resolve, reject) => {
        const sink = this.#tar.entry({ ...headers, type: 'file', size: entry.size }, (problem) =>
          problem ? reject(problem) : resolve(),
        );
        // What ends an entry comes through its callback too; without a listener it would end the process.
        sink.on('error', reject);
        const send = async (): Promise<void> => {
          for (let position = 0; position < entry.size;) {
            const buffer = Buffer.alloc(Math.min(readBytes, entry.size - position));
            await file.read(buffer, 0, buffer.length, position);
            position += buffer.length;
            if (sink.write(buffer)) continue;
            await new Promise<void>((resume) => {
              const goOn = (): void => {
                sink.off('drain', goOn).off('close', goOn);
                resume();
              };
              sink.on('drain', goOn).on('close', goOn);
            });
            if (sink.destroyed) return;
          }
          sink.end(undefined);
        };
        send().catch(reject);
      });
    } finally {
      await file.close();
    }
    return true;
  }

  async #add(entry: ScannedEntry): Promise<void> {
    const text = entry.path === '' ? '.' : textOf(entry.path);
    const target = entry.kind === 'symlink' ? textOf(entry.target) : '';
    if (text === undefined || target === undefined) {
      this.#unnamed.push(Buffer.from(entry.path, 'latin1').toString('utf8'));
      return;
    }
    const headers = headersOf(entry, entry.kind === 'directory' ? `${text}/` : text);
    const first = entry.kind === 'file' ? this.#firstNames.get(entry.inode) : undefined;
    if (entry.kind === 'directory') await this.#plain({ ...headers, type: 'directory' });
    else if (entry.kind === 'symlink')
      await this.#plain({ ...headers, type: 'symlink', linkname: target });
    else if (first !== undefined) await this.#plain({ ...headers, type: 'link', linkname: first });
    else {
      if (!(await this.#file(entry, headers))) return;
      this.#bytes += entry.size;
      if (entry.linkCount > 1) this.#firstNames.set(entry.inode, text);
    }
    this.#entries += 1;
    this.#onProgress?.(this.#entries, this.#bytes);
  }

  async run(scan: Scan): Promise<ArchiveCount> {
    for (const entry of scan.entries) await this.#add(entry);
    this.#tar.finalize();
    const skipped = scan.leftOut.special + scan.leftOut.mounts;
    return { entries: this.#entries, bytes: this.#bytes, skipped, unnamed: this.#unnamed };
  }
}

/**
 * Writes what a directory holds to a stream, as a tar that every tar reads, and ends the stream. Links are not followed;
 * sockets, named pipes, devices and other file systems are left out and counted. A DomainError when the host refuses to
 * read or to write.
 */
export const exportArchive = async (
  directory: string,
  out: Writable,
  format: ArchiveFormat,
  options: ExportOptions = {},
): Promise<ArchiveCount | DomainError> =>
  orHostProblem(`${directory} cannot be exported`, async () => {
    const scan = await scanDirectory(directory);
    if (isDomainError(scan)) return scan;
    const tar = pack();
    const ending = new AbortController();
    // The library's streams are used as Node's, as it documents; its types do not say so.
    const tarStream = tar as unknown as NodeJS.ReadableStream;
    const sending = pipeline(tarStream, compressionOf(format), out, { signal: ending.signal });
    const running = new Export(directory, tar, options).run(scan);
    const [count, sent] = await Promise.allSettled([
      running.catch((problem: unknown) => {
        ending.abort();
        throw problem;
      }),
      sending,
    ]);
    // When the stream is gone, the writing of entries fails too, and the stream's problem is the reason.
    if (sent.status === 'rejected' && !ending.signal.aborted) throw sent.reason;
    if (count.status === 'rejected') throw count.reason;
    if (sent.status === 'rejected') throw sent.reason;
    return count.value;
  });
