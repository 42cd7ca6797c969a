import type { CreateAutoScalingGroupType } from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Plain } from '../operation.ts';
import { unreadNames } from '../ec2/launch/launch-parameters.ts';
import { terminationPolicies } from './decisions/termination-choice.ts';
import type { GroupSettings } from './entities.ts';
import { notBuilt, validation } from './errors.ts';
import { readLaunchSource } from './group-source.ts';
import { readPlaces } from './group-zones.ts';

type Input = Partial<Plain<CreateAutoScalingGroupType>>;

/** Parameters that are read, here or by the operation itself. */
const built: ReadonlySet<string> = new Set<keyof Input>([
  'AutoScalingGroupName',
  'AvailabilityZoneDistribution',
  'AvailabilityZoneIds',
  'AvailabilityZoneImpairmentPolicy',
  'AvailabilityZones',
  'CapacityRebalance',
  'Context',
  'DefaultCooldown',
  'DefaultInstanceWarmup',
  'DeletionProtection',
  'DesiredCapacity',
  'DesiredCapacityType',
  'HealthCheckGracePeriod',
  'HealthCheckType',
  'InstanceId',
  'InstanceMaintenancePolicy',
  'LaunchConfigurationName',
  'LaunchTemplate',
  'LifecycleHookSpecificationList',
  'MaxSize',
  'MinSize',
  'MixedInstancesPolicy',
  'NewInstancesProtectedFromScaleIn',
  'PlacementGroup',
  'ServiceLinkedRoleARN',
  'SkipZonalShiftValidation',
  'Tags',
  'TargetGroupARNs',
  'TerminationPolicies',
  'TrafficSources',
  'VPCZoneIdentifier',
]);

const checkBuilt = (input: Input): DomainError | undefined => {
  const reservations = input.CapacityReservationSpecification ?? {};
  // These ask for what is so anyway.
  const isIdle: Readonly<Record<string, boolean>> = {
    CapacityReservationSpecification:
      ['default', 'none'].includes(reservations.CapacityReservationPreference ?? '') &&
      reservations.CapacityReservationTarget === undefined,
    MaxInstanceLifetime: input.MaxInstanceLifetime === 0,
  };
  const [unread] = unreadNames(input, built).filter((name) => isIdle[name] !== true);
  return unread === undefined ? undefined : notBuilt(`the parameter ${unread}`);
};

const knownHealthChecks: ReadonlySet<string> = new Set(['EC2', 'ELB', 'EBS']);

/** `EC2` is always among them: it "is always enabled" (CreateAutoScalingGroup, API Reference). */
const readHealthChecks = (text: string): readonly string[] | DomainError => {
  const asked = text
    .split(',')
    .map((type) => type.trim())
    .filter((type) => type !== '');
  if (asked.includes('VPC_LATTICE')) return notBuilt('health checks of VPC Lattice');
  const unknown = asked.find((type) => !knownHealthChecks.has(type));
  return unknown === undefined
    ? [...new Set(asked.length === 0 ? ['EC2'] : asked)]
    : validation(`Invalid health check type: ${unknown}. Valid values are EC2, ELB, EBS.`);
};

const readPolicies = (asked: readonly string[]): readonly string[] | DomainError => {
  const unknown = asked.find((policy) => !terminationPolicies.some((known) => known === policy));
  if (unknown === undefined) return asked.length === 0 ? ['Default'] : asked;
  return unknown.startsWith('arn:')
    ? notBuilt('termination policies that call a function')
    : validation(`Invalid termination policy: ${unknown}`);
};

/** -1 takes a policy away ("InstanceMaintenancePolicy", API Reference). */
const readMaintenance = (
  asked: NonNullable<Input['InstanceMaintenancePolicy']>,
): GroupSettings['maintenance'] | DomainError => {
  const { MinHealthyPercentage: min = -1, MaxHealthyPercentage: max = -1 } = asked;
  if (min === -1 && max === -1) return null;
  if (min < 0 || max < 100) {
    return validation(
      'MinHealthyPercentage and MaxHealthyPercentage must both be given, or both be -1.',
    );
  }
  return max - min > 100
    ? validation(
        'The difference of MaxHealthyPercentage and MinHealthyPercentage must be at most 100.',
      )
    : { minHealthyPercentage: min, maxHealthyPercentage: max };
};

const checkSizes = ({
  minSize,
  maxSize,
  desiredCapacity,
}: Pick<GroupSettings, 'minSize' | 'maxSize' | 'desiredCapacity'>): DomainError | undefined => {
  if (minSize < 0 || maxSize < 0) return validation('Group sizes must not be negative.');
  if (maxSize < minSize) {
    return validation(
      `Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`,
    );
  }
  return desiredCapacity < minSize || desiredCapacity > maxSize
    ? validation(
        `Desired capacity:${desiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`,
      )
    : undefined;
};

/** Sizes of a request; a desired capacity that is not given follows the bounds, as AWS moves it. */
const readSizes = (
  input: Input,
  before: GroupSettings | undefined,
): Pick<GroupSettings, 'minSize' | 'maxSize' | 'desiredCapacity'> => {
  const minSize = input.MinSize ?? before?.minSize ?? 0;
  const maxSize = input.MaxSize ?? before?.maxSize ?? 0;
  const kept = before === undefined ? minSize : before.desiredCapacity;
  const desiredCapacity =
    input.DesiredCapacity ?? Math.max(minSize, Math.min(kept, Math.max(minSize, maxSize)));
  return { minSize, maxSize, desiredCapacity };
};

const serviceLinkedRole = (view: View): string =>
  `arn:aws:iam::${view.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;

/** Defaults of CreateAutoScalingGroup (API Reference). */
const defaults = (view: View) => ({
  defaultCooldownSeconds: 300,
  healthCheckTypes: ['EC2'] as readonly string[],
  healthCheckGraceSeconds: 0,
  terminationPolicies: ['Default'] as readonly string[],
  newInstancesProtected: false,
  capacityRebalance: false,
  placementGroup: '',
  defaultInstanceWarmupSeconds: null,
  serviceLinkedRoleArn: serviceLinkedRole(view),
  context: null,
  desiredCapacityType: null,
  impairment: null,
  maintenance: null,
  deletionProtection: 'none' as const,
});

const readImpairment = (
  asked: NonNullable<Input['AvailabilityZoneImpairmentPolicy']>,
): GroupSettings['impairment'] => ({
  zonalShiftEnabled: asked.ZonalShiftEnabled ?? false,
  healthCheckBehavior: asked.ImpairedZoneHealthCheckBehavior ?? 'ReplaceUnhealthy',
});

/** -1 takes the warm-up away (CreateAutoScalingGroup, API Reference). */
const warmup = (asked: number | undefined, before: number | null): number | null => {
  if (asked === undefined) return before;
  return asked < 0 ? null : asked;
};

/** What a request makes of a group's settings, without where and what it launches. */
const readPlain = (view: View, input: Input, before: GroupSettings | undefined) => {
  const old = before ?? defaults(view);
  return {
    ...readSizes(input, before),
    defaultCooldownSeconds: input.DefaultCooldown ?? old.defaultCooldownSeconds,
    healthCheckTypes:
      input.HealthCheckType === undefined
        ? old.healthCheckTypes
        : readHealthChecks(input.HealthCheckType),
    healthCheckGraceSeconds: input.HealthCheckGracePeriod ?? old.healthCheckGraceSeconds,
    terminationPolicies:
      input.TerminationPolicies === undefined
        ? old.terminationPolicies
        : readPolicies(input.TerminationPolicies),
    newInstancesProtected: input.NewInstancesProtectedFromScaleIn ?? old.newInstancesProtected,
    capacityRebalance: input.CapacityRebalance ?? old.capacityRebalance,
    placementGroup: input.PlacementGroup ?? old.placementGroup ?? '',
    defaultInstanceWarmupSeconds: warmup(
      input.DefaultInstanceWarmup,
      old.defaultInstanceWarmupSeconds,
    ),
    serviceLinkedRoleArn: input.ServiceLinkedRoleARN ?? old.serviceLinkedRoleArn,
    context: input.Context ?? old.context,
    desiredCapacityType: input.DesiredCapacityType ?? old.desiredCapacityType,
    impairment:
      input.AvailabilityZoneImpairmentPolicy === undefined
        ? old.impairment
        : readImpairment(input.AvailabilityZoneImpairmentPolicy),
    maintenance:
      input.InstanceMaintenancePolicy === undefined
        ? old.maintenance
        : readMaintenance(input.InstanceMaintenancePolicy),
    deletionProtection: input.DeletionProtection ?? old.deletionProtection,
  };
};

type Checked<T> = { readonly [Key in keyof T]: Exclude<T[Key], DomainError> };

/**
 * The settings of a group after a request: of a new one, or of one that was there before. Errors: ValidationError, and
 * NotImplemented for what Faultline does not have.
 */
export const readSettings = (
  view: View,
  input: Input,
  before: GroupSettings | undefined,
): GroupSettings | DomainError => {
  const unread = checkBuilt(input);
  if (unread !== undefined) return unread;
  if ((input.DesiredCapacityType ?? 'units') !== 'units') {
    return notBuilt(`desired capacities in ${input.DesiredCapacityType}`);
  }
  const strategy = input.AvailabilityZoneDistribution?.CapacityDistributionStrategy;
  if (strategy === 'reservations-then-balanced') {
    return notBuilt('capacity reservations (reservations-then-balanced)');
  }
  const plain = readPlain(view, input, before);
  const refusal = Object.values(plain).find(isDomainError);
  if (refusal !== undefined) return refusal;
  // None of the members is an error, so each has the type that is left without it.
  const checked = plain as Checked<typeof plain>;
  const badSizes = checkSizes(checked);
  if (badSizes !== undefined) return badSizes;
  const launch = readLaunchSource(view, input) ?? before?.launch;
  if (isDomainError(launch)) return launch;
  if (launch === undefined) {
    return validation(
      'Valid requests must contain either launchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  }
  const places = readPlaces(view, input) ?? before;
  if (isDomainError(places)) return places;
  if (places === undefined) {
    return validation('At least one Availability Zone or VPC Subnet is required.');
  }
  return {
    ...checked,
    launch,
    distribution: strategy ?? before?.distribution ?? 'balanced-best-effort',
    zoneIds: places.zoneIds,
    subnetIds: places.subnetIds,
  };
};
