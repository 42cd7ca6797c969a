import type { Snapshot as Answer, SnapshotInfo } from '@aws-sdk/client-ec2';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { tagsOf } from '../../shared/tags.ts';
import { isoText, wholeSecond } from '../../shared/utc-text.ts';
import { sentShareOf } from './copies.ts';
import { Copies, type Snapshot } from './entities.ts';
import { uploadedShare, wholeBytes } from './snapshot-life.ts';
import type { OwnedSnapshot } from './snapshot-lookup.ts';

/** How far a snapshot is, for example `37%`: of a copy what was sent of it, of others what was uploaded. */
const progressOf = (view: View, { snapshot, ownerId }: OwnedSnapshot): string => {
  if (snapshot.state === 'completed') return '100%';
  const copy = view.forAccount(ownerId).get(Copies, snapshot.id);
  const share =
    copy === undefined
      ? uploadedShare(snapshot, snapshot.completedAt ?? view.now)
      : sentShareOf(copy, view.now);
  // All of it is only said of one that is complete.
  return `${Math.min(99, Math.floor(share * 100))}%`;
};

const transferType = (snapshot: Snapshot): 'standard' | 'time-based' | undefined => {
  if (snapshot.source.kind !== 'copy') return undefined;
  return snapshot.completionMinutes === null ? 'standard' : 'time-based';
};

/** A snapshot as DescribeSnapshots gives it. */
export const snapshotAnswer = (view: View, owned: OwnedSnapshot): Plain<Answer> => {
  const { snapshot, ownerId } = owned;
  return {
    SnapshotId: snapshot.id,
    OwnerId: ownerId,
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.volumeSizeGiB,
    Description: snapshot.description,
    Encrypted: snapshot.encrypted,
    KmsKeyId: snapshot.kmsKeyId ?? undefined,
    State: snapshot.state,
    StateMessage: snapshot.stateMessage ?? undefined,
    StartTime: snapshot.startTime,
    CompletionTime:
      snapshot.state === 'completed' ? (snapshot.completedAt ?? undefined) : undefined,
    Progress: progressOf(view, owned),
    StorageTier: snapshot.tier?.storageTier ?? 'standard',
    RestoreExpiryTime: snapshot.tier?.restoreExpiresAt ?? undefined,
    TransferType: transferType(snapshot),
    CompletionDurationMinutes: snapshot.completionMinutes ?? undefined,
    FullSnapshotSizeInBytes: snapshot.contents === null ? undefined : wholeBytes(snapshot.contents),
    Tags: tagsOf(view, snapshot.id),
  };
};

/** A snapshot as CreateSnapshots gives it: without what only DescribeSnapshots tells. */
export const snapshotInfo = (view: View, snapshot: Snapshot): Plain<SnapshotInfo> => ({
  SnapshotId: snapshot.id,
  OwnerId: view.account,
  VolumeId: snapshot.volumeId,
  VolumeSize: snapshot.volumeSizeGiB,
  Description: snapshot.description,
  Encrypted: snapshot.encrypted,
  State: snapshot.state,
  StartTime: snapshot.startTime,
  Progress: '',
  Tags: tagsOf(view, snapshot.id),
});

/** Filter names as the DescribeSnapshots reference lists them. */
export const snapshotFilterFields = (view: View): FilterFields<OwnedSnapshot> => ({
  description: ({ snapshot }) => snapshot.description,
  encrypted: ({ snapshot }) => snapshot.encrypted,
  // No snapshot is Amazon's.
  'owner-alias': () => undefined,
  'owner-id': ({ ownerId }) => ownerId,
  progress: (owned) => progressOf(view, owned),
  'snapshot-id': ({ snapshot }) => snapshot.id,
  'start-time': ({ snapshot }) => [
    isoText(snapshot.startTime),
    isoText(wholeSecond(snapshot.startTime)),
  ],
  status: ({ snapshot }) => snapshot.state,
  'storage-tier': ({ snapshot }) => snapshot.tier?.storageTier ?? 'standard',
  'transfer-type': ({ snapshot }) => transferType(snapshot),
  'volume-id': ({ snapshot }) => snapshot.volumeId,
  'volume-size': ({ snapshot }) => snapshot.volumeSizeGiB,
});
