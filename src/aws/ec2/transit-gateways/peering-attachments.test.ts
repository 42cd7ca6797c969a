import { describe, expect, test } from 'vitest';
import { peeringWorld, type Home } from '../peering/test-peering.ts';
import { present } from '../test-region.ts';
import { describeTransitGatewayAttachments } from './attachments.ts';
import {
  acceptTransitGatewayPeeringAttachment,
  createTransitGatewayPeeringAttachment,
  deleteTransitGatewayPeeringAttachment,
  describeTransitGatewayPeeringAttachments,
  rejectTransitGatewayPeeringAttachment,
} from './peering-attachments.ts';
import { enableTransitGatewayRouteTablePropagation } from './propagations.ts';
import { createTransitGatewayRoute } from './routes.ts';
import { searchTransitGatewayRoutes } from './search-routes.ts';
import { hubIn, settle, type Hub } from './test-transit.ts';
import { deleteTransitGateway } from './transit-gateways.ts';
import { describeTransitGatewayVpcAttachments } from './vpc-attachments.ts';

const ask = (from: Hub, to: Pick<Hub, 'home' | 'id'>): string => {
  const { TransitGatewayPeeringAttachment } = from.home.call(
    createTransitGatewayPeeringAttachment,
    {
      TransitGatewayId: from.id,
      PeerTransitGatewayId: to.id,
      PeerAccountId: to.home.account,
      PeerRegion: to.home.region,
    },
  );
  expect(TransitGatewayPeeringAttachment?.State).toBe('initiatingRequest');
  return present(TransitGatewayPeeringAttachment?.TransitGatewayAttachmentId);
};

const described = (home: Home, id: string) =>
  home.call(describeTransitGatewayPeeringAttachments, { TransitGatewayAttachmentIds: [id] })
    .TransitGatewayPeeringAttachments?.[0];

const stateAt = ({ home }: Hub, id: string) => described(home, id)?.State;

describe.each([
  ['of one account', '123456789012'],
  ['of two accounts', '210987654321'],
])('a peering of transit gateways of two Regions, %s', (_name, account) => {
  const open = async () => {
    const world = await peeringWorld();
    const [one, other] = [
      hubIn(world, world.home('us-east-1')),
      hubIn(world, world.home('eu-west-1', account)),
    ];
    return { world, one, other };
  };

  test('is asked for, accepted, routed by, and deleted at both ends', async () => {
    const { world, one, other } = await open();
    const TransitGatewayAttachmentId = ask(one, other);
    const asked = { TransitGatewayAttachmentId };
    expect([one, other].map((hub) => stateAt(hub, TransitGatewayAttachmentId))).toEqual([
      'pendingAcceptance',
      'pendingAcceptance',
    ]);
    expect(one.home.failCode(acceptTransitGatewayPeeringAttachment, asked)).toBe(
      'OperationNotPermitted',
    );
    other.home.call(acceptTransitGatewayPeeringAttachment, asked);
    expect([one, other].map((hub) => stateAt(hub, TransitGatewayAttachmentId))).toEqual([
      'pending',
      'pending',
    ]);
    settle(world);
    for (const hub of [one, other]) {
      expect(described(hub.home, TransitGatewayAttachmentId)).toMatchObject({
        State: 'available',
        RequesterTgwInfo: { TransitGatewayId: one.id, Region: 'us-east-1' },
        AccepterTgwInfo: { TransitGatewayId: other.id, Region: 'eu-west-1', OwnerId: account },
      });
      expect(
        hub.home.call(describeTransitGatewayAttachments, {}).TransitGatewayAttachments?.[0],
      ).toMatchObject({
        TransitGatewayId: hub.id,
        ResourceType: 'peering',
        ResourceId: hub === one ? other.id : one.id,
        Association: { TransitGatewayRouteTableId: hub.tableId, State: 'associated' },
      });
    }
    const route = { TransitGatewayRouteTableId: one.tableId, ...asked };
    expect(one.home.failCode(enableTransitGatewayRouteTablePropagation, route)).toBe(
      'UnsupportedOperation',
    );
    one.home.call(createTransitGatewayRoute, { ...route, DestinationCidrBlock: '10.2.0.0/16' });
    expect(
      one.home.failCode(createTransitGatewayPeeringAttachment, {
        TransitGatewayId: one.id,
        PeerTransitGatewayId: other.id,
        PeerAccountId: account,
        PeerRegion: 'eu-west-1',
      }),
    ).toBe('DuplicateTransitGatewayAttachment');
    other.home.call(deleteTransitGatewayPeeringAttachment, asked);
    settle(world);
    expect([one, other].map((hub) => stateAt(hub, TransitGatewayAttachmentId))).toEqual([
      'deleted',
      'deleted',
    ]);
    const { Routes } = one.home.call(searchTransitGatewayRoutes, {
      TransitGatewayRouteTableId: one.tableId,
      Filters: [{ Name: 'type', Values: ['static'] }],
    });
    expect(Routes?.[0]?.State).toBe('blackhole');
    expect(one.home.failCode(deleteTransitGatewayPeeringAttachment, asked)).toBe(
      'InvalidTransitGatewayAttachmentID.NotFound',
    );
    one.home.call(deleteTransitGateway, { TransitGatewayId: one.id });
  });

  test('can be rejected, and fails when there is nobody to ask', async () => {
    const { world, one, other } = await open();
    const rejected = ask(one, other);
    other.home.call(rejectTransitGatewayPeeringAttachment, {
      TransitGatewayAttachmentId: rejected,
    });
    expect([one, other].map((hub) => stateAt(hub, rejected))).toEqual(['rejected', 'rejected']);
    const failed = ask(one, { home: other.home, id: 'tgw-0123456789abcdef0' });
    expect(described(one.home, failed)).toMatchObject({
      State: 'failed',
      Status: { Code: 'InvalidTransitGatewayID.NotFound' },
    });
    world.it.clock.advance(4_000_000);
    expect(one.home.call(describeTransitGatewayAttachments, {}).TransitGatewayAttachments).toEqual(
      [],
    );
  });

  test('waits while the Regions are parted', async () => {
    const { world, one, other } = await open();
    const mend = world.it.breakDown('region/eu-west-1', 'network');
    const id = ask(one, other);
    expect(stateAt(one, id)).toBe('initiatingRequest');
    mend();
    expect([one, other].map((hub) => stateAt(hub, id))).toEqual([
      'pendingAcceptance',
      'pendingAcceptance',
    ]);
  });
});

test('is not asked for within a Region, and is nobody’s attachment of a VPC', async () => {
  const world = await peeringWorld();
  const home = world.home('us-east-1');
  const [one, other] = [hubIn(world, home), hubIn(world, home)];
  expect(
    home.failCode(createTransitGatewayPeeringAttachment, {
      TransitGatewayId: one.id,
      PeerTransitGatewayId: other.id,
      PeerAccountId: home.account,
      PeerRegion: 'us-east-1',
    }),
  ).toBe('UnsupportedOperation');
  const there = hubIn(world, world.home('eu-west-1'));
  const id = ask(one, there);
  expect(
    home.failCode(describeTransitGatewayVpcAttachments, { TransitGatewayAttachmentIds: [id] }),
  ).toBe('InvalidTransitGatewayAttachmentID.NotFound');
});
