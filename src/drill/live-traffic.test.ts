import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Place } from '../atlas/places.ts';
import { DomainError } from '../world/domain-error.ts';
import type { PlannedTraffic } from './drill-plan.ts';
import { LiveTraffic } from './live-traffic.ts';
import { countRequests } from './measure.ts';
import type { LiveDrillWorld, Vantage } from './ports.ts';
import { london, readers } from './test-virtual-world.ts';
import { connect } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** What the DNS server of a test says: addresses and TTL in real seconds, or nothing at all. */
interface Zone {
  addresses: readonly string[];
  ttlSeconds: number;
  /** What the world says of the TTL, in its own seconds. */
  worldTtlSeconds: number;
  code: number;
  asked: number;
}

const headerBytes = 12;

/** The least that a DNS server can be: it answers every question with the zone's addresses. */
const answerTo = (query: Buffer, zone: Zone): Buffer => {
  // The question: a name up to its empty label, then type and class.
  const question = query.subarray(headerBytes, query.indexOf(0, headerBytes) + 5);
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x84_00 + zone.code, 2);
  header.writeUInt16BE(1, 4);
  const addresses = zone.code === 0 ? zone.addresses : [];
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    const record = Buffer.from([
      0xc0,
      0x0c,
      0,
      1,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      4,
      ...address.split('.').map(Number),
    ]);
    record.writeUInt32BE(zone.ttlSeconds, 6);
    return record;
  });
  return Buffer.concat([header, question, ...records]);
};

const serveDns = async (zone: Zone): Promise<AddressInfo> => {
  const socket: Socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    zone.asked += 1;
    socket.send(answerTo(query, zone), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closers.push(() => socket.close());
  return socket.address();
};

const serveHttp = async (
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<AddressInfo> => {
  const server: Server = createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server has an address of this form.
  return server.address() as AddressInfo;
};

const refused = new DomainError('NotHere', 'This world only carries traffic.');

interface TestWorld extends LiveDrillWorld {
  setSpeed(speed: number): void;
}

/** A live world that is nothing but a clock, DNS and a way to one web server. */
const liveWorld = (
  firstSpeed: number,
  connectTo: (address: string) => Duplex,
  zone: Pick<Zone, 'worldTtlSeconds'>,
): TestWorld => {
  let speed = firstSpeed;
  let [baseRealMs, baseWorldMs] = [performance.now(), 0];
  const now = (): number => baseWorldMs + (performance.now() - baseRealMs) * speed;
  const arms = new Set<() => void>();
  const at = (worldMs: number, callback: () => void): (() => void) => {
    let timer: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      clearTimeout(timer);
      arms.delete(arm);
    };
    const arm = (): void => {
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          if (now() < worldMs) {
            arm();
            return;
          }
          cancel();
          callback();
        },
        Math.max(0, Math.ceil((worldMs - now()) / speed)),
      );
    };
    arms.add(arm);
    arm();
    return cancel;
  };
  return {
    mode: 'live',
    get speed() {
      return speed;
    },
    setSpeed: (next) => {
      [baseWorldMs, baseRealMs, speed] = [now(), performance.now(), next];
      for (const arm of arms) arm();
    },
    endpoint: 'http://127.0.0.1:9',
    now,
    at,
    keepPace: () => undefined,
    measure: () => () => ({
      chosenSpeed: firstSpeed,
      lowestSpeed: speed,
      stallMs: 0,
      startMs: 0,
      shortestTimeoutMs: 5000,
      longestIntervalMs: 10_000,
    }),
    waitUntil: async (worldMs) => {
      await new Promise<void>((resolve) => at(worldMs, resolve));
    },
    vantage: (place: Place) => ({ place, dns: { address: '127.0.0.1', port: 0 } }),
    openFault: () => Promise.resolve(refused),
    mendFault: () => Promise.resolve(refused),
    unsettled: () => [],
    watchNames: () => undefined,
    onEvent: () => () => undefined,
    connect: (_, address) => connectTo(address),
    ttlSeconds: () => zone.worldTtlSeconds,
    close: () => Promise.resolve(),
  };
};

interface Outcome {
  readonly sent: number;
  readonly lost: number;
  readonly traffic: LiveTraffic;
  readonly asked: number;
}

const send = async (options: {
  readonly zone?: Partial<Zone>;
  readonly traffic?: Partial<PlannedTraffic>;
  readonly connectTo?: (address: string, port: number) => Duplex;
  readonly handle?: (request: IncomingMessage, response: ServerResponse) => void;
  readonly speed?: number;
  readonly durationMs?: number;
}): Promise<Outcome> => {
  const zone: Zone = {
    addresses: ['10.0.0.1'],
    ttlSeconds: 60,
    worldTtlSeconds: 60,
    code: 0,
    asked: 0,
    ...options.zone,
  };
  const dns = await serveDns(zone);
  const http = await serveHttp(options.handle ?? ((_, response) => response.end('ok')));
  const world = liveWorld(
    options.speed ?? 20,
    (address) => (options.connectTo ?? ((_, port) => straight(port)))(address, http.port),
    zone,
  );
  const vantage: Vantage = { place: london(), dns };
  const durationMs = options.durationMs ?? 4000;
  // Patience for slow machines: three real seconds.
  const patient = { ratePerSecond: 5, clients: 4, timeoutMs: 3000 * world.speed };
  const planned = readers({ ...patient, ...options.traffic });
  const traffic = new LiveTraffic(world, vantage, planned, world.now() + 200, durationMs);
  await traffic.run();
  const { clients } = traffic.runs([]);
  return { ...countRequests(clients.flat()), traffic, asked: zone.asked };
};

const straight = (port: number): Duplex => connect(port, '127.0.0.1');

/** A connection on which nothing ever comes back. */
const silent = (): Duplex => duplexPair()[0];

describe('live traffic', () => {
  it('asks the vantage by DNS and sends whole HTTP requests over new connections', async () => {
    const seen: string[] = [];
    const sockets = new Set<unknown>();
    const outcome = await send({
      traffic: {
        request: {
          method: 'POST',
          url: 'http://www.example.test:8080/a?b=c',
          host: 'www.example.test',
          port: 8080,
          path: '/a?b=c',
          headers: { 'x-user': 'me' },
          expects: (status) => status === 201,
        },
      },
      handle: (request, response) => {
        sockets.add(request.socket);
        seen.push(
          `${request.method} ${request.url} ${request.headers.host} ${String(request.headers['x-user'])}`,
        );
        response.writeHead(201).end('made');
      },
    });
    expect(outcome).toMatchObject({ sent: 20, lost: 0 });
    expect(new Set(seen)).toEqual(new Set(['POST /a?b=c www.example.test:8080 me']));
    expect(seen).toHaveLength(20);
    expect(sockets.size).toBe(20);
  });

  it('keeps an answer for its time to live, each client on its own', async () => {
    // Four clients ask once each, and again when their first answer, of one to four quarters of the TTL, is over.
    const long = await send({ zone: { worldTtlSeconds: 3600 } });
    expect(long.asked).toBe(4);
    // A client whose question is still under way when its next request is due asks no second one: a machine that is late.
    let asked = 0;
    for (let tries = 0; asked !== 20 && tries < 5; tries++) {
      ({ asked } = await send({ zone: { worldTtlSeconds: 0 } }));
    }
    expect(asked).toBe(20);
  });

  it("keeps an answer for the world's time to live, not for the whole real seconds that DNS shows", async () => {
    // At speed 20 a TTL of two seconds is shown as one, which is twenty of the world's.
    const { asked } = await send({ speed: 20, zone: { worldTtlSeconds: 2, ttlSeconds: 1 } });
    expect(asked).toBe(9);
  });

  it('takes turns on the addresses', async () => {
    const turns: string[] = [];
    await send({
      zone: { addresses: ['10.0.0.10', '10.0.0.9'] },
      traffic: { clients: 2 },
      connectTo: (address, port) => {
        turns.push(address);
        return straight(port);
      },
      durationMs: 1600,
    });
    // Requests 0 and 1 are the first of each client, 2 and 3 the second: sorted by number, each client one further.
    expect(turns).toEqual(
      ['9', '10', '10', '9', '9', '10', '10', '9'].map((last) => `10.0.0.${last}`),
    );
  });

  it.each([
    ['the name does not exist', { zone: { code: 3 } }],
    ['the DNS server fails', { zone: { code: 2 } }],
    [
      'the status is none that the user expects',
      { handle: (_: IncomingMessage, response: ServerResponse) => response.writeHead(503).end() },
    ],
    ['the connection breaks', { handle: (request: IncomingMessage) => request.socket.destroy() }],
    [
      'the answer is cut off',
      {
        handle: (_: IncomingMessage, response: ServerResponse) => {
          response.writeHead(200, { 'content-length': '100' });
          response.write('half', () => response.destroy());
        },
      },
    ],
    ['nobody answers', { handle: () => undefined, traffic: { timeoutMs: 1000 } }],
    [
      'the way is silent',
      {
        connectTo: silent,
        traffic: { timeoutMs: 1000 },
      },
    ],
  ])('is lost when %s', async (_, options) => {
    expect(await send({ ...options, durationMs: 2000 })).toMatchObject({ sent: 10, lost: 10 });
  });

  it('loses what it sends to a dead address, and only that', async () => {
    const outcome = await send({
      zone: { addresses: ['10.0.0.1', '10.0.0.2'] },
      connectTo: (address, port) => (address === '10.0.0.1' ? straight(port) : silent()),
      traffic: { timeoutMs: 20_000 },
    });
    expect(outcome).toMatchObject({ sent: 20, lost: 10 });
    expect(outcome.traffic.progress).toMatchObject({ sent: 20, lost: 10 });
  });

  it("measures a user's patience by the world's time when its speed changes meanwhile", async () => {
    const zone: Zone = {
      addresses: ['10.0.0.1'],
      ttlSeconds: 60,
      worldTtlSeconds: 60,
      code: 0,
      asked: 0,
    };
    const dns = await serveDns(zone);
    // Half a second is a minute of this world's time when the request comes, and half a second of it from then on.
    const http = await serveHttp((_, response) => {
      world.setSpeed(1);
      setTimeout(() => response.end('ok'), 500);
    });
    const world = liveWorld(120, () => straight(http.port), zone);
    const planned = readers({ ratePerSecond: 0.1, clients: 1, timeoutMs: 30_000 });
    const traffic = new LiveTraffic(world, { place: london(), dns }, planned, world.now(), 1000);
    await traffic.run();
    expect(traffic.progress).toEqual({ sent: 1, lost: 0 });
  });

  it('sends no more once it is stopped', async () => {
    const zone: Zone = {
      addresses: ['10.0.0.1'],
      ttlSeconds: 60,
      worldTtlSeconds: 60,
      code: 0,
      asked: 0,
    };
    const dns = await serveDns(zone);
    const http = await serveHttp((_, response) => {
      traffic.stop();
      response.end('ok');
    });
    const world = liveWorld(20, () => straight(http.port), zone);
    const traffic = new LiveTraffic(world, { place: london(), dns }, readers(), 0, 600_000);
    await traffic.run();
    expect(traffic.progress.sent).toBeLessThan(1000);
  });
});
