import { beforeEach, describe, expect, test } from 'vitest';
import { partitionShard } from '../../world/entity.ts';
import { rootCaller, type Caller } from '../caller.ts';
import { isoText } from '../shared/utc-text.ts';
import { createTestIam, testAccount, type TestIam } from '../iam/test-iam.ts';
import { identify } from './session-credentials.ts';

let it: TestIam;
beforeEach(async () => {
  it = await createTestIam();
});

const nobody = rootCaller('000000000000');
const RoleArn = `arn:aws:iam::${testAccount}:role/deploy`;

const callerOf = (answer: Readonly<Record<string, unknown>>): Caller => {
  // Operations of STS answer with these members.
  const issued = answer['Credentials'] as { AccessKeyId: string; SessionToken: string };
  const view = it.world.view(partitionShard, testAccount);
  const found = identify(view, issued.AccessKeyId, issued.SessionToken);
  if (found.kind !== 'known') throw new Error(`The caller is ${found.kind}.`);
  return found.caller;
};

const trustFederated = (provider: string, actions: readonly string[], condition?: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: actions,
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });

describe('AssumeRoleWithWebIdentity', () => {
  const issuer = 'token.actions.githubusercontent.com';
  const provider = `arn:aws:iam::${testAccount}:oidc-provider/${issuer}`;
  const subject = 'repo:shop/web:ref:refs/heads/main';

  const part = (value: unknown): string =>
    Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');

  const token = (claims: object = {}): string => {
    const exp = Math.floor(it.world.clock.now() / 1000) + 300;
    const usual = { iss: `https://${issuer}`, sub: subject, aud: 'sts.amazonaws.com', exp };
    return `${part({ alg: 'RS256' })}.${part({ ...usual, ...claims })}.c2ln`;
  };

  const asked = (WebIdentityToken = token(), more: object = {}) => ({
    RoleArn,
    RoleSessionName: 'ci',
    WebIdentityToken,
    ...more,
  });

  beforeEach(() => {
    it.call('CreateOpenIDConnectProvider', {
      Url: `https://${issuer}`,
      ClientIDList: ['sts.amazonaws.com'],
    });
    it.call('CreateRole', {
      RoleName: 'deploy',
      AssumeRolePolicyDocument: trustFederated(provider, ['sts:AssumeRoleWithWebIdentity'], {
        StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' },
        StringLike: { [`${issuer}:sub`]: 'repo:shop/*' },
      }),
    });
  });

  test('gives credentials of the role to whom its provider vouches for', () => {
    const answer = it.call('AssumeRoleWithWebIdentity', asked(), nobody);
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: subject,
      Audience: 'sts.amazonaws.com',
      Provider: provider,
      AssumedRoleUser: { AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:ci$/) },
    });
    expect(callerOf(answer).arn).toBe(`arn:aws:sts::${testAccount}:assumed-role/deploy/ci`);
  });

  test.each([
    ['a token that is none', () => asked('abc.def'), 'InvalidIdentityToken', 'not a valid JWT'],
    [
      'a token without a subject',
      () => asked(token({ sub: undefined })),
      'InvalidIdentityToken',
      'Missing a required claim: sub',
    ],
    [
      'another provider',
      () => asked(token({ iss: 'https://idp.example' })),
      'InvalidIdentityToken',
      'No OpenIDConnect provider found in your account for https://idp.example',
    ],
    [
      'another audience',
      () => asked(token({ aud: ['web'] })),
      'InvalidIdentityToken',
      'Incorrect token audience',
    ],
    [
      'a token whose time is over',
      () => asked(token({ exp: 17 })),
      'ExpiredTokenException',
      'must be before the expiration date/time17',
    ],
    [
      'a subject that the role does not trust',
      () => asked(token({ sub: 'repo:other/web' })),
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    ],
    [
      'tags that the role does not let pass',
      () => asked(token({ 'https://aws.amazon.com/tags': { principal_tags: { team: ['shop'] } } })),
      'AccessDenied',
      'Not authorized to perform sts:TagSession',
    ],
    [
      'a role that is nowhere',
      () => asked(token(), { RoleArn: `${RoleArn}er` }),
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    ],
    [
      'a longer session than the role allows',
      () => asked(token(), { DurationSeconds: 7200 }),
      'ValidationError',
      'exceeds the MaxSessionDuration',
    ],
  ])('refuses %s', (_what, input, code, words) => {
    const refusal = it.fail('AssumeRoleWithWebIdentity', input(), nobody);
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(words) });
  });
});

describe('AssumeRoleWithSAML', () => {
  const provider = `arn:aws:iam::${testAccount}:saml-provider/office`;
  const attribute = (name: string, value: string): string =>
    `<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}"><saml:AttributeValue>${value}</saml:AttributeValue></saml:Attribute>`;

  const response = (change: (xml: string) => string = (xml) => xml): string => {
    const until = isoText(it.world.clock.now() + 60_000);
    const xml = `<samlp:Response><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
      <saml:Assertion ID="a"><saml:Issuer>https://idp.example</saml:Issuer><saml:Subject>
      <saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann&amp;co</saml:NameID>
      <saml:SubjectConfirmation><saml:SubjectConfirmationData NotOnOrAfter="${until}" Recipient="https://signin.aws.amazon.com/saml"/></saml:SubjectConfirmation></saml:Subject>
      <saml:AttributeStatement>${attribute('Role', `${provider},${RoleArn}`)}${attribute('RoleSessionName', 'ann')}</saml:AttributeStatement>
      </saml:Assertion></samlp:Response>`;
    return Buffer.from(change(xml), 'utf8').toString('base64');
  };

  const asked = (SAMLAssertion = response(), more: object = {}) => ({
    RoleArn,
    PrincipalArn: provider,
    SAMLAssertion,
    ...more,
  });

  beforeEach(() => {
    it.call('CreateSAMLProvider', {
      Name: 'office',
      SAMLMetadataDocument: `<EntityDescriptor entityID="https://idp.example"/>${' '.repeat(1000)}`,
    });
    it.call('CreateRole', {
      RoleName: 'deploy',
      AssumeRolePolicyDocument: trustFederated(provider, ['sts:AssumeRoleWithSAML'], {
        StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' },
      }),
    });
  });

  test('gives credentials of a role that the response offers', () => {
    const answer = it.call('AssumeRoleWithSAML', asked(), nobody);
    expect(answer).toMatchObject({
      Subject: 'ann&co',
      SubjectType: 'persistent',
      Issuer: 'https://idp.example',
      Audience: 'https://signin.aws.amazon.com/saml',
    });
    expect(callerOf(answer).arn).toBe(`arn:aws:sts::${testAccount}:assumed-role/deploy/ann`);
  });

  test.each([
    ['what is no response', () => asked('AAAA'), 'InvalidIdentityToken', 'invalid SAML response'],
    [
      'what is no base64',
      () => asked('<xml'),
      'InvalidIdentityToken',
      'Invalid base64 SAMLResponse',
    ],
    [
      'a provider that is not there',
      () => asked(response(), { PrincipalArn: `${provider}s` }),
      'InvalidIdentityToken',
      "Specified provider doesn't exist",
    ],
    [
      'another issuer',
      () => asked(response((xml) => xml.replace('https://idp.example', 'https://other.example'))),
      'InvalidIdentityToken',
      'Issuer not present in specified provider',
    ],
    [
      'a response without a session name',
      () => asked(response((xml) => xml.replace('RoleSessionName', 'Other'))),
      'InvalidIdentityToken',
      'RoleSessionName is required in AuthnResponse',
    ],
    [
      'a response whose time is over',
      () =>
        asked(
          response((xml) => xml.replace(/NotOnOrAfter="[^"]*"/, `NotOnOrAfter="${isoText(0)}"`)),
        ),
      'ExpiredTokenException',
      'Token must be redeemed within 5 minutes of issuance',
    ],
    [
      'who has not signed in',
      () => asked(response((xml) => xml.replace('status:Success', 'status:Responder'))),
      'IDPRejectedClaim',
      'status:Responder',
    ],
    [
      'a role that the response does not offer',
      () => asked(response((xml) => xml.replace(RoleArn, `${RoleArn}s`))),
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithSAML',
    ],
    [
      'another recipient than the role trusts',
      () => asked(response((xml) => xml.replace('signin.aws', 'eu-west-1.signin.aws'))),
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithSAML',
    ],
  ])('refuses %s', (_what, input, code, words) => {
    const refusal = it.fail('AssumeRoleWithSAML', input(), nobody);
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test('lasts no longer than the session at the provider', () => {
    const until = isoText(it.world.clock.now() + 600_000);
    const statement = `<saml:AuthnStatement SessionNotOnOrAfter="${until}"></saml:AuthnStatement>`;
    const input = asked(response((xml) => xml.replace('</saml:Assertion>', `${statement}$&`)));
    expect(it.call('AssumeRoleWithSAML', input, nobody)).toMatchObject({
      Credentials: { Expiration: it.world.clock.now() + 600_000 },
    });
  });
});

describe('a user', () => {
  const user = (): Caller => {
    const { User } = it.call('CreateUser', { UserName: 'ann' });
    // CreateUser answers with these members.
    const { Arn, UserId } = User as { Arn: string; UserId: string };
    return { account: testAccount, arn: Arn, userId: UserId, isTemporary: false };
  };

  test('is itself with credentials of GetSessionToken, for twelve hours, while it is there', () => {
    const ann = user();
    const answer = it.call('GetSessionToken', {}, ann);
    expect(answer).toMatchObject({
      Credentials: { Expiration: it.world.clock.now() + 43_200_000 },
    });
    expect(callerOf(answer)).toEqual({ ...ann, isTemporary: true });
    it.call('DeleteUser', { UserName: 'ann' });
    expect(() => callerOf(answer)).toThrow('unknown');
  });

  test('vouches for somebody by GetFederationToken', () => {
    const answer = it.call(
      'GetFederationToken',
      { Name: 'bob', Policy: '{"Version":"2012-10-17","Statement":[]}' },
      user(),
    );
    const bob = `arn:aws:sts::${testAccount}:federated-user/bob`;
    expect(answer).toMatchObject({
      FederatedUser: { FederatedUserId: `${testAccount}:bob`, Arn: bob },
      PackedPolicySize: 1,
    });
    const caller = callerOf(answer);
    expect(caller.arn).toBe(bob);
    expect(it.fail('GetFederationToken', { Name: 'eve' }, caller)).toMatchObject({
      code: 'AccessDenied',
      message: 'Cannot call GetFederationToken with session credentials',
    });
  });
});

describe('what is passed with a session', () => {
  const named = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      arn: `arn:aws:iam::${testAccount}:policy/${'p'.repeat(200)}${n}`,
    }));

  test.each([
    ['a policy that is none', { Policy: '{' }, 'MalformedPolicyDocument'],
    ['policies that are too long together', { PolicyArns: named(9) }, 'PackedPolicyTooLarge'],
    ['eleven policies', { PolicyArns: named(11) }, 'ValidationError'],
    ['an ARN of no policy', { PolicyArns: [{ arn: RoleArn }] }, 'ValidationError'],
    [
      'one key twice',
      {
        Tags: [
          { Key: 'team', Value: 'a' },
          { Key: 'Team', Value: 'b' },
        ],
      },
      'ValidationError',
    ],
    [
      'tags that fill more than the space for them',
      {
        Tags: Array.from({ length: 20 }, (_, n) => ({ Key: `k${n}`, Value: 'v'.repeat(256) })),
      },
      'PackedPolicyTooLarge',
    ],
  ])('is refused: %s', (_what, passed, code) => {
    expect(it.fail('GetFederationToken', { Name: 'bob', ...passed }).code).toBe(code);
  });
});

test('a key tells its account', () => {
  it.call('CreateUser', { UserName: 'ann' });
  const { AccessKey } = it.call('CreateAccessKey', { UserName: 'ann' });
  const { Credentials } = it.call('GetSessionToken');
  for (const issued of [AccessKey, Credentials]) {
    // Both answers have keys.
    const { AccessKeyId } = issued as { AccessKeyId: string };
    expect(it.call('GetAccessKeyInfo', { AccessKeyId }, nobody)).toEqual({ Account: testAccount });
  }
  expect(it.fail('GetAccessKeyInfo', { AccessKeyId: '111122223333xxxx' }).code).toBe(
    'ValidationError',
  );
});
