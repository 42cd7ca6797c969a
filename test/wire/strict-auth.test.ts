import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { FakeWorld } from './fake-world.ts';
import { startFakeWorld } from './fake-world.ts';
import { javascriptClient, javascriptCommand } from './javascript-clients.ts';

const secrets: Readonly<Record<string, string>> = { '123456789012': 'good secret' };
let world: FakeWorld | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

const start = async (clock: () => number = Date.now): Promise<FakeWorld> => {
  world = await startFakeWorld(() => ({}), {
    clock,
    strictAuth: { secretFor: (accessKeyId) => secrets[accessKeyId] },
  });
  return world;
};

const errorName = async (
  to: FakeWorld,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
  client: 'ec2' | 'sts' | 'ssm' | 'route53' = 'sts',
): Promise<string> => {
  const operations = {
    ec2: ['DescribeRegions', { RegionNames: ['a b+c'] }],
    sts: ['GetCallerIdentity', {}],
    ssm: ['GetParameter', { Name: '/a' }],
    route53: ['ListResourceRecordSets', { HostedZoneId: 'Z 1', StartRecordName: "a b*c'(d)" }],
  } as const;
  const sdk = javascriptClient(client, to.endpoint, { credentials, maxAttempts: 1 });
  const [operation, input] = operations[client];
  try {
    await sdk.send(javascriptCommand(client, operation, input));
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    sdk.destroy();
  }
};

const good = { accessKeyId: '123456789012', secretAccessKey: 'good secret' };
const bad = { accessKeyId: '123456789012', secretAccessKey: 'bad secret' };
const stranger = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'good secret' };

describe('strict signatures', () => {
  test.each(['ec2', 'sts', 'ssm', 'route53'] as const)(
    'a good one of the JavaScript SDK for %s is taken',
    async (client) => {
      expect(await errorName(await start(), good, client)).toBe('none');
    },
  );

  test.each([
    ['ec2', 'AuthFailure', 'AuthFailure'],
    ['sts', 'SignatureDoesNotMatch', 'InvalidClientTokenId'],
    ['ssm', 'InvalidSignatureException', 'UnrecognizedClientException'],
    ['route53', 'SignatureDoesNotMatch', 'InvalidClientTokenId'],
  ] as const)(
    "a wrong secret or an unknown key is refused in %s's words",
    async (client, wrong, unknown) => {
      const to = await start();
      expect(await errorName(to, bad, client)).toBe(wrong);
      expect(await errorName(to, stranger, client)).toBe(unknown);
      expect(to.calls).toHaveLength(0);
    },
  );

  test('one made a quarter of an hour ago is refused', async () => {
    const later = await start(() => Date.now() + 16 * 60_000);
    expect(await errorName(later, good)).toBe('SignatureDoesNotMatch');
  });

  test('a body that was changed on the way is refused', async () => {
    const to = await start();
    const form = 'Action=DescribeRegions&Version=2016-11-15';
    const answer = await fetch(to.endpoint, {
      method: 'POST',
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=123456789012/20260102/us-east-1/ec2/aws4_request, SignedHeaders=host;x-amz-date, Signature=00',
        'x-amz-date': new Date().toISOString().replaceAll(/[-:]|\.\d+/g, ''),
      },
      body: form,
    });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain('<Code>AuthFailure</Code>');
  });
});

const haveBoto3 = await promisify(execFile)('python3', ['-c', 'import boto3']).then(
  () => true,
  () => false,
);

describe.skipIf(!haveBoto3)(
  "strict signatures of botocore's (skipped where python3 has no boto3)",
  () => {
    const script = fileURLToPath(new URL('strict-auth.py', import.meta.url));
    const run = async (secret: string): Promise<unknown> => {
      const to = await start();
      const { stdout } = await promisify(execFile)('python3', [script, to.endpoint, secret]);
      return JSON.parse(stdout);
    };

    test('good ones are taken, in headers and presigned', async () => {
      expect(await run('good secret')).toEqual({
        ec2: 'ok',
        sts: 'ok',
        ssm: 'ok',
        account: 'ok',
        route53: 'ok',
        presigned: 'ok',
        'presigned and changed': 401,
      });
    });

    test('wrong ones are refused', async () => {
      expect(await run('bad secret')).toEqual({
        ec2: 'AuthFailure',
        sts: 'SignatureDoesNotMatch',
        ssm: 'InvalidSignatureException',
        account: 'InvalidSignatureException',
        route53: 'SignatureDoesNotMatch',
        presigned: 401,
        'presigned and changed': 401,
      });
    });
  },
);
