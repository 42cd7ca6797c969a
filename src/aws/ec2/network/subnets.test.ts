import { describe, expect, test } from 'vitest';
import { isDomainError } from '../../../world/domain-error.ts';
import { Subnets } from '../entities.ts';
import { releaseAddress, takeAddress } from './subnet-addresses.ts';
import {
  createDefaultSubnet,
  createSubnet,
  deleteSubnet,
  describeSubnets,
  modifySubnetAttribute,
} from './subnets.ts';
import { present, testRegion, type TestRegion } from '../test-region.ts';
import { createVpc } from './vpcs.ts';

const newVpc = (region: TestRegion): string =>
  present(region.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId);

describe('CreateSubnet', () => {
  test.each([
    ['10.0.1.0/24', 251],
    ['10.0.1.0/28', 11],
    ['10.0.0.0/16', 65_531],
  ])('%s has %d free addresses', (CidrBlock, AvailableIpAddressCount) => {
    const region = testRegion();
    const { Subnet } = region.call(createSubnet, { VpcId: newVpc(region), CidrBlock });
    expect(Subnet).toMatchObject({
      CidrBlock,
      AvailableIpAddressCount,
      State: 'available',
      MapPublicIpOnLaunch: false,
      DefaultForAz: false,
    });
    expect(Subnet?.SubnetArn).toBe(`arn:aws:ec2:us-east-1:123456789012:subnet/${Subnet?.SubnetId}`);
  });

  test.each([
    ['10.0.1.0/29', 'InvalidSubnet.Range', "The CIDR '10.0.1.0/29' is invalid."],
    ['10.0.0.0/15', 'InvalidSubnet.Range', "The CIDR '10.0.0.0/15' is invalid."],
    ['10.1.0.0/24', 'InvalidSubnet.Range', "The CIDR '10.1.0.0/24' is invalid."],
    [
      '10.0.9.128/25',
      'InvalidSubnet.Conflict',
      "The CIDR '10.0.9.128/25' conflicts with another subnet",
    ],
    [
      '10.0.0.0/20',
      'InvalidSubnet.Conflict',
      "The CIDR '10.0.0.0/20' conflicts with another subnet",
    ],
    [
      '10.0.1.0/x',
      'InvalidParameterValue',
      'Value (10.0.1.0/x) for parameter cidrBlock is invalid. This is not a valid CIDR block.',
    ],
  ])('refuses %s', (CidrBlock, code, message) => {
    const region = testRegion();
    const VpcId = newVpc(region);
    region.call(createSubnet, { VpcId, CidrBlock: '10.0.9.0/24' });
    expect(region.fail(createSubnet, { VpcId, CidrBlock })).toMatchObject({ code, message });
  });

  test('takes the zone by name or by id', () => {
    const region = testRegion('eu-west-1');
    const VpcId = newVpc(region);
    const byName = region.call(createSubnet, {
      VpcId,
      CidrBlock: '10.0.1.0/24',
      AvailabilityZone: 'eu-west-1b',
    }).Subnet;
    const byId = region.call(createSubnet, {
      VpcId,
      CidrBlock: '10.0.2.0/24',
      AvailabilityZoneId: byName?.AvailabilityZoneId,
    }).Subnet;
    expect(byName?.AvailabilityZone).toBe('eu-west-1b');
    expect(byId?.AvailabilityZone).toBe('eu-west-1b');
  });

  test('refuses a zone of another Region, and names those that there are', () => {
    const region = testRegion('eu-west-1');
    expect(
      region.fail(createSubnet, {
        VpcId: newVpc(region),
        CidrBlock: '10.0.1.0/24',
        AvailabilityZone: 'us-east-1a',
      }),
    ).toMatchObject({
      code: 'InvalidParameterValue',
      message:
        'Value (us-east-1a) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: eu-west-1a, eu-west-1b, eu-west-1c.',
    });
  });

  test('does not know the VPC of another Region', () => {
    const VpcId = newVpc(testRegion('eu-west-1'));
    expect(testRegion().failCode(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' })).toBe(
      'InvalidVpcID.NotFound',
    );
  });
});

describe('free addresses', () => {
  test('count down and up with what is taken, and a taken one keeps the subnet', () => {
    const region = testRegion();
    const { Subnet } = region.call(createSubnet, {
      VpcId: newVpc(region),
      CidrBlock: '10.0.1.0/24',
    });
    const SubnetId = present(Subnet?.SubnetId);
    const free = () =>
      region.call(describeSubnets, { SubnetIds: [SubnetId] }).Subnets?.[0]?.AvailableIpAddressCount;
    const subnet = present(region.view().get(Subnets, SubnetId));
    const address = region.transact((tx) => takeAddress(tx, subnet));
    if (isDomainError(address)) throw new Error(address.message);
    expect(free()).toBe(250);
    expect(region.fail(deleteSubnet, { SubnetId })).toMatchObject({
      code: 'DependencyViolation',
      message: `The subnet '${SubnetId}' has dependencies and cannot be deleted.`,
    });
    region.transact((tx) => releaseAddress(tx, subnet, address));
    expect(free()).toBe(251);
    region.call(deleteSubnet, { SubnetId });
    expect(region.failCode(describeSubnets, { SubnetIds: [SubnetId] })).toBe(
      'InvalidSubnetID.NotFound',
    );
  });
});

describe('ModifySubnetAttribute', () => {
  test('switches public addresses on', () => {
    const region = testRegion();
    const { Subnet } = region.call(createSubnet, {
      VpcId: newVpc(region),
      CidrBlock: '10.0.1.0/24',
    });
    const SubnetId = present(Subnet?.SubnetId);
    region.call(modifySubnetAttribute, { SubnetId, MapPublicIpOnLaunch: { Value: true } });
    const Filters = [
      { Name: 'map-public-ip-on-launch', Values: ['true'] },
      { Name: 'default-for-az', Values: ['false'] },
    ];
    expect(region.call(describeSubnets, { Filters }).Subnets).toMatchObject([{ SubnetId }]);
  });

  test('takes one attribute a call, and refuses what is not built', () => {
    const region = testRegion();
    const SubnetId = present(region.call(describeSubnets, {}).Subnets?.[0]?.SubnetId);
    expect(
      region.failCode(modifySubnetAttribute, {
        SubnetId,
        MapPublicIpOnLaunch: { Value: true },
        EnableDns64: { Value: false },
      }),
    ).toBe('InvalidParameterCombination');
    expect(
      region.failCode(modifySubnetAttribute, {
        SubnetId,
        MapCustomerOwnedIpOnLaunch: { Value: true },
      }),
    ).toBe('UnsupportedOperation');
  });
});

describe('CreateDefaultSubnet', () => {
  test('brings a deleted one back, with the same block', () => {
    const region = testRegion('eu-west-1');
    const { Subnets = [] } = region.call(describeSubnets, {});
    const gone = present(Subnets[1]);
    expect(
      region.fail(createDefaultSubnet, { AvailabilityZone: gone.AvailabilityZone }),
    ).toMatchObject({
      code: 'DefaultSubnetAlreadyExistsInAvailabilityZone',
      message: `'${gone.SubnetId}' is already the default subnet in eu-west-1b.`,
    });
    region.call(deleteSubnet, { SubnetId: present(gone.SubnetId) });
    expect(region.call(describeSubnets, {}).Subnets).toHaveLength(2);
    const { Subnet } = region.call(createDefaultSubnet, { AvailabilityZone: 'eu-west-1b' });
    expect(Subnet).toMatchObject({
      CidrBlock: gone.CidrBlock,
      AvailabilityZoneId: gone.AvailabilityZoneId,
      DefaultForAz: true,
      MapPublicIpOnLaunch: true,
    });
  });
});
