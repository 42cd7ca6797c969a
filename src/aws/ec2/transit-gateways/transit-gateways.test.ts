import { describe, expect, test } from 'vitest';
import { describeNetworkInterfaces } from '../network-interfaces/describe.ts';
import { describeRouteTables } from '../network/route-tables.ts';
import { createRoute } from '../network/routes.ts';
import { deleteSubnet } from '../network/subnets.ts';
import { peeringWorld } from '../peering/test-peering.ts';
import { createTags, describeTags } from '../tags.ts';
import { present } from '../test-region.ts';
import {
  associateTransitGatewayRouteTable,
  disassociateTransitGatewayRouteTable,
  getTransitGatewayRouteTableAssociations,
} from './associations.ts';
import { describeTransitGatewayAttachments } from './attachments.ts';
import {
  disableTransitGatewayRouteTablePropagation,
  enableTransitGatewayRouteTablePropagation,
  getTransitGatewayAttachmentPropagations,
  getTransitGatewayRouteTablePropagations,
} from './propagations.ts';
import {
  createTransitGatewayRouteTable,
  deleteTransitGatewayRouteTable,
  describeTransitGatewayRouteTables,
} from './route-tables.ts';
import {
  createTransitGatewayRoute,
  deleteTransitGatewayRoute,
  replaceTransitGatewayRoute,
} from './routes.ts';
import { searchTransitGatewayRoutes } from './search-routes.ts';
import { hubIn, leadTo, settle, spokeOf, type Hub } from './test-transit.ts';
import {
  createTransitGateway,
  deleteTransitGateway,
  describeTransitGateways,
  modifyTransitGateway,
} from './transit-gateways.ts';
import {
  createTransitGatewayVpcAttachment,
  deleteTransitGatewayVpcAttachment,
  describeTransitGatewayVpcAttachments,
  modifyTransitGatewayVpcAttachment,
} from './vpc-attachments.ts';

const open = async () => {
  const world = await peeringWorld();
  const home = world.home('us-east-1');
  return { world, home, hub: hubIn(world, home) };
};

const describedGateway = ({ home, id }: Hub) =>
  home.call(describeTransitGateways, { TransitGatewayIds: [id] }).TransitGateways?.[0];

const newTable = (world: Parameters<typeof settle>[0], { home, id }: Hub): string => {
  const { TransitGatewayRouteTable } = home.call(createTransitGatewayRouteTable, {
    TransitGatewayId: id,
  });
  settle(world);
  return present(TransitGatewayRouteTable?.TransitGatewayRouteTableId);
};

/** The routes of a table that pass a filter, as text. */
const routesOf = ({ home, tableId }: Hub, name = 'state', ...values: readonly string[]) =>
  home
    .call(searchTransitGatewayRoutes, {
      TransitGatewayRouteTableId: tableId,
      Filters: [{ Name: name, Values: values.length === 0 ? ['active', 'blackhole'] : values }],
    })
    .Routes?.map((route) => `${route.DestinationCidrBlock} ${route.Type} ${route.State}`);

describe('a transit gateway', () => {
  test('is pending, then available, with a table that is the default of everything', async () => {
    const world = await peeringWorld();
    const home = world.home('us-east-1');
    const { TransitGateway } = home.call(createTransitGateway, {
      Description: 'hub',
      Options: { AmazonSideAsn: 64_600, TransitGatewayCidrBlocks: ['10.99.0.0/24'] },
    });
    const id = present(TransitGateway?.TransitGatewayId);
    expect(TransitGateway).toMatchObject({
      State: 'pending',
      TransitGatewayArn: `arn:aws:ec2:us-east-1:${home.account}:transit-gateway/${id}`,
      Description: 'hub',
      Options: {
        AmazonSideAsn: 64_600,
        TransitGatewayCidrBlocks: ['10.99.0.0/24'],
        DefaultRouteTableAssociation: 'enable',
        DnsSupport: 'enable',
        AutoAcceptSharedAttachments: 'disable',
      },
    });
    const tableId = TransitGateway?.Options?.AssociationDefaultRouteTableId;
    expect(TransitGateway?.Options?.PropagationDefaultRouteTableId).toBe(tableId);
    settle(world);
    expect(describedGateway({ home, id, tableId: '' })?.State).toBe('available');
    const { TransitGatewayRouteTables } = home.call(describeTransitGatewayRouteTables, {});
    expect(TransitGatewayRouteTables).toMatchObject([
      {
        TransitGatewayRouteTableId: tableId,
        State: 'available',
        DefaultAssociationRouteTable: true,
        DefaultPropagationRouteTable: true,
      },
    ]);
    expect(
      home.failCode(deleteTransitGatewayRouteTable, { TransitGatewayRouteTableId: tableId }),
    ).toBe('IncorrectState');
  });

  test('is changed, and deleted with its tables; it is described for a while', async () => {
    const { world, home, hub } = await open();
    const TransitGatewayId = hub.id;
    const other = newTable(world, hub);
    home.call(modifyTransitGateway, {
      TransitGatewayId,
      Description: 'new',
      Options: {
        DefaultRouteTablePropagation: 'disable',
        AssociationDefaultRouteTableId: other,
        AddTransitGatewayCidrBlocks: ['10.98.0.0/24'],
      },
    });
    expect(describedGateway(hub)?.State).toBe('modifying');
    settle(world);
    const after = describedGateway(hub);
    expect(after).toMatchObject({
      State: 'available',
      Description: 'new',
      Options: {
        AssociationDefaultRouteTableId: other,
        TransitGatewayCidrBlocks: ['10.98.0.0/24'],
      },
    });
    expect(after?.Options?.PropagationDefaultRouteTableId).toBeUndefined();
    home.call(deleteTransitGateway, { TransitGatewayId });
    settle(world);
    expect(describedGateway(hub)?.State).toBe('deleted');
    expect(home.failCode(deleteTransitGateway, { TransitGatewayId })).toBe(
      'InvalidTransitGatewayID.NotFound',
    );
    world.it.clock.advance(4_000_000);
    expect(home.call(describeTransitGateways, {}).TransitGateways).toEqual([]);
    expect(home.call(describeTransitGatewayRouteTables, {}).TransitGatewayRouteTables).toEqual([]);
  });

  test.each([
    [{ Options: { AmazonSideAsn: 1 } }, 'InvalidParameterValue'],
    [{ Options: { TransitGatewayCidrBlocks: ['10.0.0.0/25'] } }, 'InvalidParameterValue'],
    [{ Options: { MulticastSupport: 'enable' } }, 'UnsupportedOperation'],
    [{ Options: { SecurityGroupReferencingSupport: 'enable' } }, 'UnsupportedOperation'],
  ] as const)('is refused when asked for %j', async (input, code) => {
    const world = await peeringWorld();
    expect(world.home('us-east-1').failCode(createTransitGateway, input)).toBe(code);
  });

  test('has five companions in a Region at most', async () => {
    const { home } = await open();
    for (let count = 0; count < 4; count += 1) home.call(createTransitGateway, {});
    expect(home.failCode(createTransitGateway, {})).toBe('TransitGatewayLimitExceeded');
  });
});

describe('the attachment of a VPC', () => {
  test('has an interface in one subnet of each zone, is associated and propagates', async () => {
    const { world, home, hub } = await open();
    const spoke = spokeOf(world, hub, 1);
    const TransitGatewayAttachmentIds = [spoke.attachmentId];
    const { TransitGatewayVpcAttachments } = home.call(describeTransitGatewayVpcAttachments, {
      TransitGatewayAttachmentIds,
    });
    expect(TransitGatewayVpcAttachments?.[0]).toMatchObject({
      State: 'available',
      VpcId: spoke.vpcId,
      SubnetIds: [spoke.subnets.a, spoke.subnets.b],
      Options: { DnsSupport: 'enable', Ipv6Support: 'disable', ApplianceModeSupport: 'disable' },
    });
    const { NetworkInterfaces } = home.call(describeNetworkInterfaces, {
      Filters: [{ Name: 'interface-type', Values: ['transit_gateway'] }],
    });
    expect(NetworkInterfaces?.map(({ SubnetId }) => SubnetId)).toEqual([
      spoke.subnets.a,
      spoke.subnets.b,
    ]);
    expect(home.failCode(deleteSubnet, { SubnetId: spoke.subnets.a })).toBe('DependencyViolation');
    expect(
      home.call(describeTransitGatewayAttachments, {
        Filters: [{ Name: 'resource-id', Values: [spoke.vpcId] }],
      }).TransitGatewayAttachments?.[0],
    ).toMatchObject({
      ResourceType: 'vpc',
      State: 'available',
      Association: { TransitGatewayRouteTableId: hub.tableId, State: 'associated' },
    });
    expect(routesOf(hub)).toEqual(['10.1.0.0/16 propagated active']);
  });

  test('takes and gives back subnets, but not its last one, and not two of a zone', async () => {
    const { world, home, hub } = await open();
    const spoke = spokeOf(world, hub, 1, ['a']);
    const TransitGatewayAttachmentId = spoke.attachmentId;
    const change = (input: object) =>
      home.call(modifyTransitGatewayVpcAttachment, { TransitGatewayAttachmentId, ...input });
    expect(
      home.failCode(modifyTransitGatewayVpcAttachment, {
        TransitGatewayAttachmentId,
        RemoveSubnetIds: [spoke.subnets.a],
      }),
    ).toBe('InsufficientSubnetsException');
    const { TransitGatewayVpcAttachment } = change({
      AddSubnetIds: [spoke.subnets.b],
      RemoveSubnetIds: [spoke.subnets.a],
      Options: { ApplianceModeSupport: 'enable' },
    });
    expect(TransitGatewayVpcAttachment).toMatchObject({
      State: 'modifying',
      SubnetIds: [spoke.subnets.b],
      Options: { ApplianceModeSupport: 'enable', DnsSupport: 'enable' },
    });
    settle(world);
    home.call(deleteSubnet, { SubnetId: spoke.subnets.a });
  });

  test('is refused twice, in subnets of one zone, and to what is not available', async () => {
    const { world, home, hub } = await open();
    const spoke = spokeOf(world, hub, 1);
    const TransitGatewayId = hub.id;
    const refused = (input: { readonly VpcId: string; readonly SubnetIds: readonly string[] }) =>
      home.failCode(createTransitGatewayVpcAttachment, { TransitGatewayId, ...input });
    const VpcId = spoke.vpcId;
    expect(refused({ VpcId, SubnetIds: [spoke.subnets.a] })).toBe(
      'DuplicateTransitGatewayAttachment',
    );
    const other = home.vpc(2);
    expect(refused({ VpcId: other.vpcId, SubnetIds: [spoke.subnets.a] })).toBe(
      'InvalidParameterValue',
    );
    expect(refused({ VpcId: other.vpcId, SubnetIds: [] })).toBe('MissingParameter');
    const { TransitGateway } = home.call(createTransitGateway, {});
    expect(
      home.failCode(createTransitGatewayVpcAttachment, {
        TransitGatewayId: TransitGateway?.TransitGatewayId,
        VpcId: other.vpcId,
        SubnetIds: [other.subnetId],
      }),
    ).toBe('IncorrectState');
    expect(home.failCode(deleteTransitGateway, { TransitGatewayId })).toBe('IncorrectState');
  });

  test('leaves black holes when it is deleted, in the VPC and in the gateway', async () => {
    const { world, home, hub } = await open();
    const spoke = spokeOf(world, hub, 1);
    leadTo(spoke, hub);
    home.call(createTransitGatewayRoute, {
      TransitGatewayRouteTableId: hub.tableId,
      DestinationCidrBlock: '10.7.0.0/16',
      TransitGatewayAttachmentId: spoke.attachmentId,
    });
    const outward = () =>
      home
        .call(describeRouteTables, {
          Filters: [{ Name: 'route.transit-gateway-id', Values: [hub.id] }],
        })
        .RouteTables?.[0]?.Routes?.find((route) => route.TransitGatewayId === hub.id)?.State;
    expect(outward()).toBe('active');
    home.call(deleteTransitGatewayVpcAttachment, {
      TransitGatewayAttachmentId: spoke.attachmentId,
    });
    settle(world);
    expect(outward()).toBe('blackhole');
    expect(routesOf(hub)).toEqual(['10.7.0.0/16 static blackhole']);
    expect(
      home.failCode(createRoute, {
        RouteTableId: spoke.tableId,
        DestinationCidrBlock: '172.16.0.0/12',
        TransitGatewayId: hub.id,
      }),
    ).toBe('InvalidTransitGatewayID.NotFound');
    home.call(deleteTransitGateway, { TransitGatewayId: hub.id });
  });
});

describe('a route table of a transit gateway', () => {
  test('is associated with an attachment that has none, and not deleted meanwhile', async () => {
    const { world, home, hub } = await open();
    const spoke = spokeOf(world, hub, 1);
    const TransitGatewayAttachmentId = spoke.attachmentId;
    const TransitGatewayRouteTableId = newTable(world, hub);
    const asked = { TransitGatewayAttachmentId, TransitGatewayRouteTableId };
    expect(home.failCode(associateTransitGatewayRouteTable, asked)).toBe(
      'Resource.AlreadyAssociated',
    );
    expect(home.failCode(disassociateTransitGatewayRouteTable, asked)).toBe(
      'InvalidAssociation.NotFound',
    );
    const { Association } = home.call(disassociateTransitGatewayRouteTable, {
      TransitGatewayAttachmentId,
      TransitGatewayRouteTableId: hub.tableId,
    });
    expect(Association?.State).toBe('disassociating');
    settle(world);
    home.call(associateTransitGatewayRouteTable, asked);
    settle(world);
    const { Associations } = home.call(getTransitGatewayRouteTableAssociations, {
      TransitGatewayRouteTableId,
      Filters: [
        { Name: 'transit-gateway-attachment-id', Values: [TransitGatewayAttachmentId] },
        { Name: 'resource-type', Values: ['vpc'] },
      ],
    });
    expect(Associations).toEqual([
      {
        TransitGatewayAttachmentId,
        ResourceId: spoke.vpcId,
        ResourceType: 'vpc',
        State: 'associated',
      },
    ]);
    expect(home.failCode(deleteTransitGatewayRouteTable, { TransitGatewayRouteTableId })).toBe(
      'IncorrectState',
    );
  });

  test('has what attachments propagate to it, until they no longer do', async () => {
    const { world, home, hub } = await open();
    const spoke = spokeOf(world, hub, 1);
    const TransitGatewayRouteTableId = newTable(world, hub);
    const TransitGatewayAttachmentId = spoke.attachmentId;
    const asked = { TransitGatewayAttachmentId, TransitGatewayRouteTableId };
    expect(home.failCode(disableTransitGatewayRouteTablePropagation, asked)).toBe(
      'TransitGatewayRouteTablePropagation.NotFound',
    );
    home.call(enableTransitGatewayRouteTablePropagation, asked);
    expect(home.failCode(enableTransitGatewayRouteTablePropagation, asked)).toBe(
      'TransitGatewayRouteTablePropagation.Duplicate',
    );
    expect(
      home.call(getTransitGatewayRouteTablePropagations, { TransitGatewayRouteTableId })
        .TransitGatewayRouteTablePropagations,
    ).toMatchObject([{ TransitGatewayAttachmentId, State: 'enabled' }]);
    expect(
      home.call(getTransitGatewayAttachmentPropagations, { TransitGatewayAttachmentId })
        .TransitGatewayAttachmentPropagations,
    ).toHaveLength(2);
    const table = { ...hub, tableId: TransitGatewayRouteTableId };
    expect(routesOf(table)).toEqual(['10.1.0.0/16 propagated active']);
    home.call(disableTransitGatewayRouteTablePropagation, asked);
    expect(routesOf(table)).toEqual([]);
    home.call(deleteTransitGatewayRouteTable, { TransitGatewayRouteTableId });
  });

  test('has static routes, which come before what is propagated', async () => {
    const { world, home, hub } = await open();
    const [one, other] = [spokeOf(world, hub, 1), spokeOf(world, hub, 2)];
    const TransitGatewayRouteTableId = hub.tableId;
    const input = { TransitGatewayRouteTableId, DestinationCidrBlock: '10.1.0.0/16' };
    const { Route } = home.call(createTransitGatewayRoute, {
      ...input,
      TransitGatewayAttachmentId: other.attachmentId,
    });
    expect(Route).toEqual({
      DestinationCidrBlock: '10.1.0.0/16',
      TransitGatewayAttachments: [
        {
          TransitGatewayAttachmentId: other.attachmentId,
          ResourceId: other.vpcId,
          ResourceType: 'vpc',
        },
      ],
      Type: 'static',
      State: 'active',
    });
    expect(home.failCode(createTransitGatewayRoute, { ...input, Blackhole: true })).toBe(
      'RouteAlreadyExists',
    );
    expect(routesOf(hub)).toEqual(['10.1.0.0/16 static active', '10.2.0.0/16 propagated active']);
    home.call(replaceTransitGatewayRoute, { ...input, Blackhole: true });
    expect(routesOf(hub, 'state', 'blackhole')).toEqual(['10.1.0.0/16 static blackhole']);
    expect(home.call(deleteTransitGatewayRoute, input).Route?.State).toBe('deleted');
    expect(home.failCode(deleteTransitGatewayRoute, input)).toBe('InvalidRoute.NotFound');
    expect(home.failCode(createTransitGatewayRoute, input)).toBe('MissingParameter');
    expect(routesOf(hub, 'attachment.resource-id', one.vpcId)).toEqual([
      '10.1.0.0/16 propagated active',
    ]);
  });

  test('is searched by blocks', async () => {
    const { home, hub } = await open();
    for (const cidr of ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '192.168.0.0/16']) {
      home.call(createTransitGatewayRoute, {
        TransitGatewayRouteTableId: hub.tableId,
        DestinationCidrBlock: cidr,
        Blackhole: true,
      });
    }
    const found = (name: string, value: string) =>
      routesOf(hub, `route-search.${name}`, value)?.map((text) => text.split(' ')[0]);
    expect(found('exact-match', '10.1.0.0/16')).toEqual(['10.1.0.0/16']);
    expect(found('longest-prefix-match', '10.1.2.3')).toEqual(['10.1.2.0/24']);
    expect(found('subnet-of-match', '10.1.0.0/16')).toEqual(['10.1.0.0/16', '10.1.2.0/24']);
    expect(found('supernet-of-match', '10.1.0.0/20')).toEqual(['10.0.0.0/8', '10.1.0.0/16']);
    const refused = (Name: string, value: string) =>
      home.failCode(searchTransitGatewayRoutes, {
        TransitGatewayRouteTableId: hub.tableId,
        Filters: [{ Name, Values: [value] }],
      });
    expect(refused('route-search.exact-match', 'nonsense')).toBe('InvalidParameterValue');
    expect(refused('destination-cidr-block', '10.0.0.0/8')).toBe('InvalidParameterValue');
  });

  test('has no second route for blocks that overlap', async () => {
    const { world, home, hub } = await open();
    spokeOf(world, hub, 1);
    const { vpcId, subnetId } = home.vpc(1);
    home.call(createTransitGatewayVpcAttachment, {
      TransitGatewayId: hub.id,
      VpcId: vpcId,
      SubnetIds: [subnetId],
    });
    settle(world);
    expect(routesOf(hub)).toEqual(['10.1.0.0/16 propagated active']);
    expect(routesOf(hub, 'attachment.resource-id', vpcId)).toEqual([]);
  });
});

test('gateways, attachments and tables have tags', async () => {
  const { world, home, hub } = await open();
  const spoke = spokeOf(world, hub, 1);
  home.call(createTags, {
    Resources: [hub.id, hub.tableId, spoke.attachmentId],
    Tags: [{ Key: 'Name', Value: 'hub' }],
  });
  expect(home.call(describeTags, {}).Tags?.map(({ ResourceType }) => ResourceType)).toEqual([
    'transit-gateway',
    'transit-gateway-route-table',
    'transit-gateway-attachment',
  ]);
});
