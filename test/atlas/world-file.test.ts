import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '../support/aws-clients.ts';
import { callAdmin } from '../support/faultline-admin.ts';
import { kill, startFaultline, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';

const worldText = `
regions: [us-east-1, eu-west-1]
addRegions:
  - code: eu-north-9
    name: Europe (Oslo)
    city: Oslo
    zones: 2
addZones:
  - {id: euw1-az4, region: eu-west-1}
roundTrips:
  - {from: us-east-1, to: eu-north-9, ms: 77}
`;

let directory: string;
let file: string;
const worlds: Running[] = [];

const up = async (data: string | undefined, world?: string): Promise<Running> => {
  const running = await startReady({
    directory: data,
    driver: 'mock',
    others: world === undefined ? [] : ['--world', world],
  });
  worlds.push(running);
  return running;
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-world-file-'));
  file = join(directory, 'world.yaml');
  await writeFile(file, worldText);
});
afterEach(async () => {
  for (const world of worlds.splice(0)) await kill(world);
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('faultline up --world FILE', () => {
  it('serves the Regions and zones of the file, and nothing else', async () => {
    const { endpoint } = await up(undefined, file);
    const { Regions } = await awsClients(endpoint).ec2.describeRegions({ AllRegions: true });
    expect(Regions?.map((region) => region.RegionName).toSorted()).toEqual([
      'eu-north-9',
      'eu-west-1',
      'us-east-1',
    ]);
    const zonesOf = async (region: string) => {
      const { ec2 } = awsClients(endpoint, { region });
      const { AvailabilityZones } = await ec2.describeAvailabilityZones({});
      return AvailabilityZones?.map((zone) => `${zone.ZoneName} ${zone.ZoneId}`);
    };
    expect(await zonesOf('eu-north-9')).toEqual(['eu-north-9a eun9-az1', 'eu-north-9b eun9-az2']);
    expect(await zonesOf('eu-west-1')).toContain('eu-west-1d euw1-az4');
    const { ssm } = awsClients(endpoint, { region: 'eu-north-9' });
    const name = '/aws/service/global-infrastructure/regions/eu-north-9/longName';
    expect((await ssm.getParameter({ Name: name })).Parameter?.Value).toBe('Europe (Oslo)');
    const { status } = await callAdmin(endpoint, 'POST', '/faults', {
      target: 'region/eu-north-9',
      effect: 'disaster',
    });
    expect(status).toBe(200);
    await expect(zonesOf('ap-south-1')).rejects.toThrow('ap-south-1');
  });

  it('answers for the whole partition in a world without us-east-1', async () => {
    const small = join(directory, 'europe.yaml');
    await writeFile(small, 'regions: [eu-west-1, eu-central-1]');
    const { endpoint } = await up(undefined, small);
    for (const region of ['us-east-1', 'eu-west-1']) {
      const { route53, account } = awsClients(endpoint, { region });
      await route53.createHostedZone({ Name: 'example.org', CallerReference: region });
      const { Regions } = await account.listRegions({});
      expect(Regions?.map(({ RegionName }) => RegionName)).toEqual(['eu-central-1', 'eu-west-1']);
    }
    const { ec2 } = awsClients(endpoint, { region: 'us-east-1' });
    await expect(ec2.describeVpcs({})).rejects.toThrow("There is no Region 'us-east-1'");
  });

  it('runs a machine in a Region that AWS does not have', async () => {
    const { endpoint } = await up(undefined, file);
    const { ec2 } = awsClients(endpoint, { region: 'eu-north-9' });
    const { Subnets } = await ec2.describeSubnets({});
    expect(Subnets).toHaveLength(2);
    const { Images } = await ec2.describeImages({ Owners: ['amazon'] });
    const image = Images?.[0];
    const { Instances } = await ec2.runInstances({
      ImageId: image?.ImageId,
      InstanceType: image?.Architecture === 'arm64' ? 't4g.micro' : 't3.micro',
      SubnetId: Subnets?.[0]?.SubnetId,
      MinCount: 1,
      MaxCount: 1,
    });
    expect(Instances?.[0]?.Placement?.AvailabilityZone).toMatch(/^eu-north-9[ab]$/);
  });

  it.each([
    ['regions: [eu-west-9]', /world\.yaml: regions\[0\]: AWS has no Region 'eu-west-9'/],
    ['regions: [', /world\.yaml is no YAML/],
  ])('refuses %s with one line and exit code 2', async (text, message) => {
    const wrong = join(await mkdtemp(join(directory, 'wrong-')), 'world.yaml');
    await writeFile(wrong, text);
    const ended = await startFaultline({ driver: 'mock', others: ['--world', wrong] });
    if (ended.kind === 'running') worlds.push(ended);
    expect(ended).toMatchObject({ kind: 'ended', exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
    expect(typeof ended.stderr === 'string' ? ended.stderr.trim().split('\n') : []).toHaveLength(1);
  });
});

describe('a data directory whose geography changes', () => {
  it('does not start without a Region in which it has something', async () => {
    const data = join(directory, 'data');
    const first = await up(data, file);
    const { Vpc } = await awsClients(first.endpoint, { region: 'eu-north-9' }).ec2.createVpc({
      CidrBlock: '10.9.0.0/16',
    });
    await stop(first);

    const ended = await startFaultline({ directory: data, driver: 'mock' });
    if (ended.kind === 'running') worlds.push(ended);
    expect(ended).toMatchObject({ kind: 'ended', exitCode: 1 });
    expect(String(ended.stderr)).toMatch(/in eu-north-9, which is not in the geography asked for/);
    expect(String(ended.stderr).trim().split('\n')).toHaveLength(1);

    const again = await up(data, file);
    const { Vpcs } = await awsClients(again.endpoint, { region: 'eu-north-9' }).ec2.describeVpcs(
      {},
    );
    expect(Vpcs?.map((vpc) => vpc.VpcId)).toContain(Vpc?.VpcId);
  });

  it('does not start without a zone in which it has something, or with a fault on lost ground', async () => {
    const data = join(directory, 'zone');
    const first = await up(data, file);
    const { ec2 } = awsClients(first.endpoint, { region: 'eu-west-1' });
    const { Vpc } = await ec2.createVpc({ CidrBlock: '10.9.0.0/16' });
    const { Subnet } = await ec2.createSubnet({
      VpcId: Vpc?.VpcId,
      CidrBlock: '10.9.1.0/24',
      AvailabilityZoneId: 'euw1-az4',
    });
    await callAdmin(first.endpoint, 'POST', '/faults', {
      target: 'zone/eun9-az2',
      effect: 'power',
    });
    await stop(first);

    const refusal = async (text: string): Promise<string> => {
      const other = join(directory, 'other.yaml');
      await writeFile(other, text);
      const ended = await startFaultline({
        directory: data,
        driver: 'mock',
        others: ['--world', other],
      });
      if (ended.kind === 'running') worlds.push(ended);
      expect(ended).toMatchObject({ kind: 'ended', exitCode: 1 });
      return String(ended.stderr);
    };
    const withoutZone = worldText.replace(/addZones:[^]*?(?=roundTrips)/, '');
    expect(await refusal(withoutZone)).toMatch(/has (subnet|vpc|[a-z]+)-[0-9a-f]+.* in euw1-az4/);
    const withoutOslo = worldText.replace('zones: 2', 'zones: 1');
    expect(await refusal(withoutOslo)).toMatch(/in eun9-az2, which is not/);
    expect(Subnet?.AvailabilityZoneId).toBe('euw1-az4');
  });

  it('starts without a Region in which it has nothing', async () => {
    const data = join(directory, 'empty-region');
    const first = await up(data);
    await awsClients(first.endpoint, { region: 'us-east-1' }).ec2.createVpc({
      CidrBlock: '10.9.0.0/16',
    });
    await stop(first);
    const second = await up(data, file);
    const { Regions } = await awsClients(second.endpoint).ec2.describeRegions({ AllRegions: true });
    expect(Regions).toHaveLength(3);
  });
});
