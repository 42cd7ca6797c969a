import type { Tx } from '../../../world/transaction.ts';
import { MachineImages, Snapshots, type MachineImage, type Snapshot } from './entities.ts';

const settled = (image: MachineImage, change: Partial<MachineImage>): MachineImage => ({
  ...image,
  ...change,
});

/** A pending image as its snapshots make it: available when all are complete, failed when one is not to be had. */
const withSnapshots = (tx: Tx, image: MachineImage): MachineImage => {
  const snapshots = image.devices.flatMap(({ snapshotId }) =>
    snapshotId === null ? [] : [tx.get(Snapshots, snapshotId)],
  );
  const failed = snapshots.find((snapshot) => snapshot?.state === 'error');
  if (failed !== undefined) {
    return settled(image, {
      state: 'failed',
      stateReason: {
        code: 'Client.SnapshotFailed',
        message: `The snapshot ${failed.id} failed: ${failed.stateMessage ?? 'no reason is known.'}`,
      },
    });
  }
  return snapshots.every((snapshot) => snapshot === undefined || snapshot.state === 'completed')
    ? settled(image, { state: 'available' })
    : image;
};

/** Brings the images that wait for a snapshot in line with it, once it is complete or has failed. */
export const followSnapshot = (tx: Tx, snapshot: Snapshot): void => {
  for (const image of tx.find(MachineImages, 'snapshot', snapshot.id)) {
    if (image.state !== 'pending') continue;
    const followed = withSnapshots(tx, image);
    if (followed !== image) tx.put(MachineImages, followed);
  }
};
