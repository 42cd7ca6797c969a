import { describe, expect, test } from 'vitest';
import { msOfIsoText } from '../shared/utc-text.ts';
import { createTestIam } from './test-iam.ts';

const thumbprint = '6938fd4d98bab03faadb97b34396831e3780aea1';

describe('an OpenID Connect provider', () => {
  test.each([
    [{ Url: 'http://oidc.example' }, 'InvalidInput'],
    [{ Url: 'https://oidc.example?x=1' }, 'InvalidInput'],
    [{ Url: 'https://oidc.example:8443/' }, 'InvalidInput'],
    [{ Url: 'https://oidc.example', ThumbprintList: ['xyz'] }, 'InvalidInput'],
    [{ Url: 'https://oidc.example', ThumbprintList: Array(6).fill(thumbprint) }, 'LimitExceeded'],
    [{ Url: 'https://there.example' }, 'EntityAlreadyExists'],
  ])('is refused: %j', async (input, code) => {
    const it = await createTestIam();
    it.call('CreateOpenIDConnectProvider', { Url: 'https://there.example' });
    expect(it.fail('CreateOpenIDConnectProvider', input).code).toBe(code);
  });

  test('without a thumbprint has one of its own, the same each time', async () => {
    const it = await createTestIam();
    const read = () => {
      const { OpenIDConnectProviderArn } = it.call('CreateOpenIDConnectProvider', {
        Url: 'https://oidc.example',
      });
      const { ThumbprintList } = it.call('GetOpenIDConnectProvider', { OpenIDConnectProviderArn });
      it.call('DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn });
      return ThumbprintList;
    };
    const once = read();
    expect(once).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/)]);
    expect(read()).toEqual(once);
  });
});

test('a SAML provider needs metadata that name an entity', async () => {
  const it = await createTestIam();
  const input = { Name: 'office', SAMLMetadataDocument: '<x/>'.padEnd(1000) };
  expect(it.fail('CreateSAMLProvider', input).code).toBe('InvalidInput');
});

test('a summary counts what there is', async () => {
  const it = await createTestIam();
  it.call('CreateGroup', { GroupName: 'all' });
  it.call('CreateOpenIDConnectProvider', { Url: 'https://oidc.example' });
  expect(it.call('GetAccountSummary')['SummaryMap']).toMatchObject({
    Groups: 1,
    Providers: 1,
    Users: 0,
  });
});

test.each([
  '1970-01-01T00:00:00Z',
  '2000-02-29T23:59:59Z',
  '2033-01-02T03:04:05Z',
  '2100-03-01T00:00:00Z',
])('the moment of %s is read', (text) => {
  expect(msOfIsoText(text)).toBe(new Date(text).getTime());
});
