import type { EC2 } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

/** A public key as ssh-keygen writes it; nobody has its private half any more. */
const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFU76etTO3vHQEa1yw7amAbRqIbiHN3hN/Vjb6xoQWwA me@example.com';

/** Security groups, network ACLs, key pairs, account attributes. */
export const walkSecurity = (world: () => Running): void => {
  const ec2 = (): EC2 => awsClients(world().endpoint, { region: 'eu-central-1' }).ec2;
  const web = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80 };
  const everybody = { CidrIp: '0.0.0.0/0' };

  const defaultVpc = async (): Promise<string> =>
    given((await ec2().describeVpcs()).Vpcs?.[0]?.VpcId);

  describe('security groups', () => {
    it('take rules, change them and give them back', async () => {
      const { Vpc } = await ec2().createVpc({ CidrBlock: '10.0.0.0/16' });
      const VpcId = given(Vpc?.VpcId);
      const { GroupId } = await ec2().createSecurityGroup({
        GroupName: 'web',
        Description: 'web servers',
        VpcId,
      });
      const again = { GroupName: 'web', Description: 'another', VpcId };
      expect(await refusalOf(ec2().createSecurityGroup(again))).toMatchObject({
        code: 'InvalidGroup.Duplicate',
      });
      const rule = { GroupId, IpPermissions: [{ ...web, IpRanges: [everybody] }] };
      const { SecurityGroupRules: added = [] } = await ec2().authorizeSecurityGroupIngress(rule);
      expect(added).toHaveLength(1);
      expect(await refusalOf(ec2().authorizeSecurityGroupIngress(rule))).toMatchObject({
        code: 'InvalidPermission.Duplicate',
      });
      await ec2().updateSecurityGroupRuleDescriptionsIngress({
        GroupId,
        IpPermissions: [{ ...web, IpRanges: [{ ...everybody, Description: 'all the world' }] }],
      });
      const SecurityGroupRuleId = given(added[0]?.SecurityGroupRuleId);
      const { SecurityGroupRules } = await ec2().describeSecurityGroupRules({
        SecurityGroupRuleIds: [SecurityGroupRuleId],
      });
      expect(SecurityGroupRules?.[0]).toMatchObject({
        Description: 'all the world',
        IsEgress: false,
        FromPort: 80,
      });
      await ec2().modifySecurityGroupRules({
        GroupId,
        SecurityGroupRules: [
          {
            SecurityGroupRuleId,
            SecurityGroupRule: {
              IpProtocol: 'tcp',
              FromPort: 8080,
              ToPort: 8080,
              CidrIpv4: '10.0.0.0/8',
            },
          },
        ],
      });
      expect(await refusalOf(ec2().revokeSecurityGroupIngress(rule))).toMatchObject({
        code: 'InvalidPermission.NotFound',
      });
      await ec2().revokeSecurityGroupIngress({
        GroupId,
        SecurityGroupRuleIds: [SecurityGroupRuleId],
      });
      const { SecurityGroups } = await ec2().describeSecurityGroups({ GroupIds: [given(GroupId)] });
      expect(SecurityGroups?.[0]?.IpPermissions).toEqual([]);
      await ec2().deleteSecurityGroup({ GroupId });
      await ec2().deleteVpc({ VpcId });
    });

    it('have rules for what leaves, too, and may name each other', async () => {
      const VpcId = await defaultVpc();
      const make = async (GroupName: string): Promise<string> =>
        given((await ec2().createSecurityGroup({ GroupName, Description: 'd', VpcId })).GroupId);
      const [front, back] = [await make('front'), await make('back')];
      const fromFront = { ...web, UserIdGroupPairs: [{ GroupId: front }] };
      await ec2().authorizeSecurityGroupIngress({ GroupId: back, IpPermissions: [fromFront] });
      expect(await refusalOf(ec2().deleteSecurityGroup({ GroupId: front }))).toMatchObject({
        code: 'DependencyViolation',
      });
      const out = { ...web, IpRanges: [{ CidrIp: '10.0.0.0/8' }] };
      await ec2().authorizeSecurityGroupEgress({ GroupId: back, IpPermissions: [out] });
      await ec2().updateSecurityGroupRuleDescriptionsEgress({
        GroupId: back,
        IpPermissions: [{ ...web, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'inside' }] }],
      });
      await ec2().revokeSecurityGroupEgress({ GroupId: back, IpPermissions: [out] });
      await ec2().deleteSecurityGroup({ GroupId: back });
      await ec2().deleteSecurityGroup({ GroupId: front });
      expect(await refusalOf(ec2().describeSecurityGroups({ GroupIds: [front] }))).toMatchObject({
        code: 'InvalidGroup.NotFound',
      });
    });

    it('refuse rules that make no sense', async () => {
      const { SecurityGroups } = await ec2().describeSecurityGroups();
      const GroupId = given(SecurityGroups?.[0]?.GroupId);
      const codeFor = async (permission: object): Promise<string> =>
        (
          await refusalOf(
            ec2().authorizeSecurityGroupIngress({ GroupId, IpPermissions: [permission] }),
          )
        ).code;
      expect(await codeFor({ ...web, IpRanges: [{ CidrIp: '10.0.0.0/33' }] })).toBe(
        'InvalidParameterValue',
      );
      expect(
        await codeFor({ IpProtocol: 'tcp', FromPort: 90, ToPort: 80, IpRanges: [everybody] }),
      ).toBe('InvalidParameterValue');
      expect(
        await codeFor({ ...web, UserIdGroupPairs: [{ GroupId: 'sg-0123456789abcdef0' }] }),
      ).toBe('InvalidGroup.NotFound');
      expect(await refusalOf(ec2().deleteSecurityGroup({ GroupId }))).toMatchObject({
        code: 'CannotDelete',
      });
    });
  });

  describe('network ACLs', () => {
    it('hold numbered entries and move between subnets', async () => {
      const VpcId = await defaultVpc();
      const { NetworkAcl } = await ec2().createNetworkAcl({ VpcId });
      const NetworkAclId = given(NetworkAcl?.NetworkAclId);
      const entry = {
        NetworkAclId,
        RuleNumber: 100,
        Egress: false,
        Protocol: '6',
        PortRange: { From: 80, To: 80 },
        CidrBlock: '0.0.0.0/0',
      };
      await ec2().createNetworkAclEntry({ ...entry, RuleAction: 'allow' });
      expect(
        await refusalOf(ec2().createNetworkAclEntry({ ...entry, RuleAction: 'deny' })),
      ).toMatchObject({ code: 'NetworkAclEntryAlreadyExists' });
      await ec2().replaceNetworkAclEntry({ ...entry, RuleAction: 'deny' });
      const { NetworkAcls } = await ec2().describeNetworkAcls({ NetworkAclIds: [NetworkAclId] });
      expect(NetworkAcls?.[0]?.Entries).toContainEqual(
        expect.objectContaining({ RuleNumber: 100, RuleAction: 'deny', Egress: false }),
      );
      const { NetworkAcls: before } = await ec2().describeNetworkAcls({
        Filters: [{ Name: 'default', Values: ['true'] }],
      });
      const association = given(before?.[0]?.Associations?.[0]);
      const moved = await ec2().replaceNetworkAclAssociation({
        AssociationId: given(association.NetworkAclAssociationId),
        NetworkAclId,
      });
      expect(await refusalOf(ec2().deleteNetworkAcl({ NetworkAclId }))).toMatchObject({
        code: 'DependencyViolation',
      });
      await ec2().replaceNetworkAclAssociation({
        AssociationId: given(moved.NewAssociationId),
        NetworkAclId: given(association.NetworkAclId),
      });
      await ec2().deleteNetworkAclEntry({ NetworkAclId, RuleNumber: 100, Egress: false });
      await ec2().deleteNetworkAcl({ NetworkAclId });
    });
  });

  describe('key pairs', () => {
    it('are made with a private key that is shown once, or brought along', async () => {
      const made = await ec2().createKeyPair({ KeyName: 'made', KeyType: 'ed25519' });
      expect(made.KeyMaterial).toContain('PRIVATE KEY');
      expect(await refusalOf(ec2().createKeyPair({ KeyName: 'made' }))).toMatchObject({
        code: 'InvalidKeyPair.Duplicate',
      });
      await ec2().importKeyPair({ KeyName: 'mine', PublicKeyMaterial: Buffer.from(publicKey) });
      const { KeyPairs = [] } = await ec2().describeKeyPairs();
      expect(KeyPairs.map(({ KeyName = '' }) => KeyName).toSorted()).toEqual(['made', 'mine']);
      expect(KeyPairs.every((pair) => !('KeyMaterial' in pair))).toBe(true);
      await ec2().deleteKeyPair({ KeyName: 'made' });
      await ec2().deleteKeyPair({ KeyName: 'mine' });
      expect(await refusalOf(ec2().describeKeyPairs({ KeyNames: ['mine'] }))).toMatchObject({
        code: 'InvalidKeyPair.NotFound',
      });
    });
  });

  it('tells the attributes of an account', async () => {
    const { AccountAttributes = [] } = await ec2().describeAccountAttributes({
      AttributeNames: ['default-vpc', 'supported-platforms'],
    });
    expect(AccountAttributes.map(({ AttributeName = '' }) => AttributeName).toSorted()).toEqual([
      'default-vpc',
      'supported-platforms',
    ]);
  });
};
