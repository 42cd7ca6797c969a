import type { CreateFleetRequest, ModifyFleetRequest } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { launchedVersion } from '../launch-templates/lookups.ts';
import { readMaxPrice } from '../spot/market-options.ts';
import type { Fleet, FleetTarget } from './entities.ts';

type Input = Plain<CreateFleetRequest>;
type Target = Input['TargetCapacitySpecification'] & object;

/** "EC2 Fleet quotas", Amazon EC2 User Guide: launch specifications, and units of a target. */
const mostOverrides = 300;
const mostUnits = 10_000;
/** An instant fleet launches all of it in one call. */
const mostInstantUnits = 1_000;

const unbuiltOptions = [
  'SingleInstanceType',
  'SingleAvailabilityZone',
  'MinTargetCapacity',
  'MaxTotalPrice',
] as const;

const unbuiltOverrides = [
  'KeyName',
  'BlockDeviceMappings',
  'IamInstanceProfile',
  'MetadataOptions',
] as const;

const isGiven = (value: unknown): boolean => value !== undefined && value !== false;

type Rebalance = NonNullable<
  NonNullable<NonNullable<Input['SpotOptions']>['MaintenanceStrategies']>['CapacityRebalance']
>;

/** "Minimum value of 120 seconds. Maximum value of 7200 seconds" (FleetSpotCapacityRebalanceRequest, API Reference). */
const delayBounds = { least: 120, most: 7200 } as const;

/** How what EC2 will take is replaced: the old instance stays, or goes a while after the new one has come. */
const checkRebalance = (
  { ReplacementStrategy: strategy, TerminationDelay: delay }: Rebalance,
  type: Fleet['type'],
): DomainError | undefined => {
  if (type !== 'maintain') {
    return invalidParameterCombination('CapacityRebalance is for fleets of type maintain only.');
  }
  if (strategy !== 'launch-before-terminate') {
    return delay === undefined
      ? undefined
      : invalidParameterCombination(
          'TerminationDelay is not valid when ReplacementStrategy is launch.',
        );
  }
  if (delay === undefined) return missingParameter('TerminationDelay');
  return delay < delayBounds.least || delay > delayBounds.most
    ? invalidParameterValue(
        `TerminationDelay is from ${delayBounds.least} to ${delayBounds.most} seconds, not ${delay}.`,
      )
    : undefined;
};

const checkOptions = (input: Input): DomainError | undefined => {
  for (const [name, options] of [
    ['SpotOptions', input.SpotOptions],
    ['OnDemandOptions', input.OnDemandOptions],
  ] as const) {
    const missing = unbuiltOptions.find((option) => isGiven(options?.[option]));
    if (missing !== undefined) return notBuilt(`the parameter ${name}.${missing} of CreateFleet`);
  }
  if (input.ReservedCapacityOptions !== undefined) return notBuilt('reserved capacity of fleets');
  if (input.OnDemandOptions?.CapacityReservationOptions !== undefined) {
    return notBuilt('capacity reservations of fleets');
  }
  const behavior = input.SpotOptions?.InstanceInterruptionBehavior ?? 'terminate';
  if (behavior !== 'terminate')
    return notBuilt(`the interruption behavior '${behavior}' of fleets`);
  const rebalance = input.SpotOptions?.MaintenanceStrategies?.CapacityRebalance;
  return rebalance === undefined ? undefined : checkRebalance(rebalance, input.Type ?? 'maintain');
};

/** Checks what a fleet may be launched from: templates that are there, overrides that can be read. */
const checkConfigs = (
  view: View,
  configs: Input['LaunchTemplateConfigs'],
): Fleet['configs'] | DomainError => {
  if (configs === undefined || configs.length === 0)
    return missingParameter('LaunchTemplateConfigs');
  const count = configs.reduce((sum, { Overrides = [] }) => sum + Overrides.length, 0);
  if (count > mostOverrides) {
    return new DomainError(
      'InvalidFleetConfig',
      `A fleet has at most ${mostOverrides} launch template overrides, not ${count}.`,
    );
  }
  for (const { LaunchTemplateSpecification: specification, Overrides = [] } of configs) {
    if (specification?.LaunchTemplateSpecificationUserData !== undefined) {
      return notBuilt('user data of a fleet beside that of its launch template');
    }
    const version = launchedVersion(view, specification ?? {});
    if (isDomainError(version)) return version;
    for (const override of Overrides) {
      const missing = unbuiltOverrides.find((name) => override[name] !== undefined);
      if (missing !== undefined) return notBuilt(`the override ${missing} of CreateFleet`);
      const price = readMaxPrice(override.MaxPrice);
      if (isDomainError(price)) return price;
      if (override.InstanceType !== undefined && override.InstanceRequirements !== undefined) {
        return invalidParameterCombination(
          'InstanceType and InstanceRequirements cannot be specified together.',
        );
      }
      if ((override.WeightedCapacity ?? 1) <= 0 || (override.WeightedCapacity ?? 1) > 999) {
        return invalidParameterValue('WeightedCapacity must be above 0 and at most 999.');
      }
    }
  }
  return configs;
};

/** How many units of each kind are asked for: what is not said to be of one kind is of the default one. */
const readTarget = (asked: Target | undefined, type: Fleet['type']): FleetTarget | DomainError => {
  if (asked?.TotalTargetCapacity === undefined) {
    return missingParameter('TargetCapacitySpecification.TotalTargetCapacity');
  }
  const { TotalTargetCapacity: total, DefaultTargetCapacityType: defaultType = 'spot' } = asked;
  if (defaultType !== 'spot' && defaultType !== 'on-demand') {
    return notBuilt(`the target capacity type '${defaultType}' of fleets`);
  }
  if ((asked.TargetCapacityUnitType ?? 'units') !== 'units') {
    return notBuilt('fleets whose capacity is counted in vCPUs or memory');
  }
  const isDemand = defaultType === 'on-demand';
  const { OnDemandTargetCapacity: onDemandAsked, SpotTargetCapacity: spotAsked } = asked;
  const onDemand = onDemandAsked ?? (isDemand ? total - (spotAsked ?? 0) : 0);
  const spot = spotAsked ?? (isDemand && onDemandAsked === undefined ? 0 : total - onDemand);
  const most = type === 'instant' ? mostInstantUnits : mostUnits;
  if (total < 0 || total > most) {
    return new DomainError(
      'InvalidTargetCapacitySpecification',
      `The total target capacity is from 0 to ${most}, not ${total}.`,
    );
  }
  if (onDemand < 0 || spot < 0 || onDemand + spot > total) {
    return new DomainError(
      'InvalidTargetCapacitySpecification',
      'The sum of OnDemandTargetCapacity and SpotTargetCapacity must not exceed TotalTargetCapacity.',
    );
  }
  // What is left is of the default kind.
  const rest = total - onDemand - spot;
  return {
    total,
    onDemand: onDemand + (isDemand ? rest : 0),
    spot: spot + (isDemand ? 0 : rest),
    defaultType,
  };
};

const checkTimes = (view: View, input: Input): DomainError | undefined => {
  const { ValidFrom: from, ValidUntil: until } = input;
  if ((from ?? until) !== undefined && input.Type === 'instant') {
    return invalidParameterCombination('ValidFrom and ValidUntil do not go with instant fleets.');
  }
  return until !== undefined && until <= Math.max(view.now, from ?? 0)
    ? invalidParameterValue('ValidUntil must be in the future and after ValidFrom.')
    : undefined;
};

/** Reads what a fleet is to be. Errors: as its parts say; what is not built is named. */
export const readFleet = (
  view: View,
  input: Input,
): Omit<Fleet, 'id' | 'createdAt' | 'state'> | DomainError => {
  const { Type: type = 'maintain' } = input;
  const refusal = checkOptions(input) ?? checkTimes(view, input);
  if (refusal !== undefined) return refusal;
  const configs = checkConfigs(view, input.LaunchTemplateConfigs);
  if (isDomainError(configs)) return configs;
  const target = readTarget(input.TargetCapacitySpecification, type);
  if (isDomainError(target)) return target;
  const hasSeveralSubnets = configs.some(({ Overrides = [] }) =>
    Overrides.some(({ SubnetId = '' }) => SubnetId.includes(',')),
  );
  if (type === 'instant' && hasSeveralSubnets) {
    return invalidParameterValue('An override of an instant fleet can have only one subnet ID.');
  }
  return {
    type,
    configs,
    target,
    clientToken: input.ClientToken ?? null,
    spotOptions: input.SpotOptions,
    onDemandOptions: input.OnDemandOptions,
    excessPolicy: input.ExcessCapacityTerminationPolicy ?? 'termination',
    terminatesWithExpiration: input.TerminateInstancesWithExpiration ?? false,
    replacesUnhealthy: type === 'maintain' && (input.ReplaceUnhealthyInstances ?? false),
    validFrom: input.ValidFrom ?? null,
    validUntil: input.ValidUntil ?? null,
    context: input.Context ?? null,
    wasFulfilled: false,
    errors: [],
  };
};

/** A fleet with what ModifyFleet changes of it; only one that maintains its capacity can be modified. */
export const changedFleet = (
  view: View,
  fleet: Fleet,
  input: Plain<ModifyFleetRequest>,
): Fleet | DomainError => {
  if (fleet.type !== 'maintain') {
    return invalidParameterValue(
      `The fleet '${fleet.id}' is of type ${fleet.type}; only fleets of type maintain can be modified.`,
    );
  }
  if (fleet.state !== 'active' && fleet.state !== 'submitted') {
    return new DomainError(
      'InvalidFleetState',
      `The fleet '${fleet.id}' is ${fleet.state} and cannot be modified.`,
    );
  }
  const configs =
    input.LaunchTemplateConfigs === undefined
      ? fleet.configs
      : checkConfigs(view, input.LaunchTemplateConfigs);
  if (isDomainError(configs)) return configs;
  const { TargetCapacitySpecification: asked } = input;
  const target =
    asked === undefined
      ? fleet.target
      : readTarget({ DefaultTargetCapacityType: fleet.target.defaultType, ...asked }, fleet.type);
  if (isDomainError(target)) return target;
  return {
    ...fleet,
    configs,
    target,
    excessPolicy: input.ExcessCapacityTerminationPolicy ?? fleet.excessPolicy,
    context: input.Context ?? fleet.context,
  };
};
