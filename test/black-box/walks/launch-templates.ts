import type { EC2 } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

/** Launch templates and their versions, and a launch from one. */
export const walkLaunchTemplates = (world: () => Running): void => {
  const ec2 = (): EC2 => awsClients(world().endpoint, { region: 'eu-west-2' }).ec2;

  describe('launch templates', () => {
    it('have versions, launch instances and are read out of instances', async () => {
      const { Images = [] } = await ec2().describeImages({
        Owners: ['amazon'],
        Filters: [{ Name: 'name', Values: ['al2023-ami-2023*x86_64'] }],
      });
      const named = { LaunchTemplateName: 'walked' };
      const data = { ImageId: given(Images[0]?.ImageId), InstanceType: 't3.micro' as const };
      const { LaunchTemplate } = await ec2().createLaunchTemplate({
        ...named,
        LaunchTemplateData: data,
        TagSpecifications: [
          { ResourceType: 'launch-template', Tags: [{ Key: 'tier', Value: 'web' }] },
        ],
      });
      const LaunchTemplateId = given(LaunchTemplate?.LaunchTemplateId);
      expect(
        await refusalOf(ec2().createLaunchTemplate({ ...named, LaunchTemplateData: data })),
      ).toMatchObject({ code: 'InvalidLaunchTemplateName.AlreadyExistsException', status: 400 });
      await ec2().createLaunchTemplateVersion({
        LaunchTemplateId,
        SourceVersion: '$Default',
        LaunchTemplateData: { InstanceType: 't3.small' },
      });
      await ec2().modifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: '2' });
      const { LaunchTemplates } = await ec2().describeLaunchTemplates({
        Filters: [{ Name: 'tag:tier', Values: ['web'] }],
      });
      expect(LaunchTemplates).toMatchObject([
        { LaunchTemplateId, DefaultVersionNumber: 2, LatestVersionNumber: 2 },
      ]);
      const { LaunchTemplateVersions } = await ec2().describeLaunchTemplateVersions({
        ...named,
        Versions: ['$Latest'],
      });
      expect(LaunchTemplateVersions?.[0]?.LaunchTemplateData).toEqual({
        ...data,
        InstanceType: 't3.small',
      });
      const { Instances } = await ec2().runInstances({
        MinCount: 1,
        MaxCount: 1,
        LaunchTemplate: { LaunchTemplateId },
      });
      const InstanceId = given(Instances?.[0]?.InstanceId);
      const { LaunchTemplateData } = await ec2().getLaunchTemplateData({ InstanceId });
      expect(LaunchTemplateData).toMatchObject({ ...data, InstanceType: 't3.small' });
      const { SuccessfullyDeletedLaunchTemplateVersions: deleted } =
        await ec2().deleteLaunchTemplateVersions({ LaunchTemplateId, Versions: ['1'] });
      expect(deleted).toHaveLength(1);
      await ec2().deleteLaunchTemplate({ LaunchTemplateId });
      await ec2().terminateInstances({ InstanceIds: [InstanceId] });
    });
  });
};
