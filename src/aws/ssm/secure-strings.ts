import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import { encryptWith, openWith, type EncryptionContext } from '../kms/ciphertext.ts';
import { cryptographyForServices } from '../kms/cryptography.ts';
import { usableKey } from '../kms/find-key.ts';
import { fromBase64, toBase64 } from '../shared/base64.ts';
import type { ParameterVersion } from './entities.ts';
import { parameterArn } from './own-parameters.ts';

/** The key of secure strings unless a request names another. */
export const usualKeyId = 'alias/aws/ssm';

/** What is bound to the ciphertext of a parameter ("Parameter Store encryption context", KMS Developer Guide). */
const contextOf = (tx: Tx, name: string): EncryptionContext => ({
  PARAMETER_ARN: parameterArn(tx, name),
});

/** KMS's refusals are told under Parameter Store's own codes, with KMS's words. */
const ownFault = (fault: DomainError): DomainError => {
  if (fault.code === 'NotImplemented') return fault;
  const isSilent = fault.code === 'KMSInternalException';
  return new DomainError(isSilent ? 'InternalServerError' : 'InvalidKeyId', fault.message);
};

/**
 * The ciphertext of a value, base64. Errors: InvalidKeyId for a key that is not there or cannot be used, InternalServerError
 * while KMS is silent.
 */
export const sealedValue = (
  tx: Tx,
  name: string,
  keyId: string,
  value: string,
): string | DomainError => {
  const cryptography = cryptographyForServices(tx);
  if (isDomainError(cryptography)) return ownFault(cryptography);
  const key = usableKey(tx, keyId);
  if (isDomainError(key)) return ownFault(key);
  const plaintext = new TextEncoder().encode(value);
  return toBase64(encryptWith(cryptography, key, plaintext, contextOf(tx, name)).blob);
};

/** The value of a version as an answer shows it: of a SecureString the ciphertext, unless it is to be decrypted. */
export const shownValue = (
  tx: Tx,
  version: ParameterVersion,
  withDecryption: boolean | undefined,
): string | DomainError => {
  if (version.type !== 'SecureString' || withDecryption !== true) return version.value;
  const cryptography = cryptographyForServices(tx);
  if (isDomainError(cryptography)) return ownFault(cryptography);
  const context = contextOf(tx, version.name);
  const decrypted = openWith(tx, cryptography, fromBase64(version.value), context);
  return isDomainError(decrypted)
    ? ownFault(decrypted)
    : new TextDecoder().decode(decrypted.plaintext);
};
