export type AdjustmentType = 'ChangeInCapacity' | 'ExactCapacity' | 'PercentChangeInCapacity';

/** By how much a simple policy, or one step of a step policy, changes a capacity. */
export interface Adjustment {
  readonly type: AdjustmentType;
  readonly amount: number;
  /** With percentages, the least by which the capacity changes. */
  readonly minMagnitude: number | null;
}

/**
 * Percentages as they become instances ("Scaling adjustment types", User Guide): "Values greater than 1 are rounded down",
 * "values between 0 and 1 are rounded to 1", "values between 0 and -1 are rounded to -1", "values less than -1 are rounded
 * up".
 */
const wholeInstances = (change: number): number => {
  if (change === 0) return 0;
  if (Math.abs(change) < 1) return Math.sign(change);
  return Math.trunc(change);
};

/** The capacity that an adjustment makes of another; the bounds of the group are not looked at. */
export const adjustedCapacity = (adjustment: Adjustment, capacity: number): number => {
  const { type, amount, minMagnitude } = adjustment;
  switch (type) {
    case 'ExactCapacity':
      return amount;
    case 'ChangeInCapacity':
      return capacity + amount;
    case 'PercentChangeInCapacity': {
      const change = wholeInstances((capacity * amount) / 100);
      const least = minMagnitude ?? 0;
      const isTooLittle = amount !== 0 && Math.abs(change) < least;
      return capacity + (isTooLittle ? Math.sign(amount) * least : change);
    }
  }
};

/** One step of a step policy: bounds of how far the metric is from the threshold; null is infinity. */
export interface Step {
  readonly lower: number | null;
  readonly upper: number | null;
  readonly amount: number;
}

/**
 * The step for a metric that is so far above its threshold, or below it when negative. Above the threshold the lower bound
 * belongs to the step and the upper does not; below it is the other way round (StepAdjustment, API Reference).
 */
export const stepFor = (steps: readonly Step[], difference: number): Step | undefined =>
  steps.find((step) => {
    const lower = step.lower ?? -Infinity;
    const upper = step.upper ?? Infinity;
    return difference >= 0
      ? difference >= lower && difference < upper
      : difference > lower && difference <= upper;
  });

/** What is wrong with a list of steps ("Step adjustments for step scaling", User Guide); undefined when nothing is. */
export const stepsObjection = (steps: readonly Step[]): string | undefined => {
  const sorted = steps.toSorted((a, b) => (a.lower ?? -Infinity) - (b.lower ?? -Infinity));
  if (steps.length === 0) return 'At least one StepAdjustment must be specified';
  for (const { lower, upper } of steps) {
    if (lower === null && upper === null && steps.length > 1) {
      return 'At least one of MetricIntervalLowerBound and MetricIntervalUpperBound must be specified for each step adjustment';
    }
    if (lower !== null && upper !== null && lower >= upper) {
      return 'The MetricIntervalUpperBound must be greater than the MetricIntervalLowerBound of a step adjustment';
    }
  }
  if (steps.filter((step) => step.lower === null).length > 1) {
    return 'At most one StepAdjustment can have an unspecified MetricIntervalLowerBound';
  }
  if (steps.filter((step) => step.upper === null).length > 1) {
    return 'At most one StepAdjustment can have an unspecified MetricIntervalUpperBound';
  }
  for (const [index, step] of sorted.slice(1).entries()) {
    const before = sorted[index]?.upper ?? Infinity;
    const begins = step.lower ?? -Infinity;
    if (begins < before) return 'StepAdjustment intervals can not overlap';
    if (begins > before) return 'There can not be gaps between StepAdjustment intervals';
  }
  return undefined;
};

/** How a group stands when a step policy is carried out. */
export interface ScalingStanding {
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  /** Instances on their way into service, or in service and not warmed up. */
  readonly warming: number;
  /** Instances that are desired and not launched yet. */
  readonly missing: number;
  /** Instances on their way out. */
  readonly terminating: number;
}

const within = ({ min, max }: ScalingStanding, capacity: number): number =>
  Math.max(min, Math.min(max, capacity));

/**
 * What is desired after a simple policy: the adjustment of what is desired now, within the group's bounds.
 */
export const afterSimplePolicy = (adjustment: Adjustment, standing: ScalingStanding): number =>
  within(standing, adjustedCapacity(adjustment, standing.desired));

/**
 * What is desired after a step policy. Instances that warm up are not counted, and are taken off what is to be added, so
 * that a breach that grows adds the difference alone; nothing is taken away while there are any. Those that go are still
 * counted when more are to go ("How step scaling works", and "default instance warmup", User Guide).
 */
export const afterStep = (adjustment: Adjustment, standing: ScalingStanding): number => {
  const { desired, warming, missing, terminating } = standing;
  const settled = desired - warming - missing;
  const grown = adjustedCapacity(adjustment, settled);
  if (grown > settled) return within(standing, Math.max(desired, grown));
  if (warming > 0) return desired;
  const shrunk = adjustedCapacity(adjustment, desired + terminating);
  return within(standing, Math.min(desired, shrunk));
};
