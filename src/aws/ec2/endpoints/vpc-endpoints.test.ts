import { describe, expect, test } from 'vitest';
import { createSubnet } from '../network/subnets.ts';
import { createVpc, deleteVpc, modifyVpcAttribute } from '../network/vpcs.ts';
import {
  createRouteTable,
  deleteRouteTable,
  describeRouteTables,
} from '../network/route-tables.ts';
import { describeNetworkInterfaces } from '../network-interfaces/describe.ts';
import { present, testRegion, type TestRegion } from '../test-region.ts';
import { endpointServiceOf, endpointServiceOperations } from './endpoint-services.ts';
import { vpcEndpointOperations } from './vpc-endpoints.ts';

const { CreateVpcEndpoint, DeleteVpcEndpoints, DescribeVpcEndpoints, ModifyVpcEndpoint } =
  vpcEndpointOperations;
const { DescribePrefixLists, DescribeVpcEndpointServices } = endpointServiceOperations;

const s3 = 'com.amazonaws.us-east-1.s3';
const ssm = 'com.amazonaws.us-east-1.ssm';

const network = (region: TestRegion) => {
  const { Vpc } = region.call(createVpc, { CidrBlock: '10.0.0.0/16' });
  const VpcId = present(Vpc?.VpcId);
  const subnet = (AvailabilityZone: string, CidrBlock: string): string =>
    present(region.call(createSubnet, { VpcId, CidrBlock, AvailabilityZone }).Subnet?.SubnetId);
  const { RouteTables = [] } = region.call(describeRouteTables, {
    Filters: [{ Name: 'vpc-id', Values: [VpcId] }],
  });
  return {
    VpcId,
    subnets: [subnet('us-east-1a', '10.0.0.0/24'), subnet('us-east-1b', '10.0.1.0/24')],
    sameZone: subnet('us-east-1a', '10.0.2.0/24'),
    table: present(RouteTables[0]?.RouteTableId),
  };
};

const routesOf = (region: TestRegion, table: string) =>
  region.call(describeRouteTables, { RouteTableIds: [table] }).RouteTables?.[0]?.Routes;

describe('a gateway endpoint', () => {
  test('leads from its route tables to the addresses of its service', () => {
    const region = testRegion();
    const { VpcId, table } = network(region);
    const made = region.call(CreateVpcEndpoint, { VpcId, ServiceName: s3, RouteTableIds: [table] });
    const VpcEndpointId = present(made.VpcEndpoint?.VpcEndpointId);
    expect(made.VpcEndpoint).toMatchObject({
      VpcEndpointType: 'Gateway',
      State: 'available',
      RouteTableIds: [table],
      PrivateDnsEnabled: false,
    });
    const [list] = present(
      region.call(DescribePrefixLists, {
        Filters: [{ Name: 'prefix-list-name', Values: [s3] }],
      }).PrefixLists,
    );
    expect(routesOf(region, table)).toMatchObject([
      { GatewayId: 'local' },
      { DestinationPrefixListId: list?.PrefixListId, GatewayId: VpcEndpointId, State: 'active' },
    ]);
    const again = { VpcId, ServiceName: s3, RouteTableIds: [table] };
    expect(region.failCode(CreateVpcEndpoint, again)).toBe('RouteAlreadyExists');
    region.call(ModifyVpcEndpoint, { VpcEndpointId, RemoveRouteTableIds: [table] });
    expect(routesOf(region, table)).toHaveLength(1);
  });

  test.each([
    [{ ServiceName: 'com.amazonaws.us-east-1.nothing' }, 'InvalidServiceName'],
    [{ ServiceName: 'com.amazonaws.eu-west-1.s3' }, 'InvalidServiceName'],
    [{ ServiceName: ssm }, 'InvalidParameterValue'],
    [{ ServiceName: s3, RouteTableIds: ['rtb-0123456789abcdef0'] }, 'InvalidRouteTableID.NotFound'],
    [{ ServiceName: s3, SubnetIds: ['subnet-0123456789abcdef0'] }, 'InvalidParameterCombination'],
    [{ ServiceName: s3, PolicyDocument: '{' }, 'InvalidPolicyDocument'],
    [{ ServiceName: s3, VpcEndpointType: 'GatewayLoadBalancer' as const }, 'UnsupportedOperation'],
  ])('is refused: %j %s', (asked, code) => {
    const region = testRegion();
    const { VpcId } = network(region);
    expect(region.failCode(CreateVpcEndpoint, { VpcId, ...asked })).toBe(code);
  });
});

describe('an interface endpoint', () => {
  const asked = { ServiceName: ssm, VpcEndpointType: 'Interface' } as const;

  test('has an interface in a subnet of each zone, and names', () => {
    const region = testRegion();
    const { VpcId, subnets, sameZone } = network(region);
    expect(region.failCode(CreateVpcEndpoint, { ...asked, VpcId })).toBe('InvalidParameter');
    region.call(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } });
    const { VpcEndpoint: made } = region.call(CreateVpcEndpoint, {
      ...asked,
      VpcId,
      SubnetIds: subnets,
    });
    const VpcEndpointId = present(made?.VpcEndpointId);
    expect(made).toMatchObject({ State: 'pending', SubnetIds: subnets, PrivateDnsEnabled: true });
    expect(
      made?.DnsEntries?.map(({ DnsName = '' }) => DnsName.replace(/^vpce-\w+-\w{8}/, '')),
    ).toEqual([
      '.ssm.us-east-1.vpce.amazonaws.com',
      '-us-east-1a.ssm.us-east-1.vpce.amazonaws.com',
      '-us-east-1b.ssm.us-east-1.vpce.amazonaws.com',
      'ssm.us-east-1.amazonaws.com',
    ]);
    const { NetworkInterfaces } = region.call(describeNetworkInterfaces, {
      Filters: [{ Name: 'interface-type', Values: ['vpc_endpoint'] }],
    });
    expect(NetworkInterfaces?.map((one) => one.NetworkInterfaceId)).toEqual(
      made?.NetworkInterfaceIds,
    );
    expect(region.failCode(ModifyVpcEndpoint, { VpcEndpointId, AddSubnetIds: [sameZone] })).toBe(
      'DuplicateSubnetsInSameZone',
    );
    expect(region.failCode(CreateVpcEndpoint, { ...asked, VpcId, SubnetIds: [sameZone] })).toBe(
      'InvalidParameter',
    );
    region.call(ModifyVpcEndpoint, {
      VpcEndpointId,
      RemoveSubnetIds: subnets.slice(0, 1),
      AddSubnetIds: [sameZone],
      PrivateDnsEnabled: false,
    });
    const [after] = present(region.call(DescribeVpcEndpoints, {}).VpcEndpoints);
    expect(after).toMatchObject({ SubnetIds: [subnets[1], sameZone], PrivateDnsEnabled: false });
    expect(region.failCode(deleteVpc, { VpcId })).toBe('DependencyViolation');
    const gone = region.call(DeleteVpcEndpoints, {
      VpcEndpointIds: [VpcEndpointId, 'vpce-0123456789abcdef0'],
    });
    expect(gone.Unsuccessful).toMatchObject([
      { ResourceId: 'vpce-0123456789abcdef0', Error: { Code: 'InvalidVpcEndpointId.NotFound' } },
    ]);
    expect(region.call(DescribeVpcEndpoints, {}).VpcEndpoints).toEqual([]);
  });
});

test('the services of a Region are those that it has', () => {
  const region = testRegion();
  const { ServiceDetails } = region.call(DescribeVpcEndpointServices, { ServiceNames: [s3] });
  expect(ServiceDetails?.map(({ ServiceType }) => ServiceType?.[0]?.ServiceType)).toEqual([
    'Gateway',
    'Interface',
  ]);
  for (const name of ['ec2', 'sts', 'ecr.api', 'ssmmessages', 'secretsmanager', 'logs']) {
    expect(endpointServiceOf('us-east-1', `com.amazonaws.us-east-1.${name}`)).toBe(name);
  }
});

test('endpoint services go by the names that AWS gives them', () => {
  const region = testRegion();
  const hostOf = (name: string) =>
    region.call(DescribeVpcEndpointServices, { ServiceNames: [`com.amazonaws.us-east-1.${name}`] })
      .ServiceDetails?.[0]?.PrivateDnsName;
  expect(['ecr.api', 'ecr.dkr', 'kinesis-streams', 'execute-api', 'eks'].map(hostOf)).toEqual([
    'api.ecr.us-east-1.amazonaws.com',
    'dkr.ecr.us-east-1.amazonaws.com',
    'kinesis.us-east-1.amazonaws.com',
    'execute-api.us-east-1.amazonaws.com',
    'eks.us-east-1.amazonaws.com',
  ]);
  for (const name of ['api.ecr', 's3.nonsense', 'kinesis', 'nonsense']) {
    expect(endpointServiceOf('us-east-1', `com.amazonaws.us-east-1.${name}`)).toBeUndefined();
  }
});

test('a change of an endpoint is refused that takes away what is not there, or makes no sense', () => {
  const region = testRegion();
  const { VpcId, table } = network(region);
  const made = region.call(CreateVpcEndpoint, { VpcId, ServiceName: s3, RouteTableIds: [table] });
  const VpcEndpointId = present(made.VpcEndpoint?.VpcEndpointId);
  const PolicyDocument = '{"Statement":[]}';
  for (const [change, code] of [
    [{ RemoveRouteTableIds: ['rtb-0123456789abcdef0'] }, 'InvalidRouteTableID.NotFound'],
    [{ RemoveSecurityGroupIds: ['sg-0123456789abcdef0'] }, 'InvalidParameterValue'],
    [{ ResetPolicy: true, PolicyDocument }, 'InvalidParameterCombination'],
    [{ PolicyDocument: '7' }, 'InvalidPolicyDocument'],
  ] as const) {
    expect(region.failCode(ModifyVpcEndpoint, { VpcEndpointId, ...change })).toBe(code);
  }
});

test('a route table that goes leaves no trace in a gateway endpoint', () => {
  const region = testRegion();
  const { VpcId } = network(region);
  const { RouteTable } = region.call(createRouteTable, { VpcId });
  const RouteTableId = present(RouteTable?.RouteTableId);
  const { VpcEndpoint } = region.call(CreateVpcEndpoint, {
    VpcId,
    ServiceName: s3,
    RouteTableIds: [RouteTableId],
  });
  region.call(deleteRouteTable, { RouteTableId });
  const id = present(VpcEndpoint?.VpcEndpointId);
  const { VpcEndpoints } = region.call(DescribeVpcEndpoints, { VpcEndpointIds: [id] });
  expect(VpcEndpoints?.[0]?.RouteTableIds).toEqual([]);
  region.call(ModifyVpcEndpoint, { VpcEndpointId: id, PolicyDocument: '{"Statement":[]}' });
});
