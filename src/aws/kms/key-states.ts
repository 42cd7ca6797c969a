import type {
  CancelKeyDeletionRequest,
  CancelKeyDeletionResponse,
  DisableKeyRequest,
  EnableKeyRequest,
  ScheduleKeyDeletionRequest,
  ScheduleKeyDeletionResponse,
} from '@aws-sdk/client-kms';
import { isDomainError } from '../../world/domain-error.ts';
import type { Timer, Tx } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import { forgetTags } from '../shared/tags.ts';
import { changeableKey } from './changeable-key.ts';
import { Aliases, Grants, Keys, type Key } from './entities.ts';
import { invalidState, validation } from './errors.ts';
import { deletionFault } from './find-key.ts';
import { keyArn } from './key-arns.ts';
import { tellReplicaGone } from './related-keys.ts';
import { stopRotating } from './rotation.ts';

const deleteKind = 'kms/delete-key';

const dayMs = 24 * 3_600_000;

/** "PendingWindowInDays" (ScheduleKeyDeletion, API Reference). */
const window = { least: 7, most: 30 } as const;

const switched =
  (operation: string, state: 'Enabled' | 'Disabled') =>
  (tx: Tx, input: { readonly KeyId?: string | undefined }) => {
    const found = changeableKey(tx, input.KeyId, operation);
    if (isDomainError(found)) return found;
    const fault = deletionFault(found);
    if (fault !== undefined) return fault;
    found.tx.put(Keys, { ...found.key, state });
    return {};
  };

export const enableKey: Operation<EnableKeyRequest, Nothing> = switched('EnableKey', 'Enabled');

export const disableKey: Operation<DisableKeyRequest, Nothing> = switched('DisableKey', 'Disabled');

const timerId = (keyId: string): string => `${deleteKind}/${keyId}`;

/** Begins the days that a key waits for its end; it answers the key as it is then. */
export const beginWaiting = (tx: Tx, key: Key, days: number): Key => {
  const deletionAt = tx.now + days * dayMs;
  const waiting: Key = { ...key, state: 'PendingDeletion', pendingWindowDays: days, deletionAt };
  tx.put(Keys, waiting);
  tx.setTimer({ id: timerId(key.id), at: deletionAt, kind: deleteKind, payload: key.id });
  return waiting;
};

/** ScheduleKeyDeletion: a primary key waits first for the end of its replicas, without a date. */
export const scheduleKeyDeletion: Operation<
  ScheduleKeyDeletionRequest,
  ScheduleKeyDeletionResponse
> = (tx, input) => {
  const found = changeableKey(tx, input.KeyId, 'ScheduleKeyDeletion');
  if (isDomainError(found)) return found;
  const fault = deletionFault(found);
  if (fault !== undefined) return fault;
  const { PendingWindowInDays: days = window.most } = input;
  if (days < window.least || days > window.most) {
    return validation(`Pending window in days must be between ${window.least} and ${window.most}`);
  }
  const { key } = found;
  const hasReplicas =
    key.related?.primaryRegion === found.tx.shard && key.related.replicaRegions.length > 0;
  if (hasReplicas) {
    const state = 'PendingReplicaDeletion';
    found.tx.put(Keys, { ...key, state, pendingWindowDays: days, deletionAt: null });
    return { KeyId: found.arn, KeyState: state, PendingWindowInDays: days };
  }
  const { state, deletionAt } = beginWaiting(found.tx, key, days);
  return {
    KeyId: found.arn,
    DeletionDate: deletionAt ?? found.tx.now,
    KeyState: state,
    PendingWindowInDays: days,
  };
};

/** CancelKeyDeletion: the key is there again, switched off. */
export const cancelKeyDeletion: Operation<CancelKeyDeletionRequest, CancelKeyDeletionResponse> = (
  tx,
  input,
) => {
  const found = changeableKey(tx, input.KeyId, 'CancelKeyDeletion');
  if (isDomainError(found)) return found;
  if (deletionFault(found) === undefined) {
    return invalidState(`${found.arn} is not pending deletion.`);
  }
  const { key } = found;
  found.tx.put(Keys, { ...key, state: 'Disabled', pendingWindowDays: null, deletionAt: null });
  found.tx.cancelTimer(timerId(key.id));
  return { KeyId: found.arn };
};

/** The end of a key, and of what names it. What it encrypted can be decrypted no more. */
const deleteKey = (tx: Tx, timer: Timer): void => {
  const key = tx.get(Keys, typeof timer.payload === 'string' ? timer.payload : '');
  if (key?.state !== 'PendingDeletion') return;
  for (const { id } of tx.find(Aliases, 'key', key.id)) tx.delete(Aliases, id);
  for (const { id } of tx.find(Grants, 'key', key.id)) tx.delete(Grants, id);
  forgetTags(tx, keyArn(tx, key.id));
  stopRotating(tx, key.id);
  tx.delete(Keys, key.id);
  tellReplicaGone(tx, key);
};

/** The timers of keys that wait for their end. */
export const deletionTimers = { [deleteKind]: deleteKey } as const;
