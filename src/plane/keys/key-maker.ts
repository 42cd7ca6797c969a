import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { NewKey } from '../../aws/ec2/key-pairs.ts';
import type { DerKey, PublicKey } from '../../aws/ec2/public-key-forms.ts';

/** A length and the bytes: the string of SSH's data types (RFC 4251). */
const sshString = (bytes: Buffer | string): Buffer => {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
};

/** A positive whole number of RFC 4251: a leading zero byte where the first bit would say negative. */
const sshNumber = (base64url: string): Buffer => {
  const bytes = Buffer.from(base64url, 'base64url');
  return sshString((bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));
};

const blobOf = (key: KeyObject, type: PublicKey['type']): Buffer => {
  const { n = '', e = '', x = '' } = key.export({ format: 'jwk' });
  return type === 'rsa'
    ? Buffer.concat([sshString('ssh-rsa'), sshNumber(e), sshNumber(n)])
    : Buffer.concat([sshString('ssh-ed25519'), sshString(Buffer.from(x, 'base64url'))]);
};

const publicKeyOf = (key: KeyObject, type: PublicKey['type']): PublicKey => ({
  type,
  base64: blobOf(key, type).toString('base64'),
});

const colons = (hex: string): string => hex.replace(/(..)(?=.)/g, '$1:');

const digest = (algorithm: 'md5' | 'sha1', bytes: Buffer): string =>
  colons(createHash(algorithm).update(bytes).digest('hex'));

/** The strings of an SSH blob, one after the other. */
const sshStrings = (blob: Buffer): readonly Buffer[] => {
  const strings: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length;) {
    const end = Math.min(blob.length, at + 4 + blob.readUInt32BE(at));
    strings.push(blob.subarray(at + 4, end));
    at = end;
  }
  return strings;
};

/** The lengths of RSA keys that AWS imports ("Create key pairs", Amazon EC2 User Guide). */
const rsaBits: readonly number[] = [1024, 2048, 4096];

const rsaKeyOfBlob = (blob: Buffer): KeyObject | undefined => {
  const [, e, n, ...rest] = sshStrings(blob);
  if (e === undefined || n === undefined || rest.length > 0) return undefined;
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'RSA', e: e.toString('base64url'), n: n.toString('base64url') },
  });
  return rsaBits.includes(key.asymmetricKeyDetails?.modulusLength ?? 0) ? key : undefined;
};

/** OpenSSH's own form of a private key (PROTOCOL.key of OpenSSH): the only one in which it takes Ed25519 keys. */
const opensshPrivateKey = (publicBlob: Buffer, key: KeyObject): string => {
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  const [seed, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    publicBlob,
    sshString(Buffer.concat([seed, point])),
    sshString(''),
  ]);
  const padding = Buffer.from(
    Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1),
  );
  const keyCount = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    keyCount,
    sshString(publicBlob),
    sshString(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString('base64').replace(/(.{70})(?=.)/g, '$1\n');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
};

/** Bytes that are no key make an exception of node:crypto's; what was imported is then not a key. */
const keyOfDer = (der: Buffer, form: DerKey['form']): KeyObject | undefined => {
  try {
    return createPublicKey({ key: der, format: 'der', type: form });
  } catch {
    return undefined;
  }
};

const sha256 = (blob: Buffer): string => createHash('sha256').update(blob).digest('base64');

/**
 * Key pairs from the host's cryptography. Fingerprints are AWS's ("Create key pairs", Amazon EC2 User Guide): of an
 * RSA key that was made, SHA-1 of the private key; of one that was imported, MD5 of the public key; of an Ed25519 key,
 * SHA-256 as OpenSSH has it.
 */
export const nodeKeyMaker = {
  generate: (type: PublicKey['type']): NewKey => {
    if (type === 'rsa') {
      const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const der = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
      return {
        publicKey: publicKeyOf(pair.publicKey, type),
        privateKey: String(pair.privateKey.export({ type: 'pkcs1', format: 'pem' })),
        fingerprint: digest('sha1', der),
      };
    }
    const pair = generateKeyPairSync('ed25519');
    const blob = blobOf(pair.publicKey, type);
    return {
      publicKey: publicKeyOf(pair.publicKey, type),
      privateKey: opensshPrivateKey(blob, pair.privateKey),
      fingerprint: sha256(blob),
    };
  },
  fingerprintOf: (key: PublicKey): string | undefined => {
    const blob = Buffer.from(key.base64, 'base64');
    if (key.type === 'ed25519') {
      const [, point, ...rest] = sshStrings(blob);
      return point?.length === 32 && rest.length === 0 ? sha256(blob) : undefined;
    }
    const rsaKey = rsaKeyOfBlob(blob);
    return rsaKey && digest('md5', rsaKey.export({ type: 'spki', format: 'der' }));
  },
  fromDer: ({ form, base64 }: DerKey): PublicKey | undefined => {
    const key = keyOfDer(Buffer.from(base64, 'base64'), form);
    switch (key?.asymmetricKeyType) {
      case 'rsa':
        return publicKeyOf(key, 'rsa');
      case 'ed25519':
        return publicKeyOf(key, 'ed25519');
      default:
        return undefined;
    }
  },
};
