import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { callAdmin } from '../support/faultline-admin.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { launchWith, stateOf } from './web-server.ts';

let world: Running;
/** A world whose time stands still. */
let still: Running | undefined;
beforeAll(async () => {
  world = await startReady();
});
afterAll(async () => {
  await stop(world);
  if (still !== undefined) await stop(still);
});

const statusOf = async (method: 'GET' | 'POST', path: string): Promise<number> =>
  (await callAdmin(world.endpoint, method, path)).status;

const advance = (endpoint: string): Promise<unknown> =>
  callAdmin(endpoint, 'POST', '/clock/advance', { by: '60s' });

describe('a reset', () => {
  it('comes after the answer to a call that is under way, whatever that waits for', async () => {
    const { endpoint } = (still = await startReady({ speed: 0 }));
    const aws = awsClients(endpoint);
    const id = await launchWith(aws, '#faultline-mock\n{"stopSeconds": 60}');
    await eventually(async () => {
      await advance(endpoint);
      return (await stateOf(aws, id)) === 'running';
    });
    // An image is of an instance that was shut down, and where time stands still none is before its world ends.
    const image = aws.ec2.createImage({ InstanceId: id, Name: 'last' });
    await eventually(async () => (await aws.ec2.describeImages({ Owners: ['self'] })).Images?.[0]);
    expect((await callAdmin(endpoint, 'POST', '/reset')).status).toBe(200);
    expect((await image).ImageId).toMatch(/^ami-/);
    expect((await aws.ec2.describeInstances({})).Reservations).toEqual([]);
  });

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
