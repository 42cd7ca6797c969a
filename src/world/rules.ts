import type { Entity, Table } from './entity.ts';
import type { TimerHandler, Tx } from './transaction.ts';

/** A change of one row: `before` is missing when the row is new, `after` when it is gone. */
export interface RowChange<T extends Entity> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** Runs inside the transaction that changes a row of the table, right after the change. */
export interface Follower {
  readonly table: string;
  readonly run: (tx: Tx, change: RowChange<never>) => void;
}

/**
 * Says that changes of a table concern others than its owner: who writes the row need not know them. A follower sees the
 * middle of a transaction, so it does little: it sets a timer, or keeps a count.
 */
export const follow = <T extends Entity>(
  table: Table<T>,
  run: (tx: Tx, change: RowChange<T>) => void,
): Follower => ({
  table: table.name,
  run,
});

/** A place where code that knows nothing of others asks for what they have: declared by who asks, filled by who answers. */
export interface ExtensionPoint<Part> {
  readonly name: string;
  /** Never there: it says what parts are. */
  readonly part?: Part;
}

/** Declares an extension point. The name is unique in the whole program. */
export const defineExtensionPoint = <Part>(name: string): ExtensionPoint<Part> => ({ name });

/** One part for an extension point, under a key of its own. */
export interface Extension {
  readonly point: string;
  readonly key: string;
  readonly part: unknown;
}

/** Fills an extension point, under a key that is the filler's own there. */
export const extend = <Part>(point: ExtensionPoint<Part>, key: string, part: Part): Extension => ({
  point: point.name,
  key,
  part,
});

/** What runs in a world by itself, given by whoever knows the services. It may grow while the world runs. */
export interface WorldRules {
  /** What runs when a timer is due, by the timer's kind. */
  readonly timers: Readonly<Record<string, TimerHandler>>;
  /** Who follows a table, by its name, in the order in which they run. */
  readonly followers: ReadonlyMap<string, readonly Follower[]>;
  /** The parts of extension points, by the point's name, then by key. */
  readonly extensions: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
}
