import type { Geography } from '../atlas/geography.ts';
import type { DomainError } from '../world/domain-error.ts';
import type { Timer, Tx } from '../world/transaction.ts';
import type { Caller } from './caller.ts';

/**
 * A type of an AWS SDK as operations see it: moments are world time in milliseconds since 1970 instead of a
 * `Date`, since pure code has no clock. The wire turns them into each protocol's form.
 */
export type Plain<T> = T extends Date
  ? number
  : T extends Uint8Array
    ? T
    : T extends readonly (infer Element)[]
      ? readonly Plain<Element>[]
      : T extends object
        ? { readonly [Key in keyof T]: Plain<T[Key]> }
        : T;

/**
 * An operation: from input that the wire has checked against AWS's model to an answer, or to a DomainError that
 * changes nothing. Synchronous; all it knows comes through the transaction.
 */
export type Operation<Input, Output> = (tx: Tx, input: Plain<Input>) => Plain<Output> | DomainError;

/** The answer of an operation that has none. */
export type Nothing = Readonly<Record<string, never>>;

/** An operation whose answer depends on who calls. */
export type CallerOperation<Input, Output> = (
  tx: Tx,
  input: Plain<Input>,
  caller: Caller,
) => Plain<Output> | DomainError;

/** An operation of any input: what a list of them holds. The wire gives each the input of its own model. */
export type AnyOperation = (tx: Tx, input: never, caller: Caller) => unknown;

/** One AWS service: its operations by AWS's name, and where its state lives. */
export interface Service {
  /** The name in the credential scope of a request, for example `elasticloadbalancing`. */
  readonly name: string;
  /** What people call it, for example `Amazon EC2`. */
  readonly title: string;
  /** `region`: each Region has its own; `partition`: one for all, its control plane in us-east-1. */
  readonly shard: 'region' | 'partition';
  /** Brings in what its operations need and few worlds ask for; whoever runs them awaits it before. */
  readonly load?: () => Promise<void>;
  /** Of a service that not every Region has: the codes of those of a world that have an endpoint of it. */
  readonly onlyIn?: (geography: Geography) => readonly string[];
  readonly operations: Readonly<Record<string, AnyOperation>>;
  /**
   * Of a Regional service: operations that only read what AWS keeps for the partition and copies to every Region.
   * They run on the state of the partition, without `prepare`, while the caller's Region answers for them.
   */
  readonly partitionReads?: readonly string[];
  /** Runs before each operation, in its transaction: what an account finds there without having made it. */
  readonly prepare?: (tx: Tx) => void;
  /** How it words that a client token comes again with another request; EC2's way unless it has its own. */
  readonly tokenReused?: (token: string) => DomainError;
  /** What runs when a timer of this kind is due. */
  readonly timers?: Readonly<Record<string, (tx: Tx, timer: Timer) => void>>;
}
