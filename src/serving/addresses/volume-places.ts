import { join } from 'node:path';
import { volumeVariable } from '../../aws/ec2/storage/device-names.ts';
import {
  Instances,
  Volumes,
  type Instance,
  type Volume,
} from '../../aws/ec2/instances/instance-entities.ts';
import { attachmentsOf, attachmentTo } from '../../aws/ec2/storage/attachments.ts';
import type { View } from '../../world/transaction.ts';

/** The last part of a device's name: `sdf` of `/dev/sdf`. */
const deviceOf = (deviceName: string): string => deviceName.split('/').at(-1) ?? deviceName;

/** Where an instance's disks lie, below the world's directory. */
const instanceDirectory = (directory: string, instanceId: string): string =>
  join(directory, 'instances', instanceId);

/** The directory of an instance's root volume. */
export const rootDirectory = (directory: string, instanceId: string): string =>
  join(instanceDirectory(directory, instanceId), 'disk');

const dataDirectory = (directory: string, instanceId: string, deviceName: string): string =>
  join(instanceDirectory(directory, instanceId), 'volumes', deviceOf(deviceName));

const isRootOf = (instance: Instance | undefined, volume: Volume): boolean =>
  instance !== undefined &&
  instance.rootDeviceName === attachmentTo(volume, instance.id)?.deviceName;

/** Where a volume's directory is to be: at its instance's while it is attached; undefined while it is not. */
export const placeOfVolume = (
  view: View,
  directory: string,
  volume: Volume,
): string | undefined => {
  const { attachment } = volume;
  // What several instances may have stays at home, and they find it by links.
  if (volume.multiAttach === true) return undefined;
  if (attachment === null || attachment.state === 'detaching') return undefined;
  const { instanceId, deviceName } = attachment;
  return isRootOf(view.get(Instances, instanceId), volume)
    ? rootDirectory(directory, instanceId)
    : dataDirectory(directory, instanceId, deviceName);
};

/** Where links lead to the directory of a volume that several instances may have. */
export const linksOfVolume = (directory: string, volume: Volume): readonly string[] =>
  volume.multiAttach === true
    ? attachmentsOf(volume)
        .filter(({ state }) => state !== 'detaching')
        .map(({ instanceId, deviceName }) => dataDirectory(directory, instanceId, deviceName))
    : [];

/** The devices that AWS recommends for volumes beside the root ("Device names for volumes", User Guide). */
const usualDevices = 'fghijklmnop'.split('').map((letter) => `/dev/sd${letter}`);

/**
 * The variables by which programs in an instance find its volumes. A program's environment stays as it was at its start, so
 * the usual devices are named before anything is attached: the directory is there from the attachment on.
 */
export const volumeEnvironment = (
  view: View,
  directory: string,
  instanceId: string,
): Readonly<Record<string, string>> => {
  const instance = view.get(Instances, instanceId);
  const attached = view
    .find(Volumes, 'instance', instanceId)
    .filter((volume) => !isRootOf(instance, volume))
    .flatMap((volume) => attachmentTo(volume, instanceId)?.deviceName ?? []);
  return Object.fromEntries(
    [...usualDevices, ...attached].map((deviceName) => [
      volumeVariable(deviceName),
      dataDirectory(directory, instanceId, deviceName),
    ]),
  );
};
