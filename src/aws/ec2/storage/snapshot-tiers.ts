import type {
  DescribeSnapshotTierStatusRequest,
  DescribeSnapshotTierStatusResult,
  ModifySnapshotTierRequest,
  ModifySnapshotTierResult,
  RestoreSnapshotTierRequest,
  RestoreSnapshotTierResult,
  SnapshotTierStatus,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Timer, Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { tagsOf } from '../../shared/tags.ts';
import { filteredPage } from '../describe.ts';
import { archivingMs, restoringMs } from '../durations.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from '../errors.ts';
import { Snapshots, type Snapshot, type SnapshotTier } from './entities.ts';
import { snapshotNotComplete } from './snapshot-lookup.ts';
import { imagesWith, ownSnapshot } from './snapshots.ts';

const tierKind = 'ec2/snapshot-tier';

const dayMs = 86_400_000;

const timerId = (snapshotId: string): string => `${tierKind}/${snapshotId}`;

const put = (tx: Tx, snapshot: Snapshot, tier: SnapshotTier): void => {
  tx.put(Snapshots, { ...snapshot, tier });
  const at = tier.endsAt ?? tier.restoreExpiresAt;
  if (at === null) tx.cancelTimer(timerId(snapshot.id));
  else tx.setTimer({ id: timerId(snapshot.id), at, kind: tierKind, payload: snapshot.id });
};

const incorrectState = (message: string): DomainError => new DomainError('IncorrectState', message);

/** Images keep their snapshots from the archive ("Guidelines and limitations for archiving", Amazon EBS User Guide). */
const archiveObjection = (view: View, snapshot: Snapshot): DomainError | undefined => {
  if (snapshot.state !== 'completed') return snapshotNotComplete(snapshot);
  if (snapshot.tier !== undefined && snapshot.tier.endsAt !== null) {
    return incorrectState(`Snapshot ${snapshot.id} is in transition: ${snapshot.tier.operation}.`);
  }
  if (snapshot.tier?.archivedAt != null) {
    return incorrectState(`Snapshot ${snapshot.id} is archived already.`);
  }
  const [image] = imagesWith(view, snapshot.id);
  return image === undefined
    ? undefined
    : new DomainError(
        'InvalidSnapshot.InUse',
        `The snapshot ${snapshot.id} is currently in use by ${image}`,
      );
};

/** ModifySnapshotTier: what is archived cannot be used until it is restored. */
export const modifySnapshotTier: Operation<ModifySnapshotTierRequest, ModifySnapshotTierResult> = (
  tx,
  input,
) => {
  const snapshot = ownSnapshot(tx, input.SnapshotId);
  if (isDomainError(snapshot)) return snapshot;
  if (input.StorageTier === undefined) return missingParameter('storageTier');
  const objection = archiveObjection(tx, snapshot);
  if (objection !== undefined) return objection;
  put(tx, snapshot, {
    storageTier: 'standard',
    operation: 'archival-in-progress',
    startedAt: tx.now,
    endsAt: tx.now + archivingMs(snapshot.volumeSizeGiB),
    archivedAt: null,
    restoreDays: null,
    restoreExpiresAt: null,
  });
  return { SnapshotId: snapshot.id, TieringStartTime: tx.now };
};

/** For how long a restore is asked for: days, or null for ever. */
const restoreDaysOf = (input: Plain<RestoreSnapshotTierRequest>): number | null | DomainError => {
  const { TemporaryRestoreDays: days, PermanentRestore: isPermanent = false } = input;
  if (isPermanent) {
    return days === undefined
      ? null
      : invalidParameterCombination(
          'TemporaryRestoreDays cannot be specified together with PermanentRestore.',
        );
  }
  if (days === undefined) return missingParameter('TemporaryRestoreDays');
  // "Restore an archived snapshot", Amazon EBS User Guide.
  return days >= 1 && days <= 180
    ? days
    : invalidParameterValue(
        `Value (${days}) for parameter TemporaryRestoreDays is invalid. It must be from 1 to 180.`,
      );
};

/** A restored snapshot is there until its days are over; a permanent one leaves the archive. */
const restored = (tier: SnapshotTier, days: number | null, now: number): SnapshotTier =>
  days === null
    ? {
        ...tier,
        storageTier: 'standard',
        operation: 'permanent-restore-completed',
        endsAt: null,
        archivedAt: null,
        restoreDays: null,
        restoreExpiresAt: null,
      }
    : {
        ...tier,
        storageTier: 'archive',
        operation: 'temporary-restore-completed',
        endsAt: null,
        restoreDays: days,
        restoreExpiresAt: now + days * dayMs,
      };

/** RestoreSnapshotTier: for some days or for good; of one that is restored for some days it changes how long. */
export const restoreSnapshotTier: Operation<
  RestoreSnapshotTierRequest,
  RestoreSnapshotTierResult
> = (tx, input) => {
  const snapshot = ownSnapshot(tx, input.SnapshotId);
  if (isDomainError(snapshot)) return snapshot;
  const days = restoreDaysOf(input);
  if (isDomainError(days)) return days;
  const { tier } = snapshot;
  if (tier === undefined || tier.archivedAt === null) {
    return incorrectState(`Snapshot ${snapshot.id} is not archived.`);
  }
  if (tier.endsAt !== null) {
    return incorrectState(`Snapshot ${snapshot.id} is in transition: ${tier.operation}.`);
  }
  if (tier.restoreExpiresAt === null) {
    put(tx, snapshot, {
      ...tier,
      operation: days === null ? 'permanent-restore-in-progress' : 'temporary-restore-in-progress',
      startedAt: tx.now,
      endsAt: tx.now + restoringMs(snapshot.volumeSizeGiB),
      restoreDays: days,
    });
  } else {
    put(tx, snapshot, restored({ ...tier, startedAt: tx.now }, days, tx.now));
  }
  return {
    SnapshotId: snapshot.id,
    RestoreStartTime: tx.now,
    RestoreDuration: days ?? undefined,
    IsPermanentRestore: days === null,
  };
};

/** What the next moment of a tier makes of it: a step is through, or the days of a restore are over. */
const stepOf = (tier: SnapshotTier, now: number): SnapshotTier => {
  switch (tier.operation) {
    case 'archival-in-progress':
      return {
        ...tier,
        storageTier: 'archive',
        operation: 'archival-completed',
        endsAt: null,
        archivedAt: now,
      };
    case 'temporary-restore-in-progress':
    case 'permanent-restore-in-progress':
      return restored(tier, tier.restoreDays, now);
    case 'temporary-restore-completed':
      // The archive has kept it all the while: nothing has to be moved.
      return {
        ...tier,
        operation: 'archival-completed',
        restoreDays: null,
        restoreExpiresAt: null,
      };
    case 'archival-completed':
    case 'permanent-restore-completed':
      return tier;
  }
};

const step = (tx: Tx, { payload }: Timer): void => {
  const snapshot = typeof payload === 'string' ? tx.get(Snapshots, payload) : undefined;
  if (snapshot?.tier !== undefined) put(tx, snapshot, stepOf(snapshot.tier, tx.now));
};

const progressOf = ({ startedAt, endsAt }: SnapshotTier, now: number): number =>
  endsAt === null
    ? 100
    : Math.max(0, Math.min(99, Math.floor(((now - startedAt) / (endsAt - startedAt)) * 100)));

const statusAnswer = (view: View, snapshot: Snapshot): Plain<SnapshotTierStatus> => {
  const { tier } = snapshot;
  return {
    SnapshotId: snapshot.id,
    VolumeId: snapshot.volumeId,
    Status: snapshot.state,
    OwnerId: view.account,
    Tags: tagsOf(view, snapshot.id),
    StorageTier: tier?.storageTier ?? 'standard',
    LastTieringStartTime: tier?.startedAt,
    LastTieringProgress: tier === undefined ? undefined : progressOf(tier, view.now),
    LastTieringOperationStatus: tier?.operation,
    ArchivalCompleteTime: tier?.archivedAt ?? undefined,
    RestoreExpiryTime: tier?.restoreExpiresAt ?? undefined,
  };
};

/** DescribeSnapshotTierStatus: of the account's own snapshots. */
export const describeSnapshotTierStatus: Operation<
  DescribeSnapshotTierStatusRequest,
  DescribeSnapshotTierStatusResult
> = (tx, input) => {
  const page = filteredPage(tx, tx.list(Snapshots), input, {
    'snapshot-id': ({ id }) => id,
    'volume-id': ({ volumeId }) => volumeId,
    'last-tiering-operation': ({ tier }) => tier?.operation,
  });
  if (isDomainError(page)) return page;
  return {
    SnapshotTierStatuses: page.items.map((snapshot) => statusAnswer(tx, snapshot)),
    NextToken: page.nextToken,
  };
};

/** The timers of snapshots that are archived and restored. */
export const snapshotTierTimers = { [tierKind]: step } as const;
