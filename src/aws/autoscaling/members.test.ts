import { beforeEach, describe, expect, it } from 'vitest';
import { createTags } from '../ec2/tags.ts';
import { tagsOf } from '../shared/tags.ts';
import { setDesiredCapacity } from './desired-capacity.ts';
import { createOrUpdateTags } from './group-tags.ts';
import { updateAutoScalingGroup } from './groups.ts';
import { setInstanceHealth, setInstanceProtection } from './member-settings.ts';
import {
  attachInstances,
  detachInstances,
  enterStandby,
  exitStandby,
  terminateInstance,
} from './members.ts';
import { createGroupWorld, type GroupWorld } from './test-groups.ts';

let world: GroupWorld;
let ids: readonly string[];
beforeEach(async () => {
  world = await createGroupWorld();
  world.createGroup();
  world.advance(1);
  ids = world.members().map((member) => member.id);
});

const named = { AutoScalingGroupName: 'web' };
const one = (): string => ids[0] ?? '';
const only = (lowered: boolean) => ({
  ...named,
  InstanceIds: [one()],
  ShouldDecrementDesiredCapacity: lowered,
});
const stateOf = (id: string): string | undefined =>
  world.members().find((member) => member.id === id)?.state;
const serving = (): number => world.members().filter((it) => it.state === 'InService').length;
/** What the last activity says, without its moments. */
const lastActivity = (): string => {
  const { description, cause } = world.activities().at(-1) ?? {};
  return `${description}: ${cause?.replaceAll(/At \S+ /g, '')}`;
};

describe('an instance of a group', () => {
  it('stands by without being missed, and comes back', () => {
    world.call(enterStandby, only(true));
    expect(lastActivity()).toBe(
      `Moving EC2 instance to Standby: ${one()}: instance ${one()} was moved to standby in response to a user request, shrinking the capacity from 3 to 2.`,
    );
    world.advance(1);
    expect([stateOf(one()), serving(), world.group().desiredCapacity]).toEqual(['Standby', 2, 2]);
    world.call(exitStandby, { ...named, InstanceIds: [one()] });
    world.advance(1);
    expect([stateOf(one()), serving(), world.group().desiredCapacity]).toEqual(['InService', 3, 3]);
  });

  it('that stands by is replaced when the desired capacity stays', () => {
    world.call(enterStandby, only(false));
    world.advance(1);
    expect([stateOf(one()), serving()]).toEqual(['Standby', 3]);
    world.call(exitStandby, { ...named, InstanceIds: [one()] });
    world.advance(1);
    expect([serving(), world.group().desiredCapacity]).toEqual([4, 4]);
  });

  it('is detached and runs on, and can be attached again', () => {
    world.call(detachInstances, only(true));
    world.advance(1);
    expect(stateOf(one())).toBeUndefined();
    expect(world.describe(one()).State?.Name).toBe('running');
    world.call(attachInstances, { ...named, InstanceIds: [one()] });
    expect(lastActivity()).toBe(
      `Attaching an existing EC2 instance: ${one()}: an instance was added in response to user request. Keeping the capacity at the new 3.`,
    );
    world.advance(1);
    expect([stateOf(one()), serving()]).toEqual(['InService', 3]);
  });

  it('wears the tag of its group while it belongs to it, and gets the tags of a group that takes it in', () => {
    const tags = (): readonly string[] =>
      tagsOf(world.view(), one())
        .filter((tag) => !tag.Key.startsWith('aws:ec2'))
        .map((tag) => `${tag.Key}=${tag.Value}`);
    expect(tags()).toEqual(['aws:autoscaling:groupName=web']);
    world.call(detachInstances, only(true));
    world.advance(1);
    expect(tags()).toEqual([]);
    const tag = { ResourceId: 'web', ResourceType: 'auto-scaling-group', Value: '1' };
    world.call(createOrUpdateTags, {
      Tags: [
        { ...tag, Key: 'given', PropagateAtLaunch: true },
        { ...tag, Key: 'kept', PropagateAtLaunch: false },
      ],
    });
    world.call(createTags, { Resources: [one()], Tags: [{ Key: 'given', Value: 'before' }] });
    world.call(attachInstances, { ...named, InstanceIds: [one()] });
    expect(tags()).toEqual(['aws:autoscaling:groupName=web', 'given=1']);
  });

  it('is terminated and replaced, or not replaced', () => {
    const [first = '', second = ''] = ids;
    world.call(terminateInstance, { InstanceId: first, ShouldDecrementDesiredCapacity: false });
    world.advance(1);
    expect([stateOf(first), serving()]).toEqual([undefined, 3]);
    const { Activity } = world.call(terminateInstance, {
      InstanceId: second,
      ShouldDecrementDesiredCapacity: true,
    });
    expect(Activity).toMatchObject({
      Description: `Terminating EC2 instance: ${second}`,
      StatusCode: 'InProgress',
    });
    expect(Activity?.Cause).toContain(
      'response to a user request, shrinking the capacity from 3 to 2.',
    );
    world.advance(1);
    expect([serving(), world.group().desiredCapacity]).toEqual([2, 2]);
  });

  it('that its user finds unhealthy is terminated first and replaced by a later activity', () => {
    world.call(setInstanceHealth, { InstanceId: one(), HealthStatus: 'Unhealthy' });
    world.advance(1);
    const [terminating, launching] = world.activities().slice(-2);
    expect(terminating?.cause).toMatch(/out of service in response to a user health-check\.$/);
    expect(launching?.cause).toMatch(
      /in response to an unhealthy instance needing to be replaced\.$/,
    );
    expect([stateOf(one()), serving()]).toEqual([undefined, 3]);
  });

  it('is spared in its grace period', () => {
    world.call(updateAutoScalingGroup, { ...named, HealthCheckGracePeriod: 600 });
    world.call(setInstanceHealth, { InstanceId: one(), HealthStatus: 'Unhealthy' });
    world.advance(1);
    expect(stateOf(one())).toBe('InService');
    world.call(setInstanceHealth, {
      InstanceId: one(),
      HealthStatus: 'Unhealthy',
      ShouldRespectGracePeriod: false,
    });
    world.advance(1);
    expect(stateOf(one())).toBeUndefined();
  });

  it('that is protected stays when others go', () => {
    const [first = '', second = ''] = ids;
    world.call(setInstanceProtection, {
      ...named,
      InstanceIds: [first, second],
      ProtectedFromScaleIn: true,
    });
    world.call(setDesiredCapacity, { ...named, DesiredCapacity: 1 });
    world.advance(1);
    expect(world.members().map((member) => member.id)).toEqual([first, second]);
  });
});

describe('is refused', () => {
  it('what would break the bounds of the group', () => {
    world.call(updateAutoScalingGroup, { ...named, MinSize: 3, MaxSize: 3 });
    expect(
      world.fail(terminateInstance, { InstanceId: one(), ShouldDecrementDesiredCapacity: true })
        .message,
    ).toBe(
      "Currently, desiredSize equals minSize (3). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
    );
    expect(world.fail(enterStandby, only(true)).code).toBe('ValidationError');
    const [InstanceId = ''] = world.launch();
    world.advance(1);
    const stranger = { ...named, InstanceIds: [InstanceId] };
    expect(world.fail(attachInstances, stranger).message).toMatch(
      /Availability Zone|max size of 3/,
    );
  });

  it('what names instances that are not in it, or not in that state', () => {
    const stranger = { ...named, InstanceIds: ['i-0123456789abcdef0'] };
    expect([
      world.fail(detachInstances, { ...stranger, ShouldDecrementDesiredCapacity: true }).message,
      world.fail(exitStandby, { ...named, InstanceIds: [one()] }).message,
      world.fail(attachInstances, stranger).message,
      world.fail(attachInstances, { ...named, InstanceIds: [one()] }).message,
      world.fail(setInstanceHealth, { InstanceId: 'i-1', HealthStatus: 'Healthy' }).message,
      world.fail(setInstanceHealth, { InstanceId: one(), HealthStatus: 'Fine' }).code,
    ]).toEqual([
      'The instance i-0123456789abcdef0 is not part of Auto Scaling group web.',
      `The instance ${one()} is not in Standby.`,
      'Invalid Instance ID(s): i-0123456789abcdef0',
      `Instance ${one()} is already part of an Auto Scaling group.`,
      'Instance Id not found - No managed instance found for instance ID: i-1',
      'ValidationError',
    ]);
  });
});

it('a group with a launch-before-terminate policy never serves with fewer', () => {
  world.call(updateAutoScalingGroup, {
    ...named,
    InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 },
  });
  world.call(setInstanceHealth, { InstanceId: one(), HealthStatus: 'Unhealthy' });
  const seen: string[] = [];
  for (let second = 0; second < 60; second++) {
    world.advance(1 / 60);
    const states = world.members().map((member) => (member.id === one() ? 'old' : member.state));
    const text = states.toSorted().join(' ');
    if (text !== seen.at(-1)) seen.push(text);
  }
  expect(seen[0]).toBe('InService InService Pending old');
  expect(seen.at(-1)).toBe('InService InService InService');
  expect(seen).not.toContain('InService InService Pending');
});
