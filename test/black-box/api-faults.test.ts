import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, refusalOf, type AwsClients } from '../support/aws-clients.ts';
import { breakTarget, callAdmin } from '../support/faultline-admin.ts';
import { runCommand, startReady, stop, type Running } from '../support/faultline-process.ts';

let world: Running;
let aws: AwsClients;

beforeAll(async () => {
  world = await startReady({ driver: 'mock', speed: 0 });
  aws = awsClients(world.endpoint);
});
afterAll(async () => {
  await stop(world);
});
afterEach(async () => {
  const { body } = await callAdmin<{ readonly faults: readonly { readonly id: string }[] }>(
    world.endpoint,
    'GET',
    '/faults',
  );
  for (const { id } of body.faults) await callAdmin(world.endpoint, 'DELETE', `/faults/${id}`);
});

describe('an API that is broken', () => {
  it.each([
    ['error', 'InternalError', 500],
    ['throttle', 'RequestLimitExceeded', 503],
  ])("as %s answers EC2's own code", async (as, code, status) => {
    await breakTarget(world.endpoint, 'api/us-east-1/ec2', 'api', { as });
    expect(await refusalOf(aws.ec2.describeVpcs({}))).toMatchObject({ code, status });
    expect(await aws.elbv2.describeLoadBalancers({})).toHaveProperty('LoadBalancers');
    const elsewhere = awsClients(world.endpoint, { region: 'eu-west-1' });
    expect(await elsewhere.ec2.describeVpcs({})).toHaveProperty('Vpcs');
  });

  it('strikes the operations that are named, and no others', async () => {
    await breakTarget(world.endpoint, 'api/us-east-1/ec2', 'api', {
      as: 'silence',
      operations: ['DescribeSubnets'],
    });
    const hasty = awsClients(world.endpoint, { timeoutMs: 2_000 });
    const [silent, answered] = await Promise.allSettled([
      hasty.ec2.describeSubnets({}),
      aws.ec2.describeVpcs({}),
    ]);
    expect(silent).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError' } });
    expect(answered).toMatchObject({ status: 'fulfilled' });
  });

  it('strikes a share of the calls, the same ones each time', async () => {
    const run = async (): Promise<readonly boolean[]> => {
      const fresh = await startReady({ driver: 'mock', speed: 0, seed: 11 });
      try {
        await breakTarget(fresh.endpoint, 'api/us-east-1', 'api', { as: 'error', severity: 0.4 });
        const clients = awsClients(fresh.endpoint);
        const met: boolean[] = [];
        for (let count = 0; count < 120; count++) {
          met.push(
            await clients.ec2.describeVpcs({}).then(
              () => true,
              () => false,
            ),
          );
        }
        return met;
      } finally {
        await stop(fresh);
      }
    };
    const first = await run();
    const failed = first.filter((answered) => !answered).length;
    expect(failed).toBeGreaterThan(120 * 0.25);
    expect(failed).toBeLessThan(120 * 0.55);
    expect(await run()).toEqual(first);
  });

  it('that is late answers when world time has come so far', async () => {
    await breakTarget(world.endpoint, 'api/us-east-1/ec2', 'api', {
      as: 'latency',
      latencyMs: 5_000,
    });
    let isAnswered = false;
    const answer = aws.ec2.describeVpcs({}).then(() => {
      isAnswered = true;
    });
    // The clock stands still: the call waits for it, whatever real time goes by meanwhile.
    await callAdmin(world.endpoint, 'POST', '/clock/advance', { by: '4s' });
    await aws.elbv2.describeLoadBalancers({});
    expect(isAnswered).toBe(false);
    await callAdmin(world.endpoint, 'POST', '/clock/advance', { by: '6s' });
    await answer;
    expect(isAnswered).toBe(true);
  });
});

describe('a fault by the command line', () => {
  const breakIt = (...args: readonly string[]) =>
    runCommand(['break', ...args, '--endpoint', world.endpoint]);

  it('has an option for each field, and status words them', async () => {
    const { exitCode, stdout } = await breakIt(
      'api/us-east-1/ec2',
      'api',
      '--as',
      'throttle',
      '--severity',
      '0.3',
      '--operations',
      'RunInstances,StartInstances',
      '--tail',
      '10m',
      '--hold',
      '30s',
      '--seed',
      '5',
      '--json',
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      as: 'throttle',
      severity: 0.3,
      operations: ['RunInstances', 'StartInstances'],
      tailSeconds: 600,
      holdSeconds: 30,
      seed: 5,
    });
    await breakIt('link/us-east-1/eu-west-1', 'latency', '--latency-ms', '80', '--one-way');
    const shown = await runCommand(['status', '--endpoint', world.endpoint]);
    expect(shown.stdout).toContain(
      'api 30 % as throttle of RunInstances, StartInstances held for 30s with a tail of 10m 00s',
    );
    expect(shown.stdout).toContain('latency +80 ms one way');
  });

  it.each([
    [['zone/use1-az1', 'power', '--one-way'], "has no 'oneWay'; it takes severity, duration"],
    [['zone/use1-az1', 'gray', '--as', 'throttle'], 'one of error, silence, latency'],
    [['api/us-east-1/ec2', 'api', '--operations', 'RunInstnces'], "no operation 'RunInstnces'"],
    [['zone/use1-az1', 'power', '--tail', 'long'], '--tail is a time such as 90s'],
  ])('%o is refused with the reason', async (args, reason) => {
    const { exitCode, stderr } = await breakIt(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(reason);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('a fault with a tail', () => {
  it('recovers after it is mended, and is over when it is mended again', async () => {
    const id = await breakTarget(world.endpoint, 'zone/use1-az1', 'power', { tail: '10m' });
    const mended = await callAdmin(world.endpoint, 'DELETE', `/faults/${id}`);
    expect(mended.body).toMatchObject({ id, recovery: { doneShare: 0 } });
    const { body } = await callAdmin<{ readonly faults: readonly object[] }>(
      world.endpoint,
      'GET',
      '/faults',
    );
    expect(body.faults).toMatchObject([{ id, recovery: { doneShare: 0 } }]);
    await callAdmin(world.endpoint, 'DELETE', `/faults/${id}`);
    expect((await callAdmin(world.endpoint, 'GET', '/faults')).body).toEqual({ faults: [] });
  });

  it('is over by itself when the tail is', async () => {
    const id = await breakTarget(world.endpoint, 'zone/use1-az1', 'power', {
      duration: '1m',
      tail: '10m',
    });
    const open = async (by: string) => {
      await callAdmin(world.endpoint, 'POST', '/clock/advance', { by });
      return (await callAdmin(world.endpoint, 'GET', '/faults')).body;
    };
    expect(await open('2m')).toMatchObject({ faults: [{ id, recovery: {} }] });
    expect(await open('10m')).toEqual({ faults: [] });
  });
});
