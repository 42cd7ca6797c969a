import { describe, expect, it } from 'vitest';
import { createTestWorld } from '../world/test-world.ts';
import { openNamedFault } from './open-named-fault.ts';

describe('a fault', () => {
  it.each([
    ['instance/i-0123456789abcdef0', 'power', "no instance 'i-0123456789abcdef0'"],
    ['api/us-east-1/teleport', 'api', "no service 'teleport'; there are account, "],
    ['zone/use1-az1/z9', 'capacity', "no instance type or family 'z9'"],
    ['zone/use1-az9', 'power', "no zone with the id 'use1-az9'"],
  ])('of %s, which is not there, is refused', async (target, effect, why) => {
    const { world } = await createTestWorld();
    const refused = await openNamedFault(world, { target, effect });
    expect(refused).toMatchObject({ code: 'InvalidTarget' });
    expect(refused).toHaveProperty('message', expect.stringContaining(why));
    expect(world.conditions.faults).toEqual([]);
  });

  it.each(['api/us-east-1', 'api/us-east-1/ec2', 'api/eu-west-1/elasticloadbalancing'])(
    'of %s is opened',
    async (target) => {
      const { world } = await createTestWorld();
      expect(await openNamedFault(world, { target, effect: 'api' })).toMatchObject({ target });
      expect(world.conditions.faults).toHaveLength(1);
    },
  );
});
