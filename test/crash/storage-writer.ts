import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EC2ServiceException, type EC2 } from '@aws-sdk/client-ec2';
import { eventually } from '../support/eventually.ts';
import type { Fate } from './ledger.ts';
import type { Random } from './random.ts';

/** Where volumes are made, and copies go. */
export const storageRegions = ['us-east-1', 'eu-west-1'] as const;

/** The file that every volume has. */
export const fileName = 'content';

/** A volume or a snapshot, as far as it was acknowledged. */
interface Stored {
  readonly id: string;
  readonly region: string;
  /** What its file holds. */
  readonly content: string;
  fate: Fate;
  /** A writer does something with it now. */
  isBusy: boolean;
}

export interface StorageLedger {
  readonly volumes: Map<string, Stored>;
  readonly snapshots: Map<string, Stored>;
  /** Instances of each Region to attach to, all in its first zone. */
  readonly instances: Map<string, readonly string[]>;
}

export interface StorageSite {
  readonly clients: Readonly<Record<string, EC2>>;
  readonly ledger: StorageLedger;
  /** The world's. */
  readonly directory: string;
}

interface Writer extends StorageSite {
  readonly random: Random;
}

/** One that is there and that nobody else works on. */
const pickFree = (random: Random, stored: ReadonlyMap<string, Stored>): Stored | undefined =>
  random.pick([...stored.values()].filter(({ fate, isBusy }) => fate === 'present' && !isBusy));

const holding = async (stored: Stored, work: () => Promise<void>): Promise<void> => {
  stored.isBusy = true;
  try {
    await work();
  } finally {
    stored.isBusy = false;
  }
};

const remember = (
  stored: Map<string, Stored>,
  id: string | undefined,
  facts: Pick<Stored, 'region' | 'content'>,
): void => {
  if (id === undefined) throw new Error('the answer has no id');
  stored.set(id, { ...facts, id, fate: 'present', isBusy: false });
};

const clientOf = ({ clients }: StorageSite, region: string): EC2 => {
  const ec2 = clients[region];
  if (ec2 === undefined) throw new Error(`no client for ${region}`);
  return ec2;
};

/** An empty volume with a file; it counts only once the file is there. */
const createVolume = async (writer: Writer): Promise<void> => {
  const { random, ledger, directory } = writer;
  const region = random.pick(storageRegions) ?? storageRegions[0];
  const ec2 = clientOf(writer, region);
  const { VolumeId = '' } = await ec2.createVolume({
    AvailabilityZone: `${region}a`,
    Size: 1,
    TagSpecifications: [
      {
        ResourceType: 'volume',
        // So that copies of some are under way for a while.
        Tags: [{ Key: 'faultline:content-gib', Value: random.pick(['1', '0.01']) }],
      },
    ],
  });
  const content = randomUUID().repeat(1 + random.below(60_000));
  await eventually(async () => {
    await writeFile(join(directory, 'volumes', VolumeId, 'contents', fileName), content);
    return true;
  }, 5_000);
  remember(ledger.volumes, VolumeId, { region, content });
};

const snapshotVolume = async (writer: Writer): Promise<void> => {
  const volume = pickFree(writer.random, writer.ledger.volumes);
  if (volume === undefined) return createVolume(writer);
  await holding(volume, async () => {
    const ec2 = clientOf(writer, volume.region);
    const { SnapshotId } = await ec2.createSnapshot({ VolumeId: volume.id });
    remember(writer.ledger.snapshots, SnapshotId, volume);
  });
};

const copySnapshot = async (writer: Writer): Promise<void> => {
  const snapshot = pickFree(writer.random, writer.ledger.snapshots);
  if (snapshot === undefined) return;
  await holding(snapshot, async () => {
    const region = writer.random.pick(storageRegions) ?? storageRegions[0];
    const { SnapshotId } = await clientOf(writer, region).copySnapshot({
      SourceRegion: snapshot.region,
      SourceSnapshotId: snapshot.id,
    });
    remember(writer.ledger.snapshots, SnapshotId, { region, content: snapshot.content });
  });
};

const restoreVolume = async (writer: Writer): Promise<void> => {
  const snapshot = pickFree(writer.random, writer.ledger.snapshots);
  if (snapshot === undefined) return;
  await holding(snapshot, async () => {
    const { region } = snapshot;
    const { VolumeId } = await clientOf(writer, region).createVolume({
      AvailabilityZone: `${region}a`,
      SnapshotId: snapshot.id,
    });
    remember(writer.ledger.volumes, VolumeId, snapshot);
  });
};

/** Its copies and the volumes made of it may be under way: they go on without it. */
const deleteSnapshot = async (writer: Writer): Promise<void> => {
  const snapshot = pickFree(writer.random, writer.ledger.snapshots);
  if (snapshot === undefined) return;
  await holding(snapshot, () =>
    remove(snapshot, () =>
      clientOf(writer, snapshot.region).deleteSnapshot({ SnapshotId: snapshot.id }),
    ),
  );
};

const deleteVolume = async (writer: Writer): Promise<void> => {
  const volume = pickFree(writer.random, writer.ledger.volumes);
  if (volume === undefined) return;
  await holding(volume, () =>
    remove(volume, () => clientOf(writer, volume.region).deleteVolume({ VolumeId: volume.id })),
  );
};

const remove = async (stored: Stored, ask: () => Promise<unknown>): Promise<void> => {
  stored.fate = 'unknown';
  try {
    await ask();
    stored.fate = 'absent';
  } catch (error) {
    // A refusal changes nothing; whatever else happened leaves it open.
    if (error instanceof EC2ServiceException) stored.fate = 'present';
    throw error;
  }
};

/** Attaches a volume that is not attached, and detaches one that is. */
const moveVolume = async (writer: Writer): Promise<void> => {
  const volume = pickFree(writer.random, writer.ledger.volumes);
  if (volume === undefined) return;
  await holding(volume, async () => {
    const { region, id } = volume;
    const ec2 = clientOf(writer, region);
    const { Volumes: [found] = [] } = await ec2.describeVolumes({ VolumeIds: [id] });
    if (found?.State === 'in-use') await ec2.detachVolume({ VolumeId: id });
    if (found?.State !== 'available') return;
    await ec2.attachVolume({
      VolumeId: id,
      InstanceId: writer.random.pick(writer.ledger.instances.get(region) ?? []),
      Device: `/dev/sd${writer.random.pick('fghijklmnop'.split('')) ?? 'f'}`,
    });
  });
};

const actions = [
  createVolume,
  snapshotVolume,
  snapshotVolume,
  copySnapshot,
  copySnapshot,
  restoreVolume,
  restoreVolume,
  deleteSnapshot,
  deleteVolume,
  moveVolume,
  moveVolume,
] as const;

/** Writes until it is over; what the world refuses is left, and so is what a kill cuts short. */
export const writeStorage = async (
  site: StorageSite,
  random: Random,
  isOver: () => boolean,
): Promise<void> => {
  while (!isOver()) {
    const action = random.pick(actions) ?? createVolume;
    try {
      await action({ ...site, random });
    } catch (error) {
      if (error instanceof EC2ServiceException) continue;
      // The connection, or the directory, is gone: the world is about to be, or was just, killed.
      if (!(error instanceof Error && 'code' in error)) throw error;
      await delay(20);
    }
  }
};
