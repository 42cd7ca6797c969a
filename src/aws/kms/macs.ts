import type {
  GenerateMacRequest,
  GenerateMacResponse,
  VerifyMacRequest,
  VerifyMacResponse,
} from '@aws-sdk/client-kms';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Operation } from '../operation.ts';
import { fromBase64 } from '../shared/base64.ts';
import { currentMaterial } from './ciphertext.ts';
import { withCryptography, type KeyCryptography, type MacHash } from './cryptography.ts';
import { dryRunSucceeded, wrongUsage } from './errors.ts';
import { usableKey, type FoundKey } from './find-key.ts';
import { macAlgorithm } from './key-metadata.ts';

const hashes: Readonly<Record<ReturnType<typeof macAlgorithm>, MacHash>> = {
  HMAC_SHA_224: 'sha224',
  HMAC_SHA_256: 'sha256',
  HMAC_SHA_384: 'sha384',
  HMAC_SHA_512: 'sha512',
};

const macKey = (
  tx: Tx,
  named: string | undefined,
  algorithm: string | undefined,
  operation: string,
): FoundKey | DomainError => {
  const found = usableKey(tx, named);
  if (isDomainError(found)) return found;
  const { usage, spec } = found.key;
  if (usage !== 'GENERATE_VERIFY_MAC') return wrongUsage(found.arn, usage, operation);
  return macAlgorithm(spec) === algorithm
    ? found
    : new DomainError(
        'InvalidKeyUsageException',
        `Algorithm ${algorithm ?? ''} is incompatible with key spec ${spec}.`,
      );
};

const macOf = (
  cryptography: KeyCryptography,
  found: FoundKey,
  message: Uint8Array = new Uint8Array(),
): Uint8Array =>
  cryptography.hmac(
    hashes[macAlgorithm(found.key.spec)],
    fromBase64(currentMaterial(found).secret),
    message,
  );

export const generateMac: Operation<GenerateMacRequest, GenerateMacResponse> = (tx, input) =>
  withCryptography(tx, (cryptography) => {
    const found = macKey(tx, input.KeyId, input.MacAlgorithm, 'GenerateMac');
    if (isDomainError(found)) return found;
    if (input.DryRun === true) return dryRunSucceeded();
    return {
      Mac: macOf(cryptography, found, input.Message),
      MacAlgorithm: macAlgorithm(found.key.spec),
      KeyId: found.arn,
    };
  });

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

export const verifyMac: Operation<VerifyMacRequest, VerifyMacResponse> = (tx, input) =>
  withCryptography(tx, (cryptography) => {
    const found = macKey(tx, input.KeyId, input.MacAlgorithm, 'VerifyMac');
    if (isDomainError(found)) return found;
    if (!isSame(macOf(cryptography, found, input.Message), input.Mac ?? new Uint8Array())) {
      return new DomainError('KMSInvalidMacException', 'The MAC is not that of the message.');
    }
    if (input.DryRun === true) return dryRunSucceeded();
    return {
      KeyId: found.arn,
      MacValid: true,
      MacAlgorithm: macAlgorithm(found.key.spec),
    };
  });
