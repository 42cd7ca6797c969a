import type { EC2 } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsClients, given } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'ap-northeast-2';

/** A network with IPv6, from its blocks to an instance's address. */
export const walkIpv6 = (world: () => Running): void => {
  const ec2 = (): EC2 => awsClients(world().endpoint, { region }).ec2;

  describe('a network with IPv6', () => {
    it('has blocks, a way out and addresses, and goes away', async () => {
      const { Vpc } = await ec2().createVpc({ CidrBlock: '10.6.0.0/16' });
      const VpcId = given(Vpc?.VpcId);
      const { Ipv6CidrBlockAssociation: ofVpc } = await ec2().associateVpcCidrBlock({
        VpcId,
        AmazonProvidedIpv6CidrBlock: true,
      });
      const block = given(ofVpc?.Ipv6CidrBlock);
      const { Subnet } = await ec2().createSubnet({ VpcId, CidrBlock: '10.6.0.0/24' });
      const SubnetId = given(Subnet?.SubnetId);
      const { Ipv6CidrBlockAssociation: ofSubnet } = await ec2().associateSubnetCidrBlock({
        SubnetId,
        Ipv6CidrBlock: block.replace('/56', '/64'),
      });
      await ec2().modifySubnetAttribute({ SubnetId, AssignIpv6AddressOnCreation: { Value: true } });
      const { EgressOnlyInternetGateway } = await ec2().createEgressOnlyInternetGateway({ VpcId });
      const EgressOnlyInternetGatewayId = given(
        EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId,
      );
      const { EgressOnlyInternetGateways } = await ec2().describeEgressOnlyInternetGateways({
        EgressOnlyInternetGatewayIds: [EgressOnlyInternetGatewayId],
      });
      expect(EgressOnlyInternetGateways?.[0]?.Attachments).toEqual([{ VpcId, State: 'attached' }]);
      const { RouteTable } = await ec2().createRouteTable({ VpcId });
      const RouteTableId = given(RouteTable?.RouteTableId);
      await ec2().createRoute({
        RouteTableId,
        DestinationIpv6CidrBlock: '::/0',
        EgressOnlyInternetGatewayId,
      });
      const { NetworkInterface } = await ec2().createNetworkInterface({ SubnetId });
      const NetworkInterfaceId = given(NetworkInterface?.NetworkInterfaceId);
      expect(NetworkInterface?.Ipv6Addresses).toHaveLength(1);
      const { AssignedIpv6Addresses = [] } = await ec2().assignIpv6Addresses({
        NetworkInterfaceId,
        Ipv6AddressCount: 2,
      });
      expect(AssignedIpv6Addresses).toHaveLength(2);
      await ec2().unassignIpv6Addresses({
        NetworkInterfaceId,
        Ipv6Addresses: AssignedIpv6Addresses,
      });
      await ec2().deleteNetworkInterface({ NetworkInterfaceId });
      await ec2().deleteRouteTable({ RouteTableId });
      await ec2().deleteEgressOnlyInternetGateway({ EgressOnlyInternetGatewayId });
      await ec2().disassociateSubnetCidrBlock({ AssociationId: ofSubnet?.AssociationId });
      await ec2().deleteSubnet({ SubnetId });
      await ec2().disassociateVpcCidrBlock({ AssociationId: ofVpc?.AssociationId });
      await ec2().deleteVpc({ VpcId });
    });
  });
};
