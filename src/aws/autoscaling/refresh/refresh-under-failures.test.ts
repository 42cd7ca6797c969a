import fc from 'fast-check';
import { expect, it } from 'vitest';
import { terminateInstances } from '../../ec2/instances/instances.ts';
import { createLaunchTemplateVersion } from '../../ec2/launch-templates/versions.ts';
import { setDesiredCapacity } from '../desired-capacity.ts';
import { createGroupWorld } from '../test-groups.ts';
import { putWarmPool } from '../warm-pool/warm-pools.ts';
import { refreshOperations } from './operations.ts';

const named = { AutoScalingGroupName: 'web' };

/** What happens to the group in one minute of its refresh. */
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'nothing' as const }) },
  fc.record({ kind: fc.constant('loss' as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant('size' as const), desired: fc.integer({ min: 2, max: 6 }) }),
);

it('a refresh comes to its end, whatever is lost and however the group grows and shrinks meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000 }),
      fc.constantFrom([90, 100], [100, 110], [50, 100], [75, 150]),
      fc.boolean(),
      fc.array(happening, { maxLength: 12 }),
      async (seed, [min = 0, max = 0], hasPool, happenings) => {
        const world = await createGroupWorld(seed);
        world.createGroup({ DesiredCapacity: 4 });
        if (hasPool) world.call(putWarmPool, named);
        world.advance(1);
        world.call(createLaunchTemplateVersion, {
          LaunchTemplateName: 'web',
          SourceVersion: '1',
          LaunchTemplateData: { InstanceType: 't3.small' },
        });
        world.call(refreshOperations.StartInstanceRefresh, {
          ...named,
          DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } },
          Preferences: {
            MinHealthyPercentage: min,
            MaxHealthyPercentage: max,
            InstanceWarmup: 45,
          },
        });
        for (const one of happenings) {
          world.advance(1);
          const members = world.members();
          const lost = one.kind === 'loss' ? members[one.which % members.length] : undefined;
          if (lost !== undefined) world.call(terminateInstances, { InstanceIds: [lost.id] });
          if (one.kind === 'size') {
            world.call(setDesiredCapacity, { ...named, DesiredCapacity: one.desired });
          }
        }
        world.advance(45);
        const [refresh] =
          world.call(refreshOperations.DescribeInstanceRefreshes, named).InstanceRefreshes ?? [];
        expect(refresh).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
        const serving = world.members().filter((member) => member.state === 'InService');
        expect(serving).toHaveLength(world.group().desiredCapacity);
        expect(new Set(world.members().map((member) => member.instanceType))).toEqual(
          new Set(['t3.small']),
        );
        const counts = world.serving().split('/').map(Number);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

it('a refresh never leaves fewer in service than it may, however new its instances are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000 }),
      fc.constantFrom([90, 100], [75, 100], [50, 100], [75, 150]),
      fc.integer({ min: 0, max: 120 }),
      fc.constantFrom(0, 30, 300),
      async (seed, [min = 0, max = 0], seconds, warmUpSeconds) => {
        const world = await createGroupWorld(seed);
        world.createGroup({ DesiredCapacity: 4, DefaultInstanceWarmup: warmUpSeconds });
        const inService = (): number =>
          world.members().filter((member) => member.state === 'InService').length;
        const second = 1 / 60;
        for (let waited = 0; inService() < 4 && waited < 600; waited++) world.advance(second);
        world.advance(seconds * second);
        world.call(createLaunchTemplateVersion, {
          LaunchTemplateName: 'web',
          SourceVersion: '1',
          LaunchTemplateData: { InstanceType: 't3.small' },
        });
        world.call(refreshOperations.StartInstanceRefresh, {
          ...named,
          DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } },
          Preferences: { MinHealthyPercentage: min, MaxHealthyPercentage: max },
        });
        const status = () =>
          world.call(refreshOperations.DescribeInstanceRefreshes, named).InstanceRefreshes?.[0]
            ?.Status;
        // Ten percent of four is less than one: it goes on by one all the same.
        const floor = Math.min(Math.ceil((4 * min) / 100), 3);
        for (let waited = 0; status() !== 'Successful' && waited < 3600; waited++) {
          world.advance(second);
          expect(inService()).toBeGreaterThanOrEqual(floor);
        }
        expect(status()).toBe('Successful');
      },
    ),
    { numRuns: 15 },
  );
}, 60_000);
