import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { HealthCheckConfig } from '../../aws/route53/entities.ts';
import type { ProbeRequest } from './probe-endpoint.ts';
import { NodeClock } from '../balancer/node-clock.ts';
import { probeEndpoint } from './probe-endpoint.ts';
import { modelledResult, results } from './probe-result.ts';
import { checkOf } from './test-health-check.ts';
import { openWay, worldMs } from '../../world/way.ts';

const running: { server: Server; sockets: Set<Socket> }[] = [];

const listen = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  running.push({ server, sockets });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // A server that listens on a port has an address of this kind.
  return (server.address() as AddressInfo).port;
};

afterEach(async () => {
  for (const { server, sockets } of running.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
});

const clockAt = (speed: number): NodeClock => new NodeClock({ worldNow: 0, speed });

/** A way of so long a round trip. */
const takes = (ms: number): Pick<ProbeRequest, 'opening' | 'asking'> => {
  const passing = { kind: 'through', delay: worldMs(ms) } as const;
  return { opening: passing, asking: passing };
};

const web = (answer: RequestListener): Promise<number> => listen(createServer(answer));

const probe = (
  port: number,
  config: Partial<HealthCheckConfig> = {},
  more: Partial<ProbeRequest> = {},
) =>
  probeEndpoint({
    check: checkOf(config),
    socket: { address: '127.0.0.1', port },
    ...takes(0),
    clock: clockAt(100),
    ...more,
  }).result;

describe('an HTTP probe', () => {
  test.each([
    [200, true, 'Success: HTTP Status Code 200, OK'],
    [302, true, 'Success: HTTP Status Code 302, Found'],
    [404, false, 'Failure: HTTP Status Code 404, Not Found'],
    [503, false, 'Failure: HTTP Status Code 503, Service Unavailable'],
    [599, false, 'Failure: HTTP Status Code 599'],
  ])('that gets status %i', async (status, succeeded, reason) => {
    const port = await web((_, response) => response.writeHead(status).end());
    expect(await probe(port)).toEqual({ succeeded, reason });
  });

  test('asks for the path of the domain name, as Route 53', async () => {
    let seen: IncomingMessage | undefined;
    const port = await web((request, response) => {
      seen = request;
      response.end();
    });
    await probe(port, {
      resourcePath: '/health?x=1',
      fullyQualifiedDomainName: 'www.example.com',
      port: 8080,
    });
    expect(seen).toMatchObject({
      method: 'GET',
      url: '/health?x=1',
      headers: { host: 'www.example.com:8080' },
    });
    expect(seen?.headers['user-agent']).toMatch(
      /^Amazon-Route53-Health-Check-Service \(ref check-1;/,
    );
  });

  test('of nobody is refused', async () => {
    const port = await web(() => undefined);
    const [closed] = running.splice(0);
    await new Promise((resolve) => {
      closed?.server.close(resolve);
    });
    expect(await probe(port)).toEqual(results.refused);
  });

  test('that is not answered fails', async () => {
    const port = await web(() => undefined);
    expect(await probe(port)).toEqual(results.noResponse);
  });

  test('whose connection is cut fails', async () => {
    const port = await listen(createTcpServer((socket) => socket.destroy()));
    expect(await probe(port)).toEqual(results.broken);
  });

  test('that gets something else than HTTP fails', async () => {
    const port = await listen(createTcpServer((socket) => socket.end('SSH-2.0-x\r\n\r\n')));
    expect(await probe(port)).toEqual(results.broken);
  });

  test('from too far away times out', async () => {
    const port = await web((_, response) => response.end());
    expect(await probe(port, {}, takes(4000))).toEqual(results.timedOut);
  });

  test('waits for the round trips', async () => {
    const port = await web((_, response) => response.end());
    const began = performance.now();
    await probe(port, {}, { ...takes(1500), clock: clockAt(20) });
    // Two round trips of 1.5 world seconds at speed 20: 150 real milliseconds, timers being early by one at most.
    expect(performance.now() - began).toBeGreaterThan(145);
  });
});

describe('a probe while the speed of the clock changes', () => {
  test('waits as long as its time-outs last in the time of the world', async () => {
    const clock = clockAt(100);
    // The response would be late by the speed at which the probe began: half a second is fifty of the world's.
    const port = await web((_, response) => {
      clock.set({ worldNow: clock.now(), speed: 1 });
      setTimeout(() => response.end(), 500);
    });
    expect((await probe(port, {}, { clock })).succeeded).toBe(true);
  });
});

describe('a probe that looks for a text', () => {
  const match = { type: 'HTTP_STR_MATCH', searchString: 'all is well' } as const;

  test.each([
    ['in it', 'yes, all is well here', true],
    ['not in it', 'nothing', false],
    ['at the last place', `${'x'.repeat(5120 - 11)}all is well`, true],
    ['one byte too far', `${'x'.repeat(5120 - 10)}all is well`, false],
  ])('finds it or not: %s', async (_, body, succeeded) => {
    const port = await web((_, response) => response.end(body));
    expect((await probe(port, match)).succeeded).toBe(succeeded);
    const condition = {
      kind: 'answering',
      way: openWay(0),
      answers: [{ share: 1, responseMs: 0, statusCode: 200 }],
      body,
    } as const;
    const { durationMs, ...inModel } = modelledResult(checkOf(match).config, condition, {
      seed: 1,
      checkerId: 'a checker',
      healthCheckId: 'a check',
      at: 0,
    });
    expect(durationMs).toBe(0);
    expect(await probe(port, match)).toEqual(inModel);
  });

  test('does not read for ever', async () => {
    const port = await web((_, response) => {
      const pour = (): void => {
        while (response.write('x'.repeat(10_000)) && !response.destroyed);
        response.once('drain', pour);
      };
      pour();
    });
    expect(await probe(port, match)).toMatchObject({ succeeded: false });
  });

  test('does not wait for a body that does not come', async () => {
    const port = await web((_, response) => {
      response.write('all is');
    });
    expect(await probe(port, match)).toEqual(results.bodyLate);
  });

  test('heeds the status code', async () => {
    const port = await web((_, response) => response.writeHead(500).end('all is well'));
    expect(await probe(port, match)).toEqual({
      succeeded: false,
      reason: 'Failure: HTTP Status Code 500, Internal Server Error',
    });
  });
});

describe('a TCP probe', () => {
  test('needs a connection and nothing more', async () => {
    const port = await listen(createTcpServer());
    expect(await probe(port, { type: 'TCP' })).toEqual(results.connected);
  });

  test('can be cancelled', async () => {
    const port = await web(() => undefined);
    const [listener] = running;
    const started = probeEndpoint({
      check: checkOf(),
      socket: { address: '127.0.0.1', port },
      ...takes(0),
      clock: clockAt(1),
    });
    await expect.poll(() => listener?.sockets.size).toBe(1);
    started.cancel();
    const [socket] = listener?.sockets ?? [];
    await expect.poll(() => socket?.destroyed).toBe(true);
  });
});

const selfSigned = (): { key: Buffer; cert: Buffer } | undefined => {
  const directory = mkdtempSync(join(tmpdir(), 'probe-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((file) => join(directory, file));
  const subject = ['-subj', '/CN=www.example.com', '-days', '1'];
  try {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key ?? '',
        '-out',
        cert ?? '',
        ...subject,
      ],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key ?? ''), cert: readFileSync(cert ?? '') };
  } catch (error) {
    console.warn(
      'probe-endpoint.test.ts: no certificate could be made with openssl, HTTPS is skipped:',
      error,
    );
    return undefined;
  } finally {
    rmSync(directory, { recursive: true });
  }
};

const certificate = selfSigned();

describe.skipIf(certificate === undefined)(
  'an HTTPS probe (skipped where openssl is not installed)',
  () => {
    test('does not mind the certificate and says which name it wants', async () => {
      const names: string[] = [];
      const server = createTlsServer(
        { ...certificate, SNICallback: (name, done) => (names.push(name), done(null)) },
        (_, response) => response.end(),
      );
      const port = await listen(server);
      const config = {
        type: 'HTTPS',
        enableSni: true,
        fullyQualifiedDomainName: 'www.example.com',
      } as const;
      expect(await probe(port, config)).toMatchObject({ succeeded: true });
      expect(await probe(port, { ...config, enableSni: false })).toMatchObject({ succeeded: true });
      expect(names).toEqual(['www.example.com']);
    });

    test('of an endpoint without TLS fails', async () => {
      const port = await web((_, response) => response.end());
      expect(await probe(port, { type: 'HTTPS' })).toEqual(results.handshake);
    });
  },
);
