import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addSnapshot } from '../storage/snapshot-life.ts';
import { addImage } from './create-image.ts';
import { checkImageName } from './image-names.ts';

/** A root file system that is brought in from outside of the world. */
export interface ImportedImage {
  readonly name: string;
  readonly description: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly sizeGiB: number;
}

/**
 * Puts an image that was brought in, and the snapshot behind its root device; both are pending until the disk plane has told
 * of the contents. Errors: those of an image's name.
 */
export const addImportedImage = (
  tx: Tx,
  imported: ImportedImage,
): { readonly imageId: string; readonly snapshotId: string } | DomainError => {
  const name = checkImageName(tx, imported.name);
  if (isDomainError(name)) return name;
  const { description, architecture, sizeGiB } = imported;
  const snapshot = addSnapshot(tx, {
    source: { kind: 'import' },
    // As ImportSnapshot has it: there is no volume behind it.
    volumeId: 'vol-ffffffff',
    volumeSizeGiB: sizeGiB,
    description,
    encrypted: false,
    kmsKeyId: null,
  });
  const imageId = newResourceId(tx, 'ami');
  addImage(tx, {
    id: imageId,
    name,
    description,
    architecture,
    rootDeviceName: '/dev/xvda',
    devices: [
      {
        deviceName: '/dev/xvda',
        snapshotId: snapshot.id,
        sizeGiB,
        volumeType: 'gp3',
        iops: 3000,
        throughputMiBps: 125,
        encrypted: false,
        deleteOnTermination: true,
      },
    ],
    state: 'pending',
    bootMode: null,
    imdsSupport: null,
    tpmSupport: null,
    enaSupport: true,
  });
  return { imageId, snapshotId: snapshot.id };
};
