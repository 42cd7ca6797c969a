import type { DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import { checkIdForm, kinds, notFound } from '../errors.ts';
import { Snapshots, type Snapshot } from './entities.ts';

/** A snapshot, and the account that it belongs to. */
export interface OwnedSnapshot {
  readonly snapshot: Snapshot;
  readonly ownerId: string;
}

/**
 * Whether an account may make volumes and copies of a snapshot: its owner's own, and of those that are shared only what
 * is not encrypted may be public ("Share an Amazon EBS snapshot", Amazon EBS User Guide).
 */
export const mayUseSnapshot = ({ snapshot, ownerId }: OwnedSnapshot, account: string): boolean =>
  ownerId === account ||
  snapshot.sharing.accounts.includes(account) ||
  (snapshot.sharing.isPublic && !snapshot.encrypted);

/** The snapshot with this id that the view's account owns or that is shared with it; undefined when there is none. */
export const findSnapshot = (view: View, snapshotId: string): OwnedSnapshot | undefined => {
  const own = view.get(Snapshots, snapshotId);
  if (own !== undefined) return { snapshot: own, ownerId: view.account };
  for (const ownerId of view.accounts()) {
    const snapshot = view.forAccount(ownerId).get(Snapshots, snapshotId);
    if (snapshot === undefined) continue;
    return mayUseSnapshot({ snapshot, ownerId }, view.account) ? { snapshot, ownerId } : undefined;
  }
  return undefined;
};

/**
 * The snapshot with this id that the view's account may use. Errors: InvalidSnapshotID.Malformed, and
 * InvalidSnapshot.NotFound also for one that is not shared with the account.
 */
export const usableSnapshot = (view: View, snapshotId: string): OwnedSnapshot | DomainError =>
  findSnapshot(view, snapshotId) ??
  checkIdForm(kinds.snapshot, snapshotId) ??
  notFound(kinds.snapshot, snapshotId);
