import { DomainError } from '../../../world/domain-error.ts';
import { defineExtensionPoint } from '../../../world/rules.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { baseImage, baseImagesOf, type BaseImage } from './base-images.ts';
import { checkIdForm, kinds, notFound } from '../errors.ts';
import { isSameDevice } from '../storage/device-names.ts';
import { MachineImages, type ImageDevice, type MachineImage } from '../storage/entities.ts';
import { isSharedWith } from '../storage/sharing.ts';

/** An image as a launch sees it, be it one that is there in every Region or one that somebody made. */
export interface LaunchImage {
  readonly imageId: string;
  readonly ownerId: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly rootDeviceName: string;
  /** One of them is the root device. */
  readonly devices: readonly ImageDevice[];
  readonly bootMode: 'uefi' | 'uefi-preferred' | 'legacy-bios' | undefined;
  /** `v2.0` when instances must use tokens for their metadata unless the launch says otherwise. */
  readonly imdsSupport: 'v2.0' | undefined;
  readonly tpmSupport: 'v2.0' | undefined;
  readonly enaSupport: boolean;
}

/** An image that somebody made, and the account that it belongs to. */
export interface OwnedImage {
  readonly image: MachineImage;
  readonly ownerId: string;
}

/** How a base image boots: Amazon Linux 2 names no boot mode, newer images prefer UEFI. */
export const bootModeOf = (image: BaseImage): 'uefi' | 'uefi-preferred' | undefined => {
  if (image.architecture === 'arm64') return 'uefi';
  return image.imdsSupport === undefined ? undefined : 'uefi-preferred';
};

/** The one device of a base image. */
export const baseImageDevice = (image: BaseImage): ImageDevice => ({
  deviceName: image.rootDeviceName,
  snapshotId: image.snapshotId,
  sizeGiB: image.rootVolumeGiB,
  volumeType: image.rootVolumeType,
  iops: image.rootVolumeType === 'gp3' ? 3000 : null,
  throughputMiBps: image.rootVolumeType === 'gp3' ? 125 : null,
  encrypted: false,
  deleteOnTermination: true,
});

const ofBaseImage = (image: BaseImage): LaunchImage => ({
  imageId: image.imageId,
  ownerId: image.ownerId,
  architecture: image.architecture,
  rootDeviceName: image.rootDeviceName,
  devices: [baseImageDevice(image)],
  bootMode: bootModeOf(image),
  imdsSupport: image.imdsSupport,
  tpmSupport: undefined,
  enaSupport: true,
});

const ofOwnedImage = ({ image, ownerId }: OwnedImage): LaunchImage => ({
  imageId: image.id,
  ownerId,
  architecture: image.architecture,
  rootDeviceName: image.rootDeviceName,
  devices: image.devices,
  bootMode: image.bootMode ?? undefined,
  imdsSupport: image.imdsSupport ?? undefined,
  tpmSupport: image.tpmSupport ?? undefined,
  enaSupport: image.enaSupport,
});

/**
 * The image with this id that somebody made and that the view's account may see: its own, or one that is shared with
 * it. One that is not, or is disabled by its owner, is as if it were not there ("Disable an AMI", User Guide).
 */
export const visibleImage = (view: View, imageId: string): OwnedImage | undefined => {
  const own = view.get(MachineImages, imageId);
  if (own !== undefined) return { image: own, ownerId: view.account };
  for (const ownerId of view.accounts()) {
    const image = view.forAccount(ownerId).get(MachineImages, imageId);
    if (image === undefined) continue;
    return isSharedWith(image.sharing, view.account) && image.state !== 'disabled'
      ? { image, ownerId }
      : undefined;
  }
  return undefined;
};

/** The error for an image that is not in a state to be used. */
export const imageUnavailable = (image: MachineImage): DomainError =>
  new DomainError(
    'InvalidAMIID.Unavailable',
    `The image ID '[${image.id}]' is not available; its state is '${image.state}'`,
  );

/**
 * The image with this id in the view's Region, ready to be launched. Errors: InvalidAMIID.Malformed,
 * InvalidAMIID.NotFound, InvalidAMIID.Unavailable for one that is pending, failed or disabled.
 */
export const imageById = (view: View, imageId: string): LaunchImage | DomainError => {
  const malformed = checkIdForm(kinds.image, imageId);
  if (malformed !== undefined) return malformed;
  const base = baseImage(view.shard, imageId);
  if (base !== undefined) return ofBaseImage(base);
  const owned = visibleImage(view, imageId);
  if (owned === undefined) return notFound(kinds.image, imageId);
  return owned.image.state === 'available' ? ofOwnedImage(owned) : imageUnavailable(owned.image);
};

const resolvePrefix = 'resolve:ssm:';

/** Who knows the parameters of accounts: the value of one that is named with or without a version or a label. */
export const ImageParameters =
  defineExtensionPoint<(view: View, named: string) => string | undefined>('ec2/image-parameters');

const ownParameter = (view: View, named: string): string | undefined => {
  for (const valueOf of view.extensions(ImageParameters).values()) {
    const value = valueOf(view, named);
    if (value !== undefined) return value;
  }
  return undefined;
};

/**
 * The image that a launch names: by its id, or as `resolve:ssm:NAME` by the parameter that leads to it, public or the
 * account's own, with its version or label behind another colon if one likes (RunInstances, Amazon EC2 API Reference).
 * Errors: as imageById, and SsmInvalidParameter for a parameter that is not there or leads to no image.
 */
export const launchedImage = (view: View, named: string): LaunchImage | DomainError => {
  if (!named.startsWith(resolvePrefix)) return imageById(view, named);
  const [name = '', version] = named.slice(resolvePrefix.length).split(':');
  const own = ownParameter(view, named.slice(resolvePrefix.length));
  if (own?.startsWith('ami-') === true) return imageById(view, own);
  const image = baseImagesOf(view.shard).find((known) => known.parameterNames.includes(name));
  // Public parameters have one version here.
  return image !== undefined && (version === undefined || version === '1')
    ? ofBaseImage(image)
    : new DomainError(
        'SsmInvalidParameter',
        `The parameter '${named.slice(resolvePrefix.length)}' is not there, or its value is no image id.`,
      );
};

/** The device of an image that its instances boot from. Every image has one. */
export const rootDeviceOf = (image: LaunchImage): ImageDevice => {
  const root = image.devices.find(({ deviceName }) =>
    isSameDevice(deviceName, image.rootDeviceName),
  );
  if (root === undefined) throw new Error(`${image.imageId} has no root device.`);
  return root;
};

/** Notes that an image was launched, as `lastLaunchedTime` of its attributes tells. */
export const noteLaunch = (tx: Tx, image: LaunchImage): void => {
  const owner = tx.forAccount(image.ownerId);
  const known = owner.get(MachineImages, image.imageId);
  if (known !== undefined) owner.put(MachineImages, { ...known, lastLaunchedAt: tx.now });
};
