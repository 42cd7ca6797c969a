import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '../support/aws-clients.ts';
import { callAdmin } from '../support/faultline-admin.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';

let world: Running;
beforeAll(async () => {
  world = await startReady();
});
afterAll(async () => {
  await stop(world);
});

const statusOf = async (method: 'GET' | 'POST', path: string): Promise<number> =>
  (await callAdmin(world.endpoint, method, path)).status;

describe('a reset', () => {
  it('lets whoever asks meanwhile wait for the empty world, another reset included', async () => {
    const { ec2 } = awsClients(world.endpoint);
    await ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
    const resets = [statusOf('POST', '/reset'), statusOf('POST', '/reset')];
    const others = Array.from({ length: 10 }, () => statusOf('GET', '/world'));
    const calls = Array.from({ length: 10 }, () => ec2.describeVpcs({}));
    expect(await Promise.all([...resets, ...others])).toEqual(
      Array.from({ length: 12 }, () => 200),
    );
    await Promise.all(calls);
    const { Vpcs } = await ec2.describeVpcs({});
    expect(Vpcs?.map(({ IsDefault }) => IsDefault)).toEqual([true]);
  });
});
