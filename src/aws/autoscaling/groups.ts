import type {
  CreateAutoScalingGroupType,
  DeleteAutoScalingGroupType,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Operation } from '../operation.ts';
import { newUuid } from './activities.ts';
import { createdByUser, groupDeleted, updatedByUser } from './causes.ts';
import {
  AutoScalingGroups,
  ScalingActivities,
  type AutoScalingGroup,
  type GroupSettings,
  type GroupTag,
} from './entities.ts';
import {
  activityInProgress,
  groupExists,
  limitExceeded,
  resourceInUse,
  validation,
} from './errors.ts';
import { forgetGroup, releaseWaiting } from './forget-group.ts';
import { membersOf } from './group-members.ts';
import { readSettings } from './group-settings.ts';
import { readTags } from './group-tags.ts';
import { wakeGroup } from './group-wake.ts';
import { putHooks } from './hooks/lifecycle-hooks.ts';
import { checkLaunches } from './launch-checks.ts';
import { existingGroup } from './lookups.ts';
import { quotaIn } from './quotas.ts';
import { activeRefresh } from './refresh/active-refresh.ts';
import { WarmPools } from './warm-pool/entities.ts';
import { checkTargetGroups, targetGroupsOfRequest } from './traffic-sources.ts';

const newGroup = (
  tx: Tx,
  name: string,
  settings: GroupSettings,
  parts: { readonly tags: readonly GroupTag[]; readonly targetGroupArns: readonly string[] },
): AutoScalingGroup => ({
  id: name,
  arn: `arn:aws:autoscaling:${tx.shard}:${tx.account}:autoScalingGroup:${newUuid(tx)}:autoScalingGroupName/${name}`,
  createdAt: tx.now,
  ...settings,
  ...parts,
  detachingTargetGroupArns: [],
  suspended: [],
  enabledMetrics: [],
  notifications: [],
  status: 'active',
  zoneTroubles: {},
  launchTrouble: null,
  causes: settings.desiredCapacity === 0 ? [] : [createdByUser(tx.now, settings.desiredCapacity)],
  toReplace: 0,
  cooldownUntil: 0,
});

/** CreateAutoScalingGroup: the instances come after it. */
export const createAutoScalingGroup: Operation<
  CreateAutoScalingGroupType,
  Record<string, never>
> = (tx, input) => {
  const name = input.AutoScalingGroupName ?? '';
  if (name.includes(':')) return validation("Auto Scaling group names must not contain ':'.");
  if (tx.get(AutoScalingGroups, name) !== undefined) return groupExists(name);
  if (tx.list(AutoScalingGroups).length >= quotaIn(tx, 'groupsPerRegion')) {
    return limitExceeded(`Only ${quotaIn(tx, 'groupsPerRegion')} AutoScalingGroups are allowed`);
  }
  const settings = readSettings(tx, input, undefined);
  if (isDomainError(settings)) return settings;
  const tags = readTags(input.Tags ?? []);
  if (isDomainError(tags)) return tags;
  const targetGroupArns = targetGroupsOfRequest(input);
  if (isDomainError(targetGroupArns)) return targetGroupArns;
  const group = newGroup(tx, name, settings, { tags, targetGroupArns });
  const refusal = checkTargetGroups(tx, group, targetGroupArns) ?? checkLaunches(tx, group);
  if (refusal !== undefined) return refusal;
  tx.put(AutoScalingGroups, group);
  const badHook = putHooks(tx, name, input.LifecycleHookSpecificationList ?? []);
  if (badHook !== undefined) return badHook;
  wakeGroup(tx, name);
  return {};
};

const updateCauses = (
  now: number,
  before: AutoScalingGroup,
  { minSize: min, maxSize: max, desiredCapacity: desired }: GroupSettings,
): readonly string[] =>
  desired === before.desiredCapacity
    ? before.causes
    : [...before.causes, updatedByUser(now, { min, max, desired }, before.desiredCapacity)];

/** UpdateAutoScalingGroup: what is not given stays. Instances that run go on as they were launched. */
export const updateAutoScalingGroup: Operation<
  UpdateAutoScalingGroupType,
  Record<string, never>
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  if (group.status === 'deleting') {
    return activityInProgress('The AutoScalingGroup is being deleted.');
  }
  const settings = readSettings(tx, input, group);
  if (isDomainError(settings)) return settings;
  const isNewLaunch = JSON.stringify(group.launch) !== JSON.stringify(settings.launch);
  const isPlacedAnew = (group.placementGroup ?? '') !== (settings.placementGroup ?? '');
  if (isNewLaunch && (activeRefresh(tx, group.id)?.desired ?? null) !== null) {
    return validation(
      'An active instance refresh with a desired configuration exists. All configuration options derived from the desired configuration are not available for update while the instance refresh is active.',
    );
  }
  const updated: AutoScalingGroup = {
    ...group,
    ...settings,
    causes: updateCauses(tx.now, group, settings),
    // What failed before may be mended by what is set now.
    launchTrouble: null,
  };
  const refusal = isNewLaunch || isPlacedAnew ? checkLaunches(tx, updated) : undefined;
  if (refusal !== undefined) return refusal;
  tx.put(AutoScalingGroups, updated);
  wakeGroup(tx, group.id);
  return {};
};

const deletionObjection = (
  tx: Tx,
  group: AutoScalingGroup,
  isForced: boolean,
): DomainError | undefined => {
  const { deletionProtection } = group;
  if (
    deletionProtection === 'prevent-all-deletion' ||
    (deletionProtection === 'prevent-force-deletion' && isForced)
  ) {
    return validation(
      `The AutoScalingGroup ${group.id} cannot be deleted: its deletion protection is ${deletionProtection}.`,
    );
  }
  if (isForced) return undefined;
  if (membersOf(tx, group.id).length > 0) {
    return resourceInUse(
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    );
  }
  if (tx.get(WarmPools, group.id) !== undefined) {
    return resourceInUse('You cannot delete an AutoScalingGroup while there is a warm pool.');
  }
  const isBusy = tx
    .find(ScalingActivities, 'group', group.id)
    .some((activity) => activity.endedAt === null);
  return isBusy
    ? activityInProgress(
        'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
      )
    : undefined;
};

/** DeleteAutoScalingGroup: an empty group at once; with ForceDelete its instances are let go first. */
export const deleteAutoScalingGroup: Operation<
  DeleteAutoScalingGroupType,
  Record<string, never>
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const objection = deletionObjection(tx, group, input.ForceDelete === true);
  if (objection !== undefined) return objection;
  if (membersOf(tx, group.id).length === 0) {
    forgetGroup(tx, group);
    return {};
  }
  tx.put(AutoScalingGroups, {
    ...group,
    status: 'deleting',
    causes: [groupDeleted(tx.now, group.desiredCapacity)],
  });
  releaseWaiting(tx, group.id);
  wakeGroup(tx, group.id);
  return {};
};
