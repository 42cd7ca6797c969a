import { DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import { checkIdForm, kinds, notFound } from '../errors.ts';
import { isBaseSnapshot } from '../images/base-images.ts';
import { Snapshots, type Contents, type Snapshot } from './entities.ts';
import { publicAccessState } from './sharing.ts';

/** A snapshot, and the account that it belongs to. */
export interface OwnedSnapshot {
  readonly snapshot: Snapshot;
  readonly ownerId: string;
}

/**
 * Whether an account may make volumes and copies of a snapshot: of its own, of those that are shared with it, and of
 * public ones unless their owner keeps them to themselves ("Block public access for Amazon EBS snapshots", EBS User Guide).
 */
const mayUseSnapshot = (view: View, { snapshot, ownerId }: OwnedSnapshot): boolean =>
  ownerId === view.account ||
  snapshot.sharing.accounts.includes(view.account) ||
  (snapshot.sharing.isPublic &&
    publicAccessState(view.forAccount(ownerId), 'snapshot') !== 'block-all-sharing');

/** The snapshot with this id that the view's account owns or that is shared with it; undefined when there is none. */
export const findSnapshot = (view: View, snapshotId: string): OwnedSnapshot | undefined => {
  const own = view.get(Snapshots, snapshotId);
  if (own !== undefined) return { snapshot: own, ownerId: view.account };
  for (const ownerId of view.accounts()) {
    const snapshot = view.forAccount(ownerId).get(Snapshots, snapshotId);
    if (snapshot === undefined) continue;
    return mayUseSnapshot(view, { snapshot, ownerId }) ? { snapshot, ownerId } : undefined;
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

/** All snapshots that the view's account may use, its own first. */
export const usableSnapshots = (view: View): readonly OwnedSnapshot[] => [
  ...view.list(Snapshots).map((snapshot) => ({ snapshot, ownerId: view.account })),
  ...view
    .accounts()
    .filter((ownerId) => ownerId !== view.account)
    .flatMap((ownerId) =>
      view
        .forAccount(ownerId)
        .list(Snapshots)
        .map((snapshot) => ({ snapshot, ownerId })),
    )
    .filter((owned) => mayUseSnapshot(view, owned)),
];

/**
 * Why nothing can be made of a snapshot: it is not complete, or lies in the archive ("You can't use an archived snapshot until
 * you restore it", Amazon EBS User Guide).
 */
export const unusable = (snapshot: Snapshot): DomainError | undefined => {
  if (snapshot.state !== 'completed') return snapshotNotComplete(snapshot);
  const { tier } = snapshot;
  return tier?.storageTier === 'archive' && tier.restoreExpiresAt === null
    ? new DomainError(
        'IncorrectState',
        `Snapshot ${snapshot.id} is archived. Restore it to use it.`,
      )
    : undefined;
};

/** The error for a snapshot that is to be used before it is complete, or that never will be. */
export const snapshotNotComplete = (snapshot: Snapshot): DomainError =>
  new DomainError('IncorrectState', `Snapshot is in invalid state - ${snapshot.state}`);

/**
 * The contents of a copy of a base image's snapshot. A base image has no bytes here: its copies are facts, and no block
 * store keeps anything for them.
 */
export const noContents: Contents = {
  blockCount: 0,
  changedBlockCount: 0,
  modelledBytes: 0,
  changedModelledBytes: 0,
  digest: 'no contents',
};

/** Whether a snapshot holds nothing and is kept in no block store: one behind a base image, or a copy of it. */
export const isHollow = (view: View, snapshotId: string): boolean =>
  isBaseSnapshot(view.shard, snapshotId) ||
  view
    .accounts()
    .some(
      (account) =>
        view.forAccount(account).get(Snapshots, snapshotId)?.contents?.digest === noContents.digest,
    );
