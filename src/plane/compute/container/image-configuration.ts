import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../../world/domain-error.ts';
import { isSystemProblem } from '../../system-problem.ts';

/** What a container image says about the program in it. Source: OCI Image Format Specification, "Image Configuration". */
export interface ContainerImageConfiguration {
  /** What the image was called when it was imported, for example `nginx:1.27`. */
  readonly reference: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** `NAME=value`. */
  readonly environment: readonly string[];
  readonly workingDirectory: string;
  /** A name or a number, perhaps with a group after a colon; empty is root. */
  readonly user: string;
  /** For example `80/tcp`. A note of the image's author alone: every port that is listened on can be reached. */
  readonly exposedPorts: readonly string[];
}

/** Where an image keeps what its configuration says, seen from the root of its file system. */
const configurationPath = '.faultline/container.json';

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Any object that came as JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that a JSON value is; an empty one when it is none. */
export const jsonObject = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject) // Any object may be read so.
    : {};

/** Reads the configuration from what an engine's API says of an image ("Inspect an image"). */
export const configurationOfImage = (
  reference: string,
  inspected: unknown,
): ContainerImageConfiguration => {
  const config = jsonObject(jsonObject(inspected)['Config']);
  return {
    reference,
    entrypoint: strings(config['Entrypoint']),
    command: strings(config['Cmd']),
    environment: strings(config['Env']),
    workingDirectory: text(config['WorkingDir']),
    user: text(config['User']),
    exposedPorts: Object.keys(jsonObject(config['ExposedPorts'])),
  };
};

/** Writes the configuration into the root file system of its image. */
export const writeConfiguration = async (
  root: string,
  configuration: ContainerImageConfiguration,
): Promise<void> => {
  await mkdir(join(root, '.faultline'), { recursive: true });
  await writeFile(
    join(root, configurationPath),
    `${JSON.stringify(configuration, undefined, 2)}\n`,
  );
};

const parseConfiguration = (written: string): ContainerImageConfiguration | DomainError => {
  try {
    const value = jsonObject(JSON.parse(written));
    return {
      reference: text(value['reference']),
      entrypoint: strings(value['entrypoint']),
      command: strings(value['command']),
      environment: strings(value['environment']),
      workingDirectory: text(value['workingDirectory']),
      user: text(value['user']),
      exposedPorts: strings(value['exposedPorts']),
    };
  } catch (problem) {
    if (!(problem instanceof SyntaxError)) throw problem;
    return new DomainError(
      'InternalError',
      `/${configurationPath} on the disk is no JSON: ${problem.message}.`,
    );
  }
};

/** Whether a disk has something at a path, be it a broken link. */
export const hasFile = async (root: string, path: string): Promise<boolean> => {
  try {
    await lstat(join(root, path));
    return true;
  } catch (problem) {
    if (isSystemProblem(problem) && ['ENOENT', 'ENOTDIR'].includes(problem.code ?? ''))
      return false;
    throw problem;
  }
};

/** What is to run from a disk: undefined when it holds no root file system, so that the host's is used. */
export const readConfiguration = async (
  root: string,
): Promise<ContainerImageConfiguration | DomainError | undefined> => {
  if (await hasFile(root, configurationPath))
    return parseConfiguration(await readFile(join(root, configurationPath), 'utf8'));
  if (!(await hasFile(root, 'bin/sh')) && !(await hasFile(root, 'sbin/init'))) return undefined;
  // A root file system that no container image left: it has no program of its own.
  return {
    reference: '',
    entrypoint: [],
    command: [],
    environment: [],
    workingDirectory: '/',
    user: '',
    exposedPorts: [],
  };
};

const idIn = async (root: string, file: string, name: string, column: number) => {
  if (/^\d*$/.test(name) || !(await hasFile(root, file))) return name;
  const lines = (await readFile(join(root, file), 'utf8')).split('\n');
  const fields = lines.map((entry) => entry.split(':')).find(([first]) => first === name);
  return fields?.[column] ?? name;
};

/**
 * A user, perhaps with a group, as numbers: what an engine cannot look up by itself when it does not see the root file
 * system. What is not listed in `/etc/passwd` or `/etc/group` stays as it is.
 */
export const numericUser = async (root: string, user: string): Promise<string> => {
  const [name = '', group] = user.split(':');
  if (name === '') return '';
  const userId = await idIn(root, 'etc/passwd', name, 2);
  const groupId =
    group === undefined
      ? await idIn(root, 'etc/passwd', name, 3)
      : await idIn(root, 'etc/group', group, 2);
  return groupId === name ? userId : `${userId}:${groupId}`;
};
