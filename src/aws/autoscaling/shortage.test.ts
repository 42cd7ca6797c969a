import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { stopInstances, terminateInstances } from '../ec2/instances/instances.ts';
import { deleteLaunchTemplate } from '../ec2/launch-templates/templates.ts';
import { isControlPlaneUp } from './control-plane.ts';
import { setDesiredCapacity } from './desired-capacity.ts';
import { createGroupWorld, type GroupWorld } from './test-groups.ts';

const named = { AutoScalingGroupName: 'web' };

describe('a zone without capacity', () => {
  let world: GroupWorld;
  beforeEach(async () => {
    world = await createGroupWorld();
  });

  it('fails an activity in the words of EC2, and the others take its instances', () => {
    const [zoneId = ''] = world.zoneIds;
    const mend = world.breakDown(`zone/${zoneId}`, 'power');
    world.createGroup();
    world.advance(1);
    const failed = world.activities().filter((one) => one.status === 'Failed');
    expect(failed[0]?.statusMessage).toMatch(
      /^We currently do not have sufficient t3\.micro capacity in the Availability Zone you requested \(us-east-1a\)\..* Launching EC2 instance failed\.$/,
    );
    expect(failed[0]?.description).toMatch(/^Launching a new EC2 instance\. {2}Status Reason: We /);
    expect(world.members().filter((one) => one.state === 'InService')).toHaveLength(3);
    mend();
    world.advance(10);
    expect(world.serving()).toBe('1/1/1');
  });

  it('is waited for with balanced-only', () => {
    const [zoneId = ''] = world.zoneIds;
    const mend = world.breakDown(`zone/${zoneId}`, 'power');
    world.createGroup({
      DesiredCapacity: 6,
      AvailabilityZoneDistribution: { CapacityDistributionStrategy: 'balanced-only' },
    });
    world.advance(5);
    expect(world.serving()).toBe('0/2/2');
    const failures = world.activities().filter((one) => one.status === 'Failed').length;
    // One at once, others after 30, 60 and 120 seconds.
    expect(failures).toBe(4);
    mend();
    world.advance(10);
    expect(world.serving()).toBe('2/2/2');
  });

  it('in the middle of a launch is as good as one before it', () => {
    world.createGroup();
    world.advance(0.01);
    expect(world.members()).toHaveLength(3);
    world.breakDown(`zone/${world.zoneIds[1] ?? ''}`, 'power');
    world.advance(3);
    expect(world.members().filter((one) => one.state === 'InService')).toHaveLength(3);
    expect(world.serving()).toMatch(/^(1\/0\/2|2\/0\/1)$/);
    expect(world.activities().map((one) => one.statusMessage)).toContainEqual(
      expect.stringContaining('Server.InsufficientInstanceCapacity'),
    );
  });
});

it('tries again, less and less often, what no zone can launch, and at once when it is asked anew', async () => {
  const world = await createGroupWorld();
  world.createGroup({ DesiredCapacity: 0 });
  world.call(deleteLaunchTemplate, { LaunchTemplateName: 'web' });
  world.call(setDesiredCapacity, { ...named, DesiredCapacity: 2 });
  world.advance(4);
  expect(world.activities().map((one) => one.status)).toEqual([
    'Failed',
    'Failed',
    'Failed',
    'Failed',
  ]);
  world.call(setDesiredCapacity, { ...named, DesiredCapacity: 1 });
  world.advance(0.1);
  expect(world.activities()).toHaveLength(5);
});

describe('an API of EC2 that fails', () => {
  it.each([
    ['throttle', 'Request limit exceeded. Launching EC2 instance failed.'],
    ['error', 'An internal error has occurred. Launching EC2 instance failed.'],
  ])('as %s fails the activities of a group, which tries again', async (as, message) => {
    const world = await createGroupWorld();
    const mend = world.breakDown('api/us-east-1/ec2', 'api', { as, operations: ['RunInstances'] });
    world.createGroup();
    world.advance(3);
    expect(world.activities()[0]).toMatchObject({ status: 'Failed', statusMessage: message });
    expect(world.members()).toHaveLength(0);
    mend();
    world.advance(20);
    expect(world.serving()).toBe('1/1/1');
  });
});

describe('the control plane', () => {
  it.each<[string, string, object, boolean]>([
    ['api/us-east-1', 'api', {}, false],
    ['api/us-east-1/ec2', 'api', {}, false],
    ['api/us-east-1/elasticloadbalancing', 'api', {}, true],
    ['api/us-east-1/ec2', 'api', { operations: ['StopInstances'] }, true],
    ['api/us-east-1/ec2', 'api', { severity: 0.5 }, true],
    ['region/us-east-1', 'disaster', {}, false],
    // Cut off from the rest, the Region still works within.
    ['region/us-east-1', 'network', {}, true],
  ])('under %s %s %o replaces what is lost: %s', async (target, effect, more, isUp) => {
    const world = await createGroupWorld();
    world.breakDown(target, effect, more);
    expect(isControlPlaneUp(world.view())).toBe(isUp);
  });
});

describe('under random failures and repairs', () => {
  const step = fc.record({
    kind: fc.constantFrom('break', 'mend', 'stop', 'terminate', 'desire', 'rest'),
    pick: fc.nat(100),
    seconds: fc.integer({ min: 1, max: 400 }),
  });

  it('a group comes to what is desired, balanced over its zones', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom('balanced-best-effort' as const, 'balanced-only' as const),
        fc.array(step, { maxLength: 12 }),
        async (seed, strategy, steps) => {
          const world = await createGroupWorld(seed);
          world.createGroup({
            AvailabilityZoneDistribution: { CapacityDistributionStrategy: strategy },
          });
          let mends: (() => void)[] = [];
          const mendAll = (): void => {
            for (const mend of mends) mend();
            mends = [];
          };
          for (const { kind, pick, seconds } of steps) {
            const members = world.members();
            const victim = members[pick % Math.max(1, members.length)];
            const state = victim === undefined ? '' : world.describe(victim.id).State?.Name;
            if (kind === 'break' && mends.length === 0) {
              mends.push(world.breakDown(`zone/${world.zoneIds[pick % 3] ?? ''}`, 'power'));
            } else if (kind === 'mend') mendAll();
            else if (kind === 'desire') {
              world.call(setDesiredCapacity, { ...named, DesiredCapacity: 1 + (pick % 6) });
            } else if (victim !== undefined && state === 'running') {
              if (kind === 'stop') world.call(stopInstances, { InstanceIds: [victim.id] });
              if (kind === 'terminate') {
                world.call(terminateInstances, { InstanceIds: [victim.id] });
              }
            }
            world.advance(seconds / 60);
          }
          mendAll();
          world.advance(60);
          const desired = world.group().desiredCapacity;
          const counts = world.serving().split('/').map(Number);
          expect(world.members()).toHaveLength(desired);
          expect(counts.reduce((sum, count) => sum + count)).toBe(desired);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 40 },
    );
  });
});
