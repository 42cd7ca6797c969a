import { describe, expect, test } from 'vitest';
import {
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  describeSecurityGroupRules,
  modifySecurityGroupRules,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
  updateSecurityGroupRuleDescriptionsIngress,
} from './security-group-rules.ts';
import { createSecurityGroup, describeSecurityGroups } from './security-groups.ts';
import { present, testRegion, type TestRegion } from '../test-region.ts';
import { createVpc } from './vpcs.ts';

const newVpc = (region: TestRegion): string =>
  present(region.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId);
const newGroup = (region: TestRegion, GroupName = 'web', VpcId?: string): string =>
  present(region.call(createSecurityGroup, { GroupName, Description: 'x', VpcId }).GroupId);
const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
const anywhere = [{ CidrIp: '0.0.0.0/0' }];

describe('AuthorizeSecurityGroupIngress', () => {
  test('makes one rule for each range and group, with the tags asked for', () => {
    const region = testRegion();
    const GroupId = newGroup(region);
    const Tags = [{ Key: 'team', Value: 'shop' }];
    const { SecurityGroupRules = [] } = region.call(authorizeSecurityGroupIngress, {
      GroupId,
      IpPermissions: [
        {
          ...https,
          IpRanges: [{ CidrIp: '203.0.113.9/24', Description: 'office' }],
          Ipv6Ranges: [{ CidrIpv6: '2001:DB8::/32' }],
          UserIdGroupPairs: [{ GroupId }],
        },
      ],
      TagSpecifications: [{ ResourceType: 'security-group-rule', Tags }],
    });
    const common = {
      GroupId,
      IsEgress: false,
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      Tags,
    };
    expect(SecurityGroupRules).toMatchObject([
      { ...common, CidrIpv4: '203.0.113.0/24', Description: 'office' },
      { ...common, CidrIpv6: '2001:db8::/32' },
      { ...common, ReferencedGroupInfo: { GroupId, UserId: '123456789012' } },
    ]);
    const ids = SecurityGroupRules.map((rule) => present(rule.SecurityGroupRuleId));
    expect(
      region.call(describeSecurityGroupRules, { SecurityGroupRuleIds: ids }).SecurityGroupRules,
    ).toEqual(SecurityGroupRules);
    expect(
      region.call(describeSecurityGroups, { GroupIds: [GroupId] }).SecurityGroups?.[0]
        ?.IpPermissions,
    ).toEqual([
      {
        ...https,
        IpRanges: [{ CidrIp: '203.0.113.0/24', Description: 'office' }],
        Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32' }],
        UserIdGroupPairs: [{ GroupId, UserId: '123456789012' }],
        PrefixListIds: [],
      },
    ]);
  });

  test.each([
    [{ IpProtocol: '6', FromPort: 22, ToPort: 22 }, ['tcp', 22, 22]],
    [{ IpProtocol: 'UDP', FromPort: 0, ToPort: 65_535 }, ['udp', 0, 65_535]],
    [{ IpProtocol: 'tcp', FromPort: -1, ToPort: -1 }, ['tcp', 0, 65_535]],
    [{ IpProtocol: '-1', FromPort: 80, ToPort: 80 }, ['-1', -1, -1]],
    [{ IpProtocol: 'all' }, ['-1', -1, -1]],
    [{ IpProtocol: 'icmp', FromPort: 8, ToPort: -1 }, ['icmp', 8, -1]],
    [{ IpProtocol: '58' }, ['icmpv6', -1, -1]],
    [{ IpProtocol: '050', FromPort: 1, ToPort: 2 }, ['50', -1, -1]],
  ])('understands %j', (permission, [protocol, from, to]) => {
    const region = testRegion();
    const { SecurityGroupRules } = region.call(authorizeSecurityGroupIngress, {
      GroupId: newGroup(region),
      IpPermissions: [{ ...permission, IpRanges: anywhere }],
    });
    expect(SecurityGroupRules).toMatchObject([
      { IpProtocol: protocol, FromPort: from, ToPort: to },
    ]);
  });

  test.each([
    [
      { IpProtocol: 'tcp', FromPort: 80 },
      "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
    ],
    [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 79 }, 'Invalid TCP/UDP port range (80:79)'],
    [{ IpProtocol: 'udp', FromPort: 0, ToPort: 65_536 }, 'TCP/UDP port (65536) out of range'],
    [{ IpProtocol: 'icmp', FromPort: 256, ToPort: -1 }, 'ICMP type (256) out of range'],
    [{ IpProtocol: 'http' }, "Invalid value 'http' for IP protocol. Unknown protocol."],
    [{ IpProtocol: '256' }, "Invalid value '256' for IP protocol. Unknown protocol."],
    [{ ...https, IpRanges: [{ CidrIp: '10.0.0.1' }] }, 'CIDR block 10.0.0.1 is malformed'],
    [{ ...https, Ipv6Ranges: [{ CidrIpv6: '10.0.0.0/8' }] }, 'CIDR block 10.0.0.0/8 is malformed'],
    [
      { ...https, IpRanges: [...anywhere, ...anywhere] },
      'The same permission must not appear multiple times',
    ],
  ])('refuses %j: %s', (permission, message) => {
    const region = testRegion();
    expect(
      region.fail(authorizeSecurityGroupIngress, {
        GroupId: newGroup(region),
        IpPermissions: [{ IpRanges: anywhere, ...permission }],
      }),
    ).toMatchObject({ code: 'InvalidParameterValue', message });
  });

  test.each([
    [{ ...https, CidrIp: '0.0.0.0/0' }, '0.0.0.0/0, TCP, from port: 443, to port: 443'],
    [{ IpProtocol: '-1', CidrIp: '10.0.0.0/8' }, '10.0.0.0/8, ALL'],
  ])('refuses %j when it is there', (permission, text) => {
    const region = testRegion();
    const input = { GroupId: newGroup(region), ...permission };
    region.call(authorizeSecurityGroupIngress, input);
    expect(region.fail(authorizeSecurityGroupIngress, input)).toMatchObject({
      code: 'InvalidPermission.Duplicate',
      message: `the specified rule "peer: ${text}, ALLOW" already exists`,
    });
  });

  test('knows groups of its own VPC only', () => {
    const region = testRegion();
    const GroupId = newGroup(region);
    const other = newGroup(region, 'web', newVpc(region));
    const allow = (peer: string) =>
      region.fail(authorizeSecurityGroupIngress, {
        GroupId,
        IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: peer }] }],
      });
    expect(allow(other)).toMatchObject({
      code: 'InvalidGroup.NotFound',
      message: 'You have specified two resources that belong to different networks.',
    });
    expect(allow('sg-0123456789abcdef0').code).toBe('InvalidGroup.NotFound');
  });

  test('takes sixty rules a direction', () => {
    const region = testRegion();
    const GroupId = newGroup(region);
    const permissions = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        IpProtocol: 'tcp',
        FromPort: from + index,
        ToPort: from + index,
        IpRanges: anywhere,
      }));
    region.call(authorizeSecurityGroupIngress, { GroupId, IpPermissions: permissions(1, 60) });
    expect(
      region.failCode(authorizeSecurityGroupIngress, {
        GroupId,
        IpPermissions: permissions(61, 1),
      }),
    ).toBe('RulesPerSecurityGroupLimitExceeded');
    region.call(authorizeSecurityGroupEgress, { GroupId, IpPermissions: permissions(61, 1) });
  });

  test('reads a protocol without ports back without any', () => {
    const region = testRegion();
    const GroupId = newGroup(region);
    region.call(authorizeSecurityGroupIngress, {
      GroupId,
      IpPermissions: [{ IpProtocol: '47', FromPort: 1, ToPort: 2, IpRanges: anywhere }],
    });
    const [group] =
      region.call(describeSecurityGroups, { GroupIds: [GroupId] }).SecurityGroups ?? [];
    expect(group?.IpPermissions).toEqual([
      {
        IpProtocol: '47',
        IpRanges: anywhere,
        Ipv6Ranges: [],
        PrefixListIds: [],
        UserIdGroupPairs: [],
      },
    ]);
  });

  test('gives a source group full access when no protocol is named', () => {
    const region = testRegion();
    const GroupId = newGroup(region);
    const { SecurityGroupRules = [] } = region.call(authorizeSecurityGroupIngress, {
      GroupId,
      SourceSecurityGroupName: 'default',
    });
    expect(SecurityGroupRules.map((rule) => rule.IpProtocol)).toEqual(['icmp', 'tcp', 'udp']);
  });
});

describe('RevokeSecurityGroup*', () => {
  test('takes rules by id or by what they say', () => {
    const region = testRegion();
    const GroupId = newGroup(region, 'web', newVpc(region));
    const { SecurityGroupRules = [] } = region.call(authorizeSecurityGroupIngress, {
      GroupId,
      IpPermissions: [{ ...https, IpRanges: [...anywhere, { CidrIp: '10.0.0.0/8' }] }],
    });
    const SecurityGroupRuleIds = [present(SecurityGroupRules[0]?.SecurityGroupRuleId)];
    expect(
      region.call(revokeSecurityGroupIngress, { GroupId, SecurityGroupRuleIds })
        .RevokedSecurityGroupRules,
    ).toMatchObject([{ CidrIpv4: '0.0.0.0/0' }]);
    expect(region.failCode(revokeSecurityGroupIngress, { GroupId, SecurityGroupRuleIds })).toBe(
      'InvalidSecurityGroupRuleId.NotFound',
    );
    region.call(revokeSecurityGroupIngress, { GroupId, ...https, CidrIp: '10.0.0.0/8' });
    region.call(revokeSecurityGroupEgress, {
      GroupId,
      IpPermissions: [{ IpProtocol: '-1', IpRanges: anywhere }],
    });
    expect(
      region.call(describeSecurityGroupRules, {
        Filters: [{ Name: 'group-id', Values: [GroupId] }],
      }).SecurityGroupRules,
    ).toEqual([]);
  });

  test('of a rule that is not there is an error, in the default VPC a note', () => {
    const region = testRegion();
    const revoke = { ...https, CidrIp: '0.0.0.0/0' };
    expect(
      region.fail(revokeSecurityGroupIngress, {
        GroupId: newGroup(region, 'web', newVpc(region)),
        ...revoke,
      }),
    ).toMatchObject({ code: 'InvalidPermission.NotFound' });
    expect(
      region.call(revokeSecurityGroupIngress, { GroupId: newGroup(region), ...revoke }),
    ).toMatchObject({
      Return: true,
      UnknownIpPermissions: [{ ...https, IpRanges: anywhere }],
      RevokedSecurityGroupRules: [],
    });
  });
});

describe('changing rules', () => {
  test('keeps their ids', () => {
    const region = testRegion();
    const GroupId = newGroup(region);
    const { SecurityGroupRules = [] } = region.call(authorizeSecurityGroupIngress, {
      GroupId,
      IpPermissions: [{ ...https, IpRanges: [...anywhere, { CidrIp: '10.0.0.0/8' }] }],
    });
    const SecurityGroupRuleId = present(SecurityGroupRules[0]?.SecurityGroupRuleId);
    const modify = (rule: { readonly CidrIpv4?: string; readonly CidrIpv6?: string }) => ({
      GroupId,
      SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule: { ...https, ...rule } }],
    });
    expect(region.failCode(modifySecurityGroupRules, modify({ CidrIpv4: '10.0.0.0/8' }))).toBe(
      'InvalidPermission.Duplicate',
    );
    expect(
      region.failCode(
        modifySecurityGroupRules,
        modify({ CidrIpv4: '10.0.0.0/8', CidrIpv6: '::/0' }),
      ),
    ).toBe('InvalidParameterValue');
    region.call(modifySecurityGroupRules, modify({ CidrIpv6: '::/0' }));
    expect(
      region.call(describeSecurityGroupRules, { SecurityGroupRuleIds: [SecurityGroupRuleId] })
        .SecurityGroupRules,
    ).toMatchObject([{ SecurityGroupRuleId, CidrIpv6: '::/0', CidrIpv4: undefined }]);
  });

  test('describes them anew, by id or by what they say', () => {
    const region = testRegion();
    const GroupId = newGroup(region);
    const { SecurityGroupRules = [] } = region.call(authorizeSecurityGroupIngress, {
      GroupId,
      ...https,
      CidrIp: '0.0.0.0/0',
    });
    const SecurityGroupRuleId = present(SecurityGroupRules[0]?.SecurityGroupRuleId);
    const description = () =>
      region.call(describeSecurityGroupRules, { SecurityGroupRuleIds: [SecurityGroupRuleId] })
        .SecurityGroupRules?.[0]?.Description;
    region.call(updateSecurityGroupRuleDescriptionsIngress, {
      GroupId,
      SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId, Description: 'users' }],
    });
    expect(description()).toBe('users');
    region.call(updateSecurityGroupRuleDescriptionsIngress, {
      GroupId,
      IpPermissions: [{ ...https, IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'all users' }] }],
    });
    expect(description()).toBe('all users');
    expect(
      region.failCode(updateSecurityGroupRuleDescriptionsIngress, {
        GroupId,
        SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId, Description: 'who?' }],
      }),
    ).toBe('InvalidParameterValue');
  });
});
