import { defineTable, type Entity } from '../../../world/entity.ts';
import type { ProtectedBehavior, StandbyBehavior } from '../decisions/refresh-plan.ts';
import type { LaunchSource } from '../entities.ts';

/** The states of an instance refresh, by AWS's names. */
type RefreshStatus =
  | 'Pending'
  | 'InProgress'
  | 'Baking'
  | 'Successful'
  | 'Failed'
  | 'Cancelling'
  | 'Cancelled'
  | 'RollbackInProgress'
  | 'RollbackFailed'
  | 'RollbackSuccessful';

/** How a refresh is to be done, with AWS's defaults filled in. */
export interface RefreshPreferences {
  readonly minHealthyPercentage: number;
  readonly maxHealthyPercentage: number;
  readonly instanceWarmupSeconds: number;
  /** In ascending order; none when there are no checkpoints. */
  readonly checkpointPercentages: readonly number[];
  readonly checkpointDelaySeconds: number;
  readonly skipMatching: boolean;
  readonly autoRollback: boolean;
  readonly protectedInstances: ProtectedBehavior;
  readonly standbyInstances: StandbyBehavior;
  /** Names of alarms that end it when they ring. */
  readonly alarms: readonly string[];
  readonly bakeSeconds: number;
}

/** An instance refresh of a group. */
export interface InstanceRefresh extends Entity {
  readonly groupName: string;
  readonly status: RefreshStatus;
  readonly statusReason: string | null;
  readonly requestedAt: number;
  /** World time; null while it is pending. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** What is to be launched; null for what the group launches. */
  readonly desired: LaunchSource | null;
  readonly preferences: RefreshPreferences;
  /** The instances that are to be replaced. */
  readonly outdatedIds: readonly string[];
  /** How many there were. */
  readonly total: number;
  /** How many are not yet replaced by one that is ready. */
  readonly remaining: number;
  /** World time at which `remaining` last became less. */
  readonly progressAt: number;
  /** How many checkpoints have been reached. */
  readonly checkpointsReached: number;
  /** World time until which it waits, at a checkpoint or while it bakes; null when it does not. */
  readonly waitsUntil: number | null;
  readonly rollback: {
    readonly reason: string;
    readonly startedAt: number;
    readonly percentageComplete: number;
    readonly instancesToUpdate: number;
  } | null;
}

const ended: ReadonlySet<RefreshStatus> = new Set([
  'Successful',
  'Failed',
  'Cancelled',
  'RollbackFailed',
  'RollbackSuccessful',
]);

const isOver = (status: RefreshStatus): boolean => ended.has(status);

export const InstanceRefreshes = defineTable<InstanceRefresh>('autoscaling-instance-refreshes', {
  group: (refresh) => refresh.groupName,
  active: (refresh) => (isOver(refresh.status) ? undefined : refresh.groupName),
});
