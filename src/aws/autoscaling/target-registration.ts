import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import { deregisterTargets, registerTargets } from '../elbv2/targets.ts';
import type { AutoScalingGroup } from './entities.ts';
import { targetsOfMember } from './group-members.ts';

/** Registers an instance with target groups; the first refusal, after which the others are tried all the same. */
export const registerMember = (
  tx: Tx,
  targetGroupArns: readonly string[],
  instanceId: string,
): DomainError | undefined => {
  let refusal: DomainError | undefined;
  for (const TargetGroupArn of targetGroupArns) {
    const answer = registerTargets(tx, { TargetGroupArn, Targets: [{ Id: instanceId }] });
    if (isDomainError(answer)) refusal ??= answer;
  }
  return refusal;
};

/** Begins to take an instance out of target groups; it drains there for their deregistration delay. */
export const deregisterMember = (
  tx: Tx,
  targetGroupArns: readonly string[],
  instanceId: string,
): void => {
  for (const TargetGroupArn of targetGroupArns) {
    // One that is not there any more has nothing to drain.
    deregisterTargets(tx, { TargetGroupArn, Targets: [{ Id: instanceId }] });
  }
};

/** Whether an instance is still in any target group of its group. */
export const isDraining = (tx: Tx, group: AutoScalingGroup, instanceId: string): boolean =>
  targetsOfMember(tx, group, instanceId).length > 0;
