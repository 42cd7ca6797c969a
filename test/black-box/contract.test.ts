import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { breakTarget, callAdmin, mendFault, resolveName } from '../support/faultline-admin.ts';
import { runCommand, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { newestImage } from './web-server.ts';

let world: Running;
beforeAll(async () => {
  world = await startReady({ speed: 100 });
});
afterAll(async () => {
  await stop(world);
});

interface Refused {
  readonly error: { readonly code: string; readonly message: string };
}

const refused = async (
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number } & Refused['error']> => {
  const answer = await callAdmin<Refused>(world.endpoint, method, path, body);
  return { status: answer.status, ...answer.body.error };
};

describe('faults', () => {
  it('are opened, listed and mended by id', async () => {
    const id = await breakTarget(world.endpoint, 'zone/use1-az1', 'power', { duration: '2h' });
    const { body } = await callAdmin(world.endpoint, 'GET', '/faults');
    expect(body).toMatchObject({
      faults: [{ id, target: 'zone/use1-az1', effect: 'power', severity: 1 }],
    });
    await mendFault(world.endpoint, id);
    expect((await callAdmin(world.endpoint, 'GET', '/faults')).body).toEqual({ faults: [] });
    expect(await refused('DELETE', `/faults/${id}`)).toMatchObject({ status: 404 });
  });

  it.each([
    [{ target: 'zone/use1-az9', effect: 'power' }, 'use1-az9'],
    [{ target: 'zone/use1-az1', effect: 'flood' }, 'flood'],
    [{ target: 'zone/use1-az1', effect: 'disaster' }, 'disaster'],
    [{ target: 'zone/use1-az1', effect: 'power', duration: 'soon' }, 'soon'],
    [{ target: 'zone/use1-az1', effect: 'power', duration: '-5m' }, '-5m'],
    [{ target: 'zone/use1-az1', effect: 'power', severity: 2 }, '2'],
    [{ target: 'planet/earth', effect: 'power' }, 'planet'],
    [{ target: 'instance/i-0123456789abcdef0', effect: 'power' }, 'i-0123456789abcdef0'],
    [{ target: 'link/us-east-1/use1-az1', effect: 'network' }, 'link'],
    [{ target: 'zone/use1-az1', efect: 'power' }, 'efect'],
    [{ effect: 'power' }, 'target'],
    [[], 'object'],
  ])('that make no sense are refused: %j', async (body, named) => {
    const refusal = await refused('POST', '/faults', body);
    expect(refusal.status).toBe(400);
    expect(refusal.message).toContain(named);
  });
});

describe('addresses', () => {
  it('of nothing are 404, and questions without sense 400', async () => {
    expect(await refused('GET', '/address?of=i-0123456789abcdef0')).toMatchObject({ status: 404 });
    expect(await refused('GET', '/address?of=52.1.2.3')).toMatchObject({ status: 404 });
    expect(await refused('GET', '/address?of=www.nowhere.test')).toMatchObject({ status: 404 });
    expect(await refused('GET', '/address')).toMatchObject({ status: 400 });
    expect(await refused('GET', '/address?of=127.0.0.1&port=99999')).toMatchObject({ status: 400 });
    expect(await refused('GET', '/address?of=10.0.0.1&region=mars-1')).toMatchObject({
      status: 404,
    });
  });

  it('of this machine are themselves', async () => {
    const { body } = await callAdmin(world.endpoint, 'GET', '/address?of=127.0.0.1&port=8080');
    expect(body).toEqual({ address: '127.0.0.1', port: 8080 });
  });

  it('of an instance in a private subnet are 404, with the reason', async () => {
    const aws = awsClients(world.endpoint);
    const { Vpc } = await aws.ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
    const { Subnet } = await aws.ec2.createSubnet({
      VpcId: given(Vpc?.VpcId),
      CidrBlock: '10.0.1.0/24',
    });
    const { Instances } = await aws.ec2.runInstances({
      ImageId: await newestImage(aws),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: given(Subnet?.SubnetId),
    });
    const id = given(Instances?.[0]?.InstanceId);
    const refusal = await refused('GET', `/address?of=${id}&port=80`);
    expect(refusal.status).toBe(404);
    expect(refusal.message).toContain('private subnet');
    await aws.ec2.terminateInstances({ InstanceIds: [id] });
  });
});

describe('vantages', () => {
  interface Vantage {
    readonly name: string;
    readonly country: string;
    readonly continent: string;
    readonly latitude: number;
    readonly longitude: number;
    readonly subnet: string;
    readonly dns: { readonly address: string; readonly port: number };
  }
  const vantage = async (of: string): Promise<Vantage> =>
    (await callAdmin<Vantage>(world.endpoint, 'GET', `/vantage?of=${of}`)).body;

  it('are cities and Regions, each with a subnet and a DNS listener', async () => {
    const london = await vantage('London');
    expect(london).toMatchObject({ name: 'London', country: 'GB', continent: 'EU' });
    expect(london.latitude).toBeCloseTo(51.5, 0);
    expect(london.subnet).toMatch(/^\d+\.\d+\.\d+\.0\/24$/);
    expect(london.dns.address).toMatch(/^127\./);
    const virginia = await vantage('us-east-1');
    expect(virginia).toMatchObject({ country: 'US', continent: 'NA' });
    expect(virginia.subnet).not.toBe(london.subnet);
    expect(virginia.dns).not.toEqual(london.dns);
    expect(await vantage('london')).toEqual(london);
  });

  it('that are nowhere are 404, and one must be asked for', async () => {
    expect(await refused('GET', '/vantage?of=Atlantis')).toMatchObject({ status: 404 });
    expect(await refused('GET', '/vantage')).toMatchObject({ status: 400 });
  });
});

describe('the clock', () => {
  interface Clock {
    readonly nowMs: number;
    readonly speed: number;
    readonly mode: string;
  }
  const clock = async (): Promise<Clock> =>
    (await callAdmin<Clock>(world.endpoint, 'GET', '/clock')).body;

  it('runs as fast as it is told, stands still at 0, and is advanced by hand then', async () => {
    expect(await clock()).toMatchObject({ speed: 100, mode: 'live' });
    expect(await refused('POST', '/clock/advance', { by: '90s' })).toMatchObject({ status: 409 });
    await callAdmin(world.endpoint, 'PUT', '/clock', { speed: 0 });
    const still = await clock();
    expect(still.mode).toBe('virtual');
    const aws = awsClients(world.endpoint, { region: 'eu-west-3' });
    const { Instances } = await aws.ec2.runInstances({
      ImageId: await newestImage(aws),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
    });
    const id = given(Instances?.[0]?.InstanceId);
    const state = async (): Promise<string | undefined> => {
      const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: [id] });
      return Reservations?.[0]?.Instances?.[0]?.State?.Name;
    };
    expect(await state()).toBe('pending');
    expect((await clock()).nowMs).toBe(still.nowMs);
    await callAdmin(world.endpoint, 'POST', '/clock/advance', { by: '90s' });
    expect((await clock()).nowMs).toBe(still.nowMs + 90_000);
    expect(await state()).toBe('running');
    await callAdmin(world.endpoint, 'PUT', '/clock', { speed: 100 });
    await eventually(async () => (await clock()).nowMs > still.nowMs + 91_000);
    expect(await refused('PUT', '/clock', { speed: -1 })).toMatchObject({ status: 400 });
    expect(await refused('PUT', '/clock', { speed: 'fast' })).toMatchObject({ status: 400 });
    expect(await refused('POST', '/clock/advance', {})).toMatchObject({ status: 409 });
  });
});

describe('the endpoint is safe', () => {
  const ask = async (
    path: string,
    headers: Readonly<Record<string, string>>,
    method = 'GET',
  ): Promise<number | undefined> =>
    await new Promise((resolve, reject) => {
      const { hostname, port } = new URL(world.endpoint);
      const sent = request({ hostname, port, path, method, headers }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      });
      sent.on('error', reject);
      sent.end();
    });

  it('refuses web pages of others, and names that are not its own', async () => {
    expect(await ask('/_faultline/health', {})).toBe(200);
    expect(await ask('/_faultline/health', { origin: 'https://evil.example' })).toBe(403);
    expect(await ask('/_faultline/health', { host: 'evil.example' })).toBe(403);
    expect(await ask('/_faultline/faults', { 'sec-fetch-site': 'cross-site' }, 'POST')).toBe(403);
    expect(await ask('/', { host: 'evil.example' }, 'POST')).toBe(403);
    expect(await ask('/', { origin: 'https://evil.example' }, 'POST')).toBe(403);
    expect(await ask('/?Action=DescribeVpcs&Version=2016-11-15', {})).toBe(403);
  });
});

describe('the command line', () => {
  const faultline = async (...args: readonly string[]): ReturnType<typeof runCommand> =>
    await runCommand(args, { FAULTLINE_ENDPOINT: world.endpoint });

  it('breaks, shows and mends, in words and in JSON alone', async () => {
    const broken = await faultline('break', 'zone/use1-az2', 'power', '--duration', '2h', '--json');
    expect(broken).toMatchObject({ exitCode: 0, stderr: '' });
    const { id } = JSON.parse(broken.stdout) as { readonly id: string };
    const status = await faultline('status', '--json');
    expect(status).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(status.stdout)).toMatchObject({ faults: [{ id, target: 'zone/use1-az2' }] });
    const seen = await faultline('status');
    expect(seen.stdout).toContain('zone/use1-az2');
    expect(seen.stdout).toContain('no power');
    expect(seen.stdout).toContain(world.endpoint);
    const mended = await faultline('mend', id, '--json');
    expect(JSON.parse(mended.stdout)).toEqual({ mended: [id] });
    await faultline('break', 'region/eu-west-1', 'disaster');
    expect((await faultline('status')).stdout).toContain('DISASTER');
    expect((await faultline('mend', '--all')).stdout).toContain('region/eu-west-1');
    expect((await faultline('mend', '--all')).exitCode).toBe(0);
  });

  it.concurrent.each([
    [2, ['break', 'zone/use1-az9', 'power'], 'use1-az9'],
    [2, ['break', 'zone/use1-az1', 'flood'], 'flood'],
    [2, ['break', 'zone/use1-az1', 'power', '--duration', 'soon'], '--duration'],
    [2, ['break', 'zone/use1-az1'], 'effect'],
    [2, ['break', 'zone/use1-az1', 'power', '--colour', 'red'], '--colour'],
    [2, ['mend', 'fault-0'], 'fault-0'],
    [2, ['status', '--region', 'mars-1'], 'mars-1'],
    [2, ['explode'], 'explode'],
    [2, ['up', '--port', 'http'], '--port'],
    [2, ['up', '--speed', 'fast'], '--speed'],
    [2, ['up', '--driver', 'steam'], '--driver'],
    [2, ['up', '--account', '12'], '--account'],
    [1, ['status', '--endpoint', 'http://127.0.0.1:9'], 'http://127.0.0.1:9'],
    [2, ['status', '--endpoint', 'nowhere'], 'nowhere'],
    [2, ['drill', 'no-such-file.yaml'], 'no-such-file.yaml'],
  ] as const)('ends with %i and one line on stderr: %j', async (exitCode, args, named) => {
    const ended = await faultline(...args);
    expect(ended).toMatchObject({ exitCode, stdout: '' });
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ended.stderr).toContain(named);
  });
});

describe('a world that cannot be served or reached', () => {
  it('whose port is taken says so and ends', async () => {
    const port = new URL(world.endpoint).port;
    const taken = ['up', '--ephemeral', '--dns-port', '0', '--driver', 'mock'];
    const byApi = await runCommand([...taken, '--port', port]);
    expect(byApi).toMatchObject({ exitCode: 1, stdout: '' });
    expect(byApi.stderr).toMatch(/^faultline: .*127\.0\.0\.1:\d+.*\n$/);
    expect(byApi.stderr).toContain(port);
    const dnsPort = String(world.dnsPort);
    const byDns = await runCommand(['up', '--ephemeral', '--port', '0', '--dns-port', dnsPort]);
    expect(byDns).toMatchObject({ exitCode: 1, stdout: '' });
    expect(byDns.stderr).toContain(dnsPort);
  });

  it('which is something else is told from one that answers', async () => {
    const other = createServer((_request, response) => response.end('<!doctype html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has an AddressInfo; only one on a pipe has a string.
    const { port } = other.address() as AddressInfo;
    const ended = await runCommand(['status', '--endpoint', `http://127.0.0.1:${port}`]);
    other.close();
    expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^faultline: [^\n]*127\.0\.0\.1:\d+[^\n]*no Faultline[^\n]*\n$/);
  });
});

describe('DNS', () => {
  it('gives public names of instances, and nothing for names that are not there', async () => {
    const aws = awsClients(world.endpoint, { region: 'ap-south-1' });
    const { Instances } = await aws.ec2.runInstances({
      ImageId: await newestImage(aws),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
    });
    const id = given(Instances?.[0]?.InstanceId);
    const name = await eventually(async () => {
      const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: [id] });
      const instance = Reservations?.[0]?.Instances?.[0];
      return instance?.State?.Name === 'running' && given(instance.PublicDnsName);
    });
    const addresses = await resolveName(world.dnsPort, name);
    expect(addresses).toHaveLength(1);
    expect(addresses[0]).toMatch(/^127\./);
    expect(await resolveName(world.dnsPort, `x${name}`)).toEqual([]);
  });
});
