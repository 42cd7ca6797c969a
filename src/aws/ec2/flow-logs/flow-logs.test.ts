import { describe, expect, test } from 'vitest';
import { describeVpcs } from '../network/vpcs.ts';
import { present, testRegion } from '../test-region.ts';
import { flowLogOperations } from './flow-logs.ts';

const { CreateFlowLogs, DeleteFlowLogs, DescribeFlowLogs } = flowLogOperations;

const open = () => {
  const region = testRegion();
  return { region, vpcId: present(region.call(describeVpcs, {}).Vpcs?.[0]?.VpcId) };
};

const toLogs = (vpcId: string) =>
  ({
    ResourceIds: [vpcId],
    ResourceType: 'VPC',
    TrafficType: 'ALL',
    LogGroupName: 'flows',
    DeliverLogsPermissionArn: 'arn:aws:iam::123456789012:role/flows',
  }) as const;

describe('a flow log', () => {
  test('is made for each resource, read back as it was written, and deleted', () => {
    const { region, vpcId } = open();
    const { FlowLogIds = [], Unsuccessful } = region.call(CreateFlowLogs, {
      ...toLogs(vpcId),
      ResourceIds: [vpcId, 'vpc-0123456789abcdef0'],
      MaxAggregationInterval: 60,
    });
    expect(Unsuccessful).toMatchObject([
      { ResourceId: 'vpc-0123456789abcdef0', Error: { Code: 'InvalidVpcID.NotFound' } },
    ]);
    const { FlowLogs } = region.call(DescribeFlowLogs, {
      Filter: [{ Name: 'resource-id', Values: [vpcId] }],
    });
    expect(FlowLogs).toMatchObject([
      {
        FlowLogId: FlowLogIds[0],
        FlowLogStatus: 'ACTIVE',
        LogGroupName: 'flows',
        LogDestinationType: 'cloud-watch-logs',
        MaxAggregationInterval: 60,
        LogFormat: expect.stringContaining('${log-status}'),
      },
    ]);
    expect(region.call(CreateFlowLogs, toLogs(vpcId)).Unsuccessful).toMatchObject([
      { Error: { Code: 'FlowLogAlreadyExists' } },
    ]);
    region.call(DeleteFlowLogs, { FlowLogIds });
    expect(region.call(DeleteFlowLogs, { FlowLogIds }).Unsuccessful).toMatchObject([
      { Error: { Code: 'InvalidFlowLogId.NotFound' } },
    ]);
  });

  test.each([
    [{ TrafficType: undefined }, 'MissingParameter'],
    [{ DeliverLogsPermissionArn: undefined }, 'MissingParameter'],
    [{ LogDestination: 'arn:aws:s3:::flows' }, 'InvalidParameterCombination'],
    [{ MaxAggregationInterval: 61 }, 'InvalidParameterValue'],
    [{ LogFormat: 'srcaddr' }, 'InvalidParameterValue'],
    [{ ResourceType: 'TransitGateway' }, 'UnsupportedOperation'],
    [{ LogGroupName: undefined, LogDestinationType: 's3' }, 'MissingParameter'],
  ] as const)('is refused: %j', (change, code) => {
    const { region, vpcId } = open();
    expect(region.failCode(CreateFlowLogs, { ...toLogs(vpcId), ...change })).toBe(code);
  });
});
