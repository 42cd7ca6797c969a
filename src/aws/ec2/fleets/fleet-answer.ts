import type { CreateFleetResult, FleetData } from '@aws-sdk/client-ec2';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { tagsOf } from '../../shared/tags.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import { Instances } from '../instances/instance-entities.ts';
import { FleetMembers, type Fleet, type FleetError, type FleetMember } from './entities.ts';
import { fulfilledUnits } from './fill.ts';

type Data = Plain<FleetData>;

/** The template and override that something of a fleet was launched from, as they were given. */
const launchedFrom = (
  fleet: Fleet,
  { configIndex, overrideIndex }: Pick<FleetMember, 'configIndex' | 'overrideIndex'>,
) => {
  const config = fleet.configs[configIndex];
  const { LaunchTemplateSpecification: specification, Overrides } = config ?? {};
  return {
    LaunchTemplateSpecification: templateAnswer(specification),
    Overrides: overrideIndex === null ? undefined : Overrides?.[overrideIndex],
  };
};

const templateAnswer = (
  specification: NonNullable<Fleet['configs'][number]>['LaunchTemplateSpecification'],
) => ({
  LaunchTemplateId: specification?.LaunchTemplateId,
  LaunchTemplateName: specification?.LaunchTemplateName,
  Version: specification?.Version,
});

/** Members that were launched alike, as one answer lists them. */
const memberGroups = (fleet: Fleet, members: readonly FleetMember[]) =>
  [
    ...Map.groupBy(
      members,
      (member) =>
        `${member.configIndex}/${member.overrideIndex}/${member.lifecycle}/${member.instanceType}`,
    ).values(),
  ].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [
      {
        LaunchTemplateAndOverrides: launchedFrom(fleet, first),
        Lifecycle: first.lifecycle,
        InstanceIds: group.map(({ id }) => id),
        // Instances are launched with types that the API has.
        InstanceType: first.instanceType as NonNullable<
          NonNullable<Data['Instances']>[number]['InstanceType']
        >,
      },
    ];
  });

const errorAnswer = (fleet: Fleet, error: FleetError) => ({
  LaunchTemplateAndOverrides: launchedFrom(fleet, error),
  Lifecycle: error.lifecycle,
  ErrorCode: error.code,
  ErrorMessage: error.message,
});

/** What CreateFleet answers of an instant fleet: each group of instances with where it stands. */
export const instantAnswer = (
  view: View,
  fleet: Fleet,
  members: readonly FleetMember[],
): Pick<Plain<CreateFleetResult>, 'Errors' | 'Instances'> => ({
  Errors: fleet.errors.map((error) => errorAnswer(fleet, error)),
  Instances: memberGroups(fleet, members).map((group) => {
    const places = group.InstanceIds.map((id) => view.get(Instances, id));
    const zones = new Set(places.map((instance) => instance?.zoneId));
    const subnets = new Set(places.map((instance) => instance?.subnetId));
    // Of a group that is spread over several there is no one to name.
    const [zoneId] = zones.size === 1 ? zones : [];
    const [SubnetId] = subnets.size === 1 ? subnets : [];
    return {
      ...group,
      AvailabilityZone: zoneId === undefined ? undefined : zoneNameOf(view, zoneId),
      AvailabilityZoneId: zoneId,
      SubnetId,
    };
  }),
});

/** How far a fleet is. */
const activityOf = (view: View, fleet: Fleet): Data['ActivityStatus'] => {
  const isLeaving = fleet.state.startsWith('deleted');
  const have = fulfilledUnits(view, fleet, 'on-demand') + fulfilledUnits(view, fleet, 'spot');
  if (isLeaving) return have > 0 ? 'pending_termination' : 'fulfilled';
  if (have > fleet.target.total && fleet.excessPolicy === 'termination') {
    const most = Math.max(...view.find(FleetMembers, 'fleet', fleet.id).map((one) => one.weight));
    if (have - fleet.target.total >= most) return 'pending_termination';
  }
  if (have >= fleet.target.total) return 'fulfilled';
  return fleet.errors.length > 0 ? 'error' : 'pending_fulfillment';
};

/** A fleet as DescribeFleets gives it. */
export const fleetAnswer = (view: View, fleet: Fleet): Data => {
  const onDemand = fulfilledUnits(view, fleet, 'on-demand');
  const isInstant = fleet.type === 'instant';
  const members = view.find(FleetMembers, 'fleet', fleet.id);
  return {
    FleetId: fleet.id,
    FleetState: fleet.state,
    ActivityStatus: activityOf(view, fleet),
    CreateTime: fleet.createdAt,
    ClientToken: fleet.clientToken ?? undefined,
    ExcessCapacityTerminationPolicy: fleet.excessPolicy,
    FulfilledCapacity: onDemand + fulfilledUnits(view, fleet, 'spot'),
    FulfilledOnDemandCapacity: onDemand,
    LaunchTemplateConfigs: fleet.configs.map(({ LaunchTemplateSpecification, Overrides }) => ({
      LaunchTemplateSpecification: templateAnswer(LaunchTemplateSpecification),
      Overrides,
    })),
    TargetCapacitySpecification: {
      TotalTargetCapacity: fleet.target.total,
      OnDemandTargetCapacity: fleet.target.onDemand,
      SpotTargetCapacity: fleet.target.spot,
      DefaultTargetCapacityType: fleet.target.defaultType,
    },
    TerminateInstancesWithExpiration: fleet.terminatesWithExpiration,
    Type: fleet.type,
    ValidFrom: fleet.validFrom ?? undefined,
    ValidUntil: fleet.validUntil ?? undefined,
    ReplaceUnhealthyInstances: fleet.replacesUnhealthy,
    SpotOptions: {
      ...fleet.spotOptions,
      AllocationStrategy: fleet.spotOptions?.AllocationStrategy ?? 'lowest-price',
      InstanceInterruptionBehavior: 'terminate',
    },
    OnDemandOptions: {
      AllocationStrategy: fleet.onDemandOptions?.AllocationStrategy ?? 'lowest-price',
    },
    Tags: tagsOf(view, fleet.id),
    Errors: isInstant ? fleet.errors.map((error) => errorAnswer(fleet, error)) : undefined,
    Instances: isInstant ? memberGroups(fleet, members) : undefined,
    Context: fleet.context ?? undefined,
  };
};

const dashed = (text: string | undefined): string | undefined => text?.replaceAll('_', '-');

/** Filter names as the DescribeFleets reference lists them. */
export const fleetFields = (view: View): FilterFields<Fleet> => ({
  'activity-status': (it) => dashed(activityOf(view, it)),
  'excess-capacity-termination-policy': (it) => it.excessPolicy === 'termination',
  'fleet-state': (it) => dashed(it.state),
  'replace-unhealthy-instances': (it) => it.replacesUnhealthy,
  type: (it) => it.type,
});
