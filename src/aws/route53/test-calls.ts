import type { AccountId } from '../../world/entity.ts';
import { createTestWorld } from '../../world/test-world.ts';
import type { World } from '../../world/world.ts';
import { execute } from '../execute.ts';
import { route53 } from './service.ts';

/** The account of these tests. */
export const testAccount = '111122223333';

/** A world on a virtual clock whose timers are Route 53's. */
export const openRoute53 = (): ReturnType<typeof createTestWorld> =>
  createTestWorld({ timers: route53.timers ?? {} });

/**
 * Calls an operation as the wire does. The output is whatever a test expects of it: tests compare it with
 * `toEqual` and `toMatchObject`, which find out when it is something else.
 */
export const callRoute53 = (
  world: World,
  operation: string,
  input: object = {},
  account: AccountId = testAccount,
  // oxlint-disable-next-line typescript/no-explicit-any -- the operation's name decides the type, which only the test knows.
): any =>
  execute(world, { service: route53, operation, region: 'us-east-1', account, input: { ...input } })
    .output;

/** Makes a hosted zone; gives its id without the path. */
export const createZone = (world: World, name: string): string => {
  const made = callRoute53(world, 'CreateHostedZone', {
    Name: name,
    CallerReference: `zone ${callRoute53(world, 'GetHostedZoneCount').HostedZoneCount + 1}`,
  });
  return String(made.HostedZone.Id).replace('/hostedzone/', '');
};
