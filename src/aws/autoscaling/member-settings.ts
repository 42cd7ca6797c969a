import type {
  SetInstanceHealthQuery,
  SetInstanceProtectionQuery,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError } from '../../world/domain-error.ts';
import type { Operation } from '../operation.ts';
import { foundUnhealthy } from './causes.ts';
import { GroupInstances } from './entities.ts';
import { validation } from './errors.ts';
import { wakeGroup } from './group-wake.ts';
import { graceUntil } from './health-checks.ts';
import { existingGroup, instancesInGroup, managedInstance } from './lookups.ts';

/** SetInstanceHealth: a health check of the user's own. Within the grace period it is passed over unless told otherwise. */
export const setInstanceHealth: Operation<SetInstanceHealthQuery, Record<string, never>> = (
  tx,
  input,
) => {
  const member = managedInstance(tx, input.InstanceId);
  if (isDomainError(member)) return member;
  const group = existingGroup(tx, member.groupName);
  if (isDomainError(group)) return group;
  const status = input.HealthStatus ?? '';
  if (status !== 'Healthy' && status !== 'Unhealthy') {
    return validation(`Invalid health status: ${status}. Valid values are Healthy and Unhealthy.`);
  }
  const isHealthy = status === 'Healthy';
  const isSpared =
    !isHealthy && (input.ShouldRespectGracePeriod ?? true) && tx.now < graceUntil(group, member);
  if (isSpared || member.isHealthy === isHealthy) return {};
  const unhealthyCause = isHealthy ? null : foundUnhealthy(tx.now, 'user');
  tx.put(GroupInstances, { ...member, isHealthy, unhealthyCause });
  wakeGroup(tx, group.id);
  return {};
};

/** SetInstanceProtection: whether a scale-in may choose these instances. */
export const setInstanceProtection: Operation<SetInstanceProtectionQuery, Record<string, never>> = (
  tx,
  input,
) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const members = instancesInGroup(tx, group, input.InstanceIds ?? []);
  if (isDomainError(members)) return members;
  const isProtected = input.ProtectedFromScaleIn === true;
  for (const member of members) tx.put(GroupInstances, { ...member, isProtected });
  wakeGroup(tx, group.id);
  return {};
};
