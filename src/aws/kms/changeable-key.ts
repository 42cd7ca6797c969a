import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import { awsManaged } from './errors.ts';
import { findKey, type FoundKey } from './find-key.ts';

/** A key that its account may change. Errors: NotFoundException, AccessDeniedException of one that AWS keeps. */
export const changeableKey = (
  tx: Tx,
  named: string | undefined,
  operation: string,
): FoundKey | DomainError => {
  const found = findKey(tx, named);
  if (isDomainError(found)) return found;
  return found.key.managedAlias === null ? found : awsManaged(found.arn, operation);
};
