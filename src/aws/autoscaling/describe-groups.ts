import type {
  AutoScalingGroup as Answer,
  AutoScalingGroupNamesType,
  AutoScalingGroupsType,
  AutoScalingInstanceDetails,
  AutoScalingInstancesType,
  DescribeAutoScalingInstancesType,
  Instance as InstanceAnswer,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { accountZones, zoneNameOf } from '../shared/account-zones.ts';
import type { Operation, Plain } from '../operation.ts';
import { applyFilters } from '../shared/filters.ts';
import {
  AutoScalingGroups,
  GroupInstances,
  type AutoScalingGroup,
  type GroupInstance,
} from './entities.ts';
import { validation } from './errors.ts';
import { membersOf } from './group-members.ts';
import { sourceAnswer } from './group-source.ts';
import { tagAnswers } from './group-tags.ts';
import { page } from './lookups.ts';
import { WarmPools } from './warm-pool/entities.ts';
import { poolAnswer } from './warm-pool/pool-answer.ts';

const sourceOfMember = (
  member: GroupInstance,
): Pick<Plain<InstanceAnswer>, 'LaunchConfigurationName' | 'LaunchTemplate'> => {
  const { source } = member;
  if (source === null) return {};
  if (source.kind === 'configuration') return { LaunchConfigurationName: source.name };
  const { id, name, version } = source.template;
  return {
    LaunchTemplate: { LaunchTemplateId: id, LaunchTemplateName: name, Version: version },
  };
};

/** An instance of a group, as it is described with it. */
export const memberAnswer = (view: View, member: GroupInstance): Plain<InstanceAnswer> => ({
  InstanceId: member.id,
  InstanceType: member.instanceType,
  AvailabilityZone: zoneNameOf(view, member.zoneId),
  AvailabilityZoneId: member.zoneId,
  LifecycleState: member.state,
  HealthStatus: member.isHealthy ? 'Healthy' : 'Unhealthy',
  ...sourceOfMember(member),
  ProtectedFromScaleIn: member.isProtected,
  WeightedCapacity: member.units === undefined ? undefined : String(member.units),
});

const namesOfZones = (view: View, zoneIds: readonly string[]): readonly string[] =>
  accountZones(view)
    .filter((zone) => zoneIds.includes(zone.id))
    .map((zone) => zone.name);

const policies = (group: AutoScalingGroup): Partial<Plain<Answer>> => ({
  InstanceMaintenancePolicy:
    group.maintenance === null
      ? undefined
      : {
          MinHealthyPercentage: group.maintenance.minHealthyPercentage,
          MaxHealthyPercentage: group.maintenance.maxHealthyPercentage,
        },
  AvailabilityZoneDistribution: { CapacityDistributionStrategy: group.distribution },
  AvailabilityZoneImpairmentPolicy: {
    ZonalShiftEnabled: group.impairment?.zonalShiftEnabled ?? false,
    ImpairedZoneHealthCheckBehavior: group.impairment?.healthCheckBehavior,
  },
  DeletionProtection: group.deletionProtection,
});

const poolOfGroup = (
  view: View,
  group: AutoScalingGroup,
): Pick<Plain<Answer>, 'WarmPoolConfiguration' | 'WarmPoolSize'> => {
  const pool = view.get(WarmPools, group.id);
  if (pool === undefined) return {};
  const members = membersOf(view, group.id).filter((it) => it.state.startsWith('Warmed:'));
  return { WarmPoolConfiguration: poolAnswer(pool), WarmPoolSize: members.length };
};

const groupAnswer = (
  view: View,
  group: AutoScalingGroup,
  includeInstances: boolean,
): Plain<Answer> => ({
  AutoScalingGroupName: group.id,
  AutoScalingGroupARN: group.arn,
  ...sourceAnswer(view, group.launch),
  MinSize: group.minSize,
  MaxSize: group.maxSize,
  DesiredCapacity: group.desiredCapacity,
  DefaultCooldown: group.defaultCooldownSeconds,
  AvailabilityZones: namesOfZones(view, group.zoneIds),
  AvailabilityZoneIds: group.zoneIds,
  LoadBalancerNames: [],
  TargetGroupARNs: group.targetGroupArns,
  HealthCheckType: group.healthCheckTypes.join(','),
  HealthCheckGracePeriod: group.healthCheckGraceSeconds,
  Instances: includeInstances
    ? membersOf(view, group.id)
        .filter((member) => !member.state.startsWith('Warmed:'))
        .map((member) => memberAnswer(view, member))
    : [],
  ...poolOfGroup(view, group),
  CreatedTime: group.createdAt,
  SuspendedProcesses: group.suspended.map(({ process, reason }) => ({
    ProcessName: process,
    SuspensionReason: reason,
  })),
  VPCZoneIdentifier: group.subnetIds.join(','),
  EnabledMetrics: group.enabledMetrics.map((Metric) => ({ Metric, Granularity: '1Minute' })),
  Status: group.status === 'deleting' ? 'Delete in progress' : undefined,
  Tags: tagAnswers(group),
  TerminationPolicies: group.terminationPolicies,
  NewInstancesProtectedFromScaleIn: group.newInstancesProtected,
  ServiceLinkedRoleARN: group.serviceLinkedRoleArn,
  CapacityRebalance: group.capacityRebalance ? true : undefined,
  Context: group.context ?? undefined,
  PlacementGroup: group.placementGroup || undefined,
  DesiredCapacityType: group.desiredCapacityType ?? undefined,
  DefaultInstanceWarmup: group.defaultInstanceWarmupSeconds ?? undefined,
  TrafficSources: group.targetGroupArns.map((Identifier) => ({ Identifier, Type: 'elbv2' })),
  ...policies(group),
});

/** "By default, you can only specify up to 50 names" (DescribeAutoScalingGroups); the words of the error are AWS's own. */
const mostNames = 50;

/** DescribeAutoScalingGroups: by names or all, filtered by tags. A name that is none of a group is passed over. */
export const describeAutoScalingGroups: Operation<
  AutoScalingGroupNamesType,
  AutoScalingGroupsType
> = (tx, input) => {
  const names = input.AutoScalingGroupNames ?? [];
  if (names.length > mostNames) {
    return validation(`The number of group names that may be passed in is limited to ${mostNames}`);
  }
  const named =
    names.length === 0
      ? tx.list(AutoScalingGroups)
      : [...new Set(names)].flatMap((name) => tx.get(AutoScalingGroups, name) ?? []);
  const groups = applyFilters(named, input.Filters, {}, (group) =>
    group.tags.map((tag) => ({ Key: tag.key, Value: tag.value })),
  );
  if (isDomainError(groups)) return validation(groups.message);
  const shown = page(groups, input, (group) => group.id);
  if (isDomainError(shown)) return shown;
  return {
    AutoScalingGroups: shown.items.map((group) =>
      groupAnswer(tx, group, input.IncludeInstances !== false),
    ),
    NextToken: shown.nextToken,
  };
};

const detailsAnswer = (view: View, member: GroupInstance): Plain<AutoScalingInstanceDetails> => ({
  ...memberAnswer(view, member),
  AutoScalingGroupName: member.groupName,
  // This call alone writes the status in capitals.
  HealthStatus: member.isHealthy ? 'HEALTHY' : 'UNHEALTHY',
});

/** DescribeAutoScalingInstances: those that groups have, by ids or all. */
export const describeAutoScalingInstances: Operation<
  DescribeAutoScalingInstancesType,
  AutoScalingInstancesType
> = (tx, input) => {
  const ids = input.InstanceIds ?? [];
  const members =
    ids.length === 0
      ? tx.list(GroupInstances)
      : [...new Set(ids)].flatMap((id) => tx.get(GroupInstances, id) ?? []);
  const shown = page(members, input, (member) => member.id);
  if (isDomainError(shown)) return shown;
  return {
    AutoScalingInstances: shown.items.map((member) => detailsAnswer(tx, member)),
    NextToken: shown.nextToken,
  };
};
