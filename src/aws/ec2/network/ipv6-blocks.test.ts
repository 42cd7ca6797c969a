import { describe, expect, test } from 'vitest';
import { present, testRegion, type TestRegion } from '../test-region.ts';
import {
  assignIpv6Addresses,
  unassignIpv6Addresses,
} from '../network-interfaces/ipv6-addresses.ts';
import { createNetworkInterface, deleteNetworkInterface } from '../network-interfaces/life.ts';
import {
  createEgressOnlyInternetGateway,
  deleteEgressOnlyInternetGateway,
} from './egress-only-gateways.ts';
import { associateSubnetCidrBlock, disassociateSubnetCidrBlock } from './ipv6-blocks.ts';
import { createNetworkAcl, createNetworkAclEntry, describeNetworkAcls } from './network-acls.ts';
import { describeRouteTables } from './route-tables.ts';
import { createRoute } from './routes.ts';
import { createSecurityGroup, describeSecurityGroups } from './security-groups.ts';
import { revokeSecurityGroupEgress } from './security-group-rules.ts';
import { createSubnet, describeSubnets, modifySubnetAttribute } from './subnets.ts';
import {
  associateVpcCidrBlock,
  createVpc,
  deleteVpc,
  describeVpcs,
  disassociateVpcCidrBlock,
} from './vpcs.ts';

const CidrBlock = '10.0.0.0/16';

const vpcWithIpv6 = (region: TestRegion) => {
  const { Vpc } = region.call(createVpc, { CidrBlock, AmazonProvidedIpv6CidrBlock: true });
  const [association] = present(Vpc?.Ipv6CidrBlockAssociationSet);
  return {
    VpcId: present(Vpc?.VpcId),
    block: present(association?.Ipv6CidrBlock),
    AssociationId: present(association?.AssociationId),
  };
};

/** The n-th /64 of a /56. */
const part = (block: string, n: number): string =>
  block.replace(/00::\/56$/, `${n.toString(16).padStart(2, '0')}::/64`);

const filterOf = (VpcId: string) => ({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] });

const aclEntriesOf = (region: TestRegion, VpcId: string) =>
  region
    .call(describeNetworkAcls, filterOf(VpcId))
    .NetworkAcls?.map(({ Entries = [] }) =>
      Entries.filter(({ Egress }) => Egress === false).map((entry) => [
        entry.RuleNumber,
        entry.RuleAction,
        entry.CidrBlock ?? entry.Ipv6CidrBlock,
      ]),
    );

const egressOf = (region: TestRegion, VpcId: string) =>
  region
    .call(describeSecurityGroups, filterOf(VpcId))
    .SecurityGroups?.map(({ IpPermissionsEgress = [] }) =>
      IpPermissionsEgress.flatMap(({ IpRanges = [], Ipv6Ranges = [] }) => [
        ...IpRanges.map(({ CidrIp }) => CidrIp),
        ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6),
      ]),
    );

describe('a VPC with IPv6', () => {
  test('has a /56 of its own, local routes for it, and lets it pass as IPv4', () => {
    const region = testRegion();
    const { VpcId, block } = vpcWithIpv6(region);
    expect(block).toMatch(/^2600:1f[\da-f:]+00::\/56$/);
    expect(vpcWithIpv6(region).block).not.toBe(block);
    const [vpc] = present(region.call(describeVpcs, { VpcIds: [VpcId] }).Vpcs);
    expect(vpc?.Ipv6CidrBlockAssociationSet).toMatchObject([
      {
        Ipv6CidrBlock: block,
        Ipv6CidrBlockState: { State: 'associated' },
        NetworkBorderGroup: 'us-east-1',
        Ipv6Pool: 'Amazon',
      },
    ]);
    const [table] = present(region.call(describeRouteTables, filterOf(VpcId)).RouteTables);
    expect(table?.Routes).toMatchObject([
      { DestinationCidrBlock: CidrBlock, GatewayId: 'local' },
      { DestinationIpv6CidrBlock: block, GatewayId: 'local' },
    ]);
    expect(aclEntriesOf(region, VpcId)).toEqual([
      [
        [100, 'allow', '0.0.0.0/0'],
        [101, 'allow', '::/0'],
        [32_767, 'deny', '0.0.0.0/0'],
        [32_768, 'deny', '::/0'],
      ],
    ]);
    region.call(createSecurityGroup, { VpcId, GroupName: 'web', Description: 'web' });
    expect(egressOf(region, VpcId)).toEqual([
      ['0.0.0.0/0', '::/0'],
      ['0.0.0.0/0', '::/0'],
    ]);
  });

  test('comes to be later, and leaves alone what was changed before', () => {
    const region = testRegion();
    const { Vpc } = region.call(createVpc, { CidrBlock });
    const VpcId = present(Vpc?.VpcId);
    const { NetworkAcl } = region.call(createNetworkAcl, { VpcId });
    region.call(createNetworkAclEntry, {
      NetworkAclId: present(NetworkAcl?.NetworkAclId),
      RuleNumber: 7,
      Protocol: '-1',
      RuleAction: 'allow',
      Egress: false,
      CidrBlock: '10.0.0.0/8',
    });
    const { GroupId } = region.call(createSecurityGroup, {
      VpcId,
      GroupName: 'shut',
      Description: 'shut',
    });
    region.call(revokeSecurityGroupEgress, {
      GroupId,
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
    const { Ipv6CidrBlockAssociation: made } = region.call(associateVpcCidrBlock, {
      VpcId,
      AmazonProvidedIpv6CidrBlock: true,
    });
    expect(made?.Ipv6CidrBlockState).toEqual({ State: 'associating' });
    expect(egressOf(region, VpcId)).toEqual([['0.0.0.0/0', '::/0'], []]);
    expect(aclEntriesOf(region, VpcId)?.[1]).toEqual([
      [7, 'allow', '10.0.0.0/8'],
      [32_767, 'deny', '0.0.0.0/0'],
      [32_768, 'deny', '::/0'],
    ]);
    region.call(disassociateVpcCidrBlock, { AssociationId: made?.AssociationId });
    const [vpc] = present(region.call(describeVpcs, { VpcIds: [VpcId] }).Vpcs);
    expect(vpc?.Ipv6CidrBlockAssociationSet).toEqual([]);
    const tables = present(region.call(describeRouteTables, filterOf(VpcId)).RouteTables);
    expect(tables[0]?.Routes).toHaveLength(1);
  });

  test('has at most five blocks, and keeps one that a subnet lies in', () => {
    const region = testRegion();
    const { VpcId, block, AssociationId } = vpcWithIpv6(region);
    for (let more = 0; more < 4; more += 1) {
      region.call(associateVpcCidrBlock, { VpcId, AmazonProvidedIpv6CidrBlock: true });
    }
    const another = { VpcId, AmazonProvidedIpv6CidrBlock: true };
    expect(region.failCode(associateVpcCidrBlock, another)).toBe('CidrLimitExceeded');
    region.call(createSubnet, {
      VpcId,
      CidrBlock: '10.0.0.0/24',
      Ipv6CidrBlock: part(block, 1),
    });
    expect(region.failCode(disassociateVpcCidrBlock, { AssociationId })).toBe(
      'DependencyViolation',
    );
  });

  test('refuses the border group of another place, and pools', () => {
    const region = testRegion();
    expect(
      region.failCode(createVpc, {
        CidrBlock,
        AmazonProvidedIpv6CidrBlock: true,
        Ipv6CidrBlockNetworkBorderGroup: 'us-west-2-lax-1',
      }),
    ).toBe('InvalidParameterValue');
    expect(
      region.failCode(createVpc, {
        CidrBlock,
        Ipv6Pool: 'ipv6pool-ec2-0123456789abcdef0',
        Ipv6CidrBlock: '2001:db8::/56',
      }),
    ).toBe('UnsupportedOperation');
  });
});

describe('a subnet with IPv6', () => {
  test('has a /64 in its VPC that is no other subnet\u2019s', () => {
    const region = testRegion();
    const { VpcId, block } = vpcWithIpv6(region);
    const { Subnet } = region.call(createSubnet, {
      VpcId,
      CidrBlock: '10.0.0.0/24',
      Ipv6CidrBlock: part(block, 1).toUpperCase(),
    });
    expect(Subnet?.Ipv6CidrBlockAssociationSet).toMatchObject([{ Ipv6CidrBlock: part(block, 1) }]);
    const wanting = (Ipv6CidrBlock: string) =>
      region.failCode(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24', Ipv6CidrBlock });
    expect(wanting(part(block, 1))).toBe('InvalidSubnet.Conflict');
    expect(wanting('2001:db8::/64')).toBe('InvalidSubnet.Range');
    expect(wanting(part(block, 2).replace('/64', '/66'))).toBe('InvalidSubnet.Range');
    expect(wanting('10.0.0.0/64')).toBe('InvalidParameterValue');
  });

  test('gets and loses its block, and gives interfaces addresses of it', () => {
    const region = testRegion();
    const { VpcId, block } = vpcWithIpv6(region);
    const { Subnet } = region.call(createSubnet, { VpcId, CidrBlock: '10.0.0.0/24' });
    const SubnetId = present(Subnet?.SubnetId);
    const assigning = { SubnetId, AssignIpv6AddressOnCreation: { Value: true } };
    expect(region.failCode(modifySubnetAttribute, assigning)).toBe('InvalidParameterValue');
    expect(region.failCode(createNetworkInterface, { SubnetId, Ipv6AddressCount: 1 })).toBe(
      'InvalidParameterValue',
    );
    const Ipv6CidrBlock = part(block, 10);
    const { Ipv6CidrBlockAssociation } = region.call(associateSubnetCidrBlock, {
      SubnetId,
      Ipv6CidrBlock,
    });
    const AssociationId = present(Ipv6CidrBlockAssociation?.AssociationId);
    expect(
      region.failCode(associateSubnetCidrBlock, { SubnetId, Ipv6CidrBlock: part(block, 11) }),
    ).toBe('CidrLimitExceeded');
    region.call(modifySubnetAttribute, assigning);
    const { NetworkInterface } = region.call(createNetworkInterface, { SubnetId });
    const own = present(NetworkInterface?.Ipv6Addresses?.[0]?.Ipv6Address);
    expect(own.startsWith(Ipv6CidrBlock.replace('::/64', ':'))).toBe(true);
    const NetworkInterfaceId = present(NetworkInterface?.NetworkInterfaceId);
    const named = Ipv6CidrBlock.replace('/64', '7');
    expect(
      region.call(assignIpv6Addresses, { NetworkInterfaceId, Ipv6Addresses: [named] })
        .AssignedIpv6Addresses,
    ).toEqual([named]);
    expect(
      region.failCode(assignIpv6Addresses, { NetworkInterfaceId, Ipv6Addresses: [named] }),
    ).toBe('InvalidIPAddress.InUse');
    expect(
      region.failCode(assignIpv6Addresses, { NetworkInterfaceId, Ipv6Addresses: ['2001:db8::1'] }),
    ).toBe('InvalidParameterValue');
    expect(region.failCode(assignIpv6Addresses, { NetworkInterfaceId, Ipv6AddressCount: 63 })).toBe(
      'Ipv6AddressLimitExceeded',
    );
    region.call(unassignIpv6Addresses, { NetworkInterfaceId, Ipv6Addresses: [named] });
    expect(region.failCode(disassociateSubnetCidrBlock, { AssociationId })).toBe(
      'DependencyViolation',
    );
    region.call(deleteNetworkInterface, { NetworkInterfaceId });
    region.call(disassociateSubnetCidrBlock, { AssociationId });
    const [after] = present(region.call(describeSubnets, { SubnetIds: [SubnetId] }).Subnets);
    expect(after).toMatchObject({
      Ipv6CidrBlockAssociationSet: [],
      AssignIpv6AddressOnCreation: false,
    });
  });
});

describe('an egress-only internet gateway', () => {
  test('is the way out for IPv6, keeps its VPC, and leaves a black hole', () => {
    const region = testRegion();
    const { VpcId } = vpcWithIpv6(region);
    const { EgressOnlyInternetGateway: made } = region.call(createEgressOnlyInternetGateway, {
      VpcId,
    });
    const EgressOnlyInternetGatewayId = present(made?.EgressOnlyInternetGatewayId);
    const [table] = present(region.call(describeRouteTables, filterOf(VpcId)).RouteTables);
    const RouteTableId = present(table?.RouteTableId);
    const out = { RouteTableId, EgressOnlyInternetGatewayId };
    region.call(createRoute, { ...out, DestinationIpv6CidrBlock: '::/0' });
    expect(region.failCode(createRoute, { ...out, DestinationCidrBlock: '0.0.0.0/0' })).toBe(
      'InvalidParameterValue',
    );
    const lastRoute = () =>
      region.call(describeRouteTables, {
        Filters: [
          {
            Name: 'route.egress-only-internet-gateway-id',
            Values: [EgressOnlyInternetGatewayId],
          },
        ],
      }).RouteTables?.[0]?.Routes?.[2];
    expect(lastRoute()).toMatchObject({ EgressOnlyInternetGatewayId, State: 'active' });
    expect(region.failCode(deleteVpc, { VpcId })).toBe('DependencyViolation');
    region.call(deleteEgressOnlyInternetGateway, { EgressOnlyInternetGatewayId });
    expect(lastRoute()).toMatchObject({ State: 'blackhole' });
    expect(region.failCode(deleteEgressOnlyInternetGateway, { EgressOnlyInternetGatewayId })).toBe(
      'InvalidGatewayID.NotFound',
    );
    region.call(deleteVpc, { VpcId });
  });
});
