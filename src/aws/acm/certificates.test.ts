import type { CertificateDetail } from '@aws-sdk/client-acm';
import { beforeEach, describe, expect, it } from 'vitest';
import { mendFault, openFault } from '../../world/fault-book.ts';
import { isDomainError } from '../../world/domain-error.ts';
import { extend } from '../../world/rules.ts';
import type { Plain } from '../operation.ts';
import { CertificateUsersOf } from './certificate-users.ts';
import { asPem, createCertificateWorld, me, type CertificateWorld } from './test-certificates.ts';

let acm: CertificateWorld;
const used = new Set<string>();

beforeEach(async () => {
  used.clear();
  acm = await createCertificateWorld([
    extend(CertificateUsersOf, 'tests', (_view, arn) => (used.has(arn) ? ['arn:aws:user'] : [])),
  ]);
});

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const request = (more: object = {}, account = me): string =>
  String(
    acm.call(
      'RequestCertificate',
      { DomainName: 'example.com', ValidationMethod: 'DNS', ...more },
      account,
    )['CertificateArn'],
  );
const detail = (CertificateArn: string, account = me): Plain<CertificateDetail> =>
  // DescribeCertificate answers its one member always.
  acm.call('DescribeCertificate', { CertificateArn }, account)[
    'Certificate'
  ] as Plain<CertificateDetail>;
const recordOf = (arn: string, at = 0): { readonly Name: string; readonly Value: string } => {
  const { Name = '', Value = '' } = detail(arn).DomainValidationOptions?.[at]?.ResourceRecord ?? {};
  return { Name, Value };
};
const put = (arn: string, zone = 'example.com', account = me, at = 0): void => {
  const { Name, Value } = recordOf(arn, at);
  acm.putRecord(zone, Name, Value, account);
};
const imported = (more: Parameters<typeof asPem>[0] = {}, input: object = {}): string =>
  String(
    acm.call('ImportCertificate', { Certificate: asPem(more), PrivateKey: asPem(), ...input })[
      'CertificateArn'
    ],
  );

describe('a certificate that is requested', () => {
  it('waits for a CNAME record of its own for each name', () => {
    const arn = request({
      SubjectAlternativeNames: ['*.example.com', 'WWW.example.org', 'example.com'],
    });
    expect(arn).toMatch(
      /^arn:aws:acm:us-east-1:111122223333:certificate\/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const { DomainValidationOptions = [], ...rest } = detail(arn);
    expect(rest).toMatchObject({
      DomainName: 'example.com',
      SubjectAlternativeNames: ['example.com', '*.example.com', 'www.example.org'],
      Status: 'PENDING_VALIDATION',
      Type: 'AMAZON_ISSUED',
      KeyAlgorithm: 'RSA_2048',
      InUseBy: [],
    });
    expect(rest.NotAfter).toBeUndefined();
    const records = DomainValidationOptions.map(({ ResourceRecord }) => ResourceRecord);
    expect(records[0]).toEqual({
      Name: expect.stringMatching(/^_[0-9a-f]{32}\.example\.com\.$/),
      Type: 'CNAME',
      Value: expect.stringMatching(/^_[0-9a-f]{32}\.[a-p]{10}\.acm-validations\.aws\.$/),
    });
    // A wildcard has the record of the name below it.
    expect(records[1]).toEqual(records[0]);
    expect(records[2]?.Name).toMatch(/\.www\.example\.org\.$/);
    expect(recordOf(request({ KeyAlgorithm: 'EC_prime256v1' }))).toEqual(recordOf(arn));
    expect(acm.fail('GetCertificate', { CertificateArn: arn }).code).toBe(
      'RequestInProgressException',
    );
  });

  it('is issued once the record is in the DNS of this world, whoever put it there', () => {
    const arn = request();
    put(arn, 'example.com', '999988887777');
    acm.clock.advance(5_000);
    expect(detail(arn).Status).toBe('PENDING_VALIDATION');
    acm.clock.advance(minuteMs);
    const {
      Status,
      IssuedAt,
      NotBefore = 0,
      NotAfter = 0,
      DomainValidationOptions = [],
    } = detail(arn);
    expect([Status, DomainValidationOptions[0]?.ValidationStatus]).toEqual(['ISSUED', 'SUCCESS']);
    expect(IssuedAt).toBeGreaterThan(0);
    expect((NotAfter + 1000 - NotBefore) / (24 * hourMs)).toBe(198);
    expect(acm.call('GetCertificate', { CertificateArn: arn })).toEqual({
      Certificate: expect.stringContaining('example.com'),
      CertificateChain: 'Faultline us-east-1 CA',
    });
    acm.clock.advance(199 * 24 * hourMs);
    expect(detail(arn).Status).toBe('EXPIRED');
  });

  it.each([
    ['in the zone of a name above that another zone hides', 'org', 'example.org'],
    ['with another value', 'example.com', undefined],
  ])('is not issued by a record %s', (_, zone, nearer) => {
    const arn = request({ DomainName: nearer ?? 'example.com' });
    const { Name, Value } = recordOf(arn);
    if (nearer !== undefined) acm.putRecord(nearer, `other.${nearer}`, 'else.example.net');
    acm.putRecord(zone, Name, nearer === undefined ? 'wrong.acm-validations.aws' : Value);
    acm.clock.advance(hourMs);
    expect(detail(arn).Status).toBe('PENDING_VALIDATION');
  });

  it('needs the records of all its names', () => {
    const arn = request({ SubjectAlternativeNames: ['example.org'] });
    put(arn);
    acm.clock.advance(10 * minuteMs);
    const states = () =>
      detail(arn).DomainValidationOptions?.map(({ ValidationStatus }) => ValidationStatus);
    expect([detail(arn).Status, states()]).toEqual([
      'PENDING_VALIDATION',
      ['SUCCESS', 'PENDING_VALIDATION'],
    ]);
    put(arn, 'example.org', me, 1);
    acm.clock.advance(10 * minuteMs);
    expect([detail(arn).Status, states()]).toEqual(['ISSUED', ['SUCCESS', 'SUCCESS']]);
  });

  it('is given up after 72 hours, and a record that comes then changes nothing', () => {
    const arn = request();
    acm.clock.advance(72 * hourMs - 1);
    expect(detail(arn).Status).toBe('PENDING_VALIDATION');
    acm.clock.advance(1);
    expect(detail(arn)).toMatchObject({
      Status: 'VALIDATION_TIMED_OUT',
      DomainValidationOptions: [{ ValidationStatus: 'FAILED' }],
    });
    put(arn);
    acm.clock.advance(24 * hourMs);
    expect(detail(arn).Status).toBe('VALIDATION_TIMED_OUT');
    expect(acm.fail('GetCertificate', { CertificateArn: arn }).code).toBe(
      'ResourceNotFoundException',
    );
  });

  it('waits while the Region is in disaster, and is issued when it is back', () => {
    const arn = request();
    put(arn);
    const { output } = openFault(acm.world, { target: 'region/us-east-1', effect: 'disaster' });
    if (isDomainError(output)) throw new Error(output.message);
    acm.clock.advance(hourMs);
    mendFault(acm.world, output.id);
    expect(detail(arn).Status).toBe('PENDING_VALIDATION');
    acm.clock.advance(10 * minuteMs);
    expect(detail(arn).Status).toBe('ISSUED');
  });

  it('is the same one for the same token within an hour, and for other names another', () => {
    const token = { IdempotencyToken: 'token1' };
    const first = request(token);
    expect(request(token)).toBe(first);
    expect(request({ ...token, DomainName: 'example.org' })).not.toBe(first);
    acm.clock.advance(hourMs);
    expect(request(token)).not.toBe(first);
  });

  it('is refused where it cannot be what it says', () => {
    const input = { DomainName: 'example.com', ValidationMethod: 'DNS' };
    const names = Array.from({ length: 10 }, (_, at) => `${at}.example.com`);
    expect([
      acm.fail('RequestCertificate', { ...input, ValidationMethod: 'EMAIL' }).code,
      acm.fail('RequestCertificate', { DomainName: 'example.com' }).message,
      acm.fail('RequestCertificate', { ...input, KeyAlgorithm: 'RSA_4096' }).code,
      acm.fail('RequestCertificate', { ...input, Options: { Export: 'ENABLED' } }).code,
      acm.fail('RequestCertificate', { ...input, CertificateAuthorityArn: 'arn' }).code,
      acm.fail('RequestCertificate', { ...input, SubjectAlternativeNames: names }).code,
      acm.fail('RequestCertificate', { ...input, Tags: [{ Key: 'aws:x', Value: '' }] }).code,
    ]).toEqual([
      'NotImplemented',
      expect.stringContaining('no mail is delivered'),
      'InvalidParameterException',
      'NotImplemented',
      'NotImplemented',
      'LimitExceededException',
      'InvalidTagException',
    ]);
    expect(acm.call('ListCertificates')).toEqual({ CertificateSummaryList: [] });
  });
});

describe('a certificate that is imported', () => {
  it('says what it says', () => {
    const arn = imported({
      domains: ['a.example.com', 'b.example.com'],
      commonName: 'b.example.com',
    });
    expect(detail(arn)).toMatchObject({
      Status: 'ISSUED',
      Type: 'IMPORTED',
      DomainName: 'b.example.com',
      SubjectAlternativeNames: ['a.example.com', 'b.example.com'],
      Issuer: 'Tests',
      Serial: '01:02',
      KeyUsages: [{ Name: 'DIGITAL_SIGNATURE' }],
      ExtendedKeyUsages: [{ Name: 'TLS_WEB_SERVER_AUTHENTICATION', OID: '1.3.6.1.5.5.7.3.1' }],
    });
    expect(detail(arn).DomainValidationOptions).toBeUndefined();
  });

  it('keeps its ARN, its tags and its beginning when it is imported again', () => {
    const arn = imported({}, { Tags: [{ Key: 'site', Value: 'shop' }] });
    const { CreatedAt } = detail(arn);
    acm.clock.advance(hourMs);
    expect(imported({ domains: ['example.org'], serial: '03' }, { CertificateArn: arn })).toBe(arn);
    expect(detail(arn)).toMatchObject({
      CreatedAt,
      ImportedAt: (CreatedAt ?? 0) + hourMs,
      Serial: '03',
      SubjectAlternativeNames: ['example.org'],
    });
    expect(acm.call('ListTagsForCertificate', { CertificateArn: arn })).toEqual({
      Tags: [{ Key: 'site', Value: 'shop' }],
    });
  });

  it.each([
    ['another kind of key', { keyAlgorithm: 'EC_prime256v1' as const }, {}, 'key type and size'],
    ['no name any more', { domains: [], commonName: null }, {}, 'all of the domain names'],
    [
      'less usages of its key',
      { keyUsages: ['KEY_AGREEMENT' as const] },
      {},
      'key usage DIGITAL_SIGNATURE',
    ],
    ['tags', {}, { Tags: [{ Key: 'a', Value: 'b' }] }, 'resource tags'],
  ])('is not imported again with %s', (_, more, input, words) => {
    const CertificateArn = imported();
    const again = { Certificate: asPem(more), PrivateKey: asPem(), CertificateArn, ...input };
    const { code, message } = acm.fail('ImportCertificate', again);
    expect([code, message]).toEqual(['ValidationException', expect.stringContaining(words)]);
    expect(detail(CertificateArn).KeyAlgorithm).toBe('RSA_2048');
  });

  it('is refused when its time is not now, or nothing can be read', () => {
    const now = acm.clock.now();
    const key = { PrivateKey: asPem() };
    expect([
      acm.fail('ImportCertificate', { Certificate: asPem({ notAfter: now - 1 }), ...key }).message,
      acm.fail('ImportCertificate', { Certificate: asPem({ notBefore: now + 1 }), ...key }).message,
      acm.fail('ImportCertificate', { Certificate: Uint8Array.of(1), ...key }).message,
    ]).toEqual([
      'The certificate has expired, is not valid.',
      'The certificate is not in force yet, is not valid.',
      'The certificate is not PEM-encoded or is not valid.',
    ]);
    const requested = request();
    const again = { Certificate: asPem(), CertificateArn: requested, ...key };
    expect(acm.fail('ImportCertificate', again).code).toBe('ValidationException');
  });
});

describe('certificates', () => {
  it('are listed by status, key and use, in pages', () => {
    const rsa = imported();
    acm.clock.advance(1000);
    const elliptic = imported({ keyAlgorithm: 'EC_prime256v1', keyUsages: ['KEY_AGREEMENT'] });
    acm.clock.advance(1000);
    const waiting = request();
    const arns = (input: object = {}): readonly unknown[] => {
      const { CertificateSummaryList: list } = acm.call('ListCertificates', { ...input });
      return (list as readonly { readonly CertificateArn: string }[]).map(
        ({ CertificateArn }) => CertificateArn,
      );
    };
    const keyTypes = ['RSA_2048', 'EC_prime256v1'];
    expect(arns()).toEqual([rsa, waiting]);
    expect(arns({ Includes: { keyTypes } })).toEqual([rsa, elliptic, waiting]);
    expect(arns({ CertificateStatuses: ['PENDING_VALIDATION'] })).toEqual([waiting]);
    expect(arns({ Includes: { keyTypes, keyUsage: ['KEY_AGREEMENT'] } })).toEqual([elliptic]);
    expect(arns({ Includes: { extendedKeyUsage: ['CODE_SIGNING'] } })).toEqual([]);
    expect(arns({ SortBy: 'CREATED_AT', SortOrder: 'DESCENDING' })).toEqual([waiting, rsa]);
    expect(acm.fail('ListCertificates', { SortBy: 'CREATED_AT' }).code).toBe('ValidationException');
    const first = acm.call('ListCertificates', { MaxItems: 1 });
    expect(arns({ MaxItems: 1, NextToken: first['NextToken'] })).toEqual([waiting]);
    expect(acm.fail('ListCertificates', { NextToken: '?' }).code).toBe('InvalidArgsException');
  });

  it('have tags of their own', () => {
    const CertificateArn = request({ Tags: [{ Key: 'a', Value: '1' }] });
    acm.call('AddTagsToCertificate', {
      CertificateArn,
      Tags: [{ Key: 'b', Value: '2' }, { Key: 'c' }],
    });
    acm.call('RemoveTagsFromCertificate', {
      CertificateArn,
      Tags: [{ Key: 'a' }, { Key: 'b', Value: 'other' }],
    });
    expect(acm.call('ListTagsForCertificate', { CertificateArn })).toEqual({
      Tags: [
        { Key: 'b', Value: '2' },
        { Key: 'c', Value: '' },
      ],
    });
    const Tags = Array.from({ length: 49 }, (_, at) => ({ Key: `k${at}`, Value: '' }));
    expect(acm.fail('AddTagsToCertificate', { CertificateArn, Tags }).code).toBe(
      'TooManyTagsException',
    );
  });

  it('go when they are deleted, unless somebody uses them', () => {
    const arn = request({ Tags: [{ Key: 'a', Value: '1' }] });
    used.add(arn);
    expect(detail(arn).InUseBy).toEqual(['arn:aws:user']);
    expect(acm.fail('DeleteCertificate', { CertificateArn: arn }).code).toBe(
      'ResourceInUseException',
    );
    used.delete(arn);
    acm.call('DeleteCertificate', { CertificateArn: arn });
    expect(acm.fail('DescribeCertificate', { CertificateArn: arn }).code).toBe(
      'ResourceNotFoundException',
    );
    acm.clock.advance(100 * hourMs);
    const left = [...acm.world.contents('us-east-1')].filter(
      ({ table }) => table !== 'random-streams',
    );
    expect(left).toEqual([]);
  });

  it('belong to one account and one Region', () => {
    const CertificateArn = request();
    expect(acm.fail('DescribeCertificate', { CertificateArn }, '999988887777').code).toBe(
      'ResourceNotFoundException',
    );
    expect(acm.call('ListCertificates', {}, me, 'eu-west-1')).toEqual({
      CertificateSummaryList: [],
    });
    const other = 'arn:aws:acm:us-east-1:111122223333:acme-endpoint/x';
    expect(acm.fail('DescribeCertificate', { CertificateArn: other }).code).toBe(
      'InvalidArnException',
    );
  });
});
