import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { Snapshots, type Snapshot } from '../ec2/storage/entities.ts';
import { unusable } from '../ec2/storage/snapshot-lookup.ts';
import { accessDenied, invalid, snapshotNotFound } from './errors.ts';

/**
 * The snapshot with this id, if the view's account owns it or it is shared with the account by name: public snapshots
 * cannot be read through the EBS direct APIs. Errors: ResourceNotFoundException, AccessDeniedException.
 */
const knownSnapshot = (
  view: View,
  snapshotId: string,
): { readonly snapshot: Snapshot; readonly ownerId: string } | DomainError => {
  const own = view.get(Snapshots, snapshotId);
  if (own !== undefined) return { snapshot: own, ownerId: view.account };
  for (const ownerId of view.accounts()) {
    const snapshot = view.forAccount(ownerId).get(Snapshots, snapshotId);
    if (snapshot === undefined) continue;
    return snapshot.sharing.accounts.includes(view.account)
      ? { snapshot, ownerId }
      : accessDenied(snapshotId);
  }
  return snapshotNotFound(snapshotId);
};

/** The snapshot with this id, complete, so that its blocks can be read; until then it is not found. */
export const readableSnapshot = (view: View, snapshotId: string): Snapshot | DomainError => {
  const known = knownSnapshot(view, snapshotId);
  if (isDomainError(known)) return known;
  const objection = unusable(known.snapshot);
  return objection === undefined
    ? known.snapshot
    : snapshotNotFound(
        snapshotId,
        `The snapshot '${snapshotId}' cannot be read: ${objection.message}`,
      );
};

/** A snapshot of the account's own that was begun by StartSnapshot. */
export const directSnapshot = (
  view: View,
  snapshotId: string,
): (Snapshot & { readonly source: { readonly kind: 'direct' } }) | DomainError => {
  const known = knownSnapshot(view, snapshotId);
  if (isDomainError(known)) return known;
  if (known.ownerId !== view.account) return accessDenied(snapshotId);
  const { snapshot } = known;
  return isDirect(snapshot)
    ? snapshot
    : invalid(
        'INVALID_SNAPSHOT_ID',
        `The snapshot '${snapshotId}' was not started with StartSnapshot.`,
      );
};

const isDirect = (
  snapshot: Snapshot,
): snapshot is Snapshot & { readonly source: { readonly kind: 'direct' } } =>
  snapshot.source.kind === 'direct';
