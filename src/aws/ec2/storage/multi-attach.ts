import { DomainError } from '../../../world/domain-error.ts';
import type { Timer, Tx } from '../../../world/transaction.ts';
import { draw, durations, type Duration } from '../durations.ts';
import { invalidParameterCombination, invalidParameterValue } from '../errors.ts';
import { Volumes, type Instance, type Volume } from '../instances/instance-entities.ts';
import { instanceTypeFacts } from '../instances/instance-type-facts.ts';
import { isSameDevice } from './device-names.ts';
import {
  attachmentsOf,
  attachmentTo,
  withAttachments,
  withChangedAttachment,
  withoutAttachment,
  type Attachment,
} from './attachments.ts';
import { isZoneThere } from './volume-life.ts';

const stepKind = 'ec2/shared-volume-step';

/** "Up to 16 Instances built on the Nitro System in the same Availability Zone" (CreateVolume, API Reference). */
const mostInstances = 16;

/** Whether volumes of a type can have Multi-Attach. */
export const checkMultiAttach = (
  isAsked: boolean | undefined,
  volumeType = 'gp2',
): DomainError | undefined =>
  isAsked !== true || volumeType === 'io1' || volumeType === 'io2'
    ? undefined
    : invalidParameterCombination(
        `The parameter multi-attach-enabled is not supported for ${volumeType} volumes.`,
      );

/** Why a volume with Multi-Attach, of whatever instance it is already, cannot come to one more. */
export const sharingObjection = (
  volume: Volume,
  instance: Instance,
  deviceName: string,
): DomainError | undefined => {
  if (attachmentTo(volume, instance.id) !== undefined) {
    return new DomainError('VolumeInUse', `${volume.id} is already attached to ${instance.id}`);
  }
  if (attachmentsOf(volume).length >= mostInstances) {
    return new DomainError(
      'AttachmentLimitExceeded',
      `The volume ${volume.id} is attached to ${mostInstances} instances already.`,
    );
  }
  if (instanceTypeFacts(instance.instanceType)?.Hypervisor !== 'nitro') {
    return invalidParameterCombination(
      `Multi-Attach is supported for instances built on the Nitro System, not for ${instance.instanceType}.`,
    );
  }
  return isSameDevice(deviceName, instance.rootDeviceName)
    ? invalidParameterValue('A volume with Multi-Attach cannot be a boot volume.')
    : undefined;
};

const schedule = (tx: Tx, volumeId: string, instanceId: string, duration: Duration): void =>
  tx.setTimer({
    id: `${stepKind}/${volumeId}/${instanceId}`,
    at: tx.now + draw(tx, duration),
    kind: stepKind,
    payload: `${volumeId}/${instanceId}`,
  });

/** Begins to attach a volume to one more instance; the ones that have it keep it. */
export const beginSharing = (
  tx: Tx,
  volume: Volume,
  place: { readonly instanceId: string; readonly deviceName: string },
): Attachment => {
  const attachment: Attachment = {
    ...place,
    attachTime: tx.now,
    deleteOnTermination: false,
    state: 'attaching',
  };
  tx.put(Volumes, withAttachments(volume, [...attachmentsOf(volume), attachment]));
  schedule(tx, volume.id, place.instanceId, durations.attachingVolume);
  return attachment;
};

/** Begins to take a volume from one of several instances. */
export const endSharing = (
  tx: Tx,
  volume: Volume,
  attachment: Attachment,
  isForced: boolean,
): Attachment => {
  const { instanceId } = attachment;
  tx.put(Volumes, withChangedAttachment(volume, instanceId, { state: 'detaching' }));
  const duration = isForced ? durations.forcedDetachingVolume : durations.detachingVolume;
  schedule(tx, volume.id, instanceId, duration);
  return { ...attachment, state: 'detaching' };
};

const step = (tx: Tx, { payload }: Timer): void => {
  const [volumeId = '', instanceId = ''] = typeof payload === 'string' ? payload.split('/') : [];
  const volume = tx.get(Volumes, volumeId);
  const attachment = volume === undefined ? undefined : attachmentTo(volume, instanceId);
  if (volume === undefined || attachment === undefined) return;
  // While its zone is lost nobody is there to do it.
  if (!isZoneThere(tx, volume.zoneId)) {
    return schedule(tx, volumeId, instanceId, durations.attachingVolume);
  }
  if (attachment.state === 'attaching') {
    tx.put(Volumes, withChangedAttachment(volume, instanceId, { state: 'attached' }));
  } else if (attachment.state === 'detaching') {
    tx.put(Volumes, withoutAttachment(volume, instanceId));
  }
};

/** The attachment that a request means: it names the instance when there are several. */
export const namedAttachment = (
  volume: Volume,
  instanceId: string | undefined,
): Attachment | undefined | DomainError => {
  const attachments = attachmentsOf(volume);
  if (attachments.length < 2) return attachments[0];
  if (instanceId === undefined || instanceId === '') {
    return new DomainError(
      'MissingParameter',
      `The volume ${volume.id} is attached to several instances: the request must contain the parameter instanceId`,
    );
  }
  return (
    attachmentTo(volume, instanceId) ??
    new DomainError(
      'InvalidAttachment.NotFound',
      `Volume '${volume.id}' is not attached to '${instanceId}'.`,
    )
  );
};

/** The timers of volumes that several instances have. */
export const sharedVolumeTimers = { [stepKind]: step } as const;
