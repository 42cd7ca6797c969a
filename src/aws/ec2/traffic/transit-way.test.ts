import { describe, expect, test } from 'vitest';
import { Subnets } from '../entities.ts';
import { NetworkInterfaces, type NetworkInterface } from '../instances/instance-entities.ts';
import { createNetworkInterface } from '../network-interfaces/life.ts';
import { authorizeSecurityGroupIngress } from '../network/security-group-rules.ts';
import { createSecurityGroup } from '../network/security-groups.ts';
import { peeringWorld, type Home, type PeeringWorld } from '../peering/test-peering.ts';
import { present } from '../test-region.ts';
import {
  associateTransitGatewayRouteTable,
  disassociateTransitGatewayRouteTable,
} from '../transit-gateways/associations.ts';
import {
  acceptTransitGatewayPeeringAttachment,
  createTransitGatewayPeeringAttachment,
} from '../transit-gateways/peering-attachments.ts';
import { createTransitGatewayRouteTable } from '../transit-gateways/route-tables.ts';
import {
  createTransitGatewayRoute,
  deleteTransitGatewayRoute,
} from '../transit-gateways/routes.ts';
import {
  hubIn,
  leadTo,
  settle,
  spokeOf,
  type Hub,
  type Spoke,
} from '../transit-gateways/test-transit.ts';
import { allows } from './allows.ts';
import { interfaceByRoutes } from './private-way.ts';
import { transitWay } from './transit-way.ts';
import type { Verdict } from './verdict.ts';

/** An interface of a spoke that takes port 80 from everywhere, in the zone of a letter. */
const placed = ({ home, vpcId, subnets }: Spoke, zone: 'a' | 'b' = 'a') => {
  const GroupId = present(
    home.call(createSecurityGroup, {
      GroupName: `web-${zone}`,
      Description: 'web',
      VpcId: vpcId,
    }).GroupId,
  );
  home.call(authorizeSecurityGroupIngress, {
    GroupId,
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ],
  });
  const { NetworkInterface } = home.call(createNetworkInterface, {
    SubnetId: subnets[zone],
    Groups: [GroupId],
  });
  const id = present(NetworkInterface?.NetworkInterfaceId);
  return { home, networkInterface: present(home.view().get(NetworkInterfaces, id)) };
};

type Placed = { readonly home: Home; readonly networkInterface: NetworkInterface };

const verdict = (from: Placed, to: Placed): Verdict =>
  allows(from.home.view(), {
    source: from.networkInterface,
    destination: {
      kind: 'interface',
      networkInterface: to.networkInterface,
      view: to.home.view(),
    },
    protocol: 'tcp',
    port: 80,
  });

const why = (from: Placed, to: Placed): string => {
  const found = verdict(from, to);
  return found.allowed ? 'allowed' : `${found.by}: ${found.detail}`;
};

const zoneIdOf = ({ home, subnets }: Spoke, zone: 'a' | 'b'): string =>
  present(home.view().get(Subnets, subnets[zone])).zoneId;

describe('VPCs that are attached to a transit gateway', () => {
  const open = async (zones?: readonly ('a' | 'b')[]) => {
    const world = await peeringWorld();
    const hub = hubIn(world, world.home('us-east-1'));
    const [one, other] = [spokeOf(world, hub, 1), spokeOf(world, hub, 2, zones)];
    return { world, hub, one, other };
  };

  test('reach each other when both lead to it, and their tables on', async () => {
    const { hub, one, other } = await open();
    const [from, to] = [placed(one), placed(other)];
    expect(why(from, to)).toContain('has no route to');
    leadTo(one, hub);
    expect(why(from, to)).toContain('has no route to');
    leadTo(other, hub);
    expect(why(from, to)).toBe('allowed');
    expect(why(to, from)).toBe('allowed');
    const found = interfaceByRoutes(
      one.home.view(),
      from.networkInterface,
      to.networkInterface.privateIpAddress,
    );
    expect(found?.networkInterface.id).toBe(to.networkInterface.id);
    one.home.call(createTransitGatewayRoute, {
      TransitGatewayRouteTableId: hub.tableId,
      DestinationCidrBlock: '10.2.1.0/24',
      Blackhole: true,
    });
    expect(why(from, to)).toContain('is a black hole');
  });

  test('do not without an association, or through a table that does not lead on', async () => {
    const { world, hub, one, other } = await open();
    leadTo(one, hub);
    leadTo(other, hub);
    const [from, to] = [placed(one), placed(other)];
    const TransitGatewayAttachmentId = one.attachmentId;
    one.home.call(disassociateTransitGatewayRouteTable, {
      TransitGatewayAttachmentId,
      TransitGatewayRouteTableId: hub.tableId,
    });
    settle(world);
    expect(why(from, to)).toContain('is associated with no route table');
    const { TransitGatewayRouteTable } = one.home.call(createTransitGatewayRouteTable, {
      TransitGatewayId: hub.id,
    });
    const TransitGatewayRouteTableId = present(
      TransitGatewayRouteTable?.TransitGatewayRouteTableId,
    );
    settle(world);
    one.home.call(associateTransitGatewayRouteTable, {
      TransitGatewayAttachmentId,
      TransitGatewayRouteTableId,
    });
    settle(world);
    expect(why(from, to)).toContain(`the route table ${TransitGatewayRouteTableId} has no route`);
    one.home.call(createTransitGatewayRoute, {
      TransitGatewayRouteTableId,
      DestinationCidrBlock: '10.0.0.0/8',
      TransitGatewayAttachmentId: other.attachmentId,
    });
    expect(why(from, to)).toBe('allowed');
  });

  test('are served only in zones in which the attachment has a subnet', async () => {
    const { hub, one, other } = await open(['a']);
    leadTo(one, hub);
    leadTo(other, hub);
    const from = placed(one);
    expect(why(from, placed(other, 'a'))).toBe('allowed');
    // It is found there, but does not find the way back.
    expect(why(from, placed(other, 'b'))).toContain(
      `has no subnet in the zone ${zoneIdOf(other, 'b')}`,
    );
  });

  test('lose with a zone what the attachments have there, and no more', async () => {
    const { world, hub, one, other } = await open();
    leadTo(one, hub);
    leadTo(other, hub);
    const [fromA, fromB] = [placed(one, 'a'), placed(one, 'b')];
    const [toA, toB] = [placed(other, 'a'), placed(other, 'b')];
    const mend = world.it.breakDown(`zone/${zoneIdOf(one, 'a')}`, 'network');
    expect(why(fromA, toB)).toContain('does not work in the zone');
    expect(why(fromB, toA)).toContain('is not reached');
    expect(why(fromB, toB)).toBe('allowed');
    mend();
    expect(why(fromA, toB)).toBe('allowed');
    expect(why(fromB, toA)).toBe('allowed');
  });
});

/** Peers two gateways and leads the blocks of all spokes of each through the peering. */
const peer = (world: PeeringWorld, from: Hub, to: Hub, there: string, here: string): void => {
  const { TransitGatewayPeeringAttachment } = from.home.call(
    createTransitGatewayPeeringAttachment,
    {
      TransitGatewayId: from.id,
      PeerTransitGatewayId: to.id,
      PeerAccountId: to.home.account,
      PeerRegion: to.home.region,
    },
  );
  const TransitGatewayAttachmentId = present(
    TransitGatewayPeeringAttachment?.TransitGatewayAttachmentId,
  );
  to.home.call(acceptTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId });
  settle(world);
  for (const [hub, DestinationCidrBlock] of [
    [from, there],
    [to, here],
  ] as const) {
    hub.home.call(createTransitGatewayRoute, {
      TransitGatewayRouteTableId: hub.tableId,
      DestinationCidrBlock,
      TransitGatewayAttachmentId,
    });
  }
};

describe('transit gateways of several Regions', () => {
  test('join what is attached to them by peering, as far as routes lead', async () => {
    const world = await peeringWorld();
    const [east, west] = [
      hubIn(world, world.home('us-east-1')),
      hubIn(world, world.home('eu-west-1')),
    ];
    const [one, other] = [spokeOf(world, east, 1), spokeOf(world, west, 2)];
    leadTo(one, east);
    leadTo(other, west);
    const [from, to] = [placed(one), placed(other)];
    expect(why(from, to)).toContain('has no route to');
    peer(world, east, west, other.cidr, one.cidr);
    expect(why(from, to)).toBe('allowed');
    const mend = world.it.breakDown('region/eu-west-1', 'network');
    expect(why(from, to)).not.toBe('allowed');
    mend();
    west.home.call(deleteTransitGatewayRoute, {
      TransitGatewayRouteTableId: west.tableId,
      DestinationCidrBlock: one.cidr,
    });
    expect(why(from, to)).toContain('has no route to');
  });

  test('carry on to a third one, while the one between is reached', async () => {
    const world = await peeringWorld();
    const hubs = ['us-east-1', 'eu-west-1', 'us-west-2'].map((region) =>
      hubIn(world, world.home(region)),
    );
    const [east, middle, west] = hubs.map(present);
    if (east === undefined || middle === undefined || west === undefined) throw new Error('hubs');
    const [one, other] = [spokeOf(world, east, 1), spokeOf(world, west, 2)];
    leadTo(one, east);
    leadTo(other, west);
    const [from, to] = [placed(one), placed(other)];
    peer(world, east, middle, other.cidr, one.cidr);
    peer(world, middle, west, other.cidr, one.cidr);
    expect(why(from, to)).toBe('allowed');
    const mend = world.it.breakDown('region/eu-west-1', 'network');
    expect(why(from, to)).toContain('is not reached');
    mend();
  });

  test('pass nobody in a circle', async () => {
    const world = await peeringWorld();
    const [east, west] = [
      hubIn(world, world.home('us-east-1')),
      hubIn(world, world.home('eu-west-1')),
    ];
    const one = spokeOf(world, east, 1);
    leadTo(one, east);
    peer(world, east, west, '10.77.0.0/16', '10.77.0.0/16');
    const view = one.home.view();
    const subnet = present(view.get(Subnets, one.subnets.a));
    expect(transitWay(view, subnet, east.id, '10.77.0.1')).toEqual({
      kind: 'none',
      detail: `the transit gateway ${east.id} is passed in a circle`,
    });
  });
});
