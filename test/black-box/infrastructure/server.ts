import { describe, expect, it } from 'vitest';
import { given } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { newestImage } from '../web-server.ts';
import { sorted, tags, type Stack } from './stack.ts';

/** A single instance, a volume and the copy of an image. */
export const serverTests = (stack: Stack): void => {
  describe('the single server', () => {
    it('aws_instance', async () => {
      const ImageId = await newestImage(stack.aws);
      const userData = Buffer.from('#!/bin/sh\ntrue\n').toString('base64');
      const { Instances } = await stack.aws.ec2.runInstances({
        ClientToken: 'terraform-20260101000000000000000005',
        ImageId,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        SubnetId: stack.subnetIds[0],
        SecurityGroupIds: [stack.securityGroupId],
        IamInstanceProfile: { Name: 'shop' },
        UserData: userData,
        DisableApiTermination: true,
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
        CreditSpecification: { CpuCredits: 'standard' },
        BlockDeviceMappings: [
          { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 12, VolumeType: 'gp3' } },
        ],
        TagSpecifications: [
          { ResourceType: 'instance', Tags: tags },
          { ResourceType: 'volume', Tags: tags },
        ],
      });
      const InstanceId = given(Instances?.[0]?.InstanceId);
      stack.instanceId = InstanceId;
      const instance = await eventually(async () => {
        const { Reservations } = await stack.aws.ec2.describeInstances({
          InstanceIds: [InstanceId],
        });
        const one = Reservations?.[0]?.Instances?.[0];
        return one?.State?.Name === 'running' && one;
      });
      expect(instance).toMatchObject({
        ImageId,
        InstanceType: 't3.micro',
        SubnetId: stack.subnetIds[0],
        VpcId: stack.vpcId,
        SecurityGroups: [{ GroupId: stack.securityGroupId }],
        IamInstanceProfile: { Arn: expect.stringMatching(/:instance-profile\/shop$/) },
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2, State: 'applied' },
        Placement: { Tenancy: 'default', GroupName: '' },
        Monitoring: { State: 'disabled' },
        EnclaveOptions: { Enabled: false },
        HibernationOptions: { Configured: false },
        MaintenanceOptions: { AutoRecovery: 'default' },
        PrivateDnsNameOptions: {
          HostnameType: 'resource-name',
          EnableResourceNameDnsARecord: true,
        },
        CapacityReservationSpecification: { CapacityReservationPreference: 'open' },
        SourceDestCheck: true,
      });
      expect(sorted(instance.Tags)).toEqual(tags);
      const attribute = async (
        Attribute:
          | 'disableApiTermination'
          | 'disableApiStop'
          | 'instanceInitiatedShutdownBehavior'
          | 'userData',
      ) => await stack.aws.ec2.describeInstanceAttribute({ InstanceId, Attribute });
      expect(await attribute('disableApiTermination')).toMatchObject({
        DisableApiTermination: { Value: true },
      });
      expect(await attribute('disableApiStop')).toMatchObject({ DisableApiStop: { Value: false } });
      expect(await attribute('instanceInitiatedShutdownBehavior')).toMatchObject({
        InstanceInitiatedShutdownBehavior: { Value: 'stop' },
      });
      expect(await attribute('userData')).toMatchObject({ UserData: { Value: userData } });
      const credits = await stack.aws.ec2.describeInstanceCreditSpecifications({
        InstanceIds: [InstanceId],
      });
      expect(credits.InstanceCreditSpecifications).toEqual([
        { InstanceId, CpuCredits: 'standard' },
      ]);
      const { Volumes } = await stack.aws.ec2.describeVolumes({
        Filters: [{ Name: 'attachment.instance-id', Values: [InstanceId] }],
      });
      expect(Volumes?.[0]).toMatchObject({
        Size: 12,
        VolumeType: 'gp3',
        Iops: 3000,
        Throughput: 125,
      });
      expect(sorted(Volumes?.[0]?.Tags)).toEqual(tags);
      const { Images } = await stack.aws.ec2.describeImages({ ImageIds: [ImageId] });
      expect(Images?.[0]?.RootDeviceName).toBe('/dev/xvda');
      const { InstanceTypes } = await stack.aws.ec2.describeInstanceTypes({
        InstanceTypes: ['t3.micro'],
      });
      expect(InstanceTypes?.[0]?.BurstablePerformanceSupported).toBe(true);
    });

    it('aws_ebs_volume and aws_volume_attachment', async () => {
      const { AvailabilityZones } = await stack.aws.ec2.describeAvailabilityZones({
        ZoneIds: ['use1-az1'],
      });
      const { VolumeId } = await stack.aws.ec2.createVolume({
        ClientToken: 'terraform-20260101000000000000000006',
        AvailabilityZone: AvailabilityZones?.[0]?.ZoneName,
        Size: 5,
        VolumeType: 'gp3',
        TagSpecifications: [{ ResourceType: 'volume', Tags: tags }],
      });
      const VolumeIds = [given(VolumeId)];
      const volumeIs = async (state: string) =>
        await eventually(async () => {
          const { Volumes } = await stack.aws.ec2.describeVolumes({ VolumeIds });
          return Volumes?.[0]?.State === state && Volumes[0];
        });
      const volume = await volumeIs('available');
      expect(volume).toMatchObject({
        Size: 5,
        VolumeType: 'gp3',
        Iops: 3000,
        Throughput: 125,
        Encrypted: false,
        MultiAttachEnabled: false,
      });
      expect(sorted(volume.Tags)).toEqual(tags);
      const attachment = { VolumeId, InstanceId: stack.instanceId, Device: '/dev/sdf' };
      await stack.aws.ec2.attachVolume(attachment);
      await volumeIs('in-use');
      await stack.aws.ec2.modifyVolume({ VolumeId, Size: 6 });
      const { VolumesModifications } = await stack.aws.ec2.describeVolumesModifications({
        VolumeIds,
      });
      expect(VolumesModifications?.[0]).toMatchObject({ OriginalSize: 5, TargetSize: 6 });
      await stack.aws.ec2.detachVolume(attachment);
      await volumeIs('available');
      await stack.aws.ec2.deleteVolume({ VolumeId });
    });

    it('aws_ami_copy', async () => {
      const { ImageId } = await stack.aws.ec2.copyImage({
        ClientToken: 'terraform-20260101000000000000000007',
        Name: 'shop',
        Description: 'a copy',
        SourceImageId: await newestImage(stack.aws),
        SourceRegion: 'us-east-1',
        TagSpecifications: [{ ResourceType: 'image', Tags: tags }],
      });
      const ImageIds = [given(ImageId)];
      const image = await eventually(async () => {
        const { Images } = await stack.aws.ec2.describeImages({ ImageIds });
        return Images?.[0]?.State === 'available' && Images[0];
      }, 60_000);
      expect(image).toMatchObject({ Name: 'shop', Description: 'a copy', RootDeviceType: 'ebs' });
      expect(sorted(image.Tags)).toEqual(tags);
      await stack.aws.ec2.deregisterImage({ ImageId });
    });
  });
};
