import { Resolver } from 'node:dns/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorldEnded } from '../world/world-ended.ts';
import { startServer, type RunningServer } from './server.ts';

const speed = 1000;

let server: RunningServer;
let servedSinceMs: number;

beforeEach(async () => {
  server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dnsPort: 0,
    dataDirectory: undefined,
    seed: 1,
    speed,
    account: '000000000000',
    driver: 'mock',
    strictAuth: false,
  });
  servedSinceMs = Date.now();
});
afterEach(() => server.close());

const get = async (path: string): Promise<unknown> => {
  const response = await fetch(`${server.ready.endpoint}/_faultline${path}`);
  return await response.json();
};

/** The code of what a name is answered with. */
const lookUp = async (name: string): Promise<unknown> => {
  const resolver = new Resolver({ tries: 1 });
  resolver.setServers([server.ready.dns]);
  return await resolver.resolve4(name).catch((error: NodeJS.ErrnoException) => error.code);
};

/** The codes of a name that nobody has and of one that only a load balancer of AWS's could have. */
const names = async (): Promise<readonly unknown[]> => [
  await lookUp('www.example.net'),
  await lookUp('web-1.us-east-1.elb.amazonaws.com'),
];

describe('an empty world', () => {
  it('answers health and DNS without running, and DNS as it does once it runs', async () => {
    expect(await get('/health')).toMatchObject({ status: 'ready' });
    const before = await names();
    expect(() => server.world()).toThrow(WorldEnded);
    await get('/world');
    expect(server.world().world.seed).toBe(1);
    expect(before).toEqual(['EREFUSED', 'ENOTFOUND']);
    expect(await names()).toEqual(before);
  });

  it('has had its time since it was served, whenever it is first asked for', async () => {
    const realMs = 100;
    while (Date.now() - servedSinceMs < realMs) await get('/health');
    // The clock's body has what the contract names.
    const { nowMs } = (await get('/clock')) as { readonly nowMs: number };
    expect(nowMs).toBeGreaterThanOrEqual(servedSinceMs + realMs * speed);
  });
});
