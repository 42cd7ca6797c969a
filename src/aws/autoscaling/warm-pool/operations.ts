import type { Service } from '../../operation.ts';
import { deleteWarmPool, describeWarmPool, putWarmPool } from './warm-pools.ts';

/** Warm pools. */
export const warmPoolOperations = {
  DeleteWarmPool: deleteWarmPool,
  DescribeWarmPool: describeWarmPool,
  PutWarmPool: putWarmPool,
} satisfies Service['operations'];
