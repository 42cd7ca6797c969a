import { linkBytesPerSecond, sentBytesOf } from '../aws/ec2/storage/copies.ts';
import { Copies, MachineImages, Snapshots, type Copy } from '../aws/ec2/storage/entities.ts';
import type { View } from '../world/transaction.ts';
import type { World } from '../world/world.ts';

/** A copy under way as `GET /_faultline/copies` shows it. Rates and bytes are real and modelled ones together. */
export interface CopySummary {
  readonly snapshotId: string;
  /** The image that it is a disk of; null for a copy of a snapshot alone. */
  readonly imageId: string | null;
  readonly name: string;
  readonly fromRegion: string;
  readonly fromSnapshotId: string;
  readonly toRegion: string;
  readonly account: string;
  readonly state: Copy['state'];
  readonly totalBytes: number;
  readonly sentBytes: number;
  readonly bytesPerSecond: number;
  /** Which part of the way between the two Regions it has, from 0 to 1. */
  readonly linkShare: number;
  /** World seconds until it is through at this rate; null while nothing moves. */
  readonly secondsLeft: number | null;
  /** What is sent as a change of an earlier copy. */
  readonly incremental: boolean;
}

const summarize = (view: View, copy: Copy): CopySummary => {
  const [image] = view.find(MachineImages, 'snapshot', copy.id);
  const sentBytes = Math.round(sentBytesOf(copy, view.now));
  const moving = copy.state === 'moving' && copy.bytesPerSecond > 0;
  return {
    snapshotId: copy.id,
    imageId: image?.id ?? null,
    name: image?.name ?? view.get(Snapshots, copy.id)?.description ?? '',
    fromRegion: copy.fromRegion,
    fromSnapshotId: copy.fromSnapshotId,
    toRegion: view.shard,
    account: view.account,
    state: copy.state,
    totalBytes: copy.totalBytes,
    sentBytes,
    bytesPerSecond: Math.round(copy.bytesPerSecond),
    linkShare: copy.bytesPerSecond / Math.max(1, linkBytesPerSecond(view, copy.fromRegion)),
    secondsLeft: moving ? Math.ceil((copy.totalBytes - sentBytes) / copy.bytesPerSecond) : null,
    incremental: copy.baseId !== null,
  };
};

/** All copies of the world that are under way, the oldest first. */
export const summarizeCopies = (world: World): readonly CopySummary[] =>
  world
    .regionalViews()
    .flatMap((view) => view.list(Copies).map((copy) => ({ copy, summary: summarize(view, copy) })))
    .toSorted((a, b) => a.copy.beganAt - b.copy.beganAt)
    .map(({ summary }) => summary);
