import { DomainError } from '../../world/domain-error.ts';
import type { Service } from '../operation.ts';
import { about } from './about.ts';
import { getSnapshotBlock, listChangedBlocks, listSnapshotBlocks } from './reading.ts';
import { completeSnapshotWrite, directTimers, putSnapshotBlock, startSnapshot } from './writing.ts';

/**
 * The EBS direct APIs. Their operations check and decide, and answer what is to be done with a Region's blocks
 * (`plans.ts`): whoever runs them does it and gives the caller the answer.
 */
export const ebs: Service = {
  ...about,
  timers: directTimers,
  carriedOutBy: 'blocks',
  tokenReused: () =>
    new DomainError(
      'ConflictException',
      'The request uses the same client token as a previous, but non-identical request.',
    ),
  operations: {
    CompleteSnapshot: completeSnapshotWrite,
    GetSnapshotBlock: getSnapshotBlock,
    ListChangedBlocks: listChangedBlocks,
    ListSnapshotBlocks: listSnapshotBlocks,
    PutSnapshotBlock: putSnapshotBlock,
    StartSnapshot: startSnapshot,
  },
};
