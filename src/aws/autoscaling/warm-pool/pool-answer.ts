import type { WarmPoolConfiguration } from '@aws-sdk/client-auto-scaling';
import type { Plain } from '../../operation.ts';
import type { WarmPool } from './entities.ts';

/** A pool, as it is described. */
export const poolAnswer = (pool: WarmPool): Plain<WarmPoolConfiguration> => ({
  MaxGroupPreparedCapacity: pool.maxPrepared ?? undefined,
  MinSize: pool.minSize,
  PoolState: pool.poolState,
  Status: pool.isDeleting ? 'PendingDelete' : undefined,
  InstanceReusePolicy: pool.reuseOnScaleIn ? { ReuseOnScaleIn: true } : undefined,
});
