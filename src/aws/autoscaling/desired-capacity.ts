import type { SetDesiredCapacityType } from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Operation } from '../operation.ts';
import { setByUser } from './causes.ts';
import { AutoScalingGroups, type AutoScalingGroup } from './entities.ts';
import { activityInProgress, validation } from './errors.ts';
import { wakeGroup } from './group-wake.ts';
import { existingGroup } from './lookups.ts';

/**
 * Changes how many instances a group is to have, for a user, a policy or a schedule; `cause` is the sentence that the
 * activities that follow begin with (`causes.ts`). The bounds of the group are the caller's to check. A simple policy may
 * have a cooldown of its own, which is the group's until something else changes what is desired.
 */
export const changeDesiredCapacity = (
  tx: Tx,
  group: AutoScalingGroup,
  desiredCapacity: number,
  cause: string,
  policyCooldownSeconds: number | null = null,
): AutoScalingGroup => {
  if (desiredCapacity === group.desiredCapacity) return group;
  const changed: AutoScalingGroup = {
    ...group,
    desiredCapacity,
    causes: [...group.causes, cause],
    policyCooldownSeconds,
    // What is wanted has changed: what failed before may be tried again.
    launchTrouble: null,
  };
  tx.put(AutoScalingGroups, changed);
  wakeGroup(tx, group.id);
  return changed;
};

/** Checks a desired capacity against the bounds of its group. */
const checkDesired = (group: AutoScalingGroup, desired: number): DomainError | undefined => {
  if (desired > group.maxSize) {
    return validation(
      `New SetDesiredCapacity value ${desired} is above max value ${group.maxSize} for the AutoScalingGroup.`,
    );
  }
  return desired < group.minSize
    ? validation(
        `New SetDesiredCapacity value ${desired} is below min value ${group.minSize} for the AutoScalingGroup.`,
      )
    : undefined;
};

/** SetDesiredCapacity. With HonorCooldown it is refused while the cooldown of the last activity lasts. */
export const setDesiredCapacity: Operation<SetDesiredCapacityType, Record<string, never>> = (
  tx,
  input,
) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const desired = input.DesiredCapacity ?? 0;
  const refusal = checkDesired(group, desired);
  if (refusal !== undefined) return refusal;
  if (input.HonorCooldown === true && tx.now < group.cooldownUntil) {
    return activityInProgress(
      `The cooldown period of the AutoScalingGroup ${group.id} is not over and blocks this action`,
    );
  }
  changeDesiredCapacity(tx, group, desired, setByUser(tx.now, group.desiredCapacity, desired));
  return {};
};
