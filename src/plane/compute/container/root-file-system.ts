import { readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A directory of the host that a container has at a place of its own. */
export interface BindMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** With what is mounted below it. */
  readonly recursive: boolean;
}

/** What the first level of a root file system has. */
export interface TopLevel {
  readonly directories: readonly string[];
  readonly links: readonly { readonly name: string; readonly target: string }[];
}

/** What the engine makes for each container, and what is no directory of programs. */
const notShared: ReadonlySet<string> = new Set([
  'boot',
  'dev',
  'lost+found',
  'media',
  'mnt',
  'proc',
  'run',
  'sys',
  'tmp',
]);

/** The directories and links of a root. */
export const topLevelOf = async (root: string): Promise<TopLevel> => {
  const entries = await readdir(root, { withFileTypes: true });
  const links = await Promise.all(
    entries
      .filter((entry) => entry.isSymbolicLink())
      .map(async ({ name }) => ({ name, target: await readlink(join(root, name)) })),
  );
  return {
    directories: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    links,
  };
};

/** Octal escapes stand for spaces and the like. Source: proc(5), /proc/[pid]/mountinfo. */
const unescape = (path: string): string =>
  path.replaceAll(/\\(?<code>[0-7]{3})/g, (_, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 8)),
  );

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Where file systems are mounted below the shared directories; a mount of a single file is none of them. */
const mountPointsBelow = (tops: readonly string[]): readonly string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((path) => tops.some((top) => path.startsWith(`/${top}/`)) && isDirectory(path));

const outermost = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths)].toSorted((a, b) => a.length - b.length);

/**
 * The host's own programs and files in a container, to be read and not written. As root each file system is bound by
 * itself, so that all of them are read-only. Without root the kernel binds a directory only with all that is mounted
 * below it, and what is mounted there stays as writable as it is to this user.
 */
export const hostMounts = (tops: readonly string[], isRoot: boolean): readonly BindMount[] => {
  const paths = tops.map((top) => `/${top}`);
  const all = isRoot ? outermost([...paths, ...mountPointsBelow(tops)]) : paths;
  return all.map((path) => ({ source: path, target: path, readOnly: true, recursive: !isRoot }));
};

/**
 * Makes an empty root with the host's first level, for a container whose disk holds no root file system. It is new at
 * each boot: what a program writes into `/tmp` or `/run` is gone then.
 */
export const makeSkeleton = async (root: string): Promise<TopLevel> => {
  const host = await topLevelOf('/');
  // Nothing is mounted here but in containers, which have ended.
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  const shared = host.directories.filter((name) => !notShared.has(name));
  for (const name of [...shared, 'dev', 'proc', 'run', 'sys', 'tmp', 'volumes'])
    await mkdir(join(root, name), { recursive: true, ...(name === 'tmp' ? { mode: 0o777 } : {}) });
  for (const { name, target } of host.links) await symlink(target, join(root, name));
  return { directories: shared, links: host.links };
};
