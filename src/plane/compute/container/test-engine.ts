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
 * Some systems have mounted both versions of cgroups with a controller in each, which container runtimes refuse. As root
 * the service gets a view of its own without the second version.
 */
const command = (socketPath: string): readonly [string, ...string[]] => {
  const serve = ['podman', 'system', 'service', '--time=0', `unix://${socketPath}`] as const;
  if (process.getuid?.() !== 0 || !existsSync('/sys/fs/cgroup/unified')) return serve;
  const script = 'umount /sys/fs/cgroup/unified; exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', script, 'sh', ...serve];
};

/** The engine that answers here; else Podman's, started for this process and ended with it. */
export const startTestEngine = async (): Promise<TestEngine> => {
  const found = await findEngine();
  if (!isDomainError(found)) return { engine: found };
  if (spawnSync('podman', ['--version']).status !== 0) return { missing: 'podman is not there' };
  const directory = await mkdtemp(join(tmpdir(), 'faultline-podman-'));
  const socketPath = join(directory, 'podman.sock');
  const [program, ...rest] = command(socketPath);
  let said = '';
  const service = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
  service.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-500);
  });
  service.unref();
  if ('unref' in service.stderr && typeof service.stderr.unref === 'function')
    service.stderr.unref();
  process.once('exit', () => service.kill('SIGKILL'));
  const deadline = performance.now() + 20_000;
  for (;;) {
    const engine = await findEngine(socketPath);
    if (!isDomainError(engine)) return { engine };
    if (performance.now() > deadline || service.exitCode !== null) {
      service.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
      return { missing: `podman does not serve: ${said.trim() || engine.message}` };
    }
    await delay(50);
  }
};
