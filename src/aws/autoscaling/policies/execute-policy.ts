import type { ExecutePolicyType } from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import type { Operation } from '../../operation.ts';
import { executedByUser } from '../causes.ts';
import { afterSimplePolicy, afterStep, stepFor } from '../decisions/scaling-adjustment.ts';
import { AutoScalingGroups, type AutoScalingGroup } from '../entities.ts';
import { activityInProgress, validation } from '../errors.ts';
import { changeDesiredCapacity } from '../desired-capacity.ts';
import { existingGroup } from '../lookups.ts';
import type { PolicyRule } from './entities.ts';
import { policyOf } from './policies.ts';
import { standingOf, warmupMs } from './standing.ts';

type Rule<Kind extends PolicyRule['kind']> = Extract<PolicyRule, { kind: Kind }>;

/** Changes what a group desires by a simple policy; its cooldown begins at once, and again when the activity ends. */
export const applySimple = (
  tx: Tx,
  group: AutoScalingGroup,
  rule: Rule<'SimpleScaling'>,
  cause: (before: number, desired: number) => string,
): void => {
  const desired = afterSimplePolicy(rule.adjustment, standingOf(tx, group, 0));
  const before = group.desiredCapacity;
  if (desired === before) return;
  const changed = changeDesiredCapacity(
    tx,
    group,
    desired,
    cause(before, desired),
    rule.cooldownSeconds,
  );
  const seconds = rule.cooldownSeconds ?? group.defaultCooldownSeconds;
  tx.put(AutoScalingGroups, { ...changed, cooldownUntil: tx.now + seconds * 1000 });
};

/** Changes what a group desires by the step for a metric that is so far from its threshold; false when there is no step. */
export const applyStep = (
  tx: Tx,
  group: AutoScalingGroup,
  rule: Rule<'StepScaling'>,
  difference: number,
  cause: (before: number, desired: number) => string,
): boolean => {
  const step = stepFor(rule.steps, difference);
  if (step === undefined) return false;
  const { adjustmentType: type, minMagnitude } = rule;
  const standing = standingOf(tx, group, warmupMs(group, rule.warmupSeconds));
  const desired = afterStep({ type, amount: step.amount, minMagnitude }, standing);
  changeDesiredCapacity(tx, group, desired, cause(group.desiredCapacity, desired));
  return true;
};

/** In AWS's words, with a cooldown that is honored. */
const cooldownObjection = (tx: Tx, group: AutoScalingGroup): DomainError | undefined =>
  tx.now < group.cooldownUntil
    ? activityInProgress(
        `Scaling activity initiated by ${group.id} is in cooldown and blocks the execution of this policy.`,
      )
    : undefined;

/** ExecutePolicy: what an alarm would do, done by a user. */
export const executePolicy: Operation<ExecutePolicyType, Record<string, never>> = (tx, input) => {
  const policy = policyOf(tx, input);
  if (isDomainError(policy)) return policy;
  const group = existingGroup(tx, policy.groupName);
  if (isDomainError(group)) return group;
  const cause = (before: number, desired: number): string =>
    executedByUser(tx.now, policy.name, before, desired);
  const { MetricValue: metric, BreachThreshold: threshold } = input;
  switch (policy.rule.kind) {
    case 'SimpleScaling': {
      const objection = input.HonorCooldown === true ? cooldownObjection(tx, group) : undefined;
      if (objection !== undefined) return objection;
      applySimple(tx, group, policy.rule, cause);
      return {};
    }
    case 'StepScaling':
      if (metric === undefined || threshold === undefined) {
        return validation(
          'MetricValue and BreachThreshold must be specified for a policy of type StepScaling',
        );
      }
      return applyStep(tx, group, policy.rule, metric - threshold, cause)
        ? {}
        : validation(
            `There is no step adjustment of the policy ${policy.name} for the metric value ${metric} and the breach threshold ${threshold}`,
          );
    case 'TargetTrackingScaling':
      return validation(
        'ExecutePolicy is not supported for policies of type TargetTrackingScaling',
      );
  }
};
