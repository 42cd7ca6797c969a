import { registerAlarmAction } from '../../cloudwatch/alarm-actions.ts';
import type { Service } from '../../operation.ts';
import { executeForAlarm } from './alarm-execution.ts';
import { executePolicy } from './execute-policy.ts';
import { deletePolicy, describePolicies, putScalingPolicy } from './policies.ts';

// CloudWatch cannot import this: target tracking makes alarms of its own.
registerAlarmAction('autoscaling', executeForAlarm);

/** Scaling policies. */
export const policyOperations = {
  DeletePolicy: deletePolicy,
  DescribePolicies: describePolicies,
  ExecutePolicy: executePolicy,
  PutScalingPolicy: putScalingPolicy,
} satisfies Service['operations'];
