import { beforeEach, describe, expect, it } from 'vitest';
import { setDesiredCapacity } from '../desired-capacity.ts';
import { deleteAutoScalingGroup } from '../groups.ts';
import { terminateInstance } from '../members.ts';
import { createGroupWorld, type GroupWorld } from '../test-groups.ts';
import { completeLifecycleAction, recordLifecycleActionHeartbeat } from './complete-action.ts';
import { LifecycleActions, LifecycleHooks } from './entities.ts';
import {
  deleteLifecycleHook,
  describeLifecycleHooks,
  putLifecycleHook,
} from './lifecycle-hooks.ts';

const named = { AutoScalingGroupName: 'web' };
const warm = { ...named, LifecycleHookName: 'warm' };
const launching = { ...warm, LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' };
const flush = {
  ...named,
  LifecycleHookName: 'flush',
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
};

let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
});

const states = (): string =>
  world
    .members()
    .map((member) => member.state)
    .join(' ');
const first = (): string => world.members()[0]?.id ?? '';
const lastActivity = () => world.activities().at(-1);
const complete = (LifecycleActionResult: 'CONTINUE' | 'ABANDON', InstanceId = first()) =>
  world.call(completeLifecycleAction, { ...warm, InstanceId, LifecycleActionResult });

describe('an instance whose launch is hooked', () => {
  beforeEach(() => {
    world.createGroup({ DesiredCapacity: 0 });
    world.call(putLifecycleHook, { ...launching, HeartbeatTimeout: 300 });
    world.call(setDesiredCapacity, { ...named, DesiredCapacity: 1 });
    world.advance(1);
  });

  it('waits, and comes into service when it is told to continue', () => {
    expect([states(), lastActivity()?.status]).toEqual(['Pending:Wait', 'MidLifecycleAction']);
    complete('CONTINUE');
    world.advance(0.1);
    expect([states(), lastActivity()?.status]).toEqual(['InService', 'Successful']);
  });

  it('is let go when it is abandoned, and another is launched', () => {
    const abandoned = first();
    complete('ABANDON');
    world.advance(0.1);
    const [launch] = world.activities();
    expect(launch?.status).toBe('Cancelled');
    expect(launch?.statusMessage).toMatch(
      /^Instance failed to complete user's Lifecycle Action: Lifecycle Action with token [0-9a-f-]{36} was abandoned: Lifecycle Action Completed with ABANDON Result$/,
    );
    world.advance(2);
    expect(states()).toBe('Pending:Wait');
    expect(first()).not.toBe(abandoned);
  });

  it('is abandoned when its heartbeat is over, later with each heartbeat', () => {
    const waiting = first();
    for (let minutes = 0; minutes < 12; minutes += 4) {
      world.advance(4);
      world.call(recordLifecycleActionHeartbeat, { ...warm, InstanceId: waiting });
    }
    expect(first()).toBe(waiting);
    world.advance(4.9);
    expect(states()).toBe('Pending:Wait');
    world.advance(0.2);
    expect(world.activities()[0]?.statusMessage).toContain('was abandoned: Heartbeat Timeout');
  });

  it('waits no longer than the global timeout, whatever heartbeats come', () => {
    const waiting = first();
    const isWaiting = (): boolean =>
      world.members().some((one) => one.id === waiting && one.state === 'Pending:Wait');
    let minutes = 1;
    for (; isWaiting() && minutes < 3000; minutes += 4) {
      world.call(recordLifecycleActionHeartbeat, { ...warm, InstanceId: waiting });
      world.advance(4);
    }
    // A hundred heartbeats of five minutes.
    expect(minutes).toBeGreaterThanOrEqual(500);
    expect(minutes).toBeLessThan(506);
  });

  it('waits for every hook of the transition', () => {
    world.call(putLifecycleHook, { ...launching, LifecycleHookName: 'second' });
    complete('CONTINUE');
    world.call(setDesiredCapacity, { ...named, DesiredCapacity: 2 });
    world.advance(1);
    const second = world.members()[1]?.id ?? '';
    complete('CONTINUE', second);
    world.advance(1);
    expect(states()).toBe('InService Pending:Wait');
    world.call(completeLifecycleAction, {
      ...named,
      LifecycleHookName: 'second',
      InstanceId: second,
      LifecycleActionResult: 'CONTINUE',
    });
    world.advance(0.1);
    expect(states()).toBe('InService InService');
  });

  it('is not abandoned while the control plane is down', () => {
    const mend = world.breakDown('api/us-east-1/autoscaling', 'api');
    world.advance(30);
    expect(states()).toBe('Pending:Wait');
    mend();
    world.advance(1.1);
    expect(world.activities()[0]?.status).toBe('Cancelled');
  });

  it('goes with its group when that is deleted by force', () => {
    world.call(deleteAutoScalingGroup, { ...named, ForceDelete: true });
    world.advance(2);
    expect(world.members()).toEqual([]);
    expect(world.view().list(LifecycleHooks)).toEqual([]);
    expect(world.view().list(LifecycleActions)).toEqual([]);
  });

  it('is abandoned when its hook is deleted', () => {
    const waiting = first();
    world.call(deleteLifecycleHook, warm);
    world.advance(2);
    expect(states()).toBe('InService');
    expect(first()).not.toBe(waiting);
  });
});

describe('an instance whose end is hooked', () => {
  it.each(['CONTINUE', 'ABANDON'] as const)('waits, and ends with %s', (result) => {
    world.createGroup({ LifecycleHookSpecificationList: [flush] });
    world.advance(1);
    const leaving = first();
    const ending = { InstanceId: leaving, ShouldDecrementDesiredCapacity: true };
    world.call(terminateInstance, ending);
    world.advance(10);
    expect(states()).toBe('Terminating:Wait InService InService');
    expect(world.describe(leaving).State?.Name).toBe('running');
    world.call(completeLifecycleAction, {
      ...named,
      LifecycleHookName: 'flush',
      InstanceId: leaving,
      LifecycleActionResult: result,
    });
    world.advance(1);
    expect([states(), lastActivity()?.status]).toEqual(['InService InService', 'Successful']);
  });
});

describe('a lifecycle hook', () => {
  beforeEach(() => world.createGroup({ DesiredCapacity: 0 }));

  it('is described with its defaults, and changed in parts', () => {
    world.call(putLifecycleHook, launching);
    world.call(putLifecycleHook, { ...warm, HeartbeatTimeout: 60 });
    world.call(putLifecycleHook, flush);
    const { LifecycleHooks: hooks } = world.call(describeLifecycleHooks, named);
    expect(hooks).toMatchObject([
      { LifecycleHookName: 'flush', HeartbeatTimeout: 3600, GlobalTimeout: 172_800 },
      { ...launching, HeartbeatTimeout: 60, GlobalTimeout: 6000, DefaultResult: 'ABANDON' },
    ]);
  });

  it.each([
    [putLifecycleHook, { ...launching, HeartbeatTimeout: 29 }, 'HeartbeatTimeout must be between'],
    [putLifecycleHook, warm, 'LifecycleTransition is required'],
    [putLifecycleHook, { ...launching, DefaultResult: 'WAIT' }, 'Invalid default result'],
    [deleteLifecycleHook, warm, 'No Lifecycle Hook found for name: warm'],
    [describeLifecycleHooks, { AutoScalingGroupName: 'none' }, "AutoScalingGroup 'none' not found"],
    [
      completeLifecycleAction,
      { ...warm, InstanceId: 'i-1', LifecycleActionResult: 'CONTINUE' },
      'No active Lifecycle Action found with instance ID i-1',
    ],
    [
      recordLifecycleActionHeartbeat,
      { ...warm, LifecycleActionToken: 'f'.repeat(36) },
      `No active Lifecycle Action found with token ${'f'.repeat(36)}`,
    ],
  ])('is refused as AWS refuses it (%#)', (operation, input, message) => {
    // The table holds operations of different inputs, each with its own.
    const refusal = world.fail(operation as typeof putLifecycleHook, input as never);
    expect(refusal.code).toBe('ValidationError');
    expect(refusal.message).toContain(message);
  });
});
