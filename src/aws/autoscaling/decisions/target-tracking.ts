/**
 * The alarms of a target tracking policy, as AWS makes them: the metric above the target for three minutes, or below nine
 * tenths of it for fifteen ("How target tracking scaling for Amazon EC2 Auto Scaling works", User Guide, and the alarms that
 * its users find). Scaling in is the slower, "to prioritize availability".
 */
export const trackingAlarms = {
  high: { evaluationPeriods: 3, share: 1, comparison: 'GreaterThanThreshold' },
  low: { evaluationPeriods: 15, share: 0.9, comparison: 'LessThanThreshold' },
} as const;

/** What a metric was measured of, and how the group stands. */
export interface Tracking {
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  /** Instances in service that are warmed up: those that the metric comes from. */
  readonly contributing: number;
  /** Instances on their way into service, or in service and not warmed up. */
  readonly warming: number;
  /** Whether instances have come or gone so lately that the metric does not show it yet. */
  readonly isSettling: boolean;
  readonly metric: number;
  readonly target: number;
}

const within = ({ min, max }: Tracking, capacity: number): number =>
  Math.max(min, Math.min(max, capacity));

/** How many instances bring the metric to its target, if it falls as their number grows; always rounded up. */
export const capacityForTarget = ({
  contributing,
  metric,
  target,
}: Pick<Tracking, 'contributing' | 'metric' | 'target'>): number => {
  const exact = (Math.max(1, contributing) * metric) / target;
  // A quotient that is a whole number but for the last binary digit is that number.
  return Math.ceil(Number(exact.toFixed(9)));
};

/** What is desired while the metric is above its target: never less than before. */
export const scaledOut = (tracking: Tracking): number =>
  within(tracking, Math.max(tracking.desired, capacityForTarget(tracking)));

/**
 * What is desired while the metric is well below its target: never more than before, and nothing changes while instances warm
 * up or have just come or gone.
 */
export const scaledIn = (tracking: Tracking): number => {
  const { desired, warming, isSettling } = tracking;
  if (warming > 0 || isSettling) return desired;
  return within(tracking, Math.min(desired, capacityForTarget(tracking)));
};
