import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf, type AwsClients } from '../support/aws-clients.ts';
import { callAdmin } from '../support/faultline-admin.ts';
import { runCommand, startFaultline, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { newestImage } from './web-server.ts';

const worldText = `
regions: [eu-west-1]
capacity:
  - {zone: euw1-az1, types: t3, vcpus: 4}
rush: {share: 0.5, minutes: 60}
`;

let directory: string;
let world: Running;
let aws: AwsClients;
/** The zones' names by their ids. */
let names: ReadonlyMap<string, string>;

const nameOf = (zoneId: string): string => given(names.get(zoneId));

const launch = async (zoneId: string, most = 1, type: 't3.micro' | 'm5.large' = 't3.micro') => {
  const { Instances = [] } = await aws.ec2.runInstances({
    ImageId: await newestImage(aws),
    InstanceType: type,
    MinCount: 1,
    MaxCount: most,
    Placement: { AvailabilityZone: nameOf(zoneId) },
  });
  return Instances.map(({ InstanceId }) => given(InstanceId));
};

const faultline = (...args: readonly string[]) =>
  runCommand([...args, '--endpoint', world.endpoint]);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-capacity-'));
  const file = join(directory, 'world.yaml');
  await writeFile(file, worldText);
  world = await startReady({ driver: 'mock', speed: 100, others: ['--world', file] });
  aws = awsClients(world.endpoint, { region: 'eu-west-1' });
  const { AvailabilityZones = [] } = await aws.ec2.describeAvailabilityZones({});
  names = new Map(AvailabilityZones.map((zone) => [given(zone.ZoneId), given(zone.ZoneName)]));
});
afterEach(async () => {
  await faultline('mend', '--all');
});
afterAll(async () => {
  await stop(world);
  await rm(directory, { recursive: true, force: true });
});

describe('capacity', () => {
  it('runs out in a zone whose stock the world file sets, and the zones that have some are named', async () => {
    expect(await launch('euw1-az1', 9)).toHaveLength(2);
    const others = [nameOf('euw1-az2'), nameOf('euw1-az3')].toSorted().join(', ');
    expect(await refusalOf(launch('euw1-az1'))).toMatchObject({
      code: 'InsufficientInstanceCapacity',
      status: 500,
      message: expect.stringMatching(
        new RegExp(`^We currently do not have sufficient t3.micro .* or choosing ${others}\\.$`),
      ),
    });
    const status = await faultline('status');
    expect(status.stdout).toContain('t3: 4 of 4 vCPUs taken');
  });

  it('is short while a fault is open, for the zone or for a family in it', async () => {
    const broken = await faultline('break', 'zone/euw1-az2/m5', 'capacity');
    expect(broken.stdout).toContain('zone/euw1-az2/m5 capacity');
    expect((await refusalOf(launch('euw1-az2', 1, 'm5.large'))).code).toBe(
      'InsufficientInstanceCapacity',
    );
    expect(await launch('euw1-az2')).toHaveLength(1);
    await faultline('break', 'zone/euw1-az2', 'capacity', '--severity', '0.8');
    const { stdout } = await faultline('status');
    expect(stdout).toContain('zone/euw1-az2 capacity 80 %');
    expect(stdout).toContain('capacity: 80 % gone');
    await faultline('mend', 'zone/euw1-az2/m5');
    await faultline('mend', 'zone/euw1-az2');
    expect(await launch('euw1-az2', 1, 'm5.large')).toHaveLength(1);
  });

  it('is less for a while where everyone goes when a zone fails', async () => {
    await faultline('break', 'zone/euw1-az3', 'power');
    const { body } = await callAdmin<{
      readonly faults: readonly { readonly id: string; readonly derivedFrom?: string }[];
    }>(world.endpoint, 'GET', '/faults');
    const [lost, ...rush] = body.faults;
    expect(rush.map(({ derivedFrom }) => derivedFrom)).toEqual([lost?.id, lost?.id]);
    expect(rush).toMatchObject([
      { target: 'zone/euw1-az1', effect: 'capacity' },
      { target: 'zone/euw1-az2', effect: 'capacity' },
    ]);
    const own = await callAdmin(world.endpoint, 'DELETE', `/faults/${rush[0]?.id ?? ''}`);
    expect(own).toMatchObject({ status: 409, body: { error: { code: 'ConflictingFault' } } });
    expect((await faultline('mend', '--all')).stdout).toBe(
      `${lost?.id ?? ''}: zone/euw1-az3 power is mended\n`,
    );
    expect((await faultline('status')).stdout).not.toContain('gone');
  });

  it.each([
    ['zone/euw1-az1/z9', 'capacity', "no instance type or family 'z9'"],
    ['zone/euw1-az1', 'disaster', "The effect 'disaster' is not available for zone/euw1-az1"],
  ])('cannot be taken by break %s %s', async (target, effect, why) => {
    const ended = await faultline('break', target, effect);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain(why);
  });

  it('of a type that nobody has is refused at the start, with the name', async () => {
    const wrong = join(directory, 'wrong.yaml');
    await writeFile(wrong, 'capacity: [{types: mm5, vcpus: 4}]');
    const ended = await startFaultline({ driver: 'mock', others: ['--world', wrong] });
    expect(ended).toMatchObject({ kind: 'ended', exitCode: 2 });
    expect(ended.stderr).toContain("no instance type or family 'mm5'");
  });
});
