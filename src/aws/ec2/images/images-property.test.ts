import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Copies, MachineImages, Snapshots } from '../storage/entities.ts';
import { findSnapshot } from '../storage/snapshot-lookup.ts';
import { modifySnapshotAttribute } from '../storage/snapshot-attributes.ts';
import { copySnapshot } from '../storage/snapshot-copies.ts';
import { createSnapshot, deleteSnapshot } from '../storage/snapshots.ts';
import { createStorageWorld, modelled, type StoragePlace } from '../storage/test-storage.ts';
import { copyImage } from './copy-image.ts';
import { createImage } from './create-image.ts';
import { disableImage, enableImage } from './image-states.ts';
import { deregisterImage, registerImage } from './register-image.ts';

const kinds = [
  'snapshot',
  'delete',
  'bake',
  'register',
  'deregister',
  'deregister with snapshots',
  'copy snapshot',
  'copy image',
  'copy image',
  'share',
  'disable',
  'enable',
  'cut',
  'mend',
  'lose',
  'settle',
  'settle',
  'wait',
  'wait',
  'wait',
] as const;

interface Step {
  readonly kind: (typeof kinds)[number];
  readonly place: number;
  readonly which: number;
}

const stories: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), place: fc.nat(2), which: fc.nat(9) }),
  { minLength: 10, maxLength: 80, size: 'max' },
);

const pick = (list: readonly { readonly id: string }[], which: number): string =>
  list[which % Math.max(1, list.length)]?.id ?? '';

/** What must hold whatever has happened. */
const checkInvariants = (place: StoragePlace): void => {
  const view = place.view();
  for (const image of view.list(MachineImages)) {
    const snapshots = image.devices.map(
      ({ snapshotId }) => findSnapshot(view, snapshotId ?? '')?.snapshot,
    );
    const states = snapshots.map((snapshot) => snapshot?.state);
    // An image keeps its snapshots, and is what they are.
    if (image.state === 'available' || image.state === 'disabled') {
      expect(new Set(states)).toEqual(new Set(['completed']));
    } else if (image.state === 'failed') expect(states).toContain('error');
    else expect(states).toContain('pending');
  }
  for (const copy of view.list(Copies)) {
    expect(view.get(Snapshots, copy.id)?.state).toBe('pending');
  }
  expect(view.list(Copies).length).toBeLessThanOrEqual(20);
};

/** Whatever was begun has ended, one way or the other. */
const checkAllEnded = (place: StoragePlace): void => {
  const view = place.view();
  expect(view.list(Copies)).toEqual([]);
  expect(view.list(Snapshots).filter(({ state }) => state === 'pending')).toEqual([]);
  expect(view.list(MachineImages).filter(({ state }) => state === 'pending')).toEqual([]);
};

interface Actor {
  readonly place: StoragePlace;
  readonly instanceId: string;
  readonly volumeId: string;
}

/** One request; that it may be refused is part of what is tested. */
const ask = (step: Step, { place, instanceId, volumeId }: Actor, there: StoragePlace): void => {
  const { kind, which } = step;
  const Name = `image ${place.view().now} ${place.view().list(MachineImages).length}`;
  const ImageId = pick(place.view().list(MachineImages), which);
  const SnapshotId = pick(place.view().list(Snapshots), which);
  const SourceRegion = there.region;
  if (kind === 'snapshot') place.attempt(createSnapshot, { VolumeId: volumeId });
  else if (kind === 'delete') place.attempt(deleteSnapshot, { SnapshotId });
  else if (kind === 'bake') place.attempt(createImage, { InstanceId: instanceId, Name });
  else if (kind === 'register') {
    const BlockDeviceMappings = [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }];
    place.attempt(registerImage, { Name, RootDeviceName: '/dev/xvda', BlockDeviceMappings });
  } else if (kind === 'deregister') place.attempt(deregisterImage, { ImageId });
  else if (kind === 'deregister with snapshots') {
    place.attempt(deregisterImage, { ImageId, DeleteAssociatedSnapshots: true });
  } else if (kind === 'copy snapshot') {
    const SourceSnapshotId = pick(there.view().list(Snapshots), which);
    place.attempt(copySnapshot, { SourceRegion, SourceSnapshotId });
  } else if (kind === 'copy image') {
    const SourceImageId = pick(there.view().list(MachineImages), which);
    place.attempt(copyImage, { SourceRegion, SourceImageId, Name });
  } else if (kind === 'share') {
    const GroupNames = ['all'];
    place.attempt(modifySnapshotAttribute, { SnapshotId, OperationType: 'add', GroupNames });
  } else if (kind === 'disable') place.attempt(disableImage, { ImageId });
  else if (kind === 'enable') place.attempt(enableImage, { ImageId });
};

const faults: Readonly<Partial<Record<Step['kind'], readonly [target: string, effect: string]>>> = {
  cut: ['link/us-east-1/eu-west-1', 'network'],
  lose: ['region/eu-west-1', 'disaster'],
};

const run = async (story: readonly Step[]): Promise<void> => {
  const it = await createStorageWorld();
  const [home, away, friends] = [
    it.place('us-east-1'),
    it.place('eu-west-1'),
    it.place('us-east-1', '222222222222'),
  ] as const;
  const places = [home, away, friends];
  const actors = places.map((place) => ({ place, ...place.launch() }));
  const mends: (() => void)[] = [];
  const mendAll = (): void => mends.splice(0).forEach((mend) => mend());
  const settle = (): void => places.forEach((place) => place.settleDisks(modelled(5_000_000_000)));
  // Something to begin with, so that most stories come to copies.
  for (const { place, instanceId } of actors) {
    place.call(createImage, { InstanceId: instanceId, Name: 'first' });
  }
  settle();
  it.clock.advance(600_000);
  for (const step of story) {
    const actor = actors[step.place];
    if (actor === undefined) throw new Error('There are three.');
    const fault = faults[step.kind];
    if (fault !== undefined) {
      mendAll();
      mends.push(it.breakDown(...fault));
    } else if (step.kind === 'mend') mendAll();
    else if (step.kind === 'settle') settle();
    else if (step.kind === 'wait') it.clock.advance(60_000);
    else ask(step, actor, actor.place === away ? home : away);
    places.forEach(checkInvariants);
  }
  mendAll();
  settle();
  it.clock.advance(86_400_000);
  settle();
  it.clock.advance(86_400_000);
  places.forEach(checkInvariants);
  places.forEach(checkAllEnded);
};

test('whatever is asked of images, each keeps its snapshots, and everything that was begun ends', async () => {
  await fc.assert(fc.asyncProperty(stories, run), { numRuns: 60 });
});
