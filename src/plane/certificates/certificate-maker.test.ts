import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeyAlgorithm } from '@aws-sdk/client-acm';
import type { CertificateMaterial } from '../../aws/shared/certificate-maker.ts';
import { createCertificateMaker } from './certificate-maker.ts';

const maker = createCertificateMaker();
const dayMs = 24 * 3_600_000;
const notBefore = Date.UTC(2026, 0, 1);
const authority = maker.newAuthority('Tests', notBefore, notBefore + 3650 * dayMs);

const issue = (
  keyAlgorithm: KeyAlgorithm = 'EC_prime256v1',
  domains = ['example.com', '*.example.com'],
) =>
  maker.issue(authority, { domains, keyAlgorithm, notBefore, notAfter: notBefore + 198 * dayMs });

const bytes = (text: string): Uint8Array => Buffer.from(text);
const read = (certificate: string, key: string, chain?: string) =>
  maker.read(bytes(certificate), bytes(key), chain === undefined ? undefined : bytes(chain));
const certificatesOf = (chain: string | null): readonly X509Certificate[] =>
  (chain ?? '')
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .filter((pem) => pem !== '')
    .map((pem) => new X509Certificate(pem));

describe('a certificate that is issued', () => {
  it.each(['RSA_2048', 'EC_prime256v1', 'EC_secp384r1'] as const)(
    'is a real one, with a real key of %s, up to a root that signed itself',
    (algorithm) => {
      const made = issue(algorithm);
      const leaf = new X509Certificate(made.certificate);
      const [issuing, root] = certificatesOf(made.chain);
      if (issuing === undefined || root === undefined)
        throw new Error('The chain has two certificates.');
      expect(leaf.checkPrivateKey(createPrivateKey(made.privateKey))).toBe(true);
      expect([leaf.verify(issuing.publicKey), leaf.checkIssued(issuing)]).toEqual([true, true]);
      expect([issuing.verify(root.publicKey), issuing.checkIssued(root)]).toEqual([true, true]);
      expect(root.verify(root.publicKey)).toBe(true);
      expect([leaf.ca, issuing.ca, root.ca]).toEqual([false, true, true]);
      expect(leaf.checkHost('shop.example.com')).toBe('*.example.com');
      expect(leaf.checkHost('example.org')).toBeUndefined();
      expect(made.contents).toMatchObject({
        domains: ['example.com', '*.example.com'],
        subject: 'CN=example.com',
        commonName: 'example.com',
        issuer: 'Faultline',
        notBefore,
        notAfter: notBefore + 198 * dayMs,
        keyAlgorithm: algorithm,
        signatureAlgorithm: 'SHA256WITHECDSA',
        extendedKeyUsages: [{ name: 'TLS_WEB_SERVER_AUTHENTICATION', oid: '1.3.6.1.5.5.7.3.1' }],
      });
      // JSON is what the journal keeps.
      expect(JSON.parse(JSON.stringify(made))).toEqual(made);
    },
  );

  it('has a serial number and a key that no other has', () => {
    const [one, other] = [issue(), issue()];
    expect(one.contents.serial).not.toBe(other.contents.serial);
    expect(one.privateKey).not.toBe(other.privateKey);
  });
});

describe('a certificate that is brought', () => {
  const made = issue();
  const { certificate, privateKey } = made;
  const chain = made.chain ?? '';
  const [issuing = '', root = ''] = chain.split(/(?<=-----END CERTIFICATE-----\n)/);
  const encrypted = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  }).privateKey;

  it('is read with its chain, whatever stands around the blocks', () => {
    const found = read(`Bag Attributes\n${certificate}`, privateKey, `\n${chain}\n\n`);
    expect(found).toEqual({ certificate, chain, privateKey, contents: made.contents });
  });

  it('may come alone when it signed itself', () => {
    const key = authority.privateKey;
    // Its key is another's, which is looked at first: the root's own is kept by nobody.
    expect(read(root, key)).toEqual({ problem: 'key-of-another' });
    expect(read(issuing, key, root)).toMatchObject({ chain: root });
  });

  it.each([
    ['no certificate', 'nothing', privateKey, chain, { problem: 'certificate-unreadable' }],
    [
      'a broken one',
      certificate.replace(/.{10}\n-----END/, '\n-----END'),
      privateKey,
      chain,
      { problem: 'certificate-unreadable' },
    ],
    ['two', `${certificate}${issuing}`, privateKey, chain, { problem: 'certificate-not-alone' }],
    ['no key', certificate, 'nothing', chain, { problem: 'key-unreadable' }],
    ['an encrypted key', certificate, encrypted, chain, { problem: 'key-encrypted' }],
    ['the key of another', certificate, issue().privateKey, chain, { problem: 'key-of-another' }],
    ['no chain', certificate, privateKey, undefined, { problem: 'chain-missing' }],
    [
      'a chain without certificates',
      certificate,
      privateKey,
      'nothing',
      { problem: 'chain-unreadable' },
    ],
    [
      'a chain in the wrong order',
      certificate,
      privateKey,
      `${root}${issuing}`,
      { problem: 'chain-broken', index: 0 },
    ],
    [
      'a chain with something that does not belong',
      certificate,
      privateKey,
      `${issuing}${certificate}`,
      { problem: 'chain-broken', index: 1 },
    ],
  ])('is told apart: %s', (_, pem, key, above, problem) => {
    expect(read(pem, key, above)).toEqual(problem);
  });

  it('is refused with a key of a kind that ACM does not take', () => {
    const material: CertificateMaterial = issue('RSA_2048');
    expect(material.contents.keyAlgorithm).toBe('RSA_2048');
    // Made with `openssl req -x509 -newkey ed25519 -nodes -subj /CN=example.com -days 36500`.
    const ed25519 = `-----BEGIN CERTIFICATE-----
MIIBQjCB9aADAgECAhQQ5WDRE94cZRW4bQRjupDz3EJT+zAFBgMrZXAwFjEUMBIG
A1UEAwwLZXhhbXBsZS5jb20wIBcNMjYxMjAxMDQwNjExWhgPMjEyNjExMDcwNDA2
MTFaMBYxFDASBgNVBAMMC2V4YW1wbGUuY29tMCowBQYDK2VwAyEAUjKpOqg9zwmb
4iMknZEmxMSKELhmK5vv9X19kyl519ijUzBRMB0GA1UdDgQWBBSBGbbHqNkdzk7B
x9vIazCZsNcllDAfBgNVHSMEGDAWgBSBGbbHqNkdzk7Bx9vIazCZsNcllDAPBgNV
HRMBAf8EBTADAQH/MAUGAytlcANBAO4LmoD0gr2U3sa7Ta1wCfeLiH2YjA372LAJ
2d+H1CvHHWabcCzzQ7kQqVFOHap6z+IVjENcD2eCpHxH2NX7Hwc=
-----END CERTIFICATE-----
`;
    expect(read(ed25519, privateKey)).toEqual({ problem: 'key-unsupported' });
  });
});
