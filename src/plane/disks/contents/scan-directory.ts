import type { BigIntStats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import { isSystemProblem } from '../../system-problem.ts';
import { compareBytes, treeBounds } from './volume-tree.ts';
import type { BytePath } from './volume-tree.ts';

/** How many questions about files are under way at once. */
const overlappingQuestions = 64;

/** What a directory holds at a path, as the file system says it. */
export interface ScannedEntry {
  readonly kind: 'directory' | 'file' | 'symlink';
  readonly path: BytePath;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly inode: bigint;
  readonly linkCount: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** Of a symbolic link. */
  readonly target: BytePath;
}

/** What of a directory is not taken into a volume. */
export interface LeftOut {
  /** Sockets, named pipes and devices. */
  special: number;
  /** What was gone when its turn came. */
  vanished: number;
  /** Directories on which another file system is mounted: they are taken as empty ones. */
  mounts: number;
}

export interface Scan {
  /** In ascending order of their paths' bytes, the root first. */
  readonly entries: readonly ScannedEntry[];
  readonly leftOut: LeftOut;
}

/** The bytes by which the host knows a path below a directory. */
export const hostPath = (directory: string, path: BytePath): Buffer =>
  path === ''
    ? Buffer.from(directory)
    : Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, 'latin1')]);

/** What is shown of a path to people. */
const shownPath = (path: BytePath): string => Buffer.from(path, 'latin1').toString('utf8');

/** Whether the host says that something is not there, or no longer what it was. */
export const isGone = (problem: unknown): boolean =>
  isSystemProblem(problem) && ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(problem.code ?? '');

const orGone = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (problem) {
    if (isGone(problem)) return undefined;
    throw problem;
  }
};

const kindOf = (stat: BigIntStats): ScannedEntry['kind'] | undefined => {
  if (stat.isDirectory()) return 'directory';
  if (stat.isFile()) return 'file';
  return stat.isSymbolicLink() ? 'symlink' : undefined;
};

const describe = (
  path: BytePath,
  kind: ScannedEntry['kind'],
  stat: BigIntStats,
  target: BytePath,
): ScannedEntry => ({
  kind,
  path,
  mode: Number(stat.mode & 0o7777n),
  uid: Number(stat.uid),
  gid: Number(stat.gid),
  size: Number(stat.size),
  inode: stat.ino,
  linkCount: Number(stat.nlink),
  mtimeNs: stat.mtimeNs,
  ctimeNs: stat.ctimeNs,
  target,
});

class Scanner {
  readonly #directory: string;
  readonly entries: ScannedEntry[] = [];
  readonly leftOut: LeftOut = { special: 0, vanished: 0, mounts: 0 };
  #device = 0n;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async #look(path: BytePath): Promise<ScannedEntry | undefined> {
    const place = hostPath(this.#directory, path);
    const stat = await orGone(lstat(place, { bigint: true }));
    const kind = stat === undefined ? undefined : kindOf(stat);
    if (stat === undefined) this.leftOut.vanished += 1;
    else if (kind === undefined) this.leftOut.special += 1;
    if (stat === undefined || kind === undefined) return undefined;
    if (path === '') this.#device = stat.dev;
    if (stat.dev !== this.#device) {
      this.leftOut.mounts += 1;
      return kind === 'directory'
        ? { ...describe(path, kind, stat, ''), linkCount: -1 }
        : undefined;
    }
    if (kind !== 'symlink') return describe(path, kind, stat, '');
    const target = await orGone(readlink(place, { encoding: 'buffer' }));
    if (target === undefined) this.leftOut.vanished += 1;
    return target && describe(path, kind, stat, target.toString('latin1'));
  }

  /** Lists one directory; what it gives are the directories in it. */
  async #list(path: BytePath): Promise<readonly BytePath[] | DomainError> {
    const place = hostPath(this.#directory, path);
    const names = (await orGone(readdir(place, { encoding: 'buffer' }))) ?? [];
    const below: BytePath[] = [];
    for (let from = 0; from < names.length; from += overlappingQuestions) {
      const paths = names
        .slice(from, from + overlappingQuestions)
        .map((name) => (path === '' ? '' : `${path}/`) + name.toString('latin1'));
      if (paths.some((one) => one.length > treeBounds.pathBytes))
        return new DomainError(
          'InvalidVolume.TooLarge',
          `The volume has a path of more than ${treeBounds.pathBytes} bytes below ${shownPath(path).slice(0, 100)}.`,
        );
      for (const entry of await Promise.all(paths.map((one) => this.#look(one)))) {
        if (entry === undefined) continue;
        this.entries.push(entry);
        if (entry.kind === 'directory' && entry.linkCount !== -1) below.push(entry.path);
      }
      if (this.entries.length > treeBounds.entries)
        return new DomainError(
          'InvalidVolume.TooLarge',
          `The volume has more than ${treeBounds.entries} files and directories.`,
        );
    }
    return below;
  }

  async run(): Promise<DomainError | undefined> {
    const root = await this.#look('');
    if (root?.kind !== 'directory')
      return new DomainError('InternalError', `${this.#directory} is not a directory.`);
    this.entries.push(root);
    const waiting: BytePath[] = [''];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const below = await this.#list(path);
      if (isDomainError(below)) return below;
      for (const one of below) waiting.push(one);
    }
    return undefined;
  }
}

/**
 * Looks at everything below a directory, without following links and without leaving its file system. What vanishes
 * meanwhile is left out. A DomainError when there is more than a volume may hold; host problems are thrown.
 */
export const scanDirectory = async (directory: string): Promise<Scan | DomainError> => {
  const scanner = new Scanner(directory);
  const problem = await scanner.run();
  if (problem !== undefined) return problem;
  const { leftOut } = scanner;
  const entries = scanner.entries.sort((one, other) => compareBytes(one.path, other.path));
  return { entries, leftOut };
};
