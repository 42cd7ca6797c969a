import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given } from '../support/aws-clients.ts';
import { callAdmin } from '../support/faultline-admin.ts';
import { runCommand, startReady, stop, type Running } from '../support/faultline-process.ts';

const mine = '111122223333';
const theirs = '444455556666';

let world: Running;

const launch = async (accessKeyId: string): Promise<string> => {
  const { ec2 } = awsClients(world.endpoint, { accessKeyId });
  const { Instances = [] } = await ec2.runInstances({
    ImageId: given((await ec2.describeImages({ Owners: ['amazon'] })).Images?.[0]?.ImageId),
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] }],
  });
  return given(Instances[0]?.InstanceId);
};

let instances: Readonly<Record<string, string>>;

beforeAll(async () => {
  world = await startReady({ speed: 0 });
  instances = { [mine]: await launch(mine), [theirs]: await launch(theirs) };
});
afterAll(async () => {
  await stop(world);
});
afterEach(async () => {
  await runCommand(['mend', '--all', '--endpoint', world.endpoint]);
});

type Environment = Readonly<Record<string, string>>;
const nobody: Environment = { AWS_ACCESS_KEY_ID: '', AWS_REGION: '', AWS_DEFAULT_REGION: '' };

/** What a command printed, or the line with which it was refused. */
const run = async (args: readonly string[], environment: Environment = {}): Promise<string> => {
  const { stdout, stderr } = await runCommand([...args, '--endpoint', world.endpoint], {
    ...nobody,
    ...environment,
  });
  return stdout + stderr;
};

const json = async (args: readonly string[], environment: Environment = {}): Promise<unknown> =>
  JSON.parse(await run([...args, '--json'], environment));

/** The zone that an account calls us-east-1a, by its own API. */
const zoneId = async (accessKeyId: string): Promise<string> => {
  const { ec2 } = awsClients(world.endpoint, { accessKeyId });
  const { AvailabilityZones } = await ec2.describeAvailabilityZones({ ZoneNames: ['us-east-1a'] });
  return given(AvailabilityZones?.[0]?.ZoneId);
};

describe('status', () => {
  interface Shown {
    readonly account: string;
    readonly regions: readonly {
      readonly zones: readonly {
        readonly id: string;
        readonly name: string;
        readonly instances: object;
      }[];
    }[];
  }
  const shown = async (args: readonly string[], environment: Environment = {}) => {
    const { account, regions } = (await json(
      ['status', '--region', 'us-east-1', ...args],
      environment,
    )) as Shown;
    const zones = regions.flatMap((region) => region.zones);
    return {
      account,
      first: zones.find(({ name }) => name === 'us-east-1a')?.id,
      instances: zones.reduce(
        (sum, zone) => sum + Object.values(zone.instances).reduce((a, b) => a + b, 0),
        0,
      ),
    };
  };

  it('names zones as the account of the key does, and shows what is there of all', async () => {
    expect(await shown([], { AWS_ACCESS_KEY_ID: mine })).toEqual({
      account: mine,
      first: await zoneId(mine),
      instances: 2,
    });
    expect(await shown([])).toMatchObject({ account: '000000000000', instances: 2 });
  });

  it('shows one account where that was asked for', async () => {
    expect(await shown(['--account', theirs], { AWS_ACCESS_KEY_ID: mine })).toEqual({
      account: theirs,
      first: await zoneId(theirs),
      instances: 1,
    });
  });

  it('asks the world whose a key is that is no account', async () => {
    const { iam, sts } = awsClients(world.endpoint, { accessKeyId: mine });
    const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
    await iam.createRole({
      RoleName: 'looker',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    });
    const { Credentials } = await sts.assumeRole({
      RoleArn: `arn:aws:iam::${mine}:role/looker`,
      RoleSessionName: 'me',
    });
    const { AccessKeyId, SessionToken } = given(Credentials);
    const keys = {
      AWS_ACCESS_KEY_ID: given(AccessKeyId),
      AWS_SESSION_TOKEN: given(SessionToken),
    };
    expect(await shown([], keys)).toMatchObject({ account: mine });
    expect(await shown([], { AWS_ACCESS_KEY_ID: 'test' })).toMatchObject({
      account: '000000000000',
    });
  });

  it('refuses an account that is none', async () => {
    expect(await run(['status', '--account', '12'])).toContain("--account is 12 digits, not '12'.");
  });
});

describe('break and mend', () => {
  const broken = async (args: readonly string[], environment: Environment = {}): Promise<unknown> =>
    json(['break', ...args], environment);

  it.each([mine, theirs])('take names of zones as the account %s has them', async (account) => {
    const target = `zone/${await zoneId(account)}`;
    const key = { AWS_ACCESS_KEY_ID: account };
    expect(await broken(['zone/us-east-1a', 'power'], key)).toMatchObject({ target });
    expect(await run(['mend', 'zone/us-east-1a', '--account', account])).toContain(
      `${target} power is mended`,
    );
  });

  it.each([
    [['region', 'disaster', '--region', 'eu-west-1'], {}, 'region/eu-west-1'],
    [['api/ec2', 'api', '--region', 'eu-west-1'], {}, 'api/eu-west-1/ec2'],
    [['api/us-west-2/ec2', 'api', '--region', 'eu-west-1'], {}, 'api/us-west-2/ec2'],
    [['api', 'api'], { AWS_REGION: 'eu-north-1' }, 'api/eu-north-1'],
    [['zone/a', 'network', '--region', 'eu-west-2'], {}, 'zone/euw2-az2'],
    [['zone/use1-az1/m5', 'capacity'], { AWS_REGION: 'eu-north-1' }, 'zone/use1-az1/m5'],
  ])('%j with %j is %s', async (args, environment, target) => {
    expect(await broken(args, environment)).toMatchObject({ target });
  });

  it.each([
    [['region', 'disaster'], "there is no Region ''"],
    [['zone/us-east-1z', 'power'], "no zone with the id 'us-east-1z'"],
  ])('%j without a Region is refused', async (args, words) => {
    expect(await run(['break', ...args])).toContain(words);
  });

  it('mend all of one Region', async () => {
    await broken(['zone/use1-az1', 'power']);
    await broken(['link/us-east-1/eu-west-1', 'network']);
    await broken(['region/eu-west-2', 'disaster']);
    await broken([`instance/${given(instances[mine])}`, 'power']);
    await run(['mend', '--all', '--region', 'us-east-1']);
    const { body } = await callAdmin(world.endpoint, 'GET', '/faults');
    expect(body).toMatchObject({ faults: [{ target: 'region/eu-west-2' }] });
    expect(await run(['mend', '--all', '--region', 'xx-nowhere-1'])).toContain('no Region');
  });
});

describe('logs', () => {
  const logged = (args: readonly string[], environment: Environment = {}): Promise<string> =>
    run(['logs', 'web', '--json', ...args], environment);

  it('means the own one of two that are called so', async () => {
    expect(await logged([])).toContain('Several instances are called');
    expect(await logged([], { AWS_ACCESS_KEY_ID: theirs })).toContain(instances[theirs]);
    expect(await logged(['--account', mine], { AWS_ACCESS_KEY_ID: theirs })).toContain(
      instances[mine],
    );
  });

  it("shows another account's by its id, unless one account was asked for", async () => {
    const id = given(instances[mine]);
    expect(await run(['logs', id, '--json'], { AWS_ACCESS_KEY_ID: theirs })).toContain(id);
    expect(await run(['logs', id, '--account', theirs])).toContain(`in the account ${theirs}`);
  });
});

describe('commands that ask no world', () => {
  it('name zones as an account does', async () => {
    const { stdout } = await runCommand(['regions', '--region', 'us-east-1', '--json'], {
      ...nobody,
      AWS_ACCESS_KEY_ID: mine,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      regions: [
        { zones: expect.arrayContaining([{ name: 'us-east-1a', id: await zoneId(mine) }]) },
      ],
    });
    const table = await runCommand(['regions', '--region', 'us-east-1', '--account', theirs]);
    expect(table.stdout).toContain(`a=${await zoneId(theirs)}`);
  });
});
