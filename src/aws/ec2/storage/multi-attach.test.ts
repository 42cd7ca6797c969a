import { beforeEach, describe, expect, test } from 'vitest';
import { describeInstances, terminateInstances } from '../instances/instances.ts';
import { present } from '../test-region.ts';
import { createStorageWorld, type StoragePlace, type StorageWorld } from './test-storage.ts';
import { attachVolume, detachVolume } from './volume-attachments.ts';
import { modifyVolume } from './volume-modifications.ts';
import { describeVolumeStatus } from './volume-status.ts';
import { createVolume, deleteVolume, describeVolumes } from './volumes.ts';

const zone = { AvailabilityZone: 'us-east-1a' } as const;

let it: StorageWorld;
let here: StoragePlace;
let volumeId: string;
let instances: readonly string[];
beforeEach(async () => {
  it = await createStorageWorld();
  here = it.place();
  instances = [1, 2, 3].map(() => here.launch({ Placement: zone }).instanceId);
  volumeId = present(
    here.call(createVolume, {
      ...zone,
      Size: 4,
      VolumeType: 'io2',
      Iops: 100,
      MultiAttachEnabled: true,
    }).VolumeId,
  );
  it.clock.advance(60_000);
});

const volume = () => present(here.call(describeVolumes, { VolumeIds: [volumeId] }).Volumes?.[0]);

const attach = (index: number, Device = '/dev/sdf') =>
  here.call(attachVolume, { VolumeId: volumeId, InstanceId: instances[index], Device });

const owners = (): readonly (string | undefined)[] =>
  (volume().Attachments ?? []).map(({ InstanceId }) => InstanceId);

const devicesOf = (index: number): readonly (string | undefined)[] => {
  const { Reservations } = here.call(describeInstances, { InstanceIds: [instances[index] ?? ''] });
  const mappings = Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings ?? [];
  return mappings.map(({ DeviceName }) => DeviceName);
};

describe('a volume with Multi-Attach', () => {
  test('is attached to several instances of its zone, to each as its own device', () => {
    attach(0);
    it.clock.advance(10_000);
    expect(attach(1, '/dev/sdg')).toMatchObject({ State: 'attaching', Device: '/dev/sdg' });
    expect(volume()).toMatchObject({
      State: 'in-use',
      MultiAttachEnabled: true,
      Attachments: [
        { InstanceId: instances[0], State: 'attached' },
        { InstanceId: instances[1], State: 'attaching' },
      ],
    });
    it.clock.advance(10_000);
    expect(volume().Attachments?.[1]?.State).toBe('attached');
    expect(devicesOf(0)).toEqual(['/dev/xvda', '/dev/sdf']);
    expect(devicesOf(1)).toEqual(['/dev/xvda', '/dev/sdg']);
    expect(
      here.call(describeVolumes, {
        Filters: [{ Name: 'attachment.instance-id', Values: [instances[1] ?? ''] }],
      }).Volumes,
    ).toHaveLength(2);
    expect(
      here.call(describeVolumes, {
        Filters: [{ Name: 'multi-attach-enabled', Values: ['true'] }],
      }).Volumes,
    ).toHaveLength(1);
    expect(
      here.call(describeVolumeStatus, { VolumeIds: [volumeId] }).VolumeStatuses?.[0]
        ?.AttachmentStatuses,
    ).toHaveLength(2);
  });

  test('leaves each by itself, the first like the others', () => {
    [0, 1, 2].forEach((index) => attach(index));
    it.clock.advance(10_000);
    expect(here.fail(detachVolume, { VolumeId: volumeId }).code).toBe('MissingParameter');
    here.call(detachVolume, { VolumeId: volumeId, InstanceId: instances[0] });
    expect(volume().Attachments?.[0]?.State).toBe('detaching');
    it.clock.advance(10_000);
    expect(owners()).toEqual([instances[1], instances[2]]);
    here.call(terminateInstances, { InstanceIds: [instances[1] ?? ''] });
    it.clock.advance(60_000);
    expect(owners()).toEqual([instances[2]]);
    expect(here.fail(deleteVolume, { VolumeId: volumeId }).code).toBe('VolumeInUse');
    here.call(detachVolume, { VolumeId: volumeId });
    it.clock.advance(10_000);
    expect(volume()).toMatchObject({ State: 'available', Attachments: [] });
    here.call(deleteVolume, { VolumeId: volumeId });
  });

  test('comes to no instance while its zone is lost, and comes when it is back', () => {
    attach(0);
    it.clock.advance(10_000);
    attach(1);
    const mend = it.breakDown(`zone/${volume().AvailabilityZoneId}`, 'power');
    it.clock.advance(120_000);
    expect(volume().Attachments?.[1]?.State).toBe('attaching');
    mend();
    it.clock.advance(10_000);
    expect(volume().Attachments?.[1]?.State).toBe('attached');
  });

  test('is refused where it cannot be', () => {
    attach(0);
    const other = here.launch({ Placement: { AvailabilityZone: 'us-east-1b' } }).instanceId;
    const old = here.launch({ Placement: zone, InstanceType: 't2.micro' }).instanceId;
    it.clock.advance(60_000);
    const refusal = (InstanceId: string | undefined, Device = '/dev/sdf') =>
      here.fail(attachVolume, { VolumeId: volumeId, InstanceId, Device }).code;
    expect(refusal(instances[0], '/dev/sdg')).toBe('VolumeInUse');
    expect(refusal(other)).toBe('InvalidVolume.ZoneMismatch');
    expect(refusal(old)).toBe('InvalidParameterCombination');
    expect(refusal(instances[1], '/dev/xvda')).toBe('InvalidParameterValue');
    expect(here.fail(createVolume, { ...zone, Size: 4, MultiAttachEnabled: true }).code).toBe(
      'InvalidParameterCombination',
    );
  });
});

describe('ModifyVolume', () => {
  test('takes Multi-Attach from a volume that nobody has, and gives it', () => {
    const change = (more: Partial<Parameters<typeof modifyVolume>[1]>) => {
      const answer = here.call(modifyVolume, { VolumeId: volumeId, ...more });
      it.clock.advance(600_000);
      return answer.VolumeModification;
    };
    attach(0);
    it.clock.advance(10_000);
    expect(here.fail(modifyVolume, { VolumeId: volumeId, MultiAttachEnabled: false }).code).toBe(
      'IncorrectState',
    );
    here.call(detachVolume, { VolumeId: volumeId });
    it.clock.advance(10_000);
    expect(here.fail(modifyVolume, { VolumeId: volumeId, VolumeType: 'gp3' }).code).toBe(
      'InvalidParameterCombination',
    );
    expect(change({ MultiAttachEnabled: false })).toMatchObject({
      OriginalMultiAttachEnabled: true,
      TargetMultiAttachEnabled: false,
    });
    expect(volume().MultiAttachEnabled).toBe(false);
    change({ MultiAttachEnabled: true });
    expect(volume().MultiAttachEnabled).toBe(true);
    change({ Size: 5 });
    expect(volume()).toMatchObject({ Size: 5, MultiAttachEnabled: true });
  });
});
