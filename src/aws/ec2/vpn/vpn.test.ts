import { describe, expect, test } from 'vitest';
import { createInstanceWorld, type InstanceWorld } from '../instances/test-instances.ts';
import { createRouteTable, describeRouteTables } from '../network/route-tables.ts';
import { createRoute } from '../network/routes.ts';
import { createVpc, deleteVpc } from '../network/vpcs.ts';
import { present } from '../test-region.ts';
import {
  createCustomerGateway,
  deleteCustomerGateway,
  describeCustomerGateways,
} from './customer-gateways.ts';
import { vpnTimers } from './life.ts';
import { disableVgwRoutePropagation, enableVgwRoutePropagation } from './propagation.ts';
import {
  createVpnConnection,
  createVpnConnectionRoute,
  deleteVpnConnection,
  deleteVpnConnectionRoute,
  describeVpnConnections,
} from './vpn-connections.ts';
import {
  attachVpnGateway,
  createVpnGateway,
  deleteVpnGateway,
  describeVpnGateways,
  detachVpnGateway,
} from './vpn-gateways.ts';

const Type = 'ipsec.1';

const newCustomer = (it: InstanceWorld, IpAddress = '198.51.100.7'): string =>
  present(
    it.call(createCustomerGateway, { Type, BgpAsn: 65_010, IpAddress }).CustomerGateway
      ?.CustomerGatewayId,
  );

const newGateway = (it: InstanceWorld): string =>
  present(it.call(createVpnGateway, { Type }).VpnGateway?.VpnGatewayId);

const newVpc = (it: InstanceWorld): string =>
  present(it.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId);

const attached = (it: InstanceWorld, VpcId: string): string => {
  const VpnGatewayId = newGateway(it);
  it.call(attachVpnGateway, { VpcId, VpnGatewayId });
  it.clock.advance(15_000);
  return VpnGatewayId;
};

const gatewayOf = (it: InstanceWorld, id: string) =>
  it.call(describeVpnGateways, { VpnGatewayIds: [id] }).VpnGateways?.[0];

const connectionOf = (it: InstanceWorld, id: string) =>
  present(it.call(describeVpnConnections, { VpnConnectionIds: [id] }).VpnConnections?.[0]);

const newConnection = (
  it: InstanceWorld,
  options: Parameters<typeof createVpnConnection>[1]['Options'] = {},
  VpnGatewayId = newGateway(it),
): string =>
  present(
    it.call(createVpnConnection, {
      Type,
      CustomerGatewayId: newCustomer(it),
      VpnGatewayId,
      Options: options,
    }).VpnConnection?.VpnConnectionId,
  );

describe('a customer gateway', () => {
  test('is the same for the same request, and is shown for a while when it is deleted', async () => {
    const it = await createInstanceWorld({ timers: vpnTimers });
    const id = newCustomer(it);
    expect(newCustomer(it)).toBe(id);
    expect(newCustomer(it, '198.51.100.8')).not.toBe(id);
    it.call(deleteCustomerGateway, { CustomerGatewayId: id });
    expect(
      it.call(describeCustomerGateways, { Filters: [{ Name: 'state', Values: ['deleted'] }] })
        .CustomerGateways,
    ).toMatchObject([{ CustomerGatewayId: id, BgpAsn: '65010', IpAddress: '198.51.100.7' }]);
    expect(it.fail(deleteCustomerGateway, { CustomerGatewayId: id }).code).toBe(
      'InvalidCustomerGatewayID.NotFound',
    );
    it.clock.advance(3_700_000);
    expect(it.call(describeCustomerGateways, {}).CustomerGateways).toHaveLength(1);
  });

  test.each([
    ['MissingParameter', {}],
    ['InvalidParameterValue', { IpAddress: '198.51.100' }],
    ['InvalidParameterValue', { IpAddress: '198.51.100.7', BgpAsn: 0 }],
    ['InvalidParameterValue', { IpAddress: '198.51.100.7', BgpAsnExtended: 65_000 }],
    ['InvalidParameterCombination', { IpAddress: '198.51.100.7', PublicIp: '198.51.100.7' }],
  ])('is refused with %s: %o', async (code, input) => {
    const it = await createInstanceWorld({ timers: vpnTimers });
    expect(it.fail(createCustomerGateway, { Type, ...input }).code).toBe(code);
  });
});

describe('a virtual private gateway', () => {
  test('is attached to one VPC, has routes and propagation there, and is detached', async () => {
    const it = await createInstanceWorld({ timers: vpnTimers });
    const [VpcId, VpnGatewayId] = [newVpc(it), newGateway(it)];
    const RouteTableId = present(it.call(createRouteTable, { VpcId }).RouteTable?.RouteTableId);
    const route = {
      RouteTableId,
      DestinationCidrBlock: '192.168.0.0/16',
      GatewayId: VpnGatewayId,
    };
    const propagation = { RouteTableId, GatewayId: VpnGatewayId };
    expect(it.fail(createRoute, route).code).toBe('InvalidParameterValue');
    expect(it.fail(enableVgwRoutePropagation, propagation).code).toBe('Gateway.NotAttached');
    expect(it.call(attachVpnGateway, { VpcId, VpnGatewayId }).VpcAttachment).toEqual({
      VpcId,
      State: 'attaching',
    });
    it.clock.advance(15_000);
    expect(gatewayOf(it, VpnGatewayId)?.VpcAttachments).toEqual([{ VpcId, State: 'attached' }]);
    it.call(createRoute, route);
    it.call(enableVgwRoutePropagation, propagation);
    const table = () =>
      it.call(describeRouteTables, { RouteTableIds: [RouteTableId] }).RouteTables?.[0];
    const toGateway = { GatewayId: VpnGatewayId, DestinationCidrBlock: '192.168.0.0/16' };
    expect(table()?.PropagatingVgws).toEqual([{ GatewayId: VpnGatewayId }]);
    expect(table()?.Routes).toContainEqual(
      expect.objectContaining({ ...toGateway, State: 'active' }),
    );
    it.call(disableVgwRoutePropagation, propagation);
    expect(table()?.PropagatingVgws).toEqual([]);
    it.call(enableVgwRoutePropagation, propagation);
    expect(it.fail(deleteVpnGateway, { VpnGatewayId }).code).toBe('IncorrectState');
    it.call(detachVpnGateway, { VpcId, VpnGatewayId });
    expect(gatewayOf(it, VpnGatewayId)?.VpcAttachments).toEqual([{ VpcId, State: 'detaching' }]);
    it.clock.advance(15_000);
    expect(gatewayOf(it, VpnGatewayId)?.VpcAttachments).toEqual([{ VpcId, State: 'detached' }]);
    expect(table()).toMatchObject({ PropagatingVgws: [] });
    expect(table()?.Routes).toContainEqual(
      expect.objectContaining({ ...toGateway, State: 'blackhole' }),
    );
    expect(it.fail(detachVpnGateway, { VpcId, VpnGatewayId }).code).toBe(
      'InvalidVpnGatewayAttachment.NotFound',
    );
    it.call(deleteVpnGateway, { VpnGatewayId });
    expect(gatewayOf(it, VpnGatewayId)?.State).toBe('deleted');
  });

  test('is the only one of its VPC and holds it', async () => {
    const it = await createInstanceWorld({ timers: vpnTimers });
    const VpcId = newVpc(it);
    attached(it, VpcId);
    expect(it.fail(attachVpnGateway, { VpcId, VpnGatewayId: newGateway(it) }).code).toBe(
      'VpnGatewayAttachmentLimitExceeded',
    );
    expect(it.fail(deleteVpc, { VpcId }).code).toBe('DependencyViolation');
    expect(it.fail(createVpnGateway, { Type, AmazonSideAsn: 65_535 }).code).toBe(
      'InvalidParameterValue',
    );
  });
});

describe('a VPN connection', () => {
  test('has two tunnels, which are down, and the configuration of the device', async () => {
    const it = await createInstanceWorld({ timers: vpnTimers });
    const id = newConnection(it, {
      TunnelOptions: [
        {
          TunnelInsideCidr: '169.254.44.100/30',
          PreSharedKey: 'between_us.two',
          IKEVersions: [{ Value: 'ikev2' }],
        },
      ],
    });
    expect(connectionOf(it, id).State).toBe('pending');
    it.clock.advance(15_000);
    const { State, Options, VgwTelemetry, CustomerGatewayConfiguration } = connectionOf(it, id);
    expect(State).toBe('available');
    expect(Options?.TunnelOptions?.[0]).toMatchObject({
      TunnelInsideCidr: '169.254.44.100/30',
      PreSharedKey: 'between_us.two',
      IkeVersions: [{ Value: 'ikev2' }],
    });
    expect(VgwTelemetry?.map(({ Status }) => Status)).toEqual(['DOWN', 'DOWN']);
    expect(CustomerGatewayConfiguration).toContain(`<vpn_connection id="${id}">`);
    expect(CustomerGatewayConfiguration).toContain('<ip_address>169.254.44.102</ip_address>');
    expect(CustomerGatewayConfiguration).toContain('<asn>65010</asn>');
  });

  test('has static routes when it was made for them, and holds its gateways until it is deleted', async () => {
    const it = await createInstanceWorld({ timers: vpnTimers });
    const id = newConnection(it, { StaticRoutesOnly: true });
    const route = { VpnConnectionId: id, DestinationCidrBlock: '192.168.1.0/24' };
    it.call(createVpnConnectionRoute, route);
    const { Routes, VpnGatewayId, CustomerGatewayId } = connectionOf(it, id);
    expect(Routes).toEqual([{ DestinationCidrBlock: '192.168.1.0/24', State: 'available' }]);
    it.call(deleteVpnConnectionRoute, route);
    expect(it.fail(deleteVpnConnectionRoute, route).code).toBe('InvalidRoute.NotFound');
    expect(it.fail(deleteCustomerGateway, { CustomerGatewayId }).code).toBe('IncorrectState');
    expect(it.fail(deleteVpnGateway, { VpnGatewayId }).code).toBe('IncorrectState');
    it.call(deleteVpnConnection, { VpnConnectionId: id });
    it.clock.advance(15_000);
    expect(connectionOf(it, id)).toMatchObject({ State: 'deleted', VgwTelemetry: [] });
    it.call(deleteCustomerGateway, { CustomerGatewayId });
    it.call(deleteVpnGateway, { VpnGatewayId });
    const dynamic = newConnection(it);
    expect(it.fail(createVpnConnectionRoute, { ...route, VpnConnectionId: dynamic }).code).toBe(
      'InvalidVpnConnection.InvalidType',
    );
  });

  test.each([
    ['a block of another size', { TunnelInsideCidr: '169.254.44.0/29' }],
    ['a reserved block', { TunnelInsideCidr: '169.254.5.0/30' }],
    ['a block that is not link-local', { TunnelInsideCidr: '10.0.0.0/30' }],
    ['a key that starts with zero', { PreSharedKey: '0123456789' }],
    ['a short key', { PreSharedKey: 'short' }],
    [
      'a second phase as long as the first',
      { Phase1LifetimeSeconds: 900, Phase2LifetimeSeconds: 900 },
    ],
    ['a margin of more than half', { Phase2LifetimeSeconds: 1000, RekeyMarginTimeSeconds: 600 }],
    ['an unknown algorithm', { Phase1EncryptionAlgorithms: [{ Value: 'DES' }] }],
    ['an unknown action', { DPDTimeoutAction: 'wait' }],
  ])('is refused for %s', async (_what, tunnel) => {
    const it = await createInstanceWorld({ timers: vpnTimers });
    const asked = {
      Type,
      CustomerGatewayId: newCustomer(it),
      VpnGatewayId: newGateway(it),
      Options: { TunnelOptions: [tunnel] },
    };
    expect(it.fail(createVpnConnection, asked).code).toBe('InvalidParameterValue');
  });

  test('has blocks in its tunnels that no other of the gateway has', async () => {
    const it = await createInstanceWorld({ timers: vpnTimers });
    const gateway = newGateway(it);
    const tunnels = { TunnelOptions: [{ TunnelInsideCidr: '169.254.44.0/30' }] };
    newConnection(it, tunnels, gateway);
    const asked = { Type, CustomerGatewayId: newCustomer(it), VpnGatewayId: gateway };
    expect(it.fail(createVpnConnection, { ...asked, Options: tunnels }).code).toBe(
      'InvalidParameterValue',
    );
    expect(it.fail(createVpnConnection, { ...asked, VpnGatewayId: undefined }).code).toBe(
      'UnsupportedOperation',
    );
  });
});
