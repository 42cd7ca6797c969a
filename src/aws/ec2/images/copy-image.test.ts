import { beforeEach, describe, expect, test } from 'vitest';
import { Copies } from '../storage/entities.ts';
import { modifySnapshotAttribute } from '../storage/snapshot-attributes.ts';
import { describeSnapshots } from '../storage/snapshots.ts';
import {
  createStorageWorld,
  modelled,
  type StoragePlace,
  type StorageWorld,
} from '../storage/test-storage.ts';
import { createTags } from '../tags.ts';
import { present } from '../test-region.ts';
import { testImage } from '../instances/test-instances.ts';
import { copyImage } from './copy-image.ts';
import { createImage } from './create-image.ts';
import { describeImages } from './describe-images.ts';
import { modifyImageAttribute } from './image-attributes.ts';
import { deregisterImage } from './register-image.ts';

const minuteMs = 60_000;
const hundredGB = 100_000_000_000;
const other = '222222222222';

let it: StorageWorld;
let home: StoragePlace;
let away: StoragePlace;
beforeEach(async () => {
  it = await createStorageWorld();
  home = it.place('us-east-1');
  away = it.place('eu-west-1');
});

const bake = (bytes = hundredGB): string => {
  const { instanceId } = home.launch();
  const { ImageId } = home.call(createImage, { InstanceId: instanceId, Name: 'golden' });
  home.settleDisks(modelled(bytes));
  it.clock.advance(60 * minuteMs);
  return present(ImageId);
};

const request = (SourceImageId: string, more: object = {}) => ({
  SourceRegion: 'us-east-1',
  SourceImageId,
  Name: 'golden there',
  ...more,
});

const copy = (id: string, more: object = {}, place = away): string =>
  present(place.call(copyImage, request(id, more)).ImageId);

const imageOf = (id: string, place = away) =>
  present(place.call(describeImages, { ImageIds: [id] }).Images?.[0]);

const snapshotIdOf = (id: string, place = away): string =>
  present(imageOf(id, place).BlockDeviceMappings?.[0]?.Ebs?.SnapshotId);

describe('CopyImage', () => {
  test('makes an image that boots there once all of it has come', () => {
    const source = bake();
    const id = copy(source, { Description: 'for the worst' });
    const pending = imageOf(id);
    expect(pending).toMatchObject({
      State: 'pending',
      Name: 'golden there',
      Description: 'for the worst',
      SourceImageId: source,
      SourceImageRegion: 'us-east-1',
      Architecture: 'x86_64',
      RootDeviceName: '/dev/xvda',
      Public: false,
    });
    const snapshotId = snapshotIdOf(id);
    expect(snapshotId).not.toBe(snapshotIdOf(source, home));
    const snapshot = () =>
      present(away.call(describeSnapshots, { SnapshotIds: [snapshotId] }).Snapshots?.[0]);
    expect(snapshot().Description).toContain(`for DestinationAmi ${id} from SourceAmi ${source}`);
    away.settleDisks();
    it.clock.advance(30 * minuteMs);
    expect(snapshot().Progress).toMatch(/^(49|50)%$/);
    it.clock.advance(31 * minuteMs);
    expect(imageOf(id).State).toBe('available');
    expect(away.launch({ ImageId: id }).volumeId).toMatch(/^vol-/);
    // What is done to one does nothing to the other.
    home.call(deregisterImage, { ImageId: source, DeleteAssociatedSnapshots: true });
    expect(imageOf(id).State).toBe('available');
  });

  test('fails when the Region that it comes from is lost', () => {
    const id = copy(bake());
    away.settleDisks();
    it.clock.advance(10 * minuteMs);
    it.breakDown('region/us-east-1', 'disaster');
    expect(imageOf(id)).toMatchObject({
      State: 'failed',
      StateReason: { Message: expect.stringContaining('us-east-1') },
    });
  });

  test('is given up by deregistering the new image', () => {
    const id = copy(bake());
    away.settleDisks();
    away.call(deregisterImage, { ImageId: id });
    expect(away.view().list(Copies)).toEqual([]);
    expect(away.call(describeSnapshots, {}).Snapshots).toEqual([]);
  });

  test('takes tags along only when asked', () => {
    const source = bake();
    home.call(createTags, { Resources: [source], Tags: [{ Key: 'team', Value: 'a' }] });
    expect(imageOf(copy(source)).Tags).toEqual([]);
    const id = copy(source, {
      Name: 'with tags',
      CopyImageTags: true,
      TagSpecifications: [
        { ResourceType: 'image', Tags: [{ Key: 'at', Value: 'away' }] },
        { ResourceType: 'snapshot', Tags: [{ Key: 'of', Value: 'golden' }] },
      ],
    });
    expect(imageOf(id).Tags).toEqual([
      { Key: 'at', Value: 'away' },
      { Key: 'team', Value: 'a' },
    ]);
    expect(
      away.call(describeSnapshots, { SnapshotIds: [snapshotIdOf(id)] }).Snapshots?.[0]?.Tags,
    ).toEqual([{ Key: 'of', Value: 'golden' }]);
  });

  test('encrypts, and is through in the time that is asked for', () => {
    const id = copy(bake(), { Encrypted: true, SnapshotCopyCompletionDurationMinutes: 15 });
    expect(imageOf(id).BlockDeviceMappings?.[0]?.Ebs?.Encrypted).toBe(true);
    away.settleDisks();
    it.clock.advance(15 * minuteMs + 1000);
    expect(imageOf(id).State).toBe('available');
  });

  test('of a base image is an image of one’s own, quickly: it holds nothing', () => {
    const id = copy(testImage('us-east-1'));
    it.clock.advance(minuteMs);
    expect(imageOf(id)).toMatchObject({ State: 'available', OwnerId: '111111111111' });
    away.launch({ ImageId: id });
    const again = present(
      home.call(copyImage, { ...request(id), SourceRegion: 'eu-west-1' }).ImageId,
    );
    it.clock.advance(minuteMs);
    expect(imageOf(again, home).State).toBe('available');
  });

  test('of a shared image needs its storage shared too', () => {
    const source = bake(1_000_000);
    const theirs = it.place('eu-west-1', other);
    expect(theirs.fail(copyImage, request(source)).code).toBe('InvalidAMIID.NotFound');
    home.call(modifyImageAttribute, {
      ImageId: source,
      LaunchPermission: { Add: [{ UserId: other }] },
    });
    expect(theirs.fail(copyImage, request(source)).code).toBe('InvalidRequest');
    home.call(modifySnapshotAttribute, {
      SnapshotId: snapshotIdOf(source, home),
      CreateVolumePermission: { Add: [{ UserId: other }] },
    });
    expect(imageOf(copy(source, {}, theirs), theirs).OwnerId).toBe(other);
  });

  test.each([
    [{ SourceRegion: 'eu-west-2' }, 'InvalidAMIID.NotFound'],
    [{ SourceRegion: 'mars-north-1' }, 'InvalidParameterValue'],
    [{ SourceImageId: 'ami-1' }, 'InvalidAMIID.Malformed'],
    [{ Name: 'ab' }, 'InvalidAMIName.Malformed'],
    [{ Name: 'taken' }, 'InvalidAMIName.Duplicate'],
    [{ SnapshotCopyCompletionDurationMinutes: 1 }, 'InvalidParameterValue'],
    [{ DestinationOutpostArn: 'arn:aws:outposts:x' }, 'UnsupportedOperation'],
    [{ KmsKeyId: 'alias/mine' }, 'InvalidParameterDependency'],
  ])('%j is refused: %s', (input, code) => {
    const source = bake();
    copy(source, { Name: 'taken' });
    expect(away.fail(copyImage, request(source, input)).code).toBe(code);
  });
});
