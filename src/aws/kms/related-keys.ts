import type { JsonValue, Tx } from '../../world/transaction.ts';
import { entryId, Outbox, send } from '../shared/outbox.ts';
import { Keys, type Key } from './entities.ts';

/** What comes to a Region: what related keys share, a new replica, and the end of a replica. */
export const sharedKind = 'kms/shared-properties';
export const replicaGoneKind = 'kms/replica-gone';

/** The Regions of the other related keys. */
const otherRegions = (tx: Tx, { related }: Key): readonly string[] =>
  related === null
    ? []
    : [related.primaryRegion, ...related.replicaRegions].filter((region) => region !== tx.shard);

/** What is under way to a Region stays: a replica that is not there yet is made of it. */
const payloadUnderWay = (tx: Tx, keyId: string, region: string): JsonValue =>
  tx.get(Outbox, entryId({ kind: sharedKind, subject: keyId, to: region }))?.payload ?? null;

const tellShared = (tx: Tx, key: Key): void => {
  for (const to of otherRegions(tx, key)) {
    send(tx, { kind: sharedKind, to, subject: key.id, payload: payloadUnderWay(tx, key.id, to) });
  }
};

/** Puts a key whose material, rotation or relations have changed; the related keys hear of it. */
export const putShared = (tx: Tx, key: Key): Key => {
  const after: Key =
    key.related === null
      ? key
      : { ...key, related: { ...key.related, revision: key.related.revision + 1 } };
  tx.put(Keys, after);
  tellShared(tx, after);
  return after;
};

/** Tells a primary key that a replica is no more. */
export const tellReplicaGone = (tx: Tx, { id, related }: Key): void => {
  if (related === null || related.primaryRegion === tx.shard) return;
  send(tx, { kind: replicaGoneKind, to: related.primaryRegion, subject: id, payload: tx.shard });
};
