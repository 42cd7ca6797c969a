import type { VirtualClock } from '../../world/clock.ts';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { createTestWorld } from '../../world/test-world.ts';
import type { World } from '../../world/world.ts';
import { rootCaller, type Caller } from '../caller.ts';
import { execute } from '../execute.ts';
import { sts } from '../sts/service.ts';
import { awsPolicyFacts } from './aws-policies.ts';
import { iam } from './service.ts';

/** IAM and STS of one account, for tests. Answers are looked at by what they hold. */
export interface TestIam {
  readonly world: World;
  readonly clock: VirtualClock;
  /** Runs an operation that must succeed; `who` calls, or the root user of the account. */
  call(operation: string, input?: object, who?: Caller): Readonly<Record<string, unknown>>;
  /** Runs an operation that must fail. */
  fail(operation: string, input?: object, who?: Caller): DomainError;
}

/** Lets EC2 assume a role. */
export const ec2Trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
});

/** Lets an account assume a role. */
export const accountTrust = (account: string, condition?: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'sts:AssumeRole',
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });

/** Allows everything. */
export const everything = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

export const testAccount = '111122223333';

/** A world with IAM and STS in it. */
export const createTestIam = async (): Promise<TestIam> => {
  await awsPolicyFacts.load();
  const { world, clock } = await createTestWorld();
  const run = (operation: string, input: object, caller: Caller): unknown => {
    const service = Object.hasOwn(sts.operations, operation) ? sts : iam;
    const { account } = caller;
    return execute(world, {
      service,
      operation,
      region: 'us-east-1',
      account,
      caller,
      input: { ...input },
    }).output;
  };
  return {
    world,
    clock,
    call: (operation, input = {}, who = rootCaller(testAccount)) => {
      const output = run(operation, input, who);
      if (isDomainError(output)) throw new Error(`${output.code}: ${output.message}`);
      // Every operation answers an object.
      return output as Readonly<Record<string, unknown>>;
    },
    fail: (operation, input = {}, who = rootCaller(testAccount)) => {
      const output = run(operation, input, who);
      if (isDomainError(output)) return output;
      throw new Error(`Expected an error, got ${JSON.stringify(output)}.`);
    },
  };
};
