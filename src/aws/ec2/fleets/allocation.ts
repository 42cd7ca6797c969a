import type { Lifecycle } from './entities.ts';

/** What strategies look at of a way to launch an instance. */
export interface PoolFacts {
  /** Its place in the request, which decides among equals. */
  readonly order: number;
  /** What one instance counts. */
  readonly weight: number;
  /** The lower the more wanted; undefined is wanted least. */
  readonly priority: number | undefined;
  /** USD an hour for one instance; null where nobody knows. */
  readonly price: number | null;
  /** How many more instances there is room for; Infinity when it is endless. */
  readonly room: number;
}

/** A way to launch an instance of a fleet: a type in a place, with what it counts. */
export interface Pool extends PoolFacts {
  readonly configIndex: number;
  /** Null: the template as it is. */
  readonly overrideIndex: number | null;
  readonly instanceType: string;
  /** Undefined: wherever EC2 finds room. */
  readonly subnetId: string | undefined;
}

/** How a fleet chooses among pools, by AWS's names. */
export type AllocationStrategy =
  | 'lowest-price'
  | 'prioritized'
  | 'diversified'
  | 'capacity-optimized'
  | 'capacity-optimized-prioritized'
  | 'price-capacity-optimized';

const pricePerUnit = ({ price, weight }: PoolFacts): number =>
  price === null ? Infinity : price / weight;

const priorityOf = ({ priority = Infinity }: PoolFacts): number => priority;

/** The smaller first; infinities are equal to one another. */
const ascending = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

const byPrice = (a: PoolFacts, b: PoolFacts): number => ascending(pricePerUnit(a), pricePerUnit(b));
const byPriority = (a: PoolFacts, b: PoolFacts): number => ascending(priorityOf(a), priorityOf(b));
const byRoom = (a: PoolFacts, b: PoolFacts): number => ascending(b.room, a.room);

const orders: Readonly<
  Record<AllocationStrategy, readonly ((a: PoolFacts, b: PoolFacts) => number)[]>
> = {
  'lowest-price': [byPrice],
  prioritized: [byPriority],
  diversified: [],
  'capacity-optimized': [byRoom],
  'capacity-optimized-prioritized': [byRoom, byPriority],
  // "The pools with the lowest chance of interruption, and of these the lowest price".
  'price-capacity-optimized': [byRoom, byPrice],
};

/** The pools in the order in which a strategy wants them ("Allocation strategies", Amazon EC2 User Guide). */
export const orderPools = <P extends PoolFacts>(
  pools: readonly P[],
  strategy: AllocationStrategy,
): readonly P[] =>
  pools.toSorted((a, b) => {
    for (const compare of orders[strategy]) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return a.order - b.order;
  });

/** Over how many pools at once a strategy spreads what is launched. */
export const spreadOf = (
  strategy: AllocationStrategy,
  poolsToUse: number | undefined,
  poolCount: number,
): number => {
  if (strategy === 'diversified') return Math.max(1, poolCount);
  return strategy === 'lowest-price' ? Math.max(1, poolsToUse ?? 1) : 1;
};

/**
 * The pool of the next instance: of those that are spread over, the one with the fewest units so far. Pools that have failed are
 * no longer among `ordered`. Undefined: none is left.
 */
export const nextPool = <P extends PoolFacts>(
  ordered: readonly P[],
  spread: number,
  unitsOf: (pool: P) => number,
): P | undefined => {
  let chosen: P | undefined;
  for (const pool of ordered.slice(0, spread)) {
    if (chosen === undefined || unitsOf(pool) < unitsOf(chosen)) chosen = pool;
  }
  return chosen;
};

/** The strategy of a kind of capacity where the request names none ("CreateFleet", Amazon EC2 API Reference). */
export const usualStrategy: Readonly<Record<Lifecycle, AllocationStrategy>> = {
  'on-demand': 'lowest-price',
  spot: 'lowest-price',
};
