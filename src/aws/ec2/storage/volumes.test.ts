import { beforeEach, describe, expect, test } from 'vitest';
import { createInstanceWorld, type InstanceWorld } from '../instances/test-instances.ts';
import { present } from '../test-region.ts';
import { terminateInstances, stopInstances, startInstances } from '../instances/instances.ts';
import { Snapshots } from './entities.ts';
import { addSnapshot, completeSnapshot } from './snapshot-life.ts';
import { attachVolume, detachVolume } from './volume-attachments.ts';
import { describeVolumesModifications, modifyVolume } from './volume-modifications.ts';
import {
  describeVolumeAttribute,
  describeVolumeStatus,
  enableVolumeIO,
  modifyVolumeAttribute,
} from './volume-status.ts';
import { createVolume, deleteVolume, describeVolumes } from './volumes.ts';
import {
  enableEbsEncryptionByDefault,
  getEbsDefaultKmsKeyId,
  modifyEbsDefaultKmsKeyId,
  resetEbsDefaultKmsKeyId,
} from './ebs-encryption.ts';

let it: InstanceWorld;
beforeEach(async () => {
  it = await createInstanceWorld();
});

const zone = 'use1-az1';
const soon = 30_000;

const make = (input: Parameters<typeof createVolume>[1] = {}): string => {
  const volume = it.call(createVolume, { AvailabilityZoneId: zone, Size: 8, ...input });
  it.clock.advance(soon);
  return present(volume.VolumeId);
};

const volumeOf = (id: string) =>
  present(it.call(describeVolumes, { VolumeIds: [id] }).Volumes?.[0]);

/** An instance in the zone that the volumes are in. */
const launchHere = (): string => {
  const [id] = it.launch({ Placement: { AvailabilityZoneId: zone } });
  it.clock.advance(soon);
  return present(id);
};

const attached = (): { readonly volume: string; readonly instance: string } => {
  const [volume, instance] = [make(), launchHere()];
  it.call(attachVolume, { VolumeId: volume, InstanceId: instance, Device: '/dev/sdf' });
  it.clock.advance(soon);
  return { volume, instance };
};

const completedSnapshot = (account: string, sizeGiB: number, shared: readonly string[] = []) =>
  it.world.transact(it.region, account, (tx) => {
    const snapshot = addSnapshot(tx, {
      source: { kind: 'import' },
      volumeId: 'vol-ffffffff',
      volumeSizeGiB: sizeGiB,
      description: '',
      encrypted: false,
      kmsKeyId: null,
    });
    completeSnapshot(tx, { ...snapshot, sharing: { isPublic: false, accounts: shared } });
    return snapshot.id;
  }).output;

describe('a new volume', () => {
  test('is creating, then available, with its tags and the defaults of its type', () => {
    const made = it.call(createVolume, {
      AvailabilityZone: 'us-east-1a',
      Size: 20,
      VolumeType: 'gp3',
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'a', Value: 'b' }] }],
    });
    expect(made).toMatchObject({
      State: 'creating',
      Iops: 3000,
      Throughput: 125,
      Tags: [{ Key: 'a', Value: 'b' }],
      SnapshotId: '',
    });
    it.clock.advance(soon);
    expect(volumeOf(present(made.VolumeId))).toMatchObject({
      State: 'available',
      AvailabilityZone: 'us-east-1a',
      Attachments: [],
    });
  });

  test.each([
    [{ AvailabilityZoneId: undefined }, 'MissingParameter'],
    [{ AvailabilityZone: 'us-east-1a' }, 'InvalidParameterCombination'],
    [{ AvailabilityZoneId: 'euw1-az1' }, 'InvalidZone.NotFound'],
    [{ Size: undefined }, 'MissingParameter'],
    [{ SnapshotId: 'snap-0123456789abcdef0' }, 'InvalidSnapshot.NotFound'],
    [{ SnapshotId: 'snap-x' }, 'InvalidSnapshotID.Malformed'],
    [{ KmsKeyId: 'alias/mine' }, 'InvalidParameterDependency'],
    [{ MultiAttachEnabled: true }, 'InvalidParameterCombination'],
    [{ VolumeInitializationRate: 100 }, 'InvalidParameterCombination'],
  ] as const)('asked for with %o is refused: %s', (input, code) => {
    expect(it.fail(createVolume, { AvailabilityZoneId: zone, Size: 8, ...input }).code).toBe(code);
  });

  test('cannot be made in a zone that has lost its power', () => {
    const mend = it.breakDown(`zone/${zone}`, 'power');
    const refusal = it.fail(createVolume, { AvailabilityZoneId: zone, Size: 8 });
    expect(refusal.code).toBe('InsufficientVolumeCapacity');
    mend();
    expect(volumeOf(make()).State).toBe('available');
  });

  test('is made of a snapshot, as large or larger', () => {
    const SnapshotId = completedSnapshot(it.account, 10);
    expect(volumeOf(make({ SnapshotId, Size: undefined }))).toMatchObject({ Size: 10, SnapshotId });
    expect(volumeOf(make({ SnapshotId, Size: 12 }))).toMatchObject({ Size: 12 });
    expect(
      it.fail(createVolume, { AvailabilityZoneId: zone, SnapshotId, Size: 9 }).message,
    ).toContain('expect size >= 10GB');
  });

  test('is made of a snapshot of another account only when it is shared', () => {
    const [closed, shared] = [
      completedSnapshot('999999999999', 1),
      completedSnapshot('999999999999', 1, [it.account]),
    ];
    expect(it.fail(createVolume, { AvailabilityZoneId: zone, SnapshotId: closed }).code).toBe(
      'InvalidSnapshot.NotFound',
    );
    expect(volumeOf(make({ SnapshotId: shared, Size: undefined })).Size).toBe(1);
  });

  test('is not made of a snapshot that is pending', () => {
    const id = completedSnapshot(it.account, 1);
    it.transact((tx) => {
      const snapshot = present(tx.get(Snapshots, id));
      tx.put(Snapshots, { ...snapshot, state: 'pending' });
    });
    expect(it.fail(createVolume, { AvailabilityZoneId: zone, SnapshotId: id })).toMatchObject({
      code: 'IncorrectState',
      message: 'Snapshot is in invalid state - pending',
    });
  });

  test('is encrypted when the account encrypts by default, with its chosen key', () => {
    expect(it.call(getEbsDefaultKmsKeyId, {}).KmsKeyId).toBe('alias/aws/ebs');
    it.call(enableEbsEncryptionByDefault, {});
    const managed = volumeOf(make());
    expect(managed).toMatchObject({
      Encrypted: true,
      KmsKeyId: expect.stringMatching(/^arn:aws:kms:us-east-1:123456789012:key\/[0-9a-f-]{36}$/),
    });
    const arn = `arn:aws:kms:us-east-1:${it.account}:key/mine`;
    expect(it.call(modifyEbsDefaultKmsKeyId, { KmsKeyId: 'mine' }).KmsKeyId).toBe(arn);
    expect(volumeOf(make()).KmsKeyId).toBe(arn);
    it.call(resetEbsDefaultKmsKeyId, {});
    expect(volumeOf(make()).KmsKeyId).toBe(managed.KmsKeyId);
  });

  test('goes when it is deleted, but not while an instance has it', () => {
    const { volume, instance } = attached();
    expect(it.fail(deleteVolume, { VolumeId: volume })).toMatchObject({
      code: 'VolumeInUse',
      message: `Volume ${volume} is currently attached to ${instance}`,
    });
    const other = make();
    it.call(deleteVolume, { VolumeId: other });
    expect(volumeOf(other).State).toBe('deleting');
    it.clock.advance(soon);
    expect(it.fail(describeVolumes, { VolumeIds: [other] }).code).toBe('InvalidVolume.NotFound');
  });

  test('is found by what it is', () => {
    const { volume } = attached();
    const find = (Name: string, value: string) =>
      it
        .call(describeVolumes, { Filters: [{ Name, Values: [value] }] })
        .Volumes?.map(({ VolumeId }) => VolumeId);
    expect(find('attachment.device', '/dev/sdf')).toEqual([volume]);
    expect(find('attachment.status', 'attached')).toContain(volume);
    expect(find('status', 'available')).toEqual([]);
    expect(find('create-time', '20*')).toContain(volume);
    expect(find('fast-restored', 'false')).toContain(volume);
    expect(find('size', '9')).toEqual([]);
  });
});

describe('attaching', () => {
  test('takes a moment and shows on the instance', () => {
    const [volume, instance] = [make(), launchHere()];
    const answer = it.call(attachVolume, {
      VolumeId: volume,
      InstanceId: instance,
      Device: '/dev/sdf',
    });
    expect(answer).toMatchObject({ State: 'attaching', DeleteOnTermination: false });
    expect(volumeOf(volume).State).toBe('in-use');
    it.clock.advance(soon);
    expect(volumeOf(volume).Attachments?.[0]?.State).toBe('attached');
    expect(it.describe(instance).BlockDeviceMappings).toMatchObject([
      { DeviceName: '/dev/xvda' },
      { DeviceName: '/dev/sdf', Ebs: { VolumeId: volume, Status: 'attached' } },
    ]);
  });

  test('is refused across zones', () => {
    const instance = launchHere();
    const VolumeId = make({ AvailabilityZoneId: 'use1-az2' });
    expect(
      it.fail(attachVolume, { VolumeId, InstanceId: instance, Device: '/dev/sdf' }),
    ).toMatchObject({
      code: 'InvalidVolume.ZoneMismatch',
      message: `The volume '${VolumeId}' is not in the same availability zone as instance '${instance}'`,
    });
  });

  test('is refused for what is taken, unknown or not ready', () => {
    const { volume, instance } = attached();
    const other = make();
    const tries = [
      [{ VolumeId: volume, Device: '/dev/sdg' }, 'VolumeInUse'],
      [{ VolumeId: other, Device: '/dev/sdf' }, 'InvalidParameterValue'],
      [{ VolumeId: other, Device: 'sdf' }, 'InvalidParameterValue'],
      [{ VolumeId: other, Device: 'Disk_D' }, 'InvalidParameterValue'],
      [{ VolumeId: 'vol-0123456789abcdef0', Device: '/dev/sdg' }, 'InvalidVolume.NotFound'],
    ] as const;
    for (const [input, code] of tries) {
      expect(it.fail(attachVolume, { InstanceId: instance, ...input }).code).toBe(code);
    }
    const early = it.call(createVolume, { AvailabilityZoneId: zone, Size: 1 });
    expect(
      it.fail(attachVolume, {
        VolumeId: present(early.VolumeId),
        InstanceId: instance,
        Device: '/dev/sdg',
      }).code,
    ).toBe('IncorrectState');
  });

  test('finds room for 27 volumes beside one network interface', () => {
    const InstanceId = launchHere();
    const letters = 'bcdefghijklmnopqrstuvwxyz'.split('').map((letter) => `/dev/sd${letter}`);
    for (const Device of [...letters, '/dev/xvdba']) {
      it.call(attachVolume, { VolumeId: make(), InstanceId, Device });
    }
    expect(it.fail(attachVolume, { VolumeId: make(), InstanceId, Device: '/dev/xvdbb' }).code).toBe(
      'AttachmentLimitExceeded',
    );
  });

  test('hangs while the zone is lost, and goes on when it is back', () => {
    const [volume, instance] = [make(), launchHere()];
    const mend = it.breakDown(`zone/${zone}`, 'power');
    it.call(attachVolume, { VolumeId: volume, InstanceId: instance, Device: '/dev/sdf' });
    it.clock.advance(3_600_000);
    expect(volumeOf(volume).Attachments?.[0]?.State).toBe('attaching');
    mend();
    it.clock.advance(soon);
    expect(volumeOf(volume).Attachments?.[0]?.State).toBe('attached');
  });
});

describe('detaching', () => {
  test('takes a moment; the volume can then go to another instance of the zone', () => {
    const { volume } = attached();
    expect(it.call(detachVolume, { VolumeId: volume }).State).toBe('detaching');
    it.clock.advance(soon);
    expect(volumeOf(volume)).toMatchObject({ State: 'available', Attachments: [] });
    expect(it.fail(detachVolume, { VolumeId: volume }).code).toBe('IncorrectState');
    const InstanceId = launchHere();
    it.call(attachVolume, { VolumeId: volume, InstanceId, Device: '/dev/sdg' });
  });

  test('names its instance and device rightly, if it names them', () => {
    const { volume, instance } = attached();
    const other = launchHere();
    for (const named of [{ InstanceId: other }, { Device: '/dev/sdg' }]) {
      expect(it.fail(detachVolume, { VolumeId: volume, ...named }).code).toBe(
        'InvalidAttachment.NotFound',
      );
    }
    it.call(detachVolume, { VolumeId: volume, InstanceId: instance, Device: 'sdf' });
  });

  test('takes a root volume only from a stopped instance, which cannot start without one', () => {
    const instance = launchHere();
    const root = present(it.describe(instance).BlockDeviceMappings?.[0]?.Ebs?.VolumeId);
    expect(it.fail(detachVolume, { VolumeId: root }).code).toBe('OperationNotPermitted');
    it.call(stopInstances, { InstanceIds: [instance] });
    it.clock.advance(60_000);
    it.call(detachVolume, { VolumeId: root });
    it.clock.advance(soon);
    expect(it.fail(startInstances, { InstanceIds: [instance] }).message).toContain(
      'does not have a volume attached at root (/dev/xvda)',
    );
    it.call(attachVolume, { VolumeId: root, InstanceId: instance, Device: '/dev/xvda' });
    it.clock.advance(soon);
    it.call(startInstances, { InstanceIds: [instance] });
  });

  test('from an instance without power stays busy unless it is forced', () => {
    const { volume, instance } = attached();
    it.breakDown(`instance/${instance}`, 'power');
    it.call(detachVolume, { VolumeId: volume });
    it.clock.advance(3_600_000);
    expect(volumeOf(volume).Attachments?.[0]?.State).toBe('busy');
    it.call(detachVolume, { VolumeId: volume, Force: true });
    it.clock.advance(soon);
    expect(volumeOf(volume).State).toBe('available');
  });
});

test('a volume that was attached later outlives its instance', () => {
  const { volume, instance } = attached();
  it.call(terminateInstances, { InstanceIds: [instance] });
  it.clock.advance(60_000);
  expect(it.call(describeVolumes, {}).Volumes).toMatchObject([
    { VolumeId: volume, State: 'available' },
  ]);
});

describe('a change of a volume', () => {
  const change = (id: string) =>
    present(it.call(describeVolumesModifications, { VolumeIds: [id] }).VolumesModifications?.[0]);

  test('is modifying, optimizing and completed, and the size is there with the second', () => {
    const VolumeId = make();
    const { VolumeModification: begun } = it.call(modifyVolume, {
      VolumeId,
      Size: 10,
      VolumeType: 'gp3',
    });
    expect(begun).toMatchObject({
      ModificationState: 'modifying',
      OriginalSize: 8,
      OriginalVolumeType: 'gp2',
      TargetSize: 10,
      TargetIops: 3000,
      TargetThroughput: 125,
      Progress: 0,
    });
    expect(volumeOf(VolumeId).Size).toBe(8);
    it.clock.advance(soon);
    expect(volumeOf(VolumeId)).toMatchObject({ Size: 10, VolumeType: 'gp3', Iops: 3000 });
    expect(change(VolumeId)).toMatchObject({ ModificationState: 'optimizing' });
    expect(it.fail(modifyVolume, { VolumeId, Size: 11 }).code).toBe('IncorrectModificationState');
    it.clock.advance(600_000);
    expect(change(VolumeId)).toMatchObject({ ModificationState: 'completed', Progress: 100 });
    expect(
      it.call(describeVolumesModifications, {
        Filters: [{ Name: 'modification-state', Values: ['completed'] }],
      }).VolumesModifications,
    ).toHaveLength(1);
  });

  test('never shrinks, and changes something', () => {
    const VolumeId = make();
    expect(it.fail(modifyVolume, { VolumeId, Size: 7 }).message).toBe(
      'New size cannot be smaller than existing size',
    );
    expect(it.fail(modifyVolume, { VolumeId }).code).toBe('InvalidParameterValue');
  });

  test('is made four times in 24 hours at most', () => {
    const VolumeId = make();
    for (const Size of [9, 10, 11, 12]) {
      it.call(modifyVolume, { VolumeId, Size });
      it.clock.advance(3_600_000);
    }
    expect(it.fail(modifyVolume, { VolumeId, Size: 13 }).code).toBe(
      'VolumeModificationRateExceeded',
    );
    it.clock.advance(20 * 3_600_000);
    it.call(modifyVolume, { VolumeId, Size: 13 });
  });
});

describe('the status of a volume', () => {
  const status = (id: string) =>
    present(it.call(describeVolumeStatus, { VolumeIds: [id] }).VolumeStatuses?.[0]);

  test('is impaired while its zone has no power, and ok in another zone', () => {
    const [here, there] = [make({ VolumeType: 'gp3' }), make({ AvailabilityZoneId: 'use1-az2' })];
    expect(status(here)).toMatchObject({ VolumeStatus: { Status: 'ok' }, Events: [] });
    const mend = it.breakDown(`zone/${zone}`, 'power');
    it.clock.advance(60_000);
    expect(status(here)).toMatchObject({
      VolumeStatus: {
        Status: 'impaired',
        Details: [
          { Name: 'io-enabled', Status: 'failed' },
          { Name: 'io-performance', Status: 'stalled' },
        ],
      },
      Events: [{ EventType: 'potential-data-inconsistency' }],
    });
    expect(status(there).VolumeStatus?.Status).toBe('ok');
    expect(it.fail(enableVolumeIO, { VolumeId: here }).code).toBe('IncorrectState');
    mend();
    expect(status(here).VolumeStatus?.Status).toBe('ok');
    it.call(enableVolumeIO, { VolumeId: here });
  });

  test('is stalled while its zone has no network', () => {
    const id = make({ VolumeType: 'gp3' });
    it.breakDown(`zone/${zone}`, 'network');
    it.clock.advance(60_000);
    expect(status(id).VolumeStatus).toMatchObject({
      Status: 'impaired',
      Details: [{ Status: 'passed' }, { Status: 'stalled' }],
    });
  });

  test('has an attribute that remembers whether I/O is enabled by itself', () => {
    const VolumeId = make();
    const attribute = () =>
      it.call(describeVolumeAttribute, { VolumeId, Attribute: 'autoEnableIO' }).AutoEnableIO?.Value;
    expect(attribute()).toBe(false);
    it.call(modifyVolumeAttribute, { VolumeId, AutoEnableIO: { Value: true } });
    expect(attribute()).toBe(true);
  });
});

describe('the volumes of a launch', () => {
  const launchWith = (...BlockDeviceMappings: readonly object[]) => {
    const [id] = it.launch({ BlockDeviceMappings });
    it.clock.advance(soon);
    return present(id);
  };

  test('are the root volume and those that the request names', () => {
    const SnapshotId = completedSnapshot(it.account, 3);
    const id = launchWith(
      { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 5, VolumeType: 'gp3' } },
      { DeviceName: '/dev/sdg', Ebs: { SnapshotId, DeleteOnTermination: false } },
      { DeviceName: '/dev/xvda', NoDevice: '0', Ebs: { VolumeSize: 12 } },
      { DeviceName: '/dev/sdh', NoDevice: '' },
    );
    expect(it.describe(id).BlockDeviceMappings).toMatchObject([
      { DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: true } },
      { DeviceName: '/dev/sdf', Ebs: { DeleteOnTermination: true } },
      { DeviceName: '/dev/sdg', Ebs: { DeleteOnTermination: false } },
    ]);
    expect(it.call(describeVolumes, {}).Volumes).toMatchObject([
      { Size: 12, VolumeType: 'gp3', Iops: 3000 },
      { Size: 5, SnapshotId: '' },
      { Size: 3, SnapshotId, VolumeType: 'gp2' },
    ]);
    it.call(terminateInstances, { InstanceIds: [id] });
    it.clock.advance(60_000);
    expect(it.call(describeVolumes, {}).Volumes).toMatchObject([{ Size: 3, State: 'available' }]);
  });

  test.each([
    [[{ DeviceName: '/dev/sdf' }], 'MissingParameter'],
    [[{ DeviceName: 'Disk_D', Ebs: { VolumeSize: 1 } }], 'InvalidBlockDeviceMapping'],
    [
      [
        { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1 } },
        { DeviceName: 'sdf', Ebs: { VolumeSize: 1 } },
      ],
      'InvalidBlockDeviceMapping',
    ],
    [[{ DeviceName: '/dev/xvda', NoDevice: '' }], 'InvalidBlockDeviceMapping'],
    [
      [{ DeviceName: '/dev/sdf', Ebs: { SnapshotId: 'snap-0123456789abcdef0' } }],
      'InvalidSnapshot.NotFound',
    ],
    [
      [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'st1', VolumeSize: 125 } }],
      'InvalidParameterValue',
    ],
  ])('are refused: %j %s', (BlockDeviceMappings, code) => {
    expect(() => it.launch({ BlockDeviceMappings: BlockDeviceMappings as never })).toThrow(code);
  });

  test('pass over instance store volumes that the type does not map', () => {
    const [id = ''] = it.launch({
      BlockDeviceMappings: [{ DeviceName: '/dev/sdc', VirtualName: 'ephemeral1' }],
    });
    const mappings = it.describe(id).BlockDeviceMappings ?? [];
    expect(mappings.map(({ DeviceName }) => DeviceName)).toEqual(['/dev/xvda']);
  });
});
