import type { KeyPair } from './entities.ts';

/** A public key in OpenSSH's form: the type and its base64, without a comment. */
export interface PublicKey {
  readonly type: KeyPair['type'];
  readonly base64: string;
}

/** A public key in DER: with its algorithm before it (X.509), or that of an RSA key alone (PKCS #1). */
export interface DerKey {
  readonly form: 'spki' | 'pkcs1';
  readonly base64: string;
}

const algorithms: ReadonlyMap<string, KeyPair['type']> = new Map([
  ['ssh-rsa', 'rsa'],
  ['ssh-ed25519', 'ed25519'],
]);

/** What is base64 and as long as the keys that AWS takes are; undefined otherwise. */
const base64Of = (text: string): string | undefined =>
  text.length % 4 === 0 && /^[A-Za-z0-9+/]{56,2048}={0,2}$/.test(text) ? text : undefined;

/** The key in base64 of SSH's form, which begins with the algorithm's name and its length (RFC 4253). */
const sshKey = (base64: string): PublicKey | undefined => {
  const bytes = atob(base64);
  for (const [algorithm, type] of algorithms) {
    const length = `\u0000\u0000\u0000${String.fromCharCode(algorithm.length)}`;
    if (bytes.startsWith(length + algorithm)) return { type, base64 };
  }
  return undefined;
};

/** A line of OpenSSH: the algorithm, the key and perhaps a comment. */
const openSshLine = (text: string): PublicKey | undefined => {
  const [algorithm = '', body = ''] = text.split(/\s+/);
  const base64 = base64Of(body);
  const key = base64 === undefined ? undefined : sshKey(base64);
  return key !== undefined && key.type === algorithms.get(algorithm) ? key : undefined;
};

/** The lines between two that begin and end a text, without blanks; undefined when it is not such a text. */
const linesWithin = (text: string, begin: string, end: string): readonly string[] | undefined => {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines[0] === begin && lines.at(-1) === end ? lines.slice(1, -1) : undefined;
};

/** The body of RFC 4716, without its headers, which may be continued over lines that end in a backslash. */
const withoutHeaders = (lines: readonly string[]): string => {
  let isHeader: boolean = false;
  const body: string[] = [];
  for (const line of lines) {
    const isContinued: boolean = isHeader;
    isHeader = (isContinued || line.includes(':')) && line.endsWith('\\');
    if (!isContinued && !line.includes(':')) body.push(line);
  }
  return body.join('');
};

const derForms = [
  ['PUBLIC KEY', 'spki'],
  ['RSA PUBLIC KEY', 'pkcs1'],
] as const;

/**
 * Reads a public key in the forms that ImportKeyPair takes: OpenSSH's, the one of RFC 4716, and DER in base64, with or without
 * the lines of PEM around it ("Create a key pair for your Amazon EC2 instance", User Guide). Whether the numbers in it are a key
 * is left to cryptography. Undefined: in none of them.
 */
export const readPublicKey = (material: string): PublicKey | DerKey | undefined => {
  const text = material.trim();
  const ssh2 = linesWithin(
    text,
    '---- BEGIN SSH2 PUBLIC KEY ----',
    '---- END SSH2 PUBLIC KEY ----',
  );
  if (ssh2 !== undefined) {
    const base64 = base64Of(withoutHeaders(ssh2));
    return base64 === undefined ? undefined : sshKey(base64);
  }
  for (const [label, form] of derForms) {
    const pem = linesWithin(text, `-----BEGIN ${label}-----`, `-----END ${label}-----`);
    if (pem === undefined) continue;
    const base64 = base64Of(pem.join(''));
    return base64 === undefined ? undefined : { form, base64 };
  }
  const bare = base64Of(text.replace(/\s+/g, ''));
  return openSshLine(text) ?? (bare === undefined ? undefined : { form: 'spki', base64: bare });
};
