import { mkdir, readFile, readdir, rename, rmdir, rm, lstat, open } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import { isSystemProblem, orHostProblem } from '../../system-problem.ts';
import { eraseTree } from './erase-tree.ts';

/** What a volume is called; nothing else becomes a name in the file system. */
const volumeIdPattern = /^vol-[0-9a-f]{1,32}$/;

/** Beside the volumes: what is being removed. */
const erasingName = '.erasing';

/** How often a name is counted on for what stands in a volume's way. */
const asideBound = 10_000;

/** A volume and where its bytes are. */
export interface LocatedVolume {
  readonly volumeId: string;
  /** Absolute: where the bytes are now. */
  readonly path: string;
  /** Whether it is at the place of its attachment, and not at home. */
  readonly isPlaced: boolean;
}

const statOrMissing = async (path: string): Promise<Stats | undefined> => {
  try {
    return await lstat(path);
  } catch (problem) {
    if (isSystemProblem(problem) && ['ENOENT', 'ENOTDIR'].includes(problem.code ?? ''))
      return undefined;
    throw problem;
  }
};

const isDirectory = async (path: string): Promise<boolean> =>
  (await statOrMissing(path))?.isDirectory() === true;

/** Makes what happened to the names in a directory survive a loss of the host's power. */
const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

/**
 * Where volumes are: a volume is a directory, at home in `<data>/volumes/<id>/contents`, or at the place of its attachment
 * below `<data>/instances`. Attaching and detaching is a rename; a file `place` beside its home says where it is when it is
 * not at home. At any moment exactly one of both exists, so that a crash leaves no doubt: what is at home is at home.
 * Calls for one volume must not overlap.
 */
export class VolumeDirectories {
  readonly #data: string;
  readonly #volumes: string;
  readonly #instances: string;

  /** `dataDirectory`: the world's; one process at a time has it. */
  constructor(dataDirectory: string) {
    this.#data = resolve(dataDirectory);
    this.#volumes = join(this.#data, 'volumes');
    this.#instances = join(this.#data, 'instances');
  }

  /** The directory of what is kept about a volume beside its bytes: it stays where it is and goes with the volume. */
  folder(volumeId: string): string {
    if (!volumeIdPattern.test(volumeId)) throw new Error(`${volumeId} is no id of a volume.`);
    return join(this.#volumes, volumeId);
  }

  #home(volumeId: string): string {
    return join(this.folder(volumeId), 'contents');
  }

  #placeRecord(volumeId: string): string {
    return join(this.folder(volumeId), 'place');
  }

  /** The place that is written down for a volume; a record that cannot be one counts as none. */
  async #recordedPlace(volumeId: string): Promise<string | undefined> {
    let text: string;
    try {
      text = await readFile(this.#placeRecord(volumeId), 'utf8');
    } catch (problem) {
      if (isSystemProblem(problem) && ['ENOENT', 'ENOTDIR'].includes(problem.code ?? ''))
        return undefined;
      throw problem;
    }
    const place = resolve(this.#data, text.trimEnd());
    return this.#isBelowInstances(place) ? place : undefined;
  }

  #isBelowInstances(path: string): boolean {
    return path.startsWith(this.#instances + sep);
  }

  async #recordPlace(volumeId: string, place: string): Promise<void> {
    const folder = this.folder(volumeId);
    const file = await open(join(folder, 'place.new'), 'w', 0o600);
    try {
      await file.writeFile(`${relative(this.#data, place)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(join(folder, 'place.new'), this.#placeRecord(volumeId));
    await syncDirectory(folder);
  }

  async #makeFolder(volumeId: string): Promise<string> {
    const folder = this.folder(volumeId);
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) {
      await syncDirectory(this.#volumes);
      await syncDirectory(this.#data);
    }
    return folder;
  }

  /** Where a volume is; undefined when its bytes are nowhere, since it was not made yet or a program removed them. */
  async locate(volumeId: string): Promise<LocatedVolume | undefined> {
    const home = this.#home(volumeId);
    if (await isDirectory(home)) return { volumeId, path: home, isPlaced: false };
    const place = await this.#recordedPlace(volumeId);
    if (place === undefined || !(await isDirectory(place))) return undefined;
    return { volumeId, path: place, isPlaced: true };
  }

  /**
   * Takes a directory that is there as the volume at this place, if nothing is known of the volume: the disk of an instance
   * from before disks were volumes. Says whether it did.
   */
  async adopt(volumeId: string, place: string): Promise<boolean> {
    const path = resolve(place);
    if (!this.#isBelowInstances(path) || !(await isDirectory(path))) return false;
    if (await isDirectory(this.#home(volumeId))) return false;
    if ((await this.#recordedPlace(volumeId)) !== undefined) return false;
    if ((await this.#whoIsAt(path)) !== undefined) return false;
    await this.#makeFolder(volumeId);
    await this.#recordPlace(volumeId, path);
    return true;
  }

  /** Makes an empty volume at home, if it is nowhere; gives where it is. */
  create(volumeId: string): Promise<string | DomainError> {
    return this.createFrom(volumeId, () => Promise.resolve(undefined));
  }

  /**
   * Makes a volume with the contents that `fill` writes into the empty directory that it is given, if the volume is nowhere;
   * gives where it is. It appears when it is complete, or not at all: what a crash left half done is made anew.
   */
  async createFrom(
    volumeId: string,
    fill: (directory: string) => Promise<DomainError | undefined>,
  ): Promise<string | DomainError> {
    return orHostProblem(`The volume ${volumeId} cannot be made`, async () => {
      const located = await this.locate(volumeId);
      if (located !== undefined) return located.path;
      const folder = await this.#makeFolder(volumeId);
      await rm(this.#placeRecord(volumeId), { force: true });
      const unfinished = join(folder, 'restoring');
      await eraseTree(unfinished);
      await mkdir(unfinished, { mode: 0o755 });
      const problem = await fill(unfinished);
      if (problem !== undefined) {
        await eraseTree(unfinished);
        return problem;
      }
      await rename(unfinished, this.#home(volumeId));
      await syncDirectory(folder);
      return this.#home(volumeId);
    });
  }

  async #ids(): Promise<readonly string[]> {
    if (!(await isDirectory(this.#volumes))) return [];
    return (await readdir(this.#volumes)).filter((name) => volumeIdPattern.test(name)).sort();
  }

  /** The volume at a place. All are asked only when something is there: with many volumes that is what takes long. */
  async #whoIsAt(place: string): Promise<string | undefined> {
    if ((await statOrMissing(place)) === undefined) return undefined;
    for (const volumeId of await this.#ids()) {
      const located = await this.locate(volumeId);
      if (located?.isPlaced === true && located.path === place) return volumeId;
    }
    return undefined;
  }

  /** Moves aside what a program made where a volume is to go. An empty directory just goes. */
  async #clear(place: string): Promise<void> {
    const there = await statOrMissing(place);
    if (there === undefined) return;
    if (there.isDirectory() && (await readdir(place)).length === 0) {
      await rmdir(place);
      return;
    }
    for (let count = 1; count <= asideBound; count += 1) {
      const aside = `${place}.before-attach-${count}`;
      if ((await statOrMissing(aside)) !== undefined) continue;
      await rename(place, aside);
      return;
    }
    throw new Error(`There are ${asideBound} names already beside ${place}.`);
  }

  /** Whether every directory above a place is a real one, so that nothing leads out of the instances' directory. */
  async #isReal(place: string): Promise<boolean> {
    for (let above = dirname(place); above !== this.#instances; above = dirname(above))
      if (!(await isDirectory(above))) return false;
    return true;
  }

  /**
   * Brings a volume to the place of its attachment, from wherever it is. Something else that is there is moved aside, to
   * `<name>.before-attach-N`. A DomainError when the volume is nowhere, another volume is at the place, or the host refuses.
   */
  async place(volumeId: string, place: string): Promise<DomainError | undefined> {
    const path = resolve(place);
    if (!this.#isBelowInstances(path))
      return new DomainError('InternalError', `${place} is not a place for a volume.`);
    return orHostProblem(`The volume ${volumeId} cannot be brought to ${place}`, async () => {
      const located = await this.locate(volumeId);
      if (located === undefined)
        return new DomainError('InternalError', `The volume ${volumeId} has no directory.`);
      if (located.isPlaced && located.path === path) return undefined;
      const other = await this.#whoIsAt(path);
      if (other !== undefined)
        return new DomainError('InternalError', `The volume ${other} is at ${place}.`);
      if (located.isPlaced) {
        const problem = await this.takeHome(volumeId);
        if (problem !== undefined) return problem;
      }
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      if (!(await this.#isReal(path)))
        return new DomainError('InternalError', `${place} is behind a link.`);
      await this.#clear(path);
      await this.#recordPlace(volumeId, path);
      await rename(this.#home(volumeId), path);
      await syncDirectory(dirname(path));
      await syncDirectory(this.folder(volumeId));
      return undefined;
    });
  }

  /** Brings a volume back home, from wherever it is. One that is at home, or nowhere, stays so. */
  async takeHome(volumeId: string): Promise<DomainError | undefined> {
    return orHostProblem(`The volume ${volumeId} cannot be brought home`, async () => {
      const located = await this.locate(volumeId);
      if (located?.isPlaced === true) {
        await rename(located.path, this.#home(volumeId));
        await syncDirectory(this.folder(volumeId));
        await syncDirectory(dirname(located.path));
      }
      // Only now: until the volume was home, this was all that told where it is.
      await rm(this.#placeRecord(volumeId), { force: true });
      return undefined;
    });
  }

  /** Removes a volume with all that is kept of it, wherever it is. It is gone at once, and its space a little later. */
  async erase(volumeId: string): Promise<DomainError | undefined> {
    return orHostProblem(`The volume ${volumeId} cannot be removed`, async () => {
      const home = await this.takeHome(volumeId);
      if (isDomainError(home)) return home;
      const folder = this.folder(volumeId);
      if (!(await isDirectory(folder))) return undefined;
      const erasing = join(this.#volumes, erasingName);
      await mkdir(erasing, { recursive: true, mode: 0o700 });
      const doomed = join(erasing, volumeId);
      await eraseTree(doomed);
      await rename(folder, doomed);
      await syncDirectory(this.#volumes);
      await eraseTree(doomed);
      return undefined;
    });
  }

  /** All volumes that are somewhere, in the order of their ids. */
  async list(): Promise<readonly LocatedVolume[]> {
    const located = await Promise.all((await this.#ids()).map((id) => this.locate(id)));
    return located.filter((volume) => volume !== undefined);
  }

  /**
   * Removes what no volume owns, after a crash: volumes for which `isKnown` does not hold, asked right before each is removed,
   * and what was being removed. What was being made goes when it is made anew. Volumes that are known may be made, placed
   * and removed meanwhile. Gives the ids of what was removed.
   */
  async sweep(isKnown: (volumeId: string) => boolean): Promise<readonly string[] | DomainError> {
    return orHostProblem('What is left of volumes cannot be removed', async () => {
      const removed: string[] = [];
      const erasing = join(this.#volumes, erasingName);
      const halfErased = (await isDirectory(erasing)) ? await readdir(erasing) : [];
      for (const volumeId of await this.#ids()) {
        if (isKnown(volumeId)) continue;
        const problem = await this.erase(volumeId);
        if (problem !== undefined) return problem;
        removed.push(volumeId);
      }
      for (const name of halfErased) await eraseTree(join(erasing, name));
      return removed;
    });
  }
}
