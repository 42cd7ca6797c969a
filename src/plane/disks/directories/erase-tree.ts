import { chmod, lstat, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { isSystemProblem } from '../../system-problem.ts';

/** Deeper directories are moved up first: a program can nest them until no path reaches them. */
const depthBound = 10;

const separator = Buffer.from('/');

const orMissing = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (problem) {
    if (isSystemProblem(problem) && ['ENOENT', 'ENOTDIR'].includes(problem.code ?? ''))
      return undefined;
    throw problem;
  }
};

const isForbidden = (problem: unknown): boolean =>
  isSystemProblem(problem) && ['EACCES', 'EPERM'].includes(problem.code ?? '');

/** Lists a directory; one that its owner has closed is opened first. */
const namesIn = async (directory: Buffer): Promise<readonly Buffer[]> => {
  try {
    await chmod(directory, 0o700);
  } catch (problem) {
    // Whose directory it is not may still list it.
    if (!isForbidden(problem)) return [];
  }
  return (await orMissing(readdir(directory, { encoding: 'buffer' }))) ?? [];
};

/**
 * Removes a file, or a directory with all that is in it. Links are removed, never followed. Directories may be nested as
 * deep as they like: those that are too deep are moved beside the one that is removed. Nothing there is well.
 */
export const eraseTree = async (path: string): Promise<void> => {
  const waiting: Buffer[] = [Buffer.from(path)];
  let moved = 0;
  const eraseDirectory = async (directory: Buffer, depth: number): Promise<void> => {
    for (const name of await namesIn(directory)) {
      const place = Buffer.concat([directory, separator, name]);
      const stat = await orMissing(lstat(place));
      if (stat === undefined) continue;
      if (!stat.isDirectory()) await orMissing(unlink(place));
      else if (depth < depthBound) await eraseDirectory(place, depth + 1);
      else {
        moved += 1;
        const aside = Buffer.from(`${path}.deep-${moved}`);
        await orMissing(rename(place, aside));
        waiting.push(aside);
      }
    }
    await orMissing(rmdir(directory));
  };
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const stat = await orMissing(lstat(next));
    if (stat?.isDirectory() === true) await eraseDirectory(next, 0);
    else if (stat !== undefined) await orMissing(unlink(next));
  }
};
