import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { createBalancerPlane, type BalancerObservation } from './balancer-plane.ts';
import { NodeClock } from './node-clock.ts';
import { configurationOf, eventually, startServer, targetAt } from './node-under-test.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    // There is no such process.
    return false;
  }
};

const createPlane = () => {
  const observations: BalancerObservation[] = [];
  const warnings: string[] = [];
  const plane = createBalancerPlane({
    log: { info: () => undefined, warn: (_, message) => warnings.push(message) },
    clock: new NodeClock({ worldNow: 0, speed: 1 }),
    observe: (observation) => observations.push(observation),
  });
  cleanUps.push(() => plane.close());
  return { plane, observations, warnings };
};

it('starts a crashed node again and says so', async () => {
  const { plane, observations, warnings } = createPlane();
  const server = await startServer((_, response) => response.end('x'));
  cleanUps.push(server.close);
  plane.converge([configurationOf([targetAt(server.port)])]);
  await eventually('it listens', () => plane.listening()[0]?.port);
  const crashed = plane.processes().get('use1-az1') ?? 0;
  process.kill(crashed, 'SIGKILL');
  await eventually('the loss is seen', () => observations.some((one) => one.kind === 'node-lost'));
  expect(plane.listening()).toEqual([]);
  const port = await eventually('it listens again', () => plane.listening()[0]?.port);
  expect(plane.processes().get('use1-az1')).not.toBe(crashed);
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('x');
  expect(warnings).toEqual(['a balancer process ended by itself and is started again']);
});

it('ends the process of a zone that has no load balancer any more', async () => {
  const { plane } = createPlane();
  plane.converge([configurationOf([])]);
  const processId = await eventually('it runs', () => plane.processes().get('use1-az1'));
  plane.converge([]);
  await eventually('it has ended', () => !isAlive(processId));
});

it('says why a node cannot listen', async () => {
  const { plane, warnings } = createPlane();
  const server = await startServer((_, response) => response.end());
  cleanUps.push(server.close);
  const configuration = configurationOf([]);
  const [loadBalancer] = configuration.loadBalancers;
  const [listener] = loadBalancer?.listeners ?? [];
  if (loadBalancer === undefined || listener === undefined) throw new Error('There is one.');
  plane.converge([
    {
      ...configuration,
      loadBalancers: [{ ...loadBalancer, listeners: [{ ...listener, realPort: server.port }] }],
    },
  ]);
  const socket = await eventually('it says so', () => plane.listening()[0]);
  expect(socket).toMatchObject({ port: 0, error: expect.stringContaining('EADDRINUSE') });
  expect(warnings).toEqual(['a load balancer node cannot listen']);
});

it('leaves no process behind when the main process is killed, not even a frozen one', async () => {
  const module = fileURLToPath(new URL('./balancer-plane.ts', import.meta.url));
  const script = `
    import { createBalancerPlane } from ${JSON.stringify(module)};
    const clock = { now: () => 0, speed: () => 1, at: () => () => undefined };
    const log = { info() {}, warn() {} };
    const plane = createBalancerPlane({ log, clock, observe() {} });
    plane.converge([${JSON.stringify(configurationOf([]))}]);
    plane.freeze('use1-az1');
    console.log(plane.processes().get('use1-az1'));
    setInterval(() => undefined, 1000);`;
  const main = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUps.push(() => main.kill('SIGKILL'));
  let printed = '';
  main.stdout.on('data', (bytes: Buffer) => {
    printed += bytes.toString();
  });
  const processId = Number(await eventually('it tells the id', () => /^\d+\n/.exec(printed)?.[0]));
  expect(isAlive(processId)).toBe(true);
  main.kill('SIGKILL');
  await eventually('the node process has ended', () => !isAlive(processId));
});
