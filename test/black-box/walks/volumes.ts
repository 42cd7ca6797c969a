import type { EC2, Volume } from '@aws-sdk/client-ec2';
import { KMS } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { awsClient, awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'eu-central-1';

/** The life of volumes: made, attached, changed, detached, deleted; their encryption and their status. */
export const walkVolumes = (world: () => Running): void => {
  const ec2 = (): EC2 => awsClients(world().endpoint, { region }).ec2;

  const volumeOf = async (id: string): Promise<Volume> =>
    given((await ec2().describeVolumes({ VolumeIds: [id] })).Volumes?.[0]);

  const untilState = async (id: string, state: string): Promise<Volume> =>
    await eventually(async () => {
      const volume = await volumeOf(id);
      return volume.State === state && volume;
    });

  const launch = async (zone: string, mappings: readonly object[]): Promise<string> => {
    const { Images = [] } = await ec2().describeImages({
      Owners: ['amazon'],
      Filters: [{ Name: 'name', Values: ['al2023-ami-2023*x86_64'] }],
    });
    const { Instances = [] } = await ec2().runInstances({
      ImageId: given(Images[0]?.ImageId),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      Placement: { AvailabilityZone: zone },
      BlockDeviceMappings: [...mappings],
    });
    const id = given(Instances[0]?.InstanceId);
    await eventually(async () => {
      const { Reservations } = await ec2().describeInstances({ InstanceIds: [id] });
      return Reservations?.[0]?.Instances?.[0]?.State?.Name === 'running';
    });
    return id;
  };

  describe('a volume', () => {
    const zone = `${region}a`;

    it('is made, attached to an instance of its zone, detached and deleted', async () => {
      const { VolumeId: id = '' } = await ec2().createVolume({
        AvailabilityZone: zone,
        Size: 4,
        VolumeType: 'gp3',
        TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'Name', Value: 'data' }] }],
      });
      const made = await untilState(id, 'available');
      expect(made).toMatchObject({ Iops: 3000, Throughput: 125, Encrypted: false });
      const there = await launch(zone, [{ DeviceName: '/dev/sdg', Ebs: { VolumeSize: 1 } }]);
      const elsewhere = await launch(`${region}b`, []);
      const attach = (InstanceId: string, Device: string) =>
        ec2().attachVolume({ VolumeId: id, InstanceId, Device });
      expect(await refusalOf(attach(elsewhere, '/dev/sdf'))).toMatchObject({
        code: 'InvalidVolume.ZoneMismatch',
      });
      expect(await refusalOf(attach(there, '/dev/sdg'))).toMatchObject({
        code: 'InvalidParameterValue',
        message: expect.stringContaining('Attachment point /dev/sdg is already in use'),
      });
      expect(await attach(there, '/dev/sdf')).toMatchObject({ Device: '/dev/sdf' });
      await eventually(async () => (await volumeOf(id)).Attachments?.[0]?.State === 'attached');
      const { BlockDeviceMappings = [] } = await ec2().describeInstanceAttribute({
        InstanceId: there,
        Attribute: 'blockDeviceMapping',
      });
      expect(BlockDeviceMappings.map(({ DeviceName }) => DeviceName)).toEqual([
        '/dev/xvda',
        '/dev/sdg',
        '/dev/sdf',
      ]);
      expect(await refusalOf(ec2().deleteVolume({ VolumeId: id }))).toMatchObject({
        code: 'VolumeInUse',
      });
      await ec2().detachVolume({ VolumeId: id });
      await untilState(id, 'available');
      await ec2().deleteVolume({ VolumeId: id });
      await eventually(async () => {
        const { Volumes = [] } = await ec2().describeVolumes({
          Filters: [{ Name: 'volume-id', Values: [id] }],
        });
        return Volumes.length === 0;
      });
      await ec2().terminateInstances({ InstanceIds: [there, elsewhere] });
    });

    it('grows and changes its type while it is there', async () => {
      const { VolumeId: id = '' } = await ec2().createVolume({ AvailabilityZone: zone, Size: 1 });
      await untilState(id, 'available');
      const { VolumeModification } = await ec2().modifyVolume({
        VolumeId: id,
        Size: 2,
        VolumeType: 'gp3',
      });
      expect(VolumeModification).toMatchObject({
        OriginalSize: 1,
        TargetSize: 2,
        TargetIops: 3000,
      });
      await eventually(async () => {
        const { VolumesModifications } = await ec2().describeVolumesModifications({
          VolumeIds: [id],
        });
        return VolumesModifications?.[0]?.ModificationState === 'completed';
      });
      expect(await volumeOf(id)).toMatchObject({ Size: 2, VolumeType: 'gp3' });
      expect(await refusalOf(ec2().modifyVolume({ VolumeId: id, Size: 1 }))).toMatchObject({
        code: 'InvalidParameterValue',
        message: 'New size cannot be smaller than existing size',
      });
      await ec2().deleteVolume({ VolumeId: id });
    });

    it('tells how it is, and remembers what it was told', async () => {
      const { VolumeId: id = '' } = await ec2().createVolume({ AvailabilityZone: zone, Size: 1 });
      await untilState(id, 'available');
      const { VolumeStatuses } = await ec2().describeVolumeStatus({ VolumeIds: [id] });
      expect(VolumeStatuses?.[0]?.VolumeStatus?.Status).toBe('ok');
      await ec2().modifyVolumeAttribute({ VolumeId: id, AutoEnableIO: { Value: true } });
      const { AutoEnableIO } = await ec2().describeVolumeAttribute({
        VolumeId: id,
        Attribute: 'autoEnableIO',
      });
      expect(AutoEnableIO?.Value).toBe(true);
      await ec2().enableVolumeIO({ VolumeId: id });
      await ec2().deleteVolume({ VolumeId: id });
    });

    it('is encrypted when the account encrypts by default', async () => {
      expect(await ec2().getEbsEncryptionByDefault()).toMatchObject({
        EbsEncryptionByDefault: false,
      });
      await ec2().enableEbsEncryptionByDefault();
      const kms = awsClient(KMS, world().endpoint, { region });
      const { KeyMetadata } = await kms.createKey({});
      const wanted = given(KeyMetadata?.KeyId);
      const { KmsKeyId: key } = await ec2().modifyEbsDefaultKmsKeyId({ KmsKeyId: wanted });
      expect(key).toBe(KeyMetadata?.Arn);
      expect((await ec2().getEbsDefaultKmsKeyId()).KmsKeyId).toBe(key);
      const { VolumeId: id = '' } = await ec2().createVolume({ AvailabilityZone: zone, Size: 1 });
      expect(await untilState(id, 'available')).toMatchObject({ Encrypted: true, KmsKeyId: key });
      expect((await ec2().resetEbsDefaultKmsKeyId()).KmsKeyId).toBe('alias/aws/ebs');
      await ec2().disableEbsEncryptionByDefault();
      await ec2().deleteVolume({ VolumeId: id });
    });
  });
};
