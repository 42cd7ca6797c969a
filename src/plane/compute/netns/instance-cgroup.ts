import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { instanceTypeFacts } from '../../../aws/ec2/instances/instance-type-facts.ts';
import { isSystemProblem } from '../../system-problem.ts';

/** What an instance gets of this machine. */
export interface InstanceLimits {
  readonly memoryBytes: number | undefined;
  /** Fewer than the machine has; undefined is all. */
  readonly cpus: number | undefined;
}

/** A control group that holds an instance to its limits. */
export interface InstanceCgroup {
  /** What stands before a command so that it begins in the group. It becomes that command: same process id. */
  readonly enter: readonly string[];
  /** Removes it, once its processes have gone. */
  remove(): Promise<void>;
}

const mebibyte = 1024 * 1024;
const cpuPeriodUs = 100_000;
const mount = '/sys/fs/cgroup';

/** How long the kernel may take to see that the processes of a group have gone. */
const removalBoundMs = 2000;

/** Memory and CPUs of an instance type, as far as this machine has them. Source: EC2's DescribeInstanceTypes. */
export const limitsOfInstanceType = (instanceType: string): InstanceLimits => {
  const facts = instanceTypeFacts(instanceType);
  const sizeMiB = facts?.MemoryInfo?.SizeInMiB;
  const vCpus = facts?.VCpuInfo?.DefaultVCpus;
  return {
    memoryBytes: sizeMiB === undefined ? undefined : sizeMiB * mebibyte,
    cpus: vCpus === undefined || vCpus >= availableParallelism() ? undefined : vCpus,
  };
};

/** A directory for groups, and what is written into one of them, by file. */
interface Hierarchy {
  readonly directory: string;
  /** What must be written into the directory itself. */
  readonly own: Readonly<Record<string, string>>;
  readonly settings: (limits: InstanceLimits) => Readonly<Record<string, string>>;
}

const quota = ({ cpus }: InstanceLimits, text: (quotaUs: number) => string) =>
  cpus === undefined ? undefined : text(cpus * cpuPeriodUs);

const defined = (
  settings: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([file, text]) => (text === undefined ? [] : [[file, text]])),
  );

/** Of the second version of cgroups: where an administrator, or systemd, lets groups below the first be limited. */
const unified = (): readonly Hierarchy[] => {
  const control = readFileSync(join(mount, 'cgroup.subtree_control'), 'utf8').split(/\s+/);
  if (!control.includes('memory') || !control.includes('cpu')) return [];
  return [
    {
      directory: join(mount, 'faultline'),
      own: { 'cgroup.subtree_control': '+memory +cpu' },
      settings: (limits) =>
        defined({
          'memory.max': limits.memoryBytes?.toString(),
          'cpu.max': quota(limits, (quotaUs) => `${quotaUs} ${cpuPeriodUs}`),
        }),
    },
  ];
};

const legacy = (): readonly Hierarchy[] =>
  [
    {
      directory: join(mount, 'memory', 'faultline'),
      own: {},
      settings: ({ memoryBytes }: InstanceLimits) =>
        defined({ 'memory.limit_in_bytes': memoryBytes?.toString() }),
    },
    {
      directory: join(mount, 'cpu', 'faultline'),
      own: {},
      settings: (limits: InstanceLimits) => defined({ 'cpu.cfs_quota_us': quota(limits, String) }),
    },
  ].filter(({ directory }) => existsSync(join(directory, '..', 'cgroup.procs')));

const hierarchies = (): readonly Hierarchy[] => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return [];
  return existsSync(join(mount, 'cgroup.subtree_control')) ? unified() : legacy();
};

const removeGroup = async (directory: string): Promise<void> => {
  const deadline = performance.now() + removalBoundMs;
  for (;;) {
    try {
      await rmdir(directory);
      return;
    } catch (problem) {
      if (!isSystemProblem(problem)) throw problem;
      // One that stays has processes that are not ours to end; a later run removes it.
      if (problem.code !== 'EBUSY' || performance.now() > deadline) return;
    }
    await pause(20);
  }
};

/** Groups of runs that were killed have no process any more. The kernel keeps those that have. */
const removeEmptyGroups = async (directory: string): Promise<void> => {
  for (const name of await readdir(directory, { withFileTypes: true })) {
    if (!name.isDirectory()) continue;
    await rmdir(join(directory, name.name)).catch(() => undefined);
  }
};

const makeGroup = async (
  { directory, own, settings }: Hierarchy,
  name: string,
  limits: InstanceLimits,
): Promise<string> => {
  const group = join(directory, name);
  await mkdir(group, { recursive: true });
  for (const [file, text] of Object.entries(own)) await writeFile(join(directory, file), text);
  for (const [file, text] of Object.entries(settings(limits)))
    await writeFile(join(group, file), text);
  return group;
};

/** Makes control groups where this process may: as root, with memory and CPU controllers. */
export class InstanceCgroups {
  readonly #runId: string;
  #hierarchies: readonly Hierarchy[] | undefined;

  constructor(runId: string) {
    this.#runId = runId;
  }

  /** The group of an instance; undefined where there can be none. */
  async make(instanceId: string, limits: InstanceLimits): Promise<InstanceCgroup | undefined> {
    if (this.#hierarchies === undefined) {
      this.#hierarchies = hierarchies();
      for (const { directory } of this.#hierarchies)
        if (existsSync(directory)) await removeEmptyGroups(directory);
    }
    const groups: string[] = [];
    const remove = async (): Promise<void> => {
      await Promise.all(groups.map(removeGroup));
    };
    try {
      for (const hierarchy of this.#hierarchies)
        groups.push(await makeGroup(hierarchy, `${this.#runId}-${instanceId}`, limits));
    } catch (problem) {
      if (!isSystemProblem(problem)) throw problem;
      // What the system does not let be limited runs without limits, and so do those after it.
      await remove();
      this.#hierarchies = [];
      return undefined;
    }
    if (groups.length === 0) return undefined;
    const joining = groups.map((group) => `echo $$ > ${group}/cgroup.procs`).join('; ');
    return { enter: ['/bin/sh', '-c', `{ ${joining}; } 2>/dev/null; exec "$@"`, 'sh'], remove };
  }
}
