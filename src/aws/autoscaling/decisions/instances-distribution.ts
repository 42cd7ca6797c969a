/** How EC2 pays for an instance. */
export type Lifecycle = 'on-demand' | 'spot';

/** How a group mixes instances on demand with Spot Instances, and chooses among types. */
export interface InstancesDistribution {
  readonly onDemandBase: number;
  /** Of what is above the base. */
  readonly onDemandPercentage: number;
  readonly onDemandStrategy: 'prioritized' | 'lowest-price';
  readonly spotStrategy:
    | 'lowest-price'
    | 'capacity-optimized'
    | 'capacity-optimized-prioritized'
    | 'price-capacity-optimized';
  /** Over how many pools of a zone the Spot strategy `lowest-price` spreads. */
  readonly spotPools: number;
  /** US dollars an hour; null: up to the price on demand. */
  readonly spotMaxPrice: string | null;
}

/** What AWS gives a policy that says nothing ("InstancesDistribution", Amazon EC2 Auto Scaling API Reference). */
export const usualDistribution: InstancesDistribution = {
  onDemandBase: 0,
  onDemandPercentage: 100,
  onDemandStrategy: 'prioritized',
  spotStrategy: 'lowest-price',
  spotPools: 2,
  spotMaxPrice: null,
};

/**
 * How much of a capacity is to be on demand: the base first, then the percentage of what is above, rounded up ("Instances
 * distribution", Auto Scaling User Guide).
 */
export const onDemandOf = (
  { onDemandBase, onDemandPercentage }: InstancesDistribution,
  capacity: number,
): number => {
  const above = Math.max(0, capacity - onDemandBase);
  // A share of a whole number of percent: binary fractions must not round it up by one.
  return Math.min(capacity, onDemandBase) + Math.ceil((above * onDemandPercentage) / 100 - 1e-9);
};

/** What the next instance is to be, with so much of each there and so much wanted in all. */
export const nextLifecycle = (
  distribution: InstancesDistribution,
  have: Readonly<Record<Lifecycle, number>>,
  desired: number,
): Lifecycle => {
  const capacity = Math.max(desired, have['on-demand'] + have.spot + 1);
  return have['on-demand'] < onDemandOf(distribution, capacity) ? 'on-demand' : 'spot';
};

/** Which kind has too much once one instance is to go. */
export const excessLifecycle = (
  distribution: InstancesDistribution,
  have: Readonly<Record<Lifecycle, number>>,
): Lifecycle => {
  const left = have['on-demand'] + have.spot - 1;
  if (have.spot === 0) return 'on-demand';
  return have['on-demand'] > onDemandOf(distribution, left) ? 'on-demand' : 'spot';
};
