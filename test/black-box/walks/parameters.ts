import { SSM } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { awsClient, awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

const caller = { region: 'eu-west-1', accessKeyId: '333344446666' };

/** Parameters of an account: put, read, labelled, tagged, listed, deleted. */
export const walkParameters = (world: () => Running): void => {
  const ssm = (): SSM => awsClient(SSM, world().endpoint, caller);

  describe('parameters of an account', () => {
    it('are put, overwritten and read back', async () => {
      const Name = '/walk/size';
      const first = await ssm().putParameter({
        Name,
        Value: 'a,b',
        Type: 'StringList',
        Description: 'sizes',
        Tags: [{ Key: 'site', Value: 'shop' }],
      });
      expect(first).toMatchObject({ Version: 1, Tier: 'Standard' });
      expect(await refusalOf(ssm().putParameter({ Name, Value: 'c', Type: 'StringList' }))).toEqual(
        {
          code: 'ParameterAlreadyExists',
          message:
            'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
          status: 400,
        },
      );
      await ssm().putParameter({ Name, Value: 'c', Overwrite: true });
      const labelled = await ssm().labelParameterVersion({
        Name,
        ParameterVersion: 1,
        Labels: ['first'],
      });
      expect(labelled).toMatchObject({ ParameterVersion: 1, InvalidLabels: [] });
      const { Parameter } = await ssm().getParameter({ Name: `${Name}:first` });
      expect(Parameter).toMatchObject({ Name, Value: 'a,b', Version: 1, Type: 'StringList' });
      const history = await ssm().getParameterHistory({ Name });
      expect(history.Parameters?.map((version) => version.Labels)).toEqual([['first'], []]);
      const unlabelled = { Name, ParameterVersion: 1, Labels: ['first'] };
      expect((await ssm().unlabelParameterVersion(unlabelled)).RemovedLabels).toEqual(['first']);
      const described = await ssm().describeParameters({
        ParameterFilters: [{ Key: 'tag:site', Values: ['shop'] }],
      });
      expect(described.Parameters).toMatchObject([{ Name, Version: 2, Description: 'sizes' }]);
    });

    it('have tags, and go', async () => {
      const Name = '/walk/tagged';
      const resource = { ResourceType: 'Parameter' as const, ResourceId: Name };
      await ssm().putParameter({ Name, Value: 'x', Type: 'String' });
      await ssm().addTagsToResource({ ...resource, Tags: [{ Key: 'a', Value: '1' }] });
      expect((await ssm().listTagsForResource(resource)).TagList).toEqual([
        { Key: 'a', Value: '1' },
      ]);
      await ssm().removeTagsFromResource({ ...resource, TagKeys: ['a'] });
      expect((await ssm().getParametersByPath({ Path: '/walk' })).Parameters).toHaveLength(2);
      expect(await ssm().getParameters({ Names: [Name, '/none'] })).toMatchObject({
        Parameters: [{ Name }],
        InvalidParameters: ['/none'],
      });
      await ssm().deleteParameter({ Name });
      await ssm().deleteParameters({ Names: ['/walk/size'] });
      expect(await refusalOf(ssm().deleteParameter({ Name }))).toMatchObject({
        code: 'ParameterNotFound',
      });
    });

    it('lead launches to their image', async () => {
      const { ec2 } = awsClients(world().endpoint, caller);
      const { Parameter } = await ssm().getParameter({
        Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
      });
      const image = given(Parameter?.Value);
      await ssm().putParameter({
        Name: '/walk/image',
        Value: image,
        Type: 'String',
        DataType: 'aws:ec2:image',
      });
      const { Instances } = await ec2.runInstances({
        ImageId: 'resolve:ssm:/walk/image:1',
        InstanceType: 't3.nano',
        MinCount: 1,
        MaxCount: 1,
      });
      expect(Instances).toMatchObject([{ ImageId: image }]);
      await ec2.terminateInstances({ InstanceIds: [given(Instances?.[0]?.InstanceId)] });
    });
  });
};
