import { defineTable, type Entity } from '../../world/entity.ts';
import type { LaunchTrouble } from './decisions/back-off.ts';
import type {
  DistributionStrategy,
  LifecycleState,
  MaintenancePolicy,
  ScalingProcess,
} from './decisions/group-snapshot.ts';
import type { LaunchOverride, TemplateReference } from './decisions/launch-choices.ts';

/** What a group launches. */
export type LaunchSource =
  | { readonly kind: 'configuration'; readonly name: string }
  | { readonly kind: 'template'; readonly template: TemplateReference }
  | {
      readonly kind: 'mixed';
      readonly template: TemplateReference;
      readonly overrides: readonly LaunchOverride[];
      /** As it was given: what describes the group shows it again. */
      readonly distribution: Readonly<Record<string, string | number>>;
    };

/** A tag of a group. */
export interface GroupTag {
  readonly key: string;
  readonly value: string;
  readonly propagateAtLaunch: boolean;
}

/** What users set of a group. */
export interface GroupSettings {
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredCapacity: number;
  readonly launch: LaunchSource;
  readonly defaultCooldownSeconds: number;
  /** Zones in the order of their names for the account. */
  readonly zoneIds: readonly string[];
  /** In the order in which they were given; empty for a group of zones, which uses their default subnets. */
  readonly subnetIds: readonly string[];
  /** `EC2`, and perhaps `ELB` and `EBS`. */
  readonly healthCheckTypes: readonly string[];
  readonly healthCheckGraceSeconds: number;
  readonly terminationPolicies: readonly string[];
  readonly newInstancesProtected: boolean;
  readonly capacityRebalance: boolean;
  /** The name of the placement group of its instances; empty or absent for none. */
  readonly placementGroup?: string;
  readonly defaultInstanceWarmupSeconds: number | null;
  readonly serviceLinkedRoleArn: string;
  readonly context: string | null;
  readonly desiredCapacityType: string | null;
  readonly distribution: DistributionStrategy;
  readonly impairment: {
    readonly zonalShiftEnabled: boolean;
    readonly healthCheckBehavior: 'ReplaceUnhealthy' | 'IgnoreUnhealthy';
  } | null;
  readonly maintenance: MaintenancePolicy | null;
  readonly deletionProtection: 'none' | 'prevent-force-deletion' | 'prevent-all-deletion';
}

/** An Auto Scaling group; the id is its name. */
export interface AutoScalingGroup extends Entity, GroupSettings {
  readonly arn: string;
  readonly createdAt: number;
  readonly targetGroupArns: readonly string[];
  /** Target groups that were detached and still drain. */
  readonly detachingTargetGroupArns: readonly string[];
  readonly tags: readonly GroupTag[];
  readonly suspended: readonly { readonly process: ScalingProcess; readonly reason: string }[];
  readonly enabledMetrics: readonly string[];
  readonly notifications: readonly {
    readonly topicArn: string;
    readonly types: readonly string[];
  }[];
  /** `deleting` once DeleteAutoScalingGroup was told to force it. */
  readonly status: 'active' | 'deleting';
  /** Zones in which launches fail, by their ids; those of Spot Instances by `<id>/spot`. */
  readonly zoneTroubles: Readonly<Record<string, LaunchTrouble>>;
  /** Launches that fail wherever they go. */
  readonly launchTrouble: LaunchTrouble | null;
  /** Sentences that the next activities give as their cause. */
  readonly causes: readonly string[];
  /** How many launches are to take the place of instances that were unhealthy. */
  readonly toReplace: number;
  /** World time at which the cooldown of the last scaling activity is over. */
  readonly cooldownUntil: number;
  /** The cooldown of the simple policy that changed the desired capacity last, if it has one of its own. */
  readonly policyCooldownSeconds?: number | null;
}

export const AutoScalingGroups = defineTable<AutoScalingGroup>('autoscaling-groups', {
  targetGroup: (group) => group.targetGroupArns,
  configuration: (group) => (group.launch.kind === 'configuration' ? group.launch.name : undefined),
});

/** An instance of a group; the id is the instance's. */
export interface GroupInstance extends Entity {
  readonly groupName: string;
  readonly zoneId: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly state: LifecycleState;
  readonly isHealthy: boolean;
  /** Why it was found unhealthy, as activities say it; null while it is healthy. */
  readonly unhealthyCause: string | null;
  readonly isProtected: boolean;
  /** Launched beyond what is desired, for another to go when this one is ready. */
  readonly isSurplus: boolean;
  readonly launchedAt: number;
  /** World time at which it last came into service; null before. */
  readonly inServiceAt: number | null;
  /** What it was launched from; null for an instance that was attached. */
  readonly source:
    | { readonly kind: 'configuration'; readonly name: string; readonly createdAt: number }
    | {
        readonly kind: 'template';
        readonly template: TemplateReference;
        readonly createdAt: number;
      }
    | null;
  /** It goes back to the warm pool instead of its end. */
  readonly isReturning?: boolean;
  /** What it counts of the desired capacity, by the weight of its type; absent: 1. */
  readonly units?: number;
  /** The activity that is under way with it. */
  readonly activityId: string | null;
}

export const GroupInstances = defineTable<GroupInstance>('autoscaling-instances', {
  group: (instance) => instance.groupName,
});

/** The states of an activity that occur here, by AWS's names. */
type ActivityStatus =
  | 'PreInService'
  | 'InProgress'
  | 'WaitingForELBConnectionDraining'
  | 'MidLifecycleAction'
  | 'Successful'
  | 'Failed'
  | 'Cancelled';

/** What a group did or does, as DescribeScalingActivities tells it. */
export interface ScalingActivity extends Entity {
  readonly groupName: string;
  readonly groupArn: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly status: ActivityStatus;
  readonly statusMessage: string | null;
  readonly progress: number;
  /** JSON text. */
  readonly details: string;
}

export const ScalingActivities = defineTable<ScalingActivity>('autoscaling-activities', {
  group: (activity) => activity.groupName,
});

/** A launch configuration; the id is its name. It never changes. */
export interface LaunchConfiguration extends Entity {
  readonly arn: string;
  readonly createdAt: number;
  readonly imageId: string;
  readonly instanceType: string;
  readonly keyName: string | null;
  readonly securityGroups: readonly string[];
  /** Base64. */
  readonly userData: string | null;
  readonly blockDeviceMappings: readonly LaunchDevice[];
  readonly detailedMonitoring: boolean;
  readonly iamInstanceProfile: string | null;
  readonly ebsOptimized: boolean;
  readonly associatePublicIpAddress: boolean | null;
  readonly metadataOptions: {
    readonly HttpTokens?: 'optional' | 'required';
    readonly HttpEndpoint?: 'enabled' | 'disabled';
    readonly HttpPutResponseHopLimit?: number;
  } | null;
}

/** A block device of a launch configuration, as it was given. */
interface LaunchDevice {
  readonly VirtualName?: string | undefined;
  readonly DeviceName?: string | undefined;
  readonly NoDevice?: boolean | undefined;
  readonly Ebs?:
    | {
        readonly SnapshotId?: string | undefined;
        readonly VolumeSize?: number | undefined;
        readonly VolumeType?: string | undefined;
        readonly DeleteOnTermination?: boolean | undefined;
        readonly Iops?: number | undefined;
        readonly Encrypted?: boolean | undefined;
        readonly Throughput?: number | undefined;
      }
    | undefined;
}

export const LaunchConfigurations = defineTable<LaunchConfiguration>(
  'autoscaling-launch-configurations',
);
