import { execFile, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import dnsPacket from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../../aws/route53/dns-records.ts';
import type { DnsClient } from './respond.ts';
import { isRounded, roundingText, shownTtl } from './shown-ttl.ts';
import type { DnsServer, DnsServerOptions } from './server.ts';
import { startDnsServer } from './server.ts';

const address = (name: string, last: number): DnsRecord => ({
  name,
  ttlSeconds: 60,
  data: { type: 'A', address: `192.0.2.${last}` },
});

const answerOf = (answers: readonly DnsRecord[]): DnsAnswer => ({
  code: 'noerror',
  authoritative: true,
  answers,
  authority: [],
  additional: [],
});

const refused: DnsAnswer = { ...answerOf([]), code: 'refused', authoritative: false };

const zone = (question: DnsQuestion): DnsAnswer => {
  if (question.name === 'www.example.com.') return answerOf([address(question.name, 1)]);
  if (question.name === 'three.example.com.')
    return answerOf([1, 2, 3].map((last) => address(question.name, last)));
  if (question.name === 'many.example.com.') {
    return answerOf(Array.from({ length: 100 }, (_, last) => address(question.name, last)));
  }
  if (question.name === 'bug.example.com.') throw new Error('a bug');
  return refused;
};

const running: DnsServer[] = [];
const sockets: { destroy(): void }[] = [];

const start = async (
  options: Partial<DnsServerOptions> = {},
): Promise<{ server: DnsServer; port: number; bugs: unknown[] }> => {
  const bugs: unknown[] = [];
  const server = await startDnsServer({
    listeners: [{ address: '127.0.0.1', port: 0 }],
    answer: zone,
    speed: () => 1,
    onBug: (error) => bugs.push(error),
    ...options,
  });
  running.push(server);
  return { server, port: server.listeners[0]?.port ?? 0, bugs };
};

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const askUdp = (port: number, query: Uint8Array, host = '127.0.0.1'): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const deadline = setTimeout(() => {
      socket.close();
      reject(new Error('no response'));
    }, 5000);
    socket.on('message', (response) => {
      clearTimeout(deadline);
      socket.close();
      resolve(response);
    });
    socket.send(query, port, host);
  });

const query = (name: string, parts: Partial<dnsPacket.Packet> = {}): Buffer =>
  dnsPacket.encode({ type: 'query', id: 4711, questions: [{ type: 'A', name }], ...parts });

const ask = async (port: number, name: string, parts: Partial<dnsPacket.Packet> = {}) =>
  dnsPacket.decode(await askUdp(port, query(name, parts)));

const openTcp = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
    sockets.push(socket);
  });

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on('close', () => resolve());
    socket.resume();
  });

const framed = (message: Buffer): Buffer =>
  Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]);

const readMessages = (socket: Socket, count: number): Promise<dnsPacket.DecodedPacket[]> =>
  new Promise((resolve, reject) => {
    let pending = Buffer.alloc(0);
    const messages: dnsPacket.DecodedPacket[] = [];
    socket.on('close', () => reject(new Error('closed early')));
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        messages.push(dnsPacket.decode(pending.subarray(2)));
        pending = pending.subarray(2 + pending.readUInt16BE(0));
      }
      if (messages.length >= count) resolve(messages);
    });
  });

const code = (response: Buffer): number => (response[3] ?? 0) & 15;

describe('over UDP', () => {
  test('a name of a zone is answered with authority and without recursion', async () => {
    const { port } = await start();
    const response = await ask(port, 'www.example.com', { flags: dnsPacket.RECURSION_DESIRED });
    expect(response).toMatchObject({
      id: 4711,
      rcode: 'NOERROR',
      flag_aa: true,
      flag_rd: true,
      flag_ra: false,
      flag_tc: false,
    });
    expect(response.answers).toMatchObject([
      { type: 'A', name: 'www.example.com', ttl: 60, data: '192.0.2.1' },
    ]);
  });

  test('a foreign name is refused', async () => {
    const { port } = await start();
    expect(await ask(port, 'www.example.net')).toMatchObject({
      rcode: 'REFUSED',
      flag_aa: false,
      answers: [],
    });
  });

  test.each([
    ['another opcode', query('www.example.com', { flags: 2 << 11 }), 4],
    [
      'a query of two questions',
      query('a.b', {
        questions: [
          { type: 'A', name: 'a.b' },
          { type: 'A', name: 'c.d' },
        ],
      }),
      1,
    ],
    ['a query of no question', query('a.b', { questions: [] }), 1],
    [
      'a class that is not the internet',
      query('a.b', { questions: [{ type: 'TXT', name: 'version.bind', class: 'CH' }] }),
      5,
    ],
    ['a zone transfer', query('a.b', { questions: [{ type: 'AXFR', name: 'example.com' }] }), 5],
    [
      'a header and garbage',
      Buffer.concat([query('www.example.com').subarray(0, 12), Buffer.from([0xc0, 12, 1])]),
      1,
    ],
  ])('%s gets its code', async (_, bytes, expected) => {
    const { port } = await start();
    const response = await askUdp(port, bytes);
    expect(code(response)).toBe(expected);
    expect(response.readUInt16BE(0)).toBe(4711);
  });

  test('an EDNS version of the future is told which one is spoken', async () => {
    const { port } = await start();
    const opt = {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 1232,
      ednsVersion: 1,
      flags: 0,
      options: [],
    } as unknown as dnsPacket.OptAnswer; // The package's types ask for fields that it ignores.
    const response = dnsPacket.decode(
      await askUdp(port, query('www.example.com', { additionals: [opt] })),
    );
    expect(response.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1, ednsVersion: 0 }]);
  });

  test('a response or a stump is not answered, and the server goes on', async () => {
    const { server, port } = await start();
    const socket = createSocket('udp4');
    let answered = 0;
    socket.on('message', () => (answered += 1));
    socket.send(dnsPacket.encode({ type: 'response', questions: [] }), port, '127.0.0.1');
    socket.send(Buffer.from([1, 2, 3]), port, '127.0.0.1');
    await expect.poll(() => server.queries()).toBe(2);
    await ask(port, 'www.example.com');
    expect(answered).toBe(0);
    socket.close();
  });

  test('what does not fit comes truncated, and whole with a larger EDNS size', async () => {
    const { port } = await start();
    const small = await askUdp(port, query('many.example.com'));
    expect(small.length).toBeLessThanOrEqual(512);
    expect(dnsPacket.decode(small)).toMatchObject({ flag_tc: true, answers: [] });
    const opt = {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 4096,
      flags: 0,
      options: [],
    } as unknown as dnsPacket.OptAnswer; // As above.
    const large = await ask(port, 'many.example.com', { additionals: [opt] });
    expect(large.flag_tc).toBe(false);
    expect(large.answers).toHaveLength(100);
  });

  test('addresses take turns', async () => {
    for (const generation of [undefined, () => 1]) {
      const { port } = await start({ generation });
      const first = new Set<unknown>();
      for (let asked = 0; asked < 3; asked += 1) {
        const response = await ask(port, 'three.example.com');
        expect(response.answers).toHaveLength(3);
        const [answer] = response.answers ?? [];
        if (answer?.type === 'A') first.add(answer.data);
      }
      expect(first.size).toBe(3);
    }
  });

  test('a bug is reported and answered with SERVFAIL', async () => {
    const { port, bugs } = await start();
    expect(await ask(port, 'bug.example.com')).toMatchObject({ rcode: 'SERVFAIL' });
    expect(bugs).toEqual([new Error('a bug')]);
  });
});

describe('times to live', () => {
  test.each([
    [60, 1, 60],
    [60, 10, 6],
    [60, 100, 1],
    [0, 10, 0],
  ])('%i world seconds at speed %i show as %i', (ttlSeconds, speed, shown) => {
    expect(shownTtl(ttlSeconds, speed)).toBe(shown);
  });

  test.each([
    [60, 10, false],
    [60, 8, true],
    [60, 25, true],
    [60, 40, true],
    [30, 20, true],
    [30, 100, true],
    [300, 7, false],
    [0, 100, false],
  ])('%i world seconds at speed %i are off by more than 5 %%: %s', (ttlSeconds, speed, rounded) => {
    expect(isRounded(ttlSeconds, speed)).toBe(rounded);
  });

  test('that are off are told of, with what caches make of them', async () => {
    const told: string[] = [];
    const { port } = await start({
      speed: () => 40,
      onRounded: (ttlSeconds, speed) => told.push(roundingText(ttlSeconds, speed)),
    });
    await ask(port, 'www.example.com');
    expect(told).toEqual([
      'at speed 40 DNS shows a TTL of 60 s as 2 s, since caches keep whole seconds: they keep such answers for 80 s of ' +
        'world time, 33 % too long',
    ]);
  });

  test('follow the clock, also for answers given before', async () => {
    let speed = 1;
    const { port } = await start({ speed: () => speed, generation: () => 1 });
    expect((await ask(port, 'www.example.com')).answers).toMatchObject([{ ttl: 60 }]);
    speed = 20;
    expect((await ask(port, 'www.example.com')).answers).toMatchObject([{ ttl: 3 }]);
  });
});

describe('kept answers', () => {
  test('serve equal questions of one generation, each with its own id', async () => {
    let generation = 1;
    let asked = 0;
    const answer = (question: DnsQuestion) => {
      asked += 1;
      return zone(question);
    };
    const { port } = await start({ answer, generation: () => generation });
    for (const id of [1, 2, 3]) expect((await ask(port, 'www.example.com', { id })).id).toBe(id);
    expect(asked).toBe(1);
    generation = 2;
    await ask(port, 'www.example.com');
    expect(asked).toBe(2);
  });

  test('do not mix questions whose bytes come to the same number', async () => {
    const names = ['h191360.example.org', 'h106766.example.org'];
    const answer = (question: DnsQuestion) =>
      answerOf([address(question.name, question.name.startsWith('h19') ? 1 : 2)]);
    const { port } = await start({ answer, generation: () => 1 });
    for (const name of [...names, ...names]) {
      expect((await ask(port, name)).answers).toMatchObject([
        { name, data: name.startsWith('h19') ? '192.0.2.1' : '192.0.2.2' },
      ]);
    }
  });

  test('do not mix the case of names', async () => {
    const { port } = await start({ generation: () => 1 });
    expect((await ask(port, 'www.example.com')).questions).toMatchObject([
      { name: 'www.example.com' },
    ]);
    expect((await ask(port, 'WWW.example.COM')).questions).toMatchObject([
      { name: 'WWW.example.COM' },
    ]);
  });
});

describe('vantage', () => {
  test('is told by the listener and by the client subnet', async () => {
    const seen: DnsClient[] = [];
    const answer = (question: DnsQuestion, client: DnsClient) => {
      seen.push(client);
      return zone(question);
    };
    const { server } = await start({
      answer,
      generation: () => 1,
      listeners: [
        { address: '127.0.0.1', port: 0, vantage: 'london' },
        { address: '127.0.0.1', port: 0, vantage: 'tokyo' },
      ],
    });
    const [london, tokyo] = server.listeners;
    const subnet = {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 1232,
      flags: 0,
      options: [{ code: 'CLIENT_SUBNET', ip: '198.51.100.0', sourcePrefixLength: 24 }],
    } as unknown as dnsPacket.OptAnswer; // As above.
    await ask(london?.port ?? 0, 'www.example.com');
    await ask(tokyo?.port ?? 0, 'www.example.com');
    const response = await ask(tokyo?.port ?? 0, 'www.example.com', { additionals: [subnet] });
    expect(seen).toMatchObject([
      { vantage: 'london' },
      { vantage: 'tokyo' },
      { vantage: 'tokyo', clientSubnet: { address: '198.51.100.0', sourcePrefixLength: 24 } },
    ]);
    expect(response.additionals).toMatchObject([
      { options: [{ code: 8, sourcePrefixLength: 24, scopePrefixLength: 24 }] },
    ]);
  });
});

describe('over TCP', () => {
  test('one connection asks many times, in pieces of any size', async () => {
    const { port } = await start();
    const socket = await openTcp(port);
    const reading = readMessages(socket, 3);
    const bytes = Buffer.concat([1, 2, 3].map((id) => framed(query('many.example.com', { id }))));
    socket.setNoDelay(true);
    for (let offset = 0; offset < bytes.length; offset += 7)
      socket.write(bytes.subarray(offset, offset + 7));
    const messages = await reading;
    expect(messages.map((message) => message.id)).toEqual([1, 2, 3]);
    expect(messages[0]?.answers).toHaveLength(100);
  });

  test('a silent connection is closed', async () => {
    const { port } = await start({ tcp: { idleMs: 50 } });
    await closed(await openTcp(port));
  });

  test('a connection that asks too often is closed after its last answer', async () => {
    const { port } = await start({ tcp: { queries: 2 } });
    const socket = await openTcp(port);
    const reading = readMessages(socket, 2);
    const ended = closed(socket);
    socket.write(Buffer.concat([1, 2, 3].map((id) => framed(query('www.example.com', { id })))));
    expect(await reading).toHaveLength(2);
    await ended;
  });

  test('one connection too many is closed, the others stay', async () => {
    const { port } = await start({ tcp: { connections: 1 } });
    const first = await openTcp(port);
    const reading = readMessages(first, 1);
    await closed(await openTcp(port));
    first.write(framed(query('www.example.com')));
    expect(await reading).toHaveLength(1);
  });
});

describe('listeners', () => {
  test('that cannot be bound are told, and none stays open', async () => {
    const { port } = await start();
    const taken = { address: '127.0.0.1', port };
    await expect(
      start({ listeners: [{ address: '127.0.0.2', port }, taken] }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await start({ listeners: [{ address: '127.0.0.2', port }] });
  });
});

const digIsThere = spawnSync('dig', ['-v']).error === undefined;
if (!digIsThere) console.warn('server.test.ts: dig is not installed, its tests are skipped');

describe.skipIf(!digIsThere)('dig (skipped where it is not installed)', () => {
  // The server runs in this process: dig must not block it.
  const dig = (port: number, ...args: string[]): Promise<string> => {
    return new Promise((resolve, reject) => {
      execFile(
        'dig',
        ['@127.0.0.1', '-p', String(port), '+tries=1', '+time=5', ...args],
        (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
      );
    });
  };

  test('understands an answer', async () => {
    const { port } = await start();
    const output = await dig(port, 'www.example.com', '+subnet=198.51.100.0/24');
    expect(output).toMatch(/status: NOERROR/);
    expect(output).toMatch(/flags: qr aa rd;/);
    expect(output).toMatch(/CLIENT-SUBNET: 198\.51\.100\.0\/24\/24/);
    expect(output).toMatch(/www\.example\.com\.\s+60\s+IN\s+A\s+192\.0\.2\.1/);
    expect(output).not.toMatch(/WARNING: Message/);
  });

  test('comes again over TCP when the answer is truncated', async () => {
    const { port } = await start();
    const output = await dig(port, 'many.example.com', '+bufsize=512', '+short');
    expect(output.trim().split('\n')).toHaveLength(100);
  });
});
