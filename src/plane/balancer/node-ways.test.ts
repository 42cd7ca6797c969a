import { get } from 'node:http';
import { afterEach, describe, expect, it, test } from 'vitest';
import { noWay, openWay, worldMs, type Gray, type Way } from '../../world/way.ts';
import {
  configurationOf,
  NodeUnderTest,
  RawClient,
  startServer,
  targetAt,
} from './node-under-test.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** A node, and a server behind it over a way. */
const nodeOver = async (
  ways: { readonly target?: Way; readonly entrance?: Way },
  speed: number,
): Promise<{ readonly under: NodeUnderTest; readonly port: number }> => {
  const { port: targetPort, close } = await startServer((_, response) => response.end('served'));
  const under = new NodeUnderTest(speed, '127.99.0.9');
  cleanUps.push(close, () => under.node.close());
  const target = targetAt(targetPort, { way: ways.target ?? openWay(0) });
  under.node.configure(configurationOf([target], { entrance: ways.entrance ?? openWay(0) }));
  return { under, port: await under.port() };
};

const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** How long an exchange takes, in world time and in real time. */
const timed = async (
  { under }: { readonly under: NodeUnderTest },
  exchange: () => Promise<unknown>,
): Promise<{ readonly worldMs: number; readonly realMs: number }> => {
  const [worldBegin, realBegin] = [under.clock.now(), performance.now()];
  await exchange();
  return { worldMs: under.clock.now() - worldBegin, realMs: performance.now() - realBegin };
};

const clientOf = (port: number): RawClient => {
  const client = new RawClient(port);
  cleanUps.push(() => client.socket.destroy());
  return client;
};

const strikesAll = (as: Gray['as'], delayMs = 0): Way => ({
  ...openWay(0),
  gray: [{ share: 1, as, delay: worldMs(delayMs), seed: 1 }],
});

describe('a way of 400 ms', () => {
  it.each([
    ['to the target', 1, { target: openWay(400) }],
    ['to the target', 10, { target: openWay(400) }],
    ['to the target', 100, { target: openWay(400) }],
    ['from the client', 1, { entrance: openWay(400) }],
    ['from the client', 100, { entrance: openWay(400) }],
  ])(
    '%s is gone there and back to connect and for each request, in world time, at speed %d',
    async (_, speed, ways) => {
      const node = await nodeOver(ways, speed);
      const client = clientOf(node.port);
      const first = await timed(node, () => client.exchange(request, /served/));
      client.received = '';
      const second = await timed(node, () => client.exchange(request, /served/));
      // A timer may come half a millisecond early.
      expect(first.worldMs).toBeGreaterThanOrEqual(800 - 2 * speed);
      expect(second.worldMs).toBeGreaterThanOrEqual(400 - 2 * speed);
      // Had the second connected anew, or had either taken as long in real time, it would not be through yet.
      expect(second.realMs).toBeLessThan(800);
      expect(first.realMs).toBeLessThan(speed === 1 ? Infinity : 800);
    },
  );
});

describe('a node', () => {
  test.each([
    ['no connection to the target comes about', openWay(0, 1), 504, 10_000],
    ['the request to the target gets no answer', strikesAll('silence'), 504, 60_000],
    ['the target fails it', strikesAll('error'), 500, 0],
    ['the target is slow', strikesAll('latency', 5_000), 200, 5_000],
  ])('answers for itself when %s', async (_, target, status, afterMs) => {
    const node = await nodeOver({ target }, 100);
    const client = clientOf(node.port);
    const answer = new RegExp(`^HTTP/1.1 ${status} `);
    const { worldMs: passedMs } = await timed(node, () => client.exchange(request, answer));
    expect(passedMs).toBeGreaterThanOrEqual(afterMs - 200);
  });

  test('is not heard where no way leads to it, but by those who were carried there', async () => {
    const node = await nodeOver({ entrance: noWay }, 1);
    const outside = clientOf(node.port);
    outside.socket.write(request);
    const status = await new Promise((resolve, reject) => {
      get({ port: node.port, host: '127.0.0.1', localAddress: '127.99.0.9' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).once('error', reject);
    });
    expect([status, outside.received]).toEqual([200, '']);
  });
});
