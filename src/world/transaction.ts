import type { Geography } from '../atlas/geography.ts';
import type { Conditions } from './conditions.ts';
import type { AccountId, Entity, ShardId, Table } from './entity.ts';
import type { RandomStream } from './random.ts';
import type { ExtensionPoint } from './rules.ts';

/** What JSON can say. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A moment at which a handler runs. An entity: it survives a crash and fires late rather than never. */
export interface Timer extends Entity {
  /** World time, milliseconds since 1970. */
  readonly at: number;
  /** Which handler runs, for example `ec2/instance-started`. */
  readonly kind: string;
  readonly payload: JsonValue;
}

/** A timer as it is asked for. */
export interface TimerRequest {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly payload?: JsonValue;
}

/** What an observer of one shard sees on behalf of one account. */
export interface View {
  readonly shard: ShardId;
  readonly account: AccountId;
  /** World time, milliseconds since 1970; the same all through a transaction. */
  readonly now: number;
  /** The world's seed: for decisions that must be stable, such as zone names. Draws go through `tx.random`. */
  readonly seed: number;
  /** What is broken now. */
  readonly conditions: Conditions;
  /** The Regions and zones of this world. */
  readonly geography: Geography;
  get<T extends Entity>(table: Table<T>, id: string): T | undefined;
  /** Entities that the table's index holds under the key, oldest first. An index that the table does not have is a bug. */
  find<T extends Entity>(table: Table<T>, index: string, key: string): readonly T[];
  /** All entities of the account, oldest first. */
  list<T extends Entity>(table: Table<T>): readonly T[];
  /** Accounts that have entities of any kind in this shard, in ascending order. */
  accounts(): readonly AccountId[];
  forAccount(account: AccountId): View;
  /**
   * What another shard holds as it is seen from here, for the same account: another Region over the backbone, or what AWS
   * keeps for the partition, which every Region has a copy of. Undefined while no way leads to that Region. An answer
   * that rests on it is as durable as what was seen.
   */
  elsewhere(shard: ShardId): View | undefined;
  /** The parts that an extension point has in this world, by key, in the order of who gave them. */
  extensions<Part>(point: ExtensionPoint<Part>): ReadonlyMap<string, Part>;
}

/**
 * A transaction: an operation reads and puts entities through it, synchronously. When the operation answers a
 * DomainError or throws, nothing of it has happened.
 */
export interface Tx extends View {
  put<T extends Entity>(table: Table<T>, entity: T): void;
  delete<T extends Entity>(table: Table<T>, id: string): void;
  /** The stream of this shard with this name, for example `ec2/ids`. */
  random(stream: string): RandomStream;
  /** Sets a timer of this account; one with the same id is replaced. */
  setTimer(timer: TimerRequest): void;
  cancelTimer(id: string): void;
  forAccount(account: AccountId): Tx;
}

/** Runs in a transaction of its own when a timer is due; the timer is gone by then. */
export type TimerHandler = (tx: Tx, timer: Timer) => void;
