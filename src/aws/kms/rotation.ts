import type {
  DisableKeyRotationRequest,
  EnableKeyRotationRequest,
  GetKeyRotationStatusRequest,
  GetKeyRotationStatusResponse,
  ListKeyRotationsRequest,
  ListKeyRotationsResponse,
  RotateKeyOnDemandRequest,
  RotateKeyOnDemandResponse,
} from '@aws-sdk/client-kms';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Timer, Tx } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import { changeableKey } from './changeable-key.ts';
import { cryptographyOf } from './cryptography.ts';
import { Keys, type Key, type KeyMaterial } from './entities.ts';
import { limitExceeded, unsupported } from './errors.ts';
import { findKey, stateFault, type FoundKey } from './find-key.ts';
import { markedPage } from './marked-page.ts';
import { newMaterial } from './new-key.ts';
import { putShared } from './related-keys.ts';

const rotateKind = 'kms/rotate-key';

const dayMs = 24 * 3_600_000;

/** The usual period of automatic rotation, and how often a key is rotated on demand at most (Developer Guide, "Quotas"). */
const usualPeriodDays = 365;
const onDemandAtMost = 25;

const timerId = (keyId: string): string => `${rotateKind}/${keyId}`;

/** A key rotates by itself no more. */
export const stopRotating = (tx: Tx, keyId: string): void => tx.cancelTimer(timerId(keyId));

/** Keys for HMACs rotate in no way, and a replica does what its primary key does. */
const rotatingKey = (
  tx: Tx,
  named: string | undefined,
  operation: string,
): FoundKey | DomainError => {
  const found = changeableKey(tx, named, operation);
  if (isDomainError(found)) return found;
  const { key, arn } = found;
  if (key.spec !== 'SYMMETRIC_DEFAULT') {
    return unsupported(`${arn} is of the spec ${key.spec}, whose keys cannot be rotated.`);
  }
  if (key.related !== null && key.related.primaryRegion !== found.tx.shard) {
    return unsupported(`${arn} is a replica key: rotate its primary key.`);
  }
  return stateFault(found) ?? found;
};

/** EnableKeyRotation; a key that rotates already takes the new period from now on. */
export const enableKeyRotation: Operation<EnableKeyRotationRequest, Nothing> = (tx, input) => {
  const found = rotatingKey(tx, input.KeyId, 'EnableKeyRotation');
  if (isDomainError(found)) return found;
  const { key } = found;
  const periodDays = input.RotationPeriodInDays ?? key.rotation?.periodDays ?? usualPeriodDays;
  if (key.rotation?.periodDays === periodDays) return {};
  const nextAt = found.tx.now + periodDays * dayMs;
  putShared(found.tx, { ...key, rotation: { periodDays, nextAt } });
  found.tx.setTimer({ id: timerId(key.id), at: nextAt, kind: rotateKind, payload: key.id });
  return {};
};

export const disableKeyRotation: Operation<DisableKeyRotationRequest, Nothing> = (tx, input) => {
  const found = rotatingKey(tx, input.KeyId, 'DisableKeyRotation');
  if (isDomainError(found)) return found;
  putShared(found.tx, { ...found.key, rotation: null });
  stopRotating(found.tx, found.key.id);
  return {};
};

/** Another secret; the older ones stay for what they encrypted. */
const rotated = (tx: Tx, key: Key, by: KeyMaterial['by']): Key | DomainError => {
  const cryptography = cryptographyOf(tx);
  if (isDomainError(cryptography)) return cryptography;
  return { ...key, materials: [...key.materials, newMaterial(tx, cryptography, key.spec, by)] };
};

/** RotateKeyOnDemand: at once, whatever automatic rotation does. */
export const rotateKeyOnDemand: Operation<RotateKeyOnDemandRequest, RotateKeyOnDemandResponse> = (
  tx,
  input,
) => {
  const found = rotatingKey(tx, input.KeyId, 'RotateKeyOnDemand');
  if (isDomainError(found)) return found;
  const before = found.key.materials.filter(({ by }) => by === 'ON_DEMAND').length;
  if (before >= onDemandAtMost) {
    return limitExceeded(
      `${found.arn} was rotated on demand ${onDemandAtMost} times, the most there can be.`,
    );
  }
  const key = rotated(found.tx, found.key, 'ON_DEMAND');
  if (isDomainError(key)) return key;
  putShared(found.tx, key);
  return { KeyId: found.arn };
};

/** A key that is switched off or waits for its end keeps its days, and misses the turn. */
const rotateByItself = (tx: Tx, timer: Timer): void => {
  const key = tx.get(Keys, typeof timer.payload === 'string' ? timer.payload : '');
  if (key?.rotation === null || key?.rotation === undefined) return;
  if (key.related !== null && key.related.primaryRegion !== tx.shard) return;
  const { periodDays } = key.rotation;
  const nextAt = tx.now + periodDays * dayMs;
  const after = key.state === 'Enabled' ? rotated(tx, key, 'AUTOMATIC') : key;
  if (!isDomainError(after)) putShared(tx, { ...after, rotation: { periodDays, nextAt } });
  tx.setTimer({ id: timerId(key.id), at: nextAt, kind: rotateKind, payload: key.id });
};

/** Goes on with the rotation of a key whose primary is here from now on. */
export const resumeRotation = (tx: Tx, key: Key): void => {
  if (key.rotation === null) return;
  const at = Math.max(tx.now, key.rotation.nextAt);
  tx.setTimer({ id: timerId(key.id), at, kind: rotateKind, payload: key.id });
};

/** What AWS keeps rotates each year ("AWS managed keys", Developer Guide); here without that anything changes. */
export const getKeyRotationStatus: Operation<
  GetKeyRotationStatusRequest,
  GetKeyRotationStatusResponse
> = (tx, input) => {
  const found = findKey(tx, input.KeyId);
  if (isDomainError(found)) return found;
  const { key, arn } = found;
  if (key.managedAlias !== null) {
    return { KeyId: arn, KeyRotationEnabled: true, RotationPeriodInDays: usualPeriodDays };
  }
  if (key.rotation === null) return { KeyId: arn, KeyRotationEnabled: false };
  return {
    KeyId: arn,
    KeyRotationEnabled: true,
    RotationPeriodInDays: key.rotation.periodDays,
    NextRotationDate: key.rotation.nextAt,
  };
};

/** ListKeyRotations: those that were; the first secret only where the request asks for all of them. */
export const listKeyRotations: Operation<ListKeyRotationsRequest, ListKeyRotationsResponse> = (
  tx,
  input,
) => {
  const found = findKey(tx, input.KeyId);
  if (isDomainError(found)) return found;
  const { materials } = found.key;
  const isWithAll = input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL';
  const listed = materials.filter(({ by }) => isWithAll || by !== 'creation');
  const page = markedPage(listed, input, 100, ({ id }) => id);
  if (isDomainError(page)) return page;
  return {
    Rotations: page.items.map(({ id, since, by }) => ({
      KeyId: found.arn,
      KeyMaterialId: id,
      KeyMaterialState:
        id === materials.at(-1)?.id ? ('CURRENT' as const) : ('NON_CURRENT' as const),
      ...(by === 'creation' ? {} : { RotationDate: since, RotationType: by }),
    })),
    ...page.next,
  };
};

/** The timers of automatic rotation. */
export const rotationTimers = { [rotateKind]: rotateByItself } as const;
