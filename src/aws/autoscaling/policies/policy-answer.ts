import type { ScalingPolicy as Answer } from '@aws-sdk/client-auto-scaling';
import type { Plain } from '../../operation.ts';
import type { PolicyRule } from './entities.ts';

type Tracking = Extract<PolicyRule, { kind: 'TargetTrackingScaling' }>;

const trackingAnswer = (
  rule: Tracking,
): NonNullable<Plain<Answer>['TargetTrackingConfiguration']> => {
  const { metric, predefined, periodSeconds } = rule;
  // These names came through the wire as such, and go back as they came.
  type Predefined = NonNullable<
    NonNullable<Plain<Answer>['TargetTrackingConfiguration']>['PredefinedMetricSpecification']
  >['PredefinedMetricType'];
  return {
    ...(predefined === null
      ? {
          CustomizedMetricSpecification: {
            MetricName: metric.name,
            Namespace: metric.namespace,
            Dimensions: metric.dimensions,
            Statistic: metric.statistic as 'Average',
            Unit: metric.unit ?? undefined,
            Period: periodSeconds ?? undefined,
          },
        }
      : {
          PredefinedMetricSpecification: {
            PredefinedMetricType: predefined.type as Predefined,
            ResourceLabel: predefined.resourceLabel ?? undefined,
          },
        }),
    TargetValue: rule.target,
    DisableScaleIn: rule.disableScaleIn,
  };
};

/** What a policy does, as DescribePolicies tells it. */
export const ruleAnswer = (rule: PolicyRule): Partial<Plain<Answer>> => {
  switch (rule.kind) {
    case 'SimpleScaling':
      return {
        AdjustmentType: rule.adjustment.type,
        ScalingAdjustment: rule.adjustment.amount,
        MinAdjustmentMagnitude: rule.adjustment.minMagnitude ?? undefined,
        Cooldown: rule.cooldownSeconds ?? undefined,
        StepAdjustments: [],
      };
    case 'StepScaling':
      return {
        AdjustmentType: rule.adjustmentType,
        MinAdjustmentMagnitude: rule.minMagnitude ?? undefined,
        MetricAggregationType: rule.aggregation,
        EstimatedInstanceWarmup: rule.warmupSeconds ?? undefined,
        StepAdjustments: rule.steps.map(({ lower, upper, amount }) => ({
          MetricIntervalLowerBound: lower ?? undefined,
          MetricIntervalUpperBound: upper ?? undefined,
          ScalingAdjustment: amount,
        })),
      };
    case 'TargetTrackingScaling':
      return {
        EstimatedInstanceWarmup: rule.warmupSeconds ?? undefined,
        StepAdjustments: [],
        TargetTrackingConfiguration: trackingAnswer(rule),
      };
  }
};
