import { expect, test } from 'vitest';
import { serviceModel } from '../../src/wire/model.ts';
import { violationsOf } from '../../src/wire/validate.ts';

const isTaken = async (service: string, operation: string, input: object): Promise<boolean> => {
  const found = (await serviceModel(service)).operations.get(operation);
  if (found === undefined) throw new Error(`${service} has no ${operation}`);
  return violationsOf(found.input, { ...input }).length === 0;
};

const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `i-${String(index).padStart(17, '0')}`);

// What AWS documents and its models do not say.
test.each([
  ['ec2', 'DescribeInstances', { MaxResults: 5 }, { MaxResults: 4 }],
  ['ec2', 'DescribeInstances', { MaxResults: 1000 }, { MaxResults: 1001 }],
  ['ec2', 'DescribeVolumes', { MaxResults: 2000 }, { MaxResults: 0 }],
  ['ec2', 'DescribeSnapshots', { MaxResults: 5 }, { MaxResults: -1 }],
  ['ec2', 'DescribeTags', { MaxResults: 1000 }, { MaxResults: 1001 }],
  ['ec2', 'DescribeInstanceStatus', { InstanceIds: many(100) }, { InstanceIds: many(101) }],
  ['autoscaling', 'DescribePolicies', { MaxRecords: 100 }, { MaxRecords: 101 }],
  ['autoscaling', 'DescribeAutoScalingInstances', { MaxRecords: 50 }, { MaxRecords: 51 }],
  [
    'autoscaling',
    'DescribeAutoScalingInstances',
    { InstanceIds: many(50) },
    { InstanceIds: many(51) },
  ],
  ['elasticloadbalancing', 'DescribeTags', { ResourceArns: many(20) }, { ResourceArns: many(21) }],
])('%s %s takes %j and not %j', async (service, operation, taken, refused) => {
  expect(await isTaken(service, operation, taken)).toBe(true);
  expect(await isTaken(service, operation, refused)).toBe(false);
});
