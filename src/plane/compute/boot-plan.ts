import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  CloudConfig,
  CloudConfigCommand,
} from '../../aws/ec2/launch/user-data-cloud-config.ts';
import type { CloudConfigFile } from '../../aws/ec2/launch/user-data-files.ts';
import { reasonOf } from '../../aws/ec2/launch/user-data-problem.ts';
import { isDomainError } from '../../world/domain-error.ts';
import { readUserData } from '../../aws/ec2/launch/user-data.ts';
import type { UserDataPart } from '../../aws/ec2/launch/user-data.ts';
import {
  leftToHost,
  setupScript,
  volumeOf,
  type BootSystem,
  type StagedFile,
} from './boot-system.ts';
import { contentOf, linkVolume, openGzip, writeDiskFile } from './disk-files.ts';
import { isSystemProblem } from '../system-problem.ts';

/** What a machine does when it is switched on. */
export interface BootPlan {
  /** The main process and its arguments; undefined when user data asks for none. */
  readonly command: readonly [program: string, ...rest: string[]] | undefined;
  /** What the console says about user data before anything runs. */
  readonly notes: readonly string[];
  /** What of user data is not done here, each with why; the notes have it too. */
  readonly leftOut: readonly string[];
  /** What user data names the machine, where the machine has a name of its own. */
  readonly hostname: string | undefined;
  /** What programs find in their environment because user data asks for it. */
  readonly environment: Readonly<Record<string, string>>;
}

interface ScriptFile {
  /** It runs at the first boot with this user data alone. */
  readonly once?: true;
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

/** The scripts in cloud-init's order: boothooks, boot commands, the system's set-up, the scripts of the parts, then `runcmd`. */
const scriptsOf = (
  parts: readonly UserDataPart[],
  setup: string | undefined,
): readonly ScriptFile[] => {
  const configs = parts.filter((part) => part.kind === 'cloud-config').map(({ config }) => config);
  const all = parts
    .filter((part) => part.kind === 'script')
    .map(({ interpreter, content, when }, index) => ({
      name: `part-${String(index + 1).padStart(3, '0')}`,
      interpreter,
      content,
      when,
      ...(when === 'once' ? { once: true as const } : {}),
    }));
  return [
    ...all.filter(({ when }) => when === 'hook'),
    ...commandScript(
      'bootcmd',
      configs.flatMap(({ bootCommands }) => bootCommands),
    ),
    ...(setup === undefined
      ? []
      : [{ name: 'setup', interpreter: ['/bin/sh'], content: setup, once: true as const }]),
    ...all.filter(({ when }) => when === 'once'),
    ...all.filter(({ when }) => when === 'boot'),
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
const mainScript = (scripts: readonly ScriptFile[], directory: string, done: string): string =>
  scripts
    .map((script, index) => {
      const line = commandOf(script, directory).map(quote).join(' ');
      const told = `${line} || echo "faultline: ${script.name} ended with code $?"`;
      if (script.once === true) {
        const mark = quote(`${done}-${script.name}`);
        return `[ -e ${mark} ] || { : >${mark}; ${told}; }`;
      }
      return index === scripts.length - 1 ? `exec ${line}` : told;
    })
    .join('\n');

const writeScripts = async (
  scripts: readonly ScriptFile[],
  directory: string,
  seenAs: string,
  done: string,
): Promise<BootPlan['command']> => {
  // Node decides how to read a script without a suffix by the nearest package.json; one that says nothing keeps a
  // project around the data directory from deciding it.
  await writeFile(join(directory, 'package.json'), '{}\n');
  const main = {
    name: 'main',
    interpreter: ['/bin/sh'],
    content: `#!/bin/sh\n${mainScript(scripts, seenAs, done)}\n`,
  };
  const all = scripts.length > 1 || scripts[0]?.once === true ? [...scripts, main] : scripts;
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

const digestOf = (userData: Uint8Array): string =>
  createHash('sha256').update(userData).digest('hex');

/**
 * Writes the files of `write_files` once for each user data, as cloud-init does once for each instance: at a later boot
 * the disk has them, and what the instance made of them. Gives what was not written, and why.
 */
const writeFilesOnce = async (
  files: readonly CloudConfigFile[],
  userData: Uint8Array,
  directories: BootDirectories,
): Promise<readonly string[]> => {
  if (files.length === 0) return [];
  const written = join(directories.machine, 'written-user-data');
  const digest = digestOf(userData);
  if ((await read(written)) === digest) return [];
  const problems: string[] = [];
  for (const file of files) {
    const problem = await writeDiskFile(directories.disk, file);
    if (problem !== undefined) problems.push(reasonOf(problem));
  }
  await writeFile(written, digest);
  return problems;
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

/** Puts the contents of deferred files where the machine's own set-up finds them. */
const stage = async (
  files: readonly CloudConfigFile[],
  directory: string,
  seenAs: string,
  leaveOut: (what: string) => void,
): Promise<readonly StagedFile[]> => {
  const staged: StagedFile[] = [];
  for (const [index, file] of files.entries()) {
    const content = contentOf(file);
    if (isDomainError(content)) {
      leaveOut(reasonOf(content));
      continue;
    }
    await writeFile(join(directory, `file-${index}`), content, { mode: 0o600 });
    staged.push({ file, stagedAt: join(seenAs, `file-${index}`) });
  }
  return staged;
};

const linkVolumes = async (
  { mounts }: CloudConfig['system'],
  disk: string,
  environment: BootSystem['environment'],
  leaveOut: (what: string) => void,
): Promise<void> => {
  for (const mount of mounts) {
    const directory = volumeOf(mount, environment);
    if (directory === undefined) {
      leaveOut(`mounts: no volume is attached as ${mount.device}.`);
      continue;
    }
    const problem = await linkVolume(disk, mount.path, directory);
    if (problem !== undefined) leaveOut(reasonOf(problem));
  }
};

/** Keys of the image's own user, who is here whoever runs everything: in its home, the disk. */
const writeOwnKeys = async (
  keys: readonly string[],
  userData: Uint8Array,
  directories: BootDirectories,
  leaveOut: (what: string) => void,
): Promise<void> => {
  const mark = join(directories.machine, 'once', `${digestOf(userData).slice(0, 16)}-keys`);
  if ((await read(mark)) !== '') return;
  const problem = await writeDiskFile(directories.disk, {
    path: '.ssh/authorized_keys',
    content: new TextEncoder().encode(`${keys.join('\n')}\n`),
    compressed: false,
    permissions: 0o600,
    owner: undefined,
    append: true,
    defer: false,
  });
  if (problem !== undefined) leaveOut(reasonOf(problem));
  await writeFile(mark, 'written\n');
};

interface Prepared {
  readonly setup: string | undefined;
  readonly hostname: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly leftOut: readonly string[];
}

/** Does what a cloud-config asks of disk and system, or says who does it. */
const prepareConfig = async (
  { files, system: wanted }: CloudConfig,
  userData: Uint8Array,
  directories: BootDirectories,
  system: BootSystem,
): Promise<Prepared> => {
  const leftOut: string[] = [];
  const leaveOut = (what: string): number => leftOut.push(what);
  // A system of its own writes what is deferred by itself, when its users and packages are there.
  const deferred = system.isOwn ? files.filter(({ defer }) => defer) : [];
  const now = files.filter((file) => !deferred.includes(file));
  leftOut.push(...(await writeFilesOnce(now, userData, directories)));
  await linkVolumes(wanted, directories.disk, system.environment, leaveOut);
  if (wanted.hostname !== undefined && !system.hasOwnHostname)
    leaveOut(`hostname ${wanted.hostname}: the instance has the host's name, which is left alone.`);
  const hostname = system.hasOwnHostname ? wanted.hostname : undefined;
  const environment: Readonly<Record<string, string>> =
    wanted.timezone === undefined ? {} : { TZ: wanted.timezone };
  if (!system.isOwn) {
    leftOut.push(...leftToHost(wanted, files));
    if (wanted.keys.length > 0) await writeOwnKeys(wanted.keys, userData, directories, leaveOut);
    return { setup: undefined, hostname, environment, leftOut };
  }
  const [at, seenAs] = [directories.machine, directories.machineSeenAs ?? directories.machine].map(
    (directory) => join(directory, 'scripts'),
  );
  const staged = await stage(deferred, at ?? '', seenAs ?? '', leaveOut);
  return { setup: setupScript(wanted, now, staged), hostname, environment, leftOut };
};

const nothing: Prepared = { setup: undefined, hostname: undefined, environment: {}, leftOut: [] };

const without = (notes: readonly string[]): BootPlan => ({ ...nothing, command: undefined, notes });

/**
 * Makes disk, files and scripts ready and says what to run. What of user data is not understood, or would have to be done
 * to the host, is left out and said on the console: a real machine boots too when cloud-init fails.
 */
export const prepareBoot = async (
  userData: Uint8Array | undefined,
  directories: BootDirectories,
  system: BootSystem,
): Promise<BootPlan> => {
  const opened = readUserData(userData, (bytes) => openGzip(bytes, 'user data'));
  switch (opened.kind) {
    case 'absent':
      return without(['no user data']);
    case 'compressed':
      return without(['user data is gzip inside gzip, and is not run']);
    case 'ignored':
      return without([`user data is not run: ${opened.why}`]);
    case 'parts': {
      const bytes = userData ?? new Uint8Array();
      const scripts = join(directories.machine, 'scripts');
      const seenAs = directories.machineSeenAs ?? directories.machine;
      await rm(scripts, { recursive: true, force: true });
      await mkdir(scripts, { recursive: true });
      await mkdir(join(directories.machine, 'once'), { recursive: true });
      const config = opened.parts.find((part) => part.kind === 'cloud-config')?.config;
      const prepared =
        config === undefined ? nothing : await prepareConfig(config, bytes, directories, system);
      const command = await writeScripts(
        scriptsOf(opened.parts, prepared.setup),
        scripts,
        join(seenAs, 'scripts'),
        join(seenAs, 'once', digestOf(bytes).slice(0, 16)),
      );
      const leftOut = [...opened.leftOut, ...prepared.leftOut];
      const notes = leftOut.map((what) => `left out of user data: ${what}`);
      if (command === undefined) notes.push('user data asks for no program');
      return { ...prepared, command, notes, leftOut };
    }
  }
};
