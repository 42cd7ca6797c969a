import { describe, expect, test } from 'vitest';
import {
  createNetworkAcl,
  createNetworkAclEntry,
  deleteNetworkAcl,
  deleteNetworkAclEntry,
  describeNetworkAcls,
  replaceNetworkAclAssociation,
  replaceNetworkAclEntry,
} from './network-acls.ts';
import { describeSubnets } from './subnets.ts';
import { present, testRegion, type TestRegion } from '../test-region.ts';
import { describeVpcs } from './vpcs.ts';

const newAcl = (region: TestRegion): string => {
  const VpcId = present(region.call(describeVpcs, {}).Vpcs?.[0]?.VpcId);
  return present(region.call(createNetworkAcl, { VpcId }).NetworkAcl?.NetworkAclId);
};
const http = {
  RuleNumber: 100,
  Egress: false,
  Protocol: '6',
  RuleAction: 'allow',
  CidrBlock: '0.0.0.0/0',
  PortRange: { From: 80, To: 80 },
} as const;

describe('the default network ACL', () => {
  test('belongs to all subnets, lets everything through and stays', () => {
    const region = testRegion('eu-west-1');
    const { NetworkAcls = [] } = region.call(describeNetworkAcls, {});
    const subnets = region.call(describeSubnets, {}).Subnets?.map((subnet) => subnet.SubnetId);
    expect(NetworkAcls[0]?.Associations?.map((association) => association.SubnetId)).toEqual(
      subnets,
    );
    const entry = { Protocol: '-1', CidrBlock: '0.0.0.0/0' };
    expect(NetworkAcls).toMatchObject([
      {
        IsDefault: true,
        Entries: [
          { ...entry, RuleNumber: 100, Egress: true, RuleAction: 'allow' },
          { ...entry, RuleNumber: 32_767, Egress: true, RuleAction: 'deny' },
          { ...entry, RuleNumber: 100, Egress: false, RuleAction: 'allow' },
          { ...entry, RuleNumber: 32_767, Egress: false, RuleAction: 'deny' },
        ],
      },
    ]);
    const NetworkAclId = present(NetworkAcls[0]?.NetworkAclId);
    expect(region.failCode(deleteNetworkAcl, { NetworkAclId })).toBe('InvalidParameterValue');
  });
});

describe('entries', () => {
  test('come, change and go by number and direction', () => {
    const region = testRegion();
    const NetworkAclId = newAcl(region);
    const ingress = () =>
      region
        .call(describeNetworkAcls, { NetworkAclIds: [NetworkAclId] })
        .NetworkAcls?.[0]?.Entries?.filter((entry) => entry.Egress === false);
    region.call(createNetworkAclEntry, { NetworkAclId, ...http });
    expect(region.failCode(createNetworkAclEntry, { NetworkAclId, ...http })).toBe(
      'NetworkAclEntryAlreadyExists',
    );
    region.call(createNetworkAclEntry, { NetworkAclId, ...http, Egress: true });
    region.call(replaceNetworkAclEntry, { NetworkAclId, ...http, RuleAction: 'deny' });
    expect(ingress()).toMatchObject([
      { RuleNumber: 100, RuleAction: 'deny', PortRange: { From: 80, To: 80 } },
      { RuleNumber: 32_767, RuleAction: 'deny', Protocol: '-1' },
    ]);
    region.call(deleteNetworkAclEntry, { NetworkAclId, RuleNumber: 100, Egress: false });
    expect(ingress()).toHaveLength(1);
    expect(
      region.failCode(deleteNetworkAclEntry, { NetworkAclId, RuleNumber: 100, Egress: false }),
    ).toBe('InvalidNetworkAclEntry.NotFound');
  });

  test.each([
    [{ RuleNumber: 0 }, 'InvalidParameterValue'],
    [{ RuleNumber: 32_767 }, 'InvalidParameterValue'],
    [{ Protocol: 'http' }, 'InvalidParameterValue'],
    [{ PortRange: undefined }, 'MissingParameter'],
    [{ PortRange: { From: 81, To: 80 } }, 'InvalidParameterValue'],
    [{ Protocol: '1' }, 'MissingParameter'],
    [{ CidrBlock: undefined }, 'MissingParameter'],
    [{ CidrBlock: '::/0' }, 'InvalidParameterValue'],
    [{ Ipv6CidrBlock: '::/0' }, 'InvalidParameterCombination'],
  ])('with %j are refused', (change, code) => {
    const region = testRegion();
    const NetworkAclId = newAcl(region);
    expect(region.failCode(createNetworkAclEntry, { NetworkAclId, ...http, ...change })).toBe(code);
  });
});

describe('associations', () => {
  test('move a subnet to another network ACL, which then stays', () => {
    const region = testRegion();
    const NetworkAclId = newAcl(region);
    const before = region.call(describeNetworkAcls, {
      Filters: [{ Name: 'default', Values: ['true'] }],
    }).NetworkAcls?.[0]?.Associations?.[0];
    const { NewAssociationId } = region.call(replaceNetworkAclAssociation, {
      AssociationId: present(before?.NetworkAclAssociationId),
      NetworkAclId,
    });
    expect(
      region.call(describeNetworkAcls, {
        Filters: [{ Name: 'association.subnet-id', Values: [present(before?.SubnetId)] }],
      }).NetworkAcls,
    ).toMatchObject([
      { NetworkAclId, Associations: [{ NetworkAclAssociationId: NewAssociationId }] },
    ]);
    expect(region.failCode(deleteNetworkAcl, { NetworkAclId })).toBe('DependencyViolation');
  });
});
