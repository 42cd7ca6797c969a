import { expect, test } from 'vitest';
import { openFault, mendFault, faultTimers } from '../../../world/fault-book.ts';
import { isDomainError } from '../../../world/domain-error.ts';
import { noAccount } from '../../../world/entity.ts';
import { createTestWorld } from '../../../world/test-world.ts';
import type { World } from '../../../world/world.ts';
import { account } from '../../account/service.ts';
import { execute } from '../../execute.ts';
import type { Service } from '../../operation.ts';
import { about } from '../about.ts';
import { describeAvailabilityZones } from './availability-zones.ts';
import { describeRegions } from './regions.ts';

const ec2: Service = {
  ...about,
  operations: {
    DescribeAvailabilityZones: describeAvailabilityZones,
    DescribeRegions: describeRegions,
  },
  partitionReads: ['DescribeRegions'],
  prepare: () => {
    prepared += 1;
  },
};

let prepared = 0;

const me = '111122223333';

const open = () => createTestWorld({ timers: { ...account.timers, ...faultTimers } });

const call = (world: World, operation: string, input: object = {}, region = 'us-east-1') =>
  // The operations answer with lists of plain objects under these names.
  execute(world, { service: ec2, operation, region, account: me, input: { ...input } }).output as {
    readonly code?: string;
    readonly message?: string;
    readonly Regions?: readonly { RegionName: string; OptInStatus: string; Endpoint: string }[];
    readonly AvailabilityZones?: readonly {
      ZoneName: string;
      ZoneId: string;
      State: string;
      Messages: readonly { Message: string }[];
    }[];
  };

const regionNames = (world: World, input: object = {}): readonly string[] =>
  (call(world, 'DescribeRegions', input).Regions ?? []).map((region) => region.RegionName);

const zoneNames = (world: World, input: object = {}, region = 'us-east-1'): readonly string[] =>
  (call(world, 'DescribeAvailabilityZones', input, region).AvailabilityZones ?? []).map(
    (zone) => zone.ZoneName,
  );

test('DescribeRegions lists what the account can use, and all when asked to', async () => {
  const { world } = await open();
  expect(regionNames(world)).toHaveLength(17);
  expect(regionNames(world)).not.toContain('ca-west-1');
  expect(regionNames(world, { AllRegions: true })).toHaveLength(34);
  expect(
    call(world, 'DescribeRegions', { RegionNames: ['ca-west-1', 'eu-west-1'] }).Regions,
  ).toEqual([
    {
      RegionName: 'ca-west-1',
      Endpoint: 'ec2.ca-west-1.amazonaws.com',
      OptInStatus: 'not-opted-in',
    },
    {
      RegionName: 'eu-west-1',
      Endpoint: 'ec2.eu-west-1.amazonaws.com',
      OptInStatus: 'opt-in-not-required',
    },
  ]);
});

test('a Region that was enabled is opted in, seen from every Region', async () => {
  const { world, clock } = await open();
  const enable = { service: account, operation: 'EnableRegion', region: 'us-east-1', account: me };
  execute(world, { ...enable, input: { RegionName: 'ca-west-1' } });
  expect(regionNames(world)).not.toContain('ca-west-1');
  clock.advance(180_000);
  const optedIn = { Filters: [{ Name: 'opt-in-status', Values: ['opted-in'] }] };
  for (const region of ['us-east-1', 'eu-west-1', 'ca-west-1']) {
    expect(call(world, 'DescribeRegions', optedIn, region).Regions).toMatchObject([
      { RegionName: 'ca-west-1', OptInStatus: 'opted-in' },
    ]);
  }
});

test('DescribeRegions leaves no trace in the state of the partition', async () => {
  const { world } = await open();
  prepared = 0;
  call(world, 'DescribeRegions');
  expect(prepared).toBe(0);
  call(world, 'DescribeAvailabilityZones');
  expect(prepared).toBe(1);
});

test.each([
  [{ Name: 'region-name', Values: ['eu-west-?'] }, ['eu-west-1', 'eu-west-2', 'eu-west-3']],
  [{ Name: 'endpoint', Values: ['ec2.sa-east-1.amazonaws.com'] }, ['sa-east-1']],
  [{ Name: 'opt-in-status', Values: ['not-opted-in'] }, []],
])('DescribeRegions with the filter %j', async (filter, names) => {
  const { world } = await open();
  expect(regionNames(world, { Filters: [filter] })).toEqual(names);
});

test('DescribeRegions names the unknown Region', async () => {
  const { world } = await open();
  const asked = { RegionNames: ['eu-west-1', 'zz-nowhere-9', 'yy-nowhere-8'] };
  expect(call(world, 'DescribeRegions', asked)).toMatchObject({
    code: 'InvalidParameterValue',
    message: 'Invalid region: [yy-nowhere-8]',
  });
});

test('a zone is described as EC2 does it', async () => {
  const { world } = await open();
  const { AvailabilityZones: zones } = call(
    world,
    'DescribeAvailabilityZones',
    { ZoneNames: ['eu-central-1b'] },
    'eu-central-1',
  );
  expect(zones).toEqual([
    {
      OptInStatus: 'opt-in-not-required',
      RegionName: 'eu-central-1',
      ZoneName: 'eu-central-1b',
      ZoneId: 'euc1-az2',
      GroupName: 'eu-central-1-zg-1',
      GroupLongName: 'Europe (Frankfurt) 1',
      NetworkBorderGroup: 'eu-central-1',
      ZoneType: 'availability-zone',
      State: 'available',
      Messages: [],
    },
  ]);
});

test.each([
  ['us-east-1', ['a', 'b', 'c', 'd', 'e', 'f']],
  ['us-west-1', ['a', 'b']],
  ['ap-northeast-1', ['a', 'c', 'd']],
])('an account sees its zones of %s', async (region, letters) => {
  const { world } = await open();
  expect(zoneNames(world, {}, region)).toEqual(letters.map((letter) => region + letter));
});

test('Local Zones come only when all zones are asked for, as not opted in', async () => {
  const { world } = await open();
  expect(zoneNames(world, {}, 'us-west-2')).toHaveLength(4);
  const { AvailabilityZones: zones } = call(
    world,
    'DescribeAvailabilityZones',
    { AllAvailabilityZones: true, Filters: [{ Name: 'zone-type', Values: ['local-zone'] }] },
    'us-west-2',
  );
  expect(zones).toContainEqual(
    expect.objectContaining({
      ZoneName: 'us-west-2-lax-1b',
      GroupName: 'us-west-2-lax-1',
      NetworkBorderGroup: 'us-west-2-lax-1',
      OptInStatus: 'not-opted-in',
    }),
  );
});

test.each([
  [{ ZoneNames: ['us-east-1a', 'us-east-1z'] }, 'Invalid availability zone: [us-east-1z]'],
  [{ ZoneNames: ['us-east-1-bos-1a'] }, 'Invalid availability zone: [us-east-1-bos-1a]'],
  [{ ZoneIds: ['use1-az1', 'use2-az1'] }, 'Invalid availability zone-id: [use2-az1]'],
  [{ Filters: [{ Name: 'colour', Values: ['x'] }] }, "The filter 'colour' is invalid"],
])('DescribeAvailabilityZones of %j is refused', async (input, message) => {
  const { world } = await open();
  expect(call(world, 'DescribeAvailabilityZones', input)).toMatchObject({
    code: 'InvalidParameterValue',
    message,
  });
});

test.each([
  ['power', 'unavailable', 'The Availability Zone use1-az2 has lost power.'],
  ['network', 'impaired', 'The Availability Zone use1-az2 has lost network connectivity.'],
])(
  'a zone without %s is %s, with a message, until it is mended',
  async (effect, state, message) => {
    const { world } = await open();
    const fault = openFault(world, { target: 'zone/use1-az2', effect }).output;
    if (isDomainError(fault)) throw new Error(fault.message);
    const broken = { Filters: [{ Name: 'state', Values: [state] }] };
    expect(call(world, 'DescribeAvailabilityZones', broken).AvailabilityZones).toMatchObject([
      { ZoneId: 'use1-az2', State: state, Messages: [{ Message: message }] },
    ]);
    mendFault(world, fault.id);
    expect(zoneNames(world, broken)).toEqual([]);
    expect(world.view('us-east-1', noAccount).conditions.clear).toBe(true);
  },
);
