import { describe, expect, test } from 'vitest';
import {
  authorizeSecurityGroupIngress,
  revokeSecurityGroupIngress,
} from '../network/security-group-rules.ts';
import { createSecurityGroup, describeSecurityGroups } from '../network/security-groups.ts';
import { describeRouteTables } from '../network/route-tables.ts';
import { createRoute } from '../network/routes.ts';
import { deleteVpc, modifyVpcAttribute } from '../network/vpcs.ts';
import { createTags } from '../tags.ts';
import { present } from '../test-region.ts';
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  deleteVpcPeeringConnection,
  describeVpcPeeringConnections,
  rejectVpcPeeringConnection,
} from './peering-connections.ts';
import { modifyVpcPeeringConnectionOptions } from './peering-options.ts';
import { peeringWorld, type Home, type PeeringWorld } from './test-peering.ts';

const [here, there] = ['us-east-1', 'eu-west-1'];

const described = (home: Home, id: string) =>
  home.call(describeVpcPeeringConnections, { VpcPeeringConnectionIds: [id] })
    .VpcPeeringConnections?.[0];

const statusAt = (home: Home, id: string) => described(home, id)?.Status?.Code;

/** Asks, and lets AWS think about it. */
const request = (world: PeeringWorld, from: Home, vpcId: string, to: Home, peerVpcId: string) => {
  const { VpcPeeringConnection } = from.call(createVpcPeeringConnection, {
    VpcId: vpcId,
    PeerVpcId: peerVpcId,
    ...(to.region === from.region ? {} : { PeerRegion: to.region }),
    ...(to.account === from.account ? {} : { PeerOwnerId: to.account }),
  });
  expect(VpcPeeringConnection?.Status?.Code).toBe('initiating-request');
  world.it.clock.advance(5000);
  return present(VpcPeeringConnection?.VpcPeeringConnectionId);
};

describe.each([
  ['of one Region', here, '123456789012'],
  ['of two Regions', there, '123456789012'],
  ['of two accounts', here, '210987654321'],
  ['of two Regions and accounts', there, '210987654321'],
])('a peering connection between VPCs %s', (_name, region, account) => {
  const open = async () => {
    const world = await peeringWorld();
    const [from, to] = [world.home(here), world.home(region, account)];
    return { world, from, to, one: from.vpc(1), other: to.vpc(2) };
  };

  test('is asked for, accepted, seen from both sides, and deleted', async () => {
    const { world, from, to, one, other } = await open();
    const VpcPeeringConnectionId = request(world, from, one.vpcId, to, other.vpcId);
    expect([from, to].map((home) => statusAt(home, VpcPeeringConnectionId))).toEqual([
      'pending-acceptance',
      'pending-acceptance',
    ]);
    expect(described(to, VpcPeeringConnectionId)?.ExpirationTime).toBeDefined();
    const { VpcPeeringConnection } = to.call(acceptVpcPeeringConnection, {
      VpcPeeringConnectionId,
    });
    expect(VpcPeeringConnection?.Status?.Code).toBe('provisioning');
    world.it.clock.advance(5000);
    for (const home of [from, to]) {
      expect(described(home, VpcPeeringConnectionId)).toMatchObject({
        RequesterVpcInfo: { VpcId: one.vpcId, Region: here, CidrBlock: '10.1.0.0/16' },
        AccepterVpcInfo: {
          VpcId: other.vpcId,
          Region: region,
          OwnerId: account,
          CidrBlock: '10.2.0.0/16',
        },
        Status: { Code: 'active', Message: 'Active' },
      });
    }
    expect(to.failCode(acceptVpcPeeringConnection, { VpcPeeringConnectionId })).toBe(
      'InvalidStateTransition',
    );
    expect(
      from.failCode(createVpcPeeringConnection, {
        VpcId: one.vpcId,
        PeerVpcId: other.vpcId,
        PeerRegion: region,
        PeerOwnerId: account,
      }),
    ).toBe('VpcPeeringConnectionAlreadyExists');
    from.call(createTags, {
      Resources: [VpcPeeringConnectionId],
      Tags: [{ Key: 'Name', Value: 'both' }],
    });
    to.call(deleteVpcPeeringConnection, { VpcPeeringConnectionId });
    expect([from, to].map((home) => statusAt(home, VpcPeeringConnectionId))).toEqual([
      'deleted',
      'deleted',
    ]);
    world.it.clock.advance(3 * 24 * 3_600_000);
    for (const home of [from, to]) {
      expect(
        home.failCode(describeVpcPeeringConnections, {
          VpcPeeringConnectionIds: [VpcPeeringConnectionId],
        }),
      ).toBe('InvalidVpcPeeringConnectionID.NotFound');
    }
  });

  test('can be rejected, and expires after a week', async () => {
    const { world, from, to, one, other } = await open();
    const rejected = request(world, from, one.vpcId, to, other.vpcId);
    to.call(rejectVpcPeeringConnection, { VpcPeeringConnectionId: rejected });
    expect([from, to].map((home) => statusAt(home, rejected))).toEqual(['rejected', 'rejected']);
    const expired = request(world, from, one.vpcId, to, other.vpcId);
    world.it.clock.advance(7 * 24 * 3_600_000);
    expect([from, to].map((home) => statusAt(home, expired))).toEqual(['expired', 'expired']);
  });

  test('fails when their blocks overlap, or there is no such VPC', async () => {
    const { world, from, to, one } = await open();
    for (const peerVpcId of [to.vpc(1).vpcId, 'vpc-0123456789abcdef0']) {
      const id = request(world, from, one.vpcId, to, peerVpcId);
      expect(described(from, id)?.Status).toEqual({
        Code: 'failed',
        Message: 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range',
      });
    }
  });
});

describe('a peering connection', () => {
  test('between Regions waits while they are parted, and is accepted where its accepter is', async () => {
    const world = await peeringWorld();
    const [from, to] = [world.home(here), world.home(there)];
    const [one, other] = [from.vpc(1), to.vpc(2)];
    const mend = world.it.breakDown(`region/${there}`, 'network');
    const VpcPeeringConnectionId = request(world, from, one.vpcId, to, other.vpcId);
    expect(statusAt(from, VpcPeeringConnectionId)).toBe('initiating-request');
    mend();
    expect(statusAt(from, VpcPeeringConnectionId)).toBe('pending-acceptance');
    expect(from.failCode(acceptVpcPeeringConnection, { VpcPeeringConnectionId })).toBe(
      'OperationNotPermitted',
    );
  });

  test('takes routes while it is active, keeps its VPCs, and leaves black holes', async () => {
    const world = await peeringWorld();
    const home = world.home(here);
    const [one, other, third] = [home.vpc(1), home.vpc(2), home.vpc(3)];
    const VpcPeeringConnectionId = request(world, home, one.vpcId, home, other.vpcId);
    const tableOf = (vpcId: string) =>
      present(
        home.call(describeRouteTables, { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] })
          .RouteTables?.[0],
      );
    const route = {
      RouteTableId: present(tableOf(one.vpcId).RouteTableId),
      DestinationCidrBlock: '10.2.0.0/16',
      VpcPeeringConnectionId,
    };
    expect(home.failCode(createRoute, route)).toBe('InvalidVpcPeeringConnectionID.NotFound');
    home.call(acceptVpcPeeringConnection, { VpcPeeringConnectionId });
    world.it.clock.advance(5000);
    home.call(createRoute, route);
    expect(
      home.failCode(createRoute, {
        ...route,
        RouteTableId: present(tableOf(third.vpcId).RouteTableId),
      }),
    ).toBe('InvalidParameterValue');
    const state = () =>
      tableOf(one.vpcId).Routes?.find((it) => it.VpcPeeringConnectionId !== undefined);
    expect(state()).toMatchObject({ VpcPeeringConnectionId, State: 'active' });
    expect(home.failCode(deleteVpc, { VpcId: other.vpcId })).toBe('DependencyViolation');
    home.call(deleteVpcPeeringConnection, { VpcPeeringConnectionId });
    expect(state()).toMatchObject({ VpcPeeringConnectionId, State: 'blackhole' });
  });

  test('lets rules name groups of the other VPC in its Region', async () => {
    const world = await peeringWorld();
    const home = world.home(here);
    const [one, other] = [home.vpc(1), home.vpc(2)];
    const groupIn = (VpcId: string) =>
      present(home.call(createSecurityGroup, { GroupName: 'g', Description: 'g', VpcId }).GroupId);
    const [GroupId, peerId] = [groupIn(one.vpcId), groupIn(other.vpcId)];
    const rule = {
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: peerId }] },
      ],
    };
    expect(home.failCode(authorizeSecurityGroupIngress, rule)).toBe('InvalidGroup.NotFound');
    const VpcPeeringConnectionId = request(world, home, one.vpcId, home, other.vpcId);
    home.call(acceptVpcPeeringConnection, { VpcPeeringConnectionId });
    world.it.clock.advance(5000);
    home.call(authorizeSecurityGroupIngress, rule);
    const pair = () =>
      home.call(describeSecurityGroups, { GroupIds: [GroupId] }).SecurityGroups?.[0]
        ?.IpPermissions?.[0]?.UserIdGroupPairs?.[0];
    expect(pair()).toMatchObject({
      GroupId: peerId,
      VpcId: other.vpcId,
      VpcPeeringConnectionId,
      PeeringStatus: 'active',
    });
    home.call(deleteVpcPeeringConnection, { VpcPeeringConnectionId });
    expect(pair()).toMatchObject({ GroupId: peerId, PeeringStatus: 'deleted' });
    home.call(revokeSecurityGroupIngress, rule);
    expect(pair()).toBeUndefined();
  });

  test('has options of each side, which need DNS host names', async () => {
    const world = await peeringWorld();
    const [from, to] = [world.home(here), world.home(there)];
    const [one, other] = [from.vpc(1), to.vpc(2)];
    const VpcPeeringConnectionId = request(world, from, one.vpcId, to, other.vpcId);
    const options = {
      VpcPeeringConnectionId,
      RequesterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: true },
    };
    expect(from.failCode(modifyVpcPeeringConnectionOptions, options)).toBe('OperationNotPermitted');
    to.call(acceptVpcPeeringConnection, { VpcPeeringConnectionId });
    world.it.clock.advance(5000);
    expect(from.failCode(modifyVpcPeeringConnectionOptions, options)).toBe(
      'InvalidVpcPeeringConnectionState.DnsHostnamesDisabled',
    );
    from.call(modifyVpcAttribute, { VpcId: one.vpcId, EnableDnsHostnames: { Value: true } });
    expect(to.failCode(modifyVpcPeeringConnectionOptions, options)).toBe('OperationNotPermitted');
    from.call(modifyVpcPeeringConnectionOptions, options);
    expect(
      described(to, VpcPeeringConnectionId)?.RequesterVpcInfo?.PeeringOptions
        ?.AllowDnsResolutionFromRemoteVpc,
    ).toBe(true);
  });
});
