import type { EC2 } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsClients, given } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'ap-southeast-2';

/** Endpoints of services in a VPC, and its DHCP options. */
export const walkVpcEndpoints = (world: () => Running): void => {
  const ec2 = (): EC2 => awsClients(world().endpoint, { region }).ec2;

  describe('a VPC', () => {
    it('has endpoints', async () => {
      const { Vpc } = await ec2().createVpc({ CidrBlock: '10.7.0.0/16' });
      const VpcId = given(Vpc?.VpcId);
      const ServiceName = `com.amazonaws.${region}.s3`;
      const { ServiceNames } = await ec2().describeVpcEndpointServices({
        ServiceNames: [ServiceName],
      });
      expect(ServiceNames).toEqual([ServiceName]);
      const { PrefixLists } = await ec2().describePrefixLists({});
      expect(PrefixLists).toHaveLength(3);
      const { VpcEndpoint } = await ec2().createVpcEndpoint({ VpcId, ServiceName });
      const VpcEndpointId = given(VpcEndpoint?.VpcEndpointId);
      const PolicyDocument = '{"Version":"2012-10-17","Statement":[]}';
      await ec2().modifyVpcEndpoint({ VpcEndpointId, PolicyDocument });
      const { VpcEndpoints } = await ec2().describeVpcEndpoints({
        VpcEndpointIds: [VpcEndpointId],
      });
      expect(VpcEndpoints).toMatchObject([{ State: 'available', PolicyDocument }]);
      const { Unsuccessful } = await ec2().deleteVpcEndpoints({ VpcEndpointIds: [VpcEndpointId] });
      expect(Unsuccessful).toEqual([]);
      await ec2().deleteVpc({ VpcId });
    });

    it('has interfaces of a service, and policies of them', async () => {
      const { Subnets } = await ec2().describeSubnets({});
      const [subnet] = given(Subnets);
      const { VpcEndpoint } = await ec2().createVpcEndpoint({
        VpcId: given(subnet?.VpcId),
        VpcEndpointType: 'Interface',
        ServiceName: `com.amazonaws.${region}.ecr.dkr`,
        SubnetIds: [given(subnet?.SubnetId)],
      });
      expect(VpcEndpoint?.DnsEntries?.map(({ DnsName }) => DnsName)).toContain(
        `dkr.ecr.${region}.amazonaws.com`,
      );
      expect(VpcEndpoint?.NetworkInterfaceIds).toHaveLength(1);
      const VpcEndpointIds = [given(VpcEndpoint?.VpcEndpointId)];
      await ec2().deleteVpcEndpoints({ VpcEndpointIds });
      const Filters = [
        { Name: 'network-interface-id', Values: given(VpcEndpoint?.NetworkInterfaceIds) },
      ];
      expect((await ec2().describeNetworkInterfaces({ Filters })).NetworkInterfaces).toEqual([]);
    });

    it('has DHCP options', async () => {
      const { Vpc } = await ec2().createVpc({ CidrBlock: '10.7.0.0/16' });
      const VpcId = given(Vpc?.VpcId);
      const { DhcpOptions } = await ec2().createDhcpOptions({
        DhcpConfigurations: [{ Key: 'domain-name', Values: ['shop.test'] }],
      });
      const DhcpOptionsId = given(DhcpOptions?.DhcpOptionsId);
      await ec2().associateDhcpOptions({ VpcId, DhcpOptionsId });
      await ec2().deleteVpc({ VpcId });
      await ec2().deleteDhcpOptions({ DhcpOptionsId });
    });
  });
};
