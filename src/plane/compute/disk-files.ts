import {
  appendFile,
  chmod,
  lstat,
  mkdir,
  readlink,
  realpath,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CloudConfigFile } from '../../aws/ec2/launch/user-data-files.ts';
import { DomainError } from '../../world/domain-error.ts';
import { isSystemProblem } from '../system-problem.ts';

/** How large a compressed file or user data may become when it is opened. */
const openedBound = 16 * 1024 * 1024;

const exists = async (path: string): Promise<boolean> => {
  try {
    await lstat(path);
    return true;
  } catch (problem) {
    if (isSystemProblem(problem) && problem.code === 'ENOENT') return false;
    throw problem;
  }
};

/** Opens gzip; a DomainError when it is broken or becomes larger than 16 MiB. */
export const openGzip = (bytes: Uint8Array, what: string): Uint8Array | DomainError => {
  try {
    return gunzipSync(bytes, { maxOutputLength: openedBound });
  } catch (problem) {
    if (!(problem instanceof Error && 'code' in problem)) throw problem;
    return new DomainError(
      'InvalidUserData.Malformed',
      `${what} cannot be opened as gzip: ${problem.message}.`,
    );
  }
};

const isBelow = (disk: string, path: string): boolean => path.startsWith(disk + sep);

/**
 * The real path of a file below the disk, with its directories made. Links are followed only while they stay on the
 * disk: a file that user data writes never lands outside.
 */
const placeBelow = async (disk: string, path: string): Promise<string | DomainError> => {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  const outside = new DomainError(
    'InvalidUserData.Malformed',
    `${path} would leave the instance's disk, through ".." or a symbolic link.`,
  );
  if (segments.includes('..')) return outside;
  let place = await realpath(disk);
  const root = place;
  for (const [index, segment] of segments.entries()) {
    const isFile = index === segments.length - 1;
    const next = join(place, segment);
    if (!(await exists(next))) {
      if (!isFile) await mkdir(next);
      place = next;
      continue;
    }
    place = await realpath(next);
    if (!isBelow(root, place)) return outside;
  }
  return place;
};

/** The bytes of a file of `write_files`, opened where they are gzip. */
export const contentOf = (file: CloudConfigFile): Uint8Array | DomainError =>
  file.compressed ? openGzip(file.content, `write_files: ${file.path}`) : file.content;

/**
 * Shows a volume's directory at a place of the disk, by a link. A link that is there already is made anew, since the
 * volume may be another; a directory that holds something stays, and is a DomainError.
 */
export const linkVolume = async (
  disk: string,
  path: string,
  directory: string,
): Promise<DomainError | undefined> => {
  try {
    const at = path.replace(/\/+$/, '');
    const [, parent = '', name = ''] = /^(.*)\/([^/]+)$/.exec(at) ?? [];
    // The place of a name that is not there yet makes the directories above it.
    const above = parent === '' ? await realpath(disk) : await placeBelow(disk, parent);
    if (above instanceof DomainError) return above;
    await mkdir(above, { recursive: true });
    const place = join(above, name);
    if (await exists(place)) {
      if ((await lstat(place)).isSymbolicLink()) {
        if ((await readlink(place)) === directory) return undefined;
        await rm(place);
      } else await rmdir(place);
    }
    await symlink(directory, place);
    return undefined;
  } catch (problem) {
    if (!isSystemProblem(problem)) throw problem;
    return new DomainError(
      'InternalError',
      `mounts: nothing is mounted at ${path}: ${problem.message}.`,
    );
  }
};

/**
 * Writes one file of `write_files` below the disk. What the file system answers (a directory stands in the way, no space)
 * is a DomainError, as is a path that would leave the disk.
 */
export const writeDiskFile = async (
  disk: string,
  file: CloudConfigFile,
): Promise<DomainError | undefined> => {
  const content = contentOf(file);
  if (content instanceof DomainError) return content;
  try {
    const place = await placeBelow(disk, file.path);
    if (place instanceof DomainError) return place;
    await (file.append ? appendFile(place, content) : writeFile(place, content));
    await chmod(place, file.permissions);
    return undefined;
  } catch (problem) {
    if (!isSystemProblem(problem)) throw problem;
    return new DomainError(
      'InternalError',
      `write_files: ${file.path} was not written: ${problem.message}.`,
    );
  }
};
