import type { PutScalingPolicyType } from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Plain } from '../../operation.ts';
import { stepsObjection, type AdjustmentType, type Step } from '../decisions/scaling-adjustment.ts';
import type { AutoScalingGroup } from '../entities.ts';
import { limitExceeded, notBuilt, validation } from '../errors.ts';
import { quotas } from '../quotas.ts';
import type { PolicyRule } from './entities.ts';
import { customizedMetric, predefinedMetric } from './tracked-metrics.ts';

type Input = Plain<PutScalingPolicyType>;

const adjustmentTypes: readonly AdjustmentType[] = [
  'ChangeInCapacity',
  'ExactCapacity',
  'PercentChangeInCapacity',
];

/** Parameters of one type of policy, which AWS refuses with the others. */
const ownParameters = {
  SimpleScaling: [
    'AdjustmentType',
    'ScalingAdjustment',
    'Cooldown',
    'MinAdjustmentMagnitude',
    'MinAdjustmentStep',
  ],
  StepScaling: [
    'AdjustmentType',
    'StepAdjustments',
    'MinAdjustmentMagnitude',
    'MetricAggregationType',
    'EstimatedInstanceWarmup',
  ],
  TargetTrackingScaling: ['TargetTrackingConfiguration', 'EstimatedInstanceWarmup'],
} as const satisfies Readonly<Record<PolicyRule['kind'], readonly (keyof Input)[]>>;

const allParameters = [...new Set(Object.values(ownParameters).flat())];

const foreignParameter = (input: Input, kind: PolicyRule['kind']): DomainError | undefined => {
  const own: readonly (keyof Input)[] = ownParameters[kind];
  const foreign = allParameters.find((name) => !own.includes(name) && input[name] !== undefined);
  return foreign === undefined
    ? undefined
    : validation(`${foreign} is not supported by policy type ${kind}`);
};

const readType = (input: Input): AdjustmentType | DomainError => {
  const asked = adjustmentTypes.find((type) => type === input.AdjustmentType);
  if (asked !== undefined) return asked;
  return validation(
    input.AdjustmentType === undefined
      ? 'AdjustmentType must be specified'
      : `Invalid adjustment type: ${input.AdjustmentType}`,
  );
};

const readMagnitude = (input: Input, type: AdjustmentType): number | null | DomainError => {
  const asked = input.MinAdjustmentMagnitude ?? input.MinAdjustmentStep ?? null;
  return asked !== null && type !== 'PercentChangeInCapacity'
    ? validation(`MinAdjustmentMagnitude is not supported by adjustment type ${type}`)
    : asked;
};

const readSimple = (input: Input): PolicyRule | DomainError => {
  const type = readType(input);
  if (isDomainError(type)) return type;
  const minMagnitude = readMagnitude(input, type);
  if (isDomainError(minMagnitude)) return minMagnitude;
  const { ScalingAdjustment: amount, Cooldown: cooldownSeconds = null } = input;
  if (amount === undefined) return validation('ScalingAdjustment must be specified');
  if (type === 'ExactCapacity' && amount < 0) {
    return validation('ScalingAdjustment must not be negative with ExactCapacity');
  }
  return {
    kind: 'SimpleScaling',
    adjustment: { type, amount, minMagnitude },
    cooldownSeconds,
  };
};

const readSteps = (input: Input): readonly Step[] | DomainError => {
  const steps = (input.StepAdjustments ?? []).map((step) => ({
    lower: step.MetricIntervalLowerBound ?? null,
    upper: step.MetricIntervalUpperBound ?? null,
    amount: step.ScalingAdjustment ?? 0,
  }));
  if (steps.length > quotas.stepAdjustmentsPerPolicy) {
    return limitExceeded(
      `Only ${quotas.stepAdjustmentsPerPolicy} step adjustments are allowed per policy.`,
    );
  }
  const objection = stepsObjection(steps);
  return objection === undefined ? steps : validation(objection);
};

const aggregations = ['Average', 'Minimum', 'Maximum'] as const;

const readStep = (input: Input): PolicyRule | DomainError => {
  const adjustmentType = readType(input);
  if (isDomainError(adjustmentType)) return adjustmentType;
  const minMagnitude = readMagnitude(input, adjustmentType);
  if (isDomainError(minMagnitude)) return minMagnitude;
  const steps = readSteps(input);
  if (isDomainError(steps)) return steps;
  const { MetricAggregationType: asked = 'Average' } = input;
  const aggregation = aggregations.find((name) => name === asked);
  if (aggregation === undefined) return validation(`Invalid metric aggregation type: ${asked}`);
  const warmupSeconds = input.EstimatedInstanceWarmup ?? null;
  return {
    kind: 'StepScaling',
    adjustmentType,
    minMagnitude,
    steps,
    aggregation,
    warmupSeconds,
  };
};

const readTracking = (input: Input, group: AutoScalingGroup): PolicyRule | DomainError => {
  const asked = input.TargetTrackingConfiguration;
  if (asked === undefined) return validation('TargetTrackingConfiguration must be specified');
  const { PredefinedMetricSpecification, CustomizedMetricSpecification } = asked;
  const { TargetValue: target = 0, DisableScaleIn: disableScaleIn = false } = asked;
  if (
    (PredefinedMetricSpecification === undefined) ===
    (CustomizedMetricSpecification === undefined)
  ) {
    return validation(
      'Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified',
    );
  }
  if (!(target > 0)) return validation('TargetValue must be greater than 0');
  const metric =
    PredefinedMetricSpecification === undefined
      ? customizedMetric(CustomizedMetricSpecification ?? {})
      : predefinedMetric(group, PredefinedMetricSpecification);
  if (isDomainError(metric)) return metric;
  const { PredefinedMetricType: type, ResourceLabel: resourceLabel = null } =
    PredefinedMetricSpecification ?? {};
  return {
    kind: 'TargetTrackingScaling',
    predefined: type === undefined ? null : { type, resourceLabel },
    periodSeconds: CustomizedMetricSpecification?.Period ?? null,
    metric,
    target,
    disableScaleIn,
    warmupSeconds: input.EstimatedInstanceWarmup ?? null,
  };
};

/** What a request says a policy does. Errors: ValidationError, LimitExceeded, and NotImplemented for what is not built. */
export const readRule = (input: Input, group: AutoScalingGroup): PolicyRule | DomainError => {
  const { PolicyType: kind = 'SimpleScaling' } = input;
  if (kind === 'PredictiveScaling' || input.PredictiveScalingConfiguration !== undefined) {
    return notBuilt('predictive scaling (a world has no past to learn from)');
  }
  if (kind !== 'SimpleScaling' && kind !== 'StepScaling' && kind !== 'TargetTrackingScaling') {
    return validation(`Invalid policy type: ${kind}`);
  }
  const foreign = foreignParameter(input, kind);
  if (foreign !== undefined) return foreign;
  switch (kind) {
    case 'SimpleScaling':
      return readSimple(input);
    case 'StepScaling':
      return readStep(input);
    case 'TargetTrackingScaling':
      return readTracking(input, group);
  }
};
