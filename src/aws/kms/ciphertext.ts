import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import { fromBase64 } from '../shared/base64.ts';
import type { KeyCryptography } from './cryptography.ts';
import { Keys, type Key, type KeyMaterial } from './entities.ts';
import { ciphertextKeyNotHere, incorrectKey, invalidCiphertext } from './errors.ts';
import { findKey, stateFault, type FoundKey } from './find-key.ts';
import { keyArn } from './key-arns.ts';

/** Pairs that are bound to a ciphertext: who decrypts must name the same. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** The first byte of our ciphertexts. */
const format = 1;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** The context in one form, whatever the order of its pairs. */
const canonical = (context: EncryptionContext): string =>
  JSON.stringify(
    Object.keys(context)
      .toSorted()
      .map((name) => [name, context[name]]),
  );

const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Who can open a ciphertext: it stands at its beginning, and is bound to it. */
const headerOf = (account: string, keyId: string, materialId: string): Uint8Array => {
  const text = utf8.encode(`${account}:${keyId}:${materialId}`);
  return joined(Uint8Array.of(format, text.length), text);
};

const associated = (header: Uint8Array, context: EncryptionContext): Uint8Array =>
  joined(header, utf8.encode(canonical(context)));

/** What was encrypted, by which secret. */
export interface Encrypted {
  readonly blob: Uint8Array;
  readonly material: KeyMaterial;
}

/** The secret that a key encrypts with now. */
export const currentMaterial = ({ key }: FoundKey): KeyMaterial => {
  const material = key.materials.at(-1);
  if (material === undefined) throw new Error(`The key ${key.id} has no material.`);
  return material;
};

/** Encrypts with a key that may be used; the context must be named again by who decrypts. */
export const encryptWith = (
  cryptography: KeyCryptography,
  found: FoundKey,
  plaintext: Uint8Array,
  context: EncryptionContext,
): Encrypted => {
  const material = currentMaterial(found);
  const header = headerOf(found.tx.account, found.key.id, material.id);
  const secret = fromBase64(material.secret);
  const sealed = cryptography.seal(secret, plaintext, associated(header, context));
  return { blob: joined(header, sealed), material };
};

interface Parsed {
  readonly header: Uint8Array;
  readonly account: string;
  readonly keyId: string;
  readonly materialId: string;
  readonly sealed: Uint8Array;
}

const parsed = (blob: Uint8Array): Parsed | undefined => {
  const [version, length = 0] = blob;
  const end = 2 + length;
  if (version !== format || blob.length <= end) return undefined;
  const header = blob.subarray(0, end);
  const match = /^(\d{12}):([0-9a-z-]{36}):([0-9a-f]{64})$/.exec(
    fromUtf8.decode(header.subarray(2)),
  );
  if (match === null) return undefined;
  const [, account = '', keyId = '', materialId = ''] = match;
  return { header, account, keyId, materialId, sealed: blob.subarray(end) };
};

/** What came out of a ciphertext, and which key did it. */
export interface Opened {
  readonly plaintext: Uint8Array;
  readonly key: Key;
  readonly arn: string;
  readonly material: KeyMaterial;
}

const openedBy = (
  view: View,
  cryptography: KeyCryptography,
  parts: Parsed,
  context: EncryptionContext,
): Opened | DomainError => {
  const owner = view.forAccount(parts.account);
  const key = owner.get(Keys, parts.keyId);
  if (key === undefined) return ciphertextKeyNotHere();
  const arn = keyArn(owner, key.id);
  const fault = stateFault({ key, arn });
  if (fault !== undefined) return fault;
  const material = key.materials.find(({ id }) => id === parts.materialId);
  if (material === undefined) return invalidCiphertext();
  const plaintext = cryptography.open(
    fromBase64(material.secret),
    parts.sealed,
    associated(parts.header, context),
  );
  return plaintext === undefined ? invalidCiphertext() : { plaintext, key, arn, material };
};

/**
 * Decrypts what `encryptWith` made in this Region or, of a multi-Region key, in any. Errors: InvalidCiphertextException,
 * AccessDeniedException where the ciphertext's key is not here, and those of the key's state.
 */
export const openWith = (
  view: View,
  cryptography: KeyCryptography,
  blob: Uint8Array,
  context: EncryptionContext,
): Opened | DomainError => {
  const parts = parsed(blob);
  return parts === undefined ? invalidCiphertext() : openedBy(view, cryptography, parts, context);
};

/** The same where a request may name the key that it expects. Error beside: IncorrectKeyException. */
export const decryptWith = (
  tx: Tx,
  cryptography: KeyCryptography,
  asked: {
    readonly blob: Uint8Array;
    readonly context: EncryptionContext;
    readonly named?: string | undefined;
  },
): Opened | DomainError => {
  const expected = asked.named === undefined ? undefined : findKey(tx, asked.named, 'aliases');
  if (isDomainError(expected)) return expected;
  const parts = parsed(asked.blob);
  if (parts === undefined) return invalidCiphertext();
  if (expected !== undefined && expected.key.id !== parts.keyId) return incorrectKey();
  return openedBy(tx, cryptography, parts, asked.context);
};
