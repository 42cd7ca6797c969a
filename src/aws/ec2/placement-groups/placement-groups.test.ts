import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostOf, hostsPerRack } from '../../../world/hosts.ts';
import {
  describeInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from '../instances/instances.ts';
import { createInstanceWorld, type InstanceWorld } from '../instances/test-instances.ts';
import { Instances } from '../instances/instance-entities.ts';
import { locationOf } from '../instances/instance-location.ts';
import { Subnets } from '../entities.ts';
import { runInstances } from '../instances/instances.ts';
import { testImage } from '../instances/test-instances.ts';
import { present } from '../test-region.ts';
import { modifyInstancePlacement } from './modify-placement.ts';
import {
  createPlacementGroup,
  deletePlacementGroup,
  describePlacementGroups,
} from './placement-groups.ts';

const subnetIn = (it: InstanceWorld, zoneId: string): string =>
  present(
    it
      .view()
      .list(Subnets)
      .find((subnet) => subnet.zoneId === zoneId),
  ).id;

const zoneId = 'use1-az1';

const launch = (it: InstanceWorld, GroupName: string, count: number, more: object = {}) => ({
  ImageId: testImage(),
  InstanceType: 'm5.large' as const,
  MinCount: count,
  MaxCount: count,
  SubnetId: subnetIn(it, zoneId),
  Placement: { GroupName, ...more },
});

const settle = (it: InstanceWorld): void => {
  it.clock.advance(30_000);
};

const rackOf = (it: InstanceWorld, id: string): number => {
  const { host } = locationOf(present(it.view().get(Instances, id)));
  return Math.floor(hostOf(1, zoneId, present(host)) / hostsPerRack);
};

describe('a placement group', () => {
  test('is made, described and deleted by its name', async () => {
    const it = await createInstanceWorld();
    const { PlacementGroup } = it.call(createPlacementGroup, {
      GroupName: 'web',
      Strategy: 'spread',
      TagSpecifications: [
        { ResourceType: 'placement-group', Tags: [{ Key: 'team', Value: 'shop' }] },
      ],
    });
    expect(PlacementGroup).toMatchObject({
      GroupName: 'web',
      State: 'available',
      Strategy: 'spread',
      SpreadLevel: 'rack',
      GroupArn: 'arn:aws:ec2:us-east-1:123456789012:placement-group/web',
      Tags: [{ Key: 'team', Value: 'shop' }],
    });
    it.call(createPlacementGroup, { GroupName: 'db', Strategy: 'partition' });
    expect(it.call(describePlacementGroups, { GroupNames: ['db'] }).PlacementGroups).toMatchObject([
      { PartitionCount: 2 },
    ]);
    const Filters = [{ Name: 'strategy', Values: ['spread'] }];
    expect(it.call(describePlacementGroups, { Filters }).PlacementGroups).toHaveLength(1);
    it.call(deletePlacementGroup, { GroupName: 'web' });
    expect(it.fail(describePlacementGroups, { GroupNames: ['web'] })).toMatchObject({
      code: 'InvalidPlacementGroup.Unknown',
      message: "The Placement Group 'web' is unknown.",
    });
  });

  test.each([
    [{ GroupName: 'there', Strategy: 'cluster' }, 'InvalidPlacementGroup.Duplicate'],
    [{ Strategy: 'cluster' }, 'MissingParameter'],
    [{ GroupName: 'é', Strategy: 'cluster' }, 'InvalidParameterValue'],
    [{ GroupName: 'a', Strategy: 'cluster', PartitionCount: 2 }, 'InvalidParameterCombination'],
    [{ GroupName: 'a', Strategy: 'partition', PartitionCount: 8 }, 'InvalidParameterValue'],
    [{ GroupName: 'a', Strategy: 'spread', SpreadLevel: 'host' }, 'UnsupportedOperation'],
    [{ GroupName: 'a', Strategy: 'cluster', SpreadLevel: 'rack' }, 'InvalidParameterCombination'],
  ] as const)('is refused: %j', async (input, code) => {
    const it = await createInstanceWorld();
    it.call(createPlacementGroup, { GroupName: 'there', Strategy: 'cluster' });
    expect(it.fail(createPlacementGroup, input).code).toBe(code);
  });
});

describe('a spread placement group', () => {
  test('runs seven instances in a zone, on racks of their own, and refuses the eighth', async () => {
    const it = await createInstanceWorld();
    it.call(createPlacementGroup, { GroupName: 'web', Strategy: 'spread' });
    const { Instances: seven = [] } = it.call(runInstances, launch(it, 'web', 7));
    const ids = seven.map(({ InstanceId }) => present(InstanceId));
    expect(new Set(ids.map((id) => rackOf(it, id))).size).toBe(7);
    expect(it.fail(runInstances, launch(it, 'web', 1)).code).toBe('InsufficientInstanceCapacity');
    // Another zone has room of its own.
    it.call(runInstances, { ...launch(it, 'web', 1), SubnetId: subnetIn(it, 'use1-az2') });
    settle(it);
    const [first = ''] = ids;
    it.call(stopInstances, { InstanceIds: [first] });
    settle(it);
    it.call(runInstances, launch(it, 'web', 1));
    expect(it.fail(startInstances, { InstanceIds: [first] }).code).toBe(
      'InsufficientInstanceCapacity',
    );
    expect(it.fail(deletePlacementGroup, { GroupName: 'web' }).code).toBe(
      'InvalidPlacementGroup.InUse',
    );
  });

  test('never has two running members on one rack, whatever is stopped, started and lost', async () => {
    const it = await createInstanceWorld();
    it.call(createPlacementGroup, { GroupName: 'web', Strategy: 'spread' });
    const all = () =>
      it
        .view()
        .list(Instances)
        .filter(({ state }) => state === 'running' || state === 'stopped');
    const act = (kind: number, which: number): void => {
      const one = all()[which % Math.max(1, all().length)];
      if (kind === 0 || one === undefined) {
        it.transact((tx) => runInstances(tx, launch(it, 'web', 1)));
      } else if (kind === 1) it.transact((tx) => stopInstances(tx, { InstanceIds: [one.id] }));
      else if (kind === 2) it.transact((tx) => startInstances(tx, { InstanceIds: [one.id] }));
      else it.transact((tx) => terminateInstances(tx, { InstanceIds: [one.id] }));
      settle(it);
    };
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(20)), { maxLength: 12 }), (acts) => {
        for (const [kind, which] of acts) act(kind, which);
        const running = all().filter(({ state }) => state === 'running');
        expect(running.length).toBeLessThanOrEqual(7);
        expect(new Set(running.map(({ id }) => rackOf(it, id))).size).toBe(running.length);
      }),
      { numRuns: 20 },
    );
  });

  test('finds another rack when its own is lost', async () => {
    const it = await createInstanceWorld();
    it.call(createPlacementGroup, { GroupName: 'web', Strategy: 'spread' });
    const { Instances: three = [] } = it.call(runInstances, launch(it, 'web', 3));
    const ids = three.map(({ InstanceId }) => present(InstanceId));
    settle(it);
    it.call(stopInstances, { InstanceIds: ids });
    settle(it);
    const mend = it.breakDown(`zone/${zoneId}`, 'power', { severity: 0.9 });
    it.call(startInstances, { InstanceIds: ids });
    settle(it);
    const up = ids.filter((id) => it.describe(id).State?.Name === 'running');
    expect(up.length).toBeGreaterThan(0);
    expect(new Set(up.map((id) => rackOf(it, id))).size).toBe(up.length);
    mend();
  });
});

describe('a partition placement group', () => {
  test('fills its partitions evenly, keeps their numbers, and shares no rack among them', async () => {
    const it = await createInstanceWorld();
    it.call(createPlacementGroup, {
      GroupName: 'db',
      Strategy: 'partition',
      PartitionCount: 3,
    });
    const { Instances: six = [] } = it.call(runInstances, launch(it, 'db', 6));
    const partitions = six.map(({ Placement }) => Placement?.PartitionNumber);
    expect(partitions.map(String).toSorted()).toEqual(['1', '1', '2', '2', '3', '3']);
    const racks = new Map(
      six.map(({ InstanceId, Placement }) => [
        rackOf(it, present(InstanceId)),
        Placement?.PartitionNumber,
      ]),
    );
    for (const { InstanceId, Placement } of six) {
      expect(racks.get(rackOf(it, present(InstanceId)))).toBe(Placement?.PartitionNumber);
    }
    const { Instances: named } = it.call(runInstances, launch(it, 'db', 1, { PartitionNumber: 3 }));
    expect(named?.[0]?.Placement).toMatchObject({ GroupName: 'db', PartitionNumber: 3 });
    expect(it.fail(runInstances, launch(it, 'db', 1, { PartitionNumber: 4 })).code).toBe(
      'InvalidParameterValue',
    );
    const Filters = [{ Name: 'placement-partition-number', Values: ['3'] }];
    expect(
      it.call(describeInstances, { Filters }).Reservations?.flatMap((r) => r.Instances),
    ).toHaveLength(3);
  });
});

describe('a cluster placement group', () => {
  test('stands in one zone, and takes types that can', async () => {
    const it = await createInstanceWorld();
    it.call(createPlacementGroup, { GroupName: 'hpc', Strategy: 'cluster' });
    it.call(runInstances, launch(it, 'hpc', 2));
    expect(
      it.fail(runInstances, { ...launch(it, 'hpc', 1), SubnetId: subnetIn(it, 'use1-az2') }),
    ).toMatchObject({
      code: 'InvalidPlacementGroup.InUse',
      message: expect.stringMatching(/is in use in another availability zone: us-east-1\w$/),
    });
    expect(
      it.fail(runInstances, { ...launch(it, 'hpc', 1), InstanceType: 't3.micro' }),
    ).toMatchObject({ code: 'InvalidParameterCombination' });
    // Without a zone it goes to the group's.
    const { SubnetId: _, ...anywhere } = launch(it, 'hpc', 1);
    const { Instances: more } = it.call(runInstances, anywhere);
    expect(more?.[0]?.Placement?.AvailabilityZoneId).toBe(zoneId);
  });
});

test('an instance that is stopped can change its placement group', async () => {
  const it = await createInstanceWorld();
  it.call(createPlacementGroup, { GroupName: 'db', Strategy: 'partition', PartitionCount: 2 });
  const [InstanceId = ''] = it.launch({ InstanceType: 'm5.large' });
  settle(it);
  const move = { InstanceId, GroupName: 'db', PartitionNumber: 2 };
  expect(it.fail(modifyInstancePlacement, move).code).toBe('IncorrectInstanceState');
  it.call(stopInstances, { InstanceIds: [InstanceId] });
  settle(it);
  expect(it.fail(modifyInstancePlacement, { InstanceId }).code).toBe('MissingParameter');
  it.call(modifyInstancePlacement, move);
  expect(it.describe(InstanceId).Placement).toMatchObject({ GroupName: 'db', PartitionNumber: 2 });
  it.call(modifyInstancePlacement, { InstanceId, GroupName: '' });
  expect(it.describe(InstanceId).Placement).toMatchObject({ GroupName: '' });
  it.call(deletePlacementGroup, { GroupName: 'db' });
});
