import { DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Volume } from '../instances/instance-entities.ts';
import { isZoneAvailable } from '../instances/instance-lifecycle.ts';
import { Snapshots, type Snapshot, type SnapshotSource } from './entities.ts';
import { addSnapshot } from './snapshot-life.ts';

/** How many snapshots of one volume may be pending ("Amazon EBS endpoints and quotas", AWS General Reference). */
const pendingAtOnce = (volumeType: string): number =>
  volumeType === 'st1' || volumeType === 'sc1' ? 1 : 5;

const snapshotsOf = (view: View, volumeId: string): readonly Snapshot[] =>
  view.find(Snapshots, 'volume', volumeId);

/**
 * Why a snapshot of a volume cannot be taken now: it is not there yet or no more, its zone does not answer, or too many of
 * it are pending.
 */
export const snapshotObjection = (view: View, volume: Volume): DomainError | undefined => {
  const state = volume.state ?? 'settled';
  if (state !== 'settled') {
    return new DomainError(
      'IncorrectState',
      `The volume '${volume.id}' is in the state '${state}'; a snapshot needs one that is available or in-use.`,
    );
  }
  if (!isZoneAvailable(view, volume.zoneId)) {
    return new DomainError(
      'Unavailable',
      `The volume '${volume.id}' does not answer: its zone ${volume.zoneId} is lost or cut off.`,
    );
  }
  const most = pendingAtOnce(volume.volumeType);
  const pending = snapshotsOf(view, volume.id).filter(({ state: its }) => its === 'pending');
  return pending.length < most
    ? undefined
    : new DomainError(
        'ConcurrentSnapshotLimitExceeded',
        `Maximum allowed in-progress snapshots for a single volume exceeded. '${volume.id}' has ${most} that are pending.`,
      );
};

/** Puts a pending snapshot of a volume; the disk plane takes it. See `snapshotObjection` for when it may be. */
export const takeSnapshot = (
  tx: Tx,
  volume: Volume,
  description: string,
  moment: Extract<SnapshotSource, { kind: 'volume' }>['moment'] = 'now',
): Snapshot => {
  const before = snapshotsOf(tx, volume.id).findLast(({ state }) => state !== 'error');
  return addSnapshot(tx, {
    source: { kind: 'volume', volumeId: volume.id, parentId: before?.id ?? null, moment },
    volumeId: volume.id,
    volumeSizeGiB: volume.sizeGiB,
    description,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId ?? null,
  });
};
