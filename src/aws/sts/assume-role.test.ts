import { beforeEach, describe, expect, test } from 'vitest';
import { partitionShard } from '../../world/entity.ts';
import type { Caller } from '../caller.ts';
import { rootCaller } from '../caller.ts';
import { accountTrust, createTestIam, testAccount, type TestIam } from '../iam/test-iam.ts';
import { identify, type Identified } from './session-credentials.ts';

let it: TestIam;
beforeEach(async () => {
  it = await createTestIam();
});

const other = '444455556666';

interface Issued {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: number;
}

const create = (RoleName: string, trust: string, more: object = {}): string => {
  it.call('CreateRole', { RoleName, AssumeRolePolicyDocument: trust, ...more });
  return `arn:aws:iam::${testAccount}:role/${RoleName}`;
};

const assume = (RoleArn: string, more: object = {}, who: Caller = rootCaller(other)): Issued => {
  const { Credentials } = it.call('AssumeRole', { RoleArn, RoleSessionName: 'me', ...more }, who);
  // AssumeRole answers with these members.
  return Credentials as Issued;
};

const identified = ({ AccessKeyId, SessionToken }: Issued): Identified =>
  identify(it.world.view(partitionShard, testAccount), AccessKeyId, SessionToken);

const callerOf = (issued: Issued): Caller => {
  const found = identified(issued);
  if (found.kind !== 'known') throw new Error(`The caller is ${found.kind}.`);
  return found.caller;
};

describe('AssumeRole', () => {
  test('gives credentials of the role, in the account of the role', () => {
    const issued = assume(create('web', accountTrust(other)));
    expect(issued.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(issued.SecretAccessKey).toHaveLength(40);
    expect(issued.Expiration - it.world.clock.now()).toBe(3_600_000);
    const caller = callerOf(issued);
    expect(it.call('GetCallerIdentity', {}, caller)).toMatchObject({
      Account: testAccount,
      Arn: `arn:aws:sts::${testAccount}:assumed-role/web/me`,
      UserId: expect.stringMatching(/^AROA[A-Z2-7]{17}:me$/),
    });
    expect(it.call('GetRole', { RoleName: 'web' }, caller)).toMatchObject({
      Role: { RoleName: 'web' },
    });
    expect(it.fail('GetUser', {}, caller).message).toBe(
      'Must specify userName when calling with non-User credentials',
    );
  });

  test('gives others each time', () => {
    const arn = create('web', accountTrust(other));
    expect(assume(arn).AccessKeyId).not.toBe(assume(arn).AccessKeyId);
  });

  test.each([
    ['another account', accountTrust('777788889999')],
    [
      'a service',
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'ec2.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    ],
    ['an external id', accountTrust(other, { StringEquals: { 'sts:ExternalId': 'secret' } })],
    [
      'callers with a second factor',
      accountTrust(other, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    ],
    ['other session names', accountTrust(other, { StringLike: { 'sts:RoleSessionName': 'ci-*' } })],
    [
      'a condition that is not known here',
      accountTrust(other, { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
    ],
    [
      'everybody but one, who is denied',
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: 'sts:*' },
          { Effect: 'Deny', Principal: { AWS: other }, Action: 'sts:AssumeRole' },
        ],
      }),
    ],
    [
      'web identities',
      accountTrust(other).replace('sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity'),
    ],
  ])('is refused when the role trusts %s', (_name, trust) => {
    const arn = create('web', trust);
    expect(
      it.fail('AssumeRole', { RoleArn: arn, RoleSessionName: 'me' }, rootCaller(other)),
    ).toMatchObject({
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${other}:root is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    });
  });

  test('is refused in the same words when there is no such role', () => {
    for (const account of [testAccount, '123456789']) {
      const arn = `arn:aws:iam::${account}:role/absent`;
      expect(it.fail('AssumeRole', { RoleArn: arn, RoleSessionName: 'me' })).toMatchObject({
        code: 'AccessDenied',
        message: expect.stringContaining(arn),
      });
    }
  });

  test('takes the external id that the role wants', () => {
    const arn = create(
      'web',
      accountTrust(other, { StringEquals: { 'sts:ExternalId': 'secret' } }),
    );
    expect(callerOf(assume(arn, { ExternalId: 'secret' })).roleArn).toBe(arn);
  });

  test('lets one role assume another, for an hour', () => {
    const first = create('first', accountTrust(other));
    const trust = accountTrust('1').replace('arn:aws:iam::1:root', first);
    const second = create('second', trust, { MaxSessionDuration: 7200 });
    const caller = callerOf(assume(first));
    expect(callerOf(assume(second, {}, caller)).arn).toContain('assumed-role/second/me');
    expect(
      it.fail(
        'AssumeRole',
        { RoleArn: second, RoleSessionName: 'me', DurationSeconds: 7200 },
        caller,
      ),
    ).toMatchObject({ code: 'ValidationError', message: expect.stringContaining('role chaining') });
  });

  test('lasts as long as the role allows', () => {
    const arn = create('web', accountTrust(other));
    expect(
      it.fail(
        'AssumeRole',
        { RoleArn: arn, RoleSessionName: 'me', DurationSeconds: 3601 },
        rootCaller(other),
      ).message,
    ).toBe('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
    const issued = assume(arn, { DurationSeconds: 900 });
    it.clock.advance(899_999);
    expect(identified(issued).kind).toBe('known');
    it.clock.advance(1);
    expect(identified(issued).kind).toBe('expired');
  });
});

describe('temporary credentials', () => {
  test('end with their role, also when another takes its name', () => {
    const issued = assume(create('web', accountTrust(other)));
    it.call('DeleteRole', { RoleName: 'web' });
    expect(identified(issued).kind).toBe('unknown');
    create('web', accountTrust(other));
    expect(identified(issued).kind).toBe('unknown');
  });

  test.each([
    ['another key', (issued: Issued) => ({ ...issued, AccessKeyId: 'ASIAAAAAAAAAAAAAAAAA' })],
    ['no token', (issued: Issued) => ({ ...issued, SessionToken: '' })],
    [
      'a changed token',
      (issued: Issued) => ({ ...issued, SessionToken: `${issued.SessionToken}A` }),
    ],
    ['a foreign token', (issued: Issued) => ({ ...issued, SessionToken: 'IQoJb3JpZ2luX2VjEN' })],
  ])('are unknown with %s', (_name, change) => {
    const issued = assume(create('web', accountTrust(other)));
    expect(identified(change(issued)).kind).toBe('unknown');
  });

  test('of an account itself are its root user, for an hour at most', () => {
    const { Credentials } = it.call('GetSessionToken', { DurationSeconds: 43_200 });
    // GetSessionToken answers with these members.
    const issued = Credentials as Issued;
    expect(issued.Expiration - it.world.clock.now()).toBe(3_600_000);
    const caller = callerOf(issued);
    expect(caller.arn).toBe(`arn:aws:iam::${testAccount}:root`);
    expect(it.fail('GetSessionToken', {}, caller)).toMatchObject({ code: 'AccessDenied' });
  });
});
