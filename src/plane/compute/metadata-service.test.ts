import { execFile, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import type { InstanceMetadata } from './instance-metadata.ts';
import { startMetadataService } from './metadata-service.ts';
import type { MetadataService } from './metadata-service.ts';
import { testMetadata as metadata } from './test-specification.ts';

const started: MetadataService[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.close()));
});

const start = async (
  changes: Partial<InstanceMetadata> = {},
  userData?: Uint8Array,
): Promise<string> => {
  const service = await startMetadataService({
    address: '127.0.0.1',
    describe: () => ({ ...metadata, ...changes }),
    userData,
  });
  if (isDomainError(service)) throw new Error(service.message);
  started.push(service);
  return service.endpoint;
};

const get = async (
  url: string,
  headers: Record<string, string> = {},
): Promise<[number, string]> => {
  const response = await fetch(url, { headers });
  return [response.status, await response.text()];
};

const askToken = (endpoint: string, headers: Record<string, string>): Promise<Response> =>
  fetch(`${endpoint}/latest/api/token`, { method: 'PUT', headers });

const ttl = (seconds: string | number) => ({
  'X-aws-ec2-metadata-token-ttl-seconds': String(seconds),
});

const required = { options: { ...metadata.options, httpTokens: 'required' as const } };

const role = {
  profileArn: 'arn:aws:iam::111122223333:instance-profile/web',
  profileId: 'AIPAAAAAAAAAAAAAAAAAA',
  updatedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
};
const credentials = {
  accessKeyId: 'ASIAAAAAAAAAAAAAAAAA',
  secretAccessKey: 'secret',
  sessionToken: 'token',
  expiresAt: Date.UTC(2026, 0, 2, 9, 4, 5),
};

describe('the role of an instance', () => {
  test('is listed, with its profile and its credentials', async () => {
    const endpoint = await start({ role: { ...role, role: { name: 'web', credentials } } });
    const at = `${endpoint}/latest/meta-data/iam`;
    expect(await get(`${at}/`)).toEqual([200, 'info\nsecurity-credentials/']);
    expect(await get(`${at}/security-credentials/`)).toEqual([200, 'web']);
    const [, info] = await get(`${at}/info`);
    expect(JSON.parse(info)).toEqual({
      Code: 'Success',
      LastUpdated: '2026-01-02T03:04:05Z',
      InstanceProfileArn: role.profileArn,
      InstanceProfileId: role.profileId,
    });
    const [, text] = await get(`${at}/security-credentials/web`);
    expect(JSON.parse(text)).toEqual({
      Code: 'Success',
      LastUpdated: '2026-01-02T03:04:05Z',
      Type: 'AWS-HMAC',
      AccessKeyId: 'ASIAAAAAAAAAAAAAAAAA',
      SecretAccessKey: 'secret',
      Token: 'token',
      Expiration: '2026-01-02T09:04:05Z',
    });
  });

  test('that does not trust EC2 says so where its credentials were', async () => {
    const endpoint = await start({
      role: { ...role, role: { name: 'web', credentials: undefined } },
    });
    const [, text] = await get(`${endpoint}/latest/meta-data/iam/security-credentials/web`);
    expect(JSON.parse(text)).toMatchObject({ Code: 'AssumeRoleUnauthorizedAccess' });
  });

  test('that is gone leaves the information that it is', async () => {
    const endpoint = await start({ role });
    const [, text] = await get(`${endpoint}/latest/meta-data/iam/info`);
    expect(JSON.parse(text)).toMatchObject({ Code: 'InstanceProfileNotFound' });
    const [status] = await get(`${endpoint}/latest/meta-data/iam/security-credentials/`);
    expect(status).toBe(404);
  });

  test('is not there without an instance profile', async () => {
    expect(await get(`${await start()}/latest/meta-data/iam/`)).toEqual([404, expect.any(String)]);
  });
});

describe('what is there', () => {
  test.each([
    ['', expect.stringMatching(/^1\.0\n[\s\S]*\nlatest$/)],
    ['latest', expect.stringMatching(/^dynamic\nmeta-data\nuser-data$/)],
    ['latest/meta-data/instance-id', 'i-0123456789abcdef0'],
    ['2021-07-15/meta-data/instance-id', 'i-0123456789abcdef0'],
    ['latest/meta-data/instance-id/', 'i-0123456789abcdef0'],
    ['latest/meta-data/ami-id', 'ami-0abc'],
    ['latest/meta-data/ami-launch-index', '2'],
    ['latest/meta-data/local-ipv4', '10.0.1.7'],
    ['latest/meta-data/public-ipv4', '52.1.2.3'],
    ['latest/meta-data/placement/', 'availability-zone\navailability-zone-id\nregion'],
    ['latest/meta-data/placement', 'availability-zone\navailability-zone-id\nregion'],
    ['latest/meta-data/placement/availability-zone-id', 'euw1-az3'],
    ['latest/meta-data/placement/region', 'eu-west-1'],
    ['latest/meta-data/security-groups', 'web\nssh'],
    ['latest/meta-data/network/interfaces/macs/', '02:00:00:00:00:01/'],
    [
      'latest/meta-data/network/interfaces/macs/02:00:00:00:00:01/vpc-ipv4-cidr-blocks',
      '10.0.0.0/16\n10.1.0.0/16',
    ],
    [
      'latest/meta-data/network/interfaces/macs/02:00:00:00:00:01/ipv4-associations/52.1.2.3',
      '10.0.1.7',
    ],
    ['latest/meta-data/block-device-mapping/', 'ami\nebs1\nroot'],
    ['latest/meta-data/block-device-mapping/ebs1', 'sdf'],
    ['latest/meta-data/public-keys/', '0=me'],
    ['latest/meta-data/public-keys/0/', 'openssh-key'],
    ['latest/meta-data/public-keys/0/openssh-key', 'ssh-ed25519 AAAA me'],
    ['latest/meta-data/tags/instance/', 'Name\nStage'],
    ['latest/meta-data/tags/instance/Name', 'web one'],
    ['latest/meta-data/services/partition', 'aws'],
    [
      'latest/meta-data/',
      expect.stringMatching(
        /^ami-id\nami-launch-index\n[\s\S]*block-device-mapping\/\n[\s\S]*\ntags\/$/,
      ),
    ],
    ['latest/dynamic/instance-identity/', 'document'],
    ['latest/user-data', '#!/bin/sh\n'],
  ])('GET /%s', async (path, expected) => {
    const endpoint = await start({}, Buffer.from('#!/bin/sh\n'));
    const [status, body] = await get(`${endpoint}/${path}`);
    expect(status).toBe(200);
    expect(body).toEqual(expected);
  });

  test('an instance of an Auto Scaling group learns what becomes of it', async () => {
    const endpoint = await start({ targetLifecycleState: 'InService' });
    const path = 'latest/meta-data/autoscaling/target-lifecycle-state';
    expect(await get(`${endpoint}/${path}`)).toEqual([200, 'InService']);
    expect((await get(`${await start()}/${path}`))[0]).toBe(404);
  });

  test('a Spot Instance learns that it will be taken, and when', async () => {
    const told = async (path: string, endpoint: string) =>
      await get(`${endpoint}/latest/meta-data/${path}`);
    const noticed = await start({
      spot: {
        rebalanceNoticeTimeMs: Date.UTC(2026, 0, 2, 3, 4, 5),
        action: { action: 'stop', timeMs: Date.UTC(2026, 0, 2, 3, 6, 5) },
      },
    });
    expect(await told('instance-life-cycle', noticed)).toEqual([200, 'spot']);
    expect(await told('spot/instance-action', noticed)).toEqual([
      200,
      '{"action":"stop","time":"2026-01-02T03:06:05Z"}',
    ]);
    expect(await told('events/recommendations/rebalance', noticed)).toEqual([
      200,
      '{"noticeTime":"2026-01-02T03:04:05Z"}',
    ]);
    // It is there for the end of the instance alone.
    expect((await told('spot/termination-time', noticed))[0]).toBe(404);
    for (const endpoint of [await start(), await start({ spot: {} })]) {
      expect((await told('spot/instance-action', endpoint))[0]).toBe(404);
      expect((await told('events/recommendations/rebalance', endpoint))[0]).toBe(404);
    }
  });

  test('the identity document names account, Region and address', async () => {
    const endpoint = await start();
    const [, body] = await get(`${endpoint}/latest/dynamic/instance-identity/document`);
    expect(JSON.parse(body)).toMatchObject({
      accountId: '000000000000',
      region: 'eu-west-1',
      availabilityZone: 'eu-west-1b',
      privateIp: '10.0.1.7',
      pendingTime: '2026-01-02T03:04:05Z',
    });
  });

  test.each([
    'latest/meta-data/iam/',
    'latest/meta-data/iam/security-credentials/',
    'latest/meta-data/spot/instance-action',
    'latest/meta-data/constructor',
    'latest/meta-data/instance-id/more',
    'latest/user-data',
    'latest/nothing',
    '1999-01-01/meta-data/',
  ])('GET /%s is 404', async (path) => {
    expect((await get(`${await start()}/${path}`))[0]).toBe(404);
  });

  test('tags and public addresses that the instance has not are 404', async () => {
    const endpoint = await start({
      publicAddress: undefined,
      options: { ...metadata.options, instanceMetadataTags: 'disabled' },
    });
    expect((await get(`${endpoint}/latest/meta-data/tags/instance/Name`))[0]).toBe(404);
    expect((await get(`${endpoint}/latest/meta-data/public-ipv4`))[0]).toBe(404);
    expect((await get(`${endpoint}/latest/meta-data/`))[1]).not.toMatch(/^(tags\/|public-ipv4)$/m);
  });
});

describe('session tokens', () => {
  test('a token opens version 2, and says how long it lives', async () => {
    const endpoint = await start(required);
    const response = await askToken(endpoint, ttl(21_600));
    expect(response.status).toBe(200);
    expect(response.headers.get('x-aws-ec2-metadata-token-ttl-seconds')).toBe('21600');
    const token = await response.text();
    expect(token).toHaveLength(56);
    const url = `${endpoint}/latest/meta-data/instance-id`;
    expect(await get(url, { 'X-aws-ec2-metadata-token': token })).toEqual([
      200,
      metadata.instanceId,
    ]);
    expect((await get(url))[0]).toBe(401);
  });

  const lives = [{}, ttl(0), ttl(21_601), ttl(-1), ttl('ten'), ttl('')];

  test.each(lives)('asking with %j is 400', async (headers) => {
    expect((await askToken(await start(), { ...headers })).status).toBe(400);
  });

  test('a token of another instance, or none of ours, is 401 even where version 1 is allowed', async () => {
    const [one, other] = [await start(), await start()];
    const token = await (await askToken(other, ttl(60))).text();
    for (const wrong of [token, 'AAAA', '']) {
      expect(
        (await get(`${one}/latest/meta-data/`, { 'X-aws-ec2-metadata-token': wrong }))[0],
      ).toBe(401);
    }
  });

  test('an expired token is 401', async () => {
    const endpoint = await start();
    const token = await (await askToken(endpoint, ttl(1))).text();
    const ask = () => get(`${endpoint}/latest/meta-data/`, { 'X-aws-ec2-metadata-token': token });
    expect((await ask())[0]).toBe(200);
    await expect.poll(async () => (await ask())[0], { timeout: 5000, interval: 50 }).toBe(401);
  });
});

describe('an instance that EC2 has forgotten', () => {
  test('finds nothing of itself any more, and harms nobody by asking', async () => {
    const service = await startMetadataService({
      address: '127.0.0.1',
      describe: () => undefined,
      userData: undefined,
    });
    if (isDomainError(service)) throw new Error(service.message);
    started.push(service);
    expect((await get(`${service.endpoint}/latest/meta-data/instance-id`))[0]).toBe(404);
  });
});

describe('what is refused', () => {
  test('a token for who came through a proxy', async () => {
    expect(
      (await askToken(await start(), { ...ttl(60), 'X-Forwarded-For': '10.0.0.9' })).status,
    ).toBe(403);
  });

  test('everything, when the endpoint is disabled', async () => {
    const endpoint = await start({ options: { ...metadata.options, httpEndpoint: 'disabled' } });
    expect((await get(`${endpoint}/latest/meta-data/`))[0]).toBe(403);
    expect((await askToken(endpoint, ttl(60))).status).toBe(403);
  });

  test('a page of another origin, and a name that was rebound', async () => {
    const endpoint = await start();
    expect((await get(`${endpoint}/latest/meta-data/`, { Origin: 'http://example.com' }))[0]).toBe(
      403,
    );
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(endpoint).port) });
    socket.end('GET /latest/meta-data/ HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n');
    expect(String(await socket.take(1).toArray())).toMatch(/^HTTP\/1.1 403/);
  });

  test('other methods, and paths that cannot be read', async () => {
    const endpoint = await start();
    const post = await fetch(`${endpoint}/latest/meta-data/`, { method: 'POST', body: 'x' });
    expect(post.status).toBe(405);
    expect((await get(`${endpoint}/latest/%ff`))[0]).toBe(400);
  });
});

test('an address that is not of this machine is an error that names it', async () => {
  const service = await startMetadataService({
    address: '192.0.2.1',
    describe: () => metadata,
    userData: undefined,
  });
  expect(isDomainError(service) ? service.message : 'listening').toContain('192.0.2.1');
});

const hasBotocore = spawnSync('python3', ['-c', 'import botocore']).status === 0;

const retrieveRegion = `
from botocore.session import Session
from botocore.utils import InstanceMetadataRegionFetcher
endpoint = Session().get_config_variable("ec2_metadata_service_endpoint")
print(InstanceMetadataRegionFetcher(base_url=endpoint).retrieve_region())
`;

test.skipIf(!hasBotocore)(
  "botocore finds its Region by the environment's endpoint (skipped where python3 has none)",
  async () => {
    const endpoint = await start(required);
    const { stdout } = await promisify(execFile)('python3', ['-c', retrieveRegion], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
      },
    });
    expect(stdout.trim()).toBe('eu-west-1');
  },
);
