import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { defineExtensionPoint } from '../../world/rules.ts';
import type { View } from '../../world/transaction.ts';
import { notBuilt, unavailable } from './errors.ts';

/** The hash of an HMAC. */
export type MacHash = 'sha224' | 'sha256' | 'sha384' | 'sha512';

/**
 * Cryptography with secret keys, from outside: pure code has none, and keys must come from real randomness rather than from
 * the world's seed. What it answers decides nothing else in the world.
 */
export interface KeyCryptography {
  /** That many random bytes. */
  random(count: number): Uint8Array;
  /** AES-256-GCM: the nonce, what was encrypted, and the tag. The key has 32 bytes. */
  seal(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array;
  /** What `seal` encrypted; undefined where key, associated data or a bit of it are others. */
  open(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined;
  hmac(hash: MacHash, key: Uint8Array, message: Uint8Array): Uint8Array;
}

/** Where KMS puts the cryptography that it was given, for itself and for services that keep secrets. */
export const Cryptography = defineExtensionPoint<KeyCryptography>('kms/cryptography');

/** The cryptography of this world. Error: NotImplemented in a world without one. */
export const cryptographyOf = (view: View): KeyCryptography | DomainError =>
  view.extensions(Cryptography).get('host') ?? notBuilt('cryptography for this world');

/** Whether KMS answers other services of a Region: EBS, Parameter Store and Secrets Manager ask it each time. */
export const isKmsThere = ({ conditions, shard }: View): boolean =>
  conditions.controlPlaneWorks(shard, 'kms');

/** The cryptography for another service of the Region. Error of it: KMSInternalException while KMS does not answer. */
export const cryptographyForServices = (view: View): KeyCryptography | DomainError =>
  isKmsThere(view) ? cryptographyOf(view) : unavailable();

/** What comes of an operation that needs cryptography. */
export const withCryptography = <T>(
  view: View,
  run: (cryptography: KeyCryptography) => T | DomainError,
): T | DomainError => {
  const cryptography = cryptographyOf(view);
  return isDomainError(cryptography) ? cryptography : run(cryptography);
};
