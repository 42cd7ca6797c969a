import { describe, expect, test } from 'vitest';
import { describeAccountAttributes } from '../account-attributes.ts';
import {
  deleteInternetGateway,
  describeInternetGateways,
  detachInternetGateway,
} from './internet-gateways.ts';
import { describeNetworkAcls } from './network-acls.ts';
import { describeRouteTables } from './route-tables.ts';
import { createSecurityGroup, describeSecurityGroups } from './security-groups.ts';
import { createDefaultSubnet, deleteSubnet, describeSubnets } from './subnets.ts';
import { present, testRegion, type TestRegion } from '../test-region.ts';
import { createDefaultVpc, deleteVpc, describeVpcs } from './vpcs.ts';

const defaultVpcAttribute = (region: TestRegion) =>
  region.call(describeAccountAttributes, { AttributeNames: ['default-vpc'] }).AccountAttributes?.[0]
    ?.AttributeValues?.[0]?.AttributeValue;

const deleteDefaultVpc = (region: TestRegion): void => {
  const VpcId = present(region.call(describeVpcs, {}).Vpcs?.[0]?.VpcId);
  for (const subnet of region.call(describeSubnets, {}).Subnets ?? []) {
    region.call(deleteSubnet, { SubnetId: present(subnet.SubnetId) });
  }
  const gateway = region.call(describeInternetGateways, {}).InternetGateways?.[0];
  const InternetGatewayId = present(gateway?.InternetGatewayId);
  region.call(detachInternetGateway, { InternetGatewayId, VpcId });
  region.call(deleteInternetGateway, { InternetGatewayId });
  region.call(deleteVpc, { VpcId });
};

describe('a default VPC that was deleted', () => {
  test('stays deleted, with all that came with it', () => {
    const region = testRegion();
    deleteDefaultVpc(region);
    expect(region.call(describeVpcs, {}).Vpcs).toEqual([]);
    expect(region.call(describeRouteTables, {}).RouteTables).toEqual([]);
    expect(region.call(describeSecurityGroups, {}).SecurityGroups).toEqual([]);
    expect(region.call(describeNetworkAcls, {}).NetworkAcls).toEqual([]);
    expect(defaultVpcAttribute(region)).toBe('none');
    expect(region.failCode(createSecurityGroup, { GroupName: 'web', Description: 'x' })).toBe(
      'VPCIdNotSpecified',
    );
    expect(region.failCode(createDefaultSubnet, { AvailabilityZone: 'us-east-1a' })).toBe(
      'DefaultVpcDoesNotExist',
    );
  });

  test('comes back whole with CreateDefaultVpc', () => {
    const region = testRegion('eu-west-1');
    deleteDefaultVpc(region);
    const { Vpc } = region.call(createDefaultVpc, {});
    expect(Vpc).toMatchObject({ CidrBlock: '172.31.0.0/16', IsDefault: true });
    expect(region.call(describeSubnets, {}).Subnets).toHaveLength(3);
    expect(region.call(describeRouteTables, {}).RouteTables?.[0]?.Routes).toMatchObject([
      { GatewayId: 'local' },
      { DestinationCidrBlock: '0.0.0.0/0', State: 'active' },
    ]);
    expect(defaultVpcAttribute(region)).toBe(Vpc?.VpcId);
  });
});

describe('accounts', () => {
  test('have default networks of their own', () => {
    const ids = ['111111111111', '222222222222'].map((account) =>
      testRegion('us-east-1', account)
        .call(describeVpcs, {})
        .Vpcs?.map((vpc) => vpc.OwnerId),
    );
    expect(ids).toEqual([['111111111111'], ['222222222222']]);
  });
});

describe('DescribeAccountAttributes', () => {
  test('knows VPC as the only platform', () => {
    expect(
      testRegion().call(describeAccountAttributes, { AttributeNames: ['supported-platforms'] }),
    ).toEqual({
      AccountAttributes: [
        { AttributeName: 'supported-platforms', AttributeValues: [{ AttributeValue: 'VPC' }] },
      ],
    });
  });
});
