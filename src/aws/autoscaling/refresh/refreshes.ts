import type {
  CancelInstanceRefreshAnswer,
  CancelInstanceRefreshType,
  DescribeInstanceRefreshesAnswer,
  DescribeInstanceRefreshesType,
  InstanceRefresh as Answer,
  RollbackInstanceRefreshAnswer,
  RollbackInstanceRefreshType,
  StartInstanceRefreshAnswer,
  StartInstanceRefreshType,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { newUuid } from '../activities.ts';
import { fillsCapacity } from '../decisions/group-snapshot.ts';
import { percentageComplete } from '../decisions/refresh-plan.ts';
import type { AutoScalingGroup, GroupInstance, LaunchSource } from '../entities.ts';
import {
  irreversibleRefresh,
  noActiveRefresh,
  notBuilt,
  refreshInProgress,
  validation,
} from '../errors.ts';
import { isWeighted } from '../launch-pools.ts';
import { membersOf } from '../group-members.ts';
import { readLaunchSource, sourceAnswer } from '../group-source.ts';
import { wakeGroup } from '../group-wake.ts';
import { checkLaunches } from '../launch-checks.ts';
import { existingGroup, page } from '../lookups.ts';
import { activeRefresh } from './active-refresh.ts';
import { InstanceRefreshes, type InstanceRefresh } from './entities.ts';
import { matches } from './matching.ts';
import { preferencesAnswer, readPreferences } from './preferences.ts';
import { beginRollback } from './rollback.ts';

type StartInput = Plain<StartInstanceRefreshType>;

/** How many refreshes of a group are kept. AWS keeps six weeks of them. */
const keptRefreshes = 50;

const readDesired = (
  tx: Tx,
  group: AutoScalingGroup,
  asked: StartInput['DesiredConfiguration'],
): LaunchSource | null | DomainError => {
  if (asked === undefined) return null;
  const launch = readLaunchSource(tx, asked);
  if (isDomainError(launch)) return launch;
  if (launch === undefined) {
    return validation(
      'DesiredConfiguration must contain either LaunchTemplate or MixedInstancesPolicy.',
    );
  }
  return checkLaunches(tx, { ...group, launch }) ?? launch;
};

/** Why a refresh could not be taken back; undefined when it can (RefreshPreferences, AutoRollback, API Reference). */
const rollbackObjection = (
  group: AutoScalingGroup,
  desired: LaunchSource | null,
): string | undefined => {
  if (desired === null) return 'A desired configuration must be specified for a rollback.';
  const { launch } = group;
  return launch.kind !== 'configuration' && launch.template.version.startsWith('$')
    ? `The Auto Scaling group uses the launch template version ${launch.template.version}; a rollback needs a version by its number.`
    : undefined;
};

/** Whether a refresh begins with an instance at all. */
const isRefreshed = (member: GroupInstance): boolean =>
  fillsCapacity(member.state) || member.state === 'Standby' || member.state.startsWith('Warmed:');

const trim = (tx: Tx, groupName: string): void => {
  const known = tx.find(InstanceRefreshes, 'group', groupName);
  for (const old of known.slice(0, Math.max(0, known.length - keptRefreshes))) {
    tx.delete(InstanceRefreshes, old.id);
  }
};

/** StartInstanceRefresh: instances are replaced from the next look of the group on. */
export const startInstanceRefresh: Operation<
  StartInstanceRefreshType,
  StartInstanceRefreshAnswer
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  if ((input.Strategy ?? 'Rolling') !== 'Rolling') {
    return notBuilt(`instance refreshes by the strategy ${input.Strategy}`);
  }
  if (isWeighted(group)) return notBuilt('instance refreshes of groups with weights');
  if (activeRefresh(tx, group.id) !== undefined) return refreshInProgress();
  const desired = readDesired(tx, group, input.DesiredConfiguration);
  if (isDomainError(desired)) return desired;
  const preferences = readPreferences(input.Preferences ?? {}, group);
  if (isDomainError(preferences)) return preferences;
  const objection = preferences.autoRollback ? rollbackObjection(group, desired) : undefined;
  if (objection !== undefined) return validation(objection);
  const outdated = membersOf(tx, group.id).filter(
    (member) =>
      isRefreshed(member) &&
      !(preferences.skipMatching && matches(tx, desired ?? group.launch, member)),
  );
  const total = outdated.filter((member) => !member.state.startsWith('Warmed:')).length;
  const refresh: InstanceRefresh = {
    id: newUuid(tx),
    groupName: group.id,
    status: 'Pending',
    statusReason: null,
    requestedAt: tx.now,
    startedAt: null,
    endedAt: null,
    desired,
    preferences,
    outdatedIds: outdated.map((member) => member.id),
    total,
    remaining: total,
    progressAt: tx.now,
    checkpointsReached: 0,
    waitsUntil: null,
    rollback: null,
  };
  tx.put(InstanceRefreshes, refresh);
  trim(tx, group.id);
  wakeGroup(tx, group.id);
  return { InstanceRefreshId: refresh.id };
};

/** CancelInstanceRefresh: what is replaced stays replaced. Error: ActiveInstanceRefreshNotFound. */
export const cancelInstanceRefresh: Operation<
  CancelInstanceRefreshType,
  CancelInstanceRefreshAnswer
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const refresh = activeRefresh(tx, group.id);
  if (refresh === undefined) return noActiveRefresh(group.id);
  if (refresh.status === 'Cancelling') return { InstanceRefreshId: refresh.id };
  const waits = input.WaitForTransitioningInstances ?? true;
  tx.put(InstanceRefreshes, {
    ...refresh,
    status: waits ? 'Cancelling' : 'Cancelled',
    statusReason: 'Cancelled due to user request.',
    endedAt: waits ? null : tx.now,
  });
  wakeGroup(tx, group.id);
  return { InstanceRefreshId: refresh.id };
};

/** RollbackInstanceRefresh. Errors: ActiveInstanceRefreshNotFound, IrreversibleInstanceRefresh. */
export const rollbackInstanceRefresh: Operation<
  RollbackInstanceRefreshType,
  RollbackInstanceRefreshAnswer
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const refresh = activeRefresh(tx, group.id);
  if (refresh === undefined || !['Pending', 'InProgress', 'Baking'].includes(refresh.status)) {
    return noActiveRefresh(group.id);
  }
  const objection = rollbackObjection(group, refresh.desired);
  if (objection !== undefined) return irreversibleRefresh(objection);
  beginRollback(tx, refresh, 'A rollback was requested by the user.');
  wakeGroup(tx, group.id);
  return { InstanceRefreshId: refresh.id };
};

const desiredAnswer = (
  view: View,
  desired: LaunchSource,
): Plain<Answer>['DesiredConfiguration'] => {
  const { LaunchTemplate, MixedInstancesPolicy } = sourceAnswer(view, desired);
  return {
    ...(LaunchTemplate === undefined ? {} : { LaunchTemplate }),
    ...(MixedInstancesPolicy === undefined ? {} : { MixedInstancesPolicy }),
  };
};

const refreshAnswer = (view: View, refresh: InstanceRefresh): Plain<Answer> => {
  const { rollback, desired, total, remaining } = refresh;
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: refresh.groupName,
    Status: refresh.status,
    StatusReason: refresh.statusReason ?? undefined,
    StartTime: refresh.startedAt ?? undefined,
    EndTime: refresh.endedAt ?? undefined,
    // A rollback does not count ("PercentageComplete does not include instances that are replaced during a rollback").
    PercentageComplete: rollback?.percentageComplete ?? percentageComplete(total, remaining),
    InstancesToUpdate: rollback?.instancesToUpdate ?? remaining,
    Preferences: preferencesAnswer(refresh.preferences),
    DesiredConfiguration: desired === null ? undefined : desiredAnswer(view, desired),
    RollbackDetails:
      rollback === null
        ? undefined
        : {
            RollbackReason: rollback.reason,
            RollbackStartTime: rollback.startedAt,
            PercentageCompleteOnRollback: rollback.percentageComplete,
            InstancesToUpdateOnRollback: rollback.instancesToUpdate,
          },
    Strategy: 'Rolling',
  };
};

/** DescribeInstanceRefreshes: the newest first. */
export const describeInstanceRefreshes: Operation<
  DescribeInstanceRefreshesType,
  DescribeInstanceRefreshesAnswer
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const ids = input.InstanceRefreshIds ?? [];
  const found = tx
    .find(InstanceRefreshes, 'group', group.id)
    .filter((refresh) => ids.length === 0 || ids.includes(refresh.id))
    .toReversed();
  const shown = page(found, input, (refresh) => refresh.id);
  if (isDomainError(shown)) return shown;
  return {
    InstanceRefreshes: shown.items.map((refresh) => refreshAnswer(tx, refresh)),
    NextToken: shown.nextToken,
  };
};
