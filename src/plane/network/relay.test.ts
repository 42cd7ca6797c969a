import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import { ListeningWatch, showsListeningPorts } from './listening-ports.ts';
import { claimLoopbackBlock } from './loopback.ts';
import type { LoopbackBlock } from './loopback.ts';
import { createInstanceRelay } from './relay.ts';
import type { InstanceRelay } from './relay.ts';
import { noWay, openWay, worldMs, type Way } from '../../world/way.ts';
import type { NodeClock } from '../balancer/node-clock.ts';
import type { Carrier } from './carrier.ts';
import { joinOverWay } from './join.ts';
import { testCarrier } from './test-carrier.ts';

let block: LoopbackBlock;
let hostAddress: string;
let publicAddress: string;
let way: Way;
let carrier: Carrier;
let clock: NodeClock;
/** Whose packets are dropped. */
let barred: Set<string>;
let relay: InstanceRelay;
let problems: string[];
let cleanUp: (() => unknown)[];

beforeEach(async () => {
  const claimed = await claimLoopbackBlock();
  if (isDomainError(claimed)) throw new Error(claimed.message);
  block = claimed;
  hostAddress = block.addressFor(300);
  publicAddress = block.addressFor(301);
  way = openWay(0);
  barred = new Set();
  problems = [];
  cleanUp = [];
  ({ carrier, clock } = testCarrier());
  relay = createInstanceRelay({
    carrier,
    publicAddress,
    hostAddress,
    way: () => way,
    admits: (client) => !barred.has(client),
    watch: new ListeningWatch(),
    onProblem: (message) => problems.push(message),
  });
});

afterEach(async () => {
  await relay.close();
  for (const act of cleanUp) await act();
  await block.release();
});

const until = async (condition: () => boolean): Promise<void> => {
  await expect.poll(condition, { timeout: 10_000, interval: 5 }).toBe(true);
};

/** Listens as an instance's process does, on its own address. */
const serve = async (
  serving: (socket: Socket) => void,
  options: { readonly host?: string; readonly port?: number } = {},
): Promise<{
  readonly server: Server;
  readonly port: number;
  readonly sockets: readonly Socket[];
}> => {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    serving(socket);
  });
  server.listen({ host: options.host ?? hostAddress, port: options.port ?? 0 });
  await once(server, 'listening');
  cleanUp.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // A TCP server's address is never a path.
  return { server, port: (server.address() as AddressInfo).port, sockets };
};

const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

interface Client {
  readonly socket: Socket;
  readonly events: string[];
  received: string;
}

const look = async (): Promise<void> => {
  // Port 0 is never listened on: all that comes of this is that what is listened on opens.
  expect(await relay.open(0)).toBeUndefined();
};

const client = (port: number, localAddress?: string): Client => {
  const socket = connect({ host: publicAddress, port, allowHalfOpen: true, localAddress });
  const result: Client = { socket, events: [], received: '' };
  socket.on('data', (bytes) => (result.received += String(bytes)));
  socket.on('end', () => result.events.push('end'));
  socket.on('error', (problem) =>
    result.events.push('code' in problem ? String(problem.code) : problem.message),
  );
  socket.on('close', () => result.events.push('close'));
  cleanUp.push(() => socket.destroy());
  return result;
};

const openPort = async (port: number): Promise<void> => {
  expect(await relay.open(port)).toBeUndefined();
  expect(relay.ports()).toContain(port);
};

describe.runIf(showsListeningPorts())('the open ports', () => {
  test('are those that the instance listens on', async () => {
    const web = await serve(echo);
    const other = await serve(echo);
    await until(() => relay.ports().length === 2);
    expect(new Set(relay.ports())).toEqual(new Set([web.port, other.port]));
    other.server.close();
    await until(() => relay.ports().length === 1);
    const refused = client(other.port);
    await until(() => refused.events.length > 0);
    expect(refused.events[0]).toBe('ECONNREFUSED');
  });

  test('are seen at once when asked for, also where a program gave its address in IPv6 form', async () => {
    const web = await serve(echo, { host: `::ffff:${hostAddress}` });
    await look();
    expect(relay.ports()).toEqual([web.port]);
  });

  test('are not those of other addresses', async () => {
    await serve(echo, { host: block.addressFor(302) });
    await look();
    expect(relay.ports()).toEqual([]);
  });

  test('stay while the instance cannot be reached, whatever it does', async () => {
    const web = await serve(echo);
    await look();
    way = noWay;
    web.server.close();
    await openPort(web.port);
    expect(relay.ports()).toEqual([web.port]);
    way = openWay(0);
    await look();
    expect(relay.ports()).toEqual([]);
  });

  test('are any that is asked for while the instance cannot be reached: nobody can tell where it listens', async () => {
    const { port, server } = await serve(echo);
    server.close();
    way = noWay;
    await openPort(port);
    const waiting = client(port);
    await openPort(port);
    expect(waiting.events).toEqual([]);
    way = openWay(0);
    await until(() => relay.ports().length === 0);
    const refused = client(port);
    await until(() => refused.events.length > 0);
    expect(refused.events[0]).toBe('ECONNREFUSED');
  });

  test('that another program holds are told once', async () => {
    const taken = await serve(echo, { host: publicAddress });
    await serve(echo, { port: taken.port });
    await look();
    await until(() => problems.length > 0);
    await look();
    expect(problems).toEqual([
      expect.stringContaining(`Port ${taken.port} of ${publicAddress} is in use`),
    ]);
    expect(isDomainError(await relay.open(taken.port))).toBe(true);
  });
});

describe('a connection', () => {
  test('carries bytes both ways, whole and in order, with back pressure', async () => {
    const web = await serve(echo);
    await openPort(web.port);
    const user = client(web.port);
    const megabytes = Buffer.alloc(1024 * 1024);
    for (let at = 0; at < megabytes.length; at += 4) megabytes.writeUInt32LE(at, at);
    const received: Buffer[] = [];
    user.socket.on('data', (bytes) => received.push(bytes));
    for (let round = 0; round < 16; round += 1) user.socket.write(megabytes);
    user.socket.end();
    await until(() => user.events.includes('end'));
    const all = Buffer.concat(received);
    expect(all.length).toBe(16 * megabytes.length);
    for (let round = 0; round < 16; round += 1) {
      expect(
        all.subarray(round * megabytes.length, (round + 1) * megabytes.length).equals(megabytes),
      ).toBe(true);
    }
    await until(() => user.events.includes('close'));
  });

  test('is half-closed as its ends are: an answer may come after the end of the question', async () => {
    const web = await serve((socket) => socket.resume().on('end', () => socket.end('answer')));
    await openPort(web.port);
    const user = client(web.port);
    user.socket.end('question');
    await until(() => user.events.includes('close'));
    expect(user.received).toBe('answer');
    expect(user.events).toEqual(['end', 'close']);
  });

  test('breaks when the program breaks it', async () => {
    const web = await serve((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await openPort(web.port);
    const user = client(web.port);
    user.socket.write('x');
    await until(() => user.events.includes('close'));
    expect(user.events).toEqual(['ECONNRESET', 'close']);
  });

  test('ends for the program when the client is gone', async () => {
    const web = await serve((socket) => socket.resume());
    await openPort(web.port);
    const user = client(web.port);
    user.socket.write('x');
    await until(() => (web.sockets[0]?.bytesRead ?? 0) > 0);
    user.socket.resetAndDestroy();
    await until(() => web.sockets[0]?.destroyed === true);
  });

  test('to a port that was opened by hand and where nothing listens is broken, not held', async () => {
    const gone = await serve(echo);
    const blind = createInstanceRelay({ carrier, publicAddress, hostAddress, way: () => way });
    cleanUp.push(() => blind.close());
    expect(await blind.open(gone.port)).toBeUndefined();
    const served = client(gone.port);
    served.socket.end('x');
    await until(() => served.received === 'x');
    gone.server.close();
    await once(gone.server, 'close');
    const user = client(gone.port);
    await until(() => user.events.includes('close'));
    expect(user.events[0]).toBe('ECONNRESET');
  });
});

describe('while the instance cannot be reached', () => {
  /** A connection beside it that is served, many times over: time in which a wrong answer would have come. */
  const witness = async (): Promise<void> => {
    const open = await serve(echo, { host: '127.0.0.1' });
    for (let round = 0; round < 30; round += 1) {
      const socket = connect(open.port, '127.0.0.1');
      socket.end('x');
      await once(socket.resume(), 'close');
    }
  };

  test('connections hang, old and new; none is refused, reset or ended; then they go on', async () => {
    const web = await serve(echo);
    await openPort(web.port);
    const old = client(web.port);
    old.socket.write('a');
    await until(() => old.received === 'a');
    way = noWay;
    const fresh = client(web.port);
    old.socket.write('b');
    fresh.socket.write('c');
    await witness();
    expect([old.received, fresh.received, ...old.events, ...fresh.events]).toEqual(['a', '']);
    expect(web.sockets).toHaveLength(1);
    way = openWay(0);
    await until(() => old.received === 'ab' && fresh.received === 'c');
    expect([...old.events, ...fresh.events]).toEqual([]);
  });

  test('what the program sends, and its end, comes only afterwards', async () => {
    const web = await serve((socket) => socket.write('hello'));
    await openPort(web.port);
    const user = client(web.port);
    await until(() => user.received === 'hello');
    way = noWay;
    web.sockets[0]?.end(' and goodbye');
    await witness();
    expect([user.received, ...user.events]).toEqual(['hello']);
    way = openWay(0);
    await until(() => user.events.includes('end'));
    expect(user.received).toBe('hello and goodbye');
  });

  test('a client that gives up is forgotten, and the program learns of it afterwards', async () => {
    const web = await serve((socket) => socket.resume());
    await openPort(web.port);
    const user = client(web.port);
    user.socket.write('x');
    await until(() => (web.sockets[0]?.bytesRead ?? 0) > 0);
    way = noWay;
    user.socket.resetAndDestroy();
    await witness();
    expect(web.sockets[0]?.destroyed).toBe(false);
    way = openWay(0);
    await until(() => web.sockets[0]?.destroyed === true);
  });
});

test('closing the relay ends its ports and connections', async () => {
  const web = await serve(echo);
  await openPort(web.port);
  const user = client(web.port);
  user.socket.write('x');
  await until(() => user.received === 'x');
  await relay.close();
  await until(() => user.events.includes('end') || user.events.includes('close'));
  expect(relay.ports()).toEqual([]);
  const refused = client(web.port);
  await until(() => refused.events.includes('close'));
  expect(refused.events).toEqual(['ECONNREFUSED', 'close']);
});

describe('a client that is not let in', () => {
  test('hears nothing, and gets through once it is', async () => {
    const web = await serve(echo);
    await openPort(web.port);
    const from = client(web.port);
    await until(() => from.socket.localAddress !== undefined);
    from.socket.destroy();
    barred.add((from.socket.localAddress ?? '127.0.0.1').replace('::ffff:', ''));
    barred.add('127.0.0.1');
    const late = client(web.port);
    late.socket.write('hello');
    await until(() => late.socket.readyState === 'open');
    expect(web.sockets.length).toBeLessThanOrEqual(1);
    expect(late.received).toBe('');
    barred.clear();
    await until(() => late.received === 'hello');
  });

  test('ends nothing that has begun', async () => {
    const web = await serve(echo);
    await openPort(web.port);
    const early = client(web.port);
    early.socket.write('one');
    await until(() => early.received === 'one');
    barred.add(early.socket.localAddress ?? '').add('127.0.0.1');
    early.socket.write('two');
    await until(() => early.received === 'onetwo');
  });
});

describe('a way', () => {
  /** The relay again, of a world whose clock runs so fast. */
  const relayAt = async (speed: number, address?: string): Promise<void> => {
    await relay.close();
    ({ carrier, clock } = testCarrier(speed, address));
    relay = createInstanceRelay({ carrier, publicAddress, hostAddress, way: () => way });
  };

  /** Many whose way is behind them are: time in which a wrong answer would have come. */
  const othersAreServed = async (port: number): Promise<void> => {
    for (let round = 0; round < 20; round += 1) {
      const witness = client(port, block.addressFor(0));
      witness.socket.end('x');
      await until(() => witness.received === 'x');
    }
  };

  /** Opens a port of a server that answers what it hears. */
  const echoing = async (): Promise<number> => {
    const { port } = await serve(echo);
    await relay.open(port);
    return port;
  };

  test.each([1, 10, 100])(
    'takes its time once to connect and once to ask, in world time, at speed %d',
    async (speed) => {
      way = openWay(400);
      await relayAt(speed);
      const port = await echoing();
      const [worldBegin, realBegin] = [clock.now(), performance.now()];
      const user = client(port);
      user.socket.write('x');
      await until(() => user.received === 'x');
      // A timer may come half a millisecond early.
      expect(clock.now() - worldBegin).toBeGreaterThanOrEqual(800 - 2 * speed);
      // Had it taken as long in real time, it would not be through yet.
      expect(performance.now() - realBegin).toBeLessThan(speed === 1 ? Infinity : 800);
    },
  );

  test('follows a clock that changes its speed meanwhile', async () => {
    way = openWay(400);
    await relayAt(0);
    const port = await echoing();
    const user = client(port);
    user.socket.write('x');
    await until(() => user.socket.bytesWritten === 1);
    clock.set({ worldNow: clock.now(), speed: 1000 });
    await until(() => user.received === 'x');
  });

  test('is behind a connection that was carried here', async () => {
    way = noWay;
    await relayAt(1, block.addressFor(0));
    barred.add(block.addressFor(0));
    const port = await echoing();
    const user = client(port, block.addressFor(0));
    user.socket.write('x');
    await until(() => user.received === 'x');
  });

  test('is counted once where a connection passes a carrier and a public side', async () => {
    way = openWay(400);
    await relayAt(1, block.addressFor(0));
    const port = await echoing();
    const [user, carried] = duplexPair();
    const begin = clock.now();
    const target = { address: publicAddress, port };
    joinOverWay(carried, target, { carrier, way: () => way, isCarriedWhole: true });
    user.write('x');
    expect(String(await once(user, 'data'))).toBe('x');
    expect(clock.now() - begin).toBeGreaterThanOrEqual(798);
    expect(clock.now() - begin).toBeLessThan(1600);
    user.destroy();
  });

  test('that loses packets costs their retransmission, and one that loses all is silent', async () => {
    way = openWay(0, 0.5);
    await relayAt(1000, block.addressFor(0));
    const port = await echoing();
    const begin = clock.now();
    const users = Array.from({ length: 12 }, () => client(port));
    for (const user of users) user.socket.write('x');
    await until(() => users.some(({ received }) => received === 'x'));
    // Three of four round trips are lost at first: that all of 24 come through at once is no matter of luck.
    await until(() => users.filter(({ received }) => received === 'x').length > 3);
    expect(clock.now() - begin).toBeGreaterThanOrEqual(1000);
    way = openWay(0, 1);
    const lost = client(port);
    lost.socket.write('x');
    await othersAreServed(port);
    expect(lost.received).toBe('');
  });

  test.each([
    ['breaks the connection', 'error', 'ECONNRESET'],
    ['never answers', 'silence', undefined],
  ] as const)('with a gray failure takes a connection and %s', async (_, as, event) => {
    await relayAt(1, block.addressFor(0));
    const port = await echoing();
    way = { ...openWay(0), gray: [{ share: 1, as, delay: worldMs(0), seed: 1 }] };
    const user = client(port);
    user.socket.write('x');
    if (event !== undefined) await until(() => user.events.includes(event));
    await othersAreServed(port);
    expect(user.received).toBe('');
    expect(user.events.filter((one) => one !== 'close')).toEqual(
      event === undefined ? [] : [event],
    );
  });
});
