import { describe, expect, it } from 'vitest';
import { passedHead, type HeadBehind } from './passed-head.ts';
import { presets } from './presets.ts';

const head = (more: Partial<HeadBehind>): HeadBehind => ({
  target: '/',
  host: '127.0.0.1:4566',
  accessKeyId: 'test',
  account: '000000000000',
  region: 'eu-west-1',
  isOfRegionSet: false,
  awsHost: undefined,
  preset: undefined,
  ...more,
});

const authorization = (key: string): string =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260102/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=test`;

describe('the host', () => {
  it.each([
    ['127.0.0.1:4566', undefined, '127.0.0.1:4566', '/a?b=c'],
    ['sqs.eu-west-1.localhost:4566', { bucket: undefined }, 'localhost:4566', '/a?b=c'],
    ['pictures.s3.amazonaws.com', { bucket: 'pictures' }, 'localhost', '/pictures/a?b=c'],
  ])('%s', (host, awsHost, expected, target) => {
    const passed = passedHead(head({ host, awsHost, target: '/a?b=c' }));
    expect(passed).toMatchObject({ host: expected, target });
  });
});

describe('the account', () => {
  it('is told to an endpoint that nobody knows as it was sent', () => {
    const passed = passedHead(head({ accessKeyId: 'ASIAX', account: '111122223333' }));
    expect(passed).toMatchObject({ extra: {}, credential: undefined });
  });

  it('is told to moto by its header, whoever signed', () => {
    const passed = passedHead(head({ preset: presets.moto, account: '111122223333' }));
    expect(passed).toMatchObject({
      extra: { 'x-moto-account-id': '111122223333' },
      credential: undefined,
    });
  });

  it.each([
    ['test', '000000000000', undefined],
    ['111122223333', '111122223333', undefined],
    ['test', '111122223333', '111122223333'],
    ['ASIATEMPORARY', '111122223333', '111122223333'],
    ['444455556666', '000000000000', '000000000000'],
    ['', '111122223333', undefined],
  ])('is told to LocalStack by the key: %s of %s', (accessKeyId, account, key) => {
    const passed = passedHead(head({ preset: presets.localstack, accessKeyId, account }));
    expect(passed.credential?.(authorization(accessKeyId))).toBe(
      key === undefined ? undefined : authorization(key),
    );
  });

  it.each([
    ['/?X-Amz-Credential=KEY%2F20260102%2Feu-west-1%2Fsqs%2Faws4_request&Prefix=KEY', 'Prefix=KEY'],
    ['/b/KEY?AWSAccessKeyId=KEY&Signature=KEY', '/b/KEY?'],
  ])('is told in a query, and nothing else of it is touched', (target, kept) => {
    const passed = passedHead(
      head({ preset: presets.floci, accessKeyId: 'KEY', account: '111122223333', target }),
    );
    expect(passed.target).toContain('=111122223333');
    expect(passed.target).toContain(kept);
  });
});

describe('a signature for several Regions', () => {
  const sent =
    'AWS4-ECDSA-P256-SHA256 Credential=KEY/20260102/s3/aws4_request, SignedHeaders=host, Signature=0';

  it('reaches an emulator as one for the Region of the call', () => {
    const passed = passedHead(head({ preset: presets.moto, isOfRegionSet: true }));
    expect(passed.credential?.(sent)).toBe(
      'AWS4-HMAC-SHA256 Credential=KEY/20260102/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0',
    );
  });

  it('does so in a query', () => {
    const target =
      '/?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Credential=KEY%2F20260102%2Fs3%2Faws4_request';
    expect(passedHead(head({ preset: presets.moto, isOfRegionSet: true, target })).target).toBe(
      '/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=KEY%2F20260102%2Feu-west-1%2Fs3%2Faws4_request',
    );
  });

  it('reaches an endpoint that nobody knows as it was sent', () => {
    expect(passedHead(head({ isOfRegionSet: true })).credential).toBeUndefined();
  });
});
