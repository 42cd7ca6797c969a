import type { View } from '../../../world/transaction.ts';
import { tagsOf } from '../../shared/tags.ts';
import { Volumes, type Volume } from '../instances/instance-entities.ts';
import { Copies, Snapshots, type Contents, type Snapshot } from './entities.ts';

const bytesPerGiB = 1_073_741_824;

/** The largest volume in GiB ("Amazon EBS volume types", io2). */
const largestGiB = 65_536;

/** The tag of a volume that says how many GiB of modelled contents it holds. */
const modelledContentTag = 'faultline:content-gib';

/** A snapshot of this Region, whoever owns it. */
export const snapshotOfAnyone = (view: View, snapshotId: string): Snapshot | undefined => {
  const own = view.get(Snapshots, snapshotId);
  if (own !== undefined) return own;
  for (const account of view.accounts()) {
    const found = view.forAccount(account).get(Snapshots, snapshotId);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** How many bytes of modelled contents a volume holds: what its tag says, else what its snapshot held. */
const modelledBytesOf = (view: View, volume: Volume): number => {
  const tag = tagsOf(view, volume.id).find(({ Key }) => Key === modelledContentTag)?.Value;
  const gib = tag === undefined || tag.trim() === '' ? Number.NaN : Number(tag);
  if (gib >= 0 && gib <= largestGiB) return Math.round(gib * bytesPerGiB);
  return snapshotOfAnyone(view, volume.snapshotId)?.contents?.modelledBytes ?? 0;
};

/** What a snapshot holds: what was really found, and what its volume's tag or its source says beside it. */
export const contentsWith = (
  view: View,
  snapshot: Snapshot,
  real: Pick<Contents, 'blockCount' | 'changedBlockCount' | 'digest'>,
): Contents => {
  const { blockCount, changedBlockCount, digest } = real;
  const found = { blockCount, changedBlockCount, digest };
  const { source } = snapshot;
  if (source.kind === 'volume') {
    const volume = view.get(Volumes, source.volumeId);
    const modelledBytes = volume === undefined ? 0 : modelledBytesOf(view, volume);
    const before = source.parentId === null ? undefined : view.get(Snapshots, source.parentId);
    const changed = Math.max(0, modelledBytes - (before?.contents?.modelledBytes ?? 0));
    return { ...found, modelledBytes, changedModelledBytes: changed };
  }
  if (source.kind === 'copy') {
    const modelledBytes = view.get(Copies, snapshot.id)?.modelledBytes ?? 0;
    return { ...found, modelledBytes, changedModelledBytes: modelledBytes };
  }
  return { ...found, modelledBytes: 0, changedModelledBytes: 0 };
};
