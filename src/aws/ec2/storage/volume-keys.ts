import type { Timer, Tx, View } from '../../../world/transaction.ts';
import { isKmsThere } from '../../kms/cryptography.ts';
import { Keys } from '../../kms/entities.ts';
import { managedAliasOf } from '../../kms/managed-keys.ts';
import { Snapshots, type Snapshot } from './entities.ts';
import { failSnapshot } from './snapshot-life.ts';

const refusedKind = 'ec2/snapshot-key-refused';

/** How long it takes until a copy hears of its key. AWS asks KMS asynchronously and says no time. */
const askingMs = 3_000;

/**
 * Whether a key can serve volumes and snapshots of this Region now: it is here, neither off nor about to be deleted, and KMS answers. Null
 * is what is not encrypted. Whether anybody may use it is not asked.
 */
export const isKeyUsable = (view: View, kmsKeyArn: string | null | undefined): boolean => {
  if (kmsKeyArn === null || kmsKeyArn === undefined) return true;
  const [, , , region, account = '', resource = ''] = kmsKeyArn.split(':');
  if (region !== view.shard || !isKmsThere(view)) return false;
  const owner = view.forAccount(account);
  const id = resource.replace(/^key\//, '');
  const key = owner.get(Keys, id);
  // What AWS keeps for an account is always there.
  return key === undefined ? managedAliasOf(owner, id) !== undefined : key.state === 'Enabled';
};

/** Lets a snapshot end in `error` because of its key, as soon as KMS would have answered. */
export const refuseKey = (tx: Tx, snapshot: Snapshot): void =>
  tx.setTimer({
    id: `${refusedKind}/${snapshot.id}`,
    at: tx.now + askingMs,
    kind: refusedKind,
    payload: snapshot.id,
  });

const endRefused = (tx: Tx, timer: Timer): void => {
  const { payload } = timer;
  const snapshot = typeof payload === 'string' ? tx.get(Snapshots, payload) : undefined;
  // The words are EC2's.
  if (snapshot?.state === 'pending') failSnapshot(tx, snapshot, 'Given key ID is not accessible');
};

/** The timers of snapshots whose key cannot be used. */
export const snapshotKeyTimers = { [refusedKind]: endRefused } as const;
