import { once } from 'node:events';
import { createServer, request as ask, type RequestListener, type Server } from 'node:http';
import { connect, createServer as createSocketServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { forward, type Forwarded, type ForwardEnd } from './forward.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const serve = async (server: Server): Promise<number> => {
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an AddressInfo; only one on a pipe has a string.
  return (server.address() as AddressInfo).port;
};

/** An endpoint behind that does what it is told with each request; its origin. */
const endpoint = async (listener: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await serve(createServer(listener))}`;

/** An endpoint that says these bytes to whoever connects, whatever it is asked. */
const rawEndpoint = async (bytes: string): Promise<string> => {
  const server = createSocketServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(bytes));
  });
  closing.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // As above.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

interface Front {
  readonly port: number;
  readonly ends: ForwardEnd[];
}

/** A server that passes each request on, and answers 503 with the reason where it cannot. */
const front = async (origin: string, more: Partial<Forwarded> = {}): Promise<Front> => {
  const ends: ForwardEnd[] = [];
  const listener: RequestListener = (request, response) => {
    const forwarded: Forwarded = {
      request,
      response,
      body: undefined,
      endpoint: { origin, mayBePublic: false },
      patience: { connectMs: 5_000, idleMs: 10_000 },
      target: request.url ?? '/',
      host: request.headers.host ?? '',
      authorization: undefined,
      extra: {},
      answered: { 'x-behind': origin },
      isSilent: () => false,
      ...more,
    };
    void forward(forwarded).then((end) => {
      ends.push(end);
      if (end.kind === 'unavailable') response.writeHead(503).end(end.why);
    });
  };
  const server = createServer(listener);
  server.on('checkContinue', listener);
  return { port: await serve(server), ends };
};

/** Writes bytes on a connection of its own; what comes back until it is closed. */
const exchange = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(text));
  });

const get = (port: number, headers: string): Promise<string> =>
  exchange(port, `GET /a?b=c HTTP/1.1\r\nHost: here\r\nConnection: close\r\n${headers}\r\n`);

/** Says what it was asked, as it understood it. */
const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, rawHeaders } = request;
    const body = Buffer.concat(chunks).toString();
    response.end(JSON.stringify({ method, url, rawHeaders, body }));
  });
};

describe('a request', () => {
  it('arrives as it was sent, with its path, its headers and their order', async () => {
    const { port } = await front(await endpoint(echo));
    const answer = await get(port, 'Authorization: AWS4 x\r\nX-A: 1\r\nX-A: 2\r\n');
    const echoed = JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
    expect(echoed).toMatchObject({ method: 'GET', url: '/a?b=c', body: '' });
    expect(echoed.rawHeaders.slice(0, 8)).toEqual([
      'host',
      'here',
      'Authorization',
      'AWS4 x',
      'X-A',
      '1',
      'X-A',
      '2',
    ]);
  });

  it('leaves the headers of its connection behind, and those that it names so', async () => {
    const { port } = await front(await endpoint(echo));
    const answer = await exchange(
      port,
      'GET / HTTP/1.1\r\nHost: here\r\nConnection: close, X-Secret\r\nX-Secret: 1\r\nKeep-Alive: 5\r\n' +
        'Proxy-Authorization: x\r\nTE: trailers\r\nUpgrade: h2c\r\nX-Kept: 1\r\n\r\n',
    );
    for (const gone of ['X-Secret', 'Keep-Alive', 'Proxy-Authorization', 'TE', 'Upgrade']) {
      expect(answer).not.toContain(`"${gone}"`);
    }
    expect(answer).toContain('"X-Kept"');
  });

  it('has its headers replaced where the endpoint is told something', async () => {
    const { port } = await front(await endpoint(echo), {
      extra: { 'x-account': '111122223333' },
      authorization: (value) => `${value} changed`,
      host: 'there',
      target: '/other',
    });
    const answer = await get(port, 'X-Account: 999999999999\r\nAuthorization: AWS4\r\n');
    expect(answer).toContain('"/other"');
    expect(answer).toContain('"there"');
    expect(answer).toContain('AWS4 changed');
    expect(answer).toContain('111122223333');
    expect(answer).not.toContain('999999999999');
  });

  it.each([
    ['of a length', 'Content-Length: 5\r\n\r\nhello', 'content-length'],
    [
      'in chunks',
      'Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n',
      'transfer-encoding',
    ],
  ])('has a body %s', async (_what, rest, header) => {
    const { port } = await front(await endpoint(echo));
    const answer = await exchange(
      port,
      `POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n${rest}`,
    );
    expect(answer).toContain('"body":"hello"');
    expect(answer).toContain(`"${header}"`);
  });

  it('that says two ends of its body is not passed on', async () => {
    const { port, ends } = await front(await endpoint(echo));
    const answer = await exchange(
      port,
      'POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(ends).toEqual([]);
  });

  it('that waits for 100 Continue gets it', async () => {
    const { port } = await front(await endpoint(echo));
    const answer = await new Promise<string>((resolve, reject) => {
      const headers = { expect: '100-continue', 'content-length': '5' };
      const asked = ask({ host: '127.0.0.1', port, method: 'PUT', headers, agent: false });
      asked.on('continue', () => asked.end('hello'));
      asked.on('error', reject);
      asked.on('response', (response) => {
        response.setEncoding('utf8').on('data', resolve);
      });
      asked.flushHeaders();
    });
    expect(answer).toContain('"body":"hello"');
  });
});

describe('an answer', () => {
  it('comes back as it was given, and says where it is from', async () => {
    const origin = await endpoint((_request, response) => {
      response.writeHead(404, [
        'X-Amz-Id',
        '1',
        'Set-Cookie',
        'a',
        'Set-Cookie',
        'b',
        'X-Behind',
        'me',
      ]);
      response.end('no such thing');
    });
    const { port } = await front(origin);
    const answer = await get(port, '');
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer.match(/Set-Cookie/g)).toHaveLength(2);
    expect(answer).toContain(`x-behind: ${origin}`);
    expect(answer).not.toContain('X-Behind: me');
    expect(answer).toContain('no such thing');
  });

  it('to HEAD keeps the length of what it does not have', async () => {
    const origin = await endpoint((_request, response) => {
      response.writeHead(200, { 'content-length': '12345' }).end();
    });
    const { port } = await front(origin);
    const answer = await exchange(
      port,
      'HEAD / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n',
    );
    expect(answer.toLowerCase()).toContain('content-length: 12345');
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  it('that ends with its connection is whole', async () => {
    const origin = await rawEndpoint('HTTP/1.0 200 OK\r\n\r\nuntil the end');
    const { port } = await front(origin);
    expect(await get(port, '')).toContain('until the end');
  });

  it('that breaks off is broken off', async () => {
    const origin = await rawEndpoint('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this');
    const { port, ends } = await front(origin);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    await expect(response.text()).rejects.toThrow('terminated');
    await expect.poll(() => ends).toEqual([{ kind: 'passed' }]);
  });

  it.each([
    ['is no HTTP', 'hello\r\n\r\n'],
    ['has a head without end', `HTTP/1.1 200 OK\r\nx-long: ${'a'.repeat(100_000)}\r\n\r\n`],
    [
      'is another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
    ['is nothing', ''],
  ])('that %s is none', async (_what, bytes) => {
    const { port, ends } = await front(await rawEndpoint(bytes));
    expect(await get(port, '')).toMatch(/^HTTP\/1\.1 503 /);
    expect(ends).toMatchObject([{ kind: 'unavailable' }]);
  });

  it('may come before the whole request, and the next request comes behind it', async () => {
    const origin = await endpoint((request, response) => {
      if (request.url === '/early') response.writeHead(403).end('no');
      else response.end('next');
    });
    const { port } = await front(origin);
    const body = 'x'.repeat(300_000);
    const answers = await exchange(
      port,
      `PUT /early HTTP/1.1\r\nHost: here\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
        'GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n',
    );
    expect(answers).toContain('HTTP/1.1 403 ');
    expect(answers).toContain('next');
  });
});

describe('an endpoint', () => {
  it('that is down is said to be', async () => {
    const { port } = await front('http://127.0.0.1:1');
    expect(await get(port, '')).toMatch(/^HTTP\/1\.1 503 [^]*ECONNREFUSED/);
  });

  it('that takes a request and says nothing is waited for so long', async () => {
    const origin = await endpoint(() => undefined);
    const { port } = await front(origin, { patience: { connectMs: 5_000, idleMs: 60 } });
    expect(await get(port, '')).toContain('it fell silent for 0.06 s');
  });

  it.each(['http://192.0.2.1:80', 'http://169.254.169.254', 'http://[2001:db8::1]'])(
    'at %s is not asked',
    async (origin) => {
      const { port } = await front(origin);
      expect(await get(port, '')).toContain('neither on this machine nor in a private network');
    },
  );

  it('may have a name of this machine', async () => {
    const origin = await endpoint(echo);
    const { port } = await front(origin.replace('127.0.0.1', 'localhost'));
    expect(await get(port, '')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('hears that its client went away', async () => {
    let isGone = false;
    const origin = await endpoint((request, response) => {
      response.write('begun');
      request.socket.once('close', () => {
        isGone = true;
      });
    });
    const { port } = await front(origin);
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    );
    await once(socket, 'data');
    socket.destroy();
    await expect.poll(() => isGone).toBe(true);
  });
});

describe('silence', () => {
  it('falls in the middle of an answer', async () => {
    let isSilent = false;
    let next = (): void => undefined;
    const origin = await endpoint((_request, response) => {
      response.write('first');
      next = () => response.write('second');
    });
    const { port, ends } = await front(origin, { isSilent: () => isSilent });
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    );
    closing.push(() => socket.destroy());
    let text = '';
    socket.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
    await expect.poll(() => text).toContain('first');
    isSilent = true;
    next();
    await expect.poll(() => ends).toEqual([{ kind: 'silence' }]);
    expect(text).not.toContain('second');
    expect(socket.destroyed).toBe(false);
  });

  it('keeps an answer that comes when it has fallen', async () => {
    let isSilent = false;
    const origin = await endpoint((_request, response) => {
      isSilent = true;
      response.end('too late');
    });
    const { port, ends } = await front(origin, { isSilent: () => isSilent });
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    );
    closing.push(() => socket.destroy());
    await expect.poll(() => ends).toEqual([{ kind: 'silence' }]);
  });
});

describe('a hundred megabytes', () => {
  const total = 100 * 1_024 * 1_024;
  const piece = Buffer.alloc(64 * 1_024, 1);
  /** What the buffers of both sockets and streams of each side may hold, and never the whole. */
  const mostHeldBytes = 24 * 1_024 * 1_024;

  /** What a count comes to once it does not grow any more. On a slow machine that may be seen too early, and too little. */
  const rest = async (count: () => number): Promise<number> => {
    let before = -1;
    while (before !== count()) {
      before = count();
      await pause(200);
    }
    return before;
  };

  it('go up no faster than they are taken', { timeout: 60_000 }, async () => {
    const taking = Promise.withResolvers<undefined>();
    const origin = await endpoint((request, response) => {
      request.pause();
      const take = async (): Promise<void> => {
        await taking.promise;
        let taken = 0;
        for await (const chunk of request) taken += (chunk as Buffer).length;
        response.end(String(taken));
      };
      void take();
    });
    const { port } = await front(origin);
    const headers = { 'content-length': String(total) };
    const asked = ask({ host: '127.0.0.1', port, method: 'PUT', headers, agent: false });
    const answered = once(asked, 'response');
    let sent = 0;
    const send = async (): Promise<void> => {
      for (; sent < total; sent += piece.length) {
        if (!asked.write(piece)) await once(asked, 'drain');
      }
      asked.end();
    };
    const sending = send();
    expect(await rest(() => sent)).toBeLessThan(mostHeldBytes);
    taking.resolve(undefined);
    await sending;
    const [response] = await answered;
    expect((await response.toArray()).join('')).toBe(String(total));
  });

  it('come down no faster than they are taken', { timeout: 60_000 }, async () => {
    let given = 0;
    const origin = await endpoint((_request, response) => {
      const give = async (): Promise<void> => {
        for (; given < total; given += piece.length) {
          if (!response.write(piece)) await once(response, 'drain');
        }
        response.end();
      };
      void give();
    });
    const { port } = await front(origin);
    const asked = ask({ host: '127.0.0.1', port, agent: false }).end();
    const [response] = await once(asked, 'response');
    response.pause();
    expect(await rest(() => given)).toBeLessThan(mostHeldBytes);
    let taken = 0;
    for await (const chunk of response) taken += (chunk as Buffer).length;
    expect(taken).toBe(total);
  });
});
