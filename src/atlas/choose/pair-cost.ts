import type { Region } from '../regions.ts';
import type { ChoiceFacts } from './choice-facts.ts';
import { monthlyCost, sumOfKnown, type MonthlyCost, type Purchase } from './monthly-cost.ts';
import type { InstanceNeed } from './requirements.ts';

/** How ready the fallback stands: the strategies of AWS's whitepaper "Disaster Recovery of Workloads on AWS". */
export type PairStrategy = 'pilotLight' | 'warmStandby' | 'activeActive';

/** From the cheapest to the quickest. */
export const pairStrategies: readonly PairStrategy[] = [
  'pilotLight',
  'warmStandby',
  'activeActive',
];

/** What of the service runs in the fallback while all is well; all of it always runs in the primary. */
export const strategyText: Readonly<Record<PairStrategy, string>> = {
  pilotLight: 'the data is copied to the fallback, no instance runs there',
  warmStandby:
    'the data is copied, and of each instance type a quarter, rounded up, runs in the fallback',
  activeActive:
    'both Regions hold all data and run all instances; half of the traffic to the internet leaves from each',
};

/** What a month of the pair costs in USD: both Regions, and the sum; null where a price is unknown. */
export interface PairCost {
  readonly total: number | null;
  readonly primary: MonthlyCost;
  readonly fallback: MonthlyCost;
}

const warmShare = 0.25;

const standingInstances = (
  strategy: PairStrategy,
  instances: readonly InstanceNeed[],
): readonly InstanceNeed[] => {
  switch (strategy) {
    case 'pilotLight':
      return [];
    case 'warmStandby':
      return instances.map(({ type, count }) => ({ type, count: Math.ceil(count * warmShare) }));
    case 'activeActive':
      return instances;
  }
};

/**
 * The price of a strategy. What the copying itself moves between the Regions is not in it: that depends on how much
 * changes, which nobody said.
 */
export const pairCost = (
  strategy: PairStrategy,
  purchase: Purchase,
  primary: Region,
  fallback: Region,
  facts: ChoiceFacts,
): PairCost => {
  const isShared = strategy === 'activeActive';
  const egressGb = isShared ? purchase.egressGb / 2 : purchase.egressGb;
  const atPrimary = monthlyCost({ ...purchase, egressGb }, primary, facts);
  const atFallback = monthlyCost(
    {
      instances: standingInstances(strategy, purchase.instances),
      storageGb: purchase.storageGb,
      egressGb: isShared ? egressGb : 0,
    },
    fallback,
    facts,
  );
  return {
    total: sumOfKnown([atPrimary.total, atFallback.total]),
    primary: atPrimary,
    fallback: atFallback,
  };
};
