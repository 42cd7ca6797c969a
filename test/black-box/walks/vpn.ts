import { describe, expect, it } from 'vitest';
import { awsClients, given } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

/** Customer gateways, virtual private gateways and the connections between them. */
export const walkVpn = (world: () => Running): void => {
  describe('a VPN', () => {
    it('is made, routed to and taken away', async () => {
      const { ec2 } = awsClients(world().endpoint, { region: 'eu-central-1' });
      const { Vpc } = await ec2.createVpc({ CidrBlock: '10.9.0.0/16' });
      const VpcId = given(Vpc?.VpcId);
      const made = await ec2.createVpnGateway({ Type: 'ipsec.1' });
      const VpnGatewayId = given(made.VpnGateway?.VpnGatewayId);
      await ec2.attachVpnGateway({ VpcId, VpnGatewayId });
      const attachments = async () => {
        const { VpnGateways } = await ec2.describeVpnGateways({ VpnGatewayIds: [VpnGatewayId] });
        return VpnGateways?.[0]?.VpcAttachments ?? [];
      };
      await eventually(async () => (await attachments())[0]?.State === 'attached');
      const { RouteTables } = await ec2.describeRouteTables({
        Filters: [{ Name: 'vpc-id', Values: [VpcId] }],
      });
      const RouteTableId = given(RouteTables?.[0]?.RouteTableId);
      await ec2.enableVgwRoutePropagation({ RouteTableId, GatewayId: VpnGatewayId });
      await ec2.disableVgwRoutePropagation({ RouteTableId, GatewayId: VpnGatewayId });
      const { CustomerGateway } = await ec2.createCustomerGateway({
        Type: 'ipsec.1',
        BgpAsn: 65_000,
        IpAddress: '198.51.100.9',
      });
      const CustomerGatewayId = given(CustomerGateway?.CustomerGatewayId);
      const { CustomerGateways } = await ec2.describeCustomerGateways({
        CustomerGatewayIds: [CustomerGatewayId],
      });
      expect(CustomerGateways).toMatchObject([{ BgpAsn: '65000', State: 'available' }]);
      const connected = await ec2.createVpnConnection({
        Type: 'ipsec.1',
        CustomerGatewayId,
        VpnGatewayId,
        Options: { StaticRoutesOnly: true },
      });
      const VpnConnectionId = given(connected.VpnConnection?.VpnConnectionId);
      const connection = async () => {
        const { VpnConnections } = await ec2.describeVpnConnections({
          VpnConnectionIds: [VpnConnectionId],
        });
        return given(VpnConnections?.[0]);
      };
      await eventually(async () => (await connection()).State === 'available');
      const route = { VpnConnectionId, DestinationCidrBlock: '192.168.0.0/16' };
      await ec2.createVpnConnectionRoute(route);
      const { Routes, CustomerGatewayConfiguration } = await connection();
      expect(Routes).toMatchObject([{ DestinationCidrBlock: '192.168.0.0/16' }]);
      expect(CustomerGatewayConfiguration).toContain('<ip_address>198.51.100.9</ip_address>');
      await ec2.deleteVpnConnectionRoute(route);
      await ec2.deleteVpnConnection({ VpnConnectionId });
      await ec2.detachVpnGateway({ VpcId, VpnGatewayId });
      await eventually(async () => (await connection()).State === 'deleted');
      await eventually(async () => (await attachments())[0]?.State === 'detached');
      await ec2.deleteCustomerGateway({ CustomerGatewayId });
      await ec2.deleteVpnGateway({ VpnGatewayId });
      await ec2.deleteVpc({ VpcId });
    });
  });
};
