import { describe, expect, test } from 'vitest';
import {
  createKeyPair,
  deleteKeyPair,
  describeKeyPairs,
  importKeyPair,
  type KeyMaker,
} from './key-pairs.ts';
import { present, testRegion } from './test-region.ts';

const base64 = 'AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';

/** The same key with its algorithm before it, as `ssh-keygen -e -m PKCS8` has it. */
const der = 'MCowBQYDK2VwAyEAO2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=';

/** No cryptography: the operations only pass its answers on. */
const keys: KeyMaker = {
  generate: (type) => ({
    publicKey: { type, base64 },
    privateKey: `-----BEGIN ${type}-----`,
    fingerprint: `made-${type}`,
  }),
  fingerprintOf: (key) => (key.base64 === base64 ? `imported-${key.type}` : undefined),
  fromDer: (key) => (key.base64 === der ? { type: 'ed25519', base64 } : undefined),
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('CreateKeyPair', () => {
  test('gives the private key once and keeps the public one', () => {
    const region = testRegion();
    const made = region.call(createKeyPair(keys), { KeyName: 'ops' });
    expect(made).toMatchObject({
      KeyName: 'ops',
      KeyFingerprint: 'made-rsa',
      KeyMaterial: '-----BEGIN rsa-----',
    });
    expect(region.call(describeKeyPairs, { KeyNames: ['ops'] }).KeyPairs).toEqual([
      {
        KeyPairId: made.KeyPairId,
        KeyName: 'ops',
        KeyType: 'rsa',
        KeyFingerprint: 'made-rsa',
        CreateTime: 1_750_000_000_000,
        PublicKey: undefined,
        Tags: [],
      },
    ]);
    expect(region.call(describeKeyPairs, { IncludePublicKey: true }).KeyPairs?.[0]?.PublicKey).toBe(
      `ssh-rsa ${base64} ops`,
    );
  });

  test('takes a name once, until it is deleted', () => {
    const region = testRegion();
    region.call(createKeyPair(keys), { KeyName: 'ops', KeyType: 'ed25519' });
    expect(region.failCode(createKeyPair(keys), { KeyName: 'ops' })).toBe(
      'InvalidKeyPair.Duplicate',
    );
    expect(region.call(deleteKeyPair, { KeyName: 'ops' }).Return).toBe(true);
    expect(region.call(deleteKeyPair, { KeyName: 'ops' })).toEqual({ Return: true });
    expect(region.fail(describeKeyPairs, { KeyNames: ['ops'] })).toMatchObject({
      code: 'InvalidKeyPair.NotFound',
      message: "The key pair 'ops' does not exist",
    });
    region.call(createKeyPair(keys), { KeyName: 'ops' });
  });

  test('refuses the form of PuTTY instead of giving another', () => {
    expect(testRegion().failCode(createKeyPair(keys), { KeyName: 'ops', KeyFormat: 'ppk' })).toBe(
      'UnsupportedOperation',
    );
  });
});

describe('ImportKeyPair', () => {
  test('keeps a public key in OpenSSH form', () => {
    const region = testRegion();
    const { KeyPairId } = region.call(importKeyPair(keys), {
      KeyName: 'mine',
      PublicKeyMaterial: bytes(`ssh-ed25519 ${base64} me@home\n`),
      TagSpecifications: [{ ResourceType: 'key-pair', Tags: [{ Key: 'team', Value: 'shop' }] }],
    });
    const found = region.call(describeKeyPairs, {
      KeyPairIds: [present(KeyPairId)],
      Filters: [{ Name: 'tag:team', Values: ['shop'] }],
    });
    expect(found.KeyPairs).toMatchObject([
      { KeyName: 'mine', KeyType: 'ed25519', KeyFingerprint: 'imported-ed25519' },
    ]);
  });

  test.each([
    ['a line of OpenSSH', `ssh-ed25519 ${base64}`],
    [
      'RFC 4716',
      [
        '---- BEGIN SSH2 PUBLIC KEY ----',
        'Comment: "256-bit ED25519, converted by \\',
        'me@home from OpenSSH"',
        base64.slice(0, 60),
        base64.slice(60),
        '---- END SSH2 PUBLIC KEY ----',
      ].join('\r\n'),
    ],
    ['DER in base64', `${der}\n`],
    ['PEM', `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`],
  ])('takes a key as %s, and shows it in the form of OpenSSH', (_, text) => {
    const region = testRegion();
    region.call(importKeyPair(keys), { KeyName: 'mine', PublicKeyMaterial: bytes(text) });
    const { KeyPairs } = region.call(describeKeyPairs, { IncludePublicKey: true });
    expect(KeyPairs).toMatchObject([
      {
        KeyType: 'ed25519',
        KeyFingerprint: 'imported-ed25519',
        PublicKey: `ssh-ed25519 ${base64} mine`,
      },
    ]);
  });

  test.each([
    '',
    'ssh-dss AAAA',
    `ssh-rsa ${base64}`,
    `ssh-ed25519 ${base64}!`,
    `ssh-ed25519 ${base64.slice(0, -4)}`,
    '-----BEGIN PUBLIC KEY-----',
    `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----`,
    `---- BEGIN SSH2 PUBLIC KEY ----\n${der}\n---- END SSH2 PUBLIC KEY ----`,
  ])('refuses %j', (text) => {
    expect(
      testRegion().fail(importKeyPair(keys), { KeyName: 'mine', PublicKeyMaterial: bytes(text) }),
    ).toMatchObject({
      code: 'InvalidKey.Format',
      message: 'Key is not in valid OpenSSH public key format',
    });
  });
});
