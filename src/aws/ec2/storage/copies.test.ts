import { beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../../world/domain-error.ts';
import { mendFault, openFault } from '../../../world/fault-book.ts';
import { createTestWorld } from '../../../world/test-world.ts';
import type { VirtualClock } from '../../../world/clock.ts';
import type { World } from '../../../world/world.ts';
import {
  beginCopy,
  copyTimers,
  observeCopyOnDisk,
  observeCopySize,
  reconcileCopies,
  sentShareOf,
} from './copies.ts';
import { Copies, Snapshots, type Contents } from './entities.ts';
import { addSnapshot, completeSnapshot, snapshotTimers } from './snapshot-life.ts';

const account = '111111111111';
const [home, away] = ['us-east-1', 'eu-west-1'];
const hundredGB = 100_000_000_000;
const minute = 60_000;

const contentsOf = (modelledBytes: number): Contents => ({
  blockCount: 0,
  changedBlockCount: 0,
  modelledBytes,
  changedModelledBytes: modelledBytes,
  digest: '',
});

let world: World;
let clock: VirtualClock;

/** A completed snapshot with modelled contents. */
const snapshotAt = (region: string, modelledBytes: number, volumeId = 'vol-1'): string =>
  world.transact(region, account, (tx) => {
    const made = addSnapshot(tx, {
      source: { kind: 'volume', volumeId, parentId: null, moment: 'now' },
      volumeId,
      volumeSizeGiB: 200,
      description: '',
      encrypted: false,
      kmsKeyId: null,
    });
    const complete = { ...made, contents: contentsOf(modelledBytes) };
    completeSnapshot(tx, complete);
    return made.id;
  }).output;

interface CopyOptions {
  readonly realBytes?: number;
  readonly to?: string;
  readonly minutes?: number;
  readonly onDisk?: boolean;
}

const copyOf = (snapshotId: string, options: CopyOptions = {}): string => {
  const { to = away, realBytes = 0, minutes = null, onDisk = true } = options;
  return world.transact(to, account, (tx) => {
    const source = tx.elsewhere(home)?.get(Snapshots, snapshotId);
    if (source === undefined) throw new Error('No way there.');
    const copy = addSnapshot(tx, {
      source: { kind: 'copy', region: home, account, snapshotId },
      volumeId: 'vol-ffffffff',
      lineage: source.lineage,
      volumeSizeGiB: source.volumeSizeGiB,
      description: '',
      encrypted: false,
      kmsKeyId: null,
      completionMinutes: minutes,
    });
    beginCopy(tx, copy);
    observeCopySize(tx, copy.id, realBytes);
    if (onDisk) observeCopyOnDisk(tx, copy.id, source.contents ?? contentsOf(0));
    return copy.id;
  }).output;
};

const stateOf = (id: string, region = away) => world.view(region, account).get(Snapshots, id);
const percentOf = (id: string, region = away): number => {
  const copy = world.view(region, account).get(Copies, id);
  return copy === undefined ? Number.NaN : Math.round(sentShareOf(copy, clock.now()) * 100);
};
const followFaults = (): void => {
  for (const region of [home, away]) world.transact(region, account, reconcileCopies);
};

beforeEach(async () => {
  ({ world, clock } = await createTestWorld({ timers: { ...copyTimers, ...snapshotTimers } }));
});

describe('a copy over the backbone', () => {
  it('takes about an hour for 100 GB', () => {
    const id = copyOf(snapshotAt(home, hundredGB));
    clock.advance(30 * minute);
    expect(percentOf(id)).toBe(50);
    clock.advance(29 * minute);
    expect(stateOf(id)?.state).toBe('pending');
    clock.advance(2 * minute);
    expect(stateOf(id)).toMatchObject({ state: 'completed', volumeId: 'vol-ffffffff' });
    expect(world.view(away, account).list(Copies)).toEqual([]);
  });

  it('adds real and modelled bytes up', () => {
    const id = copyOf(snapshotAt(home, hundredGB / 2), { realBytes: hundredGB / 2 });
    clock.advance(30 * minute);
    expect(percentOf(id)).toBe(50);
  });

  it('shares its way when there are many, and goes to five Regions as fast as to one', () => {
    const source = snapshotAt(home, hundredGB);
    const others = ['eu-west-2', 'eu-west-3', 'eu-north-1', 'ap-south-1'].map((to) =>
      copyOf(source, { to }),
    );
    const ten = Array.from({ length: 10 }, () => copyOf(source));
    clock.advance(62 * minute);
    expect(
      others.map(
        (id, at) => stateOf(id, ['eu-west-2', 'eu-west-3', 'eu-north-1', 'ap-south-1'][at])?.state,
      ),
    ).toEqual(Array.from({ length: 4 }, () => 'completed'));
    // Ten over one way of 1.2 Gbit/s get a tenth of it each, which is little more than half of what one takes alone.
    expect(ten.map((id) => percentOf(id))).toEqual(Array.from({ length: 10 }, () => 56));
  });

  it('waits for nothing but what a time-based one needs', () => {
    const source = snapshotAt(home, 2 * hundredGB);
    const timed = copyOf(source, { minutes: 30 });
    const others = [copyOf(source), copyOf(source), copyOf(source)];
    clock.advance(15 * minute);
    expect([timed, ...others].map((id) => percentOf(id))).toEqual([50, 6, 6, 6]);
    clock.advance(15 * minute + 1);
    expect(stateOf(timed)?.state).toBe('completed');
  });

  it('pauses while its way is broken, and goes on where it was', () => {
    const id = copyOf(snapshotAt(home, hundredGB));
    clock.advance(15 * minute);
    const { output: fault } = openFault(world, {
      target: `link/${home}/${away}`,
      effect: 'network',
    });
    followFaults();
    clock.advance(600 * minute);
    expect(percentOf(id)).toBe(25);
    expect(world.view(away, account).get(Copies, id)?.state).toBe('paused');
    if (fault instanceof DomainError) throw new Error(fault.message);
    mendFault(world, fault.id);
    followFaults();
    clock.advance(46 * minute);
    expect(stateOf(id)?.state).toBe('completed');
  });

  it.each([home, away])('fails with the disaster of %s', (lost) => {
    const id = copyOf(snapshotAt(home, hundredGB));
    clock.advance(15 * minute);
    openFault(world, { target: `region/${lost}`, effect: 'disaster' });
    followFaults();
    expect(stateOf(id)).toMatchObject({
      state: 'error',
      stateMessage: `The copy ended at 24%: the Region ${lost} was lost.`,
    });
  });

  it('is complete only with its blocks on the disk', () => {
    const id = copyOf(snapshotAt(home, hundredGB), { onDisk: false });
    clock.advance(90 * minute);
    expect(stateOf(id)?.state).toBe('pending');
    expect(world.view(away, account).get(Copies, id)?.state).toBe('arriving');
    world.transact(away, account, (tx) => observeCopyOnDisk(tx, id, contentsOf(0)));
    expect(stateOf(id)?.state).toBe('completed');
  });

  it('sends of a later snapshot what has been added to the contents', () => {
    copyOf(snapshotAt(home, hundredGB));
    clock.advance(61 * minute);
    const later = copyOf(snapshotAt(home, 1.01 * hundredGB));
    clock.advance(1.1 * minute);
    expect(stateOf(later)?.state).toBe('completed');
    const stranger = copyOf(snapshotAt(home, hundredGB, 'vol-2'));
    clock.advance(2 * minute);
    expect(stateOf(stranger)?.state).toBe('pending');
  });
});
