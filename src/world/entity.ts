/**
 * A thing of the world: a frozen plain object with an id that is unique in its table, shard and account. It
 * holds JSON values only (no undefined inside arrays, no Date, no Map), since the journal writes it as JSON.
 */
export interface Entity {
  readonly id: string;
}

/** An account of 12 digits, or `-` for what belongs to no account (timers of the system, faults, settings). */
export type AccountId = string;

/** The account of what belongs to no account. */
export const noAccount: AccountId = '-';

/** A Region's code, `aws` for what AWS keeps for the whole partition, or `world` for faults and settings. */
export type ShardId = string;

/** The shard of Route 53, IAM and Account: one for the partition. Its control plane lives in us-east-1. */
export const partitionShard: ShardId = 'aws';

/** The shard of faults, loopback addresses and settings: what stands outside AWS. */
export const worldShard: ShardId = 'world';

/** Computes the keys under which an index finds an entity; none when the entity is not in the index. */
export type IndexKey<T> = (entity: T) => string | readonly string[] | undefined;

/** A typed table of one kind of entity, declared once in a service's `entities.ts`. */
export interface Table<T extends Entity> {
  readonly name: string;
  readonly indexes: Readonly<Record<string, IndexKey<T>>>;
}

/**
 * Declares a table. The name is unique in the whole program and is written to the journal: it never changes
 * once released.
 */
export const defineTable = <T extends Entity>(
  name: string,
  indexes: Readonly<Record<string, IndexKey<T>>> = {},
): Table<T> => ({ name, indexes });
