import { createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import {
  configurationOf,
  eventually,
  NodeUnderTest,
  RawClient,
  startServer,
  targetAt,
} from './node-under-test.ts';
import { noWay } from '../../world/way.ts';

// What becomes of connections when a client leaves, a target goes away, or a listener is deleted.

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

const newNode = (speed = 1): NodeUnderTest => {
  const started = new NodeUnderTest(speed);
  cleanUps.push(() => started.node.close());
  return started;
};

const newClient = (port: number): RawClient => {
  const raw = new RawClient(port);
  cleanUps.push(() => raw.socket.destroy());
  return raw;
};

/** A target that holds requests until they are released, and tells which of them were left. */
const startHolding = async () => {
  const held: (() => void)[] = [];
  let left = 0;
  const { port, close } = await startServer((request, response) => {
    if (request.url === '/health') {
      response.end();
      return;
    }
    held.push(() => response.end('done'));
    response.on('close', () => {
      if (!response.writableFinished) left += 1;
    });
  });
  cleanUps.push(close);
  return { port, held, leftCount: () => left };
};

it('leaves the target when the client leaves', async () => {
  const target = await startHolding();
  const balancer = newNode();
  balancer.node.configure(configurationOf([targetAt(target.port)]));
  const raw = newClient(await balancer.port());
  raw.socket.write(get);
  await eventually('the target has the request', () => target.held.length === 1);
  raw.socket.destroy();
  await eventually('the target sees it leave', () => target.leftCount() === 1);
});

it('lets a draining target finish, and cuts it off when the delay is over', async () => {
  const target = await startHolding();
  const balancer = newNode();
  balancer.node.configure(configurationOf([targetAt(target.port)]));
  const port = await balancer.port();
  const [first, second] = [newClient(port), newClient(port)];
  first.socket.write(get);
  second.socket.write(get);
  await eventually('the target has both', () => target.held.length === 2);
  balancer.node.configure(configurationOf([targetAt(target.port, { draining: true })]));
  await newClient(port).exchange(get, /^HTTP\/1.1 503 /);
  target.held[0]?.();
  await eventually('one of them is done', () =>
    [first, second].some((raw) => raw.received.endsWith('done')),
  );
  balancer.node.configure(configurationOf([]));
  const other = first.received === '' ? first : second;
  await other.until(/^HTTP\/1.1 502 Bad Gateway/);
});

it('sends a request again that a target dropped together with an idle connection', async () => {
  const sockets: Socket[] = [];
  let requests = 0;
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      if (bytes.toString().startsWith('GET /health')) {
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      requests += 1;
      // The second request comes on the first one's connection, which dies just then.
      if (requests === 2) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  const targetPort = typeof address === 'object' && address !== null ? address.port : 0;
  const balancer = newNode();
  balancer.node.configure(configurationOf([targetAt(targetPort)]));
  const raw = newClient(await balancer.port());
  await raw.exchange(get, /\r\n\r\nok$/);
  await raw.exchange(get, /\r\n\r\nok[^]*\r\n\r\nok$/);
  expect(requests).toBe(3);
});

it('cuts a response that the target breaks off, so that the client sees it', async () => {
  const { port, close } = await startServer((request, response) => {
    if (request.url === '/health') {
      response.end();
      return;
    }
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => request.socket.destroy());
  });
  cleanUps.push(close);
  const balancer = newNode();
  balancer.node.configure(configurationOf([targetAt(port)]));
  const raw = newClient(await balancer.port());
  await raw.exchange(get, /half$/);
  await eventually('the connection is cut', () => raw.closed);
});

it('holds back what was in flight when the network to a target went down, until it is back', async () => {
  const target = await startHolding();
  const balancer = newNode();
  const cutOff = targetAt(target.port, { way: noWay });
  balancer.node.configure(configurationOf([targetAt(target.port)]));
  const port = await balancer.port();
  const raw = newClient(port);
  raw.socket.write(get);
  await eventually('the target has the request', () => target.held.length === 1);
  balancer.node.configure(configurationOf([cutOff]));
  target.held[0]?.();
  const other = await startServer((_, response) => response.end('elsewhere'));
  cleanUps.push(other.close);
  balancer.node.configure(configurationOf([cutOff, targetAt(other.port)]));
  // Another target's whole exchange takes longer than the held answer would.
  const bystander = newNode();
  bystander.node.configure(configurationOf([targetAt(other.port)]));
  await newClient(await bystander.port()).exchange(get, /elsewhere$/);
  expect(raw.received).toBe('');
  balancer.node.configure(configurationOf([targetAt(target.port)]));
  await raw.until(/done$/);
});

it('keeps an idle connection for its time-out of world time when the clock slows down meanwhile', async () => {
  // A minute is 150 real milliseconds when the connection begins, and a second from then on.
  const balancer = newNode(400);
  const target = await startServer((_, response) => response.end('x'));
  cleanUps.push(target.close);
  balancer.node.configure(configurationOf([targetAt(target.port)]));
  const raw = newClient(await balancer.port());
  await raw.exchange(get, /\r\n\r\nx$/);
  balancer.clock.set({ worldNow: balancer.clock.now(), speed: 60 });
  const slowedAt = performance.now();
  await eventually('the connection closes', () => raw.closed);
  expect(performance.now() - slowedAt).toBeGreaterThan(800);
});

it('closes idle connections of a listener that is deleted, and takes no new ones', async () => {
  const target = await startServer((_, response) => response.end('x'));
  cleanUps.push(target.close);
  const balancer = newNode();
  const configuration = configurationOf([targetAt(target.port)]);
  balancer.node.configure(configuration);
  const port = await balancer.port();
  const raw = newClient(port);
  await raw.exchange(get, /\r\n\r\nx$/);
  balancer.node.configure({ ...configuration, loadBalancers: [] });
  await eventually('the connection closes', () => raw.closed);
  const late = newClient(port);
  await eventually('a new one is refused', () => late.closed);
  expect(late.received).toBe('');
});
