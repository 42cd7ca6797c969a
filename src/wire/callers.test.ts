import { expect, test } from 'vitest';
import { rootCaller } from '../aws/caller.ts';
import { identifyCaller, type IdentifyTemporary } from './callers.ts';
import type { ProtocolName } from './model.ts';

const caller = {
  ...rootCaller('111122223333'),
  arn: 'arn:aws:sts::111122223333:assumed-role/web/i-1',
  isTemporary: true,
};

/** Knows one key with one token, one whose time is over, and no user's. */
const identify: IdentifyTemporary = (accessKeyId, token) => {
  if (accessKeyId.startsWith('AKIA')) return Promise.resolve({ kind: 'foreign' });
  if (accessKeyId === 'ASIAOLD') return Promise.resolve({ kind: 'expired' });
  return Promise.resolve(
    accessKeyId === 'ASIAGOOD' && token === 'token'
      ? { kind: 'known', caller, secretAccessKey: 'secret' }
      : { kind: 'unknown' },
  );
};

const ask = (
  accessKeyId: string,
  options: {
    readonly protocol?: ProtocolName;
    readonly presigned?: boolean;
    readonly token?: string;
    readonly identify?: IdentifyTemporary | undefined;
  } = {},
) => {
  const { presigned = false, token = 'token', protocol = 'query' } = options;
  return identifyCaller(
    {
      method: 'POST',
      path: '/',
      query: presigned ? `X-Amz-Security-Token=${token}` : '',
      headers: presigned ? {} : { 'x-amz-security-token': token },
      body: Buffer.alloc(0),
    },
    { accessKeyId, date: '20260101', region: 'us-east-1', service: 'sts', presigned },
    protocol,
    { defaultAccount: '000000000000', identify: 'identify' in options ? undefined : identify },
  );
};

test.each([
  ['444455556666', '444455556666'],
  ['test', '000000000000'],
  ['AKIAIOSFODNN7EXAMPLE', '000000000000'],
])('the key %s is the root user of %s', async (key, account) => {
  expect(await ask(key)).toEqual({ caller: rootCaller(account) });
});

test.each([false, true])(
  'a temporary key is whoever it was issued to, with its secret (presigned: %s)',
  async (presigned) => {
    expect(await ask('ASIAGOOD', { presigned })).toEqual({ caller, secret: 'secret' });
  },
);

test('a server that cannot say takes temporary keys as others', async () => {
  expect(await ask('ASIAGOOD', { identify: undefined })).toEqual({
    caller: rootCaller('000000000000'),
  });
});

test.each([
  ['ec2', 'AuthFailure', 401, 'RequestExpired', 400],
  ['query', 'InvalidClientTokenId', 403, 'ExpiredToken', 403],
  ['rest-xml', 'InvalidClientTokenId', 403, 'ExpiredToken', 403],
  ['json', 'UnrecognizedClientException', 403, 'ExpiredTokenException', 400],
  ['rest-json', 'UnrecognizedClientException', 403, 'ExpiredTokenException', 400],
] as const)(
  'over %s a stranger is %s (%i), and what has expired %s (%i)',
  async (protocol, unknown, unknownStatus, expired, expiredStatus) => {
    expect(await ask('ASIAGOOD', { protocol, token: 'other' })).toMatchObject({
      code: unknown,
      status: unknownStatus,
    });
    expect(await ask('ASIAOLD', { protocol })).toMatchObject({
      code: expired,
      status: expiredStatus,
    });
  },
);
