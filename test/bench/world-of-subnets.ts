import { Subnets } from '../../src/aws/ec2/entities.ts';
import type { Subnet } from '../../src/aws/ec2/entities.ts';
import { describeSubnets } from '../../src/aws/ec2/network/subnets.ts';
import { earth } from '../../src/atlas/geography.ts';
import type { EntityChange, Journal } from '../../src/world/journal.ts';
import { VirtualClock } from '../../src/world/clock.ts';
import { rulesOfTimers } from '../../src/world/test-world.ts';
import { World } from '../../src/world/world.ts';

/** The account and the Region that the benchmarks' entities stand in. */
export const benchAccount = '000000000000';
export const benchRegion = 'us-east-1';

/** The id of a subnet by its number. */
export const subnetId = (number: number): string =>
  `subnet-${number.toString(16).padStart(17, '0')}`;

/** A plain entity: nine members, no tags. */
export const subnetOf = (number: number): Subnet => ({
  id: subnetId(number),
  vpcId: `vpc-${Math.floor(number / 200)
    .toString(16)
    .padStart(17, '0')}`,
  cidrBlock: `10.${Math.floor(number / 256) % 256}.${number % 256}.0/24`,
  zoneId: `use1-az${(number % 6) + 1}`,
  isDefault: false,
  mapPublicIpOnLaunch: false,
  hostnameType: 'ip-name',
  enableResourceNameDnsARecord: false,
});

/** So many subnets as changes, made as they are asked for. */
export function* subnetPuts(count: number): Generator<EntityChange> {
  for (let number = 0; number < count; number += 1) {
    yield { op: 'put', table: Subnets.name, account: benchAccount, entity: subnetOf(number) };
  }
}

/** Opens a world on a journal, on a clock that stands still. */
export const openWorld = async (journal: Journal): Promise<World> => {
  const fail = (error: unknown): never => {
    throw error instanceof Error ? error : new Error(String(error));
  };
  const { world } = await World.open({
    seed: 1,
    geography: earth,
    journal,
    rules: rulesOfTimers({}),
    clock: (notBeforeMs) => new VirtualClock(Math.max(1_767_225_600_000, notBeforeMs)),
    onBug: (_where, error) => fail(error),
    onJournalFailure: fail,
  });
  return world;
};

/** The time of one DescribeSubnets by id, in microseconds, over ids drawn from all over the world. */
export const describeMicroseconds = (world: World, count: number): number => {
  const calls = 20_000;
  let number = 1;
  const begin = performance.now();
  for (let call = 0; call < calls; call += 1) {
    // A full cycle over the ids in an order that no cache foresees.
    number = (number * 1_103_515_245 + 12_345) % 2_147_483_648;
    const input = { SubnetIds: [subnetId(number % count)] };
    const { output } = world.transact(benchRegion, benchAccount, (tx) =>
      describeSubnets(tx, input),
    );
    if (!('Subnets' in output) || output.Subnets?.length !== 1) throw new Error('not found');
  }
  return ((performance.now() - begin) / calls) * 1000;
};
