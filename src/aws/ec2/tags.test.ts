import { describe, expect, test } from 'vitest';
import { Instances, type Instance } from './instances/instance-entities.ts';
import { vpcEndpointOperations } from './endpoints/vpc-endpoints.ts';
import { dhcpOptionOperations } from './network/dhcp-options.ts';
import { createEgressOnlyInternetGateway } from './network/egress-only-gateways.ts';
import { describeSecurityGroups } from './network/security-groups.ts';
import { describeSubnets } from './network/subnets.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';
import { present, testRegion, type TestRegion } from './test-region.ts';
import { deleteVpc, describeVpcs, createVpc } from './network/vpcs.ts';

const vpcId = (region: TestRegion): string =>
  present(region.call(describeVpcs, {}).Vpcs?.[0]?.VpcId);

describe('tags', () => {
  test('are seen on the resource and by DescribeTags, and change by key', () => {
    const region = testRegion();
    const [VpcId, SubnetId] = [
      vpcId(region),
      present(region.call(describeSubnets, {}).Subnets?.[0]?.SubnetId),
    ];
    region.call(createTags, {
      Resources: [VpcId, SubnetId],
      Tags: [
        { Key: 'team', Value: 'shop' },
        { Key: 'Name', Value: 'main' },
      ],
    });
    region.call(createTags, { Resources: [VpcId], Tags: [{ Key: 'team', Value: 'web' }] });
    expect(region.call(describeVpcs, {}).Vpcs?.[0]?.Tags).toEqual([
      { Key: 'Name', Value: 'main' },
      { Key: 'team', Value: 'web' },
    ]);
    const Filters = [{ Name: 'resource-type', Values: ['subnet'] }];
    expect(region.call(describeTags, { Filters }).Tags).toEqual([
      { ResourceId: SubnetId, ResourceType: 'subnet', Key: 'Name', Value: 'main' },
      { ResourceId: SubnetId, ResourceType: 'subnet', Key: 'team', Value: 'shop' },
    ]);
    expect(
      region.call(describeTags, { Filters: [{ Name: 'value', Values: ['w*'] }] }).Tags,
    ).toHaveLength(1);
  });

  test('are taken by gateways, endpoints and DHCP options too', () => {
    const region = testRegion();
    const VpcId = vpcId(region);
    const { EgressOnlyInternetGateway } = region.call(createEgressOnlyInternetGateway, { VpcId });
    const { VpcEndpoint } = region.call(vpcEndpointOperations.CreateVpcEndpoint, {
      VpcId,
      ServiceName: 'com.amazonaws.us-east-1.s3',
    });
    const { DhcpOptions } = region.call(dhcpOptionOperations.CreateDhcpOptions, {
      DhcpConfigurations: [{ Key: 'domain-name', Values: ['shop.test'] }],
    });
    const Resources = [
      EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId,
      VpcEndpoint?.VpcEndpointId,
      DhcpOptions?.DhcpOptionsId,
    ].map(present);
    region.call(createTags, { Resources, Tags: [{ Key: 'team', Value: 'shop' }] });
    expect(region.call(describeTags, {}).Tags?.map(({ ResourceType }) => ResourceType)).toEqual([
      'egress-only-internet-gateway',
      'vpc-endpoint',
      'dhcp-options',
    ]);
  });

  test('go by key, by key and value, or all at once', () => {
    const region = testRegion();
    const id = vpcId(region);
    const keys = () => region.call(describeTags, {}).Tags?.map((tag) => tag.Key);
    const Tags = ['a', 'b', 'c', 'd'].map((Key) => ({ Key, Value: 'x' }));
    region.call(createTags, { Resources: [id], Tags });
    region.call(deleteTags, { Resources: [id], Tags: [{ Key: 'a' }, { Key: 'b', Value: '' }] });
    expect(keys()).toEqual(['b', 'c', 'd']);
    region.call(deleteTags, { Resources: [id], Tags: [{ Key: 'c', Value: 'x' }] });
    expect(keys()).toEqual(['b', 'd']);
    region.call(deleteTags, { Resources: [id] });
    expect(keys()).toEqual([]);
  });

  test('go with the resource', () => {
    const region = testRegion();
    const { Vpc } = region.call(createVpc, { CidrBlock: '10.0.0.0/16' });
    const VpcId = present(Vpc?.VpcId);
    const groups = region.call(describeSecurityGroups, {
      Filters: [{ Name: 'vpc-id', Values: [VpcId] }],
    }).SecurityGroups;
    const Resources = [VpcId, present(groups?.[0]?.GroupId)];
    region.call(createTags, { Resources, Tags: [{ Key: 'team', Value: 'shop' }] });
    region.call(deleteVpc, { VpcId });
    expect(region.call(describeTags, {}).Tags).toEqual([]);
  });

  test('are given to all resources named or to none', () => {
    const region = testRegion();
    const Resources = [vpcId(region), 'igw-0123456789abcdef0'];
    expect(region.failCode(createTags, { Resources, Tags: [{ Key: 'team', Value: 'shop' }] })).toBe(
      'InvalidInternetGatewayID.NotFound',
    );
    expect(region.call(describeTags, {}).Tags).toEqual([]);
  });

  test.each([
    ['vpc-0123456789abcdef0', 'InvalidVpcID.NotFound'],
    ['subnet-0123456789abcdef0', 'InvalidSubnetID.NotFound'],
    ['sg-0123456789abcdef0', 'InvalidGroup.NotFound'],
    ['sgr-0123456789abcdef0', 'InvalidSecurityGroupRuleId.NotFound'],
    ['i-0123456789abcdef0', 'InvalidInstanceID.NotFound'],
    ['i-web', 'InvalidInstanceID.Malformed'],
    ['ami-0123456789abcdef0', 'InvalidAMIID.NotFound'],
    ['vol-0123456789abcdef0', 'InvalidVolume.NotFound'],
    ['eni-0123456789abcdef0', 'InvalidNetworkInterfaceID.NotFound'],
    ['dopt-0123456789abcdef0', 'InvalidDhcpOptionID.NotFound'],
    ['web', 'InvalidID'],
  ])('are refused for %s with %s', (id, code) => {
    const input = { Resources: [id], Tags: [{ Key: 'team', Value: 'shop' }] };
    expect(testRegion().failCode(createTags, input)).toBe(code);
    expect(testRegion().failCode(deleteTags, input)).toBe(code);
  });

  test('can be put on instances', () => {
    const region = testRegion();
    const id = 'i-0123456789abcdef0';
    // Only that the instance is there matters here.
    region.transact((tx) => tx.put(Instances, { id } as Instance));
    region.call(createTags, { Resources: [id], Tags: [{ Key: 'Name', Value: 'web' }] });
    expect(region.call(describeTags, {}).Tags).toMatchObject([{ ResourceType: 'instance' }]);
  });

  test('number fifty at most on a resource', () => {
    const region = testRegion();
    const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    region.call(createTags, { Resources: [vpcId(region)], Tags });
    expect(
      region.failCode(createTags, {
        Resources: [vpcId(region)],
        Tags: [{ Key: 'more', Value: '' }],
      }),
    ).toBe('TagLimitExceeded');
  });
});
