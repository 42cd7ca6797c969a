import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { awsClient, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const caller = { region: 'eu-west-1', accessKeyId: '333344448888' };

/** Secrets: made, changed, read, listed, replicated, deleted and had back. */
export const walkSecrets = (world: () => Running): void => {
  const safe = (region = 'eu-west-1'): SecretsManager =>
    awsClient(SecretsManager, world().endpoint, { ...caller, region });

  describe('secrets', () => {
    it('have versions with labels', async () => {
      const SecretId = 'walk/db';
      const made = await safe().createSecret({
        Name: SecretId,
        SecretString: 'one',
        Description: 'a password',
        Tags: [{ Key: 'site', Value: 'shop' }],
      });
      expect(made.ARN).toMatch(/:secret:walk\/db-\w{6}$/);
      const put = await safe().putSecretValue({ SecretId, SecretBinary: Buffer.from('two') });
      const read = await safe().getSecretValue({ SecretId });
      expect(Buffer.from(given(read.SecretBinary)).toString()).toBe('two');
      const before = await safe().getSecretValue({ SecretId, VersionStage: 'AWSPREVIOUS' });
      expect(before).toMatchObject({ SecretString: 'one', VersionId: made.VersionId });
      await safe().updateSecretVersionStage({
        SecretId,
        VersionStage: 'AWSCURRENT',
        RemoveFromVersionId: put.VersionId,
        MoveToVersionId: made.VersionId,
      });
      expect((await safe().getSecretValue({ SecretId })).SecretString).toBe('one');
      await safe().updateSecret({ SecretId, Description: 'another' });
      expect((await safe().listSecretVersionIds({ SecretId })).Versions).toHaveLength(2);
      expect(await safe().describeSecret({ SecretId })).toMatchObject({
        Description: 'another',
        Tags: [{ Key: 'site', Value: 'shop' }],
      });
      const { SecretValues, Errors } = await safe().batchGetSecretValue({
        SecretIdList: [SecretId, 'none'],
      });
      expect(SecretValues).toHaveLength(1);
      expect(Errors).toMatchObject([{ ErrorCode: 'ResourceNotFoundException' }]);
      expect(await refusalOf(safe().getSecretValue({ SecretId: 'none' }))).toEqual({
        code: 'ResourceNotFoundException',
        message: "Secrets Manager can't find the specified secret.",
        status: 400,
      });
    });

    it('have tags, policies and rotation as facts', async () => {
      const SecretId = 'walk/facts';
      const { ARN } = await safe().createSecret({ Name: SecretId });
      await safe().tagResource({ SecretId, Tags: [{ Key: 'a', Value: '1' }] });
      await safe().untagResource({ SecretId, TagKeys: ['a'] });
      const ResourcePolicy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::333344448888:root' },
            Action: 'secretsmanager:GetSecretValue',
            Resource: ARN,
          },
        ],
      });
      expect((await safe().validateResourcePolicy({ ResourcePolicy })).PolicyValidationPassed).toBe(
        true,
      );
      await safe().putResourcePolicy({ SecretId, ResourcePolicy });
      expect((await safe().getResourcePolicy({ SecretId })).ResourcePolicy).toBe(ResourcePolicy);
      await safe().deleteResourcePolicy({ SecretId });
      const RotationLambdaARN = 'arn:aws:lambda:eu-west-1:333344448888:function:rotate';
      await safe().rotateSecret({
        SecretId,
        RotationLambdaARN,
        RotationRules: { AutomaticallyAfterDays: 30 },
      });
      expect(await safe().describeSecret({ SecretId })).toMatchObject({
        RotationEnabled: true,
        RotationLambdaARN,
        RotationRules: { AutomaticallyAfterDays: 30 },
      });
      await safe().cancelRotateSecret({ SecretId });
      expect((await safe().getRandomPassword({ PasswordLength: 20 })).RandomPassword).toHaveLength(
        20,
      );
    });

    it('are read in another Region, and stand alone there', async () => {
      const SecretId = 'walk/replicated';
      await safe().createSecret({ Name: SecretId, SecretString: 'everywhere' });
      await safe().replicateSecretToRegions({
        SecretId,
        AddReplicaRegions: [{ Region: 'eu-west-3' }, { Region: 'eu-north-1' }],
      });
      await eventually(async () => {
        const { ReplicationStatus = [] } = await safe().describeSecret({ SecretId });
        return ReplicationStatus.every(({ Status }) => Status === 'InSync');
      });
      const there = await safe('eu-west-3').getSecretValue({ SecretId });
      expect(there.SecretString).toBe('everywhere');
      await safe('eu-west-3').stopReplicationToReplica({ SecretId });
      await safe('eu-west-3').putSecretValue({ SecretId, SecretString: 'here' });
      const { ReplicationStatus } = await safe().removeRegionsFromReplication({
        SecretId,
        RemoveReplicaRegions: ['eu-north-1'],
      });
      expect(ReplicationStatus ?? []).toEqual([]);
      expect((await safe().getSecretValue({ SecretId })).SecretString).toBe('everywhere');
    });

    it('are deleted, and had back until then', async () => {
      const SecretId = 'walk/deleted';
      await safe().createSecret({ Name: SecretId, SecretString: 'x' });
      await safe().deleteSecret({ SecretId, RecoveryWindowInDays: 7 });
      expect(await refusalOf(safe().getSecretValue({ SecretId }))).toMatchObject({
        code: 'InvalidRequestException',
      });
      await safe().restoreSecret({ SecretId });
      expect((await safe().getSecretValue({ SecretId })).SecretString).toBe('x');
      const { SecretList } = await safe().listSecrets({
        Filters: [{ Key: 'name', Values: ['walk/d'] }],
      });
      expect(SecretList?.map(({ Name }) => Name)).toEqual(['walk/db', 'walk/deleted']);
      await safe().deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true });
    });
  });
};
