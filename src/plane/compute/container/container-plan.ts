import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DomainError } from '../../../world/domain-error.ts';
import { prepareBoot, type BootPlan } from '../boot-plan.ts';
import type { InstanceSpecification } from '../driver.ts';
import { machineDirectory } from '../machine.ts';
import { formatMarker, markerVariable } from '../process-table.ts';
import type { SocketAddress } from '../../network/socket-address.ts';
import { hasFile, readConfiguration } from './image-configuration.ts';
import type { ContainerImageConfiguration } from './image-configuration.ts';
import { hostMounts, makeSkeleton } from './root-file-system.ts';
import type { BindMount } from './root-file-system.ts';

/** What a container is made of and runs. */
export interface ContainerPlan {
  /** The directory that is its root file system. */
  readonly root: string;
  readonly mounts: readonly BindMount[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** As an image says it; empty is root. */
  readonly user: string;
  /** Its first process is ours: it waits for a line, tells of the main process's end and stays. */
  readonly hasInit: boolean;
  readonly hasMainProcess: boolean;
  /** Where the machine sees the directory that holds what is not on its disk. */
  readonly machineSeenAs: string;
  /** What of the host's it reaches. */
  readonly passedOn: readonly SocketAddress[];
  readonly notes: readonly string[];
  /** What of user data is not done. */
  readonly leftOut: readonly string[];
  /** As user data names the machine. */
  readonly hostname: string | undefined;
}

/** What a plan is made for. */
export interface PlanContext {
  readonly specification: InstanceSpecification;
  readonly worldId: string;
  readonly runId: string;
  readonly metadataEndpoint: string;
  /** What programs are told to listen on (`HOST`). */
  readonly hostAddress: string;
  /** The host's `PATH`, for instances that run the host's programs. */
  readonly path: string;
  readonly isRoot: boolean;
}

/** Where a disk that is a root file system has what belongs to the machine. */
const machineInside = '/.faultline/machine';

/** The name of the file in the machine's directory `report` that says how the main process ended. */
export const exitReport = 'exited';

/** What an image's programs get when it says nothing. Source: Docker Engine API, `Env` of a container's configuration. */
const imagePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

const line = (command: readonly string[]): string => command.map(quote).join(' ');

/**
 * The first process of a container. It begins when the network is there, and goes on when the main process has ended, as
 * a machine does; waiting for a line, which never comes, costs nothing. A machine that is asked to end before its main
 * process has begun does not begin it any more.
 */
const initScript = (
  before: readonly string[] | undefined,
  main: string | undefined,
  workingDirectory: string,
  report: string,
): string =>
  [
    '#!/bin/sh',
    'exec 2>&1',
    'stopping=',
    "trap 'stopping=yes' TERM",
    'read -r begin',
    ...(before === undefined
      ? []
      : [
          `[ -n "$stopping" ] || ${line(before)} </dev/null || echo "faultline: user data ended with code $?"`,
        ]),
    `cd ${quote(workingDirectory)} || cd /`,
    ...(main === undefined
      ? []
      : [
          'if [ -z "$stopping" ]; then',
          `  ${main} </dev/null &`,
          '  main=$!',
          '  [ -z "$stopping" ] || kill -TERM "$main"',
          "  trap '' TERM",
          '  wait "$main"',
          `  echo $? > ${quote(report)}`,
          'fi',
        ]),
    "trap '' TERM",
    'while read -r nothing; do :; done',
    '',
  ].join('\n');

const passedOnBy = (values: readonly string[]): readonly SocketAddress[] => {
  const found = new Map<string, SocketAddress>();
  for (const value of values) {
    const match = /^https?:\/\/(?<host>127\.\d+\.\d+\.\d+|localhost):(?<port>\d+)/.exec(value);
    const host = match?.groups?.['host'];
    if (host === undefined) continue;
    const address = host === 'localhost' ? '127.0.0.1' : host;
    const port = Number(match?.groups?.['port']);
    found.set(`${address}:${port}`, { address, port });
  }
  return [...found.values()];
};

/** The variables that every instance has; attached volumes are below `/volumes` in a container. */
const commonEnvironment = (context: PlanContext): Readonly<Record<string, string>> => {
  const { specification, worldId, runId, metadataEndpoint, hostAddress } = context;
  const { region, environment, instanceId } = specification;
  const volumes = join(dirname(specification.diskDirectory), 'volumes');
  const inside = (value: string): string =>
    value === volumes || value.startsWith(`${volumes}/`)
      ? `/volumes${value.slice(volumes.length)}`
      : value;
  return {
    LANG: 'C.UTF-8',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, inside(value)]),
    ),
    HOST: hostAddress,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataEndpoint,
    [markerVariable]: formatMarker({ worldId, runId, instanceId }),
  };
};

const volumesMount = async ({ specification }: PlanContext): Promise<BindMount> => {
  const source = join(dirname(specification.diskDirectory), 'volumes');
  await mkdir(source, { recursive: true });
  return { source, target: '/volumes', readOnly: false, recursive: true };
};

const withInit = async (
  context: PlanContext,
  script: { before?: readonly string[]; main: string | undefined; workingDirectory: string },
  seenAs: string,
): Promise<readonly string[]> => {
  const machine = machineDirectory(context.specification);
  await rm(join(machine, 'report'), { recursive: true, force: true });
  await mkdir(join(machine, 'report'), { recursive: true });
  const { before, main, workingDirectory } = script;
  const text = initScript(before, main, workingDirectory, `${seenAs}/report/${exitReport}`);
  await writeFile(join(machine, 'init'), text, { mode: 0o755 });
  return ['/bin/sh', `${seenAs}/init`];
};

/** A machine that runs the host's programs, which it cannot change, with its disk at the place where the host has it. */
const planOverHost = async (context: PlanContext): Promise<ContainerPlan> => {
  const { specification, path, isRoot } = context;
  const { diskDirectory, userData } = specification;
  const machine = machineDirectory(specification);
  const root = join(machine, 'root');
  const { directories } = await makeSkeleton(root);
  const inherited = commonEnvironment(context);
  const boot = await prepareBoot(
    userData,
    { disk: diskDirectory, machine },
    { isOwn: false, hasOwnHostname: true, environment: inherited },
  );
  const environment = {
    ...boot.environment,
    ...inherited,
    PATH: `${join(machine, 'bin')}:${path}`,
    HOME: diskDirectory,
    TMPDIR: join(machine, 'tmp'),
  };
  const main = boot.command === undefined ? undefined : line(boot.command);
  return {
    root,
    mounts: [
      ...hostMounts(directories, isRoot),
      ...[diskDirectory, machine].map((directory) => ({
        source: directory,
        target: directory,
        readOnly: false,
        recursive: true,
      })),
      await volumesMount(context),
    ],
    command: await withInit(context, { main, workingDirectory: diskDirectory }, machine),
    environment,
    workingDirectory: diskDirectory,
    user: '',
    hasInit: true,
    hasMainProcess: main !== undefined,
    machineSeenAs: machine,
    passedOn: passedOnBy(Object.values(environment)),
    notes: boot.notes,
    leftOut: boot.leftOut,
    hostname: boot.hostname,
  };
};

const isRootUser = (user: string): boolean => /^(?:root|0)?(?::.*)?$/.test(user);

/** Begins the image's program as the image's user; init itself is root, as user data is. */
const mainLine = (command: readonly string[], user: string): string | undefined => {
  if (command.length === 0) return undefined;
  if (isRootUser(user)) return line(command);
  return `su -p -s /bin/sh -c ${quote(`exec ${line(command)}`)} ${quote(user.replace(/:.*$/, ''))}`;
};

const environmentOf = (image: ContainerImageConfiguration): Readonly<Record<string, string>> =>
  Object.fromEntries(
    image.environment.map((entry) => {
      const at = entry.indexOf('=');
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );

/** An image without a shell runs its own program, and nothing of user data: files alone are written. */
const withoutScripts = (boot: BootPlan): BootPlan => {
  if (boot.command === undefined) return boot;
  const what = 'its scripts and commands: the image has no /bin/sh.';
  return {
    ...boot,
    command: undefined,
    notes: [...boot.notes, `left out of user data: ${what}`],
    leftOut: [...boot.leftOut, what],
  };
};

/** A machine whose disk is the root file system of a container image. */
const planFromImage = async (
  context: PlanContext,
  image: ContainerImageConfiguration,
): Promise<ContainerPlan | DomainError> => {
  const { diskDirectory, userData } = context.specification;
  const machine = machineDirectory(context.specification);
  const hasShell =
    (await hasFile(diskDirectory, 'bin/sh')) || (await hasFile(diskDirectory, 'usr/bin/sh'));
  const inherited = commonEnvironment(context);
  const prepared = await prepareBoot(
    userData,
    { disk: diskDirectory, machine, machineSeenAs: machineInside },
    { isOwn: hasShell, hasOwnHostname: true, environment: inherited },
  );
  const boot = hasShell ? prepared : withoutScripts(prepared);
  const program = [...image.entrypoint, ...image.command];
  const workingDirectory = image.workingDirectory === '' ? '/' : image.workingDirectory;
  if (!hasShell && program.length === 0)
    return new DomainError('InternalError', 'The image has no program and no /bin/sh.');
  const fromImage = environmentOf(image);
  const environment = {
    ...fromImage,
    ...boot.environment,
    ...inherited,
    PATH: `${machineInside}/bin:${fromImage['PATH'] ?? imagePath}`,
  };
  // What has user data of its own, or is root anyway, gets an init; another user's program is begun by the engine.
  const hasInit = hasShell && (boot.command !== undefined || isRootUser(image.user));
  const main = mainLine(program, image.user) ?? (boot.command && line(boot.command));
  const before = program.length > 0 ? boot.command : undefined;
  return {
    root: diskDirectory,
    mounts: [
      { source: machine, target: machineInside, readOnly: false, recursive: true },
      await volumesMount(context),
    ],
    command: hasInit
      ? await withInit(
          context,
          { ...(before === undefined ? {} : { before }), main, workingDirectory },
          machineInside,
        )
      : program,
    environment,
    workingDirectory,
    user: hasInit ? '' : image.user,
    hasInit,
    hasMainProcess: main !== undefined,
    machineSeenAs: machineInside,
    passedOn: passedOnBy(Object.values(environment)),
    notes: boot.notes,
    leftOut: boot.leftOut,
    hostname: boot.hostname,
  };
};

/**
 * Makes disk and scripts of a machine ready and says what its container is: the disk's own root file system when it holds
 * one, else the host's, read-only.
 */
export const planContainer = async (context: PlanContext): Promise<ContainerPlan | DomainError> => {
  const machine = machineDirectory(context.specification);
  await mkdir(context.specification.diskDirectory, { recursive: true });
  // Temporary files are memory: gone at each boot.
  await rm(join(machine, 'tmp'), { recursive: true, force: true });
  await mkdir(join(machine, 'tmp'), { recursive: true });
  const image = await readConfiguration(context.specification.diskDirectory);
  if (image instanceof DomainError) return image;
  return image === undefined ? planOverHost(context) : planFromImage(context, image);
};
