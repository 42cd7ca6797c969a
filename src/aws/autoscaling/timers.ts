import type { Service } from '../operation.ts';
import { collectKind, collectMetrics } from './collected-metrics.ts';
import { hookTimers } from './hooks/operations.ts';
import { groupTimers } from './reconcile.ts';
import { scheduleTimers } from './schedules/operations.ts';

/** All that happens to groups at its time. */
export const autoScalingTimers: NonNullable<Service['timers']> = {
  ...groupTimers,
  ...hookTimers,
  ...scheduleTimers,
  [collectKind]: collectMetrics,
};
