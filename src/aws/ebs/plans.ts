import type {
  ListChangedBlocksResponse,
  ListSnapshotBlocksResponse,
  StartSnapshotResponse,
} from '@aws-sdk/client-ebs';
import type { View } from '../../world/transaction.ts';
import type { Plain } from '../operation.ts';
import { blockTokenMs, blockToken, pageToken } from './tokens.ts';

/** "The block size is 512 KiB" ("EBS direct APIs concepts", Amazon EBS User Guide). */
export const blockBytes = 524_288;

/** How many blocks a volume of that size has. */
export const blocksOf = (sizeGiB: number): number => (sizeGiB * 1_024 ** 3) / blockBytes;

/** The blocks of a snapshot, to be listed. */
export interface ListBlocks {
  readonly plan: 'list-blocks';
  readonly snapshotId: string;
  readonly fromIndex: number;
  readonly limit: number;
  readonly volumeSizeGiB: number;
}

/** Where two snapshots differ, to be listed. */
export interface ListChanges {
  readonly plan: 'list-changes';
  readonly firstId: string;
  readonly secondId: string;
  readonly fromIndex: number;
  readonly limit: number;
  readonly volumeSizeGiB: number;
}

/** One block, to be read. */
export interface ReadBlock {
  readonly plan: 'read-block';
  readonly snapshotId: string;
  readonly index: number;
}

/** A snapshot that was begun: what is to be written next may rest on its parent. */
export interface BeginWrite {
  readonly plan: 'begin-write';
  readonly snapshotId: string;
  readonly parentId: string | null;
  readonly blockCount: number;
  readonly answer: Plain<StartSnapshotResponse>;
}

/** One block, to be written. */
export interface WriteBlock {
  readonly plan: 'write-block';
  readonly snapshotId: string;
  readonly parentId: string | null;
  readonly blockCount: number;
  readonly index: number;
  readonly data: Uint8Array;
  /** Base64 of the SHA-256 that the data must have. */
  readonly checksum: string;
}

/** A snapshot, to be completed. */
export interface CompleteWrite {
  readonly plan: 'complete-write';
  readonly snapshotId: string;
  readonly parentId: string | null;
  readonly blockCount: number;
  /** When the caller gave an aggregated checksum: it, and those of the blocks that it must be the SHA-256 of, in order. */
  readonly aggregate:
    | { readonly checksum: string; readonly ofBlocks: readonly string[] }
    | undefined;
}

/** What is to be done with a Region's blocks before a call can be answered. */
export type BlockPlan =
  | ListBlocks
  | ListChanges
  | ReadBlock
  | BeginWrite
  | WriteBlock
  | CompleteWrite;

/** Whether what an operation answered is a plan, and no answer yet. */
export const isBlockPlan = (output: unknown): output is BlockPlan =>
  typeof output === 'object' && output !== null && 'plan' in output;

/** What the pages of a list of blocks have in common. */
const pageOf = (
  view: View,
  list: string,
  plan: ListBlocks | ListChanges,
  indexes: readonly number[],
) => {
  const last = indexes.at(-1);
  const isFull = last !== undefined && indexes.length === plan.limit;
  return {
    ExpiryTime: view.now + blockTokenMs,
    VolumeSize: plan.volumeSizeGiB,
    BlockSize: blockBytes,
    NextToken: isFull ? pageToken(view, list, last + 1) : undefined,
  };
};

/** The list that page tokens of ListSnapshotBlocks are of. */
export const blocksList = (snapshotId: string): string => `blocks/${snapshotId}`;

/** The list that page tokens of ListChangedBlocks are of. */
export const changesList = (firstId: string, secondId: string): string =>
  `changes/${firstId}/${secondId}`;

/** The answer of ListSnapshotBlocks, from the indexes of the blocks that there are. */
export const listedBlocks = (
  view: View,
  plan: ListBlocks,
  indexes: readonly number[],
): Plain<ListSnapshotBlocksResponse> => {
  const page = pageOf(view, blocksList(plan.snapshotId), plan, indexes);
  return {
    ...page,
    Blocks: indexes.map((index) => ({
      BlockIndex: index,
      BlockToken: blockToken(view, plan.snapshotId, index, page.ExpiryTime),
    })),
  };
};

/** A block in which two snapshots differ, and which of them have it. */
export interface Difference {
  readonly index: number;
  readonly isInFirst: boolean;
  readonly isInSecond: boolean;
}

/** The answer of ListChangedBlocks. */
export const listedChanges = (
  view: View,
  plan: ListChanges,
  differences: readonly Difference[],
): Plain<ListChangedBlocksResponse> => {
  const list = changesList(plan.firstId, plan.secondId);
  const page = pageOf(
    view,
    list,
    plan,
    differences.map(({ index }) => index),
  );
  const token = (isThere: boolean, snapshotId: string, index: number): string | undefined =>
    isThere ? blockToken(view, snapshotId, index, page.ExpiryTime) : undefined;
  return {
    ...page,
    ChangedBlocks: differences.map(({ index, isInFirst, isInSecond }) => ({
      BlockIndex: index,
      FirstBlockToken: token(isInFirst, plan.firstId, index),
      SecondBlockToken: token(isInSecond, plan.secondId, index),
    })),
  };
};
