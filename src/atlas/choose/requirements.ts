import type { Locality } from '../places.ts';
import type { Area } from './area.ts';

/** Users who are at one place. */
export interface UserGroup {
  /** As a person reads it, for example `London, GB`. */
  readonly name: string;
  readonly place: Locality;
  /** Their share of all users; the shares of all groups add to 100. */
  readonly sharePercent: number;
}

/** That many instances of a type, running all the month. */
export interface InstanceNeed {
  readonly type: string;
  readonly count: number;
}

/** What a choice is weighed by. */
export type Criterion = 'price' | 'latency' | 'carbon';

/** In the order in which they are reported. */
export const criteria: readonly Criterion[] = ['price', 'latency', 'carbon'];

/** How much each criterion counts: any numbers from 0 on; only their proportions matter. */
export type Weights = Readonly<Record<Criterion, number>>;

export const defaultWeights: Weights = { price: 1, latency: 1, carbon: 0 };

/** What a service needs of its Region. */
export interface Requirements {
  readonly users: readonly UserGroup[];
  /** Ids of AWS services as `findService` gives them. */
  readonly services: readonly string[];
  readonly instances: readonly InstanceNeed[];
  /** Block storage (gp3) in GB. */
  readonly storageGb: number;
  /** What goes out to the internet in a month, in GB. */
  readonly egressGb: number;
  /** Where data may lie: in one of these; anywhere when there is none. */
  readonly within: readonly Area[];
  /** No group of users may be farther than this from its Region. */
  readonly maxLatencyMs: number | undefined;
  readonly weights: Weights;
}

const buysAnything = (needs: Requirements): boolean =>
  needs.instances.length > 0 || needs.storageGb > 0 || needs.egressGb > 0;

/** The criteria that can tell Regions apart: no price where nothing is bought, no latency where no user is named. */
export const applicableCriteria = (needs: Requirements): readonly Criterion[] =>
  criteria.filter((criterion) => {
    if (criterion === 'price') return buysAnything(needs);
    return criterion === 'carbon' || needs.users.length > 0;
  });

/** The weights as shares that add to 1, over the criteria that apply; all nought when none of these counts. */
export const normalisedWeights = (needs: Requirements): Weights => {
  const applicable = applicableCriteria(needs);
  const shareOf = (criterion: Criterion): number =>
    applicable.includes(criterion) ? needs.weights[criterion] : 0;
  const sum = criteria.reduce((total, criterion) => total + shareOf(criterion), 0);
  const normalised = (criterion: Criterion): number => (sum === 0 ? 0 : shareOf(criterion) / sum);
  return {
    price: normalised('price'),
    latency: normalised('latency'),
    carbon: normalised('carbon'),
  };
};
