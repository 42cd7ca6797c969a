import { beforeEach, describe, expect, test } from 'vitest';
import { describeInstances, runInstances, stopInstances } from '../instances/instances.ts';
import { Instances } from '../instances/instance-entities.ts';
import { Snapshots } from '../storage/entities.ts';
import { failSnapshot } from '../storage/snapshot-life.ts';
import { deleteSnapshot, describeSnapshots } from '../storage/snapshots.ts';
import {
  createStorageWorld,
  type StoragePlace,
  type StorageWorld,
} from '../storage/test-storage.ts';
import { describeVolumes } from '../storage/volumes.ts';
import { createTags } from '../tags.ts';
import { present } from '../test-region.ts';
import { createImage } from './create-image.ts';
import { describeImages } from './describe-images.ts';
import {
  describeImageAttribute,
  modifyImageAttribute,
  resetImageAttribute,
} from './image-attributes.ts';
import {
  disableImage,
  disableImageBlockPublicAccess,
  disableImageDeprecation,
  disableImageDeregistrationProtection,
  enableImage,
  enableImageBlockPublicAccess,
  enableImageDeprecation,
  enableImageDeregistrationProtection,
  getImageBlockPublicAccessState,
} from './image-states.ts';
import { deregisterImage, registerImage } from './register-image.ts';

const owner = '111111111111';
const other = '222222222222';
const dayMs = 86_400_000;

let it: StorageWorld;
let here: StoragePlace;
let theirs: StoragePlace;
beforeEach(async () => {
  it = await createStorageWorld();
  here = it.place();
  theirs = it.place('us-east-1', other);
});

const settle = (): void => {
  here.settleDisks();
  it.clock.advance(60_000);
};

/** An image of a new instance. */
const bake = (more: Partial<Parameters<typeof createImage>[1]> = {}): string => {
  const { instanceId } = here.launch();
  return present(
    here.call(createImage, { InstanceId: instanceId, Name: 'golden', ...more }).ImageId,
  );
};

const bakeAvailable = (name = 'golden'): string => {
  const id = bake({ Name: name });
  settle();
  return id;
};

const imageOf = (id: string, place = here) =>
  present(place.call(describeImages, { ImageIds: [id], IncludeDisabled: true }).Images?.[0]);

const launchOf = (id: string) => ({
  ImageId: id,
  InstanceType: 't3.micro' as const,
  MinCount: 1,
  MaxCount: 1,
});

describe('CreateImage', () => {
  test('makes an image that is available when its snapshots are complete', () => {
    const { instanceId, volumeId } = here.launch({
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 3 } }],
    });
    const id = present(
      here.call(createImage, {
        InstanceId: instanceId,
        Name: 'golden',
        Description: 'all that we need',
        TagSpecifications: [
          { ResourceType: 'image', Tags: [{ Key: 'team', Value: 'a' }] },
          { ResourceType: 'snapshot', Tags: [{ Key: 'of', Value: 'golden' }] },
        ],
      }).ImageId,
    );
    const pending = imageOf(id);
    expect(pending).toMatchObject({
      ImageId: expect.stringMatching(/^ami-[0-9a-f]{17}$/),
      State: 'pending',
      Name: 'golden',
      Description: 'all that we need',
      OwnerId: owner,
      ImageLocation: `${owner}/golden`,
      Public: false,
      Architecture: 'x86_64',
      RootDeviceName: '/dev/xvda',
      RootDeviceType: 'ebs',
      ImdsSupport: 'v2.0',
      SourceInstanceId: instanceId,
      SourceImageRegion: 'us-east-1',
      CreationDate: expect.stringMatching(/^2026-01-01T00:01:/),
      Tags: [{ Key: 'team', Value: 'a' }],
    });
    const devices = pending.BlockDeviceMappings ?? [];
    expect(devices.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.VolumeSize])).toEqual([
      ['/dev/xvda', 8],
      ['/dev/sdf', 3],
    ]);
    const snapshotId = present(devices[0]?.Ebs?.SnapshotId);
    expect(
      here.call(describeSnapshots, { SnapshotIds: [snapshotId] }).Snapshots?.[0],
    ).toMatchObject({
      VolumeId: volumeId,
      Description: `Created by CreateImage(${instanceId}) for ${id}`,
      Tags: [{ Key: 'of', Value: 'golden' }],
    });
    expect(here.fail(runInstances, launchOf(id)).code).toBe('InvalidAMIID.Unavailable');
    settle();
    expect(imageOf(id).State).toBe('available');
  });

  test('reboots a running instance and takes it while it is off, unless it is not to', () => {
    const { instanceId } = here.launch();
    const boots = () => here.view().get(Instances, instanceId)?.bootNumber;
    const moments = () =>
      here
        .view()
        .list(Snapshots)
        .map(({ source }) => source.kind === 'volume' && source.moment);
    here.call(createImage, { InstanceId: instanceId, Name: 'untouched', NoReboot: true });
    expect([boots(), moments()]).toEqual([1, ['now']]);
    here.call(createImage, { InstanceId: instanceId, Name: 'orderly' });
    expect([boots(), moments()]).toEqual([2, ['now', 'shutdown']]);
    expect(
      here.call(describeInstances, { InstanceIds: [instanceId] }).Reservations?.[0]?.Instances?.[0]
        ?.State?.Name,
    ).toBe('running');
    here.call(stopInstances, { InstanceIds: [instanceId] });
    it.clock.advance(60_000);
    here.call(createImage, { InstanceId: instanceId, Name: 'of a stopped one' });
    expect([boots(), moments()]).toEqual([2, ['now', 'shutdown', 'now']]);
  });

  test('leaves devices out, adds others, and says what is deleted with an instance', () => {
    const { instanceId } = here.launch({
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 3 } }],
    });
    const id = present(
      here.call(createImage, {
        InstanceId: instanceId,
        Name: 'golden',
        BlockDeviceMappings: [
          { DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } },
          { DeviceName: '/dev/sdf', NoDevice: '' },
          { DeviceName: '/dev/sdg', Ebs: { VolumeSize: 5, VolumeType: 'gp3' } },
        ],
      }).ImageId,
    );
    expect(imageOf(id).BlockDeviceMappings).toMatchObject([
      { DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false, VolumeSize: 8 } },
      { DeviceName: '/dev/sdg', Ebs: { VolumeSize: 5, VolumeType: 'gp3', Iops: 3000 } },
    ]);
  });

  test('fails when a snapshot of it fails, with the reason', () => {
    const id = bake();
    const snapshotId = present(imageOf(id).BlockDeviceMappings?.[0]?.Ebs?.SnapshotId);
    it.world.transact('us-east-1', owner, (tx) =>
      failSnapshot(tx, present(tx.get(Snapshots, snapshotId)), 'The disk is full.'),
    );
    expect(imageOf(id)).toMatchObject({
      State: 'failed',
      StateReason: { Message: expect.stringContaining('The disk is full.') },
    });
    expect(here.fail(runInstances, launchOf(id)).code).toBe('InvalidAMIID.Unavailable');
    here.call(deregisterImage, { ImageId: id });
  });

  test.each([
    [{ Name: 'ab' }, 'InvalidAMIName.Malformed'],
    [{ Name: 'semi;colon' }, 'InvalidAMIName.Malformed'],
    [{ Name: 'taken' }, 'InvalidAMIName.Duplicate'],
    [{ InstanceId: 'i-0123456789abcdef0' }, 'InvalidInstanceID.NotFound'],
    [{ SnapshotLocation: 'local' as const }, 'UnsupportedOperation'],
    [
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20 } }] },
      'InvalidBlockDeviceMapping',
    ],
    [
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', NoDevice: '' }] },
      'InvalidBlockDeviceMapping',
    ],
    [{ BlockDeviceMappings: [{ DeviceName: 'disk' }] }, 'InvalidParameterValue'],
    [
      {
        TagSpecifications: [{ ResourceType: 'volume' as const, Tags: [{ Key: 'a', Value: 'b' }] }],
      },
      'InvalidParameterValue',
    ],
  ])('%j is refused: %s', (input, code) => {
    const { instanceId } = here.launch();
    here.call(createImage, { InstanceId: instanceId, Name: 'taken' });
    expect(here.fail(createImage, { InstanceId: instanceId, Name: 'golden', ...input }).code).toBe(
      code,
    );
  });
});

describe('an instance of an image', () => {
  test('boots with its disks and says when it did', () => {
    const { instanceId } = here.launch({
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 3 } }],
    });
    const id = present(here.call(createImage, { InstanceId: instanceId, Name: 'golden' }).ImageId);
    settle();
    const image = imageOf(id);
    expect(image.LastLaunchedTime).toBeUndefined();
    const copy = here.launch({ ImageId: id });
    const { Volumes = [] } = here.call(describeVolumes, {
      Filters: [{ Name: 'attachment.instance-id', Values: [copy.instanceId] }],
    });
    expect(
      Volumes.map((volume) => [
        volume.Attachments?.[0]?.Device,
        volume.SnapshotId,
        volume.Size,
        volume.VolumeType,
      ]),
    ).toEqual(
      image.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [
        DeviceName,
        Ebs?.SnapshotId,
        Ebs?.VolumeSize,
        Ebs?.VolumeType,
      ]),
    );
    expect(imageOf(id).LastLaunchedTime).toMatch(/^2026-/);
    expect(here.fail(runInstances, { ...launchOf(id), InstanceType: 't4g.micro' }).code).toBe(
      'InvalidParameterValue',
    );
  });

  test('is not there in another Region, for another account, or of a disabled image', () => {
    const id = bakeAvailable();
    expect(it.place('eu-west-1').fail(runInstances, launchOf(id)).code).toBe(
      'InvalidAMIID.NotFound',
    );
    expect(theirs.fail(runInstances, launchOf(id)).code).toBe('InvalidAMIID.NotFound');
    here.call(modifyImageAttribute, {
      ImageId: id,
      LaunchPermission: { Add: [{ UserId: other }] },
    });
    theirs.call(runInstances, launchOf(id));
    here.call(disableImage, { ImageId: id });
    expect(theirs.fail(runInstances, launchOf(id)).code).toBe('InvalidAMIID.NotFound');
    expect(here.fail(runInstances, launchOf(id)).code).toBe('InvalidAMIID.Unavailable');
    here.call(enableImage, { ImageId: id });
    here.call(runInstances, launchOf(id));
    expect(theirs.fail(runInstances, launchOf(id)).code).toBe('InvalidAMIID.NotFound');
  });
});

describe('RegisterImage and DeregisterImage', () => {
  const rootSnapshot = (): string =>
    present(imageOf(bakeAvailable()).BlockDeviceMappings?.[0]?.Ebs?.SnapshotId);

  const register = (SnapshotId: string, more: object = {}) => ({
    Name: 'registered',
    Architecture: 'x86_64' as const,
    VirtualizationType: 'hvm',
    RootDeviceName: '/dev/sda1',
    EnaSupport: true,
    BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { SnapshotId } }],
    ...more,
  });

  test('makes an image of a snapshot, which cannot go before it', () => {
    const snapshotId = rootSnapshot();
    const id = present(here.call(registerImage, register(snapshotId)).ImageId);
    expect(imageOf(id)).toMatchObject({
      State: 'available',
      RootDeviceName: '/dev/sda1',
      BlockDeviceMappings: [{ Ebs: { SnapshotId: snapshotId, VolumeSize: 8, VolumeType: 'gp2' } }],
    });
    here.launch({ ImageId: id });
    const [golden] = here.call(describeImages, { Owners: ['self'] }).Images ?? [];
    const results = here.call(deregisterImage, {
      ImageId: present(golden?.ImageId),
      DeleteAssociatedSnapshots: true,
    });
    expect(results.DeleteSnapshotResults).toEqual([
      { SnapshotId: snapshotId, ReturnCode: 'skipped' },
    ]);
    expect(here.fail(deleteSnapshot, { SnapshotId: snapshotId })).toMatchObject({
      code: 'InvalidSnapshot.InUse',
      message: `The snapshot ${snapshotId} is currently in use by ${id}`,
    });
    expect(
      here.call(deregisterImage, { ImageId: id, DeleteAssociatedSnapshots: true })
        .DeleteSnapshotResults,
    ).toEqual([{ SnapshotId: snapshotId, ReturnCode: 'success' }]);
    expect(here.fail(deregisterImage, { ImageId: id }).code).toBe('InvalidAMIID.NotFound');
    expect(here.call(describeSnapshots, {}).Snapshots).toEqual([]);
  });

  test.each([
    [{ RootDeviceName: undefined }, 'MissingParameter'],
    [{ RootDeviceName: '/dev/xvda' }, 'InvalidBlockDeviceMapping'],
    [{ Architecture: 'i386' }, 'UnsupportedOperation'],
    [{ VirtualizationType: 'paravirtual' }, 'UnsupportedOperation'],
    [{ KernelId: 'aki-1' }, 'UnsupportedOperation'],
    [{ Name: 'golden' }, 'InvalidAMIName.Duplicate'],
    [
      {
        BlockDeviceMappings: [
          { DeviceName: '/dev/sda1', Ebs: { SnapshotId: 'snap-0123456789abcdef0' } },
        ],
      },
      'InvalidSnapshot.NotFound',
    ],
  ])('%j is refused: %s', (input, code) => {
    expect(here.fail(registerImage, register(rootSnapshot(), input)).code).toBe(code);
  });

  test('is refused while it is protected, and a day longer with a cooldown', () => {
    const ImageId = bakeAvailable();
    const refusal = () => here.fail(deregisterImage, { ImageId }).code;
    here.call(enableImageDeregistrationProtection, { ImageId });
    expect(refusal()).toBe('OperationNotPermitted');
    expect(imageOf(ImageId).DeregistrationProtection).toBe('enabled-without-cooldown');
    here.call(disableImageDeregistrationProtection, { ImageId });
    expect(imageOf(ImageId).DeregistrationProtection).toBe('disabled');
    here.call(enableImageDeregistrationProtection, { ImageId, WithCooldown: true });
    here.call(disableImageDeregistrationProtection, { ImageId });
    expect(refusal()).toBe('OperationNotPermitted');
    it.clock.advance(dayMs + 1);
    here.call(deregisterImage, { ImageId });
  });
});

describe('DescribeImages', () => {
  test('lists what is one’s own or shared, and hides what is deprecated from others', () => {
    const ImageId = bakeAvailable();
    const ids = (place: StoragePlace, input: Parameters<typeof describeImages>[1]) =>
      place.call(describeImages, input).Images?.map((image) => image.ImageId);
    const users = { Filters: [{ Name: 'name', Values: ['golden'] }] };
    expect(ids(theirs, users)).toEqual([]);
    here.call(modifyImageAttribute, { ImageId, OperationType: 'add', UserIds: [other] });
    expect(ids(theirs, users)).toEqual([ImageId]);
    expect(ids(theirs, { ...users, Owners: ['self'] })).toEqual([]);
    expect(ids(theirs, { ExecutableUsers: ['self'] })).toEqual([ImageId]);
    expect(ids(here, { ExecutableUsers: [other] })).toEqual([ImageId]);
    expect(ids(here, { ExecutableUsers: ['self'] })).toEqual([]);
    const soon = it.clock.now() + 120_000;
    here.call(enableImageDeprecation, { ImageId, DeprecateAt: soon });
    expect(imageOf(ImageId).DeprecationTime).toMatch(/^2026-01-01T00:\d\d:00.000Z$/);
    it.clock.advance(300_000);
    expect(ids(theirs, users)).toEqual([]);
    expect(ids(theirs, { ...users, IncludeDeprecated: true })).toEqual([ImageId]);
    expect(ids(theirs, { ImageIds: [ImageId] })).toEqual([ImageId]);
    expect(ids(here, users)).toEqual([ImageId]);
    here.call(disableImageDeprecation, { ImageId });
    expect(ids(theirs, users)).toEqual([ImageId]);
    here.call(disableImage, { ImageId });
    expect(ids(here, users)).toEqual([]);
    expect(ids(here, { ...users, IncludeDisabled: true })).toEqual([ImageId]);
  });

  test.each([
    ['name', 'golden'],
    ['state', 'available'],
    ['owner-id', owner],
    ['is-public', 'false'],
    ['source-instance-id', 'i-*'],
    ['source-image-region', 'us-east-1'],
    ['block-device-mapping.snapshot-id', 'snap-*'],
    ['block-device-mapping.volume-size', '8'],
    ['creation-date', '2026-01-01*'],
    ['tag:role', 'web'],
  ])('finds by %s', (Name, value) => {
    const id = bakeAvailable();
    here.call(createTags, { Resources: [id], Tags: [{ Key: 'role', Value: 'web' }] });
    const found = (Values: string[]) =>
      here.call(describeImages, { Owners: ['self'], Filters: [{ Name, Values }] }).Images?.length;
    expect(found([value])).toBe(1);
    expect(found(['something else'])).toBe(0);
  });

  test('turns pages over base images and others', () => {
    bakeAvailable();
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = here.call(describeImages, { MaxResults: 4, NextToken });
      seen.push(...(page.Images ?? []).map(({ ImageId }) => ImageId));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(seen).toHaveLength(10);
    expect(new Set(seen).size).toBe(10);
  });
});

describe('attributes of an image', () => {
  test('are changed in either way of asking', () => {
    const ImageId = bakeAvailable();
    const permissions = () =>
      here.call(describeImageAttribute, { ImageId, Attribute: 'launchPermission' })
        .LaunchPermissions;
    here.call(modifyImageAttribute, {
      ImageId,
      OperationType: 'add',
      UserIds: [other],
      Attribute: 'launchPermission',
    });
    here.call(modifyImageAttribute, { ImageId, LaunchPermission: { Add: [{ Group: 'all' }] } });
    expect(permissions()).toEqual([{ Group: 'all' }, { UserId: other }]);
    expect(imageOf(ImageId).Public).toBe(true);
    here.call(modifyImageAttribute, { ImageId, OperationType: 'remove', UserGroups: ['all'] });
    expect(permissions()).toEqual([{ UserId: other }]);
    here.call(resetImageAttribute, { ImageId, Attribute: 'launchPermission' });
    expect(permissions()).toEqual([]);
    here.call(modifyImageAttribute, { ImageId, Description: { Value: 'one' } });
    expect(imageOf(ImageId).Description).toBe('one');
    here.call(modifyImageAttribute, { ImageId, Attribute: 'description', Value: 'two' });
    expect(here.call(describeImageAttribute, { ImageId, Attribute: 'description' })).toEqual({
      ImageId,
      Description: { Value: 'two' },
    });
    here.call(modifyImageAttribute, { ImageId, ImdsSupport: { Value: 'v2.0' } });
    expect(imageOf(ImageId).ImdsSupport).toBe('v2.0');
  });

  test('are the owner’s alone', () => {
    const ImageId = bakeAvailable();
    here.call(modifyImageAttribute, { ImageId, OperationType: 'add', UserIds: [other] });
    const attribute = { ImageId, Attribute: 'launchPermission' as const };
    expect(theirs.fail(describeImageAttribute, attribute).code).toBe('AuthFailure');
    expect(theirs.fail(deregisterImage, { ImageId }).code).toBe('AuthFailure');
    const [base] = here.call(describeImages, { Owners: ['amazon'] }).Images ?? [];
    expect(here.fail(deregisterImage, { ImageId: present(base?.ImageId) }).code).toBe(
      'AuthFailure',
    );
  });

  test('cannot make it public while the account forbids that', () => {
    const ImageId = bakeAvailable();
    const publish = { ImageId, LaunchPermission: { Add: [{ Group: 'all' as const }] } };
    here.call(enableImageBlockPublicAccess, { ImageBlockPublicAccessState: 'block-new-sharing' });
    expect(here.call(getImageBlockPublicAccessState, {}).ImageBlockPublicAccessState).toBe(
      'block-new-sharing',
    );
    expect(here.fail(modifyImageAttribute, publish).code).toBe('OperationNotPermitted');
    here.call(disableImageBlockPublicAccess, {});
    here.call(modifyImageAttribute, publish);
    expect(imageOf(ImageId, theirs).Public).toBe(true);
  });

  test.each([
    [{}, 'MissingParameter'],
    [{ OperationType: 'add' as const, UserIds: ['bob'] }, 'InvalidAMIAttributeItemValue'],
    [{ OperationType: 'add' as const, UserGroups: ['friends'] }, 'InvalidAMIAttributeItemValue'],
    [{ OperationType: 'add' as const, OrganizationArns: ['arn:aws:x'] }, 'UnsupportedOperation'],
    [
      { Description: { Value: 'a' }, ImdsSupport: { Value: 'v2.0' } },
      'InvalidParameterCombination',
    ],
    [{ ImdsSupport: { Value: 'v1' } }, 'InvalidParameterValue'],
    [{ Attribute: 'colour' }, 'InvalidParameterValue'],
  ])('%j is refused: %s', (input, code) => {
    const ImageId = bakeAvailable();
    expect(here.fail(modifyImageAttribute, { ImageId, ...input }).code).toBe(code);
  });
});
