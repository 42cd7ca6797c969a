import type { Service } from '../../operation.ts';
import {
  cancelInstanceRefresh,
  describeInstanceRefreshes,
  rollbackInstanceRefresh,
  startInstanceRefresh,
} from './refreshes.ts';

/** Instance refreshes. */
export const refreshOperations = {
  CancelInstanceRefresh: cancelInstanceRefresh,
  DescribeInstanceRefreshes: describeInstanceRefreshes,
  RollbackInstanceRefresh: rollbackInstanceRefresh,
  StartInstanceRefresh: startInstanceRefresh,
} satisfies Service['operations'];
