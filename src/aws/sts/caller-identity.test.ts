import { expect, test } from 'vitest';
import { createTestWorld } from '../../world/test-world.ts';
import { execute } from '../execute.ts';
import { sts } from './service.ts';

test.each(['111122223333', '000000000000'])(
  'GetCallerIdentity answers with the root user of %s',
  async (account) => {
    const { world } = await createTestWorld();
    const call = { service: sts, operation: 'GetCallerIdentity', region: 'eu-west-1', input: {} };
    expect(execute(world, { ...call, account }).output).toEqual({
      UserId: account,
      Account: account,
      Arn: `arn:aws:iam::${account}:root`,
    });
  },
);
