import { beforeEach, describe, expect, it } from 'vitest';
import { startInstances, terminateInstances } from '../../ec2/instances/instances.ts';
import { createLaunchTemplateVersion } from '../../ec2/launch-templates/versions.ts';
import { describeAutoScalingGroups } from '../describe-groups.ts';
import { setDesiredCapacity } from '../desired-capacity.ts';
import { deleteAutoScalingGroup } from '../groups.ts';
import { completeLifecycleAction } from '../hooks/complete-action.ts';
import { putLifecycleHook } from '../hooks/lifecycle-hooks.ts';
import { refreshOperations } from '../refresh/operations.ts';
import { createGroupWorld, type GroupWorld } from '../test-groups.ts';
import { WarmPools } from './entities.ts';
import { deleteWarmPool, describeWarmPool, putWarmPool } from './warm-pools.ts';

const named = { AutoScalingGroupName: 'web' };

let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
  world.createGroup({ MaxSize: 6 });
  world.advance(1);
});

/** How many instances are in each state, as `InService 3`. */
const states = (): string => {
  const counts = new Map<string, number>();
  for (const { state } of world.members()) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts]
    .map(([state, count]) => `${state} ${count}`)
    .toSorted()
    .join(', ');
};
const idsIn = (state: string): readonly string[] =>
  world
    .members()
    .filter((member) => member.state === state)
    .map((member) => member.id);
const desire = (DesiredCapacity: number): void => {
  world.call(setDesiredCapacity, { ...named, DesiredCapacity });
};
const descriptions = (): readonly string[] =>
  world.activities().map(({ description }) => description.replace(/i-\w+/, 'i-'));

describe('a warm pool', () => {
  it('keeps what the group may still grow by, stopped, and out of its list of instances', () => {
    world.call(putWarmPool, named);
    world.advance(1);
    expect(states()).toBe('InService 3, Warmed:Stopped 3');
    expect(
      world
        .members()
        .map(({ zoneId }) => zoneId)
        .toSorted(),
    ).toEqual([...world.zoneIds, ...world.zoneIds].toSorted());
    const [id = ''] = idsIn('Warmed:Stopped');
    expect(world.describe(id).State?.Name).toBe('stopped');
    expect(descriptions().at(-1)).toBe('Launching a new EC2 instance into warm pool: i-');
    const [group] =
      world.call(describeAutoScalingGroups, { AutoScalingGroupNames: ['web'] }).AutoScalingGroups ??
      [];
    expect(group).toMatchObject({
      WarmPoolSize: 3,
      WarmPoolConfiguration: { PoolState: 'Stopped' },
    });
    expect(group?.Instances).toHaveLength(3);
    expect(world.call(describeWarmPool, named).Instances).toHaveLength(3);
  });

  it('gives its instances to the group when it grows, and goes by its size', () => {
    world.call(putWarmPool, { ...named, MaxGroupPreparedCapacity: 4, MinSize: 1 });
    world.advance(1);
    const [warm = ''] = idsIn('Warmed:Stopped');
    desire(4);
    world.advance(1);
    expect(idsIn('InService')).toContain(warm);
    expect(states()).toBe('InService 4, Warmed:Stopped 1');
    expect(descriptions()).toContain('Launching a new EC2 instance from warm pool: i-');
    world.call(putWarmPool, { ...named, MinSize: 0 });
    world.advance(1);
    expect(states()).toBe('InService 4');
  });

  it('makes growing faster by what instances need to be ready', () => {
    const hook = { ...named, LifecycleHookName: 'install' };
    world.call(putLifecycleHook, {
      ...hook,
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      HeartbeatTimeout: 300,
      DefaultResult: 'CONTINUE',
    });
    const secondsToServe = (count: number): number => {
      desire(count);
      let seconds = 0;
      for (; idsIn('InService').length < count && seconds < 1000; seconds++) {
        world.advance(1 / 60);
        // What was installed before it rested is there already.
        for (const InstanceId of idsIn('Pending:Wait')) {
          const isSecondBoot =
            world.activities().filter((one) => one.description.endsWith(InstanceId)).length > 1;
          if (!isSecondBoot) continue;
          world.call(completeLifecycleAction, {
            ...hook,
            InstanceId,
            LifecycleActionResult: 'CONTINUE',
          });
        }
      }
      return seconds;
    };
    const cold = secondsToServe(4);
    world.call(putWarmPool, named);
    world.advance(7);
    const warm = secondsToServe(5);
    expect(cold).toBeGreaterThan(300);
    expect(warm).toBeLessThan(15);
  });

  it('of running instances gives them at once', () => {
    world.call(putWarmPool, { ...named, PoolState: 'Running' });
    world.advance(1);
    expect(states()).toBe('InService 3, Warmed:Running 3');
    desire(6);
    world.advance(1 / 60);
    expect(states()).toBe('InService 6');
  });

  it('takes instances back when the group shrinks, if it is told so', () => {
    world.call(putWarmPool, {
      ...named,
      MaxGroupPreparedCapacity: 3,
      InstanceReusePolicy: { ReuseOnScaleIn: true },
    });
    const before = idsIn('InService');
    desire(1);
    world.advance(1);
    expect(states()).toBe('InService 1, Warmed:Stopped 2');
    expect([...idsIn('InService'), ...idsIn('Warmed:Stopped')].toSorted()).toEqual(
      before.toSorted(),
    );
    desire(3);
    world.advance(1);
    expect(idsIn('InService').toSorted()).toEqual(before.toSorted());
  });

  it('replaces what is lost, and what somebody has started', () => {
    world.call(putWarmPool, named);
    world.advance(1);
    const [lost = '', started = ''] = idsIn('Warmed:Stopped');
    world.call(terminateInstances, { InstanceIds: [lost] });
    world.call(startInstances, { InstanceIds: [started] });
    world.advance(2);
    expect(states()).toBe('InService 3, Warmed:Stopped 3');
    expect(idsIn('Warmed:Stopped')).not.toContain(lost);
    expect(idsIn('Warmed:Stopped')).not.toContain(started);
  });

  it('holds instances by the hooks of their launch on their way in', () => {
    world.call(putLifecycleHook, {
      ...named,
      LifecycleHookName: 'install',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      HeartbeatTimeout: 300,
    });
    world.call(putWarmPool, { ...named, MaxGroupPreparedCapacity: 4 });
    world.advance(1);
    expect(states()).toBe('InService 3, Warmed:Pending:Wait 1');
    world.call(completeLifecycleAction, {
      ...named,
      LifecycleHookName: 'install',
      InstanceId: idsIn('Warmed:Pending:Wait')[0],
      LifecycleActionResult: 'CONTINUE',
    });
    world.advance(1);
    expect(states()).toBe('InService 3, Warmed:Stopped 1');
  });

  it('is refreshed with its group', () => {
    world.call(putWarmPool, named);
    world.advance(1);
    world.call(createLaunchTemplateVersion, {
      LaunchTemplateName: 'web',
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 't3.small' },
    });
    world.call(refreshOperations.StartInstanceRefresh, {
      ...named,
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } },
    });
    expect(world.fail(putWarmPool, named).code).toBe('InstanceRefreshInProgress');
    world.advance(10);
    expect(states()).toBe('InService 3, Warmed:Stopped 3');
    expect(new Set(world.members().map(({ instanceType }) => instanceType))).toEqual(
      new Set(['t3.small']),
    );
  });

  it('is deleted when its instances have gone, or at once', () => {
    world.call(putWarmPool, named);
    world.advance(1);
    world.call(deleteWarmPool, named);
    expect(world.call(describeWarmPool, named).WarmPoolConfiguration?.Status).toBe('PendingDelete');
    world.advance(1);
    expect([states(), world.view().list(WarmPools)]).toEqual(['InService 3', []]);
    world.call(putWarmPool, named);
    world.advance(1);
    world.call(deleteWarmPool, { ...named, ForceDelete: true });
    expect(world.view().list(WarmPools)).toEqual([]);
    world.advance(1);
    expect(states()).toBe('InService 3');
  });

  it('goes with its group', () => {
    world.call(putWarmPool, named);
    world.advance(1);
    world.call(deleteAutoScalingGroup, { ...named, ForceDelete: true });
    world.advance(2);
    expect([world.members(), world.view().list(WarmPools)]).toEqual([[], []]);
  });

  it.each([
    [{ PoolState: 'Hibernated' }, 'NotImplemented'],
    [{ MaxGroupPreparedCapacity: -2 }, 'ValidationError'],
    [{ MinSize: 3, MaxGroupPreparedCapacity: 2 }, 'ValidationError'],
  ] as const)('is refused with %j', (more, code) => {
    expect(world.fail(putWarmPool, { ...named, ...more }).code).toBe(code);
    expect(world.fail(deleteWarmPool, named).message).toContain('No warm pool found');
  });
});
