import { DomainError } from '../../world/domain-error.ts';

/** Codes of the KMS API Reference, in the words that the service is known to answer, else ours. */
export const keyNotFound = (arn: string): DomainError =>
  new DomainError('NotFoundException', `Key '${arn}' does not exist`);

export const aliasNotFound = (arn: string): DomainError =>
  new DomainError('NotFoundException', `Alias ${arn} is not found.`);

export const invalidKeyId = (named: string): DomainError =>
  new DomainError('NotFoundException', `Invalid keyId '${named}'`);

export const disabled = (arn: string): DomainError =>
  new DomainError('DisabledException', `${arn} is disabled.`);

export const invalidState = (message: string): DomainError =>
  new DomainError('KMSInvalidStateException', message);

export const invalidCiphertext = (): DomainError =>
  new DomainError('InvalidCiphertextException', 'The ciphertext is not valid.');

export const incorrectKey = (): DomainError =>
  new DomainError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );

/** Decrypt's answer where the key of a ciphertext is not in its Region. */
export const ciphertextKeyNotHere = (): DomainError =>
  new DomainError(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  );

/** What nobody may do with a key that AWS keeps. */
export const awsManaged = (arn: string, operation: string): DomainError =>
  new DomainError(
    'AccessDeniedException',
    `User is not authorized to perform: kms:${operation} on resource: ${arn} because no resource-based policy allows the kms:${operation} action`,
  );

export const wrongUsage = (arn: string, usage: string, operation: string): DomainError =>
  new DomainError(
    'InvalidKeyUsageException',
    `${arn} key usage is ${usage} which is not valid for ${operation}.`,
  );

export const unsupported = (message: string): DomainError =>
  new DomainError('UnsupportedOperationException', message);

export const validation = (message: string): DomainError =>
  new DomainError('ValidationException', message);

export const malformedPolicy = (message: string): DomainError =>
  new DomainError('MalformedPolicyDocumentException', message);

export const limitExceeded = (message: string): DomainError =>
  new DomainError('LimitExceededException', message);

export const invalidMarker = (): DomainError =>
  new DomainError('InvalidMarkerException', 'The marker that was given is not one of this list.');

export const dryRunSucceeded = (): DomainError =>
  new DomainError(
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun option is set.',
  );

/** What another service of the Region hears while KMS is silent. */
export const unavailable = (): DomainError =>
  new DomainError(
    'KMSInternalException',
    'The request was rejected because an internal exception occurred. The request can be retried.',
  );

/** For a part of an operation that Faultline does not have. */
export const notBuilt = (what: string): DomainError =>
  new DomainError(
    'NotImplemented',
    `Faultline has not built ${what} of AWS Key Management Service yet.`,
  );
