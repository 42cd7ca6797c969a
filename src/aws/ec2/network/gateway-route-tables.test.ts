import { describe, expect, test } from 'vitest';
import { entryOf, admits } from '../traffic/entry.ts';
import { testNetwork, type TestNetwork } from '../traffic/test-network.ts';
import { wayOut } from '../traffic/way-out.ts';
import { present } from '../test-region.ts';
import {
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
  replaceRouteTableAssociation,
} from './route-tables.ts';
import { createRoute, replaceRoute } from './routes.ts';

const gatewayOf = ({ it, vpcId }: TestNetwork): string =>
  present(
    it.call(describeInternetGateways, {
      Filters: [{ Name: 'attachment.vpc-id', Values: [vpcId] }],
    }).InternetGateways?.[0]?.InternetGatewayId,
  );

const newTable = ({ it, vpcId }: TestNetwork): string =>
  present(it.call(createRouteTable, { VpcId: vpcId }).RouteTable?.RouteTableId);

/** A network whose internet gateway goes by a route table of its own. */
const open = async () => {
  const network = await testNetwork();
  const [GatewayId, RouteTableId] = [gatewayOf(network), newTable(network)];
  const { AssociationId } = network.it.call(associateRouteTable, { RouteTableId, GatewayId });
  return { network, GatewayId, RouteTableId, AssociationId: present(AssociationId) };
};

describe('the route table of an internet gateway', () => {
  test('is read back with it, replaced, and taken away', async () => {
    const { network, GatewayId, RouteTableId, AssociationId } = await open();
    const { it } = network;
    const found = it.call(describeRouteTables, {
      Filters: [{ Name: 'association.gateway-id', Values: [GatewayId] }],
    });
    expect(found.RouteTables?.[0]?.Associations).toEqual([
      {
        RouteTableAssociationId: AssociationId,
        RouteTableId,
        Main: false,
        GatewayId,
        AssociationState: { State: 'associated' },
      },
    ]);
    expect(it.call(associateRouteTable, { RouteTableId, GatewayId }).AssociationId).toBe(
      AssociationId,
    );
    const other = newTable(network);
    expect(it.fail(associateRouteTable, { RouteTableId: other, GatewayId }).code).toBe(
      'Resource.AlreadyAssociated',
    );
    expect(it.fail(deleteRouteTable, { RouteTableId }).code).toBe('DependencyViolation');
    expect(
      it.fail(detachInternetGateway, { InternetGatewayId: GatewayId, VpcId: network.vpcId }).code,
    ).toBe('DependencyViolation');
    const { NewAssociationId } = it.call(replaceRouteTableAssociation, {
      AssociationId,
      RouteTableId: other,
    });
    it.call(deleteRouteTable, { RouteTableId });
    it.call(disassociateRouteTable, { AssociationId: present(NewAssociationId) });
    it.call(detachInternetGateway, { InternetGatewayId: GatewayId, VpcId: network.vpcId });
    it.call(deleteInternetGateway, { InternetGatewayId: GatewayId });
  });

  test('leads to interfaces alone, and only what is for the VPC', async () => {
    const { network, GatewayId, RouteTableId } = await open();
    const { it } = network;
    const appliance = network.place(network.privateSubnetId, [network.group('appliance')]);
    const refused = (input: object): string =>
      it.fail(createRoute, { RouteTableId, ...input }).code;
    const NetworkInterfaceId = appliance.id;
    expect(refused({ DestinationCidrBlock: '0.0.0.0/0', GatewayId })).toBe('InvalidParameterValue');
    expect(refused({ DestinationCidrBlock: '10.0.0.0/15', NetworkInterfaceId })).toBe(
      'InvalidParameterValue',
    );
    it.call(createRoute, { RouteTableId, DestinationCidrBlock: '10.0.0.0/24', NetworkInterfaceId });
    expect(
      it.fail(replaceRoute, { RouteTableId, DestinationCidrBlock: '10.0.0.0/24', GatewayId }).code,
    ).toBe('InvalidParameterValue');
  });

  test('cannot be one that leads out, of another VPC, or of a subnet at once', async () => {
    const network = await testNetwork();
    const { it } = network;
    const GatewayId = gatewayOf(network);
    const outward = newTable(network);
    it.call(createRoute, {
      RouteTableId: outward,
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId,
    });
    const refused = (input: Parameters<typeof associateRouteTable>[1]): string =>
      it.fail(associateRouteTable, input).code;
    expect(refused({ RouteTableId: outward, GatewayId })).toBe('InvalidParameterValue');
    const RouteTableId = newTable(network);
    expect(refused({ RouteTableId, GatewayId, SubnetId: network.publicSubnetId })).toBe(
      'InvalidParameterCombination',
    );
    const ofDefault = it.call(describeInternetGateways, {}).InternetGateways ?? [];
    const foreign = ofDefault.find((each) => each.InternetGatewayId !== GatewayId);
    expect(refused({ RouteTableId, GatewayId: foreign?.InternetGatewayId })).toBe(
      'InvalidParameterValue',
    );
    expect(refused({ RouteTableId, GatewayId: 'igw-0123456789abcdef0' })).toBe(
      'InvalidInternetGatewayID.NotFound',
    );
  });

  test('keeps packets from an interface when it leads them to another one', async () => {
    const { network, RouteTableId } = await open();
    const { it, publicSubnetId } = network;
    const [web, inspection] = [network.group('web'), network.group('inspection')];
    network.allow(web, 80, '0.0.0.0/0');
    const server = network.place(publicSubnetId, [web], true);
    const appliance = network.place(network.privateSubnetId, [inspection]);
    const verdict = () => admits(entryOf(it.view(), server, 'tcp', 80), '198.51.100.7');
    expect(verdict().allowed).toBe(true);
    it.call(createRoute, {
      RouteTableId,
      DestinationCidrBlock: '10.0.0.0/24',
      NetworkInterfaceId: appliance.id,
    });
    expect(verdict()).toMatchObject({ allowed: false, by: 'route' });
    expect(wayOut(it.view(), publicSubnetId, server).kind).toBe('none');
    it.call(replaceRoute, {
      RouteTableId,
      DestinationCidrBlock: '10.0.0.0/24',
      NetworkInterfaceId: server.id,
    });
    expect(verdict().allowed).toBe(true);
  });
});
