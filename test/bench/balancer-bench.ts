import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiveClock } from '../../src/live/live-clock.ts';
import { createBalancerPlane } from '../../src/plane/balancer/balancer-plane.ts';
import type { BalancerObservation } from '../../src/plane/balancer/balancer-plane.ts';
import { configurationOf, targetAt } from '../../src/plane/balancer/node-under-test.ts';
import { end } from './child.ts';
import { freePort, untilListening } from './free-port.ts';
import { underLoad } from './load.ts';
import type { HttpLoad, Throughput } from './load.ts';
import { median } from './measurement.ts';
import type { Benchmark, Result } from './measurement.ts';

const rounds = 3;

/** Something that forwards HTTP to the backends. */
interface Proxy {
  readonly port: number;
  readonly processId: number;
  close(): Promise<void>;
}

const startBackend = async (): Promise<{ readonly port: number; readonly child: ChildProcess }> => {
  const script = join(import.meta.dirname, 'backend.ts');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
  });
  return { port: Number(line), child };
};

const startHaproxy = async (backends: readonly number[]): Promise<Proxy> => {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  const file = join(directory, 'haproxy.cfg');
  await writeFile(
    file,
    `global
  nbthread 1
  maxconn 1000
defaults
  mode http
  option forwardfor
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen bench
  bind 127.0.0.1:${port}
  balance roundrobin
${backends.map((backend) => `  server s${backend} 127.0.0.1:${backend}`).join('\n')}
`,
  );
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
  await untilListening(port);
  const close = async (): Promise<void> => {
    await end(child);
    await rm(directory, { recursive: true });
  };
  return { port, processId: child.pid ?? 0, close };
};

const startOwn = async (backends: readonly number[]): Promise<Proxy> => {
  // World time runs fast until the targets are healthy.
  const clock = new LiveClock(Date.now(), 100);
  let port = 0;
  const healthy = new Set<string>();
  const isReady = Promise.withResolvers<void>();
  const observe = (observation: BalancerObservation): void => {
    if (observation.kind === 'listening') port = observation.sockets[0]?.port ?? 0;
    if (observation.kind === 'target-health' && observation.report.state === 'healthy') {
      healthy.add(observation.report.targetId);
    }
    if (port !== 0 && healthy.size === backends.length) isReady.resolve();
  };
  const quiet = { info: () => undefined, warn: () => undefined };
  const plane = createBalancerPlane({ log: quiet, clock, observe });
  plane.converge([configurationOf(backends.map((backend) => targetAt(backend)))]);
  await isReady.promise;
  clock.setSpeed(1);
  plane.clockChanged();
  const close = async (): Promise<void> => {
    clock.stop();
    await plane.close();
  };
  return { port, processId: [...plane.processes().values()][0] ?? 0, close };
};

const measure = ({ port, processId }: Proxy): Promise<Throughput> => {
  const load: HttpLoad = {
    address: '127.0.0.1',
    port,
    connections: 32,
    seconds: 2,
    request:
      'GET /index.html HTTP/1.1\r\nhost: shop.example.com\r\naccept: */*\r\nuser-agent: bench\r\n\r\n',
  };
  return underLoad('http-load.ts', load, processId);
};

const compare = async (own: Proxy, other: Proxy): Promise<readonly Result[]> => {
  const results: Record<'own' | 'other', Throughput[]> = { own: [], other: [] };
  for (let round = 0; round < rounds; round += 1) {
    results.other.push(await measure(other));
    results.own.push(await measure(own));
  }
  const row = (what: string, unit: string, of: (throughput: Throughput) => number): Result => ({
    what,
    measured: median(results.own.map(of)),
    unit,
    reference: { what: 'HAProxy, one thread', value: median(results.other.map(of)) },
  });
  return [
    {
      ...row('ALB path, requests of a busy core', '/s', ({ perCpuSecond }) => perCpuSecond),
      budget: { atLeast: 0.5 },
      note: 'requests for each second of processor time: load, proxy and backends share the machine, so the clock on the wall would measure all three',
    },
    row('ALB path, requests by the clock on the wall', '/s', ({ perSecond }) => perSecond),
  ];
};

/** A balancer node against HAProxy with one thread, in front of the same two backends. */
export const balancerBench: Benchmark = {
  name: 'balancer',
  run: async () => {
    if (spawnSync('haproxy', ['-v']).error !== undefined) {
      return [{ what: 'ALB path', skipped: 'haproxy is not on PATH' }];
    }
    const backends = await Promise.all([startBackend(), startBackend()]);
    const ports = backends.map(({ port }) => port);
    try {
      const [own, other] = [await startOwn(ports), await startHaproxy(ports)];
      try {
        return await compare(own, other);
      } finally {
        await Promise.all([own.close(), other.close()]);
      }
    } finally {
      await Promise.all(backends.map(({ child }) => end(child)));
    }
  },
};
