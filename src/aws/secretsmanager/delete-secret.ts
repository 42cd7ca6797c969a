import type {
  DeleteSecretRequest,
  DeleteSecretResponse,
  RestoreSecretRequest,
  RestoreSecretResponse,
} from '@aws-sdk/client-secrets-manager';
import { isDomainError } from '../../world/domain-error.ts';
import type { Timer, Tx } from '../../world/transaction.ts';
import type { Operation } from '../operation.ts';
import { forgetTags } from '../shared/tags.ts';
import { Secrets, type Secret } from './entities.ts';
import { invalidParameter, invalidRequest, markedForDeletion, onReplica } from './errors.ts';
import { findSecret, namesOf, secretArn } from './find-secret.ts';
import { forgetVersions } from './versions.ts';

const deleteKind = 'secretsmanager/delete-secret';

const dayMs = 24 * 3_600_000;

/** "RecoveryWindowInDays" (DeleteSecret, API Reference). */
const window = { least: 7, most: 30 } as const;

const timerId = (name: string): string => `${deleteKind}/${name}`;

/** Takes a secret away with all that it has. */
export const forgetSecret = (tx: Tx, secret: Secret): void => {
  forgetVersions(tx, secret.id);
  forgetTags(tx, secretArn(tx, secret));
  tx.cancelTimer(timerId(secret.id));
  tx.delete(Secrets, secret.id);
};

/** DeleteSecret: after its days, or at once where the request forces it. A secret that is not there is no error then. */
export const deleteSecret: Operation<DeleteSecretRequest, DeleteSecretResponse> = (tx, input) => {
  const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: isForced = false } = input;
  if (isForced && days !== undefined) {
    return invalidParameter(
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  if (days !== undefined && (days < window.least || days > window.most)) {
    return invalidParameter(
      `The RecoveryWindowInDays value must be between ${window.least} and ${window.most} days (inclusive).`,
    );
  }
  const secret = findSecret(tx, input.SecretId);
  if (isDomainError(secret)) {
    return isForced ? { Name: input.SecretId, DeletionDate: tx.now } : secret;
  }
  if (secret.primaryRegion !== null) return onReplica();
  if (secret.replicas.length > 0) {
    const regions = secret.replicas.map(({ region }) => region).join(', ');
    return invalidRequest(
      `You can't delete secret ${secret.id} that still has replica regions [${regions}]`,
    );
  }
  const names = namesOf(tx, secret);
  if (isForced) {
    forgetSecret(tx, secret);
    return { ...names, DeletionDate: tx.now };
  }
  if (secret.deletedAt !== null) return markedForDeletion();
  const deletionAt = tx.now + (days ?? window.most) * dayMs;
  tx.put(Secrets, { ...secret, deletedAt: tx.now, deletionAt });
  tx.setTimer({ id: timerId(secret.id), at: deletionAt, kind: deleteKind, payload: secret.id });
  return { ...names, DeletionDate: deletionAt };
};

/** RestoreSecret: of one that waits for its deletion; of another it says nothing. */
export const restoreSecret: Operation<RestoreSecretRequest, RestoreSecretResponse> = (
  tx,
  input,
) => {
  const secret = findSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  tx.put(Secrets, { ...secret, deletedAt: null, deletionAt: null });
  tx.cancelTimer(timerId(secret.id));
  return namesOf(tx, secret);
};

const endOfDays = (tx: Tx, timer: Timer): void => {
  const secret = tx.get(Secrets, typeof timer.payload === 'string' ? timer.payload : '');
  if (secret !== undefined && secret.deletedAt !== null) forgetSecret(tx, secret);
};

/** The timers of secrets that wait for their end. */
export const deletionTimers = { [deleteKind]: endOfDays } as const;
