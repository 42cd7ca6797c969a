import type { VirtualClock } from '../../../world/clock.ts';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import { mendFault, openFault } from '../../../world/fault-book.ts';
import { createTestWorld } from '../../../world/test-world.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { World } from '../../../world/world.ts';
import type { Operation, Plain } from '../../operation.ts';
import { prepareDefaultNetwork } from '../network/default-network.ts';
import { describeInstances, runInstances } from '../instances/instances.ts';
import { ec2 } from '../service.ts';
import { testImage } from '../instances/test-instances.ts';
import { observeCopyOnDisk, observeCopySize, reconcileCopies } from './copies.ts';
import { Copies, Snapshots, type Contents } from './entities.ts';
import { contentsWith } from './modelled-contents.ts';
import { observeSnapshotContents } from './snapshot-life.ts';

/** An account's part of a Region, for tests. */
export interface StoragePlace {
  readonly region: string;
  readonly account: string;
  call<I, O>(operation: Operation<I, O>, input: Plain<I>): Plain<O>;
  fail<I, O>(operation: Operation<I, O>, input: Plain<I>): DomainError;
  /** Runs an operation that may be refused. */
  attempt<I, O>(operation: Operation<I, O>, input: Plain<I>): Plain<O> | DomainError;
  view(): View;
  /** An instance that runs; its id and that of its root volume. */
  launch(input?: Partial<Parameters<typeof runInstances>[1]>): {
    readonly instanceId: string;
    readonly volumeId: string;
  };
  /** Plays the disk plane: says of all that is new what it holds; copies send what is modelled. */
  settleDisks(contents?: Contents): void;
}

/** A world with EC2 and several Regions and accounts, and a disk plane that the test plays. */
export interface StorageWorld {
  readonly world: World;
  readonly clock: VirtualClock;
  place(region?: string, account?: string): StoragePlace;
  /** Breaks a target; answers what mends it. */
  breakDown(target: string, effect: string): () => void;
}

/** One block with something in it. */
const oneBlock: Contents = {
  blockCount: 1,
  changedBlockCount: 1,
  modelledBytes: 0,
  changedModelledBytes: 0,
  digest: 'one block',
};

/** Contents that are modelled alone. */
export const modelled = (bytes: number): Contents => ({
  blockCount: 0,
  changedBlockCount: 0,
  modelledBytes: bytes,
  changedModelledBytes: bytes,
  digest: `modelled ${bytes}`,
});

const settleDisks = (tx: Tx, contents: Contents): void => {
  for (const snapshot of tx.list(Snapshots)) {
    if (snapshot.source.kind === 'volume') observeSnapshotContents(tx, snapshot.id, contents);
  }
  for (const copy of tx.list(Copies)) {
    const snapshot = tx.get(Snapshots, copy.id);
    if (snapshot === undefined || copy.state !== 'measuring') continue;
    observeCopySize(tx, copy.id, 0);
    observeCopyOnDisk(tx, copy.id, contentsWith(tx, snapshot, oneBlock));
  }
};

/** Opens such a world. */
export const createStorageWorld = async (): Promise<StorageWorld> => {
  const { world, clock } = await createTestWorld({ timers: ec2.timers ?? {} });
  const place = (region = 'us-east-1', account = '111111111111'): StoragePlace => {
    const run = <T>(work: (tx: Tx) => T): T =>
      world.transact(
        region,
        account,
        (tx) => {
          prepareDefaultNetwork(tx);
          return work(tx);
        },
        (output) => !isDomainError(output),
      ).output;
    const here: StoragePlace = {
      region,
      account,
      call: (operation, input) => {
        const output = run((tx) => operation(tx, input));
        if (isDomainError(output)) throw new Error(`${output.code}: ${output.message}`);
        return output;
      },
      fail: (operation, input) => {
        const output = run((tx) => operation(tx, input));
        if (isDomainError(output)) return output;
        throw new Error(`Expected an error, got ${JSON.stringify(output)}.`);
      },
      attempt: (operation, input) => run((tx) => operation(tx, input)),
      view: () => world.view(region, account),
      launch: (input = {}) => {
        const { Instances = [] } = here.call(runInstances, {
          ImageId: testImage(region),
          InstanceType: 't3.micro',
          MinCount: 1,
          MaxCount: 1,
          ...input,
        });
        const instanceId = Instances[0]?.InstanceId ?? '';
        clock.advance(60_000);
        const { Reservations = [] } = here.call(describeInstances, { InstanceIds: [instanceId] });
        const [device] = Reservations[0]?.Instances?.[0]?.BlockDeviceMappings ?? [];
        return { instanceId, volumeId: device?.Ebs?.VolumeId ?? '' };
      },
      settleDisks: (contents = oneBlock) => run((tx) => settleDisks(tx, contents)),
    };
    return here;
  };
  const follow = (): void => {
    for (const region of world.shards()) {
      if (world.geography.region(region) !== undefined) {
        world.transact(region, '111111111111', reconcileCopies);
      }
    }
  };
  return {
    world,
    clock,
    place,
    breakDown: (target, effect) => {
      const opened = openFault(world, { target, effect }).output;
      if (isDomainError(opened)) throw new Error(opened.message);
      follow();
      return () => {
        mendFault(world, opened.id);
        follow();
      };
    },
  };
};
