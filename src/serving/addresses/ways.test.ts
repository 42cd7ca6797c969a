import { expect, test } from 'vitest';
import { elasticIpAt, publicSidesOf } from '../../aws/ec2/addresses/associations.ts';
import { allocateAddress } from '../../aws/ec2/addresses/addresses.ts';
import { associateAddress } from '../../aws/ec2/addresses/associate.ts';
import { Subnets } from '../../aws/ec2/entities.ts';
import { NatGateways } from '../../aws/ec2/nat-gateways/entities.ts';
import { deleteNatGateway } from '../../aws/ec2/nat-gateways/nat-gateways.ts';
import { associateRouteTable, routeTableOf } from '../../aws/ec2/network/route-tables.ts';
import { createSubnet } from '../../aws/ec2/network/subnets.ts';
import { present } from '../../aws/ec2/test-region.ts';
import { testNetwork } from '../../aws/ec2/traffic/test-network.ts';
import { noWay, type Way } from '../../world/way.ts';
import { instanceHosts } from './instance-hosts.ts';
import { Sockets } from './sockets.ts';
import { publicAddressOf, sourceTowards, wayFromInstance } from './ways.ts';

const block = '127.16.';

const loopback = {
  addressFor: (host: number): string => `${block}${host >> 8}.${host & 255}`,
  hostOf: (address: string): number | undefined => {
    if (!address.startsWith(block)) return undefined;
    const [high = 0, low = 0] = address.slice(block.length).split('.').map(Number);
    return high * 256 + low;
  },
  realPort: (port: number): number => port,
};

/** A server with an Elastic IP and a private instance, both of zone b, and the private one's NAT gateway in zone a. */
const serverAndHidden = async () => {
  const network = await testNetwork();
  const { it, vpcId, publicSubnetId, privateSubnetId } = network;
  const group = network.group('web');
  network.allow(group, 80, '0.0.0.0/0');
  const made = it.call(createSubnet, {
    VpcId: vpcId,
    CidrBlock: '10.0.2.0/24',
    AvailabilityZone: 'us-east-1b',
  });
  const SubnetId = present(made.Subnet?.SubnetId);
  const table = routeTableOf(it.view(), present(it.view().get(Subnets, publicSubnetId)));
  it.call(associateRouteTable, { RouteTableId: table.id, SubnetId });
  const launch = (subnetId: string): string => {
    const [id] = it.launch({ SubnetId: subnetId, SecurityGroupIds: [group] });
    return present(id);
  };
  const [server, hidden] = [launch(SubnetId), launch(privateSubnetId)];
  it.clock.advance(120_000);
  const { AllocationId } = it.call(allocateAddress, {});
  it.call(associateAddress, { AllocationId, InstanceId: server });
  const natGatewayId = network.natGateway(publicSubnetId);
  const addresses = { world: it.world, sockets: new Sockets(it.world, loopback) };
  const target = { address: addresses.sockets.elasticAddress(present(AllocationId)), port: 80 };
  const zoneOf = (id: string): string => present(it.view().get(Subnets, id)).zoneId;
  return {
    it,
    addresses,
    target,
    server,
    hidden,
    natGatewayId,
    zones: { ofGateway: zoneOf(publicSubnetId), ofInstances: zoneOf(SubnetId) },
    way: (instanceId: string): Way =>
      wayFromInstance(addresses, { instanceId, zoneId: zoneOf(SubnetId) }, target),
  };
};

const roundTrip = (way: Way): number => (way.up ? way.roundTrip : Number.POSITIVE_INFINITY);

test('what a NAT gateway passes on takes the way to its zone, and the way on from there', async () => {
  const { it, way, hidden, zones } = await serverAndHidden();
  const place = (zoneId: string) => ({ kind: 'zone', zoneId }) as const;
  const across = it.world.conditions.reach(place(zones.ofInstances), place(zones.ofGateway));
  const within = it.world.conditions.reach(place(zones.ofInstances), place(zones.ofInstances));
  expect(roundTrip(way(hidden))).toBe(2 * roundTrip(across));
  expect(roundTrip(way(hidden))).toBeGreaterThan(roundTrip(within));
  const mend = it.breakDown(`zone/${zones.ofGateway}`, 'latency', { latencyMs: 500 });
  expect(roundTrip(way(hidden))).toBeGreaterThanOrEqual(2 * roundTrip(across) + 1000);
  mend();
  it.breakDown(`zone/${zones.ofGateway}`, 'network');
  expect(way(hidden)).toEqual(noWay);
});

test('an instance comes as its NAT gateway, or as its own public address, and as nobody without a way', async () => {
  const { it, addresses, target, server, hidden, natGatewayId } = await serverAndHidden();
  const gateway = present(it.view().get(NatGateways, natGatewayId));
  const source = present(sourceTowards(addresses, hidden, target));
  expect(source).toBe(addresses.sockets.elasticAddress(present(gateway.allocationId ?? undefined)));
  expect(publicAddressOf(addresses, source)).toBe(gateway.publicIp);
  const { networkInterface } = present(instanceHosts(it.world).byId(server));
  const own = present(sourceTowards(addresses, server, target));
  const elasticIp = present(elasticIpAt(it.view(), networkInterface));
  expect(own).toBe(addresses.sockets.elasticAddress(elasticIp.id));
  expect(publicAddressOf(addresses, own)).toBe(
    publicSidesOf(it.view(), networkInterface)[0]?.publicIpAddress,
  );
  it.call(deleteNatGateway, { NatGatewayId: natGatewayId });
  it.clock.advance(60_000);
  expect(sourceTowards(addresses, hidden, target)).toBeUndefined();
});
