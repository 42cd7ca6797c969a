import { defineTable, type Entity } from '../../../world/entity.ts';
import type { VolumeConfiguration } from './volume-types.ts';

/** The last change of a volume, by its id. */
export interface VolumeModification extends Entity {
  readonly original: VolumeConfiguration;
  readonly target: VolumeConfiguration;
  /** Whether several instances may have it; absent where that is not so and stays so. */
  readonly multiAttach?: { readonly original: boolean; readonly target: boolean };
  /** `modifying` until the new size and performance are there; see `modificationState` for what follows. */
  readonly state: 'modifying' | 'optimizing';
  readonly startTime: number;
  /** World time at which its data have moved; null while it is not known. */
  readonly completesAt: number | null;
  /** When this change and those before it began, as far as they count for how often a volume may be changed. */
  readonly startTimes: readonly number[];
  /** Set while it cannot go on because its zone is lost. */
  readonly isHeld?: boolean;
}

export const VolumeModifications = defineTable<VolumeModification>('ec2-volume-modifications', {
  held: (modification) => (modification.isHeld === true ? 'yes' : undefined),
});

/** What an account has chosen for the encryption of its volumes in a Region; there is one, `default`, or none. */
export interface EbsDefaults extends Entity {
  readonly encryptionByDefault: boolean;
  /** The ARN of a key of its own; null for AWS's. */
  readonly kmsKeyId: string | null;
}

export const EbsDefaultsTable = defineTable<EbsDefaults>('ec2-ebs-defaults');
