import type {
  DeleteSnapshotReturnCode,
  DeregisterImageRequest,
  DeregisterImageResult,
  RegisterImageRequest,
  RegisterImageResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType } from '../../shared/tags.ts';
import { deleteResource } from '../delete-resource.ts';
import { missingParameter, notBuilt } from '../errors.ts';
import { isSameDevice } from '../storage/device-names.ts';
import {
  MachineImages,
  Snapshots,
  type ImageDevice,
  type MachineImage,
} from '../storage/entities.ts';
import { findSnapshot } from '../storage/snapshot-lookup.ts';
import { imagesWith, removeSnapshot } from '../storage/snapshots.ts';
import { addImage, type ImageTraits } from './create-image.ts';
import { checkMappings, deviceOf } from './image-devices.ts';
import { checkImageName, ownImage } from './image-names.ts';

type RegisterInput = Plain<RegisterImageRequest>;

/** Parameters that concern what is not here: paravirtual machines, images in S3, billing, UEFI variables. */
const unbuilt = ['BillingProducts', 'ImageLocation', 'KernelId', 'RamdiskId', 'UefiData'] as const;

/** What an image says of itself; 64 bits and hardware virtualization unless told, since there is nothing else here. */
const traits = (input: RegisterInput, rootDeviceName: string): ImageTraits | DomainError => {
  const parameter = unbuilt.find((name) => {
    const value = input[name];
    return value !== undefined && value.length > 0;
  });
  if (parameter !== undefined) return notBuilt(`the parameter ${parameter} of RegisterImage`);
  const architecture = input.Architecture ?? 'x86_64';
  if (architecture !== 'x86_64' && architecture !== 'arm64') {
    return notBuilt(`instance types of the architecture '${architecture}'`);
  }
  const virtualization = input.VirtualizationType ?? 'hvm';
  if (virtualization !== 'hvm') {
    return notBuilt(`instance types of the virtualization type '${virtualization}'`);
  }
  return {
    architecture,
    rootDeviceName,
    bootMode: input.BootMode ?? null,
    imdsSupport: input.ImdsSupport ?? null,
    tpmSupport: input.TpmSupport ?? null,
    enaSupport: input.EnaSupport ?? false,
  };
};

const devicesOf = (
  tx: Tx,
  input: RegisterInput,
  rootDeviceName: string,
): readonly ImageDevice[] | DomainError => {
  const mappings = input.BlockDeviceMappings ?? [];
  const malformed = checkMappings(mappings, 'RegisterImage');
  if (malformed !== undefined) return malformed;
  const devices: ImageDevice[] = [];
  for (const mapping of mappings) {
    if (mapping.NoDevice !== undefined) continue;
    const device = deviceOf(tx, mapping, rootDeviceName);
    if (isDomainError(device)) return device;
    devices.push(device);
  }
  const root = devices.find(({ deviceName }) => isSameDevice(deviceName, rootDeviceName));
  return root === undefined || root.snapshotId === null
    ? new DomainError(
        'InvalidBlockDeviceMapping',
        `The root device '${rootDeviceName}' must be mapped to a snapshot.`,
      )
    : devices;
};

/** RegisterImage: an image of snapshots that are complete; it is available at once. */
export const registerImage: Operation<RegisterImageRequest, RegisterImageResult> = (tx, input) => {
  const name = checkImageName(tx, input.Name);
  if (isDomainError(name)) return name;
  const rootDeviceName = input.RootDeviceName ?? '';
  const facts = traits(input, rootDeviceName);
  if (isDomainError(facts)) return facts;
  if (rootDeviceName === '') return missingParameter('rootDeviceName');
  const tags = tagsForType(input.TagSpecifications, 'image');
  if (isDomainError(tags)) return tags;
  const devices = devicesOf(tx, input, rootDeviceName);
  if (isDomainError(devices)) return devices;
  const id = newResourceId(tx, 'ami');
  addImage(tx, {
    ...facts,
    id,
    name,
    description: input.Description ?? '',
    devices,
    state: 'available',
  });
  return addTags(tx, id, 'image', tags) ?? { ImageId: id };
};

const isProtected = (tx: Tx, image: MachineImage): boolean =>
  image.deregistrationProtection !== 'disabled' || (image.protectedUntil ?? 0) > tx.now;

const snapshotIds = (image: MachineImage): readonly string[] =>
  image.devices.flatMap(({ snapshotId }) => snapshotId ?? []);

/** Ends the copies that were to make an image: "Stop a pending AMI copy operation" (Amazon EC2 User Guide). */
const stopCopies = (tx: Tx, image: MachineImage): void => {
  for (const id of snapshotIds(image)) {
    const snapshot = tx.get(Snapshots, id);
    if (snapshot?.state === 'pending' && snapshot.source.kind === 'copy') {
      removeSnapshot(tx, snapshot);
    }
  }
};

/** Deletes a snapshot of an image that is gone, unless others need it; says what came of it. */
const deleteWithImage = (tx: Tx, snapshotId: string): Plain<DeleteSnapshotReturnCode> => {
  const owned = findSnapshot(tx, snapshotId);
  const result = (ReturnCode: NonNullable<DeleteSnapshotReturnCode['ReturnCode']>) => ({
    SnapshotId: snapshotId,
    ReturnCode,
  });
  if (owned === undefined || owned.ownerId !== tx.account) return result('missing-permissions');
  if (imagesWith(tx, snapshotId).length > 0) return result('skipped');
  removeSnapshot(tx, owned.snapshot);
  return result('success');
};

/** DeregisterImage: no more launches from it. Its snapshots stay unless they are to go too; a pending copy ends. */
export const deregisterImage: Operation<DeregisterImageRequest, DeregisterImageResult> = (
  tx,
  input,
) => {
  const image = ownImage(tx, input.ImageId);
  if (isDomainError(image)) return image;
  if (isProtected(tx, image)) {
    return new DomainError(
      'OperationNotPermitted',
      `The image '${image.id}' is protected from deregistration. Disable its deregistration protection and try again; one with a cooldown holds for 24 hours more.`,
    );
  }
  deleteResource(tx, MachineImages, image.id);
  if (image.state === 'pending') stopCopies(tx, image);
  if (input.DeleteAssociatedSnapshots !== true) return { Return: true };
  const left = snapshotIds(image).filter((id) => findSnapshot(tx, id) !== undefined);
  return {
    Return: true,
    DeleteSnapshotResults: left.map((id) => deleteWithImage(tx, id)),
  };
};
