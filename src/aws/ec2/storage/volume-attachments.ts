import type {
  AttachVolumeRequest,
  DetachVolumeRequest,
  VolumeAttachment,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { invalidParameterValue, missingParameter, notBuilt } from '../errors.ts';
import {
  Instances,
  NetworkInterfaces,
  Volumes,
  type Instance,
  type Volume,
} from '../instances/instance-entities.ts';
import { instanceTypeFacts } from '../instances/instance-type-facts.ts';
import { instanceById } from '../instances/instances.ts';
import { isDeviceName, isSameDevice } from './device-names.ts';
import {
  attachmentState,
  beginAttachment,
  beginDetachment,
  volumeState,
  type Attachment,
} from './volume-life.ts';
import { attachmentTo } from './attachments.ts';
import { beginSharing, endSharing, namedAttachment, sharingObjection } from './multi-attach.ts';
import { incorrectVolumeState, volumeById } from './volumes.ts';

const answer = (volume: Volume, attachment: NonNullable<Attachment>): Plain<VolumeAttachment> => ({
  VolumeId: volume.id,
  InstanceId: attachment.instanceId,
  Device: attachment.deviceName,
  State: attachment.state ?? 'attached',
  AttachTime: attachment.attachTime,
  DeleteOnTermination: attachment.deleteOnTermination,
});

const checkDevice = (
  view: View,
  instance: Instance,
  deviceName: string | undefined,
): DomainError | undefined => {
  if (deviceName === undefined || deviceName === '') return missingParameter('device');
  if (!isDeviceName(deviceName)) {
    return invalidParameterValue(
      `Value (${deviceName}) for parameter device is invalid. ${deviceName} is not a valid EBS device name.`,
    );
  }
  const isTaken = view
    .find(Volumes, 'instance', instance.id)
    .some((volume) =>
      isSameDevice(attachmentTo(volume, instance.id)?.deviceName ?? '', deviceName),
    );
  return isTaken
    ? invalidParameterValue(
        `Invalid value '${deviceName}' for unixDevice. Attachment point ${deviceName} is already in use`,
      )
    : undefined;
};

/** Nitro types share 28 places between volumes and interfaces ("Amazon EBS volume limits", Amazon EC2 User Guide). */
const sharedPlaces = 28;
/** On Xen more than these are not guaranteed, and refused here. */
const xenVolumes = 40;

const checkRoom = (view: View, instance: Instance): DomainError | undefined => {
  const isNitro = instanceTypeFacts(instance.instanceType)?.Hypervisor === 'nitro';
  const interfaces = view.find(NetworkInterfaces, 'instance', instance.id).length;
  const most = isNitro ? sharedPlaces - interfaces : xenVolumes;
  return view.find(Volumes, 'instance', instance.id).length >= most
    ? new DomainError(
        'AttachmentLimitExceeded',
        `Volume attachment limit exceeded for instance ${instance.id}: ${instance.instanceType} takes ${most} volumes.`,
      )
    : undefined;
};

const checkPair = (
  volume: Volume,
  instance: Instance,
  deviceName: string,
): DomainError | undefined => {
  const isShared = volume.multiAttach === true;
  if (volume.attachment !== null && !isShared) {
    return new DomainError('VolumeInUse', `${volume.id} is already attached to an instance`);
  }
  const objection = isShared ? sharingObjection(volume, instance, deviceName) : undefined;
  if (objection !== undefined) return objection;
  const state = volumeState(volume);
  if (state !== 'available' && !(isShared && state === 'in-use')) {
    return incorrectVolumeState(volume);
  }
  if (volume.zoneId !== instance.zoneId) {
    return new DomainError(
      'InvalidVolume.ZoneMismatch',
      `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`,
    );
  }
  return instance.state === 'running' || instance.state === 'stopped'
    ? undefined
    : new DomainError('IncorrectState', `Instance '${instance.id}' is not 'running'.`);
};

/** AttachVolume: to an instance of the same zone; it is `attaching` for a moment, or for as long as the zone is lost. */
export const attachVolume: Operation<AttachVolumeRequest, VolumeAttachment> = (tx, input) => {
  if ((input.EbsCardIndex ?? 0) !== 0) return notBuilt('EBS cards beside the first');
  const volume = volumeById(tx, input.VolumeId);
  if (isDomainError(volume)) return volume;
  const instance = instanceById(tx, input.InstanceId);
  if (isDomainError(instance)) return instance;
  const { Device: deviceName = '' } = input;
  const refusal =
    checkPair(volume, instance, deviceName) ??
    checkDevice(tx, instance, deviceName) ??
    checkRoom(tx, instance);
  if (refusal !== undefined) return refusal;
  if (instance.rootVolumeId === null && isSameDevice(deviceName, instance.rootDeviceName)) {
    tx.put(Instances, { ...instance, rootVolumeId: volume.id });
  }
  const place = { instanceId: instance.id, deviceName };
  const begun =
    volume.attachment === null
      ? beginAttachment(tx, volume, place)
      : beginSharing(tx, volume, place);
  return answer(volume, begun);
};

const checkNamed = (
  volume: Volume,
  attachment: NonNullable<Attachment>,
  input: Plain<DetachVolumeRequest>,
): DomainError | undefined => {
  const { InstanceId: instanceId, Device: device } = input;
  const isOther =
    (instanceId !== undefined && instanceId !== '' && instanceId !== attachment.instanceId) ||
    (device !== undefined && device !== '' && !isSameDevice(device, attachment.deviceName));
  return isOther
    ? new DomainError(
        'InvalidAttachment.NotFound',
        `Volume '${volume.id}' is not attached to '${instanceId ?? attachment.instanceId}'${device === undefined ? '' : ` as '${device}'`}.`,
      )
    : undefined;
};

const checkRoot = (
  view: View,
  volume: Volume,
  attachment: NonNullable<Attachment>,
): DomainError | undefined => {
  const instance = view.get(Instances, attachment.instanceId);
  return instance?.rootVolumeId === volume.id && instance.state !== 'stopped'
    ? new DomainError(
        'OperationNotPermitted',
        `Unable to detach root volume '${volume.id}' from instance '${instance.id}'`,
      )
    : undefined;
};

/**
 * DetachVolume: the root volume only of a stopped instance. Without Force a volume of a running instance without power
 * stays `busy` until the instance answers again; with Force it leaves.
 */
export const detachVolume: Operation<DetachVolumeRequest, VolumeAttachment> = (tx, input) => {
  const volume = volumeById(tx, input.VolumeId);
  if (isDomainError(volume)) return volume;
  if (input.InstanceId !== undefined && input.InstanceId !== '') {
    const instance = instanceById(tx, input.InstanceId);
    if (isDomainError(instance)) return instance;
  }
  const attachment = namedAttachment(volume, input.InstanceId);
  if (isDomainError(attachment)) return attachment;
  if (attachment === undefined) return incorrectVolumeState(volume);
  const refusal = checkNamed(volume, attachment, input) ?? checkRoot(tx, volume, attachment);
  if (refusal !== undefined) return refusal;
  const isForced = input.Force === true;
  const state = attachmentState(tx, attachment);
  const isUnderWay = state === 'detaching' || state === 'busy';
  if (isUnderWay && !isForced) return answer(volume, attachment);
  const begun =
    volume.others === undefined
      ? beginDetachment(tx, { ...volume, attachment }, isForced)
      : endSharing(tx, volume, attachment, isForced);
  return answer(volume, begun);
};
