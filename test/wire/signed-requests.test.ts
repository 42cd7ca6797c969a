import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeWorld, type FakeWorld } from './fake-world.ts';
import { askRaw } from './raw-request.ts';

let world: FakeWorld;

beforeAll(async () => {
  world = await startFakeWorld(() => ({}));
});
afterAll(() => world.close());
beforeEach(() => {
  world.calls.length = 0;
});

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const hmac = (scope: string): string =>
  `AWS4-HMAC-SHA256 Credential=123456789012/20260102/${scope}/aws4_request, SignedHeaders=host, Signature=0`;
const ecdsa = (service: string): string =>
  `AWS4-ECDSA-P256-SHA256 Credential=123456789012/20260102/${service}/aws4_request, SignedHeaders=host, Signature=0`;
const whoAmI = 'Action=GetCallerIdentity&Version=2011-06-15';

describe('a signature for several Regions', () => {
  it.each([
    ['of one Region', 'eu-west-1', '127.0.0.1', 'eu-west-1'],
    ['the first that is named', 'eu-west-1, us-west-2', '127.0.0.1', 'eu-west-1'],
    ['the Region of the host', 'eu-west-1,us-west-2', 'sts.us-west-2.localhost', 'us-west-2'],
    ['a host outside of the set', 'eu-west-1', 'sts.us-west-2.localhost', 'eu-west-1'],
    ['every Region', '*', '127.0.0.1', 'us-east-1'],
    ['every Region, by its host', '*', 'sts.ap-south-1.amazonaws.com', 'ap-south-1'],
    ['a continent, by its host', 'eu-*', 'sts.eu-west-3.localhost', 'eu-west-3'],
  ])('goes where it holds: %s', async (_what, set, host, region) => {
    const headers = { ...form, host, authorization: ecdsa('sts'), 'x-amz-region-set': set };
    const { status } = await askRaw(world.port, { headers, body: whoAmI });
    expect(status).toBe(200);
    expect(world.calls).toMatchObject([{ service: 'sts', region, account: '123456789012' }]);
  });

  it('may stand in the query', async () => {
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256',
      'X-Amz-Credential': '123456789012/20260102/sts/aws4_request',
      'X-Amz-Region-Set': 'eu-north-1',
    });
    const path = `/?${whoAmI}&${query.toString()}`;
    expect(await askRaw(world.port, { method: 'GET', path })).toMatchObject({ status: 200 });
    expect(world.calls).toMatchObject([{ operation: 'GetCallerIdentity', region: 'eu-north-1' }]);
  });

  it.each([
    ['no set', 'sts', {}, "requires 'X-Amz-Region-Set'"],
    [
      'a Region in its scope',
      'us-east-1/sts',
      { 'x-amz-region-set': '*' },
      'ACCESS-KEY-ID/YYYYMMDD/SERVICE/aws4_request',
    ],
  ])('is refused with %s', async (_what, scope, more, words) => {
    const headers = { ...form, authorization: ecdsa(scope), ...more };
    const answer = await askRaw(world.port, { headers, body: whoAmI });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('IncompleteSignature');
    expect(answer.text.replaceAll('&apos;', "'")).toContain(words);
  });

  it('is not taken for verified where signatures are', async () => {
    const strict = await startFakeWorld(() => ({}), { strictAuth: { secretFor: () => 'test' } });
    try {
      const headers = { ...form, authorization: ecdsa('sts'), 'x-amz-region-set': '*' };
      const answer = await askRaw(strict.port, { headers, body: whoAmI });
      expect(answer).toMatchObject({ status: 400 });
      expect(answer.text).toContain('are not verified here');
    } finally {
      await strict.close();
    }
  });
});

describe('a presigned query', () => {
  const scoped = (scope: string): string =>
    new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `123456789012/20260102/${scope}/aws4_request`,
      'X-Amz-Date': '20260102T030405Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Signature': '0',
    }).toString();

  it.each([
    ['as a GET', 'GET', `/?${whoAmI}&`, undefined],
    ['as a POST with the form in its body', 'POST', '/?', whoAmI],
  ])('calls an operation of the query protocol %s', async (_what, method, start, body) => {
    const path = `${start}${scoped('us-west-2/sts')}`;
    const headers = { 'x-k8s-aws-id': 'cluster', ...(body === undefined ? {} : form) };
    const answer = await askRaw(world.port, {
      method,
      path,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect(answer.status).toBe(200);
    expect(world.calls).toMatchObject([{ service: 'sts', region: 'us-west-2' }]);
  });
});

describe('the Host', () => {
  it.each([
    'ec2.us-east-1.localhost:4566',
    'ec2.us-east-1.amazonaws.com',
    'ec2.us-east-1.api.aws',
    'sts.amazonaws.com',
  ])('may be %s, and the signature says what is meant', async (host) => {
    const headers = { ...form, host, authorization: hmac('eu-west-1/sts') };
    expect(await askRaw(world.port, { headers, body: whoAmI })).toMatchObject({ status: 200 });
    expect(world.calls).toMatchObject([{ service: 'sts', region: 'eu-west-1' }]);
  });

  it.each(['evil.example', 'ec2-52-1-2-3.compute-1.amazonaws.com', 'amazonaws.com'])(
    'may not be %s',
    async (host) => {
      const headers = { ...form, host, authorization: hmac('eu-west-1/sts') };
      expect(await askRaw(world.port, { headers, body: whoAmI })).toMatchObject({ status: 403 });
      expect(world.calls).toEqual([]);
    },
  );

  it('of AWS opens no admin path', async () => {
    const path = '/_faultline/world';
    const headers = { host: 'ec2.us-east-1.amazonaws.com' };
    expect(await askRaw(world.port, { method: 'GET', path, headers })).toMatchObject({
      status: 403,
    });
  });
});

describe('a request that nobody signed', () => {
  it.each([
    ['AWS asks for a signature', whoAmI],
    ['it names no operation', 'Version=2011-06-15'],
    ['another version has it', 'Action=AssumeRoleWithSAML&Version=1999-01-01'],
  ])('is refused where %s', async (_what, body) => {
    const answer = await askRaw(world.port, { headers: form, body });
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.text).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it('is refused when it is longer than any that AWS takes', async () => {
    const body = `Action=AssumeRoleWithSAML&SAMLAssertion=${'a'.repeat(600_000)}`;
    expect(await askRaw(world.port, { headers: form, body })).toMatchObject({ status: 403 });
  });

  it.each([
    ['sts', form, 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=a'],
    [
      'cognito-idp',
      {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
      },
      '{}',
    ],
  ])('is understood where AWS asks for none (%s)', async (_service, headers, body) => {
    const { status, text } = await askRaw(world.port, { headers, body });
    expect(status).not.toBe(403);
    expect(text).not.toContain('MissingAuthenticationToken');
  });
});
