import { describe, expect, test } from 'vitest';
import { createSubnet, deleteSubnet, describeSubnets } from './subnets.ts';
import { present, testRegion } from '../test-region.ts';
import {
  associateVpcCidrBlock,
  createDefaultVpc,
  createVpc,
  deleteVpc,
  describeVpcAttribute,
  describeVpcs,
  disassociateVpcCidrBlock,
  modifyVpcAttribute,
} from './vpcs.ts';

describe('the default VPC', () => {
  test('is there at the first look, with a default /20 subnet in each zone', () => {
    const region = testRegion('eu-west-1');
    const { Vpcs = [] } = region.call(describeVpcs, {});
    expect(Vpcs).toMatchObject([
      { CidrBlock: '172.31.0.0/16', IsDefault: true, State: 'available', OwnerId: '123456789012' },
    ]);
    const { Subnets = [] } = region.call(describeSubnets, {});
    expect(Subnets.map((subnet) => [subnet.AvailabilityZone, subnet.CidrBlock])).toEqual([
      ['eu-west-1a', '172.31.0.0/20'],
      ['eu-west-1b', '172.31.16.0/20'],
      ['eu-west-1c', '172.31.32.0/20'],
    ]);
    for (const subnet of Subnets) {
      expect(subnet).toMatchObject({
        DefaultForAz: true,
        MapPublicIpOnLaunch: true,
        AvailableIpAddressCount: 4091,
      });
    }
  });

  test('stays the same between looks', () => {
    const region = testRegion();
    expect(region.call(describeVpcs, {})).toEqual(region.call(describeVpcs, {}));
  });

  test('exists once: CreateDefaultVpc is refused while it stands', () => {
    expect(testRegion().failCode(createDefaultVpc, {})).toBe('DefaultVpcAlreadyExists');
  });
});

describe('CreateVpc', () => {
  test.each([
    ['10.0.0.0/16', '10.0.0.0/16'],
    ['10.0.0.0/28', '10.0.0.0/28'],
    ['100.68.0.18/18', '100.68.0.0/18'],
  ])('takes %s as %s', (asked, made) => {
    const region = testRegion();
    const { Vpc } = region.call(createVpc, { CidrBlock: asked });
    expect(Vpc).toMatchObject({ CidrBlock: made, State: 'pending', IsDefault: false });
    expect(region.call(describeVpcs, { VpcIds: [present(Vpc?.VpcId)] }).Vpcs).toMatchObject([
      { CidrBlock: made, State: 'available' },
    ]);
  });

  test.each([
    ['10.0.0.0/15', 'InvalidVpc.Range', "The CIDR '10.0.0.0/15' is invalid."],
    ['10.0.0.0/29', 'InvalidVpc.Range', "The CIDR '10.0.0.0/29' is invalid."],
    ['127.0.0.0/16', 'InvalidVpc.Range', "The CIDR '127.0.0.0/16' is invalid."],
    [
      '10.0.0.0',
      'InvalidParameterValue',
      'Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block.',
    ],
    [undefined, 'MissingParameter', 'The request must contain the parameter cidrBlock'],
  ])('refuses %s', (cidr, code, message) => {
    expect(testRegion().fail(createVpc, { CidrBlock: cidr })).toMatchObject({ code, message });
  });

  test('makes five VPCs with the default one, no more', () => {
    const region = testRegion();
    for (const n of [1, 2, 3, 4]) region.call(createVpc, { CidrBlock: `10.${n}.0.0/16` });
    expect(region.failCode(createVpc, { CidrBlock: '10.5.0.0/16' })).toBe('VpcLimitExceeded');
  });

  test('tags it', () => {
    const region = testRegion();
    const Tags = [{ Key: 'Name', Value: 'shop' }];
    region.call(createVpc, {
      CidrBlock: '10.0.0.0/16',
      TagSpecifications: [{ ResourceType: 'vpc', Tags }],
    });
    const { Vpcs } = region.call(describeVpcs, {
      Filters: [{ Name: 'tag:Name', Values: ['sh*'] }],
    });
    expect(Vpcs).toMatchObject([{ CidrBlock: '10.0.0.0/16', Tags }]);
  });
});

describe('DescribeVpcs', () => {
  test.each([
    [
      ['vpc-0123456789abcdef0'],
      'InvalidVpcID.NotFound',
      "The vpc ID 'vpc-0123456789abcdef0' does not exist",
    ],
    [
      ['vpc-0123456789abcdef0', 'shop'],
      'InvalidVpcID.Malformed',
      'Invalid id: "shop" (expecting "vpc-...")',
    ],
  ])('answers %s with %s', (VpcIds, code, message) => {
    expect(testRegion().fail(describeVpcs, { VpcIds })).toMatchObject({ code, message });
  });

  test('takes ids or a page size, not both', () => {
    const region = testRegion();
    const id = present(region.call(describeVpcs, {}).Vpcs?.[0]?.VpcId);
    expect(region.failCode(describeVpcs, { VpcIds: [id], MaxResults: 5 })).toBe(
      'InvalidParameterCombination',
    );
  });

  test.each([
    ['isDefault', ['true'], 1],
    ['is-default', ['false'], 2],
    ['cidr', ['10.*'], 2],
    ['cidr-block-association.cidr-block', ['10.2.0.0/16', '172.31.0.0/16'], 2],
    ['owner-id', ['123456789012'], 3],
    ['state', ['pending'], 0],
  ])('filters by %s %s', (Name, Values, count) => {
    const region = testRegion();
    region.call(createVpc, { CidrBlock: '10.1.0.0/16' });
    region.call(createVpc, { CidrBlock: '10.2.0.0/16' });
    expect(region.call(describeVpcs, { Filters: [{ Name, Values }] }).Vpcs).toHaveLength(count);
  });

  test('gives pages that add up to the whole', () => {
    const region = testRegion();
    for (const n of [1, 2, 3]) region.call(createVpc, { CidrBlock: `10.${n}.0.0/16` });
    const first = region.call(describeVpcs, { MaxResults: 3 });
    const rest = region.call(describeVpcs, { MaxResults: 3, NextToken: first.NextToken });
    expect(rest.NextToken).toBeUndefined();
    expect([...(first.Vpcs ?? []), ...(rest.Vpcs ?? [])]).toEqual(
      region.call(describeVpcs, {}).Vpcs,
    );
  });
});

describe('attributes of a VPC', () => {
  test('change one at a time', () => {
    const region = testRegion();
    const { Vpc } = region.call(createVpc, { CidrBlock: '10.0.0.0/16' });
    const VpcId = present(Vpc?.VpcId);
    const hostnames = () =>
      region.call(describeVpcAttribute, { VpcId, Attribute: 'enableDnsHostnames' });
    expect(hostnames()).toEqual({ VpcId, EnableDnsHostnames: { Value: false } });
    region.call(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } });
    expect(hostnames()).toEqual({ VpcId, EnableDnsHostnames: { Value: true } });
    expect(
      region.failCode(modifyVpcAttribute, {
        VpcId,
        EnableDnsHostnames: { Value: true },
        EnableDnsSupport: { Value: true },
      }),
    ).toBe('InvalidParameterCombination');
  });
});

describe('DNS hostnames', () => {
  test('need DNS support', () => {
    const region = testRegion();
    const VpcId = present(region.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId);
    const support = (Value: boolean) =>
      region.call(modifyVpcAttribute, { VpcId, EnableDnsSupport: { Value } });
    const hostnames = { VpcId, EnableDnsHostnames: { Value: true } };
    support(false);
    expect(region.failCode(modifyVpcAttribute, hostnames)).toBe('InvalidParameterCombination');
    region.call(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: false } });
    support(true);
    region.call(modifyVpcAttribute, hostnames);
    expect(region.call(describeVpcAttribute, { VpcId, Attribute: 'enableDnsHostnames' })).toEqual(
      hostnames,
    );
  });
});

describe('further CIDR blocks', () => {
  test('hold subnets, and go again when empty', () => {
    const region = testRegion();
    const { Vpc } = region.call(createVpc, { CidrBlock: '10.0.0.0/16' });
    const VpcId = present(Vpc?.VpcId);
    expect(region.failCode(createSubnet, { VpcId, CidrBlock: '10.1.0.0/24' })).toBe(
      'InvalidSubnet.Range',
    );
    const { CidrBlockAssociation } = region.call(associateVpcCidrBlock, {
      VpcId,
      CidrBlock: '10.1.0.0/16',
    });
    const AssociationId = present(CidrBlockAssociation?.AssociationId);
    const { Subnet } = region.call(createSubnet, { VpcId, CidrBlock: '10.1.0.0/24' });
    expect(region.failCode(disassociateVpcCidrBlock, { AssociationId })).toBe(
      'DependencyViolation',
    );
    region.call(deleteSubnet, { SubnetId: present(Subnet?.SubnetId) });
    region.call(disassociateVpcCidrBlock, { AssociationId });
    expect(region.failCode(createSubnet, { VpcId, CidrBlock: '10.1.0.0/24' })).toBe(
      'InvalidSubnet.Range',
    );
  });

  test('may not overlap, and the first one stays', () => {
    const region = testRegion();
    const { Vpc } = region.call(createVpc, { CidrBlock: '10.0.0.0/16' });
    const VpcId = present(Vpc?.VpcId);
    expect(region.failCode(associateVpcCidrBlock, { VpcId, CidrBlock: '10.0.5.0/24' })).toBe(
      'InvalidVpc.Range',
    );
    const AssociationId = present(Vpc?.CidrBlockAssociationSet?.[0]?.AssociationId);
    expect(region.failCode(disassociateVpcCidrBlock, { AssociationId })).toBe(
      'OperationNotPermitted',
    );
  });
});

describe('DeleteVpc', () => {
  test('needs the subnets gone', () => {
    const region = testRegion();
    const { Vpc } = region.call(createVpc, { CidrBlock: '10.0.0.0/16' });
    const VpcId = present(Vpc?.VpcId);
    const { Subnet } = region.call(createSubnet, { VpcId, CidrBlock: '10.0.0.0/24' });
    expect(region.fail(deleteVpc, { VpcId })).toMatchObject({
      code: 'DependencyViolation',
      message: `The vpc '${VpcId}' has dependencies and cannot be deleted.`,
    });
    region.call(deleteSubnet, { SubnetId: present(Subnet?.SubnetId) });
    region.call(deleteVpc, { VpcId });
    expect(region.failCode(deleteVpc, { VpcId })).toBe('InvalidVpcID.NotFound');
  });
});
