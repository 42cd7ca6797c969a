import { DomainError } from '../../world/domain-error.ts';

/** Why a request is invalid (ValidationException, Amazon EBS API Reference). */
type InvalidReason =
  | 'INVALID_PAGE_TOKEN'
  | 'INVALID_BLOCK_TOKEN'
  | 'INVALID_SNAPSHOT_ID'
  | 'UNRELATED_SNAPSHOTS'
  | 'INVALID_BLOCK'
  | 'INVALID_TAG'
  | 'INVALID_PARAMETER_VALUE'
  | 'INVALID_VOLUME_SIZE'
  | 'CONFLICTING_BLOCK_UPDATE';

export const invalid = (reason: InvalidReason, message: string): DomainError =>
  new DomainError('ValidationException', message, { Reason: reason });

export const snapshotNotFound = (
  snapshotId: string,
  message = `The snapshot '${snapshotId}' does not exist.`,
): DomainError =>
  new DomainError('ResourceNotFoundException', message, { Reason: 'SNAPSHOT_NOT_FOUND' });

export const accessDenied = (snapshotId: string): DomainError =>
  new DomainError(
    'AccessDeniedException',
    `The account is not authorized to access the snapshot '${snapshotId}'.`,
    { Reason: 'UNAUTHORIZED_ACCOUNT' },
  );
