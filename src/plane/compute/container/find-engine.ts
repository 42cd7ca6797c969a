import { existsSync } from 'node:fs';
import { DomainError } from '../../../world/domain-error.ts';
import { EngineClient, EngineProblem } from './engine-client.ts';
import type { Engine } from './engine-client.ts';

const unixPath = (url: string | undefined): string | undefined =>
  url?.startsWith('unix://') === true ? url.slice('unix://'.length) : undefined;

/** Where an engine's socket is looked for, in this order: what the environment names alone when it names one. */
export const engineSockets = (
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] => {
  const named = [environment['CONTAINER_HOST'], environment['DOCKER_HOST']]
    .map(unixPath)
    .filter((path) => path !== undefined);
  if (named.length > 0) return named;
  const runtime = environment['XDG_RUNTIME_DIR'];
  return [
    ...(runtime === undefined ? [] : [`${runtime}/podman/podman.sock`]),
    '/run/podman/podman.sock',
    ...(runtime === undefined ? [] : [`${runtime}/docker.sock`]),
    '/var/run/docker.sock',
  ];
};

/** What to type so that there is a socket. */
export const engineRemedy =
  'start one: `systemctl --user start podman.socket` (rootless), `systemctl start podman.socket` (as root), ' +
  'or without systemd `podman system service --time=0 unix:///tmp/podman.sock &` and CONTAINER_HOST=unix:///tmp/podman.sock';

const isTrue = (value: unknown, name: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (value as Readonly<Record<string, unknown>>)[name] === true; // Any object may be read so.

const textIn = (value: unknown, name: string): string => {
  const found =
    typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)[name] // Any object may be read so.
      : undefined;
  return typeof found === 'string' ? found : '';
};

const probeTimeoutMs = 5000;

const probeSocket = async (socketPath: string): Promise<Engine | EngineProblem> => {
  const client = new EngineClient(socketPath);
  const version = await client.json({
    method: 'GET',
    path: '/version',
    timeoutMs: probeTimeoutMs,
  });
  if (version instanceof EngineProblem) return version;
  const info = await client.json({ method: 'GET', path: '/info', timeoutMs: probeTimeoutMs });
  if (info instanceof EngineProblem) return info;
  // Without root the first version of cgroups is out of reach, whatever the kernel could do.
  const hasCgroups = !(isTrue(info, 'Rootless') && textIn(info, 'CgroupVersion') === '1');
  return {
    kind: JSON.stringify(version).includes('Podman Engine') ? 'podman' : 'docker',
    version: textIn(version, 'Version'),
    socketPath,
    limitsMemory: hasCgroups && isTrue(info, 'MemoryLimit'),
    limitsCpu: hasCgroups && isTrue(info, 'CpuCfsQuota'),
    client,
  };
};

/**
 * The first engine that answers: at `socketPath`, or where sockets usually are. Else a DomainError that says what was
 * tried and how to start one.
 */
export const findEngine = async (
  socketPath?: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Engine | DomainError> => {
  if (process.platform !== 'linux')
    return new DomainError(
      'InternalError',
      'instances as containers need Linux: elsewhere engines run in a virtual machine, whose networks this program cannot enter',
    );
  const tried: string[] = [];
  for (const path of socketPath === undefined ? engineSockets(environment) : [socketPath]) {
    if (!existsSync(path)) {
      tried.push(`${path} (not there)`);
      continue;
    }
    const engine = await probeSocket(path);
    if (!(engine instanceof EngineProblem)) return engine;
    tried.push(`${path} (${engine.message})`);
  }
  return new DomainError(
    'InternalError',
    `no container engine answers; looked at ${tried.join(', ')}; ${engineRemedy}`,
  );
};
