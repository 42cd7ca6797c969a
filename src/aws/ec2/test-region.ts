import { earth } from '../../atlas/geography.ts';
import { Conditions } from '../../world/conditions.ts';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { rulesOfTimers } from '../../world/test-world.ts';
import { Shard } from '../../world/shard.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { prepareDefaultNetwork } from './network/default-network.ts';

/** One Region for tests: operations run in transactions of their own, as a client's requests do. */
export interface TestRegion {
  /** Runs an operation that must succeed. */
  call<I, O>(operation: Operation<I, O>, input: Plain<I>): Plain<O>;
  /** Runs an operation that must fail; answers its error. */
  fail<I, O>(operation: Operation<I, O>, input: Plain<I>): DomainError;
  /** The code of the error of an operation that must fail. */
  failCode<I, O>(operation: Operation<I, O>, input: Plain<I>): string;
  /** Runs something else in a transaction. */
  transact<T>(run: (tx: Tx) => T): T;
  view(): View;
}

/** A Region as an account finds it that has never looked there; other accounts share nothing with it. */
export const testRegion = (region = 'us-east-1', account = '123456789012'): TestRegion => {
  const conditions = new Conditions(earth, []);
  const shard = new Shard(region, {
    seed: 1,
    geography: earth,
    rules: rulesOfTimers({}),
    conditions: () => conditions,
    now: () => 1_750_000_000_000,
    // The only shard that there is.
    visible: () => undefined,
  });
  const transact = <T>(run: (tx: Tx) => T): T =>
    shard.transact(
      account,
      (tx) => {
        prepareDefaultNetwork(tx);
        return run(tx);
      },
      (output) => !isDomainError(output),
    ).output;
  const fail = <I, O>(operation: Operation<I, O>, input: Plain<I>): DomainError => {
    const output = transact((tx) => operation(tx, input));
    if (isDomainError(output)) return output;
    throw new Error(`Expected an error, got ${JSON.stringify(output)}.`);
  };
  return {
    call: (operation, input) => {
      const output = transact((tx) => operation(tx, input));
      if (isDomainError(output)) throw new Error(`${output.code}: ${output.message}`);
      return output;
    },
    fail,
    failCode: (operation, input) => fail(operation, input).code,
    transact,
    view: () => shard.view(account),
  };
};

/** A value that the test knows to be there. */
export const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('Expected a value.');
  return value;
};
