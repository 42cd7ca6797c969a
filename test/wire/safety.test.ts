import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { WireServerOptions } from '../../src/wire/server.ts';
import type { FakeWorld } from './fake-world.ts';
import { startFakeWorld } from './fake-world.ts';

const authorization =
  'AWS4-HMAC-SHA256 Credential=123456789012/20260102/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0';
const form = 'application/x-www-form-urlencoded';

let world: FakeWorld | undefined;
const sockets: Socket[] = [];

const start = async (
  options: Partial<WireServerOptions> = {},
  answer: () => unknown = () => ({}),
): Promise<FakeWorld> => {
  world = await startFakeWorld(answer, options);
  return world;
};

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await world?.close();
  world = undefined;
});

/** A bare connection that collects what comes back, until the server closes it. */
const open = (to: FakeWorld): { readonly socket: Socket; readonly closed: Promise<string> } => {
  const socket = connect(to.port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  const closed = new Promise<string>((resolve) => {
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
  return { socket, closed };
};

/** Sends text on a connection of its own and answers what comes back. `Connection: close` is the caller's to send. */
const exchange = (to: FakeWorld, text: string): Promise<string> => {
  const { socket, closed } = open(to);
  socket.write(text);
  return closed;
};

const head = (
  to: FakeWorld,
  headers: Readonly<Record<string, string>>,
  line = 'POST / HTTP/1.1',
): string => {
  const all = { host: `127.0.0.1:${to.port}`, connection: 'close', ...headers };
  return `${line}\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
};

const describeZones = 'Action=DescribeAvailabilityZones&Version=2016-11-15';

const post = (
  to: FakeWorld,
  headers: Readonly<Record<string, string>> = {},
  body = describeZones,
): Promise<string> =>
  exchange(
    to,
    head(to, {
      authorization,
      'content-type': form,
      'content-length': String(body.length),
      ...headers,
    }) + body,
  );

describe('who is let in', () => {
  test('a request with an AWS signature from this machine is', async () => {
    const to = await start();
    expect(await post(to)).toMatch(/^HTTP\/1\.1 200 /);
    expect(to.calls).toHaveLength(1);
  });

  test.each(['http://evil.example', 'null', 'http://localhost:1', 'https://127.0.0.1'])(
    'a web page of the origin %s is refused',
    async (origin) => {
      const to = await start();
      const answer = await post(to, { origin });
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('AccessDenied');
      expect(to.calls).toHaveLength(0);
    },
  );

  test('the admin API refuses a web page in its own form of error', async () => {
    const to = await start();
    const headers = { origin: 'http://evil.example' };
    const answer = await exchange(to, head(to, headers, 'GET /_faultline/world HTTP/1.1'));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
      error: { code: 'AccessDenied' },
    });
  });

  test('a cross-site fetch that has no Origin (an image, a link) is refused', async () => {
    const to = await start();
    const credential = encodeURIComponent('123456789012/20260102/us-east-1/ec2/aws4_request');
    const url = `/?Action=DescribeRegions&X-Amz-Credential=${credential}`;
    const ours = await exchange(to, head(to, {}, `GET ${url} HTTP/1.1`));
    expect(ours).toMatch(/^HTTP\/1\.1 200 /);
    const theirs = await exchange(
      to,
      head(to, { 'sec-fetch-site': 'cross-site' }, `GET ${url} HTTP/1.1`),
    );
    expect(theirs).toMatch(/^HTTP\/1\.1 403 /);
  });

  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:80',
    '192.168.1.2',
    '127.0.0.1:x',
    '',
  ])('a request for the host "%s" is refused: it may be DNS rebinding', async (host) => {
    const to = await start();
    expect(await post(to, { host })).toMatch(/^HTTP\/1\.1 403 /);
    expect(to.calls).toHaveLength(0);
  });

  test.each([
    'localhost',
    'LOCALHOST:4566',
    '[::1]:4566',
    'ec2.us-east-1.localhost',
    '127.0.0.9:80',
    'world.internal:4566',
  ])('a request for the host %s is taken', async (host) => {
    const to = await start({ allowedHosts: ['world.internal'] });
    expect(await post(to, { host })).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('a request without a signature is refused', async () => {
    const to = await start();
    const answer = await exchange(
      to,
      head(to, { 'content-type': form, 'content-length': String(describeZones.length) }) +
        describeZones,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('<Code>MissingAuthenticationToken</Code>');
    expect(to.calls).toHaveLength(0);
  });

  test.each([
    'Basic YTpi',
    'AWS4-HMAC-SHA256 Signature=0',
    'AWS4-HMAC-SHA256 Credential=a/b/c, Signature=0',
  ])('the authorization "%s" is refused with what is wrong in it', async (wrong) => {
    const answer = await post(await start(), { authorization: wrong });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('<Code>IncompleteSignature</Code>');
  });
});

describe('the admin paths', () => {
  const health = 'GET /_faultline/health?x=1 HTTP/1.1';

  test("are open to this machine's own tools, without a token", async () => {
    const to = await start();
    const answer = await exchange(to, head(to, {}, health));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('{"method":"GET","path":"/health","query":"x=1"}');
  });

  test('pass on a JSON body, and refuse one that is none', async () => {
    const to = await start();
    const send = (body: string): Promise<string> =>
      exchange(
        to,
        head(to, { 'content-length': String(body.length) }, 'POST /_faultline/faults HTTP/1.1') +
          body,
      );
    expect(await send('{"target":"zone/use1-az1"}')).toContain('"body":{"target":"zone/use1-az1"}');
    const wrong = await send('{"target"');
    expect(wrong).toMatch(/^HTTP\/1\.1 400 /);
    expect(wrong).toContain('{"error":{"code":"InvalidJson"');
  });

  test('need the token when the request names another host than a loopback one', async () => {
    const to = await start({ allowedHosts: ['world.internal'], adminToken: 's3cret' });
    const host = 'world.internal';
    expect(await exchange(to, head(to, { host }, health))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await exchange(to, head(to, { host, 'x-faultline-token': 'guess!' }, health))).toMatch(
      /^HTTP\/1\.1 403 /,
    );
    expect(await exchange(to, head(to, { host, 'x-faultline-token': 's3cret' }, health))).toMatch(
      /^HTTP\/1\.1 200 /,
    );
  });

  test('need the token from a page of their own origin', async () => {
    const to = await start({ adminToken: 's3cret' });
    const origin = `http://127.0.0.1:${to.port}`;
    expect(await exchange(to, head(to, { origin }, health))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await exchange(to, head(to, { origin, 'x-faultline-token': 's3cret' }, health))).toMatch(
      /^HTTP\/1\.1 200 /,
    );
  });

  test('answer 500 with an id when their handler has a bug', async () => {
    const to = await start({
      admin: () => Promise.reject(new Error('the handler broke')),
    });
    const answer = await exchange(to, head(to, {}, health));
    expect(answer).toMatch(/^HTTP\/1\.1 500 /);
    expect(answer).not.toContain('the handler broke');
    expect(to.logged).toHaveLength(1);
  });
});

describe('bounds', () => {
  test('a body that announces too much is refused before it is sent', async () => {
    const to = await start();
    const { socket, closed } = open(to);
    socket.write(head(to, { authorization, 'content-length': String(16 * 1024 * 1024 + 1) }));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.end();
    expect(await closed).toMatch(/^HTTP\/1\.1 413 /);
    expect(to.calls).toHaveLength(0);
  });

  test('a body in chunks is refused as soon as it is too much', async () => {
    const to = await start({ limits: { bodyBytes: 1_000 } });
    const { socket, closed } = open(to);
    socket.write(head(to, { authorization, 'transfer-encoding': 'chunked' }));
    socket.write(`400\r\n${'a'.repeat(1_024)}\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write('0\r\n\r\n');
    expect(await closed).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a body of exactly the bound is taken', async () => {
    const to = await start({ limits: { bodyBytes: describeZones.length } });
    expect(await post(to)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await post(to, {}, `${describeZones}&`)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a client that waits for leave to send a body that is too long gets 413 and no leave', async () => {
    const to = await start();
    const answer = await exchange(
      to,
      head(to, { authorization, expect: '100-continue', 'content-length': '99999999' }),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a client that waits for leave to send gets it', async () => {
    const to = await start();
    const { socket, closed } = open(to);
    socket.write(
      head(to, {
        authorization,
        'content-type': form,
        expect: '100-continue',
        'content-length': String(describeZones.length),
      }),
    );
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write(describeZones);
    expect(await closed).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  test('a head that does not end is answered 408', async () => {
    const to = await start({ limits: { headMs: 200 } });
    const answer = await exchange(to, 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a connection that sends nothing is closed', async () => {
    const to = await start({ limits: { headMs: 200 } });
    expect(await exchange(to, '')).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
  });

  test('a body that does not end is answered 408', async () => {
    const to = await start({ limits: { headMs: 200, requestMs: 300 } });
    const answer = await exchange(
      to,
      `${head(to, { authorization, 'content-length': '100' })}Action=`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(to.calls).toHaveLength(0);
  });

  test('a head that is too long is answered 431', async () => {
    const to = await start();
    expect(await post(to, { 'x-long': 'a'.repeat(70_000) })).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('a connection beyond the bound is answered 429, and there is room again when one goes', async () => {
    const to = await start({ limits: { connections: 2 } });
    const first = open(to);
    const second = open(to);
    await Promise.all(
      [first, second].map(
        ({ socket }) => new Promise((resolve) => socket.once('connect', resolve)),
      ),
    );
    expect(await post(to)).toMatch(/^HTTP\/1\.1 429 /);
    first.socket.destroy();
    await first.closed;
    await expect.poll(() => post(to)).toMatch(/^HTTP\/1\.1 200 /);
    second.socket.destroy();
  });

  test('a connection that is idle after its request makes room for another', async () => {
    const to = await start({ limits: { connections: 2 } });
    const idle = [open(to), open(to)];
    for (const { socket } of idle) {
      socket.write(
        `${head(to, { authorization, connection: 'keep-alive', 'content-length': String(describeZones.length) })}${describeZones}`,
      );
      await new Promise((resolve) => socket.once('data', resolve));
    }
    expect(await post(to)).toMatch(/^HTTP\/1\.1 200 /);
    await Promise.all(idle.map(({ closed }) => closed));
  });

  test.each([
    ['deep parameters', `${describeZones}&${'a.'.repeat(64)}a=1`, 'MalformedQueryString'],
    ['a list index beyond 1,000', `${describeZones}&ZoneId.1001=use1-az1`, 'InvalidParameterValue'],
    [
      'a huge list index',
      `${describeZones}&ZoneId.99999999999999999999=use1-az1`,
      'UnknownParameter',
    ],
    ['a broken encoding', `${describeZones}&ZoneId.1=%zz`, 'MalformedQueryString'],
  ])('%s are refused with a 400', async (_what, body, code) => {
    const answer = await post(await start(), {}, body);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain(`<Code>${code}</Code>`);
  });

  test('deep JSON is refused with a 400', async () => {
    const answer = await post(
      await start(),
      {
        authorization: authorization.replace('/ec2/', '/ssm/'),
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonSSM.GetParameter',
      },
      `{"Name":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"__type":"SerializationException"');
  });

  test('deep XML is refused with a 400', async () => {
    const to = await start();
    const body = '<CreateHostedZoneRequest>' + '<a>'.repeat(5_000);
    const answer = await exchange(
      to,
      head(
        to,
        {
          authorization: authorization.replace('/ec2/', '/route53/'),
          'content-length': String(body.length),
        },
        'POST /2013-04-01/hostedzone HTTP/1.1',
      ) + body,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('<Code>MalformedInput</Code>');
  });
});

describe('what goes wrong inside', () => {
  test('a bug in an operation is a 500 with an id that the log has, and no stack', async () => {
    const to = await start({}, () => {
      throw new Error('undefined is not a zone');
    });
    const answer = await post(to);
    expect(answer).toMatch(/^HTTP\/1\.1 500 /);
    expect(answer).toContain('<Code>InternalError</Code>');
    expect(answer).not.toContain('undefined is not a zone');
    expect(to.logged).toEqual(['internal error: undefined is not a zone']);
  });

  test('an answer of the wrong type is a bug too, not a broken document', async () => {
    const to = await start({}, () => ({ AvailabilityZones: 'many' }));
    expect(await post(to)).toMatch(/^HTTP\/1\.1 500 /);
    expect(to.logged[0]).toContain('AvailabilityZoneList');
  });

  test('a dead Region says nothing, then the connection drops', async () => {
    const to = await start({ limits: { silenceMs: 150 } }, () => 'silence');
    const before = performance.now();
    expect(await post(to)).toBe('');
    expect(performance.now() - before).toBeGreaterThan(140);
  });

  test('closing the server does not wait for those whom a dead Region leaves hanging', async () => {
    const to = await start({}, () => 'silence');
    const hanging = post(to);
    await expect.poll(() => to.calls.length).toBe(1);
    await to.close();
    expect(await hanging).toBe('');
  });
});

describe('HTTP itself', () => {
  test('one connection carries many requests, also after a refusal with a body', async () => {
    const to = await start();
    const { socket, closed } = open(to);
    const one = (headers: Readonly<Record<string, string>>): string =>
      head(to, {
        connection: 'keep-alive',
        'content-length': String(describeZones.length),
        ...headers,
      }) + describeZones;
    socket.write(one({ authorization }) + one({}) + one({ authorization, connection: 'close' }));
    const statuses = [...(await closed).matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
    expect(statuses).toEqual(['200', '403', '200']);
  });

  test('HEAD is answered without a body', async () => {
    const to = await start();
    const answer = await exchange(
      to,
      head(to, { authorization }, `HEAD /?${describeZones} HTTP/1.1`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });
});
