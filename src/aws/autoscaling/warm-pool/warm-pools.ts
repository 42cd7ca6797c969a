import type {
  DeleteWarmPoolType,
  DescribeWarmPoolAnswer,
  DescribeWarmPoolType,
  PutWarmPoolType,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError } from '../../../world/domain-error.ts';
import type { Operation, Plain } from '../../operation.ts';
import { memberAnswer } from '../describe-groups.ts';
import { GroupInstances } from '../entities.ts';
import { notBuilt, refreshInProgress, validation } from '../errors.ts';
import { releaseWaiting } from '../forget-group.ts';
import { membersOf } from '../group-members.ts';
import { wakeGroup } from '../group-wake.ts';
import { existingGroup, page } from '../lookups.ts';
import { activeRefresh } from '../refresh/active-refresh.ts';
import { WarmPools, type WarmPool } from './entities.ts';
import { poolAnswer } from './pool-answer.ts';
import { terminateWarm } from './pool-reconcile.ts';
import { pooledMembers } from './warm-members.ts';

type Input = Plain<PutWarmPoolType>;

/** -1 takes the bound away (PutWarmPool, MaxGroupPreparedCapacity, API Reference). */
const preparedOf = (asked: number | undefined, before: number | null): number | null => {
  if (asked === undefined) return before;
  return asked === -1 ? null : asked;
};

const objection = ({ MaxGroupPreparedCapacity: max = -1, MinSize: min = 0 }: Input) => {
  if (max < -1) return validation('MaxGroupPreparedCapacity must be -1 or more.');
  if (min < 0) return validation('MinSize must not be negative.');
  return max !== -1 && max < min
    ? validation('MaxGroupPreparedCapacity must not be less than MinSize.')
    : undefined;
};

/** PutWarmPool: a pool for a group, or changes of it; what is not given stays. Errors: ValidationError, InstanceRefreshInProgress. */
export const putWarmPool: Operation<PutWarmPoolType, Record<string, never>> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  if (activeRefresh(tx, group.id) !== undefined) return refreshInProgress();
  // "Limitations", "Decrease latency ... using warm pools", Auto Scaling User Guide.
  if (group.launch.kind === 'mixed') {
    return validation(
      "You can't add a warm pool to an Auto Scaling group that has a mixed instances policy or a launch template or launch configuration that requests Spot Instances.",
    );
  }
  const refusal = objection(input);
  if (refusal !== undefined) return refusal;
  const before = tx.get(WarmPools, group.id);
  if (before?.isDeleting === true) return validation('The warm pool is being deleted.');
  const poolState = input.PoolState ?? before?.poolState ?? 'Stopped';
  if (poolState === 'Hibernated') {
    return notBuilt('warm pools of hibernated instances (no instance type hibernates here)');
  }
  const pool: WarmPool = {
    id: group.id,
    maxPrepared: preparedOf(input.MaxGroupPreparedCapacity, before?.maxPrepared ?? null),
    minSize: input.MinSize ?? before?.minSize ?? 0,
    poolState,
    reuseOnScaleIn: input.InstanceReusePolicy?.ReuseOnScaleIn ?? before?.reuseOnScaleIn ?? false,
    isDeleting: false,
  };
  tx.put(WarmPools, pool);
  wakeGroup(tx, group.id);
  return {};
};

/** DeleteWarmPool: its instances go first; with ForceDelete it is gone at once, and they go without waiting for anything. */
export const deleteWarmPool: Operation<DeleteWarmPoolType, Record<string, never>> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const pool = tx.get(WarmPools, group.id);
  if (pool === undefined) {
    return validation(`No warm pool found for AutoScalingGroup: ${group.id}`);
  }
  if (input.ForceDelete === true) {
    const members = pooledMembers(tx, group.id);
    tx.delete(WarmPools, group.id);
    terminateWarm(
      tx,
      group,
      members.map((member) => member.id),
    );
    const isOfPool = (instanceId: string): boolean =>
      tx.get(GroupInstances, instanceId)?.state.startsWith('Warmed:') ?? false;
    releaseWaiting(tx, group.id, isOfPool);
  } else tx.put(WarmPools, { ...pool, isDeleting: true });
  wakeGroup(tx, group.id);
  return {};
};

/** DescribeWarmPool: without a pool there is nothing to tell. */
export const describeWarmPool: Operation<DescribeWarmPoolType, DescribeWarmPoolAnswer> = (
  tx,
  input,
) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const pool = tx.get(WarmPools, group.id);
  const members = membersOf(tx, group.id).filter((it) => it.state.startsWith('Warmed:'));
  const shown = page(members, input, (member) => member.id);
  if (isDomainError(shown)) return shown;
  return {
    WarmPoolConfiguration: pool === undefined ? undefined : poolAnswer(pool),
    Instances: shown.items.map((member) => memberAnswer(tx, member)),
    NextToken: shown.nextToken,
  };
};
