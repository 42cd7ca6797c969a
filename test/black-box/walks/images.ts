import type { EC2, Image } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'us-west-1';
const away = 'sa-east-1';
const friend = '444455556666';

/** Images: baked, launched, copied, shared, deprecated, disabled, protected, registered and deregistered. */
export const walkImages = (world: () => Running): void => {
  const ec2 = (where = region): EC2 => awsClients(world().endpoint, { region: where }).ec2;
  const friends = (): EC2 => awsClients(world().endpoint, { region, accessKeyId: friend }).ec2;

  const imageOf = async (id: string, client = ec2()): Promise<Image> =>
    given((await client.describeImages({ ImageIds: [id], IncludeDisabled: true })).Images?.[0]);

  const available = async (id: string, client = ec2()): Promise<Image> =>
    await eventually(async () => {
      const image = await imageOf(id, client);
      expect(image.State).not.toBe('failed');
      return image.State === 'available' && image;
    });

  const launch = async (ImageId: string, client = ec2()): Promise<string> => {
    const { Instances } = await client.runInstances({
      ImageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
    });
    return given(Instances?.[0]?.InstanceId);
  };

  const running = async (id: string): Promise<void> => {
    await eventually(async () => {
      const { Reservations } = await ec2().describeInstances({ InstanceIds: [id] });
      return Reservations?.[0]?.Instances?.[0]?.State?.Name === 'running';
    });
  };

  /** An image of a new instance, available. */
  const bake = async (Name: string): Promise<string> => {
    const InstanceId = await launch(
      'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
    );
    await running(InstanceId);
    const { ImageId } = await ec2().createImage({ InstanceId, Name, NoReboot: true });
    await available(given(ImageId));
    await ec2().terminateInstances({ InstanceIds: [InstanceId] });
    return given(ImageId);
  };

  describe('an image', () => {
    it('is baked of an instance, launched, and copied to another Region', async () => {
      const id = await bake('golden');
      expect(await imageOf(id)).toMatchObject({
        Name: 'golden',
        RootDeviceName: '/dev/xvda',
        Architecture: 'x86_64',
        Public: false,
        SourceImageRegion: region,
      });
      const again = await launch(id);
      await running(again);
      expect(await refusalOf(bake('golden'))).toMatchObject({ code: 'InvalidAMIName.Duplicate' });
      expect(await refusalOf(launch(id, ec2(away)))).toMatchObject({
        code: 'InvalidAMIID.NotFound',
      });
      const request = { SourceRegion: region, SourceImageId: id, Name: 'golden', ClientToken: 'x' };
      const { ImageId } = await ec2(away).copyImage(request);
      expect((await ec2(away).copyImage(request)).ImageId).toBe(ImageId);
      expect(await available(given(ImageId), ec2(away))).toMatchObject({
        SourceImageId: id,
        SourceImageRegion: region,
      });
      const there = await launch(given(ImageId), ec2(away));
      await ec2(away).terminateInstances({ InstanceIds: [there] });
      await ec2().terminateInstances({ InstanceIds: [again] });
    });

    it('has attributes, and is launched by whom its owner names', async () => {
      const ImageId = await bake('shared');
      expect(await refusalOf(launch(ImageId, friends()))).toMatchObject({
        code: 'InvalidAMIID.NotFound',
      });
      await ec2().modifyImageAttribute({
        ImageId,
        LaunchPermission: { Add: [{ UserId: friend }] },
      });
      const { LaunchPermissions } = await ec2().describeImageAttribute({
        ImageId,
        Attribute: 'launchPermission',
      });
      expect(LaunchPermissions).toEqual([{ UserId: friend }]);
      const theirs = await launch(ImageId, friends());
      await friends().terminateInstances({ InstanceIds: [theirs] });
      await ec2().resetImageAttribute({ ImageId, Attribute: 'launchPermission' });
      expect(await refusalOf(launch(ImageId, friends()))).toMatchObject({
        code: 'InvalidAMIID.NotFound',
      });
      await ec2().enableImageBlockPublicAccess({
        ImageBlockPublicAccessState: 'block-new-sharing',
      });
      const state = await ec2().getImageBlockPublicAccessState({});
      expect(state.ImageBlockPublicAccessState).toBe('block-new-sharing');
      await ec2().disableImageBlockPublicAccess({});
    });

    it('grows old, is switched off and on, protected, and goes', async () => {
      const ImageId = await bake('old');
      const year = 365 * 86_400_000;
      const { CreationDate } = await imageOf(ImageId);
      await ec2().enableImageDeprecation({
        ImageId,
        DeprecateAt: new Date(Date.parse(given(CreationDate)) + year),
      });
      expect((await imageOf(ImageId)).DeprecationTime).toBeDefined();
      await ec2().disableImageDeprecation({ ImageId });
      expect((await imageOf(ImageId)).DeprecationTime).toBeUndefined();
      await ec2().disableImage({ ImageId });
      expect(await refusalOf(launch(ImageId))).toMatchObject({ code: 'InvalidAMIID.Unavailable' });
      await ec2().enableImage({ ImageId });
      await ec2().enableImageDeregistrationProtection({ ImageId });
      expect(await refusalOf(ec2().deregisterImage({ ImageId }))).toMatchObject({
        code: 'OperationNotPermitted',
      });
      await ec2().disableImageDeregistrationProtection({ ImageId });
      const { BlockDeviceMappings } = await imageOf(ImageId);
      const SnapshotId = given(BlockDeviceMappings?.[0]?.Ebs?.SnapshotId);
      const registered = await ec2().registerImage({
        Name: 'from its snapshot',
        Architecture: 'x86_64',
        VirtualizationType: 'hvm',
        RootDeviceName: '/dev/xvda',
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
      });
      await ec2().deregisterImage({ ImageId });
      expect(await refusalOf(ec2().deleteSnapshot({ SnapshotId }))).toMatchObject({
        code: 'InvalidSnapshot.InUse',
      });
      const { DeleteSnapshotResults } = await ec2().deregisterImage({
        ImageId: given(registered.ImageId),
        DeleteAssociatedSnapshots: true,
      });
      expect(DeleteSnapshotResults).toEqual([{ SnapshotId, ReturnCode: 'success' }]);
    });
  });
};
