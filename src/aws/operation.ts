import type { Geography } from '../atlas/geography.ts';
import type { DomainError } from '../world/domain-error.ts';
import type { Extension, Follower } from '../world/rules.ts';
import type { TimerHandler, Tx } from '../world/transaction.ts';
import type { Caller } from './caller.ts';
import type { Host } from './host.ts';

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

/** The wire protocol of a service, by botocore's names: it decides how the service words what all of them refuse. */
export type Protocol = 'ec2' | 'query' | 'rest-xml' | 'rest-json' | 'json' | 'smithy-rpc-v2-cbor';

/** What is known of an AWS service before any of its code is read. */
export interface ServiceAbout {
  /** The name in the credential scope of a request, for example `elasticloadbalancing`. */
  readonly name: string;
  /** What people call it, for example `Amazon EC2`. */
  readonly title: string;
  /** botocore's name of it, for example `elbv2`: its folder of models and its client. */
  readonly model: string;
  readonly protocol: Protocol;
  /** `region`: each Region has its own; `partition`: one for all, its control plane in us-east-1. */
  readonly shard: 'region' | 'partition';
  /**
   * Names of services whose timers and followers must be there with it: those that it calls, and those that hear of what
   * it has (EC2's instances have metrics).
   */
  readonly brings: readonly string[];
  /** Reads its code. */
  readonly read: (host: Host) => Promise<Service>;
}

/** What a plane must show before the answer of an operation is true. */
type Settling = 'snapshots-taken' | 'volumes-placed';

/** What an operation reads of a plane, brought into the world before it runs. */
type Refreshing = 'console';

/** One AWS service: everything that others need to know of it. */
export interface Service extends ServiceAbout {
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
  /**
   * By operation: members of its input that AWS has and Faultline has not built, as `Rule.Window`. A request that has one is
   * refused: nothing is passed over in silence.
   */
  readonly refuses?: Readonly<Record<string, readonly string[]>>;
  /** By operation: what is brought into the world before it runs. */
  readonly refreshes?: Readonly<Record<string, Refreshing>>;
  /** By operation: what its answer waits for. */
  readonly settles?: Readonly<Record<string, Settling>>;
  /** Of a service whose operations answer plans for what is outside the world: who carries them out and gives the answers. */
  readonly carriedOutBy?: 'blocks';
  /** Runs before each operation, in its transaction: what an account finds there without having made it. */
  readonly prepare?: (tx: Tx) => void;
  /** How it words that a client token comes again with another request; EC2's way unless it has its own. */
  readonly tokenReused?: (token: string) => DomainError;
  /** What runs when a timer of this kind is due. */
  readonly timers?: Readonly<Record<string, TimerHandler>>;
  /** Tables of other services whose changes concern it. */
  readonly follows?: readonly Follower[];
  /** What it gives to services that do not know it. */
  readonly extends?: readonly Extension[];
  /**
   * Brings what it has in line with what is broken now. It runs whenever faults have changed and once after a recovery,
   * in each Region, for what belongs to no account and then for each account.
   */
  readonly followConditions?: (tx: Tx) => void;
}
