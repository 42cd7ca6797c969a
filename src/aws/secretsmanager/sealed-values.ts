import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import { encryptWith, openWith, type EncryptionContext } from '../kms/ciphertext.ts';
import { cryptographyForServices } from '../kms/cryptography.ts';
import { usableKey } from '../kms/find-key.ts';
import { fromBase64, toBase64 } from '../shared/base64.ts';
import type { Secret, SecretVersion } from './entities.ts';
import { secretArn } from './find-secret.ts';

/** The key of secrets that name none. */
const usualKeyId = 'alias/aws/secretsmanager';

/** A value as it comes and goes. */
export interface SecretValue {
  readonly form: SecretVersion['form'];
  readonly bytes: Uint8Array;
}

/** What is bound to a ciphertext ("Secret encryption and decryption", User Guide). */
const contextOf = (view: View, secret: Secret, versionId: string): EncryptionContext => ({
  SecretARN: secretArn(view, secret),
  SecretVersionId: versionId,
});

/** KMS's refusals are told under Secrets Manager's own codes, with KMS's words. */
const failure = (
  code: 'EncryptionFailure' | 'DecryptionFailure',
  doing: 'encrypt' | 'decrypt',
  fault: DomainError,
): DomainError => {
  if (fault.code === 'NotImplemented') return fault;
  if (fault.code === 'KMSInternalException') {
    return new DomainError('InternalServiceError', fault.message);
  }
  return new DomainError(
    code,
    `Secrets Manager can't ${doing} the protected secret text using the provided KMS key. ${fault.message}`,
  );
};

/** The ciphertext of a value, base64, and the key that made it. Error: EncryptionFailure. */
export const sealValue = (
  tx: Tx,
  secret: Secret,
  versionId: string,
  { form, bytes }: SecretValue,
): Pick<SecretVersion, 'form' | 'sealed' | 'kmsKeyId'> | DomainError => {
  const cryptography = cryptographyForServices(tx);
  if (isDomainError(cryptography)) return failure('EncryptionFailure', 'encrypt', cryptography);
  const kmsKeyId = secret.kmsKeyId ?? usualKeyId;
  const key = usableKey(tx, kmsKeyId);
  if (isDomainError(key)) return failure('EncryptionFailure', 'encrypt', key);
  const { blob } = encryptWith(cryptography, key, bytes, contextOf(tx, secret, versionId));
  return { form, sealed: toBase64(blob), kmsKeyId };
};

/** The value of a version, also of one in another Region. Error: DecryptionFailure. */
export const openValue = (
  view: View,
  secret: Secret,
  version: SecretVersion,
): SecretValue | DomainError => {
  const cryptography = cryptographyForServices(view);
  if (isDomainError(cryptography)) return failure('DecryptionFailure', 'decrypt', cryptography);
  const context = contextOf(view, secret, version.versionId);
  const opened = openWith(view, cryptography, fromBase64(version.sealed), context);
  return isDomainError(opened)
    ? failure('DecryptionFailure', 'decrypt', opened)
    : { form: version.form, bytes: opened.plaintext };
};

const textBytes = new TextEncoder();
const bytesText = new TextDecoder();

/** The value of a request, if it has one. */
export const valueOf = (input: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}): SecretValue | undefined => {
  if (input.SecretString !== undefined) {
    return { form: 'text', bytes: textBytes.encode(input.SecretString) };
  }
  return input.SecretBinary && { form: 'bytes', bytes: input.SecretBinary };
};

/** The members of an answer that have a value. */
export const shownValue = ({
  form,
  bytes,
}: SecretValue): { readonly SecretString: string } | { readonly SecretBinary: Uint8Array } =>
  form === 'text' ? { SecretString: bytesText.decode(bytes) } : { SecretBinary: bytes };

export const isSameValue = (a: SecretValue, b: SecretValue): boolean =>
  a.form === b.form &&
  a.bytes.length === b.bytes.length &&
  a.bytes.every((byte, at) => byte === b.bytes[at]);
