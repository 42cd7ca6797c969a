import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { resolveName } from '../support/faultline-admin.ts';
import { startReady, stop, type Running } from '../support/faultline-process.ts';

let world: Running;

beforeAll(async () => {
  world = await startReady({ speed: 40 });
});
afterAll(async () => {
  await stop(world);
});

describe('a TTL that a speed rounds', () => {
  it('is told of once, when it is first shown', async () => {
    const { route53 } = awsClients(world.endpoint);
    const { HostedZone } = await route53.createHostedZone({
      Name: 'rounded.test',
      CallerReference: 'rounded',
    });
    await route53.changeResourceRecordSets({
      HostedZoneId: given(HostedZone?.Id),
      ChangeBatch: {
        // At speed 40 five minutes are 8 s, which are 320 of the world's; one minute is 2 s, which are 80.
        Changes: [
          ['even.rounded.test', 400] as const,
          ['first.rounded.test', 300] as const,
          ['second.rounded.test', 60] as const,
        ].map(([Name, TTL]) => ({
          Action: 'CREATE',
          ResourceRecordSet: { Name, Type: 'A', TTL, ResourceRecords: [{ Value: '192.0.2.1' }] },
        })),
      },
    });
    const resolve = (name: string): Promise<unknown> =>
      eventually(async () => (await resolveName(world.dnsPort, `${name}.rounded.test`)).length > 0);
    await resolve('even');
    expect(world.stderr()).toBe('');
    for (const name of ['first', 'second', 'second']) await resolve(name);
    const lines = await eventually(() => {
      const told = world.stderr();
      return Promise.resolve(told.includes('\n') ? told.trim().split('\n') : undefined);
    });
    expect(lines).toEqual([
      'faultline: at speed 40 DNS shows a TTL of 300 s as 8 s, since caches keep whole seconds: they keep such ' +
        'answers for 320 s of world time, 7 % too long.',
    ]);
  });
});
