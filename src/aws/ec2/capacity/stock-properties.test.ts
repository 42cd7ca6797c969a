import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { _InstanceType } from '@aws-sdk/client-ec2';
import { Geography } from '../../../atlas/geography.ts';
import { awsRegions } from '../../../atlas/regions.ts';
import { coversType, type CapacityStock } from '../../../atlas/supply.ts';
import { isDomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import { prepareDefaultNetwork } from '../network/default-network.ts';
import { Instances } from '../instances/instance-entities.ts';
import {
  runInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from '../instances/instances.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from '../instances/test-instances.ts';
import { isOccupying, vcpusOf } from './zone-stock.ts';

const region = 'eu-west-1';
const zoneIds = ['euw1-az1', 'euw1-az2', 'euw1-az3'];
const types = ['t3.micro', 'm5.large', 'm5.xlarge'] as const satisfies readonly _InstanceType[];
const accounts = ['123456789012', '210987654321'];

const stocks: readonly CapacityStock[] = [
  { zoneId: 'euw1-az1', types: undefined, vcpus: 9 },
  { zoneId: 'euw1-az1', types: ['m5'], vcpus: 4 },
  { zoneId: 'euw1-az2', types: ['t3', 'm5.large'], vcpus: 6 },
  { zoneId: 'euw1-az3', types: ['m5.xlarge'], vcpus: 0 },
  { zoneId: 'euw1-az3', types: ['t3'], vcpus: 3 },
];

const step = fc.record({
  kind: fc.constantFrom('launch', 'launch', 'start', 'stop', 'terminate', 'break', 'mend', 'rest'),
  pick: fc.nat(1000),
  count: fc.integer({ min: 1, max: 4 }),
  account: fc.constantFrom(...accounts),
  seconds: fc.constantFrom(0, 0, 1, 2, 8, 20, 40),
  zoneId: fc.constantFrom(...zoneIds),
  type: fc.constantFrom(...types),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const openWorld = (seed: number): Promise<InstanceWorld> =>
  createInstanceWorld({
    region,
    seed,
    geography: new Geography(awsRegions, [], undefined, {
      stocks,
      rush: { share: 0.5, durationMs: 60_000 },
    }),
  });

/** The vCPUs of all machines of a stock that are neither stopped nor gone. */
const vcpusHeld = (world: InstanceWorld, stock: CapacityStock): number =>
  accounts
    .flatMap((account) => world.world.view(region, account).list(Instances))
    .filter((instance) => instance.zoneId === stock.zoneId && isOccupying(instance))
    .filter(({ instanceType }) => coversType(stock.types, instanceType))
    .reduce((sum, { instanceType }) => sum + vcpusOf(instanceType), 0);

/** What a user of the account does; whether it is refused is not known beforehand. */
const act = (tx: Tx, { kind, pick, count, zoneId, type }: Step): unknown => {
  prepareDefaultNetwork(tx);
  const instances = tx.list(Instances);
  const ids = instances
    .slice(pick % Math.max(1, instances.length))
    .slice(0, count)
    .map(({ id }) => id);
  switch (kind) {
    case 'launch':
      return runInstances(tx, {
        ImageId: testImage(region),
        InstanceType: type,
        MinCount: 1,
        MaxCount: count,
        Placement: { AvailabilityZoneId: zoneId },
      });
    case 'start':
      return startInstances(tx, { InstanceIds: [...ids] });
    case 'stop':
      return stopInstances(tx, { InstanceIds: [...ids] });
    case 'terminate':
      return terminateInstances(tx, { InstanceIds: [...ids] });
    default:
      return undefined;
  }
};

/** Plays the steps; answers what each came to. */
const play = async (
  seed: number,
  steps: readonly Step[],
  check: (world: InstanceWorld) => void,
): Promise<string> => {
  const world = await openWorld(seed);
  const effects = ['power', 'network', 'capacity'];
  let mend: (() => void) | undefined;
  const outcomes: string[] = [];
  for (const one of steps) {
    if (one.kind === 'break' && mend === undefined) {
      mend = world.breakDown(`zone/${one.zoneId}`, effects[one.count % 3] ?? '');
    } else if (one.kind === 'mend') {
      mend?.();
      mend = undefined;
    }
    const { output } = world.world.transact(region, one.account, (tx) => act(tx, one));
    outcomes.push(isDomainError(output) ? `${output.code} ${output.message}` : one.kind);
    check(world);
    world.clock.advance(one.seconds * 1000);
    check(world);
  }
  return outcomes.join('\n');
};

it('a zone never holds more vCPUs than its stock, whatever is launched, lost and mended', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(100),
      fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
      async (seed, steps) => {
        const outcomes = await play(seed, steps, (world) => {
          for (const stock of stocks) {
            expect(vcpusHeld(world, stock)).toBeLessThanOrEqual(stock.vcpus);
          }
        });
        expect(await play(seed, steps, () => undefined)).toBe(outcomes);
      },
    ),
    { numRuns: 20 },
  );
});

it('all of a stock can be had again once everything is mended and gone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(100),
      fc.array(step, { minLength: 5, maxLength: 25, size: 'max' }),
      async (seed, steps) => {
        const world = await openWorld(seed);
        const mends: (() => void)[] = [];
        for (const one of steps) {
          if (one.kind === 'break' && mends.length === 0) {
            mends.push(world.breakDown(`zone/${one.zoneId}`, 'capacity'));
          }
          world.world.transact(region, one.account, (tx) => act(tx, one));
          world.clock.advance(one.seconds * 1000);
        }
        for (const mend of mends) mend();
        for (const account of accounts) {
          world.world.transact(region, account, (tx) =>
            terminateInstances(tx, { InstanceIds: tx.list(Instances).map(({ id }) => id) }),
          );
        }
        world.clock.advance(60_000);
        const launched = world.call(runInstances, {
          ImageId: testImage(region),
          InstanceType: 't3.micro',
          MinCount: 1,
          MaxCount: 50,
          Placement: { AvailabilityZoneId: 'euw1-az1' },
        }).Instances;
        expect(launched).toHaveLength(4);
      },
    ),
    { numRuns: 30 },
  );
});
