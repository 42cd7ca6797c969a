import { DomainError } from '../../world/domain-error.ts';

/** Codes and words as Secrets Manager is known to answer ("Errors" of each operation, API Reference). */
export const secretNotFound = (): DomainError =>
  new DomainError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");

export const valueNotFound = (by: 'staging label' | 'VersionId', named: string): DomainError =>
  new DomainError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${by}: ${named}`,
  );

export const markedForDeletion = (): DomainError =>
  invalidRequest(
    "You can't perform this operation on the secret because it was marked for deletion.",
  );

export const onReplica = (): DomainError =>
  invalidRequest(
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
  );

export const invalidRequest = (message: string): DomainError =>
  new DomainError('InvalidRequestException', message);

export const invalidParameter = (message: string): DomainError =>
  new DomainError('InvalidParameterException', message);

export const alreadyExists = (message: string): DomainError =>
  new DomainError('ResourceExistsException', message);

export const limitExceeded = (message: string): DomainError =>
  new DomainError('LimitExceededException', message);

export const invalidNextToken = (): DomainError =>
  new DomainError('InvalidNextTokenException', 'Invalid pagination token.');
