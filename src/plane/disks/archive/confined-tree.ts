import { constants } from 'node:fs';
import {
  chmod,
  lchown,
  link,
  lstat,
  lutimes,
  mkdir,
  open,
  symlink,
  unlink,
} from 'node:fs/promises';
import { DomainError } from '../../../world/domain-error.ts';
import { isSystemProblem } from '../../system-problem.ts';
import { hostPath } from '../contents/scan-directory.ts';
import { treeBounds } from '../contents/volume-tree.ts';
import type { BytePath } from '../contents/volume-tree.ts';
import { badArchive, shownName } from './archive-bounds.ts';

/** Of an entry: whose it is, its modes and when it was changed. */
export interface EntryOwner {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Since 1970. */
  readonly mtimeSeconds: number;
}

const isSuperuser = process.geteuid?.() === 0;

const create = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * The path below a directory that a name of an archive stands for: `/` and `./` before it mean nothing. Undefined when the
 * name leads elsewhere or cannot be one.
 */
export const pathInside = (name: BytePath): BytePath | undefined => {
  const names = name.split('/').filter((part) => part !== '' && part !== '.');
  const path = names.join('/');
  const isFine = names.every(
    (part) => part !== '..' && part.length <= treeBounds.nameBytes && !part.includes('\0'),
  );
  return isFine && path.length <= treeBounds.pathBytes ? path : undefined;
};

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/**
 * Makes files below a directory in which nobody else works, whatever names they have: every directory on the way to one is
 * a real one that was made here, so that nothing is ever written through a link. A later entry takes the place of an
 * earlier one of the same name, as tar has it.
 */
export class ConfinedTree {
  readonly #root: string;
  /** Directories that were made here, and how they are to be in the end. */
  readonly #directories = new Map<BytePath, EntryOwner | undefined>([['', undefined]]);

  constructor(root: string) {
    this.#root = root;
  }

  #place(path: BytePath): Buffer {
    return hostPath(this.#root, path);
  }

  async #makeDirectory(path: BytePath): Promise<DomainError | undefined> {
    if (this.#directories.has(path)) return undefined;
    const above = await this.#makeDirectory(parentOf(path));
    if (above !== undefined) return above;
    try {
      await mkdir(this.#place(path), { mode: 0o700 });
    } catch (problem) {
      if (!isSystemProblem(problem) || problem.code !== 'EEXIST') throw problem;
      return badArchive(
        `${shownName(path)} is a directory in one place and a file or a link in another`,
      );
    }
    this.#directories.set(path, undefined);
    return undefined;
  }

  /**
   * Makes an entry once the directories above it are there. What has its name already, unless it is a directory, is removed
   * then: mostly nothing has.
   */
  async #make<T>(path: BytePath, act: () => Promise<T>): Promise<T | DomainError> {
    if (path === '' || this.#directories.has(path))
      return badArchive(`${shownName(path)} is a directory in one place and none in another`);
    const above = await this.#makeDirectory(parentOf(path));
    if (above !== undefined) return above;
    try {
      return await act();
    } catch (problem) {
      if (!isSystemProblem(problem) || problem.code !== 'EEXIST') throw problem;
    }
    await unlink(this.#place(path));
    return act();
  }

  async directory(path: BytePath, owner: EntryOwner): Promise<DomainError | undefined> {
    if (path !== '' && !this.#directories.has(path)) {
      const made = await this.#make(path, () => mkdir(this.#place(path), { mode: 0o700 }));
      if (made instanceof DomainError) return made;
    }
    this.#directories.set(path, owner);
    return undefined;
  }

  /** Makes a file of the bytes that come. */
  async file(
    path: BytePath,
    owner: EntryOwner,
    bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<DomainError | undefined> {
    const file = await this.#make(path, () => open(this.#place(path), create, 0o600));
    if (file instanceof DomainError) return file;
    try {
      for await (const part of bytes)
        for (let from = 0; from < part.length;)
          from += (await file.write(part, from, part.length - from)).bytesWritten;
      if (isSuperuser) await file.chown(owner.uid, owner.gid);
      await file.chmod(owner.mode);
      await file.utimes(owner.mtimeSeconds, owner.mtimeSeconds);
    } finally {
      await file.close();
    }
    return undefined;
  }

  /** Makes a symbolic link, wherever it leads: it is not followed here. */
  async symbolicLink(
    path: BytePath,
    owner: EntryOwner,
    target: BytePath,
  ): Promise<DomainError | undefined> {
    if (target === '' || target.includes('\0') || target.length > treeBounds.pathBytes)
      return badArchive(`${shownName(path)} is a link to nothing`);
    const place = this.#place(path);
    const made = await this.#make(path, () => symlink(Buffer.from(target, 'latin1'), place));
    if (made instanceof DomainError) return made;
    if (isSuperuser) await lchown(place, owner.uid, owner.gid);
    await lutimes(place, owner.mtimeSeconds, owner.mtimeSeconds);
    return undefined;
  }

  /** Makes a further name of a file that was made here before. */
  async hardLink(path: BytePath, target: BytePath): Promise<DomainError | undefined> {
    const unknown = badArchive(
      `${shownName(path)} is a further name of ${shownName(target)}, which is no file in it`,
    );
    if (!this.#directories.has(parentOf(target)) || this.#directories.has(target)) return unknown;
    if (path === target) return undefined;
    try {
      const stat = await lstat(this.#place(target));
      if (!stat.isFile() && !stat.isSymbolicLink()) return unknown;
    } catch (problem) {
      if (!isSystemProblem(problem) || problem.code !== 'ENOENT') throw problem;
      return unknown;
    }
    const made = await this.#make(path, () => link(this.#place(target), this.#place(path)));
    return made instanceof DomainError ? made : undefined;
  }

  /** Gives the directories their modes and times, now that nothing more is made in them. */
  async finish(): Promise<void> {
    const unnamed: EntryOwner = { mode: 0o755, uid: 0, gid: 0, mtimeSeconds: 0 };
    for (const path of [...this.#directories.keys()].sort().toReversed()) {
      const named = this.#directories.get(path);
      const owner = named ?? unnamed;
      const place = this.#place(path);
      if (isSuperuser) await lchown(place, owner.uid, owner.gid);
      await chmod(place, owner.mode);
      if (named !== undefined) await lutimes(place, owner.mtimeSeconds, owner.mtimeSeconds);
    }
  }
}
