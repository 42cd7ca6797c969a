import { describe, expect, test } from 'vitest';
import { Subnets } from '../entities.ts';
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  describeInternetGateways,
  detachInternetGateway,
} from './internet-gateways.ts';
import {
  associateRouteTable,
  createRouteTable,
  deleteRouteTable,
  describeRouteTables,
  disassociateRouteTable,
  isPublicSubnet,
  replaceRouteTableAssociation,
} from './route-tables.ts';
import { createRoute, deleteRoute, replaceRoute } from './routes.ts';
import { createSubnet, describeSubnets } from './subnets.ts';
import { present, testRegion, type TestRegion } from '../test-region.ts';
import { createVpc } from './vpcs.ts';

interface Network {
  readonly region: TestRegion;
  readonly VpcId: string;
  readonly SubnetId: string;
  readonly RouteTableId: string;
  readonly GatewayId: string;
}

/** A VPC of its own with a subnet, an attached internet gateway and a further route table that nothing uses. */
const network = (): Network => {
  const region = testRegion();
  const VpcId = present(region.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId);
  const { Subnet } = region.call(createSubnet, { VpcId, CidrBlock: '10.0.0.0/24' });
  const { RouteTable } = region.call(createRouteTable, { VpcId });
  const { InternetGateway } = region.call(createInternetGateway, {});
  const GatewayId = present(InternetGateway?.InternetGatewayId);
  region.call(attachInternetGateway, { InternetGatewayId: GatewayId, VpcId });
  return {
    region,
    VpcId,
    SubnetId: present(Subnet?.SubnetId),
    RouteTableId: present(RouteTable?.RouteTableId),
    GatewayId,
  };
};

const isPublic = (region: TestRegion, subnetId: string): boolean => {
  const view = region.view();
  return isPublicSubnet(view, present(view.get(Subnets, subnetId)));
};

const everywhere = '0.0.0.0/0';

describe('the default network', () => {
  test('has one main route table, to the internet gateway, so that its subnets are public', () => {
    const region = testRegion();
    const gateway = present(region.call(describeInternetGateways, {}).InternetGateways?.[0]);
    const { RouteTables = [] } = region.call(describeRouteTables, {});
    expect(RouteTables).toMatchObject([
      {
        Associations: [{ Main: true }],
        Routes: [
          { DestinationCidrBlock: '172.31.0.0/16', GatewayId: 'local', State: 'active' },
          {
            DestinationCidrBlock: everywhere,
            GatewayId: gateway.InternetGatewayId,
            State: 'active',
            Origin: 'CreateRoute',
          },
        ],
      },
    ]);
    const { Subnets: subnets = [] } = region.call(describeSubnets, {});
    expect(subnets.every((subnet) => isPublic(region, present(subnet.SubnetId)))).toBe(true);
  });
});

describe('routes', () => {
  test('to the gateway make a subnet public, and a black hole when the gateway goes', () => {
    const { region, VpcId, SubnetId, RouteTableId, GatewayId } = network();
    region.call(associateRouteTable, { RouteTableId, SubnetId });
    expect(isPublic(region, SubnetId)).toBe(false);
    region.call(createRoute, { RouteTableId, DestinationCidrBlock: everywhere, GatewayId });
    expect(isPublic(region, SubnetId)).toBe(true);
    region.call(detachInternetGateway, { InternetGatewayId: GatewayId, VpcId });
    region.call(deleteInternetGateway, { InternetGatewayId: GatewayId });
    expect(isPublic(region, SubnetId)).toBe(false);
    const { RouteTables } = region.call(describeRouteTables, {
      Filters: [{ Name: 'route.state', Values: ['blackhole'] }],
    });
    expect(RouteTables).toMatchObject([
      { RouteTableId, Routes: [{ State: 'active' }, { GatewayId, State: 'blackhole' }] },
    ]);
  });

  test('have canonical destinations, each once', () => {
    const { region, RouteTableId, GatewayId } = network();
    region.call(createRoute, { RouteTableId, DestinationCidrBlock: '192.0.2.77/24', GatewayId });
    expect(
      region.fail(createRoute, { RouteTableId, DestinationCidrBlock: '192.0.2.0/24', GatewayId }),
    ).toMatchObject({
      code: 'RouteAlreadyExists',
      message: 'The route identified by 192.0.2.0/24 already exists.',
    });
    region.call(createRoute, { RouteTableId, DestinationIpv6CidrBlock: '::/0', GatewayId });
    region.call(deleteRoute, { RouteTableId, DestinationIpv6CidrBlock: '::/0' });
    region.call(deleteRoute, { RouteTableId, DestinationCidrBlock: '192.0.2.0/24' });
    expect(
      region.fail(deleteRoute, { RouteTableId, DestinationCidrBlock: '192.0.2.0/24' }),
    ).toMatchObject({
      code: 'InvalidRoute.NotFound',
      message: `no route with destination-cidr-block 192.0.2.0/24 in route table ${RouteTableId}`,
    });
  });

  test.each([
    [{ DestinationCidrBlock: '10.0.3.0/24' }, 'InvalidParameterValue'],
    [{ DestinationCidrBlock: '10.0.0.0' }, 'InvalidParameterValue'],
    [{ DestinationCidrBlock: '::/0' }, 'InvalidParameterValue'],
    [{}, 'MissingParameter'],
    [{ DestinationPrefixListId: 'pl-12345678' }, 'InvalidPrefixListID.NotFound'],
    [{ DestinationCidrBlock: everywhere, CarrierGatewayId: 'cagw-1' }, 'UnsupportedOperation'],
    [{ DestinationCidrBlock: everywhere, GatewayId: undefined }, 'MissingParameter'],
    [{ DestinationCidrBlock: everywhere, GatewayId: 'igw-12345678' }, 'InvalidGatewayID.NotFound'],
    [{ DestinationCidrBlock: everywhere, GatewayId: 'local' }, 'InvalidParameterValue'],
  ])('%j is refused with %s', (input, code) => {
    const { region, RouteTableId, GatewayId } = network();
    expect(region.failCode(createRoute, { RouteTableId, GatewayId, ...input })).toBe(code);
  });

  test('do not lead to a gateway that is attached elsewhere', () => {
    const { region, RouteTableId } = network();
    const { InternetGateways = [] } = region.call(describeInternetGateways, {});
    const GatewayId = present(InternetGateways[0]?.InternetGatewayId);
    expect(
      region.fail(createRoute, { RouteTableId, DestinationCidrBlock: everywhere, GatewayId }),
    ).toMatchObject({
      code: 'InvalidParameterValue',
      message: `route table ${RouteTableId} and network gateway ${GatewayId} belong to different networks`,
    });
  });

  test('can be replaced when they are there; the local one stays', () => {
    const { region, RouteTableId, GatewayId } = network();
    const replace = { RouteTableId, DestinationCidrBlock: everywhere, GatewayId };
    expect(region.failCode(replaceRoute, replace)).toBe('InvalidParameterValue');
    region.call(createRoute, replace);
    region.call(replaceRoute, replace);
    expect(
      region.fail(deleteRoute, { RouteTableId, DestinationCidrBlock: '10.0.0.0/16' }),
    ).toMatchObject({
      code: 'InvalidParameterValue',
      message: `cannot remove local route 10.0.0.0/16 in route table ${RouteTableId}`,
    });
  });
});

describe('associations', () => {
  test('give a subnet a table of its own, once', () => {
    const { region, VpcId, SubnetId, RouteTableId } = network();
    const { AssociationId } = region.call(associateRouteTable, { RouteTableId, SubnetId });
    expect(region.call(associateRouteTable, { RouteTableId, SubnetId }).AssociationId).toBe(
      AssociationId,
    );
    const other = present(region.call(createRouteTable, { VpcId }).RouteTable?.RouteTableId);
    expect(region.failCode(associateRouteTable, { RouteTableId: other, SubnetId })).toBe(
      'Resource.AlreadyAssociated',
    );
    expect(region.fail(deleteRouteTable, { RouteTableId })).toMatchObject({
      code: 'DependencyViolation',
      message: `The routeTable '${RouteTableId}' has dependencies and cannot be deleted.`,
    });
    region.call(disassociateRouteTable, { AssociationId: present(AssociationId) });
    region.call(deleteRouteTable, { RouteTableId });
    expect(region.failCode(deleteRouteTable, { RouteTableId })).toBe(
      'InvalidRouteTableID.NotFound',
    );
  });

  test('join only what is in the same VPC', () => {
    const { region, RouteTableId } = network();
    const SubnetId = present(region.call(describeSubnets, {}).Subnets?.[0]?.SubnetId);
    expect(region.failCode(associateRouteTable, { RouteTableId, SubnetId })).toBe(
      'InvalidParameterValue',
    );
  });

  test('of the main table can be replaced, not taken away', () => {
    const { region, VpcId, SubnetId, RouteTableId, GatewayId } = network();
    region.call(createRoute, { RouteTableId, DestinationCidrBlock: everywhere, GatewayId });
    const main = () =>
      present(
        region.call(describeRouteTables, {
          Filters: [
            { Name: 'association.main', Values: ['true'] },
            { Name: 'vpc-id', Values: [VpcId] },
          ],
        }).RouteTables?.[0],
      );
    const before = present(main().Associations?.[0]?.RouteTableAssociationId);
    expect(region.failCode(disassociateRouteTable, { AssociationId: before })).toBe(
      'InvalidParameterValue',
    );
    const { NewAssociationId } = region.call(replaceRouteTableAssociation, {
      AssociationId: before,
      RouteTableId,
    });
    expect(NewAssociationId).not.toBe(before);
    expect(main().RouteTableId).toBe(RouteTableId);
    expect(isPublic(region, SubnetId)).toBe(true);
    expect(region.failCode(disassociateRouteTable, { AssociationId: before })).toBe(
      'InvalidAssociationID.NotFound',
    );
  });
});
