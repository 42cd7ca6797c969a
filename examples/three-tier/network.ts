/**
 * The network of "VPC with private subnets and NAT" over three zones: public subnets for balancers and NAT gateways,
 * private ones for each tier of servers, and in each zone a NAT gateway of its own, so that no zone needs another.
 */
import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeNatGatewaysCommand,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  type EC2Client,
  type ResourceType,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { given, until } from './answers.ts';

const zoneIds = ['use1-az1', 'use1-az2', 'use1-az4'] as const;

/** The port of the servers of both tiers. */
export const serverPort = 8080;

const named = (ResourceType: ResourceType, name: string): TagSpecification[] => [
  { ResourceType, Tags: [{ Key: 'Name', Value: name }] },
];

export interface SecurityGroups {
  readonly publicBalancer: string;
  readonly web: string;
  readonly internalBalancer: string;
  readonly app: string;
}

export interface Network {
  readonly vpcId: string;
  /** One a zone, in the order of zones. */
  readonly publicSubnetIds: readonly string[];
  readonly webSubnetIds: readonly string[];
  readonly appSubnetIds: readonly string[];
  readonly securityGroups: SecurityGroups;
}

const createSubnet = async (
  ec2: EC2Client,
  vpcId: string,
  { zoneId, cidr, name }: { readonly zoneId: string; readonly cidr: string; readonly name: string },
): Promise<string> => {
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({
      VpcId: vpcId,
      AvailabilityZoneId: zoneId,
      CidrBlock: cidr,
      TagSpecifications: named('subnet', name),
    }),
  );
  return given(Subnet?.SubnetId, 'subnet');
};

/** A route table whose default route leads to a gateway, for these subnets. */
const routeTo = async (
  ec2: EC2Client,
  vpcId: string,
  gateway: { readonly GatewayId: string } | { readonly NatGatewayId: string },
  { subnetIds, name }: { readonly subnetIds: readonly string[]; readonly name: string },
): Promise<void> => {
  const { RouteTable } = await ec2.send(
    new CreateRouteTableCommand({ VpcId: vpcId, TagSpecifications: named('route-table', name) }),
  );
  const RouteTableId = given(RouteTable?.RouteTableId, 'route table');
  await ec2.send(
    new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', ...gateway }),
  );
  for (const SubnetId of subnetIds) {
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
  }
};

const createInternetGateway = async (ec2: EC2Client, vpcId: string): Promise<string> => {
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand());
  const GatewayId = given(InternetGateway?.InternetGatewayId, 'internet gateway');
  await ec2.send(new AttachInternetGatewayCommand({ VpcId: vpcId, InternetGatewayId: GatewayId }));
  return GatewayId;
};

const createNatGateway = async (
  ec2: EC2Client,
  SubnetId: string,
  name: string,
): Promise<string> => {
  const { AllocationId } = await ec2.send(
    new AllocateAddressCommand({
      Domain: 'vpc',
      TagSpecifications: named('elastic-ip', name),
    }),
  );
  const { NatGateway } = await ec2.send(
    new CreateNatGatewayCommand({
      SubnetId,
      AllocationId,
      TagSpecifications: named('natgateway', name),
    }),
  );
  return given(NatGateway?.NatGatewayId, 'NAT gateway');
};

const available = async (ec2: EC2Client, NatGatewayIds: string[]): Promise<void> => {
  await until('The NAT gateways', async () => {
    const { NatGateways = [] } = await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds }));
    return NatGateways.every(({ State }) => State === 'available') ? NatGateways : undefined;
  });
};

const createSecurityGroup = async (
  ec2: EC2Client,
  vpcId: string,
  name: string,
  from: { readonly port: number; readonly securityGroupId?: string },
): Promise<string> => {
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({
      VpcId: vpcId,
      GroupName: name,
      Description: `What may reach the ${name}`,
      TagSpecifications: named('security-group', name),
    }),
  );
  const { port, securityGroupId } = from;
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: port,
          ToPort: port,
          ...(securityGroupId === undefined
            ? { IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'everybody' }] }
            : { UserIdGroupPairs: [{ GroupId: securityGroupId }] }),
        },
      ],
    }),
  );
  return given(GroupId, 'security group');
};

/** Each tier is open to the one in front of it and to nobody else. */
const createSecurityGroups = async (ec2: EC2Client, vpcId: string): Promise<SecurityGroups> => {
  const publicBalancer = await createSecurityGroup(ec2, vpcId, 'public-balancer', { port: 80 });
  const web = await createSecurityGroup(ec2, vpcId, 'web', {
    port: serverPort,
    securityGroupId: publicBalancer,
  });
  const internalBalancer = await createSecurityGroup(ec2, vpcId, 'internal-balancer', {
    port: 80,
    securityGroupId: web,
  });
  const app = await createSecurityGroup(ec2, vpcId, 'app', {
    port: serverPort,
    securityGroupId: internalBalancer,
  });
  return { publicBalancer, web, internalBalancer, app };
};

/** Builds the whole network. */
export const buildNetwork = async (ec2: EC2Client): Promise<Network> => {
  const { Vpc } = await ec2.send(
    new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', TagSpecifications: named('vpc', 'shop') }),
  );
  const vpcId = given(Vpc?.VpcId, 'VPC');
  await ec2.send(
    new ModifyVpcAttributeCommand({ VpcId: vpcId, EnableDnsHostnames: { Value: true } }),
  );
  const GatewayId = await createInternetGateway(ec2, vpcId);
  const publicSubnetIds: string[] = [];
  const webSubnetIds: string[] = [];
  const appSubnetIds: string[] = [];
  const natGatewayIds: string[] = [];
  for (const [index, zoneId] of zoneIds.entries()) {
    const create = (tier: string, third: number): Promise<string> =>
      createSubnet(ec2, vpcId, {
        zoneId,
        cidr: `10.0.${third + index}.0/24`,
        name: `${tier}-${zoneId}`,
      });
    const publicSubnetId = await create('public', 0);
    await ec2.send(
      new ModifySubnetAttributeCommand({
        SubnetId: publicSubnetId,
        MapPublicIpOnLaunch: { Value: true },
      }),
    );
    publicSubnetIds.push(publicSubnetId);
    webSubnetIds.push(await create('web', 10));
    appSubnetIds.push(await create('app', 20));
  }
  await routeTo(ec2, vpcId, { GatewayId }, { subnetIds: publicSubnetIds, name: 'public' });
  for (const [index, zoneId] of zoneIds.entries()) {
    const subnetIds = [webSubnetIds[index], appSubnetIds[index]].filter((id) => id !== undefined);
    const publicSubnetId = given(publicSubnetIds[index], 'public subnet');
    const NatGatewayId = await createNatGateway(ec2, publicSubnetId, `nat-${zoneId}`);
    natGatewayIds.push(NatGatewayId);
    await routeTo(ec2, vpcId, { NatGatewayId }, { subnetIds, name: `private-${zoneId}` });
  }
  await available(ec2, natGatewayIds);
  const securityGroups = await createSecurityGroups(ec2, vpcId);
  return { vpcId, publicSubnetIds, webSubnetIds, appSubnetIds, securityGroups };
};
