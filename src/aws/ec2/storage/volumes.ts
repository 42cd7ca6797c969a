import type {
  CreateVolumeRequest,
  DeleteVolumeRequest,
  DescribeVolumesRequest,
  DescribeVolumesResult,
  Volume as Answer,
  VolumeAttachment,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { accountZones, zoneNameOf } from '../../shared/account-zones.ts';
import { describeResources, resourceById } from '../describe.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { Volumes, type Volume } from '../instances/instance-entities.ts';
import { isoText } from '../../shared/utc-text.ts';
import { attachmentsOf } from './attachments.ts';
import { checkMultiAttach } from './multi-attach.ts';
import { encryptionOf } from './ebs-encryption.ts';
import { unusable, usableSnapshot, type OwnedSnapshot } from './snapshot-lookup.ts';
import {
  addVolume,
  attachmentState,
  beginDeletion,
  isZoneThere,
  volumeState,
  type Attachment,
} from './volume-life.ts';
import { checkInitializationRate, volumeConfiguration } from './volume-types.ts';

type CreateInput = Plain<CreateVolumeRequest>;

/** The zone that a request names, by its id; it must be one of the Region and be there. */
const zoneOf = (view: View, input: CreateInput): string | DomainError => {
  const { AvailabilityZone: name, AvailabilityZoneId: id } = input;
  if (name !== undefined && id !== undefined) {
    return invalidParameterCombination(
      'The parameters AvailabilityZone and AvailabilityZoneId cannot be used together',
    );
  }
  if (name === undefined && id === undefined) return missingParameter('availabilityZone');
  const zone = accountZones(view).find((known) => known.name === name || known.id === id);
  if (zone === undefined) {
    return new DomainError(
      'InvalidZone.NotFound',
      `The zone '${name ?? id ?? ''}' does not exist.`,
    );
  }
  return isZoneThere(view, zone.id)
    ? zone.id
    : new DomainError(
        'InsufficientVolumeCapacity',
        'There is not enough capacity to fulfill your EBS volume provision request. You can try to provision a different volume type, EBS volume in a different availability zone, or you can wait for additional capacity to become available.',
      );
};

/** A snapshot that a volume can be made of: it must be complete. */
export const snapshotForVolume = (view: View, snapshotId: string): OwnedSnapshot | DomainError => {
  const owned = usableSnapshot(view, snapshotId);
  if (isDomainError(owned)) return owned;
  return unusable(owned.snapshot) ?? owned;
};

const unbuilt = (input: CreateInput): DomainError | undefined => {
  if (input.OutpostArn !== undefined) return notBuilt('Outposts');
  if (input.Operator !== undefined) return notBuilt('the parameter Operator of CreateVolume');
  return checkMultiAttach(input.MultiAttachEnabled, input.VolumeType);
};

const attachmentAnswer = (
  view: View,
  volumeId: string,
  attachment: NonNullable<Attachment>,
): Plain<VolumeAttachment> => ({
  DeleteOnTermination: attachment.deleteOnTermination,
  VolumeId: volumeId,
  InstanceId: attachment.instanceId,
  Device: attachment.deviceName,
  State: attachmentState(view, attachment),
  AttachTime: attachment.attachTime,
});

const volumeAnswer = (view: View, volume: Volume): Plain<Answer> => ({
  VolumeId: volume.id,
  Size: volume.sizeGiB,
  SnapshotId: volume.snapshotId,
  AvailabilityZone: zoneNameOf(view, volume.zoneId),
  AvailabilityZoneId: volume.zoneId,
  State: volumeState(volume),
  CreateTime: volume.createdAt,
  Attachments: attachmentsOf(volume).map((attachment) =>
    attachmentAnswer(view, volume.id, attachment),
  ),
  Encrypted: volume.encrypted,
  KmsKeyId: volume.kmsKeyId ?? undefined,
  Iops: volume.iops ?? undefined,
  Tags: tagsOf(view, volume.id),
  // The strings were members of the SDK's unions when they came in.
  VolumeType: volume.volumeType as Answer['VolumeType'],
  MultiAttachEnabled: volume.multiAttach ?? false,
  Throughput: volume.throughputMiBps ?? undefined,
  VolumeInitializationRate: volume.initializationRateMiBps,
  Operator: { Managed: false },
});

/** CreateVolume: empty, or of a snapshot of the account's own or shared with it. */
export const createVolume: Operation<CreateVolumeRequest, Answer> = (tx, input) => {
  const refusal = unbuilt(input);
  if (refusal !== undefined) return refusal;
  const tags = tagsForType(input.TagSpecifications, 'volume');
  if (isDomainError(tags)) return tags;
  const zoneId = zoneOf(tx, input);
  if (isDomainError(zoneId)) return zoneId;
  const { SnapshotId: snapshotId = '', Size: sizeGiB } = input;
  const owned = snapshotId === '' ? undefined : snapshotForVolume(tx, snapshotId);
  if (isDomainError(owned)) return owned;
  const leastGiB = owned?.snapshot.volumeSizeGiB;
  if (sizeGiB !== undefined && leastGiB !== undefined && sizeGiB < leastGiB) {
    return invalidParameterValue(
      `Volume of size ${sizeGiB}GB is smaller than snapshot '${snapshotId}', expect size >= ${leastGiB}GB`,
    );
  }
  const configuration = volumeConfiguration({
    volumeType: input.VolumeType,
    sizeGiB: sizeGiB ?? leastGiB,
    iops: input.Iops,
    throughputMiBps: input.Throughput,
  });
  if (isDomainError(configuration)) return configuration;
  const rate = checkInitializationRate(input.VolumeInitializationRate, snapshotId);
  if (isDomainError(rate)) return rate;
  const encryption = encryptionOf(
    tx,
    { encrypted: input.Encrypted, kmsKeyId: input.KmsKeyId },
    owned === undefined ? undefined : { ...owned.snapshot, ownerId: owned.ownerId },
  );
  if (isDomainError(encryption)) return encryption;
  const volume = addVolume(tx, {
    ...configuration,
    ...encryption,
    ...rate,
    ...(input.MultiAttachEnabled === true ? { multiAttach: true } : {}),
    zoneId,
    snapshotId,
  });
  return addTags(tx, volume.id, 'volume', tags) ?? volumeAnswer(tx, volume);
};

/** The volume with this id, as long as it is not being deleted. */
export const volumeById = (view: View, id: string | undefined): Volume | DomainError => {
  const volume = resourceById(view, Volumes, kinds.volume, id, 'volumeId');
  if (isDomainError(volume) || volume.state !== 'deleting') return volume;
  return new DomainError(kinds.volume.notFoundCode, kinds.volume.notFoundMessage(volume.id));
};

/** The error for a volume in a state in which something cannot be done to it. */
export const incorrectVolumeState = (volume: Volume): DomainError =>
  new DomainError(
    'IncorrectState',
    `Volume '${volume.id}' is in the '${volumeState(volume)}' state.`,
  );

/** DeleteVolume: one that nothing has. */
export const deleteVolume: Operation<DeleteVolumeRequest, Record<string, never>> = (tx, input) => {
  const volume = volumeById(tx, input.VolumeId);
  if (isDomainError(volume)) return volume;
  if (volume.attachment !== null) {
    return new DomainError(
      'VolumeInUse',
      `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`,
    );
  }
  if (volumeState(volume) === 'creating') return incorrectVolumeState(volume);
  beginDeletion(tx, volume);
  return {};
};

/** Filter names as the DescribeVolumes reference lists them. */
const fields = (view: View): FilterFields<Volume> => ({
  'attachment.attach-time': (volume) =>
    attachmentsOf(volume).map(({ attachTime }) => isoText(attachTime)),
  'attachment.delete-on-termination': (volume) =>
    attachmentsOf(volume).map(({ deleteOnTermination }) => String(deleteOnTermination)),
  'attachment.device': (volume) => attachmentsOf(volume).map(({ deviceName }) => deviceName),
  'attachment.instance-id': (volume) => attachmentsOf(volume).map(({ instanceId }) => instanceId),
  'attachment.status': (volume) =>
    attachmentsOf(volume).map((attachment) => attachmentState(view, attachment)),
  'availability-zone': (volume) => zoneNameOf(view, volume.zoneId),
  'availability-zone-id': (volume) => volume.zoneId,
  'create-time': (volume) => isoText(volume.createdAt),
  encrypted: (volume) => volume.encrypted,
  'fast-restored': () => false,
  'multi-attach-enabled': (volume) => volume.multiAttach ?? false,
  'operator.managed': () => false,
  'operator.principal': () => undefined,
  size: (volume) => volume.sizeGiB,
  'snapshot-id': (volume) => volume.snapshotId,
  status: volumeState,
  'volume-id': (volume) => volume.id,
  'volume-type': (volume) => volume.volumeType,
});

/** DescribeVolumes */
export const describeVolumes: Operation<DescribeVolumesRequest, DescribeVolumesResult> = (
  tx,
  input,
) => {
  const page = describeResources(
    tx,
    Volumes,
    kinds.volume,
    { ...input, ids: input.VolumeIds },
    fields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    Volumes: page.items.map((volume) => volumeAnswer(tx, volume)),
    NextToken: page.nextToken,
  };
};
