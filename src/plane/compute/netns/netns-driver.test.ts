import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDomainError } from '../../../world/domain-error.ts';
import { startDnsServer } from '../../dns/server.ts';
import type { Driver, InstanceSpecification, SecurityRules } from '../driver.ts';
import { hostProcessTable } from '../process-table.ts';
import { testMetadata, testSpecification } from '../test-specification.ts';
import { createNetnsDriver } from './netns-driver.ts';
import { tryNamespaces } from './probe.ts';
import type { NamespaceMode } from './probe.ts';
import { toolEnvironment } from './namespace.ts';
import { noWay, openWay } from '../../../world/way.ts';
import { isPrivateAddress } from '../../network/private-address.ts';
import { testCarrier } from '../../network/test-carrier.ts';

const modes = await Promise.all(
  (['root', 'user-namespace'] as const).map(async (mode) => ({
    mode,
    why: await tryNamespaces(mode),
  })),
);
for (const { mode, why } of modes) {
  if (why !== undefined)
    process.stderr.write(`SKIPPED: networks (${mode}) cannot be made here: ${why}\n`);
}

/** A web server on port 80 of every address, which also fetches what it is asked to. */
const webServer = `#!/usr/bin/env node
const http = require('node:http');
const answer = (request, response) => {
  const asks = new URL(request.url, 'http://x').searchParams;
  const url = asks.get('fetch');
  if (url === null) {
    response.end(process.env.NAME + ' met ' + request.socket.remoteAddress);
    return;
  }
  const asked = http.get(url, { timeout: Number(asks.get('patience')), agent: false }, (answered) => answered.pipe(response));
  asked.on('timeout', () => asked.destroy(new Error('silence')));
  asked.on('error', (error) => response.end('failed: ' + (error.code ?? error.message)));
};
http.createServer(answer).listen(80, '0.0.0.0');
`;

/** The host's network as it is now: what no test may change. */
const hostNetworkNow = (): string =>
  [
    ['ip', '-o', 'link'],
    ['ip', '-o', 'address'],
    ['ip', 'route', 'show', 'table', 'all'],
    ['ip', 'netns'],
    ...(process.getuid?.() === 0 ? [['nft', 'list', 'ruleset']] : []),
  ]
    .map(([program = '', ...args]) =>
      execFileSync(program, args, { env: toolEnvironment(), encoding: 'utf8' }),
    )
    .join('\n')
    // How long an address lives, and what state a link of the host's own is in, changes by itself.
    .replaceAll(/valid_lft \S+|preferred_lft \S+|expires \S+/g, '');

let loopbackBlock = 0;

describe.each(modes.filter(({ why }) => why === undefined))('networks ($mode)', ({ mode }) => {
  let directory: string;
  let worldId: string;
  let driver: Driver;
  let cleanUp: (() => unknown)[];
  let block: number;
  let isReached: boolean;
  let dnsServer: { readonly address: string; readonly port: number } | undefined;

  const create = (makeMode: NamespaceMode = mode): Driver =>
    createNetnsDriver({
      stateDirectory: join(directory, 'processes'),
      worldId,
      metadataAddress: '127.0.0.1',
      closeGraceMs: 100,
      stopGraceMs: 100,
      mode: makeMode,
      // A port of the host's own for each test: whoever runs them may not listen below 1024.
      realPort: (port) => port + 20_000,
      uplink: {
        block: '127.99.0.0/16',
        portOffset: 20_000,
        dnsServer: () => Promise.resolve(dnsServer),
        carrier: testCarrier().carrier,
        from: () => undefined,
        publicAddressOf: () => undefined,
        way: () => (isReached ? openWay(0) : noWay),
        outside: (_source, { address: named, port }) => ({
          // The Internet is at the host's 127.99.block.250, and each of its addresses says its name.
          socket: { address: address(250), port: port + (named.endsWith('.8') ? 1 : 0) },
          // No route leads to private networks beyond the VPC.
          way: isReached && !isPrivateAddress(named) ? openWay(0) : noWay,
        }),
      },
    });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'faultline-netns-'));
    worldId = randomUUID();
    driver = create();
    cleanUp = [];
    isReached = true;
    dnsServer = undefined;
    loopbackBlock += 1;
    block = loopbackBlock;
  });

  afterEach(async () => {
    await driver.close();
    for (const act of cleanUp) await act();
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });

  const address = (host: number): string => `127.99.${block}.${host}`;

  const specification = (
    host: number,
    place: {
      readonly zone?: string;
      readonly vpcId?: string;
      readonly region?: string;
      readonly privateAddress?: string;
    } = {},
    changes: Partial<InstanceSpecification> = {},
  ): InstanceSpecification => {
    const { zone = 'euw1-az1', vpcId = 'vpc-1', region = 'eu-west-1' } = place;
    const metadata = {
      ...testMetadata,
      instanceId: `i-${host}`,
      networkInterface: {
        ...testMetadata.networkInterface,
        vpcId,
        mac: `02:00:00:00:00:${host.toString(16).padStart(2, '0')}`,
      },
    };
    return testSpecification(directory, `i-${host}`, webServer, {
      region,
      zoneId: zone,
      address: address(host),
      privateAddress: place.privateAddress ?? `10.0.1.${host}`,
      environment: { NAME: `i-${host}` },
      metadata: () => metadata,
      ...changes,
    });
  };

  /** What port 80 of an instance answers to the host; a failure is its code, no answer within the time is `silence`. */
  const ask = (host: number, path = '/', timeoutMs = 20_000): Promise<string> =>
    new Promise((resolve) => {
      const request = get(
        { host: address(host), port: 20_080, path, timeout: timeoutMs, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (more: string) => {
            text += more;
          });
          response.on('end', () => resolve(text));
          response.on('error', (problem) => resolve(problem.message));
        },
      );
      request.on('timeout', () => request.destroy(new Error('silence')));
      request.on('error', (problem) =>
        resolve('code' in problem ? String(problem.code) : problem.message),
      );
    });

  const fetchFrom = (host: number, url: string, patienceMs = 15_000): Promise<string> =>
    ask(host, `/?fetch=${encodeURIComponent(url)}&patience=${patienceMs}`);

  /** Where silence is expected it is not waited for so long. */
  const expectSilence = async (host: number, url: string): Promise<void> =>
    expect(await fetchFrom(host, url, 700)).toBe('failed: silence');

  const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    await expect.poll(condition, { timeout: 30_000, interval: 20 }).toBe(true);
  };

  const boot = async (instance: InstanceSpecification): Promise<void> => {
    const problem = await driver.boot(instance);
    if (isDomainError(problem)) throw new Error(problem.message);
  };

  const serves = (host: number): Promise<void> =>
    until(async () => (await ask(host)).startsWith(`i-${host} met`));

  const bootServing = async (...instances: readonly InstanceSpecification[]): Promise<void> => {
    await Promise.all(instances.map(boot));
    await Promise.all(instances.map(({ instanceId }) => serves(Number(instanceId.slice(2)))));
  };

  test('every instance has port 80 for itself, and others of its VPC reach it at its private address', async () => {
    await bootServing(specification(7), specification(8), specification(9, { zone: 'euw1-az2' }));
    // What comes from the host seems to come from the VPC's router.
    expect(await ask(7)).toBe('i-7 met 10.0.0.1');
    expect(await fetchFrom(7, 'http://10.0.1.8/')).toBe('i-8 met 10.0.1.7');
    expect(await fetchFrom(8, 'http://10.0.1.9/')).toBe('i-9 met 10.0.1.8');
  });

  test('VPCs and Regions are apart, also where their addresses repeat', async () => {
    await bootServing(
      specification(7),
      specification(8, { vpcId: 'vpc-2', privateAddress: '10.0.1.7' }),
      specification(9, { region: 'us-east-1', zone: 'use1-az1' }),
    );
    expect(await fetchFrom(8, 'http://10.0.1.7/')).toBe('i-8 met 10.0.1.7');
    await expectSilence(7, 'http://10.0.1.9/');
  });

  test('one address is for one instance of a VPC', async () => {
    await boot(specification(7));
    const problem = await driver.boot(specification(8, { privateAddress: '10.0.1.7' }));
    expect(isDomainError(problem) ? problem.message : '').toContain(
      '10.0.1.7 is the address of i-7',
    );
    await driver.kill('i-7');
    expect(await driver.boot(specification(8, { privateAddress: '10.0.1.7' }))).toBeUndefined();
    await serves(8);
  });

  test('an instance finds its metadata service and the AWS API where it expects them', async () => {
    const api = createServer((request, response) =>
      response.end(`API for ${request.headers.host}`),
    );
    api.listen(0, '127.0.0.1');
    await once(api, 'listening');
    cleanUp.push(() => api.close());
    const bound = api.address();
    const url = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
    await bootServing(
      specification(7, {}, { environment: { NAME: 'i-7', AWS_ENDPOINT_URL: url } }),
      specification(8),
    );
    expect(await fetchFrom(7, url)).toBe(`API for ${url.slice(7)}`);
    for (const id of [7, 8]) {
      const said = await fetchFrom(id, 'http://169.254.169.254/latest/meta-data/instance-id');
      expect(said).toBe(`i-${id}`);
    }
    // A connection that the instance keeps open does not keep the world from ending.
    const open = (): Promise<number> =>
      new Promise((resolve) => api.getConnections((_, count) => resolve(count)));
    const keeper = `#!/usr/bin/env node
require('node:net').connect(${new URL(url).port}, '127.0.0.1').on('error', () => undefined);
`;
    await boot(
      specification(
        9,
        {},
        { userData: new TextEncoder().encode(keeper), environment: { AWS_ENDPOINT_URL: url } },
      ),
    );
    await until(async () => (await open()) === 1);
    await driver.kill('i-9');
    await until(async () => (await open()) === 0);
    // Nobody told the other one where the API is: nothing of the host's own loopback is within reach.
    expect(await fetchFrom(8, url)).toBe('failed: ECONNREFUSED');
  });

  test("an instance reaches the world's balancers at the ports that AWS names, while the way there is up", async () => {
    // A balancer of the host, where whoever runs this may listen.
    const balancer = createServer((_request, response) => response.end('balanced'));
    balancer.listen(20_080, address(200));
    await once(balancer, 'listening');
    cleanUp.push(() => balancer.close());
    await bootServing(specification(7));
    const url = `http://${address(200)}/`;
    await until(async () => (await fetchFrom(7, url)) === 'balanced');
    isReached = false;
    await expectSilence(7, url);
    isReached = true;
    expect(await fetchFrom(7, url)).toBe('balanced');
    balancer.close();
    balancer.closeAllConnections();
    await until(async () => (await fetchFrom(7, url)) === 'failed: ECONNREFUSED');
  });

  test('an instance reaches the Internet by any address and port, while its way out is up, and private networks as routes lead there', async () => {
    for (const port of [8443, 8444]) {
      const site = createServer((_request, response) => response.end(`site at ${port}`));
      site.listen(port, address(250));
      await once(site, 'listening');
      cleanUp.push(() => site.close());
    }
    await bootServing(specification(7));
    expect(await fetchFrom(7, 'http://198.51.100.7:8443/')).toBe('site at 8443');
    expect(await fetchFrom(7, 'http://198.51.100.8:8443/')).toBe('site at 8444');
    // As many at once as must find out where they are to go.
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        fetchFrom(7, `http://198.51.100.${7 + (index % 2)}:8443/`),
      ),
    );
    expect(all).toEqual(all.map((_, index) => `site at ${8443 + (index % 2)}`));
    await expectSilence(7, 'http://192.168.1.1:8443/');
    isReached = false;
    await expectSilence(7, 'http://198.51.100.7:8443/');
  });

  test("names are answered by the world's DNS, by whatever name server the host has and by the VPC's own", async () => {
    const server = await startDnsServer({
      listeners: [{ address: '127.0.0.1', port: 0 }],
      answer: ({ name }) => ({
        code: 'noerror',
        authoritative: true,
        answers:
          name === 'web.example.'
            ? [{ name, ttlSeconds: 60, data: { type: 'A', address: '10.0.1.8' } }]
            : [],
        authority: [],
        additional: [],
      }),
      speed: () => 1,
      generation: () => 0,
      onBug: (error) => expect(error).toBeUndefined(),
    });
    cleanUp.push(() => server.close());
    [dnsServer] = server.listeners;
    await bootServing(specification(7), specification(8));
    expect(await fetchFrom(7, 'http://web.example/')).toBe('i-8 met 10.0.1.7');
    const asker = `#!/usr/bin/env node
const { Resolver } = require('node:dns').promises;
const resolver = new Resolver({ timeout: 5000, tries: 4 });
(async () => {
  for (const server of ['10.0.0.2', '169.254.169.253']) {
    resolver.setServers([server]);
    console.log(server + ' says ' + await resolver.resolve4('web.example'));
  }
})();
`;
    await boot(specification(9, {}, { userData: new TextEncoder().encode(asker) }));
    await until(async () => {
      const printed = new TextDecoder().decode(await driver.consoleOutput(specification(9)));
      return ['10.0.0.2', '169.254.169.253'].every((each) =>
        printed.includes(`${each} says 10.0.1.8`),
      );
    });
  });

  test('security groups are enforced between instances, and changes of rules at once', async () => {
    const all = { protocol: 'all', peers: ['0.0.0.0/0'] } as const;
    const from8: SecurityRules = {
      inbound: [{ protocol: 'tcp', ports: { from: 80, to: 80 }, peers: ['10.0.1.8/32'] }],
      outbound: [all],
    };
    await bootServing(
      specification(7, {}, { securityRules: from8 }),
      specification(8),
      specification(9, { zone: 'euw1-az2' }),
    );
    expect(await fetchFrom(8, 'http://10.0.1.7/')).toBe('i-7 met 10.0.1.8');
    await expectSilence(9, 'http://10.0.1.7/');
    await driver.network?.applyRules('i-7', { inbound: [all], outbound: [] });
    expect(await fetchFrom(9, 'http://10.0.1.7/')).toBe('i-7 met 10.0.1.9');
    await expectSilence(7, 'http://10.0.1.8/');
    expect(await fetchFrom(7, 'http://169.254.169.254/latest/meta-data/instance-id')).toBe('i-7');
    await driver.network?.applyRules('i-7', undefined);
    expect(await fetchFrom(7, 'http://10.0.1.8/')).toBe('i-8 met 10.0.1.7');
  });

  test('a zone that is cut off is silent to other zones and goes on within itself; so does a zone that comes later', async () => {
    const zonePairs = [
      ['euw1-az1', 'euw1-az2'],
      ['euw1-az3', 'euw1-az1'],
    ] as const;
    await driver.network?.cut('eu-west-1', { zonePairs, instanceIds: [] });
    await bootServing(
      specification(7),
      specification(8),
      specification(9, { zone: 'euw1-az2' }),
      specification(10, { zone: 'euw1-az3' }),
    );
    expect(await fetchFrom(7, 'http://10.0.1.8/')).toBe('i-8 met 10.0.1.7');
    await expectSilence(7, 'http://10.0.1.9/');
    await expectSilence(10, 'http://10.0.1.7/');
    expect(await fetchFrom(9, 'http://10.0.1.10/')).toBe('i-10 met 10.0.1.9');
    await driver.network?.cut('eu-west-1', { zonePairs: [], instanceIds: [] });
    expect(await fetchFrom(7, 'http://10.0.1.9/')).toBe('i-9 met 10.0.1.7');
  });

  test('an instance without network is silent to its neighbours, also after a reboot, until it has it back', async () => {
    await driver.network?.cut('eu-west-1', { zonePairs: [], instanceIds: ['i-7'] });
    await bootServing(specification(7), specification(8));
    await driver.reboot(specification(7));
    await serves(7);
    await expectSilence(8, 'http://10.0.1.7/');
    await expectSilence(7, 'http://10.0.1.8/');
    expect(await fetchFrom(7, 'http://169.254.169.254/latest/meta-data/instance-id')).toBe('i-7');
    await driver.network?.cut('eu-west-1', { zonePairs: [], instanceIds: [] });
    expect(await fetchFrom(8, 'http://10.0.1.7/')).toBe('i-7 met 10.0.1.8');
  });

  test('an instance that is off, or was never there, is silent to its neighbours', async () => {
    await bootServing(specification(7), specification(8));
    await driver.kill('i-8');
    await expectSilence(7, 'http://10.0.1.8/');
    await expectSilence(7, 'http://10.0.1.200/');
  });

  test('a frozen instance is silent, also to new connections, and answers them when it goes on', async () => {
    await bootServing(specification(7), specification(8));
    await driver.freeze('i-8');
    await expectSilence(7, 'http://10.0.1.8/');
    const waiting = ask(8, '/', 30_000);
    expect(await ask(8, '/', 300)).toBe('silence');
    await driver.unfreeze('i-8');
    expect(await waiting).toMatch(/^i-8 met/);
  });

  test("a port on the host closes with the instance's own, and is refused from then on", async () => {
    const closing = webServer.replace(
      'http.createServer(answer)',
      "http.createServer((request, response) => { answer(request, response); if (request.url === '/close') setTimeout(() => process.exit(), 50); })",
    );
    await bootServing(specification(7, {}, { userData: new TextEncoder().encode(closing) }));
    await ask(7, '/close');
    await until(async () => (await ask(7)) === 'ECONNREFUSED');
  });

  test('what is on its way is passed on whole, and its end too', async () => {
    const echo = `#!/usr/bin/env node
require('node:net').createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(80, '0.0.0.0');
`;
    await boot(specification(7, {}, { userData: new TextEncoder().encode(echo) }));
    await until(
      () =>
        new Promise((resolve) => {
          const trial = connect(20_080, address(7), () => {
            trial.destroy();
            resolve(true);
          });
          trial.once('error', () => resolve(false));
        }),
    );
    const socket = connect({ port: 20_080, host: address(7), allowHalfOpen: true });
    const sent = Buffer.alloc(5 * 1024 * 1024, 'faultline ');
    socket.end(sent);
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(Buffer.from(part));
    expect(Buffer.concat(parts).equals(sent)).toBe(true);
  });

  test("the host's own network is never touched, and nothing is left after a close", async () => {
    const before = hostNetworkNow();
    await bootServing(specification(7), specification(8, { vpcId: 'vpc-2' }));
    expect(hostNetworkNow()).toBe(before);
    await driver.close();
    expect(hostNetworkNow()).toBe(before);
    expect(ofWorld()).toEqual([]);
    expect(await ask(7)).toBe('ECONNREFUSED');
  });

  const ofWorld = () =>
    hostProcessTable()
      .list()
      .filter(({ marker }) => marker?.worldId === worldId);

  test('a killed world leaves neither processes nor networks', async () => {
    const module = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
    const program = `
      const { createNetnsDriver } = await import(${module('./netns-driver.ts')});
      const { testSpecification } = await import(${module('../test-specification.ts')});
      const driver = createNetnsDriver(${JSON.stringify({ stateDirectory: join(directory, 'processes'), worldId, metadataAddress: '127.0.0.1', mode })});
      await driver.boot(testSpecification(${JSON.stringify(directory)}, 'i-left', ${JSON.stringify("#!/bin/sh\ntrap '' TERM HUP PIPE\nsetsid sleep 300 &\nsleep 300\n")}));
      console.log('up');
    `;
    const victim = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanUp.push(() => victim.kill('SIGKILL'));
    await once(victim.stdout, 'data');
    // The script, its two children and the gate.
    await until(() => ofWorld().length === 4);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    await until(() => ofWorld().length === 0);
    expect(await driver.sweep()).toEqual([]);
  });

  test('when the gate is killed the next instance that boots gets a new one', async () => {
    await bootServing(specification(7));
    const [gate] = ofWorld().filter(({ marker }) => marker?.instanceId === 'netns-gate');
    process.kill(gate?.processId ?? 0, 'SIGKILL');
    await until(async () => (await ask(7)) === 'ECONNREFUSED');
    await until(async () => {
      const printed = await driver.consoleOutput(specification(7));
      return new TextDecoder().decode(printed).includes('a reboot gives it another');
    });
    expect(await driver.reboot(specification(7))).toBeUndefined();
    await serves(7);
  });
});
