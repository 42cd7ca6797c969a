import type { Tx, View } from '../../../world/transaction.ts';
import type { VolumeCondition, VolumeLocation } from '../../../world/volume-condition.ts';
import { Volumes, type Instance, type Volume } from '../instances/instance-entities.ts';

type Standing = Pick<Volume, 'id' | 'zoneId' | 'hostDraw' | 'attachment'>;

const volumeLocation = ({ id, zoneId, hostDraw, attachment }: Standing): VolumeLocation => ({
  volumeId: id,
  zoneId,
  ...(attachment === null ? {} : { instanceId: attachment.instanceId }),
  ...(hostDraw === undefined ? {} : { host: { id: `${id} ${hostDraw}` } }),
});

/** How reads and writes of a volume fare now. What was lost stays so when the fault that took it is over. */
export const volumeIo = (view: View, volume: Volume): VolumeCondition =>
  volume.lostAt === undefined
    ? view.conditions.volume(volumeLocation(volume))
    : { io: 'lost', because: 'power', since: volume.lostAt };

/** Whether reads and writes of a volume come to an end, however late. */
export const takesIo = (view: View, volume: Volume): boolean => {
  const { io } = volumeIo(view, volume);
  return io !== 'stuck' && io !== 'lost';
};

/** What an access to a volume takes longer while its disk is slow: world ms. */
export const slowedByMs = (view: View, volume: Volume): number => {
  const condition = volumeIo(view, volume);
  return condition.io === 'slow' ? condition.latencyMs : 0;
};

/** The root volume of an instance, if it has one. */
const rootOf = (view: View, { rootVolumeId }: Instance): Volume | undefined =>
  rootVolumeId === null ? undefined : view.get(Volumes, rootVolumeId);

/** How reads and writes of an instance's root volume fare; well for an instance without one. */
export const rootIo = (view: View, instance: Instance): VolumeCondition => {
  const root = rootOf(view, instance);
  return root === undefined ? { io: 'well' } : volumeIo(view, root);
};

/** Whether an instance can read what it boots from. */
export const canReadRoot = (view: View, instance: Instance): boolean => {
  if (view.conditions.clear && rootOf(view, instance)?.lostAt === undefined) return true;
  const { io } = rootIo(view, instance);
  return io !== 'stuck' && io !== 'lost';
};

/** Since when a volume that is attached to the instance does not answer; undefined when all do. */
export const ebsImpairedSince = (view: View, instanceId: string): number | undefined => {
  const since = view.find(Volumes, 'instance', instanceId).flatMap((volume) => {
    const condition = volumeIo(view, volume);
    return condition.io === 'stuck' || condition.io === 'lost' ? [condition.since] : [];
  });
  return since.length === 0 ? undefined : Math.min(...since);
};

/** Storage servers that are tried for a new volume before it stays where the first draw put it. */
const mostDraws = 100;

/** The volume on a storage server that works: EBS makes none on one that is lost. */
export const onWorkingStorage = (view: View, volume: Volume): Volume => {
  if (view.conditions.clear) return volume;
  for (let draw = 0; draw < mostDraws; draw++) {
    const placed = draw === 0 ? volume : { ...volume, hostDraw: draw };
    const { io } = view.conditions.volume(volumeLocation({ ...placed, attachment: null }));
    if (io === 'well' || io === 'slow') return placed;
  }
  return volume;
};

/**
 * Marks volumes that do not come back from a loss of power: AWS shows them in the state `error` ("the volume's data is
 * lost"), and nothing brings them back but a snapshot.
 */
export const loseVolumes = (tx: Tx): void => {
  if (!tx.conditions.faults.some(({ recovery }) => recovery !== undefined)) return;
  for (const volume of tx.list(Volumes)) {
    if (volume.lostAt !== undefined || volumeIo(tx, volume).io !== 'lost') continue;
    tx.put(Volumes, { ...volume, state: 'error', lostAt: tx.now });
  }
};
