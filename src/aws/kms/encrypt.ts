import type {
  DecryptRequest,
  DecryptResponse,
  EncryptRequest,
  EncryptResponse,
  GenerateDataKeyRequest,
  GenerateDataKeyResponse,
  GenerateDataKeyWithoutPlaintextRequest,
  GenerateDataKeyWithoutPlaintextResponse,
  GenerateRandomRequest,
  GenerateRandomResponse,
  ReEncryptRequest,
  ReEncryptResponse,
} from '@aws-sdk/client-kms';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { decryptWith, encryptWith } from './ciphertext.ts';
import { withCryptography, type KeyCryptography } from './cryptography.ts';
import { dryRunSucceeded, validation, wrongUsage } from './errors.ts';
import { usableKey, type FoundKey } from './find-key.ts';

const algorithm = 'SYMMETRIC_DEFAULT';

/** A key that may encrypt now. */
const encryptionKey = (
  tx: Tx,
  named: string | undefined,
  operation: string,
): FoundKey | DomainError => {
  const found = usableKey(tx, named);
  if (isDomainError(found)) return found;
  const { usage } = found.key;
  return usage === 'ENCRYPT_DECRYPT' ? found : wrongUsage(found.arn, usage, operation);
};

const algorithmFault = (asked: string | undefined): DomainError | undefined =>
  asked === undefined || asked === algorithm
    ? undefined
    : validation(`The algorithm ${asked} is not valid for a key of the spec SYMMETRIC_DEFAULT.`);

export const encrypt: Operation<EncryptRequest, EncryptResponse> = (tx, input) =>
  withCryptography(tx, (cryptography) => {
    const found = encryptionKey(tx, input.KeyId, 'Encrypt');
    if (isDomainError(found)) return found;
    const fault = algorithmFault(input.EncryptionAlgorithm);
    if (fault !== undefined) return fault;
    const { Plaintext: plaintext = new Uint8Array() } = input;
    if (plaintext.length === 0) {
      return validation(
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1",
      );
    }
    if (input.DryRun === true) return dryRunSucceeded();
    const { blob } = encryptWith(cryptography, found, plaintext, input.EncryptionContext ?? {});
    return { CiphertextBlob: blob, KeyId: found.arn, EncryptionAlgorithm: algorithm };
  });

export const decrypt: Operation<DecryptRequest, DecryptResponse> = (tx, input) =>
  withCryptography(tx, (cryptography) => {
    const fault = algorithmFault(input.EncryptionAlgorithm);
    if (fault !== undefined) return fault;
    const decrypted = decryptWith(tx, cryptography, {
      blob: input.CiphertextBlob ?? new Uint8Array(),
      context: input.EncryptionContext ?? {},
      named: input.KeyId,
    });
    if (isDomainError(decrypted)) return decrypted;
    if (input.DryRun === true) return dryRunSucceeded();
    return {
      KeyId: decrypted.arn,
      Plaintext: decrypted.plaintext,
      EncryptionAlgorithm: algorithm,
      KeyMaterialId: decrypted.material.id,
    };
  });

export const reEncrypt: Operation<ReEncryptRequest, ReEncryptResponse> = (tx, input) =>
  withCryptography(tx, (cryptography) => {
    const fault =
      algorithmFault(input.SourceEncryptionAlgorithm) ??
      algorithmFault(input.DestinationEncryptionAlgorithm);
    if (fault !== undefined) return fault;
    const target = encryptionKey(tx, input.DestinationKeyId, 'ReEncrypt');
    if (isDomainError(target)) return target;
    const source = decryptWith(tx, cryptography, {
      blob: input.CiphertextBlob ?? new Uint8Array(),
      context: input.SourceEncryptionContext ?? {},
      named: input.SourceKeyId,
    });
    if (isDomainError(source)) return source;
    if (input.DryRun === true) return dryRunSucceeded();
    const context = input.DestinationEncryptionContext ?? {};
    const { blob, material } = encryptWith(cryptography, target, source.plaintext, context);
    return {
      CiphertextBlob: blob,
      SourceKeyId: source.arn,
      KeyId: target.arn,
      SourceEncryptionAlgorithm: algorithm,
      DestinationEncryptionAlgorithm: algorithm,
      SourceKeyMaterialId: source.material.id,
      DestinationKeyMaterialId: material.id,
    };
  });

const dataKeyBytes = (input: Plain<GenerateDataKeyRequest>): number | DomainError => {
  const { KeySpec: spec, NumberOfBytes: count } = input;
  if ((spec === undefined) === (count === undefined)) {
    return validation('Please specify either number of bytes or key spec.');
  }
  return count ?? (spec === 'AES_128' ? 16 : 32);
};

const dataKey = (
  tx: Tx,
  cryptography: KeyCryptography,
  input: Plain<GenerateDataKeyRequest>,
  operation: string,
):
  | Required<
      Pick<GenerateDataKeyResponse, 'CiphertextBlob' | 'Plaintext' | 'KeyId' | 'KeyMaterialId'>
    >
  | DomainError => {
  const found = encryptionKey(tx, input.KeyId, operation);
  if (isDomainError(found)) return found;
  const bytes = dataKeyBytes(input);
  if (isDomainError(bytes)) return bytes;
  if (input.DryRun === true) return dryRunSucceeded();
  const plaintext = cryptography.random(bytes);
  const context = input.EncryptionContext ?? {};
  const { blob, material } = encryptWith(cryptography, found, plaintext, context);
  return {
    CiphertextBlob: blob,
    Plaintext: plaintext,
    KeyId: found.arn,
    KeyMaterialId: material.id,
  };
};

export const generateDataKey: Operation<GenerateDataKeyRequest, GenerateDataKeyResponse> = (
  tx,
  input,
) => withCryptography(tx, (cryptography) => dataKey(tx, cryptography, input, 'GenerateDataKey'));

export const generateDataKeyWithoutPlaintext: Operation<
  GenerateDataKeyWithoutPlaintextRequest,
  GenerateDataKeyWithoutPlaintextResponse
> = (tx, input) =>
  withCryptography(tx, (cryptography) => {
    const made = dataKey(tx, cryptography, input, 'GenerateDataKeyWithoutPlaintext');
    if (isDomainError(made)) return made;
    const { Plaintext: _, ...rest } = made;
    return rest;
  });

export const generateRandom: Operation<GenerateRandomRequest, GenerateRandomResponse> = (
  tx,
  input,
) =>
  withCryptography(tx, (cryptography) =>
    input.NumberOfBytes === undefined
      ? validation('NumberOfBytes must be specified.')
      : { Plaintext: cryptography.random(input.NumberOfBytes) },
  );
