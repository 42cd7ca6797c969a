import type { View } from '../../world/transaction.ts';
import { awsPolicyByArn } from './aws-policies.ts';
import { ManagedPolicies, type ManagedPolicy } from './entities.ts';

/** The managed policy with this ARN, the account's own or one of AWS's; undefined when there is none. */
export const policyByArn = (view: View, arn: string): ManagedPolicy | undefined =>
  awsPolicyByArn(arn) ?? view.get(ManagedPolicies, arn);

/** Whether AWS manages the policy: nobody else may change it. */
export const isAwsPolicy = (policy: ManagedPolicy): boolean =>
  awsPolicyByArn(policy.id) !== undefined;
