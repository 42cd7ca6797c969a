import { beforeEach, expect, it } from 'vitest';
import { setDesiredCapacity } from './desired-capacity.ts';
import { putLifecycleHook } from './hooks/lifecycle-hooks.ts';
import { targetLifecycleState } from './target-lifecycle-state.ts';
import { createGroupWorld, type GroupWorld } from './test-groups.ts';
import { putWarmPool } from './warm-pool/warm-pools.ts';

const named = { AutoScalingGroupName: 'web' };
let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
  world.createGroup({ DesiredCapacity: 1, MaxSize: 2 });
  world.advance(1);
});

/** Each instance's state and where it is on its way to. */
const targets = (): readonly string[] =>
  world
    .members()
    .map((member) => `${member.state} > ${targetLifecycleState(world.view(), member.id)}`);

it('an instance learns where its group is taking it', () => {
  world.call(putLifecycleHook, {
    ...named,
    LifecycleHookName: 'install',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    DefaultResult: 'CONTINUE',
    HeartbeatTimeout: 60,
  });
  world.call(putWarmPool, { ...named, InstanceReusePolicy: { ReuseOnScaleIn: true } });
  world.advance(0.5);
  expect(targets()).toEqual(['InService > InService', 'Warmed:Pending:Wait > Warmed:Stopped']);
  world.advance(3);
  expect(targets()).toEqual(['InService > InService', 'Warmed:Stopped > Warmed:Stopped']);
  world.call(setDesiredCapacity, { ...named, DesiredCapacity: 2 });
  world.advance(0.5);
  expect(targets()).toEqual(['InService > InService', 'Pending:Wait > InService']);
  const [alone = ''] = world.launch();
  expect(targetLifecycleState(world.view(), alone)).toBeUndefined();
});
