import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Agent } from 'node:http';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReady, stop, type Running } from '../support/faultline-process.ts';

/** Why clients of that name cannot be tried on this machine; undefined when they can. */
const lacking = (what: string, program: string, args: readonly string[]): string | undefined => {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return `${what} is not on this machine: ${String(error)}`;
  }
};

const noCli = lacking('the AWS CLI', 'aws', ['--version']);
const noBoto3 = lacking('python3 with boto3', 'python3', ['-c', 'import boto3']);
const noCurl = lacking('curl that signs', 'curl', ['--aws-sigv4', 'aws:amz', '--version']);
const why = (reason: string | undefined): string => (reason === undefined ? '' : ` (${reason})`);

/** Each command is a Python program that reads large models before it does anything. */
const timeout = 60_000;

let world: Running;
let port: string;
let directory: string;

beforeAll(async () => {
  world = await startReady({ speed: 0 });
  ({ port } = new URL(world.endpoint));
  directory = mkdtempSync(join(tmpdir(), 'faultline-habits-'));
});
afterAll(async () => {
  await stop(world);
  rmSync(directory, { recursive: true, force: true });
});

type Environment = Readonly<Record<string, string>>;

const keys: Environment = {
  AWS_ACCESS_KEY_ID: '111122223333',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_PAGER: '',
  AWS_DEFAULT_OUTPUT: 'text',
  AWS_EC2_METADATA_DISABLED: 'true',
};

const run = async (
  program: string,
  args: readonly string[],
  environment: Environment,
): Promise<string> => {
  // Whoever runs the tests may have settings of AWS's own, which must not count.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const { stdout } = await promisify(execFile)(program, args, {
    env: { ...Object.fromEntries(own), ...environment },
  });
  return stdout.trimEnd();
};

describe.skipIf(noCli !== undefined)(`the AWS CLI${why(noCli)}`, () => {
  const aws = (command: string, environment: Environment): Promise<string> =>
    run('aws', command.split(' '), { ...keys, ...environment });

  it('is led by AWS_ENDPOINT_URL and by variables of one service', { timeout }, async () => {
    const account = 'sts get-caller-identity --query Account';
    expect(await aws(account, { AWS_ENDPOINT_URL: world.endpoint })).toBe('111122223333');
    const nowhere = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const named = { ...nowhere, AWS_ENDPOINT_URL_STS: world.endpoint };
    expect(await aws(account, named)).toBe('111122223333');
  });

  it('is led by a profile with endpoint_url, and by a services section', { timeout }, async () => {
    const config = join(directory, 'config');
    const credentials = 'aws_access_key_id = 444455556666\naws_secret_access_key = test\n';
    writeFileSync(
      config,
      `[profile here]\nregion = eu-west-1\nendpoint_url = ${world.endpoint}\n${credentials}` +
        `[profile parts]\nregion = eu-west-1\nservices = parts\n${credentials}` +
        `[services parts]\nec2 =\n  endpoint_url = ${world.endpoint}\n`,
    );
    const profile = (name: string): Environment => ({
      AWS_CONFIG_FILE: config,
      AWS_PROFILE: name,
      AWS_PAGER: '',
      AWS_DEFAULT_OUTPUT: 'text',
    });
    const byProfile = (command: string, name: string): Promise<string> =>
      run('aws', command.split(' '), profile(name));
    expect(await byProfile('sts get-caller-identity --query Account', 'here')).toBe('444455556666');
    const zones = 'ec2 describe-availability-zones --query AvailabilityZones[0].RegionName';
    expect(await byProfile(zones, 'parts')).toBe('eu-west-1');
  });

  it('gets a token for EKS, which tells whoever asks STS with it', { timeout }, async () => {
    const endpoint = { AWS_ENDPOINT_URL: world.endpoint };
    const token = await aws(
      'eks get-token --cluster-name shop --query status.token --output text',
      endpoint,
    );
    expect(token).toMatch(/^k8s-aws-v1\./);
    const url = Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString('utf8');
    const asked = await fetch(url, {
      headers: { 'x-k8s-aws-id': 'shop', accept: 'application/json' },
    });
    expect(asked.status).toBe(200);
    expect(await asked.json()).toMatchObject({
      GetCallerIdentityResponse: { GetCallerIdentityResult: { Account: '111122223333' } },
    });
  });
});

/** Not every system's resolver knows that names below `localhost` are this machine (RFC 6761), as browsers and curl do. */
const resolveLocalhost = [
  'import socket',
  'resolve = socket.getaddrinfo',
  "socket.getaddrinfo = lambda host, *more, **named: resolve('127.0.0.1' if host.endswith('.localhost') else host, *more, **named)",
];

describe.skipIf(noBoto3 !== undefined)(`boto3${why(noBoto3)}`, () => {
  it('speaks to the host of a service and a Region', { timeout }, async () => {
    const script = [
      ...resolveLocalhost,
      'import boto3, sys',
      "ec2 = boto3.client('ec2', endpoint_url=sys.argv[1], region_name='us-west-2')",
      "print(ec2.describe_availability_zones()['AvailabilityZones'][0]['RegionName'])",
      "sts = boto3.client('sts', endpoint_url=sys.argv[2])",
      "print(sts.get_caller_identity()['Account'])",
    ].join('\n');
    const hosts = [`http://ec2.us-west-2.localhost:${port}`, `http://sts.localhost:${port}`];
    expect(await run('python3', ['-c', script, ...hosts], keys)).toBe('us-west-2\n111122223333');
  });

  it('asks a presigned query', { timeout }, async () => {
    const script = [
      'import boto3, sys, urllib.request',
      "ec2 = boto3.client('ec2', endpoint_url=sys.argv[1], region_name='eu-west-1')",
      "url = ec2.generate_presigned_url('describe_regions', Params={'RegionNames': ['eu-west-1']})",
      'print(urllib.request.urlopen(url).read().decode())',
    ].join('\n');
    const answer = await run('python3', ['-c', script, world.endpoint], keys);
    expect(answer).toContain('<regionName>eu-west-1</regionName>');
    expect(answer).not.toContain('<regionName>us-east-1</regionName>');
  });
});

describe('the AWS SDK for JavaScript', () => {
  it('speaks to the host of a service and a Region', async () => {
    const credentials = { accessKeyId: '777788889999', secretAccessKey: 'test' };
    const endpoint = `http://sts.us-west-2.localhost:${port}`;
    const httpAgent = new Agent({
      lookup: (_name, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const sts = new STS({
      endpoint,
      region: 'us-west-2',
      credentials,
      maxAttempts: 1,
      requestHandler: { httpAgent },
    });
    expect(await sts.getCallerIdentity({})).toMatchObject({ Account: '777788889999' });
    httpAgent.destroy();
  });
});

describe.skipIf(noCurl !== undefined)(`curl${why(noCurl)}`, () => {
  const curl = (...args: readonly string[]): Promise<string> =>
    run('curl', ['--silent', '--show-error', ...args], {});
  const signed = ['--aws-sigv4', 'aws:amz:us-east-1:sts', '--user', '222233334444:test'];
  const whoAmI = 'Action=GetCallerIdentity&Version=2011-06-15';

  it('signs for itself, and calls the endpoint as AWS does', async () => {
    const asked = [world.endpoint, '--data', whoAmI];
    expect(await curl(...signed, ...asked)).toContain('<Account>222233334444</Account>');
    const byName = [`http://sts.us-east-1.localhost:${port}`, '--data', whoAmI];
    expect(await curl(...signed, ...byName)).toContain('<Account>222233334444</Account>');
    const asAws = ['--header', 'Host: sts.us-east-1.amazonaws.com'];
    expect(await curl(...signed, ...asAws, ...asked)).toContain('<Account>222233334444</Account>');
  });

  it('gets JSON from STS when it accepts that', async () => {
    const asked = [world.endpoint, '--data', whoAmI, '--header', 'Accept: application/json'];
    expect(JSON.parse(await curl(...signed, ...asked))).toMatchObject({
      GetCallerIdentityResponse: { GetCallerIdentityResult: { Account: '222233334444' } },
    });
  });
});
