import { defineTable, type Entity } from '../../../world/entity.ts';
import type { Adjustment, AdjustmentType, Step } from '../decisions/scaling-adjustment.ts';

/** A metric that a target tracking policy follows, as CloudWatch names it. */
export interface TrackedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly statistic: string;
  readonly unit: string | null;
}

/** How a policy changes the desired capacity. */
export type PolicyRule =
  | {
      readonly kind: 'SimpleScaling';
      readonly adjustment: Adjustment;
      readonly cooldownSeconds: number | null;
    }
  | {
      readonly kind: 'StepScaling';
      readonly adjustmentType: AdjustmentType;
      readonly minMagnitude: number | null;
      readonly steps: readonly Step[];
      readonly aggregation: 'Average' | 'Minimum' | 'Maximum';
      readonly warmupSeconds: number | null;
    }
  | {
      readonly kind: 'TargetTrackingScaling';
      /** As it was given: what describes the policy shows it again. */
      readonly predefined: {
        readonly type: string;
        readonly resourceLabel: string | null;
      } | null;
      readonly periodSeconds: number | null;
      readonly metric: TrackedMetric;
      readonly target: number;
      readonly disableScaleIn: boolean;
      readonly warmupSeconds: number | null;
    };

/** A scaling policy; the id is its group's name and its own. */
export interface ScalingPolicy extends Entity {
  readonly arn: string;
  readonly groupName: string;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly rule: PolicyRule;
  /** The alarms that a target tracking policy has of its own; null where it has none. */
  readonly alarmHigh: string | null;
  readonly alarmLow: string | null;
}

export const ScalingPolicies = defineTable<ScalingPolicy>('autoscaling-policies', {
  group: (policy) => policy.groupName,
  arn: (policy) => policy.arn,
});
