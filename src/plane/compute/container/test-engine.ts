import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDomainError } from '../../../world/domain-error.ts';
import type { Engine } from './engine-client.ts';
import { findEngine } from './find-engine.ts';

/** An engine for tests, or why there is none. */
export type TestEngine = { readonly engine: Engine } | { readonly missing: string };

/**
 * Serves until the pipe on standard input ends, as it does when this process ends in whatever way. Some systems have
 * mounted both versions of cgroups with a controller in each, which container runtimes refuse; as root the service gets a
 * view of its own without the second version.
 */
const script = (directory: string): string =>
  [
    'umount /sys/fs/cgroup/unified 2>/dev/null',
    `podman system service --time=0 unix://${directory}/podman.sock </dev/null &`,
    'service=$!',
    'read -r line',
    'kill $service',
    `rm -rf ${directory}`,
  ].join('\n');

const command = (directory: string): readonly [string, ...string[]] => {
  const hasBoth = process.getuid?.() === 0 && existsSync('/sys/fs/cgroup/unified');
  const shell = ['sh', '-c', script(directory)] as const;
  return hasBoth ? ['unshare', '--mount', ...shell] : shell;
};

/** The engine that answers here; else Podman's, started for this process and ended with it. */
export const startTestEngine = async (): Promise<TestEngine> => {
  const found = await findEngine();
  if (!isDomainError(found)) return { engine: found };
  if (spawnSync('podman', ['--version']).status !== 0) return { missing: 'podman is not there' };
  const directory = await mkdtemp(join(tmpdir(), 'faultline-podman-'));
  const socketPath = join(directory, 'podman.sock');
  const [program, ...rest] = command(directory);
  let said = '';
  const service = spawn(program, rest, { stdio: ['pipe', 'ignore', 'pipe'], cwd: '/' });
  service.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-500);
  });
  service.unref();
  for (const pipe of [service.stdin, service.stderr])
    if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  const deadline = performance.now() + 20_000;
  for (;;) {
    const engine = await findEngine(socketPath);
    if (!isDomainError(engine)) return { engine };
    if (performance.now() > deadline || service.exitCode !== null) {
      service.stdin.end();
      await rm(directory, { recursive: true, force: true });
      return { missing: `podman does not serve: ${said.trim() || engine.message}` };
    }
    await delay(50);
  }
};
