import { beforeEach, describe, expect, test } from 'vitest';
import { present } from '../test-region.ts';
import { Copies } from './entities.ts';
import { copySnapshot } from './snapshot-copies.ts';
import { modifySnapshotAttribute } from './snapshot-attributes.ts';
import { createSnapshot, deleteSnapshot, describeSnapshots } from './snapshots.ts';
import {
  createStorageWorld,
  modelled,
  type StoragePlace,
  type StorageWorld,
} from './test-storage.ts';

const hundredGB = 100_000_000_000;
const minuteMs = 60_000;

let it: StorageWorld;
let home: StoragePlace;
let away: StoragePlace;
beforeEach(async () => {
  it = await createStorageWorld();
  home = it.place('us-east-1');
  away = it.place('eu-west-1');
});

/** A complete snapshot at home of so many modelled bytes. */
const source = (bytes = hundredGB): string => {
  const { volumeId } = home.launch();
  const id = present(
    home.call(createSnapshot, {
      VolumeId: volumeId,
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'at', Value: 'home' }] }],
    }).SnapshotId,
  );
  home.settleDisks(modelled(bytes));
  it.clock.advance(60 * minuteMs);
  return id;
};

const copy = (id: string, more: Partial<Parameters<typeof copySnapshot>[1]> = {}): string =>
  present(
    away.call(copySnapshot, { SourceRegion: 'us-east-1', SourceSnapshotId: id, ...more })
      .SnapshotId,
  );

const at = (id: string, place = away) =>
  present(place.call(describeSnapshots, { SnapshotIds: [id] }).Snapshots?.[0]);

describe('CopySnapshot', () => {
  test('makes a snapshot of its own that takes its time to come', () => {
    const id = copy(source(), { Description: 'for the worst' });
    expect(at(id)).toMatchObject({
      State: 'pending',
      Progress: '0%',
      VolumeId: 'vol-ffffffff',
      VolumeSize: 8,
      Description: 'for the worst',
      TransferType: 'standard',
      Tags: [],
    });
    away.settleDisks();
    it.clock.advance(30 * minuteMs);
    expect(at(id)).toMatchObject({
      State: 'pending',
      Progress: expect.stringMatching(/^(49|50)%$/),
    });
    it.clock.advance(31 * minuteMs);
    expect(at(id)).toMatchObject({ State: 'completed', Progress: '100%' });
  });

  test('is through in the time that is asked for, and has the tags that are asked for', () => {
    const id = copy(source(), {
      CompletionDurationMinutes: 15,
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'at', Value: 'away' }] }],
    });
    away.settleDisks();
    expect(at(id)).toMatchObject({
      TransferType: 'time-based',
      CompletionDurationMinutes: 15,
      Tags: [{ Key: 'at', Value: 'away' }],
    });
    it.clock.advance(15 * minuteMs + 1000);
    expect(at(id).State).toBe('completed');
  });

  test('within a Region works as well', () => {
    const { SnapshotId } = home.call(copySnapshot, {
      SourceRegion: 'us-east-1',
      SourceSnapshotId: source(1_000_000),
    });
    home.settleDisks();
    it.clock.advance(minuteMs);
    expect(at(present(SnapshotId), home).State).toBe('completed');
  });

  test('holds all that its source held, also when that goes meanwhile', () => {
    const id = source();
    const copied = copy(id);
    home.call(deleteSnapshot, { SnapshotId: id });
    away.settleDisks();
    it.clock.advance(61 * minuteMs);
    expect(at(copied).State).toBe('completed');
    expect(at(copied).FullSnapshotSizeInBytes).toBeGreaterThanOrEqual(hundredGB);
  });

  test('is given up by deleting what it makes', () => {
    const id = copy(source());
    away.settleDisks();
    expect(away.view().list(Copies)).toHaveLength(1);
    away.call(deleteSnapshot, { SnapshotId: id });
    expect(away.view().list(Copies)).toEqual([]);
    expect(away.fail(describeSnapshots, { SnapshotIds: [id] }).code).toBe(
      'InvalidSnapshot.NotFound',
    );
  });

  test('encrypts with a key of the Region that it goes to', () => {
    const id = source(1_000_000);
    const encrypted = at(copy(id, { Encrypted: true }));
    expect(encrypted).toMatchObject({
      Encrypted: true,
      KmsKeyId: expect.stringMatching(/^arn:aws:kms:eu-west-1:111111111111:key\//),
    });
    expect(at(copy(id, { Encrypted: true, KmsKeyId: 'alias/mine' })).KmsKeyId).toBe(
      'arn:aws:kms:eu-west-1:111111111111:alias/mine',
    );
  });

  test('of one that is shared belongs to who copies it', () => {
    const id = source(1_000_000);
    const theirs = it.place('eu-west-1', '222222222222');
    const request = { SourceRegion: 'us-east-1', SourceSnapshotId: id };
    expect(theirs.fail(copySnapshot, request).code).toBe('InvalidSnapshot.NotFound');
    home.call(modifySnapshotAttribute, {
      SnapshotId: id,
      OperationType: 'add',
      UserIds: ['222222222222'],
    });
    const made = present(theirs.call(copySnapshot, request).SnapshotId);
    theirs.settleDisks();
    it.clock.advance(minuteMs);
    expect(at(made, theirs)).toMatchObject({ State: 'completed', OwnerId: '222222222222' });
  });

  test('takes twenty at once', () => {
    const id = source();
    for (let count = 0; count < 20; count++) copy(id);
    expect(
      away.fail(copySnapshot, { SourceRegion: 'us-east-1', SourceSnapshotId: id }),
    ).toMatchObject({
      code: 'ResourceLimitExceeded',
      message: 'Too many snapshot copies in progress. The limit is 20 for this destination region.',
    });
  });

  test('needs a way to its source when it begins', () => {
    const id = source();
    const mend = it.breakDown('link/us-east-1/eu-west-1', 'network');
    expect(away.fail(copySnapshot, { SourceRegion: 'us-east-1', SourceSnapshotId: id }).code).toBe(
      'Unavailable',
    );
    mend();
    copy(id);
  });

  test.each([
    [{ SourceRegion: 'eu-west-2' }, 'InvalidSnapshot.NotFound'],
    [{ SourceRegion: 'mars-north-1' }, 'InvalidParameterValue'],
    [{ SourceSnapshotId: 'snap-1' }, 'InvalidSnapshotID.Malformed'],
    [{ CompletionDurationMinutes: 20 }, 'InvalidParameterValue'],
    [{ KmsKeyId: 'alias/mine' }, 'InvalidParameterDependency'],
    [{ DestinationOutpostArn: 'arn:aws:outposts:x' }, 'UnsupportedOperation'],
    [{ DestinationAvailabilityZone: 'us-west-2-lax-1a' }, 'UnsupportedOperation'],
  ])('%j is refused: %s', (input, code) => {
    const SourceSnapshotId = source();
    expect(
      away.fail(copySnapshot, { SourceRegion: 'us-east-1', SourceSnapshotId, ...input }).code,
    ).toBe(code);
  });

  test('of one that is not complete is refused', () => {
    const { SnapshotId } = home.call(createSnapshot, { VolumeId: home.launch().volumeId });
    expect(
      away.fail(copySnapshot, {
        SourceRegion: 'us-east-1',
        SourceSnapshotId: present(SnapshotId),
      }).code,
    ).toBe('IncorrectState');
  });
});
