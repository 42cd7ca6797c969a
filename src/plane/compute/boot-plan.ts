import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  CloudConfigCommand,
  CloudConfigFile,
} from '../../aws/ec2/launch/user-data-cloud-config.ts';
import { readUserData } from '../../aws/ec2/launch/user-data.ts';
import type { UserData, UserDataPart } from '../../aws/ec2/launch/user-data.ts';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import { openGzip, writeDiskFile } from './disk-files.ts';
import { isSystemProblem } from '../system-problem.ts';

/** What a machine does when it is switched on. */
export interface BootPlan {
  /** The main process and its arguments; undefined when user data asks for none. */
  readonly command: readonly [program: string, ...rest: string[]] | undefined;
  /** What the console says about user data before anything runs. */
  readonly notes: readonly string[];
}

interface ScriptFile {
  readonly name: string;
  readonly interpreter: readonly string[];
  readonly content: Uint8Array | string;
}

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

const commandLine = (command: CloudConfigCommand): string =>
  typeof command === 'string' ? command : command.map(quote).join(' ');

/** cloud-init runs commands as one shell script, so that `cd` and variables carry on from one to the next. */
const commandScript = (
  name: string,
  commands: readonly CloudConfigCommand[],
): readonly ScriptFile[] =>
  commands.length === 0
    ? []
    : [
        {
          name,
          interpreter: ['/bin/sh'],
          content: `#!/bin/sh\n${commands.map(commandLine).join('\n')}\n`,
        },
      ];

/** The scripts in cloud-init's order: boot commands, the scripts of the parts, then `runcmd`. */
const scriptsOf = (parts: readonly UserDataPart[]): readonly ScriptFile[] => {
  const configs = parts.filter((part) => part.kind === 'cloud-config').map(({ config }) => config);
  const scripts = parts
    .filter((part) => part.kind === 'script')
    .map(({ interpreter, content }, index) => ({
      name: `part-${String(index + 1).padStart(3, '0')}`,
      interpreter,
      content,
    }));
  return [
    ...commandScript(
      'bootcmd',
      configs.flatMap(({ bootCommands }) => bootCommands),
    ),
    ...scripts,
    ...commandScript(
      'runcmd',
      configs.flatMap(({ runCommands }) => runCommands),
    ),
  ];
};

const commandOf = ({ interpreter, name }: ScriptFile, directory: string): readonly string[] => [
  ...interpreter,
  join(directory, name),
];

/** One script that runs the others in order; one that fails does not stop the rest, as with cloud-init. */
const mainScript = (scripts: readonly ScriptFile[], directory: string): string =>
  scripts
    .map((script, index) => {
      const line = commandOf(script, directory).map(quote).join(' ');
      return index === scripts.length - 1
        ? `exec ${line}`
        : `${line} || echo "faultline: ${script.name} ended with code $?"`;
    })
    .join('\n');

const writeScripts = async (
  scripts: readonly ScriptFile[],
  directory: string,
  seenAs: string,
): Promise<BootPlan['command']> => {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  // Node decides how to read a script without a suffix by the nearest package.json; one that says nothing keeps a
  // project around the data directory from deciding it.
  await writeFile(join(directory, 'package.json'), '{}\n');
  const main = {
    name: 'main',
    interpreter: ['/bin/sh'],
    content: `#!/bin/sh\n${mainScript(scripts, seenAs)}\n`,
  };
  const all = scripts.length > 1 ? [...scripts, main] : scripts;
  for (const { name, content } of all)
    await writeFile(join(directory, name), content, { mode: 0o700 });
  const last = all.at(-1);
  if (last === undefined) return undefined;
  const [program = '/bin/sh', ...rest] = commandOf(last, seenAs);
  return [program, ...rest];
};

const read = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (problem) {
    if (isSystemProblem(problem) && problem.code === 'ENOENT') return '';
    throw problem;
  }
};

/**
 * Writes the files of `write_files` once for each user data, as cloud-init does once for each instance: at a later boot
 * the disk has them, and what the instance made of them.
 */
const writeFilesOnce = async (
  files: readonly CloudConfigFile[],
  userData: Uint8Array,
  directories: BootDirectories,
): Promise<DomainError | undefined> => {
  if (files.length === 0) return undefined;
  const written = join(directories.machine, 'written-user-data');
  const digest = createHash('sha256').update(userData).digest('hex');
  if ((await read(written)) === digest) return undefined;
  for (const file of files) {
    const problem = await writeDiskFile(directories.disk, file);
    if (problem !== undefined) return problem;
  }
  await writeFile(written, digest);
  return undefined;
};

/** Where a machine keeps its things. */
export interface BootDirectories {
  /** The instance's disk. */
  readonly disk: string;
  /** What belongs to the machine and not to the disk: scripts, temporary files, console. */
  readonly machine: string;
  /** Where the machine itself sees that directory, when it sees it at another place. */
  readonly machineSeenAs?: string;
}

const openUserData = (userData: Uint8Array | undefined): UserData | DomainError => {
  const outer = readUserData(userData);
  if (outer.kind !== 'compressed' || userData === undefined) return outer;
  const opened = openGzip(userData, 'user data');
  return opened instanceof DomainError ? opened : readUserData(opened);
};

const refused = (problem: DomainError): BootPlan => ({
  command: undefined,
  notes: [problem.message, 'the machine runs, without anything of its user data'],
});

/**
 * Makes disk, files and scripts ready and says what to run. User data that is not understood leads to a machine that
 * runs nothing and says why on its console: a real one boots too when cloud-init fails.
 */
export const prepareBoot = async (
  userData: Uint8Array | undefined,
  directories: BootDirectories,
): Promise<BootPlan> => {
  const opened = openUserData(userData);
  if (isDomainError(opened)) return refused(opened);
  switch (opened.kind) {
    case 'absent':
      return { command: undefined, notes: ['no user data'] };
    case 'compressed':
      return refused(new DomainError('InvalidUserData.Malformed', 'user data is gzip inside gzip'));
    case 'ignored':
      return { command: undefined, notes: [`user data is not run: ${opened.why}`] };
    case 'parts': {
      const files = opened.parts.flatMap((part) =>
        part.kind === 'cloud-config' ? part.config.files : [],
      );
      const problem = await writeFilesOnce(files, userData ?? new Uint8Array(), directories);
      if (problem !== undefined) return refused(problem);
      const command = await writeScripts(
        scriptsOf(opened.parts),
        join(directories.machine, 'scripts'),
        join(directories.machineSeenAs ?? directories.machine, 'scripts'),
      );
      const notes = opened.leftOut.map((what) => `left out of user data: ${what}`);
      if (command === undefined) notes.push('user data asks for no program');
      return { command, notes };
    }
  }
};
