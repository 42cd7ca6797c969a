import type {
  GetSnapshotBlockRequest,
  ListChangedBlocksRequest,
  ListSnapshotBlocksRequest,
} from '@aws-sdk/client-ebs';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Plain } from '../operation.ts';
import { invalid } from './errors.ts';
import { readableSnapshot } from './lookup.ts';
import {
  blocksList,
  blocksOf,
  changesList,
  type ListBlocks,
  type ListChanges,
  type ReadBlock,
} from './plans.ts';
import { isBlockToken, pageStart } from './tokens.ts';

/** As many as a page has at most, unless the request says fewer (ListSnapshotBlocks: 100 to 10,000). */
const usualPage = 10_000;

/** Where a page begins: at its token, or where the request says. */
const startOf = (
  view: View,
  list: string,
  input: {
    readonly NextToken?: string | undefined;
    readonly StartingBlockIndex?: number | undefined;
  },
): number | DomainError => {
  if (input.NextToken === undefined) return input.StartingBlockIndex ?? 0;
  return (
    pageStart(view, list, input.NextToken) ??
    invalid('INVALID_PAGE_TOKEN', 'The page token is not valid or has expired.')
  );
};

/** ListSnapshotBlocks: the blocks that hold anything. */
export const listSnapshotBlocks = (
  view: View,
  input: Plain<ListSnapshotBlocksRequest>,
): ListBlocks | DomainError => {
  const snapshot = readableSnapshot(view, input.SnapshotId ?? '');
  if (isDomainError(snapshot)) return snapshot;
  const fromIndex = startOf(view, blocksList(snapshot.id), input);
  if (isDomainError(fromIndex)) return fromIndex;
  return {
    plan: 'list-blocks',
    snapshotId: snapshot.id,
    fromIndex,
    limit: input.MaxResults ?? usualPage,
    volumeSizeGiB: snapshot.volumeSizeGiB,
  };
};

/** ListChangedBlocks: where two snapshots of one series differ. */
export const listChangedBlocks = (
  view: View,
  input: Plain<ListChangedBlocksRequest>,
): ListChanges | DomainError => {
  if (input.FirstSnapshotId === undefined) {
    return invalid('INVALID_SNAPSHOT_ID', 'The parameter FirstSnapshotId must be specified.');
  }
  const second = readableSnapshot(view, input.SecondSnapshotId ?? '');
  if (isDomainError(second)) return second;
  const first = readableSnapshot(view, input.FirstSnapshotId);
  if (isDomainError(first)) return first;
  if (first.lineage !== second.lineage) {
    return invalid(
      'UNRELATED_SNAPSHOTS',
      `The snapshots '${first.id}' and '${second.id}' are not of the same volume or lineage.`,
    );
  }
  const fromIndex = startOf(view, changesList(first.id, second.id), input);
  if (isDomainError(fromIndex)) return fromIndex;
  return {
    plan: 'list-changes',
    firstId: first.id,
    secondId: second.id,
    fromIndex,
    limit: input.MaxResults ?? usualPage,
    volumeSizeGiB: second.volumeSizeGiB,
  };
};

/** GetSnapshotBlock: one block, by the token that a list gave for it. */
export const getSnapshotBlock = (
  view: View,
  input: Plain<GetSnapshotBlockRequest>,
): ReadBlock | DomainError => {
  const snapshot = readableSnapshot(view, input.SnapshotId ?? '');
  if (isDomainError(snapshot)) return snapshot;
  const { BlockIndex: index = 0, BlockToken: token = '' } = input;
  if (index >= blocksOf(snapshot.volumeSizeGiB)) {
    return invalid('INVALID_BLOCK', `The block index ${index} is beyond the end of the volume.`);
  }
  return isBlockToken(view, snapshot.id, index, token)
    ? { plan: 'read-block', snapshotId: snapshot.id, index }
    : invalid('INVALID_BLOCK_TOKEN', 'The block token is not valid or has expired.');
};
