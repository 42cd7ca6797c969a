import type {
  DescribeAccountAttributesRequest,
  DescribeAccountAttributesResult,
} from '@aws-sdk/client-ec2';
import type { View } from '../../world/transaction.ts';
import type { Operation } from '../operation.ts';
import { defaultVpcOf } from './network/default-network.ts';
import { invalidParameterValue } from './errors.ts';

/** The attributes that DescribeAccountAttributes knows, with the values of an account of today. */
const attributes = {
  'supported-platforms': () => 'VPC',
  'default-vpc': (view) => defaultVpcOf(view)?.id ?? 'none',
  'vpc-max-security-groups-per-interface': () => '5',
  'max-elastic-ips': () => '5',
  'vpc-max-elastic-ips': () => '5',
  'max-instances': () => '20',
} as const satisfies Readonly<Record<string, (view: View) => string>>;

export const describeAccountAttributes: Operation<
  DescribeAccountAttributesRequest,
  DescribeAccountAttributesResult
> = (tx, input) => {
  const names: readonly string[] = input.AttributeNames ?? [];
  const unknown = names.find((name) => !Object.hasOwn(attributes, name));
  if (unknown !== undefined) {
    return invalidParameterValue(
      `Value (${unknown}) for parameter attributeName is invalid. Unknown attribute.`,
    );
  }
  return {
    AccountAttributes: Object.entries(attributes)
      .filter(([name]) => names.length === 0 || names.includes(name))
      .map(([AttributeName, valueOf]) => ({
        AttributeName,
        AttributeValues: [{ AttributeValue: valueOf(tx) }],
      })),
  };
};
