import {
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rmdir,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { DomainError } from '../../../world/domain-error.ts';
import { isSystemProblem, orHostProblem } from '../../system-problem.ts';
import type { VolumeDirectories } from './volume-directories.ts';

const orMissing = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (problem) {
    if (isSystemProblem(problem) && ['ENOENT', 'ENOTDIR'].includes(problem.code ?? ''))
      return undefined;
    throw problem;
  }
};

/** How often a name is counted on for what stands in a link's way. */
const asideBound = 10_000;

/**
 * Links that lead to the directory of a volume which several instances may have: it stays at home, and each finds it at the place
 * of its own attachment. A file `links` beside its home lists them, written before any is made, so that a crash leaves none that
 * nobody knows of. Calls for one volume must not overlap.
 */
export class VolumeLinks {
  readonly #data: string;
  readonly #instances: string;
  readonly #volumes: VolumeDirectories;

  /** `dataDirectory`: the world's. */
  constructor(dataDirectory: string, volumes: VolumeDirectories) {
    this.#data = resolve(dataDirectory);
    this.#instances = join(this.#data, 'instances');
    this.#volumes = volumes;
  }

  /** Lets links lead to a volume at these places alone. What is at one of them is moved aside, to `<name>.before-attach-N`. */
  lead(volumeId: string, places: readonly string[]): Promise<DomainError | undefined> {
    return orHostProblem(`Links to the volume ${volumeId} cannot be made`, async () => {
      const wanted = places.map((place) => resolve(place));
      const strange = wanted.find((place) => !place.startsWith(this.#instances + sep));
      if (strange !== undefined)
        return new DomainError('InternalError', `${strange} is not a place for a volume.`);
      const located = await this.#volumes.locate(volumeId);
      if (located === undefined)
        return new DomainError('InternalError', `The volume ${volumeId} has no directory.`);
      const known = await this.#recorded(volumeId);
      await this.#record(volumeId, [...new Set([...known, ...wanted])]);
      for (const place of known) {
        if (!wanted.includes(place)) await this.#remove(place, located.path);
      }
      for (const place of wanted) {
        const problem = await this.#make(place, located.path);
        if (problem !== undefined) return problem;
      }
      await this.#record(volumeId, wanted);
      return undefined;
    });
  }

  #recordOf(volumeId: string): string {
    return join(this.#volumes.folder(volumeId), 'links');
  }

  async #recorded(volumeId: string): Promise<readonly string[]> {
    const text = await orMissing(readFile(this.#recordOf(volumeId), 'utf8'));
    return (text ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => resolve(this.#data, line))
      .filter((place) => place.startsWith(this.#instances + sep));
  }

  async #record(volumeId: string, places: readonly string[]): Promise<void> {
    const lines = places.map((place) => `${relative(this.#data, place)}\n`);
    const record = this.#recordOf(volumeId);
    await writeFile(`${record}.new`, lines.join(''), { mode: 0o600 });
    await rename(`${record}.new`, record);
  }

  /** Whether there is a link to that directory. */
  async #leadsTo(place: string, directory: string): Promise<boolean> {
    const stat = await orMissing(lstat(place));
    return stat?.isSymbolicLink() === true && (await readlink(place)) === directory;
  }

  async #remove(place: string, directory: string): Promise<void> {
    if (await this.#leadsTo(place, directory)) await orMissing(unlink(place));
  }

  async #make(place: string, directory: string): Promise<DomainError | undefined> {
    if (await this.#leadsTo(place, directory)) return undefined;
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    for (let above = dirname(place); above !== this.#instances; above = dirname(above)) {
      if ((await orMissing(lstat(above)))?.isDirectory() !== true)
        return new DomainError('InternalError', `${place} is behind a link.`);
    }
    await this.#clear(place);
    await symlink(directory, place);
    return undefined;
  }

  async #clear(place: string): Promise<void> {
    const there = await orMissing(lstat(place));
    if (there === undefined) return;
    if (there.isDirectory() && (await readdir(place)).length === 0) return rmdir(place);
    for (let count = 1; count <= asideBound; count += 1) {
      const aside = `${place}.before-attach-${count}`;
      if ((await orMissing(lstat(aside))) !== undefined) continue;
      await rename(place, aside);
      return;
    }
    throw new Error(`There are ${asideBound} names already beside ${place}.`);
  }
}
