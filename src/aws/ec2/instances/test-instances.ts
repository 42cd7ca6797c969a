import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import type { Geography } from '../../../atlas/geography.ts';
import type { VirtualClock } from '../../../world/clock.ts';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import { noAccount, worldShard } from '../../../world/entity.ts';
import { Faults, makeFault, type FaultRequest } from '../../../world/faults.ts';
import type { Journal } from '../../../world/journal.ts';
import type { WorldRules } from '../../../world/rules.ts';
import { createTestWorld } from '../../../world/test-world.ts';
import type { TimerHandler, Tx, View } from '../../../world/transaction.ts';
import type { World } from '../../../world/world.ts';
import { rulesOf } from '../../loaded-services.ts';
import type { Operation, Plain, Service } from '../../operation.ts';
import { baseImagesOf } from '../images/base-images.ts';
import { prepareDefaultNetwork } from '../network/default-network.ts';
import { instanceTimers } from './instance-lifecycle.ts';
import { reconcileFaults } from './instance-plane.ts';
import { describeInstances, runInstances } from './instances.ts';
import { volumeTimers } from '../storage/volume-life.ts';
import { volumeModificationTimers } from '../storage/volume-modifications.ts';

/** A world with EC2 in it, seen by one account in one Region, for tests. */
export interface InstanceWorld {
  readonly world: World;
  readonly clock: VirtualClock;
  readonly region: string;
  readonly account: string;
  /** Runs an operation that must succeed. */
  call<I, O>(operation: Operation<I, O>, input: Plain<I>): Plain<O>;
  /** Runs an operation that must fail; answers its error. */
  fail<I, O>(operation: Operation<I, O>, input: Plain<I>): DomainError;
  transact<T>(run: (tx: Tx) => T): T;
  view(): View;
  /** Breaks a target and lets the instances follow; answers what mends it. */
  breakDown(target: string, effect: string, more?: Partial<FaultRequest>): () => void;
  /** Launches with a small type and the newest Amazon Linux unless the input says otherwise; answers the ids. */
  launch(input?: Partial<Plain<RunInstancesRequest>>): readonly string[];
  /** The instance as DescribeInstances gives it. */
  describe(id: string): NonNullable<Plain<InstanceOf>>;
}

type InstanceOf = NonNullable<
  NonNullable<NonNullable<DescribeOutput['Reservations']>[number]['Instances']>[number]
>;
type DescribeOutput = Exclude<ReturnType<typeof describeInstances>, DomainError>;

/** The id of the Amazon Linux 2023 image for an architecture. */
export const testImage = (
  region = 'us-east-1',
  architecture: 'x86_64' | 'arm64' = 'x86_64',
): string => {
  const image = baseImagesOf(region).find((it) => it.architecture === architecture);
  if (image === undefined) throw new Error(`No image for ${architecture} in ${region}.`);
  return image.imageId;
};

const faultBreaker =
  (world: World, follow: () => void) =>
  (target: string, effect: string, more: Partial<FaultRequest> = {}): (() => void) => {
    const id = `fault-${target}-${effect}`;
    world.transact(worldShard, noAccount, (tx) => {
      const fault = makeFault(tx.geography, id, tx.now, { target, effect, ...more });
      if (isDomainError(fault)) throw new Error(fault.message);
      tx.put(Faults, fault);
    });
    follow();
    return () => {
      world.transact(worldShard, noAccount, (tx) => tx.delete(Faults, id));
      follow();
    };
  };

const rulesWith = (
  services: readonly Service[],
  more: WorldRules['timers'] | undefined,
): WorldRules => {
  const rules = rulesOf(services);
  const ownTimers = { ...instanceTimers, ...volumeTimers, ...volumeModificationTimers };
  return { ...rules, timers: { ...rules.timers, ...ownTimers, ...more } };
};

/** Opens such a world. */
export const createInstanceWorld = async (
  options: {
    readonly region?: string;
    readonly account?: string;
    readonly seed?: number;
    readonly journal?: Journal;
    /** Another world than the Earth. */
    readonly geography?: Geography;
    /** More timers, for tests of a part. */
    readonly timers?: Readonly<Record<string, TimerHandler>>;
    /** Other services, for tests of what instances are used for. */
    readonly services?: readonly Service[];
  } = {},
): Promise<InstanceWorld> => {
  const { region = 'us-east-1', account = '123456789012', seed = 1 } = options;
  const { world, clock } = await createTestWorld({
    rules: rulesWith(options.services ?? [], options.timers),
    seed,
    ...(options.journal === undefined ? {} : { journal: options.journal }),
    ...(options.geography === undefined ? {} : { geography: options.geography }),
  });
  const transact = <T>(run: (tx: Tx) => T): T =>
    world.transact(region, account, (tx) => {
      prepareDefaultNetwork(tx);
      return run(tx);
    }).output;
  transact(() => undefined);
  const call = <I, O>(operation: Operation<I, O>, input: Plain<I>): Plain<O> => {
    const output = transact((tx) => operation(tx, input));
    if (isDomainError(output)) throw new Error(`${output.code}: ${output.message}`);
    return output;
  };
  const fail = <I, O>(operation: Operation<I, O>, input: Plain<I>): DomainError => {
    const output = transact((tx) => operation(tx, input));
    if (isDomainError(output)) return output;
    throw new Error(`Expected an error, got ${JSON.stringify(output)}.`);
  };
  return {
    world,
    clock,
    region,
    account,
    call,
    fail,
    transact,
    view: () => world.view(region, account),
    breakDown: faultBreaker(world, () => transact(reconcileFaults)),
    launch: (input = {}) =>
      (
        call(runInstances, {
          ImageId: testImage(region),
          InstanceType: 't3.micro',
          MinCount: 1,
          MaxCount: 1,
          ...input,
        }).Instances ?? []
      ).map((instance) => instance.InstanceId ?? ''),
    describe: (id) => {
      const { Reservations = [] } = call(describeInstances, { InstanceIds: [id] });
      const instance = Reservations[0]?.Instances?.[0];
      if (instance === undefined) throw new Error(`${id} is not described.`);
      return instance;
    },
  };
};
