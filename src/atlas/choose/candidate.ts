import type { Region } from '../regions.ts';
import type { ChoiceFacts } from './choice-facts.ts';
import { monthlyCost, type MonthlyCost } from './monthly-cost.ts';
import type { Criterion, Requirements } from './requirements.ts';
import { userLatency, type UserLatency } from './user-latency.ts';

/** A Region and what it would be for these requirements. */
export interface Candidate {
  readonly region: Region;
  readonly continent: string;
  readonly latency: UserLatency;
  readonly monthlyUsd: MonthlyCost;
  /** Null where nobody published a figure. */
  readonly carbonGramsPerKwh: number | null;
  /** Services that are needed and that the facts do not show there. */
  readonly missingServices: readonly string[];
}

/** Looks one Region up in all facts. */
export const candidateOf = (
  region: Region,
  needs: Requirements,
  facts: ChoiceFacts,
): Candidate => ({
  region,
  continent: facts.continentOf(region),
  latency: userLatency(needs.users, region, facts),
  monthlyUsd: monthlyCost(needs, region, facts),
  carbonGramsPerKwh: facts.carbonGramsPerKwh(region) ?? null,
  missingServices: needs.services.filter((service) => !facts.hasService(service, region)),
});

/** What a criterion looks at: the total price, the median latency, the carbon figure. Less is better. */
export const valueOf = (candidate: Candidate, criterion: Criterion): number | null => {
  switch (criterion) {
    case 'price':
      return candidate.monthlyUsd.total;
    case 'latency':
      return candidate.latency.medianMs ?? null;
    case 'carbon':
      return candidate.carbonGramsPerKwh;
  }
};
