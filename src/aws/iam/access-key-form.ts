import { hash32, hashHex } from '../../atlas/hash.ts';
import type { RandomStream } from '../../world/random.ts';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const lettersOf = (count: number, alphabet: string, parts: readonly (string | number)[]): string =>
  Array.from(
    { length: count },
    (_, index) => alphabet[hash32(...parts, index) % alphabet.length] ?? 'A',
  ).join('');

/** The secret key of an access key: a function of it, so that nothing needs to be kept of it. */
export const secretAccessKeyOf = (seed: number, accessKeyId: string): string =>
  lettersOf(40, base64, [seed, 'sts/secret-key', accessKeyId]);

/** Access keys of users begin with AKIA, temporary ones with ASIA ("Unique identifiers", IAM User Guide). */
type Prefix = 'AKIA' | 'ASIA';

/** Whether a key is a user's own, which has no session token. */
export const isLongTerm = (accessKeyId: string): boolean => accessKeyId.startsWith('AKIA');

/** Of 80 bits the first is not used, the next 40 are the account's number, and the rest tells keys apart. */
const ownBits = 39n;

const accessKey = (prefix: Prefix, account: string, own: bigint): string => {
  let bits = (BigInt(account) << ownBits) | (own & ((1n << ownBits) - 1n));
  let letters = '';
  for (let at = 0; at < 16; at += 1) {
    letters = `${base32[Number(bits & 31n)] ?? 'A'}${letters}`;
    bits >>= 5n;
  }
  return `${prefix}${letters}`;
};

/**
 * A new access key of an account. It tells the account as AWS's own do (GetAccessKeyInfo, AWS STS API Reference), so that
 * who calls can be looked up where it is kept.
 */
export const newAccessKey = (account: string, random: RandomStream): string =>
  accessKey('AKIA', account, BigInt(`0x${random.hex(10)}`));

/** The access key of temporary credentials: a function of what they stand for. It tells the account likewise. */
export const temporaryAccessKey = (seed: number, account: string, contents: string): string =>
  accessKey('ASIA', account, BigInt(`0x${hashHex(10, seed, 'sts/access-key', contents)}`));

/** The account that an access key tells; undefined when it is none. */
export const accountOfAccessKey = (accessKeyId: string): string | undefined => {
  if (!/^A[KS]IA[A-Z2-7]{16}$/.test(accessKeyId)) return undefined;
  let bits = 0n;
  for (const letter of accessKeyId.slice(4)) {
    bits = (bits << 5n) | BigInt(base32.indexOf(letter));
  }
  const account = (bits >> ownBits) & ((1n << 40n) - 1n);
  const digits = account.toString().padStart(12, '0');
  return digits.length === 12 ? digits : undefined;
};
