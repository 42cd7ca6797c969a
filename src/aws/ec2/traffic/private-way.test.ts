import { describe, expect, test } from 'vitest';
import { NetworkInterfaces } from '../instances/instance-entities.ts';
import { createNatGateway } from '../nat-gateways/nat-gateways.ts';
import { describeRouteTables } from '../network/route-tables.ts';
import { createRoute, deleteRoute } from '../network/routes.ts';
import { authorizeSecurityGroupIngress } from '../network/security-group-rules.ts';
import { createSecurityGroup } from '../network/security-groups.ts';
import { createNetworkInterface } from '../network-interfaces/life.ts';
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  deleteVpcPeeringConnection,
} from '../peering/peering-connections.ts';
import { peeringWorld, type Home, type PeeringWorld } from '../peering/test-peering.ts';
import { present } from '../test-region.ts';
import { allows } from './allows.ts';
import { interfaceByRoutes } from './private-way.ts';

/** A VPC with an interface that takes port 80 from everywhere. */
const place = (home: Home, second: number) => {
  const { vpcId, subnetId } = home.vpc(second);
  const { RouteTables } = home.call(describeRouteTables, {
    Filters: [{ Name: 'vpc-id', Values: [vpcId] }],
  });
  const GroupId = present(
    home.call(createSecurityGroup, { GroupName: 'web', Description: 'web', VpcId: vpcId }).GroupId,
  );
  home.call(authorizeSecurityGroupIngress, {
    GroupId,
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ],
  });
  const { NetworkInterface } = home.call(createNetworkInterface, {
    SubnetId: subnetId,
    Groups: [GroupId],
  });
  const id = present(NetworkInterface?.NetworkInterfaceId);
  return {
    home,
    vpcId,
    cidr: `10.${second}.0.0/16`,
    tableId: present(RouteTables?.[0]?.RouteTableId),
    networkInterface: present(home.view().get(NetworkInterfaces, id)),
  };
};

type Placed = ReturnType<typeof place>;

const peer = ({ it }: PeeringWorld, from: Placed, to: Placed): string => {
  const { VpcPeeringConnection } = from.home.call(createVpcPeeringConnection, {
    VpcId: from.vpcId,
    PeerVpcId: to.vpcId,
    PeerRegion: to.home.region,
    PeerOwnerId: to.home.account,
  });
  const VpcPeeringConnectionId = present(VpcPeeringConnection?.VpcPeeringConnectionId);
  it.clock.advance(5000);
  to.home.call(acceptVpcPeeringConnection, { VpcPeeringConnectionId });
  it.clock.advance(5000);
  return VpcPeeringConnectionId;
};

const route = (at: Placed, DestinationCidrBlock: string, VpcPeeringConnectionId: string) =>
  at.home.call(createRoute, {
    RouteTableId: at.tableId,
    DestinationCidrBlock,
    VpcPeeringConnectionId,
  });

const verdict = (from: Placed, to: Placed, port = 80) =>
  allows(from.home.view(), {
    source: from.networkInterface,
    destination: {
      kind: 'interface',
      networkInterface: to.networkInterface,
      view: to.home.view(),
    },
    protocol: 'tcp',
    port,
  });

describe.each([
  ['of one Region', 'us-east-1', '123456789012'],
  ['of two Regions', 'eu-west-1', '123456789012'],
  ['of two accounts', 'us-east-1', '210987654321'],
])('peered VPCs %s', (_name, region, account) => {
  const open = async () => {
    const world = await peeringWorld();
    const one = place(world.home('us-east-1'), 1);
    const other = place(world.home(region, account), 2);
    return { world, one, other, connectionId: peer(world, one, other) };
  };

  test('reach each other with routes on both sides, by the rules of both', async () => {
    const { one, other, connectionId } = await open();
    expect(verdict(one, other)).toMatchObject({ allowed: false, by: 'route' });
    route(one, other.cidr, connectionId);
    // Answers find no way back.
    expect(verdict(one, other)).toMatchObject({ allowed: false, by: 'route' });
    route(other, one.cidr, connectionId);
    expect(verdict(one, other).allowed).toBe(true);
    expect(verdict(other, one).allowed).toBe(true);
    expect(verdict(one, other, 81)).toMatchObject({ allowed: false, by: 'security-group' });
    const found = interfaceByRoutes(
      one.home.view(),
      one.networkInterface,
      other.networkInterface.privateIpAddress,
    );
    expect(found?.networkInterface.id).toBe(other.networkInterface.id);
  });

  test('do not, once a route or the connection is gone', async () => {
    const { one, other, connectionId } = await open();
    route(one, other.cidr, connectionId);
    route(other, one.cidr, connectionId);
    other.home.call(deleteRoute, { RouteTableId: other.tableId, DestinationCidrBlock: one.cidr });
    expect(verdict(one, other)).toMatchObject({ allowed: false, by: 'route' });
    route(other, one.cidr, connectionId);
    one.home.call(deleteVpcPeeringConnection, { VpcPeeringConnectionId: connectionId });
    const after = verdict(one, other);
    expect(after).toMatchObject({ allowed: false, by: 'route' });
    expect(after.allowed ? '' : after.detail).toContain('black hole');
  });
});

test('peering is not transitive: a VPC is no way to a third one', async () => {
  const world = await peeringWorld();
  const home = world.home('us-east-1');
  const [one, middle, third] = [place(home, 1), place(home, 2), place(home, 3)];
  const [first, second] = [peer(world, one, middle), peer(world, middle, third)];
  route(one, third.cidr, first);
  route(middle, third.cidr, second);
  route(middle, one.cidr, first);
  route(third, one.cidr, second);
  const found = verdict(one, third);
  expect(found).toMatchObject({ allowed: false, by: 'route' });
  expect(found.allowed ? '' : found.detail).toContain('does not lead to');
});

test('a NAT gateway is no way to another VPC, and the verdict says so', async () => {
  const world = await peeringWorld();
  const home = world.home('us-east-1');
  const [one, other] = [place(home, 1), place(home, 2)];
  route(other, one.cidr, peer(world, one, other));
  const { NatGateway } = home.call(createNatGateway, {
    SubnetId: one.networkInterface.subnetId,
    ConnectivityType: 'private',
  });
  const NatGatewayId = present(NatGateway?.NatGatewayId);
  home.call(createRoute, {
    RouteTableId: one.tableId,
    DestinationCidrBlock: other.cidr,
    NatGatewayId,
  });
  expect(verdict(one, other)).toMatchObject({
    allowed: false,
    by: 'route',
    detail: `the route ${other.cidr} leads to the NAT gateway ${NatGatewayId}, which translates only to addresses of the Internet here`,
  });
});
