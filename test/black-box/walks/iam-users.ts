import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

const account = '222233334444';
const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const PolicyName = 'own';
const PolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
});

/** Users and groups, and calls with a user's own key. */
export const walkIamUsers = (world: () => Running): void => {
  const iam = () => awsClients(world().endpoint, { accessKeyId: account }).iam;

  describe('a user', () => {
    const UserName = 'walker';

    it('is made, read back, changed and tagged', async () => {
      await iam().createUser({ UserName, Path: '/people/' });
      await iam().tagUser({ UserName, Tags: [{ Key: 'a', Value: 'b' }] });
      expect((await iam().listUserTags({ UserName })).Tags).toEqual([{ Key: 'a', Value: 'b' }]);
      await iam().untagUser({ UserName, TagKeys: ['a'] });
      await iam().updateUser({ UserName, NewPath: '/' });
      await iam().putUserPermissionsBoundary({ UserName, PermissionsBoundary: PolicyArn });
      expect((await iam().getUser({ UserName })).User).toMatchObject({
        Arn: `arn:aws:iam::${account}:user/${UserName}`,
        PermissionsBoundary: { PermissionsBoundaryArn: PolicyArn },
      });
      await iam().deleteUserPermissionsBoundary({ UserName });
      expect((await iam().listUsers({})).Users).toHaveLength(1);
    });

    it('has policies, a password and nothing else to prove itself with', async () => {
      await iam().attachUserPolicy({ UserName, PolicyArn });
      expect((await iam().listAttachedUserPolicies({ UserName })).AttachedPolicies).toHaveLength(1);
      await iam().detachUserPolicy({ UserName, PolicyArn });
      await iam().putUserPolicy({ UserName, PolicyName, PolicyDocument });
      expect((await iam().listUserPolicies({ UserName })).PolicyNames).toEqual([PolicyName]);
      const own = await iam().getUserPolicy({ UserName, PolicyName });
      expect(decodeURIComponent(given(own.PolicyDocument))).toBe(PolicyDocument);
      await iam().deleteUserPolicy({ UserName, PolicyName });
      await iam().createLoginProfile({ UserName, Password: 'Secret-1' });
      await iam().updateLoginProfile({ UserName, PasswordResetRequired: true });
      const { LoginProfile } = await iam().getLoginProfile({ UserName });
      expect(LoginProfile?.PasswordResetRequired).toBe(true);
      await iam().deleteLoginProfile({ UserName });
      expect((await iam().listMFADevices({ UserName })).MFADevices).toEqual([]);
      expect((await iam().listVirtualMFADevices({})).VirtualMFADevices).toEqual([]);
      expect((await iam().listSSHPublicKeys({ UserName })).SSHPublicKeys).toEqual([]);
      expect((await iam().listSigningCertificates({ UserName })).Certificates).toEqual([]);
      const credentials = await iam().listServiceSpecificCredentials({ UserName });
      expect(credentials.ServiceSpecificCredentials).toEqual([]);
    });

    it('calls with its own key, by its name', async () => {
      const { AccessKey } = await iam().createAccessKey({ UserName });
      const AccessKeyId = given(AccessKey?.AccessKeyId);
      const { sts } = awsClients(world().endpoint, { accessKeyId: AccessKeyId });
      expect(await sts.getCallerIdentity({})).toMatchObject({
        Account: account,
        Arn: `arn:aws:iam::${account}:user/${UserName}`,
      });
      const { AccessKeyLastUsed } = await iam().getAccessKeyLastUsed({ AccessKeyId });
      expect(AccessKeyLastUsed).toEqual({ ServiceName: 'N/A', Region: 'N/A' });
      await iam().updateAccessKey({ UserName, AccessKeyId, Status: 'Inactive' });
      expect(await refusalOf(sts.getCallerIdentity({}))).toMatchObject({
        code: 'InvalidClientTokenId',
      });
      expect((await iam().listAccessKeys({ UserName })).AccessKeyMetadata).toMatchObject([
        { AccessKeyId, Status: 'Inactive' },
      ]);
      await iam().deleteAccessKey({ UserName, AccessKeyId });
    });

    it('is in a group, which has policies', async () => {
      const GroupName = 'walkers';
      await iam().createGroup({ GroupName: 'w' });
      await iam().updateGroup({ GroupName: 'w', NewGroupName: GroupName });
      await iam().addUserToGroup({ GroupName, UserName });
      expect((await iam().getGroup({ GroupName })).Users).toMatchObject([{ UserName }]);
      expect((await iam().listGroupsForUser({ UserName })).Groups).toMatchObject([{ GroupName }]);
      expect((await iam().listGroups({})).Groups).toHaveLength(1);
      await iam().attachGroupPolicy({ GroupName, PolicyArn });
      const attached = await iam().listAttachedGroupPolicies({ GroupName });
      expect(attached.AttachedPolicies).toHaveLength(1);
      await iam().detachGroupPolicy({ GroupName, PolicyArn });
      await iam().putGroupPolicy({ GroupName, PolicyName, PolicyDocument });
      expect((await iam().listGroupPolicies({ GroupName })).PolicyNames).toEqual([PolicyName]);
      expect(await iam().getGroupPolicy({ GroupName, PolicyName })).toMatchObject({ GroupName });
      await iam().deleteGroupPolicy({ GroupName, PolicyName });
      await iam().removeUserFromGroup({ GroupName, UserName });
      await iam().deleteGroup({ GroupName });
      await iam().deleteUser({ UserName });
    });
  });
};
