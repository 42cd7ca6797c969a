import { beforeEach, describe, expect, test } from 'vitest';
import { registerImage } from '../images/register-image.ts';
import { present } from '../test-region.ts';
import { createSnapshot, deleteSnapshot, describeSnapshots } from './snapshots.ts';
import {
  describeSnapshotTierStatus,
  modifySnapshotTier,
  restoreSnapshotTier,
} from './snapshot-tiers.ts';
import { createStorageWorld, type StoragePlace, type StorageWorld } from './test-storage.ts';
import { describeVolumeStatus } from './volume-status.ts';
import { createVolume, describeVolumes } from './volumes.ts';

const hourMs = 3_600_000;

let it: StorageWorld;
let here: StoragePlace;
let snapshotId: string;
beforeEach(async () => {
  it = await createStorageWorld();
  here = it.place();
  const { volumeId } = here.launch();
  snapshotId = present(here.call(createSnapshot, { VolumeId: volumeId }).SnapshotId);
  here.settleDisks();
  it.clock.advance(60_000);
});

const status = () =>
  present(
    here.call(describeSnapshotTierStatus, {
      Filters: [{ Name: 'snapshot-id', Values: [snapshotId] }],
    }).SnapshotTierStatuses?.[0],
  );

const volumeOf = (more: object = {}) => ({
  AvailabilityZone: 'us-east-1a',
  SnapshotId: snapshotId,
  ...more,
});

const archive = (): void => {
  here.call(modifySnapshotTier, { SnapshotId: snapshotId, StorageTier: 'archive' });
  it.clock.advance(2 * hourMs);
};

describe('the archive tier', () => {
  test('takes a snapshot in some time, and nothing can be made of it then', () => {
    expect(status().StorageTier).toBe('standard');
    const { TieringStartTime } = here.call(modifySnapshotTier, {
      SnapshotId: snapshotId,
      StorageTier: 'archive',
    });
    it.clock.advance(hourMs / 12);
    const underWay = status();
    expect(underWay).toMatchObject({
      StorageTier: 'standard',
      LastTieringOperationStatus: 'archival-in-progress',
      LastTieringStartTime: TieringStartTime,
    });
    expect(underWay.LastTieringProgress).toBeGreaterThan(20);
    expect(underWay.LastTieringProgress).toBeLessThan(60);
    here.call(createVolume, volumeOf());
    it.clock.advance(hourMs);
    expect(status()).toMatchObject({
      StorageTier: 'archive',
      LastTieringOperationStatus: 'archival-completed',
      LastTieringProgress: 100,
    });
    expect(here.fail(createVolume, volumeOf()).code).toBe('IncorrectState');
    expect(
      here.call(describeSnapshots, { Filters: [{ Name: 'storage-tier', Values: ['archive'] }] })
        .Snapshots,
    ).toMatchObject([{ SnapshotId: snapshotId, StorageTier: 'archive' }]);
  });

  test('gives it back for some days, which can be more or fewer, and takes it again', () => {
    archive();
    expect(
      here.call(restoreSnapshotTier, { SnapshotId: snapshotId, TemporaryRestoreDays: 5 }),
    ).toMatchObject({ RestoreDuration: 5, IsPermanentRestore: false });
    expect(
      here.fail(restoreSnapshotTier, { SnapshotId: snapshotId, TemporaryRestoreDays: 5 }).code,
    ).toBe('IncorrectState');
    expect(here.fail(createVolume, volumeOf()).code).toBe('IncorrectState');
    it.clock.advance(30 * hourMs);
    expect(status()).toMatchObject({
      StorageTier: 'archive',
      LastTieringOperationStatus: 'temporary-restore-completed',
    });
    here.call(createVolume, volumeOf());
    here.call(restoreSnapshotTier, { SnapshotId: snapshotId, TemporaryRestoreDays: 1 });
    it.clock.advance(25 * hourMs);
    expect(status()).toMatchObject({ LastTieringOperationStatus: 'archival-completed' });
    expect(here.fail(createVolume, volumeOf()).code).toBe('IncorrectState');
  });

  test('gives it back for good', () => {
    archive();
    here.call(restoreSnapshotTier, { SnapshotId: snapshotId, PermanentRestore: true });
    it.clock.advance(30 * hourMs);
    expect(status()).toMatchObject({
      StorageTier: 'standard',
      LastTieringOperationStatus: 'permanent-restore-completed',
      RestoreExpiryTime: undefined,
    });
    here.call(createVolume, volumeOf());
    archive();
    expect(status().StorageTier).toBe('archive');
    here.call(deleteSnapshot, { SnapshotId: snapshotId });
    it.clock.advance(hourMs);
  });

  test('takes none that is in it, under way, or part of an image', () => {
    const again = () =>
      here.fail(modifySnapshotTier, { SnapshotId: snapshotId, StorageTier: 'archive' }).code;
    expect(
      here.fail(restoreSnapshotTier, { SnapshotId: snapshotId, PermanentRestore: true }).code,
    ).toBe('IncorrectState');
    here.call(registerImage, {
      Name: 'own',
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshotId } }],
    });
    expect(again()).toBe('InvalidSnapshot.InUse');
  });

  test.each([
    [{}, 'MissingParameter'],
    [{ TemporaryRestoreDays: 0 }, 'InvalidParameterValue'],
    [{ TemporaryRestoreDays: 181 }, 'InvalidParameterValue'],
    [{ TemporaryRestoreDays: 3, PermanentRestore: true }, 'InvalidParameterCombination'],
  ])('is not asked back for %j', (more, code) => {
    archive();
    expect(here.fail(restoreSnapshotTier, { SnapshotId: snapshotId, ...more }).code).toBe(code);
  });
});

describe('the initialization rate of a volume', () => {
  test('is read back, in its volume and its status', () => {
    const { VolumeId = '' } = here.call(createVolume, volumeOf({ VolumeInitializationRate: 200 }));
    it.clock.advance(60_000);
    expect(here.call(describeVolumes, { VolumeIds: [VolumeId] }).Volumes).toMatchObject([
      { VolumeInitializationRate: 200 },
    ]);
    expect(here.call(describeVolumeStatus, { VolumeIds: [VolumeId] }).VolumeStatuses).toMatchObject(
      [{ InitializationStatusDetails: { InitializationType: 'provisioned-rate', Progress: 100 } }],
    );
  });

  test('of a launch is that of the volumes that it makes', () => {
    const { volumeId } = here.launch({
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeInitializationRate: 100 } }],
    });
    expect(here.call(describeVolumes, { VolumeIds: [volumeId] }).Volumes).toMatchObject([
      { VolumeInitializationRate: 100 },
    ]);
  });

  test.each([99, 301])('cannot be %i', (VolumeInitializationRate) => {
    expect(here.fail(createVolume, volumeOf({ VolumeInitializationRate })).code).toBe(
      'InvalidParameterValue',
    );
  });
});
