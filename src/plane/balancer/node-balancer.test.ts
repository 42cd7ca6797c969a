import { createServer as createTcpServer } from 'node:net';
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { NodeListener } from './messages.ts';
import {
  configurationOf,
  eventually,
  forwardListener,
  loadBalancerArn,
  NodeUnderTest,
  RawClient,
  startServer,
  targetAt,
  defaultLoadBalancerAttributes,
} from './node-under-test.ts';
import { noWay, openWay } from '../../world/way.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const server = async (
  ...parameters: Parameters<typeof startServer>
): ReturnType<typeof startServer> => {
  const started = await startServer(...parameters);
  cleanUps.push(started.close);
  return started;
};

const node = (speed = 1): NodeUnderTest => {
  const started = new NodeUnderTest(speed);
  cleanUps.push(() => started.node.close());
  return started;
};

const client = (port: number): RawClient => {
  const raw = new RawClient(port);
  cleanUps.push(() => raw.socket.destroy());
  return raw;
};

const tcpServer = async (answer: (text: string) => string | undefined): Promise<number> => {
  const started = createTcpServer((socket) => {
    // A reset by the node is what some of these tests are about.
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      const text = answer(bytes.toString('latin1'));
      if (text === undefined) socket.destroy();
      else socket.write(text, 'latin1');
    });
  });
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => started.close());
  const address = started.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const withListener = (listener: NodeListener): Parameters<typeof configurationOf>[1] => ({
  loadBalancers: [
    {
      arn: loadBalancerArn,
      address: '127.0.0.1',
      dnsName: 'web.elb.test',
      entrance: openWay(0),
      attributes: defaultLoadBalancerAttributes,
      listeners: [listener],
    },
  ],
});

describe('a node forwards requests', () => {
  it('tells the target who asked, how, and under which trace', async () => {
    const target = await server((request, response) => {
      response.end(JSON.stringify({ url: request.url, headers: request.headers }));
    });
    const balancer = node();
    balancer.node.configure(configurationOf([targetAt(target.port)]));
    const answer = await fetch(`http://127.0.0.1:${await balancer.port()}/a?b=c`, {
      headers: { 'x-forwarded-for': '203.0.113.9', te: 'trailers', 'x-mine': 'kept' },
    });
    const { url, headers } = JSON.parse(await answer.text());
    expect(url).toBe('/a?b=c');
    expect(headers).toMatchObject({
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-port': '80',
      'x-forwarded-proto': 'http',
      'x-mine': 'kept',
    });
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(headers).not.toHaveProperty('te');
  });

  it.each([
    'GET /x HTTP/1.0\r\n\r\n',
    'GET /x HTTP/1.0\r\nHost:\r\n\r\n',
    'GET /x HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n',
  ])('names the load balancer to the target where the client names no host: %j', async (text) => {
    const target = await server((request, response) => response.end(request.headers.host));
    const balancer = node();
    balancer.node.configure(configurationOf([targetAt(target.port)]));
    await client(await balancer.port()).exchange(text, /\r\n\r\nweb\.elb\.test$/);
  });

  it('keeps connections open on both sides', async () => {
    const sockets = new Set<unknown>();
    const target = await server((request, response) => {
      if (request.url !== '/health') sockets.add(request.socket);
      response.end('x');
    });
    const balancer = node();
    balancer.node.configure(configurationOf([targetAt(target.port)]));
    const raw = client(await balancer.port());
    for (let count = 1; count <= 5; count++) {
      await raw.exchange(
        'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
        new RegExp(`(?:HTTP/1.1 200[^]*){${count}}x$`),
      );
    }
    expect(sockets.size).toBe(1);
    expect(raw.received).toContain('Connection: keep-alive');
  });

  it('answers pipelined requests in order', async () => {
    const target = await server((request, response) => response.end(request.url));
    const balancer = node();
    balancer.node.configure(configurationOf([targetAt(target.port)]));
    const raw = client(await balancer.port());
    const requests = [1, 2, 3].map((n) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
    const received = await raw.exchange(requests, /\/3$/);
    expect(received.match(/\/[123]$|\/[123](?=HTTP)/g)).toEqual(['/1', '/2', '/3']);
  });

  it('streams large bodies both ways with back pressure', async () => {
    const target = await server((request, response) => {
      response.writeHead(200);
      request.pipe(response);
    });
    const balancer = node();
    balancer.node.configure(configurationOf([targetAt(target.port)]));
    const port = await balancer.port();
    const size = 20 * 1024 * 1024;
    const piece = Buffer.alloc(64 * 1024, 'x');
    const received = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest({ host: '127.0.0.1', port, method: 'POST' }, (response) => {
        let length = 0;
        response.on('data', (bytes: Buffer) => {
          length += bytes.length;
        });
        response.on('end', () => resolve(length));
      });
      sent.on('error', reject);
      let left = size / piece.length;
      const write = (): void => {
        while (left > 0) {
          left -= 1;
          if (!sent.write(piece)) {
            sent.once('drain', write);
            return;
          }
        }
        sent.end();
      };
      write();
    });
    expect(received).toBe(size);
  });

  it('answers HEAD, 204 and HTTP/1.0, and a target that ends its body by closing', async () => {
    const port = await tcpServer((text) =>
      text.startsWith('HEAD')
        ? 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'
        : 'HTTP/1.1 204 No Content\r\n\r\n',
    );
    const closing = await server((_, response) => {
      response.useChunkedEncodingByDefault = false;
      response.removeHeader('connection');
      response.socket?.end('HTTP/1.0 200 OK\r\n\r\nuntil the end');
    });
    const balancer = node();
    balancer.node.configure(configurationOf([targetAt(port)]));
    const raw = client(await balancer.port());
    await raw.exchange('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', /Content-Length: 5\r\n[^]*\r\n\r\n$/);
    await raw.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n', /204 No Content\r\n[^]*\r\n\r\n$/);
    balancer.node.configure(configurationOf([targetAt(closing.port)]));
    await raw.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n', /d\r\nuntil the end\r\n0\r\n\r\n$/);
    const old = client(await balancer.port());
    await old.exchange('GET / HTTP/1.0\r\n\r\n', /\r\n\r\nuntil the end$/);
    await eventually('an HTTP/1.0 connection closes', () => old.closed);
  });

  it('passes 100 Continue and upgrades to a WebSocket on', async () => {
    const target = await server((request, response) => {
      request.on('data', () => undefined);
      request.on('end', () => response.end('taken'));
    });
    target.server.on('upgrade', (_, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi',
      );
      socket.on('data', (bytes: Buffer) => socket.write(`echo ${bytes.toString()}`));
    });
    const balancer = node();
    balancer.node.configure(configurationOf([targetAt(target.port)]));
    const raw = client(await balancer.port());
    await raw.exchange(
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
      /^HTTP\/1.1 100 Continue\r\n\r\n$/,
    );
    await raw.exchange('ab', /taken/);
    await raw.exchange(
      'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      /101 Switching Protocols\r\n[^]*Upgrade: websocket\r\n\r\nhi$/,
    );
    await raw.exchange('there', /echo there$/);
  });

  it('takes turns among healthy targets, and sends to all when none is healthy', async () => {
    const healthy = new Set(['a', 'b']);
    const start = (name: string) =>
      server((request, response) => {
        response.statusCode = request.url === '/health' && !healthy.has(name) ? 503 : 200;
        response.end(name);
      });
    const targets = await Promise.all(['a', 'b', 'c'].map(start));
    const balancer = node(100);
    balancer.node.configure(configurationOf(targets.map(({ port }) => targetAt(port))));
    const port = await balancer.port();
    const ask = async (times: number): Promise<readonly string[]> => {
      const names = [];
      for (let i = 0; i < times; i++)
        names.push(await (await fetch(`http://127.0.0.1:${port}`)).text());
      return names;
    };
    const stateOf = (index: number): string | undefined =>
      balancer.reports.findLast((one) => one.targetId === `i-${targets[index]?.port}`)?.state;
    await eventually(
      'two are healthy, one is not',
      () => stateOf(0) === 'healthy' && stateOf(1) === 'healthy' && stateOf(2) === 'unhealthy',
    );
    expect((await ask(4)).toSorted()).toEqual(['a', 'a', 'b', 'b']);
    healthy.clear();
    await eventually(
      'none is healthy',
      () => stateOf(0) === 'unhealthy' && stateOf(1) === 'unhealthy',
    );
    expect(balancer.reports.findLast(() => true)?.description).toBe(
      'Health checks failed with these codes: [503]',
    );
    expect((await ask(6)).toSorted()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });
});

describe('a node answers by itself', () => {
  const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  const page = (title: string): RegExp =>
    new RegExp(
      `^HTTP/1.1 ${title}\r\nServer: awselb/2.0\r\n[^]*<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n$`,
    );

  const cases: readonly {
    readonly what: string;
    readonly send: string;
    readonly target: () => Promise<ReturnType<typeof targetAt>[]>;
    readonly expected: RegExp;
    readonly speed?: number;
  }[] = [
    {
      what: '503 without targets',
      send: get,
      target: async () => [],
      expected: page('503 Service Temporarily Unavailable'),
    },
    {
      what: '503 when the only target is draining',
      send: get,
      target: async () => [targetAt(1, { draining: true })],
      expected: page('503 Service Temporarily Unavailable'),
    },
    {
      what: '502 when the target refuses',
      send: get,
      target: async () => [targetAt(1)],
      expected: page('502 Bad Gateway'),
    },
    {
      what: '502 when the target closes without an answer',
      send: get,
      target: async () => [targetAt(await tcpServer(() => undefined))],
      expected: page('502 Bad Gateway'),
    },
    {
      what: '502 when the answer is malformed',
      send: get,
      target: async () => [targetAt(await tcpServer(() => 'nonsense\r\n\r\n'))],
      expected: page('502 Bad Gateway'),
    },
    {
      what: '504 when the target is silent: its network is down',
      send: get,
      target: async () => [targetAt(1, { way: noWay })],
      expected: page('504 Gateway Time-out'),
      speed: 100,
    },
    {
      what: '504 when the target does not answer within the idle time-out',
      send: get,
      target: async () => [targetAt(await tcpServer(() => ''))],
      expected: page('504 Gateway Time-out'),
      speed: 500,
    },
    {
      what: '400 to nonsense',
      send: 'nonsense\r\n\r\n',
      target: async () => [],
      expected: page('400 Bad Request'),
    },
    {
      what: '400 to two lengths, which could smuggle a request',
      send: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      target: async () => [],
      expected: page('400 Bad Request'),
    },
    {
      what: '405 to TRACE',
      send: 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n',
      target: async () => [],
      expected: page('405 Not Allowed'),
    },
    {
      what: '414 to a URI that is too long',
      send: `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      target: async () => [],
      expected: page('414 Request-URI Too Large'),
    },
    {
      what: '400 to a header that is too long',
      send: `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
      target: async () => [],
      expected: page('400 Bad Request'),
    },
    {
      what: '463 to more than thirty forwarding hops',
      send: `GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${'1.1.1.1,'.repeat(31)}\r\n\r\n`,
      target: async () => [targetAt(1)],
      expected: /^HTTP\/1.1 463 \r\n/,
    },
    {
      what: '501 to an unknown transfer coding',
      send: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n',
      target: async () => [],
      expected: page('501 Not Implemented'),
    },
    {
      what: '408 to a client that does not go on',
      send: 'GET / HTTP/1.1\r\nHost:',
      target: async () => [],
      expected: page('408 Request Time-out'),
      speed: 500,
    },
  ];

  it.each(cases)('$what', async ({ send, target, expected, speed }) => {
    const balancer = node(speed);
    balancer.node.configure(configurationOf(await target()));
    await client(await balancer.port()).exchange(send, expected);
  });

  it('gives fixed responses and redirects', async () => {
    const balancer = node();
    balancer.node.configure(
      configurationOf(
        [],
        withListener({
          ...forwardListener,
          action: {
            type: 'fixed-response',
            statusCode: 418,
            contentType: 'text/plain',
            body: 'tea',
          },
        }),
      ),
    );
    const port = await balancer.port();
    await client(port).exchange(
      get,
      /^HTTP\/1.1 418 \r\n[^]*Content-Type: text\/plain\r\nContent-Length: 3\r\n[^]*\r\n\r\ntea$/,
    );
    balancer.node.configure(
      configurationOf(
        [],
        withListener({
          ...forwardListener,
          action: {
            type: 'redirect',
            statusCode: 301,
            protocol: 'HTTPS',
            host: '#{host}',
            port: '443',
            path: '/#{path}',
            query: '#{query}',
          },
        }),
      ),
    );
    await client(port).exchange(
      'GET /a?b HTTP/1.1\r\nHost: shop.test\r\n\r\n',
      /Location: https:\/\/shop.test:443\/a\?b\r\n/,
    );
  });
});

describe('a node whose zone is cut off', () => {
  it('falls silent, keeps connections, and goes on when the network is back', async () => {
    const target = await server((_, response) => response.end('x'));
    const balancer = node();
    balancer.node.configure(configurationOf([targetAt(target.port)]));
    const port = await balancer.port();
    const known = client(port);
    await known.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n', /\r\n\r\nx$/);
    balancer.node.configure(configurationOf([targetAt(target.port)], { entrance: noWay }));
    known.received = '';
    const fresh = client(port);
    for (const raw of [known, fresh]) raw.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const other = node();
    other.node.configure(configurationOf([targetAt(target.port)]));
    const otherPort = await other.port();
    // Whole exchanges elsewhere take longer than an answer of this node would.
    for (let i = 0; i < 20; i++) await (await fetch(`http://127.0.0.1:${otherPort}`)).text();
    expect([known.received, known.closed, fresh.received, fresh.closed]).toEqual([
      '',
      false,
      '',
      false,
    ]);
    balancer.node.configure(configurationOf([targetAt(target.port)]));
    await known.until(/\r\n\r\nx$/);
    await fresh.until(/\r\n\r\nx$/);
  });

  it('lets a request wait for a target whose network comes back in time', async () => {
    const target = await server((_, response) => response.end('x'));
    const balancer = node();
    const cutOff = targetAt(target.port, { way: noWay });
    balancer.node.configure(configurationOf([cutOff]));
    const raw = client(await balancer.port());
    raw.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    balancer.node.configure(configurationOf([targetAt(target.port)]));
    await raw.until(/\r\n\r\nx$/);
  });
});
