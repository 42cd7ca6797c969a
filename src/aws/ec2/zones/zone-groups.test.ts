import { expect, test } from 'vitest';
import { createTestWorld } from '../../../world/test-world.ts';
import type { World } from '../../../world/world.ts';
import { execute } from '../../execute.ts';
import { ec2 } from '../service.ts';

interface Zone {
  readonly ZoneName: string;
  readonly ZoneId: string;
  readonly OptInStatus: string;
  readonly ParentZoneName?: string;
  readonly ParentZoneId?: string;
}

interface Answer {
  readonly code?: string;
  readonly message?: string;
  readonly Return?: boolean;
  readonly Vpc?: { readonly VpcId: string };
  readonly AvailabilityZones?: readonly Zone[];
}

const call = (
  world: World,
  operation: string,
  input: object,
  { region = 'us-west-2', account = '111122223333' } = {},
): Answer =>
  // The operations answer with these members.
  execute(world, { service: ec2, operation, region, account, input: { ...input } })
    .output as Answer;

const namesOf = (answer: Answer): readonly string[] =>
  (answer.AvailabilityZones ?? []).map((zone) => zone.ZoneName);

const zones = ['us-west-2a', 'us-west-2b', 'us-west-2c', 'us-west-2d'];
const losAngeles = ['us-west-2-lax-1a', 'us-west-2-lax-1b'];
const optIn = { GroupName: 'us-west-2-lax-1', OptInStatus: 'opted-in' };

test('the zones of a group are listed once the account has opted in, for it and there alone', async () => {
  const { world } = await createTestWorld();
  expect(namesOf(call(world, 'DescribeAvailabilityZones', {}))).toEqual(zones);
  expect(call(world, 'ModifyAvailabilityZoneGroup', optIn)).toEqual({ Return: true });
  expect(namesOf(call(world, 'DescribeAvailabilityZones', {}))).toEqual([...zones, ...losAngeles]);
  const other = { account: '444455556666' };
  expect(namesOf(call(world, 'DescribeAvailabilityZones', {}, other))).toEqual(zones);
  expect(call(world, 'ModifyAvailabilityZoneGroup', optIn)).toEqual({ Return: true });
});

test('a Local Zone names its group, its border group and its parent as the account knows it', async () => {
  const { world } = await createTestWorld();
  const all = call(world, 'DescribeAvailabilityZones', { AllAvailabilityZones: true });
  const local = all.AvailabilityZones?.find((zone) => zone.ZoneId === 'usw2-lax1-az1');
  expect(local).toMatchObject({
    ZoneName: 'us-west-2-lax-1a',
    ZoneType: 'local-zone',
    OptInStatus: 'not-opted-in',
    GroupName: 'us-west-2-lax-1',
    NetworkBorderGroup: 'us-west-2-lax-1',
    GroupLongName: 'US West (Los Angeles)',
  });
  const parent = all.AvailabilityZones?.find((zone) => zone.ZoneId === local?.ParentZoneId);
  expect(parent?.ZoneName).toBe(local?.ParentZoneName);
  const filter = { Name: 'parent-zone-id', Values: [local?.ParentZoneId] };
  const children = call(world, 'DescribeAvailabilityZones', {
    AllAvailabilityZones: true,
    Filters: [filter],
  });
  expect(namesOf(children)).toContain('us-west-2-lax-1a');
});

test('DryRun opts in to nothing', async () => {
  const { world } = await createTestWorld();
  expect(call(world, 'ModifyAvailabilityZoneGroup', { ...optIn, DryRun: true }).code).toBe(
    'DryRunOperation',
  );
  expect(namesOf(call(world, 'DescribeAvailabilityZones', {}))).toEqual(zones);
});

test('the parents that AWS has published are those, and every other is a zone that accounts see', async () => {
  const { world } = await createTestWorld();
  const parentOf = new Map(
    ['us-west-2', 'us-east-1', 'ap-northeast-1'].flatMap((region) => {
      const all = { AllAvailabilityZones: true };
      const listed = call(world, 'DescribeAvailabilityZones', all, { region }).AvailabilityZones;
      return (listed ?? []).map((zone) => [zone.ZoneId, zone.ParentZoneName] as const);
    }),
  );
  expect(parentOf.get('usw2-lax1-az1')).toBe(
    call(world, 'DescribeAvailabilityZones', { ZoneIds: ['usw2-az2'] }).AvailabilityZones?.[0]
      ?.ZoneName,
  );
  expect(parentOf.get('apne1-tpe1-az1')).toMatch(/^ap-northeast-1[acd]$/);
  expect(parentOf.get('usw2-az2')).toBeUndefined();
});

test('nothing can be put into a Local Zone, and the refusal says why', async () => {
  const { world } = await createTestWorld();
  const { Vpc } = call(world, 'CreateVpc', { CidrBlock: '10.0.0.0/16' });
  const create = (): Answer =>
    call(world, 'CreateSubnet', {
      VpcId: Vpc?.VpcId,
      CidrBlock: '10.0.1.0/24',
      AvailabilityZone: 'us-west-2-lax-1a',
    });
  expect(create()).toMatchObject({
    code: 'InvalidParameterValue',
    message: expect.stringContaining('us-west-2a, us-west-2b'),
  });
  call(world, 'ModifyAvailabilityZoneGroup', optIn);
  expect(create()).toMatchObject({
    code: 'UnsupportedOperation',
    message: expect.stringContaining('Local Zones'),
  });
});

test('opting out is left to AWS Support', async () => {
  const { world } = await createTestWorld();
  const optOut = { ...optIn, OptInStatus: 'not-opted-in' };
  expect(call(world, 'ModifyAvailabilityZoneGroup', optOut)).toEqual({ Return: true });
  call(world, 'ModifyAvailabilityZoneGroup', optIn);
  expect(call(world, 'ModifyAvailabilityZoneGroup', optOut).code).toBe('UnsupportedOperation');
});

test.each([
  [{ GroupName: 'us-west-2-xyz-1' }, {}, /Groups of us-west-2: .*us-west-2-lax-1/],
  [{ GroupName: 'us-east-1-bos-1' }, {}, /Invalid zone group: \[us-east-1-bos-1\]/],
  [{ GroupName: 'us-west-2-zg-1' }, {}, /need no opt-in/],
  [{ GroupName: 'us-east-2-cmh-1' }, { region: 'us-east-2' }, /No Local Zones of us-east-2/],
])('%j is refused', async (input, where, words) => {
  const { world } = await createTestWorld();
  const refusal = call(
    world,
    'ModifyAvailabilityZoneGroup',
    { ...input, OptInStatus: 'opted-in' },
    where,
  );
  expect(refusal.code).toBe('InvalidParameterValue');
  expect(refusal.message).toMatch(words);
});
