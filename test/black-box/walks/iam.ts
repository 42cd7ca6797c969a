import { EC2 } from '@aws-sdk/client-ec2';
import { STS, type Credentials } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'eu-north-1';

const trust = (Principal: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
  });
const ec2Trust = trust({ Service: 'ec2.amazonaws.com' });
const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }],
});
const ssm = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';

/** An SDK's client that calls with temporary credentials. */
const configured = (endpoint: string, issued: Credentials | undefined) => ({
  endpoint,
  region,
  maxAttempts: 1,
  credentials: {
    accessKeyId: given(issued?.AccessKeyId),
    secretAccessKey: given(issued?.SecretAccessKey),
    sessionToken: given(issued?.SessionToken),
  },
});

/** Roles, policies and instance profiles, what instances do with them, and credentials that expire. */
export const walkIam = (world: () => Running): void => {
  const aws = (accessKeyId = '222233334444') =>
    awsClients(world().endpoint, { region, accessKeyId });
  const iam = () => aws().iam;

  describe('a role', () => {
    const RoleName = 'walked';

    it('is made, read back, changed and deleted with all that hangs on it', async () => {
      await iam().createRole({ RoleName, AssumeRolePolicyDocument: ec2Trust });
      await iam().tagRole({ RoleName, Tags: [{ Key: 'Name', Value: 'a' }] });
      await iam().updateRole({ RoleName, MaxSessionDuration: 7200 });
      await iam().updateRoleDescription({ RoleName, Description: 'walked' });
      await iam().updateAssumeRolePolicy({ RoleName, PolicyDocument: ec2Trust });
      await iam().putRolePermissionsBoundary({ RoleName, PermissionsBoundary: ssm });
      const { Role } = await iam().getRole({ RoleName });
      expect(Role).toMatchObject({
        Arn: `arn:aws:iam::222233334444:role/${RoleName}`,
        Description: 'walked',
        MaxSessionDuration: 7200,
        PermissionsBoundary: { PermissionsBoundaryArn: ssm },
        Tags: [{ Key: 'Name', Value: 'a' }],
      });
      expect(decodeURIComponent(given(Role?.AssumeRolePolicyDocument))).toBe(ec2Trust);
      await iam().deleteRolePermissionsBoundary({ RoleName });
      await iam().putRolePolicy({ RoleName, PolicyName: 'inline', PolicyDocument: document });
      const inline = await iam().getRolePolicy({ RoleName, PolicyName: 'inline' });
      expect(decodeURIComponent(given(inline.PolicyDocument))).toBe(document);
      expect((await iam().listRolePolicies({ RoleName })).PolicyNames).toEqual(['inline']);
      await iam().attachRolePolicy({ RoleName, PolicyArn: ssm });
      const { AttachedPolicies } = await iam().listAttachedRolePolicies({ RoleName });
      expect(AttachedPolicies).toEqual([
        { PolicyArn: ssm, PolicyName: 'AmazonSSMManagedInstanceCore' },
      ]);
      expect(await refusalOf(iam().deleteRole({ RoleName }))).toMatchObject({
        code: 'DeleteConflictException',
        status: 409,
      });
      await iam().detachRolePolicy({ RoleName, PolicyArn: ssm });
      await iam().deleteRolePolicy({ RoleName, PolicyName: 'inline' });
      await iam().untagRole({ RoleName, TagKeys: ['Name'] });
      expect((await iam().listRoleTags({ RoleName })).Tags).toEqual([]);
      expect((await iam().listRoles({ PathPrefix: '/' })).Roles).toHaveLength(1);
      await iam().deleteRole({ RoleName });
      expect(await refusalOf(iam().getRole({ RoleName }))).toMatchObject({
        code: 'NoSuchEntityException',
        status: 404,
      });
    });

    it('of a service is made and deleted', async () => {
      const { Role } = await iam().createServiceLinkedRole({
        AWSServiceName: 'elasticloadbalancing.amazonaws.com',
      });
      const { DeletionTaskId } = await iam().deleteServiceLinkedRole({ RoleName: Role?.RoleName });
      const { Status } = await iam().getServiceLinkedRoleDeletionStatus({ DeletionTaskId });
      expect(Status).toBe('SUCCEEDED');
    });
  });

  describe('a managed policy', () => {
    it('has versions', async () => {
      const { Policy } = await iam().createPolicy({
        PolicyName: 'walked',
        PolicyDocument: document,
      });
      const PolicyArn = given(Policy?.Arn);
      await iam().tagPolicy({ PolicyArn, Tags: [{ Key: 'k', Value: 'v' }] });
      expect((await iam().listPolicyTags({ PolicyArn })).Tags).toHaveLength(1);
      await iam().untagPolicy({ PolicyArn, TagKeys: ['k'] });
      await iam().createPolicyVersion({ PolicyArn, PolicyDocument: document });
      await iam().setDefaultPolicyVersion({ PolicyArn, VersionId: 'v2' });
      expect((await iam().getPolicy({ PolicyArn })).Policy?.DefaultVersionId).toBe('v2');
      const { PolicyVersion } = await iam().getPolicyVersion({ PolicyArn, VersionId: 'v2' });
      expect(decodeURIComponent(given(PolicyVersion?.Document))).toBe(document);
      expect((await iam().listPolicyVersions({ PolicyArn })).Versions).toHaveLength(2);
      expect((await iam().listPolicies({ Scope: 'Local' })).Policies).toHaveLength(1);
      expect((await iam().listEntitiesForPolicy({ PolicyArn })).PolicyRoles).toEqual([]);
      await iam().deletePolicyVersion({ PolicyArn, VersionId: 'v1' });
      await iam().deletePolicy({ PolicyArn });
    });

    it('is nothing that anybody can write', async () => {
      expect(
        await refusalOf(iam().createPolicy({ PolicyName: 'bad', PolicyDocument: '{}' })),
      ).toMatchObject({ code: 'MalformedPolicyDocumentException', status: 400 });
    });
  });

  it('an account says who it is', async () => {
    expect((await iam().getUser({})).User?.Arn).toBe('arn:aws:iam::222233334444:root');
    expect((await iam().listAccountAliases({})).AccountAliases).toEqual([]);
  });

  it('an instance gets a profile, another and none', async () => {
    for (const name of ['front', 'back']) {
      await iam().createRole({ RoleName: name, AssumeRolePolicyDocument: ec2Trust });
      await iam().createInstanceProfile({ InstanceProfileName: name });
      await iam().addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
    }
    const { ec2 } = aws();
    const { Images = [] } = await ec2.describeImages({
      Owners: ['amazon'],
      Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
    });
    const { Instances = [] } = await ec2.runInstances({
      ImageId: given(Images[0]?.ImageId),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: 'front' },
    });
    const InstanceId = given(Instances[0]?.InstanceId);
    const profile = await iam().getInstanceProfile({ InstanceProfileName: 'front' });
    expect(Instances[0]?.IamInstanceProfile).toEqual({
      Arn: profile.InstanceProfile?.Arn,
      Id: profile.InstanceProfile?.InstanceProfileId,
    });
    const associations = async () =>
      (
        await ec2.describeIamInstanceProfileAssociations({
          Filters: [{ Name: 'instance-id', Values: [InstanceId] }],
        })
      ).IamInstanceProfileAssociations ?? [];
    const [first] = await associations();
    const replaced = await ec2.replaceIamInstanceProfileAssociation({
      AssociationId: first?.AssociationId,
      IamInstanceProfile: { Name: 'back' },
    });
    await ec2.disassociateIamInstanceProfile({
      AssociationId: replaced.IamInstanceProfileAssociation?.AssociationId,
    });
    expect(await associations()).toEqual([]);
    await eventually(async () => {
      await ec2.associateIamInstanceProfile({ InstanceId, IamInstanceProfile: { Name: 'back' } });
      return true;
    });
    expect(await associations()).toMatchObject([{ State: 'associated' }]);
    await ec2.terminateInstances({ InstanceIds: [InstanceId] });
    for (const name of ['front', 'back']) {
      const InstanceProfileName = name;
      await iam().tagInstanceProfile({ InstanceProfileName, Tags: [{ Key: 'k', Value: 'v' }] });
      expect((await iam().listInstanceProfileTags({ InstanceProfileName })).Tags).toHaveLength(1);
      await iam().untagInstanceProfile({ InstanceProfileName, TagKeys: ['k'] });
      const listed = await iam().listInstanceProfilesForRole({ RoleName: name });
      expect(listed.InstanceProfiles).toMatchObject([{ InstanceProfileName: name }]);
      await iam().removeRoleFromInstanceProfile({ InstanceProfileName, RoleName: name });
      await iam().deleteInstanceProfile({ InstanceProfileName });
      await iam().deleteRole({ RoleName: name });
    }
    expect((await iam().listInstanceProfiles({})).InstanceProfiles).toEqual([]);
  });

  describe('credentials of a role', () => {
    it('work in its account until their time is over', async () => {
      const RoleName = 'assumed';
      await iam().createRole({
        RoleName,
        AssumeRolePolicyDocument: trust({ AWS: '555566667777' }),
      });
      const RoleArn = `arn:aws:iam::222233334444:role/${RoleName}`;
      const assume = { RoleArn, RoleSessionName: 'walk', DurationSeconds: 900 };
      expect(await refusalOf(aws().sts.assumeRole(assume))).toMatchObject({
        code: 'AccessDenied',
        status: 403,
      });
      const { Credentials } = await aws('555566667777').sts.assumeRole(assume);
      const configuration = configured(world().endpoint, Credentials);
      expect(await new STS(configuration).getCallerIdentity({})).toMatchObject({
        Account: '222233334444',
        Arn: `arn:aws:sts::222233334444:assumed-role/${RoleName}/walk`,
      });
      expect(
        await eventually(
          async () => await refusalOf(new STS(configuration).getCallerIdentity({})),
          30_000,
        ),
      ).toMatchObject({ code: 'ExpiredToken', status: 403 });
      expect(await refusalOf(new EC2(configuration).describeVpcs({}))).toMatchObject({
        code: 'RequestExpired',
      });
      await iam().deleteRole({ RoleName });
    });

    it('are nothing that anybody can make up', async () => {
      const made = { AccessKeyId: 'ASIAAAAAAAAAAAAAAAAA', SecretAccessKey: 's', SessionToken: 't' };
      const configuration = configured(world().endpoint, { ...made, Expiration: undefined });
      expect(await refusalOf(new STS(configuration).getCallerIdentity({}))).toMatchObject({
        code: 'InvalidClientTokenId',
        status: 403,
      });
      expect(await refusalOf(new EC2(configuration).describeVpcs({}))).toMatchObject({
        code: 'AuthFailure',
        status: 401,
      });
    });

    it('of an account itself are its root user', async () => {
      const { Credentials } = await aws().sts.getSessionToken({});
      const { Arn } = await new STS(configured(world().endpoint, Credentials)).getCallerIdentity(
        {},
      );
      expect(Arn).toBe('arn:aws:iam::222233334444:root');
    });
  });
};
