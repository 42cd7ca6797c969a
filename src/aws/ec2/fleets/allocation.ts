import type { Lifecycle } from './entities.ts';

/** A way to launch an instance of a fleet: a type in a place, with what it counts. */
export interface Pool {
  readonly configIndex: number;
  /** Null: the template as it is. */
  readonly overrideIndex: number | null;
  /** Its place in the request, which decides among equals. */
  readonly order: number;
  readonly instanceType: string;
  /** Undefined: wherever EC2 finds room. */
  readonly subnetId: string | undefined;
  readonly weight: number;
  /** The lower the more wanted; undefined is wanted least. */
  readonly priority: number | undefined;
  /** USD an hour for one instance; null where nobody knows. */
  readonly price: number | null;
  /** How many more instances there is room for; Infinity when it is endless. */
  readonly room: number;
}

/** How a fleet chooses among pools, by AWS's names. */
export type AllocationStrategy =
  | 'lowest-price'
  | 'prioritized'
  | 'diversified'
  | 'capacity-optimized'
  | 'capacity-optimized-prioritized'
  | 'price-capacity-optimized';

const pricePerUnit = ({ price, weight }: Pool): number =>
  price === null ? Infinity : price / weight;

const priorityOf = ({ priority = Infinity }: Pool): number => priority;

/** The smaller first; infinities are equal to one another. */
const ascending = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

const byPrice = (a: Pool, b: Pool): number => ascending(pricePerUnit(a), pricePerUnit(b));
const byPriority = (a: Pool, b: Pool): number => ascending(priorityOf(a), priorityOf(b));
const byRoom = (a: Pool, b: Pool): number => ascending(b.room, a.room);

const orders: Readonly<Record<AllocationStrategy, readonly ((a: Pool, b: Pool) => number)[]>> = {
  'lowest-price': [byPrice],
  prioritized: [byPriority],
  diversified: [],
  'capacity-optimized': [byRoom],
  'capacity-optimized-prioritized': [byRoom, byPriority],
  // "The pools with the lowest chance of interruption, and of these the lowest price".
  'price-capacity-optimized': [byRoom, byPrice],
};

/** The pools in the order in which a strategy wants them ("Allocation strategies", Amazon EC2 User Guide). */
export const orderPools = (pools: readonly Pool[], strategy: AllocationStrategy): readonly Pool[] =>
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
export const nextPool = (
  ordered: readonly Pool[],
  spread: number,
  unitsOf: (pool: Pool) => number,
): Pool | undefined => {
  let chosen: Pool | undefined;
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
