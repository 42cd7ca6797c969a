import { warmPoolSize } from '../decisions/warm-pool-plan.ts';
import type { AutoScalingGroup } from '../entities.ts';
import type { WarmPool } from './entities.ts';

/** How many instances the pool of a group is to keep. */
export const sizeOfPool = (group: AutoScalingGroup, pool: WarmPool): number =>
  pool.isDeleting
    ? 0
    : warmPoolSize({ ...pool, desired: group.desiredCapacity, max: group.maxSize });
