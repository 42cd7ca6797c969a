import { defineTable, type Entity } from '../../../world/entity.ts';

/**
 * What a snapshot holds, as the disk plane found it. Modelled contents stand for bytes that are not there: the tag
 * `faultline:content-gib` of a volume says how much of them it has. Both count alike for time and money.
 */
export interface Contents {
  /** Blocks of 512 KiB that hold anything. */
  readonly blockCount: number;
  /** Of these, those that the snapshot before it does not have; all of the first. */
  readonly changedBlockCount: number;
  readonly modelledBytes: number;
  readonly changedModelledBytes: number;
  /** Equal exactly when the real contents are. */
  readonly digest: string;
}

/** Where a snapshot's contents come from. */
export type SnapshotSource =
  | {
      readonly kind: 'volume';
      readonly volumeId: string;
      /** The snapshot of the same volume before it; null for the first. */
      readonly parentId: string | null;
      /** `shutdown`: taken while its instance is off between a shutdown and a boot, as CreateImage does it. */
      readonly moment: 'now' | 'shutdown';
    }
  | {
      readonly kind: 'copy';
      readonly region: string;
      readonly account: string;
      readonly snapshotId: string;
    }
  /** Written block by block through the EBS direct APIs. */
  | { readonly kind: 'direct'; readonly parentId: string | null }
  /** Brought in from a directory, an archive or a container image. */
  | { readonly kind: 'import' };

/** Who may use a snapshot or an image beside its owner. */
export interface Sharing {
  readonly isPublic: boolean;
  /** Accounts. */
  readonly accounts: readonly string[];
}

export const unshared: Sharing = { isPublic: false, accounts: [] };

/** Where a snapshot lies that has been archived, or was. */
export interface SnapshotTier {
  /** Of one that is restored for some days still `archive`, where it goes back to. */
  readonly storageTier: 'standard' | 'archive';
  readonly operation:
    | 'archival-in-progress'
    | 'archival-completed'
    | 'temporary-restore-in-progress'
    | 'temporary-restore-completed'
    | 'permanent-restore-in-progress'
    | 'permanent-restore-completed';
  /** World time at which the last operation began. */
  readonly startedAt: number;
  /** World time at which the operation under way is through; null when none is. */
  readonly endsAt: number | null;
  /** Null while it is not in the archive. */
  readonly archivedAt: number | null;
  /** Of a restore for some days; null for one for good. */
  readonly restoreDays: number | null;
  /** World time until which a restored one can be used; null when it is not restored for some days. */
  readonly restoreExpiresAt: number | null;
}

/** A snapshot of a volume, by `snap-...`. */
export interface Snapshot extends Entity {
  readonly source: SnapshotSource;
  /**
   * What it is one of a series of: the volume that the first of them was made of, by Region and id. Copies carry it over,
   * so that a later one sends only what has changed.
   */
  readonly lineage: string;
  /** The volume that AWS names; of a copy `vol-ffffffff`, which is none. */
  readonly volumeId: string;
  readonly volumeSizeGiB: number;
  readonly description: string;
  readonly encrypted: boolean;
  readonly kmsKeyId: string | null;
  readonly state: 'pending' | 'completed' | 'error';
  /** Why it is in `error`. */
  readonly stateMessage: string | null;
  /** World time of the moment that it shows. */
  readonly startTime: number;
  readonly completedAt: number | null;
  /** Null until the disk plane has told. */
  readonly contents: Contents | null;
  /** Of one that is being taken: world time at which its upload is through; null while that is not known. */
  readonly uploadEndsAt: number | null;
  readonly sharing: Sharing;
  /** CompletionDurationMinutes of a time-based copy. */
  readonly completionMinutes: number | null;
  /** Absent of one that was never archived. */
  readonly tier?: SnapshotTier;
}

export const Snapshots = defineTable<Snapshot>('ec2-snapshots', {
  volume: (snapshot) => (snapshot.source.kind === 'volume' ? snapshot.source.volumeId : undefined),
  copiedFrom: (snapshot) =>
    snapshot.source.kind === 'copy'
      ? `${snapshot.source.region}/${snapshot.source.snapshotId}`
      : undefined,
  lineage: (snapshot) => snapshot.lineage,
});

/**
 * A copy under way over the backbone, by the id of the snapshot that it makes. It is in the Region that it goes to, which is
 * where its link is shared.
 */
export interface Copy extends Entity {
  readonly fromRegion: string;
  readonly fromAccount: string;
  readonly fromSnapshotId: string;
  /** The snapshot here of the same lineage that it is sent as a change of; null for a whole copy. */
  readonly baseId: string | null;
  /**
   * `measuring` until the disk plane has told how much is to be sent; `moving`; `paused` while no way leads there;
   * `arriving` when all was sent and the last blocks are still on their way to the disk.
   */
  readonly state: 'measuring' | 'moving' | 'paused' | 'arriving';
  /** What its source held of modelled contents when it began; the source may be gone since. */
  readonly modelledBytes: number;
  /** Real and modelled; 0 while it is measured. */
  readonly totalBytes: number;
  /** Sent until `settledAt`; from then on `bytesPerSecond` more. */
  readonly sentBytes: number;
  readonly settledAt: number;
  readonly bytesPerSecond: number;
  readonly beganAt: number;
  /** World time until which a time-based copy is to be through; null for one of best effort. */
  readonly deadline: number | null;
  /** Whether the disk plane has all of its blocks. */
  readonly isOnDisk: boolean;
}

export const Copies = defineTable<Copy>('ec2-copies');

/** A device of an image: what a launch makes of it unless it says otherwise. */
export interface ImageDevice {
  readonly deviceName: string;
  /** Null for an empty volume. */
  readonly snapshotId: string | null;
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly iops: number | null;
  readonly throughputMiBps: number | null;
  readonly encrypted: boolean;
  readonly deleteOnTermination: boolean;
}

/** An image that somebody made, by `ami-...`, in the account that owns it. */
export interface MachineImage extends Entity {
  readonly name: string;
  readonly description: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly rootDeviceName: string;
  readonly devices: readonly ImageDevice[];
  readonly state: 'pending' | 'available' | 'failed' | 'disabled';
  readonly stateReason: { readonly code: string; readonly message: string } | null;
  readonly createdAt: number;
  readonly sharing: Sharing;
  readonly deprecationTime: number | null;
  readonly deregistrationProtection: 'disabled' | 'enabled' | 'enabled-with-cooldown';
  /** World time until which a protection that was taken away still holds; absent when there was no cooldown. */
  readonly protectedUntil?: number | null;
  readonly bootMode: 'uefi' | 'uefi-preferred' | 'legacy-bios' | null;
  readonly imdsSupport: 'v2.0' | null;
  readonly tpmSupport: 'v2.0' | null;
  readonly enaSupport: boolean;
  /** What it was made of; null where AWS names none. */
  readonly sourceImageId: string | null;
  readonly sourceImageRegion: string | null;
  readonly sourceInstanceId: string | null;
  readonly lastLaunchedAt: number | null;
}

export const MachineImages = defineTable<MachineImage>('ec2-images', {
  snapshot: (image) => image.devices.flatMap((device) => device.snapshotId ?? []),
  name: (image) => image.name,
});
