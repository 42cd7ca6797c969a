import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STS } from '@aws-sdk/client-sts';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { breakTarget, callAdmin } from '../support/faultline-admin.ts';
import {
  kill,
  runCommand,
  startFaultline,
  startReady,
  stop,
  type Running,
} from '../support/faultline-process.ts';
import { askRaw, type RawAnswer, type RawRequest } from '../wire/raw-request.ts';

/** A server that stands for an emulator: it says what it was asked, and how often. */
class Endpoint {
  readonly asked: { readonly url: string; readonly headers: IncomingMessage['headers'] }[] = [];
  readonly #server: Server = createServer(
    (request, response) => void this.#answer(request, response),
  );

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    // A server that listens on a port has an AddressInfo; only one on a pipe has a string.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await request.toArray()).join('');
    this.asked.push({ url: request.url ?? '', headers: request.headers });
    response.writeHead(200, {
      'content-type': 'application/json',
      'x-faultline-behind': 'spoofed',
    });
    response.end(JSON.stringify({ body: body.slice(0, 200) }));
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // As above.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const scoped = (service: string, region = 'us-east-1', key = '111122223333'): string =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260102/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;

const targeted = (
  service: string,
  target: string,
  region?: string,
): RawRequest & { readonly headers: Readonly<Record<string, string>> } => ({
  headers: {
    authorization: scoped(service, region),
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': target,
  },
  body: '{}',
});
const listQueues = (region?: string): RawRequest => targeted('sqs', 'AmazonSQS.ListQueues', region);
const listTables = (region?: string): RawRequest =>
  targeted('dynamodb', 'DynamoDB_20120810.ListTables', region);
const getObject = (region?: string): RawRequest => ({
  method: 'GET',
  path: '/pictures/a.txt',
  headers: { authorization: scoped('s3', region) },
});

const queues = new Endpoint();
const others = new Endpoint();
let queuesUrl: string;
let othersUrl: string;
let world: Running;

beforeAll(async () => {
  [queuesUrl, othersUrl] = await Promise.all([queues.listen(), others.listen()]);
  const behind = ['--behind', `sqs,sns=${queuesUrl}`, '--behind', `moto+${othersUrl}`];
  world = await startReady({ speed: 0, others: behind });
});
afterAll(async () => {
  await stop(world);
  queues.close();
  others.close();
});
afterEach(async () => {
  queues.asked.length = 0;
  others.asked.length = 0;
  await callAdmin(world.endpoint, 'GET', '/faults').then(async ({ body }) => {
    // The admin API answers faults in this form.
    const { faults } = body as { readonly faults: readonly { readonly id: string }[] };
    for (const { id } of faults) await callAdmin(world.endpoint, 'DELETE', `/faults/${id}`);
  });
});

const send = (request: RawRequest): Promise<RawAnswer> =>
  askRaw(Number(new URL(world.endpoint).port), request);

/** Whether a request is left without an answer: it is given up as soon as another one, sent later, has come back. */
const isSilent = async (request: RawRequest, answered: RawRequest): Promise<boolean> => {
  let came = false;
  const asking = send(request).then(
    () => {
      came = true;
    },
    () => undefined,
  );
  for (let count = 0; count < 3; count++) await send(answered);
  void asking;
  return !came;
};

describe('a service that is not ours', () => {
  it('is answered by the endpoint that has it, which the answer names', async () => {
    const answer = await send(listQueues('eu-west-1'));
    expect(answer).toMatchObject({ status: 200, headers: { 'x-faultline-behind': queuesUrl } });
    expect(queues.asked).toMatchObject([
      {
        headers: { authorization: scoped('sqs', 'eu-west-1'), host: new URL(world.endpoint).host },
      },
    ]);
    expect((await send(listTables())).headers['x-faultline-behind']).toBe(othersUrl);
    expect((await send(getObject())).headers['x-faultline-behind']).toBe(othersUrl);
  });

  it('is told the account as the emulator wants it', async () => {
    await send(listTables());
    expect(others.asked).toMatchObject([{ headers: { 'x-moto-account-id': '111122223333' } }]);
    await send(listQueues());
    expect(queues.asked[0]?.headers).not.toHaveProperty('x-moto-account-id');
  });

  it('has buckets by name of host, unsigned objects and signatures of old', async () => {
    const { status } = await send({
      method: 'GET',
      path: '/a.txt',
      headers: {
        host: 'pictures.s3.eu-west-1.localhost:1',
        authorization: scoped('s3', 'eu-west-1'),
      },
    });
    expect(status).toBe(200);
    await send({ method: 'GET', path: '/pictures/public.txt' });
    await send({
      method: 'GET',
      path: '/pictures/b?AWSAccessKeyId=444455556666&Signature=x&Expires=9',
    });
    await send({ method: 'GET', path: '/c', headers: { authorization: 'AWS 444455556666:abc=' } });
    expect(others.asked).toMatchObject([
      { url: '/pictures/a.txt', headers: { host: 'localhost:1' } },
      { url: '/pictures/public.txt', headers: { 'x-moto-account-id': '000000000000' } },
      { headers: { 'x-moto-account-id': '444455556666' } },
      { url: '/c', headers: { 'x-moto-account-id': '444455556666' } },
    ]);
  });

  it("does not make services of ours unsigned, nor an emulator's own paths", async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const unsigned = [
      { headers: form, body: 'Action=DescribeVpcs&Version=2016-11-15' },
      { headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' } },
      { method: 'GET', path: '/_localstack/health' },
    ];
    for (const request of unsigned) expect(await send(request)).toMatchObject({ status: 403 });
    expect(others.asked).toEqual([]);
  });

  it('leaves ours alone, also operations that are not built', async () => {
    const sts = new STS({
      endpoint: world.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
    });
    expect(await sts.getCallerIdentity({})).toMatchObject({ Account: '111122223333' });
    const refused = await send({
      headers: {
        authorization: scoped('ec2'),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'Action=CreateVerifiedAccessInstance&Version=2016-11-15',
    });
    expect(refused).toMatchObject({ status: 501 });
    expect([...others.asked, ...queues.asked]).toEqual([]);
  });

  it('is not asked in Regions that the account does not have', async () => {
    expect(await send(listTables('xx-nowhere-1'))).toMatchObject({ status: 400 });
    expect((await send(listTables('af-south-1'))).text).toContain('UnrecognizedClientException');
    expect(others.asked).toEqual([]);
  });
});

describe('what is broken', () => {
  it('silences a Region for it too', async () => {
    await breakTarget(world.endpoint, 'region/us-east-1', 'disaster');
    const elsewhere = listTables('eu-west-1');
    for (const request of [listQueues(), listTables(), getObject()]) {
      expect(await isSilent(request, elsewhere)).toBe(true);
    }
    expect(queues.asked).toEqual([]);
    expect(others.asked.length).toBeGreaterThan(0);
  });

  it.each([
    ['sqs', listQueues, 'throttle', 400, 'ThrottlingException'],
    ['dynamodb', listTables, 'error', 500, 'InternalServerError'],
    ['s3', getObject, 'throttle', 503, '<Error><Code>SlowDown</Code>'],
  ])('strikes %s by its name, in its own words', async (service, request, as, status, words) => {
    await breakTarget(world.endpoint, `api/us-east-1/${service}`, 'api', { as });
    const answer = await send(request());
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(words);
    expect(await send(request('eu-west-1'))).toMatchObject({ status: 200 });
  });

  it('strikes operations by their names, whether headers, forms or paths have them', async () => {
    const struck: readonly (readonly [string, string, RawRequest, RawRequest])[] = [
      ['sqs', 'ListQueues', listQueues(), targeted('sqs', 'AmazonSQS.GetQueueUrl')],
      ['s3', 'GetObject', getObject(), { ...getObject(), method: 'HEAD' }],
      ['sns', 'ListTopics', topics('ListTopics'), topics('CreateTopic')],
    ];
    for (const [service, operation, hit, passed] of struck) {
      await breakTarget(world.endpoint, `api/us-east-1/${service}`, 'api', {
        as: 'error',
        operations: [operation],
      });
      expect((await send(hit)).status).toBeGreaterThanOrEqual(500);
      expect(await send(passed)).toMatchObject({ status: 200 });
    }
  });

  it('makes it wait', async () => {
    await breakTarget(world.endpoint, 'api/us-east-1/sqs', 'api', {
      as: 'latency',
      latencyMs: 5_000,
    });
    let isAnswered = false;
    const answer = send(listQueues()).then(() => {
      isAnswered = true;
    });
    // The clock stands still: the call waits for it, whatever real time goes by meanwhile.
    await callAdmin(world.endpoint, 'POST', '/clock/advance', { by: '4s' });
    await send(listTables());
    expect(isAnswered).toBe(false);
    await callAdmin(world.endpoint, 'POST', '/clock/advance', { by: '6s' });
    await answer;
    expect(isAnswered).toBe(true);
  });

  it.each([
    [{ target: 'api/us-east-1/nosuch', effect: 'api' }, "no service 'nosuch'"],
    [
      { target: 'api/us-east-1/sqs', effect: 'api', operations: ['ListQueus'] },
      "no operation 'ListQueus'",
    ],
  ])('has to be there: %o', async (fault, words) => {
    const { status, body } = await callAdmin(world.endpoint, 'POST', '/faults', fault);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(words);
  });
});

const topics = (action: string): RawRequest => ({
  headers: {
    authorization: scoped('sns'),
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
  },
  body: `Action=${action}&Version=2010-03-31`,
});

describe('status', () => {
  it('says where calls go, and that what is there is not kept here', async () => {
    const { body } = await callAdmin(world.endpoint, 'GET', '/world');
    expect(body).toMatchObject({
      behind: [
        { services: ['sqs', 'sns'], endpoint: queuesUrl, emulator: null },
        { services: null, endpoint: othersUrl, emulator: 'moto' },
      ],
    });
    const { stdout } = await runCommand(['status', '--endpoint', world.endpoint]);
    expect(stdout).toContain(`sqs, sns`);
    expect(stdout).toContain(`${othersUrl} (moto)`);
    expect(stdout).toContain('their state is not this world');
  });
});

describe('an endpoint that is down', () => {
  it('is named', async () => {
    const alone = await startReady({ speed: 0, others: ['--behind', 'sqs=http://127.0.0.1:1'] });
    try {
      const port = Number(new URL(alone.endpoint).port);
      const answer = await askRaw(port, listQueues());
      expect(answer.status).toBe(503);
      expect(answer.text).toContain('ServiceUnavailable');
      expect(answer.text).toContain('http://127.0.0.1:1, does not answer');
      expect(await askRaw(port, listTables())).toMatchObject({ status: 501 });
      expect(await askRaw(port, { method: 'GET', path: '/pictures/a' })).toMatchObject({
        status: 403,
      });
    } finally {
      await stop(alone);
    }
  });

  it('that leads back here is not asked for ever', async () => {
    const port = await freePort();
    const back = `sqs=http://127.0.0.1:${port}`;
    const first = await startReady({ speed: 0, others: ['--behind', back] });
    const second = await startReady({
      speed: 0,
      others: ['--port', String(port), '--behind', `sqs=${first.endpoint}`],
    });
    try {
      const answer = await askRaw(port, listQueues());
      expect(answer.status).toBe(503);
      expect(answer.text).toContain('it passes calls on to this world, where they came from');
    } finally {
      await Promise.all([stop(first), stop(second)]);
    }
  });
});

describe('a strict world', () => {
  let strict: Running;
  beforeAll(async () => {
    strict = await startReady({ speed: 0, others: ['--strict-auth', '--behind', othersUrl] });
  });
  afterAll(async () => {
    await stop(strict);
  });

  /** Signs a request as the SDKs do, and sends it with another body if there is one. */
  const signed = async (
    service: string,
    { method = 'POST', headers = {}, body = '' }: RawRequest,
    sent: string = String(body),
  ): Promise<RawAnswer> => {
    const { host, hostname, port } = new URL(strict.endpoint);
    const signer = new SignatureV4({
      service,
      region: 'us-east-1',
      credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
      sha256: Hash.bind(null, 'sha256'),
      applyChecksum: false,
    });
    const request = await signer.sign({
      method,
      protocol: 'http:',
      hostname,
      path: '/',
      query: {},
      headers: { host, ...headers },
      body,
    });
    return await askRaw(Number(port), { method, headers: request.headers, body: sent });
  };

  it('passes on what is signed well, and nothing else', async () => {
    const request = { headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' }, body: '{}' };
    expect(await signed('dynamodb', request)).toMatchObject({ status: 200 });
    expect(await signed('dynamodb', request, '{"Limit":1}')).toMatchObject({ status: 403 });
    expect(others.asked).toHaveLength(1);
  });

  it('takes the digest that a client announces for what passes as it comes', async () => {
    const request = { method: 'PUT', body: 'hello' };
    const unsigned = { ...request, headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } };
    expect(await signed('s3', unsigned)).toMatchObject({ status: 200 });
    expect(others.asked).toHaveLength(1);
    const authorization = scoped('s3');
    const headers = { ...unsigned.headers, authorization, 'x-amz-date': '20260102T000000Z' };
    const { port } = new URL(strict.endpoint);
    expect(await askRaw(Number(port), { ...request, headers })).toMatchObject({ status: 403 });
    expect(others.asked).toHaveLength(1);
  });

  it('does not take an older signature for verified', async () => {
    const { port } = new URL(strict.endpoint);
    const headers = { authorization: 'AWS 444455556666:abc=' };
    expect(await askRaw(Number(port), { method: 'GET', path: '/c', headers })).toMatchObject({
      status: 400,
    });
    expect(others.asked).toEqual([]);
  });
});

describe('--behind', () => {
  it.each([
    [['ec2=http://127.0.0.1:5000'], "names 'ec2', which Faultline has itself"],
    [['sqz=http://127.0.0.1:5000'], "names 'sqz', which is no service of AWS"],
    [['http://127.0.0.1:5000/x'], 'more than scheme, host and port'],
    [['http://203.0.113.5:80'], 'neither on this machine nor in a private network'],
    [['http://127.0.0.1:1', 'http://127.0.0.1:2'], 'only one of them may be for all services'],
  ])('%j is refused in one line', async (texts, words) => {
    const options = texts.flatMap((text) => ['--behind', text]);
    const { exitCode, stderr } = await runCommand(['up', '--ephemeral', '--port', '0', ...options]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('does not take its own port for what is behind', async () => {
    const { exitCode, stderr } = await runCommand([
      'up',
      '--ephemeral',
      '--port',
      '45661',
      '--dns-port',
      '0',
      '--behind',
      'moto+http://localhost:45661',
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("is this world's own endpoint");
  });
});

describe('--behind moto', () => {
  const directory = mkdtempSync(join(tmpdir(), 'faultline-behind-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const node = process.execPath;

  /** A program of that name which stands for what brings and starts moto. */
  const program = (name: string, script: string): void => {
    const file = join(directory, name);
    writeFileSync(file, `#!${node}\n${script}`);
    chmodSync(file, 0o755);
  };
  const others = { environment: { PATH: `${directory}:/usr/bin:/bin` } };
  const up = () => startFaultline({ speed: 0, others: ['--behind', 'moto'], ...others });

  /** Whether a process is there. */
  const lives = (processId: number): boolean => {
    try {
      process.kill(processId, 0);
      return !execFileSync('ps', ['-o', 'stat=', '-p', String(processId)], { encoding: 'utf8' })
        .trim()
        .startsWith('Z');
    } catch {
      // ESRCH, or `ps` shows nothing: it has gone meanwhile.
      return false;
    }
  };

  it('says how to have it where nothing can start it', async () => {
    const ended = await up();
    expect(ended).toMatchObject({ kind: 'ended', exitCode: 1 });
    expect(ended).toHaveProperty('stderr', expect.stringContaining("pip install 'moto[server]=="));
  });

  it('shows why it did not start', async () => {
    program('uvx', "console.error('no such package'); process.exit(3);");
    const ended = await up();
    expect(ended).toMatchObject({ kind: 'ended', exitCode: 1 });
    expect(ended).toHaveProperty('stderr', expect.stringContaining('no such package'));
  });

  it.each(['stop', 'kill'] as const)('starts it, and takes it with it (%s)', async (way) => {
    program(
      'uvx',
      `const port = process.argv.at(-1);
       require('node:http').createServer((_, response) => response.end(JSON.stringify([process.pid, ...process.argv.slice(2)]))).listen(port, '127.0.0.1');`,
    );
    const running = await up();
    if (running.kind !== 'running') throw new Error(running.stderr);
    const port = Number(new URL(running.endpoint).port);
    const [processId, ...args] = JSON.parse((await askRaw(port, listTables())).text);
    expect(args).toEqual(
      expect.arrayContaining(['--from', expect.stringMatching(/^moto\[server\]==/), 'moto_server']),
    );
    expect(lives(processId)).toBe(true);
    await (way === 'stop' ? stop(running) : kill(running));
    await expect.poll(() => lives(processId), { timeout: 10_000 }).toBe(false);
  });
});
