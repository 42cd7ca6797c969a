import type { DomainError } from '../../world/domain-error.ts';

/** At once or later: the modelled plane answers at once, since nothing waits for promises in virtual time. */
export type Soon<T> = T | Promise<T>;

/** A volume, and where its directory is to be. */
export interface PlacedVolume {
  readonly region: string;
  readonly volumeId: string;
  readonly sizeGiB: number;
  /** The snapshot whose contents it begins with; undefined for an empty volume. */
  readonly snapshotId: string | undefined;
  /** An absolute path while it is attached; undefined while it is not. */
  readonly place: string | undefined;
  /** Absolute paths at which links lead to it, while several may have it; it is at home then. */
  readonly links?: readonly string[];
}

/** A snapshot in a Region. */
export interface SnapshotPlace {
  readonly region: string;
  readonly snapshotId: string;
}

/** A snapshot of a volume, to be taken now. */
export interface Capture extends SnapshotPlace {
  readonly volumeId: string;
  readonly sizeGiB: number;
  /** The snapshot that it is a change of; undefined for none. */
  readonly parentId: string | undefined;
}

/** What a snapshot really holds. */
export interface RealContents {
  readonly blockCount: number;
  readonly changedBlockCount: number;
  readonly digest: string;
}

/** A copy of a snapshot into another Region, or within one. */
export interface BlockCopy {
  readonly from: SnapshotPlace;
  readonly to: SnapshotPlace;
  /** A snapshot where it goes to, of which it is sent as a change; undefined for a whole copy. */
  readonly baseId: string | undefined;
}

/** What holds a copy back, and ends it. */
export interface Pacing {
  /** Settles when this share of what is to be sent, from 0 to 1, may have been sent. */
  allow(share: number): Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * The disks of a world: volumes that are directories, and a block store for the snapshots of each Region. Everything may be
 * asked again after a crash: what is done already is not done twice.
 */
export interface Disks {
  /** Makes the volume if it is not there, with the contents of its snapshot, and brings it to its place. */
  placeVolume(volume: PlacedVolume): Soon<DomainError | undefined>;
  /** Removes a volume with all that it holds. */
  eraseVolume(volumeId: string): Soon<void>;
  /** Takes a snapshot. Whoever writes to the volume must be still meanwhile. */
  capture(capture: Capture): Soon<RealContents | DomainError>;
  /** What a snapshot that is complete holds; undefined of one that is not there or not complete. */
  contents(snapshot: SnapshotPlace): Soon<RealContents | undefined>;
  /** How many bytes a copy has to send. */
  copySize(copy: BlockCopy): Soon<number | DomainError>;
  /** Sends what is not there yet. A DomainError when the copy is not what its source is; undefined when it was ended. */
  copy(copy: BlockCopy, pacing: Pacing): Soon<RealContents | DomainError | undefined>;
  dropSnapshot(snapshot: SnapshotPlace): Soon<void>;
  /** Removes what the world knows nothing of, after a crash. It is asked right before each thing is removed. */
  sweep(isKnown: {
    volume(volumeId: string): boolean;
    snapshot(snapshot: SnapshotPlace): boolean;
  }): Soon<void>;
  close(): Promise<void>;
}
