import { defineTable, type Entity } from '../../../world/entity.ts';

/** The warm pool of a group; the id is the group's name. */
export interface WarmPool extends Entity {
  /** Null: as many as the group may have. */
  readonly maxPrepared: number | null;
  readonly minSize: number;
  readonly poolState: 'Stopped' | 'Running';
  /** Instances that are too many for the group come back to the pool. */
  readonly reuseOnScaleIn: boolean;
  readonly isDeleting: boolean;
}

export const WarmPools = defineTable<WarmPool>('autoscaling-warm-pools');
