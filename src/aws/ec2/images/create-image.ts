import type { CreateImageRequest, CreateImageResult } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType } from '../../shared/tags.ts';
import { baseImage } from './base-images.ts';
import { notBuilt } from '../errors.ts';
import { Instances, Volumes, type Instance, type Volume } from '../instances/instance-entities.ts';
import { instanceById } from '../instances/instances.ts';
import { attachmentTo } from '../storage/attachments.ts';
import { isSameDevice } from '../storage/device-names.ts';
import {
  MachineImages,
  unshared,
  type ImageDevice,
  type MachineImage,
} from '../storage/entities.ts';
import { snapshotObjection, takeSnapshot } from '../storage/take-snapshot.ts';
import { checkMappings, deviceOf, type DeviceMapping } from './image-devices.ts';
import { checkImageName } from './image-names.ts';
import { bootModeOf, visibleImage } from './launch-image.ts';

/** What an image is made of besides its devices. */
export type ImageTraits = Pick<
  MachineImage,
  'architecture' | 'rootDeviceName' | 'bootMode' | 'imdsSupport' | 'tpmSupport' | 'enaSupport'
>;

/** An image to be. */
export interface ImageRequest extends ImageTraits {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly devices: readonly ImageDevice[];
  readonly state: 'pending' | 'available';
  readonly source?: Partial<
    Pick<MachineImage, 'sourceImageId' | 'sourceImageRegion' | 'sourceInstanceId'>
  >;
}

/** Puts an image, shared with nobody. */
export const addImage = (tx: Tx, request: ImageRequest): MachineImage => {
  const { source, ...facts } = request;
  const image: MachineImage = {
    ...facts,
    stateReason: null,
    createdAt: tx.now,
    sharing: unshared,
    deprecationTime: null,
    deregistrationProtection: 'disabled',
    sourceImageId: source?.sourceImageId ?? null,
    sourceImageRegion: source?.sourceImageRegion ?? null,
    sourceInstanceId: source?.sourceInstanceId ?? null,
    lastLaunchedAt: null,
  };
  tx.put(MachineImages, image);
  return image;
};

/** What the image of an instance says of it; an image that is gone by now leaves only what the instance knows. */
const traitsOf = (view: View, instance: Instance): ImageTraits => {
  const { architecture, rootDeviceName } = instance;
  const base = baseImage(view.shard, instance.imageId);
  const made = visibleImage(view, instance.imageId)?.image;
  return {
    architecture,
    rootDeviceName,
    bootMode: (base === undefined ? made?.bootMode : bootModeOf(base)) ?? null,
    imdsSupport: base?.imdsSupport ?? made?.imdsSupport ?? null,
    tpmSupport: made?.tpmSupport ?? null,
    enaSupport: made?.enaSupport ?? true,
  };
};

const invalidMapping = (message: string): DomainError =>
  new DomainError('InvalidBlockDeviceMapping', message);

/** Why a mapping asks too much of a volume that is there: only DeleteOnTermination can be changed (CreateImage). */
const mappingObjection = (volume: Volume, mapping: DeviceMapping): DomainError | undefined => {
  const { Ebs: ebs = {}, DeviceName: name = '' } = mapping;
  const asked = [
    ['VolumeSize', ebs.VolumeSize, volume.sizeGiB],
    ['VolumeType', ebs.VolumeType, volume.volumeType],
    ['Iops', ebs.Iops, volume.iops],
    ['Throughput', ebs.Throughput, volume.throughputMiBps],
    ['Encrypted', ebs.Encrypted, volume.encrypted],
    ['SnapshotId', ebs.SnapshotId, undefined],
    ['KmsKeyId', ebs.KmsKeyId, volume.kmsKeyId],
  ] as const;
  const changed = asked.find(([, value, is]) => value !== undefined && value !== is);
  return changed === undefined
    ? undefined
    : invalidMapping(
        `The ${changed[0]} of '${name}' cannot be changed: it is the volume ${volume.id} of the instance. Only DeleteOnTermination can be.`,
      );
};

/** A volume that goes into the image. */
interface TakenVolume {
  readonly volume: Volume;
  readonly deviceName: string;
  readonly deleteOnTermination: boolean;
}

/** The volumes of an instance that go into its image, as mappings change them. */
const volumesOf = (
  view: View,
  instance: Instance,
  mappings: readonly DeviceMapping[],
): readonly TakenVolume[] | DomainError => {
  const taken: TakenVolume[] = [];
  for (const volume of view.find(Volumes, 'instance', instance.id)) {
    const attachment = attachmentTo(volume, instance.id);
    if (attachment === undefined) continue;
    const { deviceName, deleteOnTermination } = attachment;
    const mapping = mappings.find((one) => isSameDevice(one.DeviceName ?? '', deviceName));
    if (mapping?.NoDevice !== undefined) {
      if (volume.id === instance.rootVolumeId) {
        return invalidMapping(`The root device '${deviceName}' cannot be left out.`);
      }
      continue;
    }
    const objection =
      (mapping === undefined ? undefined : mappingObjection(volume, mapping)) ??
      snapshotObjection(view, volume);
    if (objection !== undefined) return objection;
    taken.push({
      volume,
      deviceName,
      deleteOnTermination: mapping?.Ebs?.DeleteOnTermination ?? deleteOnTermination,
    });
  }
  return taken;
};

/** The devices that mappings add to those of the instance. */
const addedDevices = (
  view: View,
  instance: Instance,
  mappings: readonly DeviceMapping[],
): readonly ImageDevice[] | DomainError => {
  const volumes = view.find(Volumes, 'instance', instance.id);
  const added: ImageDevice[] = [];
  for (const mapping of mappings) {
    const name = mapping.DeviceName ?? '';
    const isThere = volumes.some(({ attachment }) =>
      isSameDevice(attachment?.deviceName ?? '', name),
    );
    if (isThere || mapping.NoDevice !== undefined) continue;
    const device = deviceOf(view, mapping, instance.rootDeviceName);
    if (isDomainError(device)) return device;
    added.push(device);
  }
  return added;
};

const checkState = (instance: Instance): DomainError | undefined =>
  instance.state === 'running' || instance.state === 'stopped'
    ? undefined
    : new DomainError(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in a state from which an image can be created: it is '${instance.state}'.`,
      );

type Tags = Exclude<ReturnType<typeof tagsForType>, DomainError>;

/** Takes the snapshots of an image, and answers its devices. */
const takeDevices = (
  tx: Tx,
  imageId: string,
  instance: Instance,
  volumes: readonly TakenVolume[],
  how: { readonly moment: 'now' | 'shutdown'; readonly tags: Tags },
): readonly ImageDevice[] | DomainError => {
  const devices: ImageDevice[] = [];
  for (const { volume, deviceName, deleteOnTermination } of volumes) {
    const description = `Created by CreateImage(${instance.id}) for ${imageId}`;
    const snapshot = takeSnapshot(tx, volume, description, how.moment);
    const untagged = addTags(tx, snapshot.id, 'snapshot', how.tags);
    if (untagged !== undefined) return untagged;
    devices.push({
      deviceName,
      snapshotId: snapshot.id,
      sizeGiB: volume.sizeGiB,
      volumeType: volume.volumeType,
      iops: volume.iops,
      throughputMiBps: volume.throughputMiBps,
      encrypted: volume.encrypted,
      deleteOnTermination,
    });
  }
  return devices;
};

const tagsOfRequest = (input: Plain<CreateImageRequest>) => {
  const both = ['image', 'snapshot'];
  const image = tagsForType(input.TagSpecifications, 'image', both);
  if (isDomainError(image)) return image;
  const snapshot = tagsForType(input.TagSpecifications, 'snapshot', both);
  return isDomainError(snapshot) ? snapshot : { image, snapshot };
};

/**
 * CreateImage: of all volumes of an instance. Unless NoReboot is set, a running instance is shut down, its volumes are taken
 * while it is off, and it boots again; its state stays `running`, as at a reboot.
 */
export const createImage: Operation<CreateImageRequest, CreateImageResult> = (tx, input) => {
  if (input.SnapshotLocation === 'local') {
    return notBuilt("the location 'local' of CreateImage: no instance is in a Local Zone");
  }
  const instance = instanceById(tx, input.InstanceId);
  if (isDomainError(instance)) return instance;
  const name = checkImageName(tx, input.Name);
  if (isDomainError(name)) return name;
  const tags = tagsOfRequest(input);
  if (isDomainError(tags)) return tags;
  const mappings = input.BlockDeviceMappings ?? [];
  const objection = checkState(instance) ?? checkMappings(mappings, 'CreateImage');
  if (objection !== undefined) return objection;
  const volumes = volumesOf(tx, instance, mappings);
  if (isDomainError(volumes)) return volumes;
  const added = addedDevices(tx, instance, mappings);
  if (isDomainError(added)) return added;
  const id = newResourceId(tx, 'ami');
  const reboots = instance.state === 'running' && input.NoReboot !== true;
  const taken = takeDevices(tx, id, instance, volumes, {
    moment: reboots ? 'shutdown' : 'now',
    tags: tags.snapshot,
  });
  if (isDomainError(taken)) return taken;
  if (reboots) tx.put(Instances, { ...instance, bootNumber: instance.bootNumber + 1 });
  addImage(tx, {
    ...traitsOf(tx, instance),
    id,
    name,
    description: input.Description ?? '',
    devices: [...taken, ...added],
    state: 'pending',
    source: {
      sourceImageId: instance.imageId,
      sourceImageRegion: tx.shard,
      sourceInstanceId: instance.id,
    },
  });
  return addTags(tx, id, 'image', tags.image) ?? { ImageId: id };
};
