import { beforeEach, describe, expect, it, test } from 'vitest';
import type { _InstanceType, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { Geography } from '../../../atlas/geography.ts';
import { awsRegions } from '../../../atlas/regions.ts';
import type { CapacityStock, Rush } from '../../../atlas/supply.ts';
import type { Plain } from '../../operation.ts';
import { accountZones, zoneNameOf } from '../../shared/account-zones.ts';
import { prepareDefaultNetwork } from '../network/default-network.ts';
import { modifyInstanceAttribute } from '../instances/instance-attributes.ts';
import { describeInstanceTypeOfferings } from '../instances/instance-types.ts';
import {
  runInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from '../instances/instances.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from '../instances/test-instances.ts';

const region = 'eu-west-1';
const image = testImage(region);
const minute = 60_000;

const openWorld = (
  stocks: readonly CapacityStock[] = [],
  rush?: Rush,
  more: { readonly seed?: number; readonly account?: string } = {},
): Promise<InstanceWorld> =>
  createInstanceWorld({
    region,
    geography: new Geography(awsRegions, [], undefined, {
      stocks,
      ...(rush === undefined ? {} : { rush }),
    }),
    ...more,
  });

/** The zones' names for the account, by their ids: `euw1-az1`, `euw1-az2`, `euw1-az3`. */
const namesOf = (world: InstanceWorld): readonly string[] =>
  accountZones(world.view())
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((zone) => zone.name);

const request = (
  zone: string | undefined,
  instanceType = 't3.micro',
  counts: readonly [number, number] = [1, 1],
): Plain<RunInstancesRequest> => ({
  ImageId: image,
  // The names in these tests are types that the SDK knows.
  InstanceType: instanceType as _InstanceType,
  MinCount: counts[0],
  MaxCount: counts[1],
  ...(zone === undefined ? {} : { Placement: { AvailabilityZone: zone } }),
});

const idsOf = (world: InstanceWorld, input: Plain<RunInstancesRequest>): readonly string[] =>
  (world.call(runInstances, input).Instances ?? []).map(({ InstanceId = '' }) => InstanceId);

const patience = 'Our system will be working on provisioning additional capacity.';
const noneIn = (zone: string, others: readonly string[], type = 't3.micro'): string =>
  `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). ${patience}` +
  (others.length === 0
    ? ''
    : ` You can currently get ${type} capacity by not specifying an Availability Zone in your request or choosing ${others.toSorted().join(', ')}.`);

describe('a zone with a stock', () => {
  // Two instances of t3.micro, which has two vCPUs, or of any other t3 here.
  const stocks = [{ zoneId: 'euw1-az1', types: ['t3'], vcpus: 4 }];
  let world: InstanceWorld;
  let names: readonly string[];
  beforeEach(async () => {
    world = await openWorld(stocks);
    names = namesOf(world);
  });

  it('launches what it has, then says who else has some', () => {
    const [first = '', ...others] = names;
    idsOf(world, request(first, 't3.micro', [2, 2]));
    expect(world.fail(runInstances, request(first))).toMatchObject({
      code: 'InsufficientInstanceCapacity',
      message: noneIn(first, others),
    });
  });

  it('launches fewer than the most when that is all that it has, and not fewer than the least', () => {
    const [first = ''] = names;
    expect(world.fail(runInstances, request(first, 't3.micro', [3, 5])).code).toBe(
      'InsufficientInstanceCapacity',
    );
    expect(idsOf(world, request(first, 't3.micro', [1, 5]))).toHaveLength(2);
  });

  it('goes round a zone that has none when no zone is named', () => {
    idsOf(world, request(names[0], 't3.micro', [2, 2]));
    for (let i = 0; i < 12; i++) {
      const [id = ''] = idsOf(world, request(undefined));
      expect(world.describe(id).Placement?.AvailabilityZone).not.toBe(names[0]);
    }
  });

  it('has other families without end', () => {
    expect(idsOf(world, request(names[0], 'm5.xlarge', [50, 50]))).toHaveLength(50);
  });

  it('has one stock for all accounts', () => {
    idsOf(world, request(names[0], 't3.micro', [2, 2]));
    const launchElsewhere = () =>
      world.world.transact(region, '210987654321', (tx) => {
        prepareDefaultNetwork(tx);
        return runInstances(tx, request(zoneNameOf(tx, 'euw1-az1')));
      }).output;
    expect(launchElsewhere()).toMatchObject({ code: 'InsufficientInstanceCapacity' });
  });

  it('gets back what is terminated, when it is gone', () => {
    const ids = idsOf(world, request(names[0], 't3.micro', [2, 2]));
    world.clock.advance(minute);
    world.call(terminateInstances, { InstanceIds: ids });
    expect(world.fail(runInstances, request(names[0])).code).toBe('InsufficientInstanceCapacity');
    world.clock.advance(minute);
    expect(idsOf(world, request(names[0], 't3.micro', [2, 2]))).toHaveLength(2);
  });

  it('keeps nothing for what is stopped', () => {
    const ids = idsOf(world, request(names[0], 't3.micro', [2, 2]));
    world.clock.advance(minute);
    world.call(stopInstances, { InstanceIds: ids });
    world.clock.advance(minute);
    const [taker = ''] = idsOf(world, request(names[0]));
    const [first = '', ...others] = names;
    expect(world.fail(startInstances, { InstanceIds: ids })).toMatchObject({
      code: 'InsufficientInstanceCapacity',
      message: noneIn(first, others),
    });
    // All or none: neither has begun.
    expect(ids.map((id) => world.describe(id).State?.Name)).toEqual(['stopped', 'stopped']);
    world.call(startInstances, { InstanceIds: [ids[0] ?? ''] });
    world.clock.advance(minute);
    expect(world.describe(ids[0] ?? '').State?.Name).toBe('running');
    world.call(terminateInstances, { InstanceIds: [taker] });
    world.clock.advance(minute);
    world.call(startInstances, { InstanceIds: ids });
  });

  it('starts as another type what it has of that', () => {
    const [id = ''] = idsOf(world, request(names[0]));
    world.clock.advance(minute);
    world.call(stopInstances, { InstanceIds: [id] });
    world.clock.advance(minute);
    idsOf(world, request(names[0], 't3.micro', [2, 2]));
    expect(world.fail(startInstances, { InstanceIds: [id] }).code).toBe(
      'InsufficientInstanceCapacity',
    );
    world.call(modifyInstanceAttribute, {
      InstanceId: id,
      InstanceType: { Value: 'm5.large' },
    });
    world.call(startInstances, { InstanceIds: [id] });
  });
});

describe('a shortage', () => {
  it('of severity 1 stops all launches there until it is mended, and no running instance', async () => {
    const world = await openWorld();
    const [first = '', ...others] = namesOf(world);
    const [id = ''] = idsOf(world, request(first));
    world.clock.advance(minute);
    const mend = world.breakDown('zone/euw1-az1', 'capacity');
    expect(world.fail(runInstances, request(first)).message).toBe(noneIn(first, others));
    expect(world.describe(id).State?.Name).toBe('running');
    mend();
    expect(idsOf(world, request(first))).toHaveLength(1);
  });

  it('of a Region leaves nothing to suggest', async () => {
    const world = await openWorld();
    const [first = ''] = namesOf(world);
    world.breakDown(`region/${region}`, 'capacity');
    expect(world.fail(runInstances, request(first)).message).toBe(noneIn(first, []));
    expect(world.fail(runInstances, request(undefined)).message).toBe(
      `We currently do not have sufficient t3.micro capacity in zones with support for 'gp3' volumes. ${patience}`,
    );
  });

  it('of a family leaves the others', async () => {
    const world = await openWorld();
    const [first = ''] = namesOf(world);
    world.breakDown('zone/euw1-az1/t3', 'capacity');
    expect(world.fail(runInstances, request(first)).code).toBe('InsufficientInstanceCapacity');
    expect(idsOf(world, request(first, 'm5.large'))).toHaveLength(1);
  });

  it('of a part takes that part of a stock', async () => {
    const world = await openWorld([{ zoneId: 'euw1-az1', types: undefined, vcpus: 20 }]);
    const [first = ''] = namesOf(world);
    world.breakDown('zone/euw1-az1', 'capacity', { severity: 0.8 });
    expect(idsOf(world, request(first, 't3.micro', [1, 9]))).toHaveLength(2);
  });

  const outcomes = async (seed: number, faultSeed: number): Promise<string> => {
    const world = await openWorld([], undefined, { seed });
    const [first = ''] = namesOf(world);
    world.breakDown('zone/euw1-az1', 'capacity', { severity: 0.7, seed: faultSeed });
    let text = '';
    for (let i = 0; i < 300; i++) {
      // Refusals change nothing, not even the draws: only the time is another one.
      world.clock.advance(10);
      text += world.transact((tx) => ('code' in runInstances(tx, request(first)) ? 'x' : '.'));
    }
    return text;
  };

  it('of a part of an endless stock refuses that part of the requests, the same ones by seed', async () => {
    const seen = await outcomes(1, 1);
    const refused = seen.split('x').length - 1;
    expect(refused).toBeGreaterThan(180);
    expect(refused).toBeLessThan(240);
    expect(await outcomes(1, 1)).toBe(seen);
    expect(await outcomes(1, 2)).not.toBe(seen);
    expect(await outcomes(2, 1)).not.toBe(seen);
  });

  it('suggests no zone where the request would be refused as well', async () => {
    const world = await openWorld();
    const [first = '', second = '', third = ''] = namesOf(world);
    world.breakDown('zone/euw1-az1', 'capacity');
    world.breakDown('zone/euw1-az2', 'capacity');
    expect(world.fail(runInstances, request(first)).message).toBe(noneIn(first, [third]));
    expect(world.fail(runInstances, request(second)).message).toBe(noneIn(second, [third]));
  });
});

it('a rush leaves less for a while when a zone fails, in the zones that are left', async () => {
  const stocks = ['euw1-az1', 'euw1-az2', 'euw1-az3'].map((zoneId) => ({
    zoneId,
    types: undefined,
    vcpus: 20,
  }));
  const world = await openWorld(stocks, { share: 0.8, durationMs: 60 * minute });
  const [, second = '', third = ''] = namesOf(world);
  const mend = world.breakDown('zone/euw1-az1', 'power');
  expect(idsOf(world, request(second, 't3.micro', [1, 10]))).toHaveLength(2);
  world.clock.advance(30 * minute);
  expect(idsOf(world, request(second, 't3.micro', [1, 10]))).toHaveLength(4);
  mend();
  expect(idsOf(world, request(second, 't3.micro', [1, 10]))).toHaveLength(4);
  expect(idsOf(world, request(third, 't3.micro', [10, 10]))).toHaveLength(10);
});

describe('a type that not every zone has', () => {
  const use1 = async () => {
    const world = await createInstanceWorld();
    const zones = accountZones(world.view());
    const old = zones.find(({ id }) => id === 'use1-az3')?.name ?? '';
    const others = zones.filter(({ id }) => id !== 'use1-az3').map(({ name }) => name);
    const input = (zone?: string): Plain<RunInstancesRequest> => ({
      ...request(zone, 't4g.micro'),
      ImageId: testImage('us-east-1', 'arm64'),
    });
    return { world, old, others, input };
  };

  it('is offered in the others only', async () => {
    const { world, others } = await use1();
    const { InstanceTypeOfferings = [] } = world.call(describeInstanceTypeOfferings, {
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: ['t4g.micro'] }],
    });
    expect(InstanceTypeOfferings.map(({ Location }) => Location)).toEqual(others);
  });

  it('is refused there with the zones that have it', async () => {
    const { world, old, others, input } = await use1();
    expect(world.fail(runInstances, input(old))).toMatchObject({
      code: 'Unsupported',
      message: `Your requested instance type (t4g.micro) is not supported in your requested Availability Zone (${old}). Please retry your request by not specifying an Availability Zone or choosing ${others.join(', ')}.`,
    });
  });

  it('is launched in the others when no zone is named', async () => {
    const { world, old, input } = await use1();
    const zones = Array.from({ length: 30 }, () => {
      const [id = ''] = idsOf(world, input());
      return world.describe(id).Placement?.AvailabilityZone;
    });
    expect(zones).not.toContain(old);
    expect(new Set(zones).size).toBe(5);
  });

  test('t3, m5, c5 and r5 are in every zone of every Region that has them', async () => {
    const world = await createInstanceWorld();
    for (const family of ['t3', 'm5', 'c5', 'r5']) {
      const { InstanceTypeOfferings = [] } = world.call(describeInstanceTypeOfferings, {
        LocationType: 'availability-zone-id',
        Filters: [{ Name: 'instance-type', Values: [`${family}.large`] }],
      });
      expect(InstanceTypeOfferings).toHaveLength(6);
    }
  });
});
