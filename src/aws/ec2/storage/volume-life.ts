import type { Timer, Tx, View } from '../../../world/transaction.ts';
import { newResourceId } from '../../shared/ids.ts';
import { forgetTags } from '../../shared/tags.ts';
import { draw, durations, type Duration } from '../durations.ts';
import { Instances, Volumes, type Instance, type Volume } from '../instances/instance-entities.ts';
import { locationOf } from '../instances/instance-location.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import { attachmentTo, withoutAttachment } from './attachments.ts';
import type { Encryption } from './ebs-encryption.ts';
import { VolumeModifications } from './volume-entities.ts';
import { isKeyUsable } from './volume-keys.ts';
import { onWorkingStorage, slowedByMs, volumeIo } from './volume-io.ts';
import type { InitializationRate, VolumeConfiguration } from './volume-types.ts';

const stepKind = 'ec2/volume-step';

/** What a volume is to be made as. */
export interface VolumeRequest extends VolumeConfiguration, Encryption, InitializationRate {
  readonly zoneId: string;
  /** Empty for one that begins empty. */
  readonly snapshotId: string;
  readonly multiAttach?: boolean;
}

/** A volume that a launch makes and attaches. */
export interface LaunchVolume extends VolumeConfiguration, Encryption, InitializationRate {
  readonly deviceName: string;
  readonly snapshotId: string;
  readonly deleteOnTermination: boolean;
}

/** How a volume is attached; null while it is not. */
export type Attachment = Volume['attachment'];

/** The states of a volume, by AWS's names. */
export type VolumeStateName = 'creating' | 'available' | 'in-use' | 'deleting' | 'error';

/** The state of a volume as DescribeVolumes gives it. */
export const volumeState = (volume: Volume): VolumeStateName => {
  const { state = 'settled' } = volume;
  if (state !== 'settled') return state;
  return volume.attachment === null ? 'available' : 'in-use';
};

/** Whether anything can be done to volumes of a zone: it has power, and the control plane reaches it. */
export const isZoneThere = (view: View, zoneId: string): boolean => {
  const { powered, connected } = view.conditions.zone(zoneId);
  return powered && connected;
};

/** What a volume's attachment shows: while its instance's first boot is under way EC2 says `attaching`. */
export const attachmentState = (
  view: View,
  attachment: NonNullable<Attachment>,
): NonNullable<NonNullable<Attachment>['state']> => {
  if (attachment.state !== undefined) return attachment.state;
  const instance = view.get(Instances, attachment.instanceId);
  return instance?.state === 'pending' && instance.bootNumber === 1 ? 'attaching' : 'attached';
};

/** Whether an instance has a root volume to boot from: attached, and not on its way from or to it. */
export const hasRootVolume = (view: View, instance: Instance): boolean => {
  const { rootVolumeId } = instance;
  const root = rootVolumeId === null ? undefined : view.get(Volumes, rootVolumeId);
  return (
    root?.attachment?.instanceId === instance.id &&
    (root.attachment.state ?? 'attached') === 'attached'
  );
};

/** Sets when a volume takes its next step: a slow disk takes one slow access longer. */
const schedule = (tx: Tx, volume: Volume, duration: Duration): void =>
  tx.setTimer({
    id: `${stepKind}/${volume.id}`,
    at: tx.now + draw(tx, duration) + slowedByMs(tx, volume),
    kind: stepKind,
    payload: volume.id,
  });

/** Makes a volume; it is `creating` for a moment. */
export const addVolume = (tx: Tx, request: VolumeRequest): Volume => {
  const volume: Volume = {
    ...request,
    id: newResourceId(tx, 'vol'),
    createdAt: tx.now,
    state: 'creating',
    attachment: null,
  };
  const placed = onWorkingStorage(tx, volume);
  tx.put(Volumes, placed);
  schedule(tx, placed, durations.creatingVolume);
  return placed;
};

/** Makes a volume of a launch, attached from the beginning. */
export const addLaunchVolume = (
  tx: Tx,
  request: LaunchVolume,
  place: { readonly zoneId: string; readonly instanceId: string },
): Volume => {
  const { deleteOnTermination, deviceName, ...facts } = request;
  const { zoneId, instanceId } = place;
  const volume: Volume = {
    ...facts,
    id: newResourceId(tx, 'vol'),
    zoneId,
    createdAt: tx.now,
    attachment: { instanceId, deviceName, attachTime: wholeSecond(tx.now), deleteOnTermination },
  };
  const placed = onWorkingStorage(tx, volume);
  tx.put(Volumes, placed);
  return placed;
};

/** Begins to attach an available volume to an instance of its zone. */
export const beginAttachment = (
  tx: Tx,
  volume: Volume,
  place: { readonly instanceId: string; readonly deviceName: string },
): NonNullable<Attachment> => {
  const attachment = {
    ...place,
    attachTime: tx.now,
    deleteOnTermination: false,
    state: 'attaching',
  } as const;
  tx.put(Volumes, { ...volume, attachment });
  schedule(tx, volume, durations.attachingVolume);
  return attachment;
};

/** Begins to detach a volume, or hurries it. */
export const beginDetachment = (
  tx: Tx,
  volume: Volume & { readonly attachment: NonNullable<Attachment> },
  isForced: boolean,
): NonNullable<Attachment> => {
  const attachment = {
    ...volume.attachment,
    state: 'detaching',
    ...(isForced ? { isForced } : {}),
  } as const;
  tx.put(Volumes, { ...volume, attachment });
  schedule(tx, volume, isForced ? durations.forcedDetachingVolume : durations.detachingVolume);
  return attachment;
};

/** Begins to delete a volume that nothing has. */
export const beginDeletion = (tx: Tx, volume: Volume): void => {
  tx.put(Volumes, { ...volume, state: 'deleting' });
  schedule(tx, volume, durations.deletingVolume);
};

const forgetVolume = (tx: Tx, volumeId: string): void => {
  tx.delete(Volumes, volumeId);
  tx.delete(VolumeModifications, volumeId);
  forgetTags(tx, volumeId);
};

/** What becomes of an instance's volumes when it is terminated: they go, or are left alone. */
export const detachVolumes = (tx: Tx, instanceId: string): void => {
  for (const volume of tx.find(Volumes, 'instance', instanceId)) {
    const left = withoutAttachment(volume, instanceId);
    // One that others have stays theirs; what is held up is held up no longer with the instance that it was for.
    const isFirst = volume.attachment?.instanceId === instanceId;
    const isDeleted = attachmentTo(volume, instanceId)?.deleteOnTermination === true;
    if (left.attachment === null && isDeleted) forgetVolume(tx, volume.id);
    else tx.put(Volumes, isFirst ? { ...left, isHeld: false } : left);
  }
};

/** Without Force a volume leaves when the operating system lets it go: one without power answers nothing. */
const letsGo = (view: View, attachment: NonNullable<Attachment>): boolean => {
  if (attachment.isForced === true) return true;
  const instance = view.get(Instances, attachment.instanceId);
  return instance?.state !== 'running' || view.conditions.instancePowered(locationOf(instance));
};

/** Whether what stands between a volume and its next step is away. */
const canStep = (view: View, volume: Volume): boolean => {
  if (!isZoneThere(view, volume.zoneId)) return false;
  const { attachment } = volume;
  // Force asks neither the instance nor the disk.
  if (volumeIo(view, volume).io === 'stuck' && attachment?.isForced !== true) return false;
  return attachment?.state !== 'detaching' && attachment?.state !== 'busy'
    ? true
    : letsGo(view, attachment);
};

const hold = (tx: Tx, volume: Volume): void => {
  const { attachment } = volume;
  // "busy" is what the EBS User Guide says of a volume that its instance does not let go.
  const isBusy = isZoneThere(tx, volume.zoneId) && attachment?.state === 'detaching';
  tx.put(Volumes, {
    ...volume,
    isHeld: true,
    attachment: isBusy ? { ...attachment, state: 'busy' } : attachment,
  });
};

const takeStep = (tx: Tx, volume: Volume): void => {
  const { isHeld: _, ...free } = volume;
  if (volume.state === 'deleting') return forgetVolume(tx, volume.id);
  if (volume.state === 'creating') {
    // What a snapshot holds cannot be written where no space is left, and nothing is encrypted without its key.
    const isRefused =
      !isKeyUsable(tx, volume.kmsKeyId) ||
      (volume.snapshotId !== '' && volumeIo(tx, volume).io === 'full');
    return tx.put(Volumes, { ...free, state: isRefused ? 'error' : 'settled' });
  }
  const { attachment } = volume;
  switch (attachment?.state) {
    case 'attaching':
      return tx.put(Volumes, { ...free, attachment: { ...attachment, state: 'attached' } });
    case 'detaching':
    case 'busy':
      if (tx.get(Instances, attachment.instanceId)?.rootVolumeId === volume.id) {
        forgetRoot(tx, attachment.instanceId);
      }
      return tx.put(Volumes, withoutAttachment(free, attachment.instanceId));
    case 'attached':
    case undefined:
      // An instance that was terminated meanwhile has let it go.
      return tx.put(Volumes, free);
  }
};

/** An instance whose root volume was taken away has none, until another is attached as its root device. */
const forgetRoot = (tx: Tx, instanceId: string): void => {
  const instance = tx.get(Instances, instanceId);
  if (instance !== undefined) tx.put(Instances, { ...instance, rootVolumeId: null });
};

const step = (tx: Tx, timer: Timer): void => {
  const { payload } = timer;
  const volume = typeof payload === 'string' ? tx.get(Volumes, payload) : undefined;
  if (volume === undefined) return;
  if (canStep(tx, volume)) takeStep(tx, volume);
  else hold(tx, volume);
};

/**
 * Lets volumes go on that were held up by what is no longer broken. While a zone is lost, what was begun there stays
 * `creating`, `attaching`, `detaching` or `deleting`: nobody is there to do it.
 */
export const releaseHeldVolumes = (tx: Tx): void => {
  for (const volume of tx.find(Volumes, 'held', 'yes')) {
    if (!canStep(tx, volume)) continue;
    const { isHeld: _, ...free } = volume;
    tx.put(Volumes, free);
    schedule(tx, volume, durations.attachingVolume);
  }
};

/** The timers of volumes' lives. */
export const volumeTimers = { [stepKind]: step } as const;
