import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readPublicKey } from '../../aws/ec2/public-key-forms.ts';
import { nodeKeyMaker } from './key-maker.ts';

const colons = (hex: string): string => hex.match(/../g)?.join(':') ?? '';

describe('RSA key pairs', () => {
  test('belong together, and have the fingerprints of AWS for made and imported ones', () => {
    const made = nodeKeyMaker.generate('rsa');
    expect(made.privateKey).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
    const privateKey = createPrivateKey(made.privateKey);
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
    expect(made.fingerprint).toBe(colons(createHash('sha1').update(pkcs8).digest('hex')));
    const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    expect(nodeKeyMaker.fingerprintOf(made.publicKey)).toBe(
      colons(createHash('md5').update(spki).digest('hex')),
    );
  });
});

describe('Ed25519 key pairs', () => {
  test('come in the form of OpenSSH, with its fingerprint', () => {
    const made = nodeKeyMaker.generate('ed25519');
    const lines = made.privateKey.trim().split('\n');
    expect([lines[0], lines.at(-1)]).toEqual([
      '-----BEGIN OPENSSH PRIVATE KEY-----',
      '-----END OPENSSH PRIVATE KEY-----',
    ]);
    const body = Buffer.from(lines.slice(1, -1).join(''), 'base64');
    expect(body.subarray(0, 15).toString()).toBe('openssh-key-v1\0');
    const blob = Buffer.from(made.publicKey.base64, 'base64');
    expect(body.includes(blob)).toBe(true);
    expect(blob.subarray(4, 15).toString()).toBe('ssh-ed25519');
    expect(made.fingerprint).toBe(createHash('sha256').update(blob).digest('base64'));
    expect(nodeKeyMaker.fingerprintOf(made.publicKey)).toBe(made.fingerprint);
  });

  test('have the fingerprint that ssh-keygen prints', () => {
    const base64 = 'AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
    expect(nodeKeyMaker.fingerprintOf({ type: 'ed25519', base64 })).toBe(
      'tAXFyTXI8xtDaujAEcwJslAYc9/6FKcUkd2Lw0xDhPo=',
    );
  });
});

describe('what is no key', () => {
  test.each([
    ['rsa', 'AAAAB3NzaC1yc2E='],
    ['rsa', 'AAAAB3NzaC1yc2H/////AAAA'],
    ['ed25519', 'AAAAC3NzaC1lZDI1NTE5AAAABAAAAAA='],
  ] as const)('has no fingerprint: %s %s', (type, base64) => {
    expect(nodeKeyMaker.fingerprintOf({ type, base64 })).toBeUndefined();
  });
});

describe('an imported key', () => {
  test.each(['rsa', 'ed25519'] as const)('is the same in DER: %s', (type) => {
    const made = nodeKeyMaker.generate(type);
    const key =
      type === 'rsa'
        ? createPublicKey(made.privateKey)
        : createPublicKey({
            format: 'jwk',
            key: {
              kty: 'OKP',
              crv: 'Ed25519',
              x: Buffer.from(made.publicKey.base64, 'base64').subarray(-32).toString('base64url'),
            },
          });
    const der = key.export({ type: 'spki', format: 'der' });
    const texts = [der.toString('base64'), String(key.export({ type: 'spki', format: 'pem' }))];
    for (const text of texts) {
      const read = readPublicKey(text);
      expect(read !== undefined && 'form' in read && nodeKeyMaker.fromDer(read)).toEqual(
        made.publicKey,
      );
    }
  });

  test('of another algorithm, or of none, is no key', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const base64 = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(nodeKeyMaker.fromDer({ form: 'spki', base64 })).toBeUndefined();
    expect(nodeKeyMaker.fromDer({ form: 'pkcs1', base64: 'AAAA' })).toBeUndefined();
  });
});
