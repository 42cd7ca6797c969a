import { describe, expect, test } from 'vitest';
import { Subnets } from '../entities.ts';
import { deleteNatGateway, createNatGateway } from '../nat-gateways/nat-gateways.ts';
import { replaceRoute } from '../network/routes.ts';
import { present } from '../test-region.ts';
import { testNetwork, type TestNetwork } from './test-network.ts';
import { wayOut } from './way-out.ts';

const zoneOf = ({ it }: TestNetwork, subnetId: string): string =>
  present(it.view().get(Subnets, subnetId)).zoneId;

describe('the way out', () => {
  test('of a public subnet is its internet gateway, for what has a public address', async () => {
    const network = await testNetwork();
    const view = network.it.view();
    const { publicSubnetId } = network;
    expect(wayOut(view, publicSubnetId).kind).toBe('internet-gateway');
    const named = network.place(publicSubnetId, [network.group('a')], true);
    const unnamed = network.place(publicSubnetId, [network.group('b')]);
    expect(wayOut(network.it.view(), publicSubnetId, named).kind).toBe('internet-gateway');
    expect(wayOut(network.it.view(), publicSubnetId, unnamed)).toEqual({
      kind: 'none',
      detail: `the network interface ${unnamed.id} has no public address`,
    });
  });

  test('of a private subnet is the NAT gateway that its routes lead to, or none', async () => {
    const network = await testNetwork();
    const { it, privateSubnetId } = network;
    expect(wayOut(it.view(), privateSubnetId).kind).toBe('none');
    const natGatewayId = network.natGateway(network.publicSubnetId);
    expect(wayOut(it.view(), privateSubnetId)).toEqual({
      kind: 'nat-gateway',
      natGatewayId,
      zoneId: zoneOf(network, network.publicSubnetId),
    });
    it.call(deleteNatGateway, { NatGatewayId: natGatewayId });
    it.clock.advance(30_000);
    expect(wayOut(it.view(), privateSubnetId)).toMatchObject({
      kind: 'none',
      detail: `the route 0.0.0.0/0 to ${natGatewayId} is a black hole`,
    });
  });

  test.each(['power', 'network'] as const)(
    'is cut off with the zone of the NAT gateway (%s), though the subnet is in another one',
    async (effect) => {
      const network = await testNetwork();
      const natGatewayId = network.natGateway(network.publicSubnetId);
      const lost = zoneOf(network, network.publicSubnetId);
      expect(zoneOf(network, network.privateSubnetId)).not.toBe(lost);
      const mend = network.it.breakDown(`zone/${lost}`, effect);
      expect(wayOut(network.it.view(), network.privateSubnetId)).toEqual({
        kind: 'none',
        detail: `the zone ${lost} of the NAT gateway ${natGatewayId} has no ${effect}`,
      });
      mend();
      expect(wayOut(network.it.view(), network.privateSubnetId).kind).toBe('nat-gateway');
    },
  );

  test('does not lead through a private NAT gateway, nor through one in a private subnet', async () => {
    const network = await testNetwork();
    const { it, privateSubnetId: SubnetId, privateTableId: RouteTableId } = network;
    network.natGateway(SubnetId);
    expect(wayOut(it.view(), SubnetId).kind).toBe('none');
    const { NatGateway } = it.call(createNatGateway, {
      SubnetId: network.publicSubnetId,
      ConnectivityType: 'private',
    });
    it.clock.advance(30_000);
    const NatGatewayId = NatGateway?.NatGatewayId;
    it.call(replaceRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId });
    expect(wayOut(it.view(), SubnetId)).toMatchObject({ kind: 'none' });
  });
});
