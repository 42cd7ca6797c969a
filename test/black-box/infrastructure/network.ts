import { describe, expect, it } from 'vitest';
import { given } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { sorted, tags, type Stack } from './stack.ts';

/** VPC, subnets, gateways, routes and security groups. */
export const networkTests = (stack: Stack): void => {
  describe('the network', () => {
    it('aws_vpc', async () => {
      const { Vpc } = await stack.aws.ec2.createVpc({
        CidrBlock: '10.7.0.0/16',
        InstanceTenancy: 'default',
        AmazonProvidedIpv6CidrBlock: false,
        TagSpecifications: [{ ResourceType: 'vpc', Tags: tags }],
      });
      const VpcId = given(Vpc?.VpcId);
      stack.vpcId = VpcId;
      await stack.aws.ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
      const { Vpcs } = await eventually(async () => {
        const answer = await stack.aws.ec2.describeVpcs({ VpcIds: [VpcId] });
        return answer.Vpcs?.[0]?.State === 'available' && answer;
      });
      expect(Vpcs?.[0]).toMatchObject({
        CidrBlock: '10.7.0.0/16',
        InstanceTenancy: 'default',
        IsDefault: false,
        DhcpOptionsId: expect.stringMatching(/^dopt-/),
        CidrBlockAssociationSet: [
          { CidrBlock: '10.7.0.0/16', CidrBlockState: { State: 'associated' } },
        ],
      });
      expect(sorted(Vpcs?.[0]?.Tags)).toEqual(tags);
      const attribute = async (
        Attribute: 'enableDnsHostnames' | 'enableDnsSupport' | 'enableNetworkAddressUsageMetrics',
      ) => await stack.aws.ec2.describeVpcAttribute({ VpcId, Attribute });
      expect(await attribute('enableDnsHostnames')).toMatchObject({
        EnableDnsHostnames: { Value: true },
      });
      expect(await attribute('enableDnsSupport')).toMatchObject({
        EnableDnsSupport: { Value: true },
      });
      expect(await attribute('enableNetworkAddressUsageMetrics')).toMatchObject({
        EnableNetworkAddressUsageMetrics: { Value: false },
      });
      const ofVpc = { Name: 'vpc-id', Values: [VpcId] };
      const { NetworkAcls } = await stack.aws.ec2.describeNetworkAcls({
        Filters: [{ Name: 'default', Values: ['true'] }, ofVpc],
      });
      const { RouteTables } = await stack.aws.ec2.describeRouteTables({
        Filters: [{ Name: 'association.main', Values: ['true'] }, ofVpc],
      });
      const { SecurityGroups } = await stack.aws.ec2.describeSecurityGroups({
        Filters: [{ Name: 'group-name', Values: ['default'] }, ofVpc],
      });
      expect([NetworkAcls?.length, RouteTables?.length, SecurityGroups?.length]).toEqual([1, 1, 1]);
    });

    it('aws_subnet', async () => {
      for (const [index, zoneId] of ['use1-az1', 'use1-az2'].entries()) {
        const { Subnet } = await stack.aws.ec2.createSubnet({
          VpcId: stack.vpcId,
          CidrBlock: `10.7.${index}.0/24`,
          AvailabilityZoneId: zoneId,
          TagSpecifications: [{ ResourceType: 'subnet', Tags: tags }],
        });
        const SubnetId = given(Subnet?.SubnetId);
        stack.subnetIds.push(SubnetId);
        await stack.aws.ec2.modifySubnetAttribute({
          SubnetId,
          MapPublicIpOnLaunch: { Value: true },
        });
        await stack.aws.ec2.modifySubnetAttribute({
          SubnetId,
          EnableResourceNameDnsARecordOnLaunch: { Value: true },
        });
        await stack.aws.ec2.modifySubnetAttribute({
          SubnetId,
          PrivateDnsHostnameTypeOnLaunch: 'resource-name',
        });
        const { Subnets } = await stack.aws.ec2.describeSubnets({ SubnetIds: [SubnetId] });
        expect(Subnets?.[0]).toMatchObject({
          VpcId: stack.vpcId,
          State: 'available',
          AvailabilityZoneId: zoneId,
          CidrBlock: `10.7.${index}.0/24`,
          MapPublicIpOnLaunch: true,
          AssignIpv6AddressOnCreation: false,
          PrivateDnsNameOptionsOnLaunch: {
            HostnameType: 'resource-name',
            EnableResourceNameDnsARecord: true,
          },
          SubnetArn: expect.stringContaining(`:subnet/${SubnetId}`),
        });
        expect(sorted(Subnets?.[0]?.Tags)).toEqual(tags);
      }
    });

    it('aws_internet_gateway, aws_eip and aws_nat_gateway', async () => {
      const { InternetGateway } = await stack.aws.ec2.createInternetGateway({
        TagSpecifications: [{ ResourceType: 'internet-gateway', Tags: tags }],
      });
      const InternetGatewayId = given(InternetGateway?.InternetGatewayId);
      stack.internetGatewayId = InternetGatewayId;
      await stack.aws.ec2.attachInternetGateway({ InternetGatewayId, VpcId: stack.vpcId });
      const { InternetGateways } = await stack.aws.ec2.describeInternetGateways({
        InternetGatewayIds: [InternetGatewayId],
      });
      expect(InternetGateways?.[0]?.Attachments).toEqual([
        { State: 'available', VpcId: stack.vpcId },
      ]);
      const { AllocationId } = await stack.aws.ec2.allocateAddress({
        Domain: 'vpc',
        TagSpecifications: [{ ResourceType: 'elastic-ip', Tags: tags }],
      });
      const AllocationIds = [given(AllocationId)];
      const { NatGateway } = await stack.aws.ec2.createNatGateway({
        ClientToken: 'terraform-20260101000000000000000001',
        ConnectivityType: 'public',
        AllocationId,
        SubnetId: stack.subnetIds[0],
        TagSpecifications: [{ ResourceType: 'natgateway', Tags: tags }],
      });
      const NatGatewayIds = [given(NatGateway?.NatGatewayId)];
      stack.natGatewayId = given(NatGatewayIds[0]);
      const nat = await eventually(async () => {
        const { NatGateways } = await stack.aws.ec2.describeNatGateways({ NatGatewayIds });
        return NatGateways?.[0]?.State === 'available' && NatGateways[0];
      });
      expect(nat).toMatchObject({
        ConnectivityType: 'public',
        SubnetId: stack.subnetIds[0],
        VpcId: stack.vpcId,
        NatGatewayAddresses: [
          {
            AllocationId,
            IsPrimary: true,
            Status: 'succeeded',
            NetworkInterfaceId: expect.stringMatching(/^eni-/),
          },
        ],
      });
      expect(sorted(nat.Tags)).toEqual(tags);
      const { Addresses } = await stack.aws.ec2.describeAddresses({ AllocationIds });
      expect(Addresses?.[0]).toMatchObject({
        Domain: 'vpc',
        AssociationId: expect.stringMatching(/^eipassoc-/),
        NetworkInterfaceId: nat.NatGatewayAddresses?.[0]?.NetworkInterfaceId,
        PublicIp: nat.NatGatewayAddresses?.[0]?.PublicIp,
      });
      expect(sorted(Addresses?.[0]?.Tags)).toEqual(tags);
      const attributes = await stack.aws.ec2.describeAddressesAttribute({
        AllocationIds,
        Attribute: 'domain-name',
      });
      expect(attributes.Addresses?.map(({ PtrRecord }) => PtrRecord)).toEqual([undefined]);
    });

    it('aws_route_table, aws_route and aws_route_table_association', async () => {
      const { RouteTable } = await stack.aws.ec2.createRouteTable({
        VpcId: stack.vpcId,
        ClientToken: 'terraform-20260101000000000000000002',
        TagSpecifications: [{ ResourceType: 'route-table', Tags: tags }],
      });
      const RouteTableId = given(RouteTable?.RouteTableId);
      stack.routeTableId = RouteTableId;
      await stack.aws.ec2.createRoute({
        RouteTableId,
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: stack.internetGatewayId,
      });
      const { AssociationId } = await stack.aws.ec2.associateRouteTable({
        RouteTableId,
        SubnetId: stack.subnetIds[0],
      });
      const { RouteTables } = await stack.aws.ec2.describeRouteTables({
        RouteTableIds: [RouteTableId],
      });
      expect(RouteTables?.[0]).toMatchObject({
        Associations: [
          {
            RouteTableAssociationId: AssociationId,
            SubnetId: stack.subnetIds[0],
            Main: false,
            AssociationState: { State: 'associated' },
          },
        ],
        Routes: [
          { DestinationCidrBlock: '10.7.0.0/16', GatewayId: 'local', Origin: 'CreateRouteTable' },
          {
            DestinationCidrBlock: '0.0.0.0/0',
            GatewayId: stack.internetGatewayId,
            State: 'active',
            Origin: 'CreateRoute',
          },
        ],
      });
      expect(RouteTables?.[0]?.PropagatingVgws ?? []).toEqual([]);
      expect(sorted(RouteTables?.[0]?.Tags)).toEqual(tags);
    });

    it('aws_security_group and its rules', async () => {
      const { GroupId } = await stack.aws.ec2.createSecurityGroup({
        GroupName: 'terraform-20260101',
        Description: 'Managed by Terraform',
        VpcId: stack.vpcId,
        TagSpecifications: [{ ResourceType: 'security-group', Tags: tags }],
      });
      stack.securityGroupId = given(GroupId);
      // A tool takes away what AWS adds by itself.
      await stack.aws.ec2.revokeSecurityGroupEgress({
        GroupId,
        IpPermissions: [
          { IpProtocol: '-1', FromPort: 0, ToPort: 0, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
        ],
      });
      const { SecurityGroupRules } = await stack.aws.ec2.authorizeSecurityGroupIngress({
        GroupId,
        IpPermissions: [
          {
            IpProtocol: 'tcp',
            FromPort: 80,
            ToPort: 80,
            IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'web' }],
          },
        ],
        TagSpecifications: [{ ResourceType: 'security-group-rule', Tags: tags }],
      });
      await stack.aws.ec2.authorizeSecurityGroupEgress({
        GroupId,
        IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      });
      const ruleId = given(SecurityGroupRules?.[0]?.SecurityGroupRuleId);
      const rules = await stack.aws.ec2.describeSecurityGroupRules({
        SecurityGroupRuleIds: [ruleId],
      });
      expect(rules.SecurityGroupRules?.[0]).toMatchObject({
        GroupId,
        IsEgress: false,
        IpProtocol: 'tcp',
        FromPort: 80,
        ToPort: 80,
        CidrIpv4: '0.0.0.0/0',
        Description: 'web',
      });
      expect(sorted(rules.SecurityGroupRules?.[0]?.Tags)).toEqual(tags);
      const { SecurityGroups } = await stack.aws.ec2.describeSecurityGroups({
        GroupIds: [given(GroupId)],
      });
      expect(SecurityGroups?.[0]).toMatchObject({
        Description: 'Managed by Terraform',
        IpPermissions: [{ IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'web' }] }],
        IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      });
      expect(sorted(SecurityGroups?.[0]?.Tags)).toEqual(tags);
    });
  });
};
