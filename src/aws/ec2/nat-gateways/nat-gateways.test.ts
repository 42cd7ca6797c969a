import { describe, expect, test } from 'vitest';
import { allocateAddress, releaseAddress } from '../addresses/addresses.ts';
import { associateAddress, disassociateAddress } from '../addresses/associate.ts';
import { describeInternetGateways, detachInternetGateway } from '../network/internet-gateways.ts';
import { describeNetworkInterfaces } from '../network-interfaces/describe.ts';
import { createRouteTable, describeRouteTables, isPublicSubnet } from '../network/route-tables.ts';
import { createRoute, replaceRoute } from '../network/routes.ts';
import { createSubnet, deleteSubnet, describeSubnets } from '../network/subnets.ts';
import { createTags } from '../tags.ts';
import { createInstanceWorld, type InstanceWorld } from '../instances/test-instances.ts';
import { present } from '../test-region.ts';
import { createVpc, deleteVpc } from '../network/vpcs.ts';
import { Subnets } from '../entities.ts';
import { natGatewayTimers } from './life.ts';
import { createNatGateway, deleteNatGateway, describeNatGateways } from './nat-gateways.ts';

const everywhere = '0.0.0.0/0';

const openWorld = (): Promise<InstanceWorld> => createInstanceWorld({ timers: natGatewayTimers });

/** A default subnet in the first zone, and an Elastic IP. */
const ingredients = (it: InstanceWorld) => {
  const subnet = present(it.call(describeSubnets, {}).Subnets?.[0]);
  const AllocationId = present(it.call(allocateAddress, {}).AllocationId);
  return { SubnetId: present(subnet.SubnetId), VpcId: present(subnet.VpcId), AllocationId };
};

const described = (it: InstanceWorld, id: string) =>
  present(it.call(describeNatGateways, { NatGatewayIds: [id] }).NatGateways?.[0]);

const settle = (it: InstanceWorld): void => it.clock.advance(30_000);

const makePublic = (it: InstanceWorld): { readonly id: string; readonly VpcId: string } => {
  const { SubnetId, VpcId, AllocationId } = ingredients(it);
  const { NatGateway } = it.call(createNatGateway, { SubnetId, AllocationId });
  settle(it);
  return { id: present(NatGateway?.NatGatewayId), VpcId };
};

describe('a public NAT gateway', () => {
  test('is pending and then available, with an interface that it has for itself and its Elastic IP', async () => {
    const it = await openWorld();
    const { SubnetId, VpcId, AllocationId } = ingredients(it);
    const { NatGateway } = it.call(createNatGateway, {
      SubnetId,
      AllocationId,
      TagSpecifications: [
        { ResourceType: 'natgateway', Tags: [{ Key: 'Name', Value: 'way out' }] },
      ],
    });
    expect(NatGateway).toMatchObject({
      State: 'pending',
      SubnetId,
      VpcId,
      ConnectivityType: 'public',
      Tags: [{ Key: 'Name', Value: 'way out' }],
    });
    settle(it);
    const gateway = described(it, present(NatGateway?.NatGatewayId));
    expect(gateway).toMatchObject({ State: 'available', CreateTime: NatGateway?.CreateTime });
    const address = present(gateway.NatGatewayAddresses?.[0]);
    expect(address).toMatchObject({ AllocationId, IsPrimary: true, Status: 'succeeded' });
    const { NetworkInterfaces } = it.call(describeNetworkInterfaces, {
      NetworkInterfaceIds: [present(address.NetworkInterfaceId)],
    });
    expect(NetworkInterfaces?.[0]).toMatchObject({
      InterfaceType: 'nat_gateway',
      RequesterManaged: true,
      SourceDestCheck: false,
      Status: 'in-use',
      Description: `Interface for NAT Gateway ${gateway.NatGatewayId}`,
      PrivateIpAddress: address.PrivateIp,
      Association: { PublicIp: address.PublicIp, AllocationId },
    });
  });

  test('keeps its address, its subnet and its internet gateway from being taken away', async () => {
    const it = await openWorld();
    const { SubnetId, AllocationId, VpcId } = ingredients(it);
    it.call(createNatGateway, { SubnetId, AllocationId });
    settle(it);
    const [instanceId = ''] = it.launch();
    settle(it);
    const held = 'AuthFailure';
    expect(it.fail(associateAddress, { AllocationId, InstanceId: instanceId }).code).toBe(held);
    const addresses = it.call(describeNatGateways, {}).NatGateways?.[0]?.NatGatewayAddresses;
    const AssociationId = present(addresses?.[0]?.AssociationId);
    expect(it.fail(disassociateAddress, { AssociationId }).code).toBe(held);
    expect(it.fail(releaseAddress, { AllocationId }).code).toBe(held);
    expect(it.fail(deleteSubnet, { SubnetId }).code).toBe('DependencyViolation');
    const InternetGatewayId = present(
      it.call(describeInternetGateways, {}).InternetGateways?.[0]?.InternetGatewayId,
    );
    expect(it.fail(detachInternetGateway, { InternetGatewayId, VpcId }).code).toBe(
      'DependencyViolation',
    );
  });

  test('is deleting, then deleted and visible for an hour; its Elastic IP stays', async () => {
    const it = await openWorld();
    const { id } = makePublic(it);
    const { AllocationId = '' } = described(it, id).NatGatewayAddresses?.[0] ?? {};
    expect(it.call(deleteNatGateway, { NatGatewayId: id })).toEqual({ NatGatewayId: id });
    expect(described(it, id).State).toBe('deleting');
    settle(it);
    expect(described(it, id)).toMatchObject({ State: 'deleted' });
    expect(described(it, id).DeleteTime).toBeDefined();
    expect(it.call(deleteNatGateway, { NatGatewayId: id })).toEqual({ NatGatewayId: id });
    expect(described(it, id)).toMatchObject({ State: 'deleted' });
    it.call(releaseAddress, { AllocationId });
    it.clock.advance(3_700_000);
    expect(it.fail(describeNatGateways, { NatGatewayIds: [id] }).code).toBe('NatGatewayNotFound');
  });

  test('waits for its zone when that has no power', async () => {
    const it = await openWorld();
    const { SubnetId, AllocationId } = ingredients(it);
    const { NatGateway } = it.call(createNatGateway, { SubnetId, AllocationId });
    const id = present(NatGateway?.NatGatewayId);
    const zoneId = present(it.view().get(Subnets, SubnetId)).zoneId;
    const mend = it.breakDown(`zone/${zoneId}`, 'power');
    settle(it);
    expect(described(it, id).State).toBe('pending');
    mend();
    settle(it);
    expect(described(it, id).State).toBe('available');
  });

  test('is deleted while its zone is lost, so that nothing keeps the rest of a stack', async () => {
    const it = await openWorld();
    const { SubnetId, AllocationId } = ingredients(it);
    const { NatGateway } = it.call(createNatGateway, { SubnetId, AllocationId });
    const id = present(NatGateway?.NatGatewayId);
    settle(it);
    it.breakDown(`zone/${present(it.view().get(Subnets, SubnetId)).zoneId}`, 'power');
    it.call(deleteNatGateway, { NatGatewayId: id });
    settle(it);
    expect(described(it, id).State).toBe('deleted');
    it.call(releaseAddress, { AllocationId });
  });
});

describe('a NAT gateway that cannot be made fails, with AWS’s code and words', () => {
  test('in a VPC without an internet gateway', async () => {
    const it = await openWorld();
    const VpcId = present(it.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId);
    const { Subnet } = it.call(createSubnet, { VpcId, CidrBlock: '10.0.0.0/24' });
    const SubnetId = present(Subnet?.SubnetId);
    const { AllocationId } = ingredients(it);
    const made = it.call(createNatGateway, { SubnetId, AllocationId });
    const id = present(made.NatGateway?.NatGatewayId);
    settle(it);
    expect(described(it, id)).toMatchObject({
      State: 'failed',
      FailureCode: 'Gateway.NotAttached',
      FailureMessage: `Network ${VpcId} has no Internet gateway attached`,
    });
    // Nothing is left of it that would keep the network.
    it.call(deleteSubnet, { SubnetId });
    it.call(deleteVpc, { VpcId });
    it.call(deleteNatGateway, { NatGatewayId: id });
    expect(described(it, id).State).toBe('deleted');
  });

  test('with an Elastic IP that something else has, or that is none', async () => {
    const it = await openWorld();
    const { SubnetId, AllocationId } = ingredients(it);
    it.call(createNatGateway, { SubnetId, AllocationId });
    settle(it);
    const second = it.call(createNatGateway, { SubnetId, AllocationId }).NatGateway;
    const missing = 'eipalloc-0123456789abcdef0';
    const third = it.call(createNatGateway, { SubnetId, AllocationId: missing }).NatGateway;
    settle(it);
    expect(described(it, present(second?.NatGatewayId))).toMatchObject({
      State: 'failed',
      FailureCode: 'Resource.AlreadyAssociated',
      FailureMessage: `Elastic IP address ${AllocationId} is already associated`,
    });
    expect(described(it, present(third?.NatGatewayId)).FailureCode).toBe(
      'InvalidAllocationID.NotFound',
    );
  });

  test.each([
    ['no subnet', { SubnetId: 'subnet-0123456789abcdef0' }, 'InvalidSubnetID.NotFound'],
    ['no address', { AllocationId: undefined }, 'MissingParameter'],
    ['an address on a private one', { ConnectivityType: 'private' }, 'InvalidParameterCombination'],
    ['further addresses', { SecondaryAllocationIds: ['eipalloc-1'] }, 'UnsupportedOperation'],
    ['all zones at once', { AvailabilityMode: 'regional' }, 'UnsupportedOperation'],
  ] as const)('refuses %s', async (_what, more, code) => {
    const it = await openWorld();
    const { SubnetId, AllocationId } = ingredients(it);
    expect(it.fail(createNatGateway, { SubnetId, AllocationId, ...more }).code).toBe(code);
  });

  test('and a zone has five at most', async () => {
    const it = await openWorld();
    const { SubnetId } = ingredients(it);
    const input = { SubnetId, ConnectivityType: 'private' } as const;
    for (let count = 0; count < 5; count += 1) it.call(createNatGateway, input);
    expect(it.fail(createNatGateway, input).code).toBe('NatGatewayLimitExceeded');
  });
});

describe('a route to a NAT gateway', () => {
  test('is shown as one, makes no subnet public, and is a black hole when the gateway is deleted', async () => {
    const it = await openWorld();
    const { id, VpcId } = makePublic(it);
    const made = it.call(createRouteTable, { VpcId }).RouteTable;
    const RouteTableId = present(made?.RouteTableId);
    it.call(createRoute, { RouteTableId, DestinationCidrBlock: everywhere, NatGatewayId: id });
    const routes = () => it.call(describeRouteTables, { RouteTableIds: [RouteTableId] });
    const outward = () => routes().RouteTables?.[0]?.Routes?.[1];
    expect(outward()).toEqual({
      DestinationCidrBlock: everywhere,
      NatGatewayId: id,
      Origin: 'CreateRoute',
      State: 'active',
    });
    const Filters = [{ Name: 'route.nat-gateway-id', Values: [id] }];
    expect(it.call(describeRouteTables, { Filters }).RouteTables).toHaveLength(1);
    it.call(deleteNatGateway, { NatGatewayId: id });
    expect(outward()?.State).toBe('active');
    settle(it);
    expect(outward()?.State).toBe('blackhole');
    expect(
      it.fail(replaceRoute, { RouteTableId, DestinationCidrBlock: everywhere, NatGatewayId: id })
        .code,
    ).toBe('InvalidNatGatewayID.NotFound');
  });

  test('is private, and stays within its VPC', async () => {
    const it = await openWorld();
    const { id } = makePublic(it);
    const VpcId = present(it.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId);
    const other = present(it.call(createRouteTable, { VpcId }).RouteTable?.RouteTableId);
    expect(
      it.fail(createRoute, {
        RouteTableId: other,
        DestinationCidrBlock: everywhere,
        NatGatewayId: id,
      }).code,
    ).toBe('InvalidParameterValue');
    const subnet = present(it.view().list(Subnets)[0]);
    const main = present(it.call(describeRouteTables, {}).RouteTables?.[0]?.RouteTableId);
    expect(isPublicSubnet(it.view(), subnet)).toBe(true);
    // The id of a NAT gateway is taken where that of an internet gateway is expected.
    it.call(replaceRoute, { RouteTableId: main, DestinationCidrBlock: everywhere, GatewayId: id });
    expect(isPublicSubnet(it.view(), subnet)).toBe(false);
  });
});

test('NAT gateways are found by filters and tags, a page at a time', async () => {
  const it = await openWorld();
  const { id } = makePublic(it);
  const SubnetId = present(it.call(describeSubnets, {}).Subnets?.[1]?.SubnetId);
  const made = it.call(createNatGateway, { SubnetId, ConnectivityType: 'private' }).NatGateway;
  const second = present(made?.NatGatewayId);
  it.call(createTags, { Resources: [second], Tags: [{ Key: 'tier', Value: 'inner' }] });
  const ids = (input: Parameters<typeof describeNatGateways>[1]) =>
    it.call(describeNatGateways, input).NatGateways?.map((gateway) => gateway.NatGatewayId);
  expect(ids({ Filter: [{ Name: 'state', Values: ['pending'] }] })).toEqual([second]);
  expect(ids({ Filter: [{ Name: 'subnet-id', Values: [SubnetId] }] })).toEqual([second]);
  expect(ids({ Filter: [{ Name: 'tag:tier', Values: ['inner'] }] })).toEqual([second]);
  expect(ids({ Filter: [{ Name: 'nat-gateway-id', Values: [id] }] })).toEqual([id]);
  const page = it.call(describeNatGateways, { MaxResults: 5 });
  expect(page.NatGateways).toHaveLength(2);
  expect(it.fail(describeNatGateways, { NatGatewayIds: ['nat-x'] }).code).toBe(
    'NatGatewayMalformed',
  );
});
