import { describe, expect, test } from 'vitest';
import { authorizeSecurityGroupIngress } from './security-group-rules.ts';
import {
  createSecurityGroup,
  deleteSecurityGroup,
  describeSecurityGroups,
} from './security-groups.ts';
import { present, testRegion, type TestRegion } from '../test-region.ts';
import { createVpc, describeVpcs } from './vpcs.ts';

const newVpc = (region: TestRegion): string =>
  present(region.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId);
const newGroup = (region: TestRegion, GroupName: string, VpcId?: string): string =>
  present(region.call(createSecurityGroup, { GroupName, Description: 'x', VpcId }).GroupId);

describe('the default security group', () => {
  test('lets its own members in and everything out, and stays', () => {
    const region = testRegion();
    const { SecurityGroups = [] } = region.call(describeSecurityGroups, {});
    const GroupId = present(SecurityGroups[0]?.GroupId);
    expect(SecurityGroups).toMatchObject([
      {
        GroupName: 'default',
        Description: 'default VPC security group',
        IpPermissions: [
          { IpProtocol: '-1', UserIdGroupPairs: [{ UserId: '123456789012', GroupId }] },
        ],
        IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      },
    ]);
    expect(region.fail(deleteSecurityGroup, { GroupId })).toMatchObject({
      code: 'CannotDelete',
      message: `the specified group: "${GroupId}" name: "default" cannot be deleted by a user`,
    });
  });
});

describe('CreateSecurityGroup', () => {
  test('makes a group that lets everything out and nothing in, in the default VPC unless told', () => {
    const region = testRegion();
    const VpcId = present(region.call(describeVpcs, {}).Vpcs?.[0]?.VpcId);
    const GroupId = newGroup(region, 'web');
    expect(
      region.call(describeSecurityGroups, { GroupNames: ['web'] }).SecurityGroups,
    ).toMatchObject([
      {
        GroupId,
        VpcId,
        SecurityGroupArn: `arn:aws:ec2:us-east-1:123456789012:security-group/${GroupId}`,
        IpPermissions: [],
        IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      },
    ]);
  });

  test('compares names without case, and keeps no spaces at their end', () => {
    const region = testRegion();
    const make = (GroupName: string) =>
      region.failCode(createSecurityGroup, { GroupName, Description: 'x' });
    newGroup(region, 'Abc');
    expect(make('ABC')).toBe('InvalidGroup.Duplicate');
    expect(make('Default')).toBe('InvalidParameterValue');
    newGroup(region, 'Test Security Group  ');
    expect(make('Test Security Group')).toBe('InvalidGroup.Duplicate');
    expect(
      region
        .call(describeSecurityGroups, { GroupNames: ['Test Security Group'] })
        .SecurityGroups?.map(({ GroupName }) => GroupName),
    ).toEqual(['Test Security Group']);
  });

  test('takes a name once per VPC', () => {
    const region = testRegion();
    const VpcId = newVpc(region);
    newGroup(region, 'web');
    newGroup(region, 'web', VpcId);
    expect(
      region.fail(createSecurityGroup, { GroupName: 'web', Description: 'x', VpcId }),
    ).toMatchObject({
      code: 'InvalidGroup.Duplicate',
      message: `The security group 'web' already exists for VPC '${VpcId}'`,
    });
  });

  test.each([
    ['sg-web', 'x', 'InvalidParameterValue'],
    ['default', 'x', 'InvalidParameterValue'],
    ['wéb', 'x', 'InvalidParameterValue'],
    ['web', 'what?', 'InvalidParameterValue'],
    ['web', undefined, 'MissingParameter'],
    [undefined, 'x', 'MissingParameter'],
  ])('refuses name %s with description %s', (GroupName, Description, code) => {
    expect(testRegion().failCode(createSecurityGroup, { GroupName, Description })).toBe(code);
  });
});

describe('DescribeSecurityGroups', () => {
  test.each([
    [{ GroupIds: ['sg-0123456789abcdef0'] }, 'InvalidGroup.NotFound'],
    [{ GroupIds: ['web'] }, 'InvalidGroupId.Malformed'],
    [{ GroupNames: ['web'] }, 'InvalidGroup.NotFound'],
  ])('answers %j with %s', (input, code) => {
    expect(testRegion().failCode(describeSecurityGroups, input)).toBe(code);
  });

  test.each([
    ['group-name', 'we*', 1],
    ['ip-permission.from-port', '443', 1],
    ['ip-permission.cidr', '203.0.113.0/24', 1],
    ['ip-permission.protocol', 'tcp', 1],
    ['ip-permission.group-name', 'default', 1],
    ['egress.ip-permission.cidr', '0.0.0.0/0', 2],
    ['egress.ip-permission.protocol', 'tcp', 0],
  ])('filters by %s %s', (Name, value, count) => {
    const region = testRegion();
    region.call(authorizeSecurityGroupIngress, {
      GroupId: newGroup(region, 'web'),
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      CidrIp: '203.0.113.0/24',
    });
    expect(
      region.call(describeSecurityGroups, { Filters: [{ Name, Values: [value] }] }).SecurityGroups,
    ).toHaveLength(count);
  });
});

describe('DeleteSecurityGroup', () => {
  test('waits for rules of other groups, not for its own', () => {
    const region = testRegion();
    const [web, app] = [newGroup(region, 'web'), newGroup(region, 'app')];
    for (const GroupId of [web, app]) {
      region.call(authorizeSecurityGroupIngress, {
        GroupId,
        IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: web }] }],
      });
    }
    expect(region.fail(deleteSecurityGroup, { GroupId: web })).toMatchObject({
      code: 'DependencyViolation',
      message: `resource ${web} has a dependent object`,
    });
    region.call(deleteSecurityGroup, { GroupName: 'app' });
    expect(region.call(deleteSecurityGroup, { GroupId: web })).toEqual({
      Return: true,
      GroupId: web,
    });
  });
});
