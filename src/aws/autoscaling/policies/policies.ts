import type {
  Alarm as AlarmAnswer,
  DeletePolicyType,
  DescribePoliciesType,
  PoliciesType,
  PolicyARNType,
  PutScalingPolicyType,
  ScalingPolicy as Answer,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { Alarms, type Alarm } from '../../cloudwatch/entities.ts';
import type { Operation, Plain } from '../../operation.ts';
import { newUuid } from '../activities.ts';
import type { AutoScalingGroup } from '../entities.ts';
import { limitExceeded, validation } from '../errors.ts';
import { existingGroup, page } from '../lookups.ts';
import { quotas } from '../quotas.ts';
import { ScalingPolicies, type ScalingPolicy } from './entities.ts';
import { ruleAnswer } from './policy-answer.ts';
import { readRule } from './policy-rules.ts';
import { dropTrackingAlarms, settleTrackingAlarms } from './tracking-alarms.ts';

const idOf = (groupName: string, name: string): string => `${groupName}/${name}`;

/** The alarms that act by a policy, in the order of their names. */
const alarmsOf = (view: View, policy: ScalingPolicy): readonly Alarm[] =>
  view
    .list(Alarms)
    .filter((alarm) =>
      [alarm.alarmActions, alarm.okActions, alarm.insufficientDataActions].some((arns) =>
        arns.includes(policy.arn),
      ),
    )
    .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

const alarmAnswers = (view: View, policy: ScalingPolicy): readonly Plain<AlarmAnswer>[] =>
  alarmsOf(view, policy).map((alarm) => ({ AlarmName: alarm.id, AlarmARN: alarm.arn }));

/** The policy that a request names by its name in a group, or by its ARN. Error: ValidationError. */
export const policyOf = (
  view: View,
  input: {
    readonly AutoScalingGroupName?: string | undefined;
    readonly PolicyName?: string | undefined;
  },
): ScalingPolicy | DomainError => {
  const { AutoScalingGroupName: groupName, PolicyName: name = '' } = input;
  if (name.startsWith('arn:')) {
    const [policy] = view.find(ScalingPolicies, 'arn', name);
    return policy ?? validation(`PolicyARN not found: ${name}`);
  }
  const group = existingGroup(view, groupName);
  if (isDomainError(group)) return group;
  return (
    view.get(ScalingPolicies, idOf(group.id, name)) ??
    validation(`PolicyName not found for AutoScalingGroup ${group.id}: ${name}`)
  );
};

const newPolicy = (
  tx: Tx,
  group: AutoScalingGroup,
  name: string,
): Pick<ScalingPolicy, 'id' | 'arn' | 'groupName' | 'name' | 'alarmHigh' | 'alarmLow'> => ({
  id: idOf(group.id, name),
  arn: `arn:aws:autoscaling:${tx.shard}:${tx.account}:scalingPolicy:${newUuid(tx)}:autoScalingGroupName/${group.id}:policyName/${name}`,
  groupName: group.id,
  name,
  alarmHigh: null,
  alarmLow: null,
});

/** PutScalingPolicy: a new policy, or one made what the request says and nothing else. */
export const putScalingPolicy: Operation<PutScalingPolicyType, PolicyARNType> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const name = input.PolicyName ?? '';
  const known = tx.get(ScalingPolicies, idOf(group.id, name));
  const count = tx.find(ScalingPolicies, 'group', group.id).length;
  if (known === undefined && count >= quotas.scalingPoliciesPerGroup) {
    return limitExceeded(`Only ${quotas.scalingPoliciesPerGroup} scaling policies are allowed.`);
  }
  const rule = readRule(input, group);
  if (isDomainError(rule)) return rule;
  if (known !== undefined && known.rule.kind !== rule.kind) {
    return validation(
      `The policy type of ${name} cannot be changed from ${known.rule.kind} to ${rule.kind}`,
    );
  }
  const isEnabled = input.Enabled ?? true;
  const base = known ?? newPolicy(tx, group, name);
  const policy = settleTrackingAlarms(tx, { ...base, isEnabled, rule });
  if (isDomainError(policy)) return policy;
  return { PolicyARN: policy.arn, Alarms: alarmAnswers(tx, policy) };
};

/**
 * A policy is gone: its own alarms with it. Of others the action goes, and with the whole group those that are left without
 * any ("DeletePolicy" and "DeleteAutoScalingGroup", API Reference).
 */
export const forgetPolicy = (tx: Tx, policy: ScalingPolicy, withAlarms: boolean): void => {
  dropTrackingAlarms(tx, policy);
  const others = (arns: readonly string[]): readonly string[] =>
    arns.filter((arn) => arn !== policy.arn);
  for (const alarm of alarmsOf(tx, policy)) {
    const left: Alarm = {
      ...alarm,
      okActions: others(alarm.okActions),
      alarmActions: others(alarm.alarmActions),
      insufficientDataActions: others(alarm.insufficientDataActions),
    };
    const isIdle =
      left.okActions.length + left.alarmActions.length + left.insufficientDataActions.length === 0;
    if (withAlarms && isIdle) tx.delete(Alarms, alarm.id);
    else tx.put(Alarms, left);
  }
  tx.delete(ScalingPolicies, policy.id);
};

/** DeletePolicy. */
export const deletePolicy: Operation<DeletePolicyType, Record<string, never>> = (tx, input) => {
  const policy = policyOf(tx, input);
  if (isDomainError(policy)) return policy;
  forgetPolicy(tx, policy, false);
  return {};
};

const policyAnswer = (view: View, policy: ScalingPolicy): Plain<Answer> => ({
  AutoScalingGroupName: policy.groupName,
  PolicyName: policy.name,
  PolicyARN: policy.arn,
  PolicyType: policy.rule.kind,
  ...ruleAnswer(policy.rule),
  Alarms: alarmAnswers(view, policy),
  Enabled: policy.isEnabled,
});

/** DescribePolicies: of one group or all, by names or ARNs and by types. Names that are none of a policy are passed over. */
export const describePolicies: Operation<DescribePoliciesType, PoliciesType> = (tx, input) => {
  const {
    AutoScalingGroupName: groupName,
    PolicyNames: names = [],
    PolicyTypes: types = [],
  } = input;
  const group = groupName === undefined ? undefined : existingGroup(tx, groupName);
  if (isDomainError(group)) return group;
  const policies = (
    group === undefined ? tx.list(ScalingPolicies) : tx.find(ScalingPolicies, 'group', group.id)
  ).filter(
    (policy) =>
      (names.length === 0 || names.includes(policy.name) || names.includes(policy.arn)) &&
      (types.length === 0 || types.includes(policy.rule.kind)),
  );
  const shown = page(policies, input, (policy) => policy.id);
  if (isDomainError(shown)) return shown;
  return {
    ScalingPolicies: shown.items.map((policy) => policyAnswer(tx, policy)),
    NextToken: shown.nextToken,
  };
};
