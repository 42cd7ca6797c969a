import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Geography } from '../../atlas/geography.ts';
import { awsRegions } from '../../atlas/regions.ts';
import type { Supply } from '../../atlas/supply.ts';
import { setDesiredCapacity } from './desired-capacity.ts';
import { createGroupWorld } from './test-groups.ts';

const worldWith = (supply: Supply, seed = 1) =>
  createGroupWorld(seed, new Geography(awsRegions, [], undefined, supply));

/** The same in each zone of the Region: room for so many instances of t3.micro, which has two vCPUs. */
const roomFor = (instances: number): Supply['stocks'] =>
  [1, 2, 3, 4, 5, 6].map((number) => ({
    zoneId: `use1-az${number}`,
    types: ['t3'],
    vcpus: 2 * instances,
  }));

const counts = (serving: string): readonly number[] => serving.split('/').map(Number);

it('a group launches no more than its zones have, even all at once, and says why', async () => {
  const world = await worldWith({ stocks: roomFor(1) });
  world.createGroup({ DesiredCapacity: 6 });
  world.advance(5);
  expect(world.serving()).toBe('1/1/1');
  expect(world.activities().map((one) => one.statusMessage)).toContainEqual(
    expect.stringMatching(
      /^We currently do not have sufficient t3\.micro capacity .* or choosing us-east-1d, us-east-1e, us-east-1f\. Launching EC2 instance failed\.$/,
    ),
  );
});

it('a group goes where there is capacity and is balanced again once the shortage is over', async () => {
  const world = await worldWith({ stocks: [] });
  const mend = world.breakDown(`zone/${world.zoneIds[0] ?? ''}`, 'capacity');
  world.createGroup({ DesiredCapacity: 6 });
  world.advance(2);
  expect(world.serving()).toBe('0/3/3');
  mend();
  world.advance(30);
  expect(world.serving()).toBe('2/2/2');
});

it('a rush keeps a group short of what it desires until it fades', async () => {
  const world = await worldWith({
    stocks: roomFor(3),
    rush: { share: 1, durationMs: 60 * 60_000 },
  });
  world.createGroup({ DesiredCapacity: 6 });
  world.advance(5);
  expect(world.serving()).toBe('2/2/2');
  world.breakDown(`zone/${world.zoneIds[0] ?? ''}`, 'power');
  world.advance(20);
  expect(world.serving()).toBe('0/2/2');
  world.advance(60);
  expect(world.serving()).toBe('0/3/3');
});

it('under random shortages a group comes to what is desired once they are over', async () => {
  const step = fc.record({
    kind: fc.constantFrom('short', 'mend', 'desire', 'rest'),
    zone: fc.nat(2),
    severity: fc.constantFrom(0.3, 0.9, 1),
    desired: fc.integer({ min: 1, max: 6 }),
    minutes: fc.integer({ min: 0, max: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(50),
      fc.array(step, { minLength: 3, maxLength: 12, size: 'max' }),
      async (seed, steps) => {
        const world = await worldWith({ stocks: [] }, seed);
        world.createGroup();
        const mends = new Map<number, () => void>();
        for (const { kind, zone, severity, desired, minutes } of steps) {
          if (kind === 'short' && !mends.has(zone)) {
            const target = `zone/${world.zoneIds[zone] ?? ''}`;
            mends.set(zone, world.breakDown(target, 'capacity', { severity }));
          } else if (kind === 'mend') {
            mends.get(zone)?.();
            mends.delete(zone);
          } else if (kind === 'desire') {
            world.call(setDesiredCapacity, {
              AutoScalingGroupName: 'web',
              DesiredCapacity: desired,
            });
          }
          world.advance(minutes);
        }
        for (const mend of mends.values()) mend();
        world.advance(60);
        const serving = counts(world.serving());
        expect(serving.reduce((sum, count) => sum + count)).toBe(world.group().desiredCapacity);
        expect(Math.max(...serving) - Math.min(...serving)).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 30 },
  );
});
