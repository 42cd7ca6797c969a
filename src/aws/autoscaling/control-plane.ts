import type { View } from '../../world/transaction.ts';

/** How often what waits for the control plane looks whether it is back. */
export const controlPlaneLookMs = 60_000;

/**
 * Whether Auto Scaling itself works in this Region, and the API of EC2 that it works by: what serves goes on without them,
 * and nothing is replaced ("AWS Fault Isolation Boundaries", control planes and data planes).
 */
export const isControlPlaneUp = ({ conditions, shard }: View): boolean =>
  conditions.regionAlive(shard) &&
  !conditions.faults.some(
    ({ effect, target }) =>
      effect === 'api' &&
      [`api/${shard}`, `api/${shard}/autoscaling`, `api/${shard}/ec2`].includes(target),
  );
