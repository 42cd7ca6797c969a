import type { Service } from '../../operation.ts';
import { executePolicy } from './execute-policy.ts';
import { deletePolicy, describePolicies, putScalingPolicy } from './policies.ts';

/** Scaling policies. */
export const policyOperations = {
  DeletePolicy: deletePolicy,
  DescribePolicies: describePolicies,
  ExecutePolicy: executePolicy,
  PutScalingPolicy: putScalingPolicy,
} satisfies Service['operations'];
