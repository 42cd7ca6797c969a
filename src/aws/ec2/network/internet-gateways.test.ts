import { describe, expect, test } from 'vitest';
import { NetworkInterfaces, type NetworkInterface } from '../instances/instance-entities.ts';
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  describeInternetGateways,
  detachInternetGateway,
} from './internet-gateways.ts';
import { present, testRegion, type TestRegion } from '../test-region.ts';
import { createVpc, deleteVpc, describeVpcs } from './vpcs.ts';

const newVpc = (region: TestRegion, CidrBlock = '10.0.0.0/16'): string =>
  present(region.call(createVpc, { CidrBlock }).Vpc?.VpcId);
const newGateway = (region: TestRegion): string =>
  present(region.call(createInternetGateway, {}).InternetGateway?.InternetGatewayId);

const publicInterface: NetworkInterface = {
  id: 'eni-0123456789abcdef0',
  description: '',
  interfaceType: 'interface',
  requesterManaged: false,
  subnetId: 'subnet-0123456789abcdef0',
  vpcId: '',
  zoneId: 'use1-az1',
  macAddress: '02:00:00:00:00:01',
  privateIpAddress: '10.0.0.4',
  publicIpAddress: '3.80.0.1',
  autoAssignPublicIp: true,
  groupIds: [],
  sourceDestCheck: true,
  attachment: null,
  createdAt: 0,
};

describe('internet gateways', () => {
  test('are attached to one VPC, and hold it and themselves while they are', () => {
    const region = testRegion();
    const [VpcId, InternetGatewayId] = [newVpc(region), newGateway(region)];
    region.call(attachInternetGateway, { InternetGatewayId, VpcId });
    expect(
      region.call(describeInternetGateways, {
        Filters: [{ Name: 'attachment.vpc-id', Values: [VpcId] }],
      }).InternetGateways,
    ).toEqual([
      {
        InternetGatewayId,
        OwnerId: '123456789012',
        Attachments: [{ VpcId, State: 'available' }],
        Tags: [],
      },
    ]);
    expect(region.failCode(deleteVpc, { VpcId })).toBe('DependencyViolation');
    expect(region.fail(deleteInternetGateway, { InternetGatewayId })).toMatchObject({
      code: 'DependencyViolation',
      message: `The internetGateway '${InternetGatewayId}' has dependencies and cannot be deleted.`,
    });
    region.call(detachInternetGateway, { InternetGatewayId, VpcId });
    region.call(deleteInternetGateway, { InternetGatewayId });
    region.call(deleteVpc, { VpcId });
    expect(
      region.fail(describeInternetGateways, { InternetGatewayIds: [InternetGatewayId] }),
    ).toMatchObject({
      code: 'InvalidInternetGatewayID.NotFound',
      message: `The internetGateway ID '${InternetGatewayId}' does not exist`,
    });
  });

  test('refuse a second attachment on either side', () => {
    const region = testRegion();
    const [VpcId, InternetGatewayId] = [newVpc(region), newGateway(region)];
    region.call(attachInternetGateway, { InternetGatewayId, VpcId });
    const other = newVpc(region, '10.1.0.0/16');
    expect(region.fail(attachInternetGateway, { InternetGatewayId, VpcId: other })).toMatchObject({
      code: 'Resource.AlreadyAssociated',
      message: `resource ${InternetGatewayId} is already attached to network ${VpcId}`,
    });
    expect(
      region.failCode(attachInternetGateway, { InternetGatewayId: newGateway(region), VpcId }),
    ).toBe('InvalidParameterValue');
    expect(region.fail(detachInternetGateway, { InternetGatewayId, VpcId: other })).toMatchObject({
      code: 'Gateway.NotAttached',
      message: `resource ${InternetGatewayId} is not attached to network ${other}`,
    });
  });

  test('stay while something in the VPC has a public address', () => {
    const region = testRegion();
    const VpcId = present(region.call(describeVpcs, {}).Vpcs?.[0]?.VpcId);
    const gateway = present(region.call(describeInternetGateways, {}).InternetGateways?.[0]);
    const InternetGatewayId = present(gateway.InternetGatewayId);
    region.transact((tx) => tx.put(NetworkInterfaces, { ...publicInterface, vpcId: VpcId }));
    expect(region.failCode(detachInternetGateway, { InternetGatewayId, VpcId })).toBe(
      'DependencyViolation',
    );
    region.transact((tx) => tx.delete(NetworkInterfaces, publicInterface.id));
    region.call(detachInternetGateway, { InternetGatewayId, VpcId });
  });
});
