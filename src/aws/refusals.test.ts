import { describe, expect, it } from 'vitest';
import { isDomainError } from '../world/domain-error.ts';
import { createTestWorld } from '../world/test-world.ts';
import { execute } from './execute.ts';
import { noHost } from './host.ts';
import { LoadedServices } from './loaded-services.ts';
import { refusedMember } from './refusals.ts';

const of = (...paths: readonly string[]) => ({
  protocol: 'query' as const,
  title: 'Test',
  refuses: { Do: paths },
});

describe('members of an input that are not built', () => {
  it.each([
    ['at the top', 'Window', { Window: { Size: 1 } }, true],
    ['further in', 'Rule.Window', { Rule: { Window: 'x' } }, true],
    ['in any element of a list', 'Rules.Window', { Rules: [{}, { Window: 0 }] }, true],
    ['in lists of lists', 'Batches.Rules.Window', { Batches: [{ Rules: [{ Window: 1 }] }] }, true],
    ['not there', 'Rule.Window', { Rule: {} }, false],
    ['nothing on the way', 'Rule.Window', {}, false],
    ['false asks for nothing', 'Window', { Window: false }, false],
    ['another operation', 'Window', { Window: 1 }, false, 'Undo'],
  ])('are found: %s', (_, path, input, isRefused, operation = 'Do') => {
    expect(refusedMember(of(path), operation, input) !== undefined).toBe(isRefused);
  });

  it('are refused before anything is done, by the words of the service', async () => {
    const services = new LoadedServices(noHost);
    const { world } = await createTestWorld({ rules: services.rules });
    const call = async (name: string, operation: string, input: Record<string, unknown>) => {
      const service = await services.load(name);
      const account = '111122223333';
      return execute(world, { service, operation, region: 'us-east-1', account, input }).output;
    };
    const zone = await call('route53', 'CreateHostedZone', {
      Name: 'example.com',
      CallerReference: 'a',
      EnablePublicDNSFallback: true,
    });
    expect(isDomainError(zone) && [zone.code, zone.message]).toEqual([
      'NotImplemented',
      'Faultline has not built the parameter EnablePublicDNSFallback of CreateHostedZone yet (Amazon Route 53).',
    ]);
    const instance = await call('ec2', 'CreateImage', {
      InstanceId: 'i-0123456789abcdef0',
      Name: 'golden',
      BootModeOverride: 'uefi',
    });
    expect(isDomainError(instance) && instance.code).toBe('UnsupportedOperation');
    expect(world.shards().flatMap((shard) => [...world.contents(shard)])).toEqual([]);
  });
});
