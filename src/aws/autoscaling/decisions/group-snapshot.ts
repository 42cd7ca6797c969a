import type { InstancesDistribution, Lifecycle } from './instances-distribution.ts';

/**
 * The states of an instance's life in a group ("Amazon EC2 Auto Scaling instance lifecycle", User Guide), by AWS's
 * names.
 */
export type LifecycleState =
  | 'Pending'
  | 'Pending:Wait'
  | 'Pending:Proceed'
  | 'InService'
  | 'Terminating'
  | 'Terminating:Wait'
  | 'Terminating:Proceed'
  | 'Detaching'
  | 'EnteringStandby'
  | 'Standby'
  | 'Warmed:Pending'
  | 'Warmed:Pending:Wait'
  | 'Warmed:Pending:Proceed'
  | 'Warmed:Terminating'
  | 'Warmed:Terminating:Wait'
  | 'Warmed:Terminating:Proceed'
  | 'Warmed:Stopped'
  | 'Warmed:Running'
  | 'Warmed:Hibernated';

/** What can be suspended ("Suspend and resume Amazon EC2 Auto Scaling processes", User Guide). */
export type ScalingProcess =
  | 'Launch'
  | 'Terminate'
  | 'AddToLoadBalancer'
  | 'AlarmNotification'
  | 'AZRebalance'
  | 'HealthCheck'
  | 'InstanceRefresh'
  | 'ReplaceUnhealthy'
  | 'ScheduledActions';

/** How old what an instance was launched from is. */
export interface LaunchAge {
  readonly kind: 'configuration' | 'template';
  /** Whether it is what the group launches from now: that template, whatever its version. */
  readonly isCurrent: boolean;
  /** World time at which the configuration or the template's version was made. */
  readonly createdAt: number;
}

/** An instance of a group, as decisions see it. */
export interface MemberSnapshot {
  readonly id: string;
  readonly zoneId: string;
  readonly state: LifecycleState;
  readonly healthy: boolean;
  /** In service, warmed up, and healthy behind its balancers where the group asks them. */
  readonly ready: boolean;
  /** Launched beyond what is desired, for another to go when this one is ready. */
  readonly isSurplus: boolean;
  readonly isProtected: boolean;
  readonly launchedAt: number;
  readonly age: LaunchAge;
  /** Its instance type's place among the overrides of a mixed instances policy, 0 the most wanted. */
  readonly typePriority: number;
  /** How it is paid for; absent: on demand. */
  readonly lifecycle?: Lifecycle;
  /** A Spot Instance that EC2 has recommended to replace, or has given notice to. */
  readonly isAtRisk?: boolean;
  /** What it counts of the desired capacity; absent: 1. */
  readonly units?: number;
}

/** A zone of a group. */
export interface ZoneSnapshot {
  readonly zoneId: string;
  /** Until when nothing is launched there, after launches failed; 0 when nothing failed. */
  readonly closedUntil: number;
  /** Whether a zonal shift leads away from it. */
  readonly isShifted: boolean;
}

/** How instances are spread when a zone has no capacity (AvailabilityZoneDistribution, API Reference). */
export type DistributionStrategy = 'balanced-best-effort' | 'balanced-only';

/** Bounds of the group's size while instances are replaced, in percent of the desired capacity. */
export interface MaintenancePolicy {
  readonly minHealthyPercentage: number;
  readonly maxHealthyPercentage: number;
}

/** All that decisions about a group rest on. */
export interface GroupSnapshot {
  readonly now: number;
  readonly desired: number;
  readonly max: number;
  /** In the order of the zones' names. */
  readonly zones: readonly ZoneSnapshot[];
  readonly members: readonly MemberSnapshot[];
  readonly suspended: ReadonlySet<ScalingProcess>;
  readonly distribution: DistributionStrategy;
  /** What is done with instances that fail their checks in a zone that traffic is shifted away from. */
  readonly impairedZone: 'ReplaceUnhealthy' | 'IgnoreUnhealthy';
  /** Undefined: the group's own ways, each by what it does. */
  readonly maintenance: MaintenancePolicy | undefined;
  readonly terminationPolicies: readonly string[];
  /** How instances on demand and Spot Instances are mixed; absent of a group that mixes none. */
  readonly mix?: InstancesDistribution;
  /** Whether Spot Instances at risk are replaced before they go (CapacityRebalance). */
  readonly rebalancesCapacity?: boolean;
  /** A whole number that decides among equals. */
  readonly draw: number;
}

/** Whether an instance in this state fills a place of the desired capacity. */
export const fillsCapacity = (state: LifecycleState): boolean =>
  state === 'InService' || state === 'Pending' || state.startsWith('Pending:');

/** What these count of the desired capacity together. */
export const unitsOf = (members: readonly Pick<MemberSnapshot, 'units'>[]): number =>
  members.reduce((sum, { units = 1 }) => sum + units, 0);

/** How many of these are in each zone. */
export const countByZone = (
  members: readonly Pick<MemberSnapshot, 'zoneId'>[],
): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { zoneId } of members) counts.set(zoneId, (counts.get(zoneId) ?? 0) + 1);
  return counts;
};
