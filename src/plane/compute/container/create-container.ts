import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { instanceTypeFacts } from '../../../aws/ec2/instances/instance-type-facts.ts';
import type { DomainError } from '../../../world/domain-error.ts';
import type { ContainerPlan } from './container-plan.ts';
import { EngineProblem } from './engine-client.ts';
import type { Engine } from './engine-client.ts';
import { jsonObject, numericUser } from './image-configuration.ts';
import { topLevelOf } from './root-file-system.ts';
import type { TopLevel } from './root-file-system.ts';

/** What a container is called and has on it, so that it is found again. */
export interface ContainerIdentity {
  readonly name: string;
  readonly hostname: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What of its type an instance gets: `none` where the engine has no cgroups to use. */
export interface ContainerLimits {
  readonly cgroups: 'use' | 'none';
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
}

const mebibyte = 1024 * 1024;
const cpuPeriodUs = 100_000;

/** Memory and CPUs of an instance type, as far as the engine can limit them and the host has them. */
export const limitsOfType = (engine: Engine, instanceType: string): ContainerLimits => {
  const facts = instanceTypeFacts(instanceType);
  const sizeMiB = facts?.MemoryInfo?.SizeInMiB;
  const vCpus = facts?.VCpuInfo?.DefaultVCpus;
  return {
    cgroups: 'use',
    memoryBytes: engine.limitsMemory && sizeMiB !== undefined ? sizeMiB * mebibyte : undefined,
    cpus:
      engine.limitsCpu && vCpus !== undefined ? Math.min(vCpus, availableParallelism()) : undefined,
  };
};

/** A limit of this process that a container must not exceed: an engine's own default may be more than it may give. */
const ownLimit = (name: string): { readonly soft: number; readonly hard: number } | undefined => {
  const found = new RegExp(`^${name}\\s+(?<soft>\\d+)\\s+(?<hard>\\d+)`, 'm').exec(
    readFileSync('/proc/self/limits', 'utf8'),
  )?.groups;
  return found === undefined
    ? undefined
    : { soft: Number(found['soft']), hard: Number(found['hard']) };
};

/** An engine may have lowered its own limit of processes to what the kernel has ids for, which is no less than this. */
const processBound = 16_384;

const bounded = (type: string, limit: number): number =>
  type === 'nproc' ? Math.min(limit, processBound) : limit;

const resourceLimits = () =>
  [
    { type: 'nofile', limit: ownLimit('Max open files') },
    { type: 'nproc', limit: ownLimit('Max processes') },
  ].flatMap(({ type, limit }) =>
    limit === undefined
      ? []
      : [{ type, soft: bounded(type, limit.soft), hard: bounded(type, limit.hard) }],
  );

/** Podman takes a directory as root file system. Source: Podman's API reference, "Create a container" (SpecGenerator). */
const podmanRequest = (
  identity: ContainerIdentity,
  plan: ContainerPlan,
  limits: ContainerLimits,
) => ({
  ...identity,
  rootfs: plan.root,
  entrypoint: [],
  command: plan.command,
  env: plan.environment,
  work_dir: plan.workingDirectory,
  ...(plan.user === '' ? {} : { user: plan.user }),
  stdin: true,
  netns: { nsmode: 'none' },
  mounts: plan.mounts.map(({ source, target, readOnly, recursive }) => ({
    type: 'bind',
    source,
    destination: target,
    options: [recursive ? 'rbind' : 'bind', readOnly ? 'ro' : 'rw'],
  })),
  image_volume_mode: 'ignore',
  log_configuration: { driver: 'none' },
  r_limits: resourceLimits(),
  ...(limits.cgroups === 'none' ? { cgroups_mode: 'disabled' } : {}),
  resource_limits: {
    ...(limits.memoryBytes === undefined ? {} : { memory: { limit: limits.memoryBytes } }),
    ...(limits.cpus === undefined
      ? {}
      : { cpu: { period: cpuPeriodUs, quota: limits.cpus * cpuPeriodUs } }),
  },
});

/** Docker's containers have an image as root; the directories of the plan's root are bound over an empty one. */
const dockerRequest = (
  identity: ContainerIdentity,
  plan: ContainerPlan,
  limits: ContainerLimits,
  image: string,
  top: TopLevel,
) => {
  const targets = new Set(plan.mounts.map(({ target }) => target));
  const ofRoot = top.directories
    .filter((name) => !['dev', 'proc', 'sys'].includes(name) && !targets.has(`/${name}`))
    .map((name) => ({
      source: `${plan.root}/${name}`,
      target: `/${name}`,
      readOnly: false,
      recursive: true,
    }));
  return {
    Image: image,
    Entrypoint: plan.command.slice(0, 1),
    Cmd: plan.command.slice(1),
    Env: Object.entries(plan.environment).map(([name, value]) => `${name}=${value}`),
    WorkingDir: plan.workingDirectory,
    Labels: identity.labels,
    Hostname: identity.hostname,
    OpenStdin: true,
    HostConfig: {
      NetworkMode: 'none',
      LogConfig: { Type: 'none' },
      Mounts: [...ofRoot, ...plan.mounts].map(({ source, target, readOnly, recursive }) => ({
        Type: 'bind',
        Source: source,
        Target: target,
        ReadOnly: readOnly,
        BindOptions: { NonRecursive: !recursive },
      })),
      Ulimits: resourceLimits().map(({ type, soft, hard }) => ({
        Name: type,
        Soft: soft,
        Hard: hard,
      })),
      ...(limits.memoryBytes === undefined ? {} : { Memory: limits.memoryBytes }),
      ...(limits.cpus === undefined
        ? {}
        : { CpuPeriod: cpuPeriodUs, CpuQuota: limits.cpus * cpuPeriodUs }),
    },
  };
};

const makeEmptyImage = async (
  engine: Engine,
  top: TopLevel,
  digest: string,
): Promise<string | EngineProblem> => {
  const reference = `localhost/faultline-empty:${digest}`;
  const known = await engine.client.json({ method: 'GET', path: `/images/${reference}/json` });
  if (!(known instanceof EngineProblem)) return reference;
  if (known.status !== 404) return known;
  const archive = pack();
  for (const name of top.directories) archive.entry({ name, type: 'directory', mode: 0o755 });
  for (const { name, target } of top.links)
    archive.entry({ name, type: 'symlink', linkname: target });
  archive.finalize();
  const imported = await engine.client.stream({
    method: 'POST',
    path: '/images/create',
    query: { fromSrc: '-', repo: 'localhost/faultline-empty', tag: digest },
    archive: await buffer(archive),
  });
  if (imported instanceof EngineProblem) return imported;
  // The answer's last word is the image's id; not every engine gives it the name that was asked for.
  const id = /sha256:[0-9a-f]{64}/.exec((await buffer(imported)).toString())?.[0];
  return id ?? reference;
};

const emptyImages = new WeakMap<Engine, Map<string, Promise<string | EngineProblem>>>();

/** An image of empty directories and links alone, made once for each first level that there is. */
const emptyImage = async (engine: Engine, top: TopLevel): Promise<string | EngineProblem> => {
  const digest = createHash('sha256').update(JSON.stringify(top)).digest('hex').slice(0, 16);
  const known = emptyImages.get(engine) ?? new Map<string, Promise<string | EngineProblem>>();
  emptyImages.set(engine, known);
  const making = known.get(digest) ?? makeEmptyImage(engine, top, digest);
  known.set(digest, making);
  const image = await making;
  if (image instanceof EngineProblem) known.delete(digest);
  return image;
};

const create = async (
  engine: Engine,
  identity: ContainerIdentity,
  plan: ContainerPlan,
  limits: ContainerLimits,
): Promise<unknown> => {
  if (engine.kind === 'podman')
    return await engine.client.json({
      method: 'POST',
      path: '/libpod/containers/create',
      body: podmanRequest(identity, plan, limits),
    });
  const top = await topLevelOf(plan.root);
  const image = await emptyImage(engine, top);
  if (image instanceof EngineProblem) return image;
  return await engine.client.json({
    method: 'POST',
    path: '/containers/create',
    query: { name: identity.name },
    body: {
      ...dockerRequest(identity, plan, limits, image, top),
      // The engine would look for the name in its empty image.
      User: await numericUser(plan.root, plan.user),
    },
  });
};

/** Removes a container, whatever it is doing; one that is not there is none. */
export const removeContainer = async (
  engine: Engine,
  id: string,
): Promise<DomainError | undefined> => {
  const removed = await engine.client.json({
    method: 'DELETE',
    path: `/containers/${id}`,
    query: { force: 'true', v: 'true' },
  });
  return removed instanceof EngineProblem && removed.status !== 404 ? removed : undefined;
};

/** Makes a container and gives its id. One of the same name, which an earlier boot left, is removed first. */
export const createContainer = async (
  engine: Engine,
  identity: ContainerIdentity,
  plan: ContainerPlan,
  limits: ContainerLimits,
): Promise<string | DomainError> => {
  let created = await create(engine, identity, plan, limits);
  if (created instanceof EngineProblem && /already in use/.test(created.message)) {
    const problem = await removeContainer(engine, identity.name);
    if (problem !== undefined) return problem;
    created = await create(engine, identity, plan, limits);
  }
  if (created instanceof EngineProblem) return created;
  return String(jsonObject(created)['Id']);
};
