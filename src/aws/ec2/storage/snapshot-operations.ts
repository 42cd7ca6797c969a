import {
  describeSnapshotAttribute,
  disableSnapshotBlockPublicAccess,
  enableSnapshotBlockPublicAccess,
  getSnapshotBlockPublicAccessState,
  modifySnapshotAttribute,
  resetSnapshotAttribute,
} from './snapshot-attributes.ts';
import { copySnapshot } from './snapshot-copies.ts';
import {
  describeSnapshotTierStatus,
  modifySnapshotTier,
  restoreSnapshotTier,
} from './snapshot-tiers.ts';
import { createSnapshot, createSnapshots, deleteSnapshot, describeSnapshots } from './snapshots.ts';

/** The operations on snapshots. */
export const snapshotOperations = {
  CopySnapshot: copySnapshot,
  CreateSnapshot: createSnapshot,
  CreateSnapshots: createSnapshots,
  DeleteSnapshot: deleteSnapshot,
  DescribeSnapshotAttribute: describeSnapshotAttribute,
  DescribeSnapshotTierStatus: describeSnapshotTierStatus,
  DescribeSnapshots: describeSnapshots,
  DisableSnapshotBlockPublicAccess: disableSnapshotBlockPublicAccess,
  EnableSnapshotBlockPublicAccess: enableSnapshotBlockPublicAccess,
  GetSnapshotBlockPublicAccessState: getSnapshotBlockPublicAccessState,
  ModifySnapshotAttribute: modifySnapshotAttribute,
  ModifySnapshotTier: modifySnapshotTier,
  RestoreSnapshotTier: restoreSnapshotTier,
  ResetSnapshotAttribute: resetSnapshotAttribute,
};
