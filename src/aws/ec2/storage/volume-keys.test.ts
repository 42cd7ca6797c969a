import { beforeEach, describe, expect, test } from 'vitest';
import { Aliases, Keys, type Key } from '../../kms/entities.ts';
import { keyArn } from '../../kms/key-arns.ts';
import { copyImage } from '../images/copy-image.ts';
import { createImage } from '../images/create-image.ts';
import { describeImages } from '../images/describe-images.ts';
import { describeInstances, startInstances, stopInstances } from '../instances/instances.ts';
import { present } from '../test-region.ts';
import { modifyEbsDefaultKmsKeyId } from './ebs-encryption.ts';
import { copySnapshot } from './snapshot-copies.ts';
import { createSnapshot, describeSnapshots } from './snapshots.ts';
import { createStorageWorld, type StoragePlace, type StorageWorld } from './test-storage.ts';
import { createVolume, describeVolumes } from './volumes.ts';

const minuteMs = 60_000;
const keyId = '11111111-2222-4333-8444-555555555555';

let it: StorageWorld;
let home: StoragePlace;
let away: StoragePlace;
beforeEach(async () => {
  it = await createStorageWorld();
  home = it.place('us-east-1');
  away = it.place('eu-west-1');
});

/** Puts a key, as KMS would make it; answers its ARN. */
const keyIn = (place: StoragePlace, state: Key['state'] = 'Enabled'): string =>
  it.world.transact(place.region, place.account, (tx) => {
    tx.put(Keys, {
      id: keyId,
      spec: 'SYMMETRIC_DEFAULT',
      usage: 'ENCRYPT_DECRYPT',
      managedAlias: null,
      description: '',
      createdAt: tx.now,
      state,
      pendingWindowDays: null,
      deletionAt: null,
      materials: [],
      rotation: null,
      policy: '{}',
      related: null,
    });
    tx.put(Aliases, { id: 'alias/mine', keyId, createdAt: tx.now, updatedAt: tx.now });
    return keyArn(tx, keyId);
  }).output;

const source = (encryption: object = {}): string => {
  const { VolumeId } = home.call(createVolume, {
    AvailabilityZoneId: 'use1-az1',
    Size: 1,
    ...encryption,
  });
  it.clock.advance(minuteMs);
  const { SnapshotId } = home.call(createSnapshot, { VolumeId });
  home.settleDisks();
  it.clock.advance(minuteMs);
  return present(SnapshotId);
};

const copied = (SourceSnapshotId: string, encryption: object) => {
  const request = { SourceRegion: 'us-east-1', SourceSnapshotId, ...encryption };
  const { SnapshotId = '' } = away.call(copySnapshot, request);
  away.settleDisks();
  it.clock.advance(minuteMs);
  return present(away.call(describeSnapshots, { SnapshotIds: [SnapshotId] }).Snapshots?.[0]);
};

const lost = { State: 'error', StateMessage: 'Given key ID is not accessible' };

describe('a copy of a snapshot', () => {
  test.each(['alias/mine', keyId, `arn:aws:kms:eu-west-1:111111111111:key/${keyId}`])(
    'is encrypted with %s where its Region has that key, and else ends in error',
    (KmsKeyId) => {
      const id = source();
      expect(copied(id, { Encrypted: true, KmsKeyId })).toMatchObject(lost);
      const arn = keyIn(away);
      expect(copied(id, { Encrypted: true, KmsKeyId })).toMatchObject({
        State: 'completed',
        KmsKeyId: arn,
      });
    },
  );

  test('ends in error with a key of its source Region, and with one that is off', () => {
    const KmsKeyId = keyIn(home);
    const id = source();
    expect(copied(id, { Encrypted: true, KmsKeyId })).toMatchObject(lost);
    const off = keyIn(away, 'Disabled');
    expect(copied(id, { Encrypted: true, KmsKeyId: off })).toMatchObject(lost);
  });

  test('ends in error when the key of its source is off, whatever its own', () => {
    const id = source({ Encrypted: true, KmsKeyId: keyIn(home) });
    expect(copied(id, { Encrypted: true })).toMatchObject({ State: 'completed' });
    keyIn(home, 'PendingDeletion');
    expect(copied(id, { Encrypted: true })).toMatchObject(lost);
  });

  test('that an image makes takes the image with it', () => {
    const { instanceId } = home.launch();
    const { ImageId } = home.call(createImage, { InstanceId: instanceId, Name: 'golden' });
    home.settleDisks();
    it.clock.advance(10 * minuteMs);
    const copy = away.call(copyImage, {
      SourceRegion: 'us-east-1',
      SourceImageId: ImageId,
      Name: 'copy',
      Encrypted: true,
      KmsKeyId: 'alias/mine',
    });
    it.clock.advance(minuteMs);
    const [image] = away.call(describeImages, { ImageIds: [present(copy.ImageId)] }).Images ?? [];
    expect(image).toMatchObject({ State: 'failed' });
  });
});

describe('a volume', () => {
  const made = (encryption: object) => {
    const { VolumeId = '' } = home.call(createVolume, {
      AvailabilityZoneId: 'use1-az1',
      Size: 1,
      ...encryption,
    });
    it.clock.advance(minuteMs);
    return present(home.call(describeVolumes, { VolumeIds: [VolumeId] }).Volumes?.[0]);
  };

  test('ends in error where its key is not there', () => {
    const mine = { Encrypted: true, KmsKeyId: 'alias/mine' };
    expect(made(mine).State).toBe('error');
    const arn = keyIn(home);
    expect(made(mine)).toMatchObject({ State: 'available', KmsKeyId: arn });
    expect(made({ Encrypted: true }).State).toBe('available');
    home.call(modifyEbsDefaultKmsKeyId, { KmsKeyId: 'alias/mine' });
    expect(made({ Encrypted: true }).KmsKeyId).toBe(arn);
    keyIn(home, 'Disabled');
    expect(made({ Encrypted: true }).State).toBe('error');
  });

  test('keeps its instance from starting while its key is off', () => {
    const arn = keyIn(home);
    const { instanceId } = home.launch({
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, KmsKeyId: arn } }],
    });
    const ids = { InstanceIds: [instanceId] };
    const instance = () =>
      present(home.call(describeInstances, ids).Reservations?.[0]?.Instances?.[0]);
    home.call(stopInstances, ids);
    it.clock.advance(10 * minuteMs);
    keyIn(home, 'Disabled');
    home.call(startInstances, ids);
    it.clock.advance(10 * minuteMs);
    expect(instance()).toMatchObject({
      State: { Name: 'stopped' },
      StateReason: { Code: 'Client.InternalError' },
    });
    keyIn(home);
    home.call(startInstances, ids);
    it.clock.advance(10 * minuteMs);
    expect(instance().State?.Name).toBe('running');
  });
});
