import type { CopyImageRequest, CopyImageResult } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { newResourceId } from '../../shared/ids.ts';
import type { Tag } from '../../shared/filters.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { baseImage } from './base-images.ts';
import { missingParameter, notBuilt } from '../errors.ts';
import type { Encryption } from '../storage/ebs-encryption.ts';
import { unshared, type ImageDevice, type Snapshot } from '../storage/entities.ts';
import {
  checkCompletionMinutes,
  checkCopyRoom,
  copyEncryption,
  copyHere,
  sourceView,
} from '../storage/snapshot-copies.ts';
import { findSnapshot, noContents, type OwnedSnapshot } from '../storage/snapshot-lookup.ts';
import { addImage, type ImageTraits } from './create-image.ts';
import { checkImageName } from './image-names.ts';
import { imageById, type LaunchImage } from './launch-image.ts';

type Input = Plain<CopyImageRequest>;

const unbuilt = [
  'DestinationAvailabilityZone',
  'DestinationAvailabilityZoneId',
  'DestinationOutpostArn',
] as const;

/** The snapshot behind a base image, as one that anybody may copy and that holds nothing. */
const baseSnapshot = (view: View, image: LaunchImage, device: ImageDevice): OwnedSnapshot => {
  const at = baseImage(view.shard, image.imageId)?.createdAtMs ?? view.now;
  const id = device.snapshotId ?? '';
  const snapshot: Snapshot = {
    id,
    source: { kind: 'import' },
    lineage: `${view.shard}/${id}`,
    volumeId: 'vol-ffffffff',
    volumeSizeGiB: device.sizeGiB,
    description: '',
    encrypted: false,
    kmsKeyId: null,
    state: 'completed',
    stateMessage: null,
    startTime: at,
    completedAt: at,
    contents: noContents,
    uploadEndsAt: null,
    sharing: unshared,
    completionMinutes: null,
  };
  return { snapshot, ownerId: image.ownerId };
};

/** A device of the source, and the snapshot that is behind it; none of an empty one. */
interface SourceDevice {
  readonly device: ImageDevice;
  readonly owned: OwnedSnapshot | undefined;
}

/**
 * The devices of the source with their snapshots. "The owner of the source AMI must grant you read permissions for the
 * storage that backs the AMI" ("Copy an Amazon EC2 AMI", Amazon EC2 User Guide).
 */
const sourceDevices = (there: View, image: LaunchImage): readonly SourceDevice[] | DomainError => {
  const isBase = baseImage(there.shard, image.imageId) !== undefined;
  const found: SourceDevice[] = [];
  for (const device of image.devices) {
    const { snapshotId } = device;
    const owned =
      snapshotId === null
        ? undefined
        : isBase
          ? baseSnapshot(there, image, device)
          : findSnapshot(there, snapshotId);
    if (snapshotId !== null && owned === undefined) {
      return new DomainError(
        'InvalidRequest',
        'You do not have permission to access the storage of this ami',
      );
    }
    found.push({ device, owned });
  }
  return found;
};

/** What the copies have in common. */
interface CopyTerms {
  readonly region: string;
  readonly sourceImageId: string;
  readonly imageId: string;
  readonly completionMinutes: number | null;
  readonly encryption: {
    readonly encrypted?: boolean | undefined;
    readonly kmsKeyId?: string | undefined;
  };
  readonly snapshotTags: readonly Tag[];
}

/** Begins the copy of one device's snapshot; answers the device of the new image. */
const copyDevice = (
  tx: Tx,
  { device, owned }: SourceDevice,
  terms: CopyTerms,
): ImageDevice | DomainError => {
  if (owned === undefined) return device;
  const source = { ...owned, region: terms.region };
  const encryption: Encryption | DomainError = copyEncryption(tx, source, terms.encryption);
  if (isDomainError(encryption)) return encryption;
  const snapshot = copyHere(tx, {
    ...encryption,
    source,
    // The words are EC2's.
    description: `Copied for DestinationAmi ${terms.imageId} from SourceAmi ${terms.sourceImageId} for SourceSnapshot ${owned.snapshot.id}. Task created on ${tx.now}.`,
    completionMinutes: terms.completionMinutes,
  });
  return (
    addTags(tx, snapshot.id, 'snapshot', terms.snapshotTags) ?? {
      ...device,
      snapshotId: snapshot.id,
      encrypted: encryption.encrypted,
    }
  );
};

const copyDevices = (
  tx: Tx,
  sources: readonly SourceDevice[],
  terms: CopyTerms,
): readonly ImageDevice[] | DomainError => {
  const full = checkCopyRoom(tx, sources.filter(({ owned }) => owned !== undefined).length);
  if (full !== undefined) return full;
  const devices: ImageDevice[] = [];
  for (const source of sources) {
    const device = copyDevice(tx, source, terms);
    if (isDomainError(device)) return device;
    devices.push(device);
  }
  return devices;
};

/** The tags of the new image and of its snapshots. */
const tagsOfCopy = (there: View, source: LaunchImage, input: Input) => {
  const both = ['image', 'snapshot'];
  const image = tagsForType(input.TagSpecifications, 'image', both);
  if (isDomainError(image)) return image;
  const snapshot = tagsForType(input.TagSpecifications, 'snapshot', both);
  if (isDomainError(snapshot)) return snapshot;
  // Tags that other accounts have put on a shared image are theirs; one's own go along.
  const own = input.CopyImageTags === true ? tagsOf(there, source.imageId) : [];
  const kept = own.filter((tag) => !image.some((asked) => asked.Key === tag.Key));
  return { image: [...kept, ...image], snapshot };
};

const traitsOf = (image: LaunchImage): ImageTraits => ({
  architecture: image.architecture,
  rootDeviceName: image.rootDeviceName,
  bootMode: image.bootMode ?? null,
  imdsSupport: image.imdsSupport ?? null,
  tpmSupport: image.tpmSupport ?? null,
  enaSupport: image.enaSupport,
});

/** The image that is to be copied, as it can be seen from here. */
const sourceImage = (tx: Tx, input: Input) => {
  const there = sourceView(tx, input.SourceRegion);
  if (isDomainError(there)) return there;
  const { SourceImageId: id } = input;
  if (id === undefined || id === '') return missingParameter('sourceImageId');
  const image = imageById(there, id);
  return isDomainError(image) ? image : { there, image };
};

/**
 * CopyImage: makes an image here of one of another Region or of this one, each of its snapshots by a copy. It is pending
 * until all of them have come, and belongs to whoever asks; neither launch permissions nor, unless asked, tags go along.
 */
export const copyImage: Operation<CopyImageRequest, CopyImageResult> = (tx, input) => {
  const parameter = unbuilt.find((one) => input[one] !== undefined);
  if (parameter !== undefined) return notBuilt(`the parameter ${parameter} of CopyImage`);
  const name = checkImageName(tx, input.Name);
  if (isDomainError(name)) return name;
  const completionMinutes = checkCompletionMinutes(
    'snapshotCopyCompletionDurationMinutes',
    input.SnapshotCopyCompletionDurationMinutes,
  );
  if (isDomainError(completionMinutes)) return completionMinutes;
  const source = sourceImage(tx, input);
  if (isDomainError(source)) return source;
  const { there, image } = source;
  const tags = tagsOfCopy(there, image, input);
  if (isDomainError(tags)) return tags;
  const sources = sourceDevices(there, image);
  if (isDomainError(sources)) return sources;
  const id = newResourceId(tx, 'ami');
  const devices = copyDevices(tx, sources, {
    region: there.shard,
    sourceImageId: image.imageId,
    imageId: id,
    completionMinutes,
    encryption: { encrypted: input.Encrypted, kmsKeyId: input.KmsKeyId },
    snapshotTags: tags.snapshot,
  });
  if (isDomainError(devices)) return devices;
  addImage(tx, {
    ...traitsOf(image),
    id,
    name,
    description: input.Description ?? '',
    devices,
    state: 'pending',
    source: { sourceImageId: image.imageId, sourceImageRegion: there.shard },
  });
  return addTags(tx, id, 'image', tags.image) ?? { ImageId: id };
};
