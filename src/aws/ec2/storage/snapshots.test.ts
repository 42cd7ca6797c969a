import { beforeEach, describe, expect, test } from 'vitest';
import { createTags } from '../tags.ts';
import { present } from '../test-region.ts';
import { describeVolumes } from './volumes.ts';
import {
  describeSnapshotAttribute,
  disableSnapshotBlockPublicAccess,
  enableSnapshotBlockPublicAccess,
  getSnapshotBlockPublicAccessState,
  modifySnapshotAttribute,
  resetSnapshotAttribute,
} from './snapshot-attributes.ts';
import { createSnapshot, createSnapshots, deleteSnapshot, describeSnapshots } from './snapshots.ts';
import {
  createStorageWorld,
  modelled,
  type StoragePlace,
  type StorageWorld,
} from './test-storage.ts';

let it: StorageWorld;
let here: StoragePlace;
beforeEach(async () => {
  it = await createStorageWorld();
  here = it.place();
});

const owner = '111111111111';
const other = '222222222222';

const take = (volumeId: string): string =>
  present(here.call(createSnapshot, { VolumeId: volumeId }).SnapshotId);

const snapshotOf = (id: string, place: StoragePlace = here) =>
  present(place.call(describeSnapshots, { SnapshotIds: [id] }).Snapshots?.[0]);

const complete = (): void => {
  here.settleDisks();
  it.clock.advance(60_000);
};

const completeSnapshotOf = (volumeId: string): string => {
  const id = take(volumeId);
  complete();
  return id;
};

describe('a snapshot', () => {
  test('is pending until all of it is uploaded, and tells how far it is', () => {
    const { volumeId } = here.launch();
    const answer = here.call(createSnapshot, {
      VolumeId: volumeId,
      Description: 'before the change',
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'day', Value: 'one' }] }],
    });
    expect(answer).toMatchObject({
      SnapshotId: expect.stringMatching(/^snap-[0-9a-f]{17}$/),
      State: 'pending',
      Progress: '',
      VolumeId: volumeId,
      VolumeSize: 8,
      OwnerId: owner,
      StartTime: it.clock.now(),
      Encrypted: false,
      Tags: [{ Key: 'day', Value: 'one' }],
    });
    const id = present(answer.SnapshotId);
    expect(snapshotOf(id).Progress).toBe('0%');
    // A hundred seconds of upload.
    here.settleDisks(modelled(10_000_000_000));
    it.clock.advance(50_000);
    expect(snapshotOf(id)).toMatchObject({ State: 'pending', Progress: '50%' });
    it.clock.advance(49_900);
    expect(snapshotOf(id).Progress).toBe('99%');
    it.clock.advance(200);
    expect(snapshotOf(id)).toMatchObject({
      State: 'completed',
      Progress: '100%',
      StorageTier: 'standard',
      FullSnapshotSizeInBytes: 10_000_000_000,
      CompletionTime: expect.any(Number),
    });
  });

  test.each([
    ['description', 'nightly*'],
    ['encrypted', 'false'],
    ['owner-id', owner],
    ['progress', '100%'],
    ['start-time', '2026-01-*'],
    ['status', 'completed'],
    ['storage-tier', 'standard'],
    ['volume-size', '8'],
    ['tag:role', 'web'],
    ['tag-key', 'role'],
  ])('is found by %s', (Name, value) => {
    const { volumeId } = here.launch();
    here.call(createSnapshot, { VolumeId: volumeId, Description: 'nightly of web' });
    complete();
    const [first] = here.call(describeSnapshots, {}).Snapshots ?? [];
    const id = present(first?.SnapshotId);
    here.call(createTags, { Resources: [id], Tags: [{ Key: 'role', Value: 'web' }] });
    const found = (Values: string[]) =>
      here.call(describeSnapshots, { Filters: [{ Name, Values }] }).Snapshots?.length;
    expect(found([value])).toBe(1);
    expect(found(['something else'])).toBe(0);
  });

  test('of many is read in pages', () => {
    const { volumeId } = here.launch();
    for (let count = 0; count < 3; count++) completeSnapshotOf(volumeId);
    const first = here.call(describeSnapshots, { MaxResults: 2 });
    const second = here.call(describeSnapshots, { MaxResults: 2, NextToken: first.NextToken });
    expect([first.Snapshots?.length, second.Snapshots?.length]).toEqual([2, 1]);
    expect(second.NextToken).toBeUndefined();
  });

  test('is one of a series that remembers what came before, and any one of them can go', () => {
    const { volumeId } = here.launch();
    const ids = [volumeId, volumeId, volumeId].map(completeSnapshotOf);
    here.call(deleteSnapshot, { SnapshotId: present(ids[1]) });
    expect(here.fail(deleteSnapshot, { SnapshotId: present(ids[1]) }).code).toBe(
      'InvalidSnapshot.NotFound',
    );
    const left = here.call(describeSnapshots, { OwnerIds: ['self'] }).Snapshots ?? [];
    expect(left.map(({ SnapshotId }) => SnapshotId)).toEqual([ids[0], ids[2]]);
  });

  test('of one volume is pending five times at once, no more', () => {
    const { volumeId } = here.launch();
    for (let count = 0; count < 5; count++) take(volumeId);
    expect(here.fail(createSnapshot, { VolumeId: volumeId }).code).toBe(
      'ConcurrentSnapshotLimitExceeded',
    );
    complete();
    take(volumeId);
  });

  test('is not taken of a volume whose zone is lost', () => {
    const { volumeId } = here.launch();
    const zoneId = here.call(describeVolumes, { VolumeIds: [volumeId] }).Volumes?.[0]
      ?.AvailabilityZoneId;
    const mend = it.breakDown(`zone/${present(zoneId)}`, 'power');
    expect(here.fail(createSnapshot, { VolumeId: volumeId }).code).toBe('Unavailable');
    mend();
    take(volumeId);
  });

  test.each([
    [{ VolumeId: 'vol-1' }, 'InvalidVolumeID.Malformed'],
    [{ VolumeId: 'vol-0123456789abcdef0' }, 'InvalidVolume.NotFound'],
    [{ VolumeId: 'vol-0123456789abcdef0', Location: 'local' as const }, 'UnsupportedOperation'],
  ])('%j is refused: %s', (input, code) => {
    expect(here.fail(createSnapshot, input).code).toBe(code);
  });

  test.each([
    [{ SnapshotIds: ['snap-1'] }, 'InvalidSnapshotID.Malformed'],
    [{ SnapshotIds: ['snap-0123456789abcdef0'] }, 'InvalidSnapshot.NotFound'],
    [{ OwnerIds: ['nobody'] }, 'InvalidUserID.Malformed'],
    [{ Filters: [{ Name: 'colour', Values: ['red'] }] }, 'InvalidParameterValue'],
  ])('%j finds nothing: %s', (input, code) => {
    expect(here.fail(describeSnapshots, input).code).toBe(code);
  });
});

describe('CreateSnapshots', () => {
  test('takes all volumes of an instance at one moment, with their tags', () => {
    const { instanceId, volumeId } = here.launch({
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1 } }],
    });
    here.call(createTags, { Resources: [volumeId], Tags: [{ Key: 'disk', Value: 'root' }] });
    const { Snapshots = [] } = here.call(createSnapshots, {
      InstanceSpecification: { InstanceId: instanceId },
      CopyTagsFromSource: 'volume',
      Description: 'both',
    });
    expect(Snapshots).toHaveLength(2);
    expect(new Set(Snapshots.map(({ StartTime }) => StartTime)).size).toBe(1);
    expect(Snapshots.find((one) => one.VolumeId === volumeId)).toMatchObject({
      State: 'pending',
      Description: 'both',
      Tags: [{ Key: 'disk', Value: 'root' }],
    });
    const dataVolume = present(Snapshots.find((one) => one.VolumeId !== volumeId)?.VolumeId);
    const taken = (specification: object) =>
      here
        .call(createSnapshots, {
          InstanceSpecification: { InstanceId: instanceId, ...specification },
        })
        .Snapshots?.map(({ VolumeId }) => VolumeId);
    expect(taken({ ExcludeBootVolume: true })).toEqual([dataVolume]);
    expect(taken({ ExcludeDataVolumeIds: [dataVolume] })).toEqual([volumeId]);
    const refused = (specification: object) =>
      here.fail(createSnapshots, {
        InstanceSpecification: { InstanceId: instanceId, ...specification },
      }).code;
    expect(refused({ ExcludeDataVolumeIds: [volumeId] })).toBe('InvalidParameterValue');
    expect(refused({ ExcludeBootVolume: true, ExcludeDataVolumeIds: [dataVolume] })).toBe(
      'InvalidParameterValue',
    );
  });
});

describe('a shared snapshot', () => {
  const share = (SnapshotId: string, more: object) =>
    here.call(modifySnapshotAttribute, {
      SnapshotId,
      Attribute: 'createVolumePermission',
      ...more,
    });

  test('is seen by whom it is shared with, until it no longer is', () => {
    const id = completeSnapshotOf(here.launch().volumeId);
    const theirs = it.place('us-east-1', other);
    expect(theirs.fail(describeSnapshots, { SnapshotIds: [id] }).code).toBe(
      'InvalidSnapshot.NotFound',
    );
    share(id, { OperationType: 'add', UserIds: [other] });
    expect(snapshotOf(id, theirs)).toMatchObject({ OwnerId: owner, State: 'completed' });
    expect(theirs.fail(deleteSnapshot, { SnapshotId: id }).code).toBe('AuthFailure');
    expect(
      here.call(describeSnapshotAttribute, {
        SnapshotId: id,
        Attribute: 'createVolumePermission',
      }),
    ).toEqual({ SnapshotId: id, CreateVolumePermissions: [{ UserId: other }] });
    const listed = (input: Parameters<typeof describeSnapshots>[1], place = theirs) =>
      place.call(describeSnapshots, input).Snapshots?.length;
    expect(listed({ OwnerIds: ['self'] })).toBe(0);
    expect(listed({ OwnerIds: [owner] })).toBe(1);
    expect(listed({ RestorableByUserIds: ['self'] })).toBe(1);
    expect(listed({ RestorableByUserIds: ['all'] })).toBe(0);
    expect(listed({ RestorableByUserIds: [other] }, here)).toBe(1);
    share(id, { CreateVolumePermission: { Remove: [{ UserId: other }] } });
    expect(listed({})).toBe(0);
  });

  test('is everybody’s when it is public, unless the account forbids that', () => {
    const id = completeSnapshotOf(here.launch().volumeId);
    const theirs = it.place('us-east-1', other);
    share(id, { OperationType: 'add', GroupNames: ['all'] });
    expect(snapshotOf(id, theirs).SnapshotId).toBe(id);
    here.call(enableSnapshotBlockPublicAccess, { State: 'block-all-sharing' });
    expect(here.call(getSnapshotBlockPublicAccessState, {}).State).toBe('block-all-sharing');
    expect(theirs.call(describeSnapshots, {}).Snapshots).toEqual([]);
    expect(
      here.fail(modifySnapshotAttribute, {
        SnapshotId: id,
        CreateVolumePermission: { Add: [{ Group: 'all' }] },
      }).code,
    ).toBe('OperationNotPermitted');
    here.call(disableSnapshotBlockPublicAccess, {});
    expect(snapshotOf(id, theirs).SnapshotId).toBe(id);
    here.call(resetSnapshotAttribute, { SnapshotId: id, Attribute: 'createVolumePermission' });
    expect(theirs.call(describeSnapshots, {}).Snapshots).toEqual([]);
  });

  test.each([
    [{}, 'MissingParameter'],
    [{ OperationType: 'add' as const, UserIds: ['bob'] }, 'InvalidUserID.Malformed'],
    [{ OperationType: 'add' as const, GroupNames: ['friends'] }, 'InvalidParameterValue'],
    [
      { CreateVolumePermission: { Add: [{ UserId: other }], Remove: [{ UserId: owner }] } },
      'InvalidParameterCombination',
    ],
  ])('%j is refused: %s', (input, code) => {
    const SnapshotId = completeSnapshotOf(here.launch().volumeId);
    expect(here.fail(modifySnapshotAttribute, { SnapshotId, ...input }).code).toBe(code);
  });
});
