import { DomainError } from '../../world/domain-error.ts';
import { fateOf } from '../../world/request-faults.ts';
import type { Tx, View } from '../../world/transaction.ts';

/** How often what waits for the control plane looks whether it is back. */
export const controlPlaneLookMs = 60_000;

/**
 * Whether Auto Scaling itself works in this Region, and the API of EC2 that it works by: what serves goes on without them,
 * and nothing is replaced ("AWS Fault Isolation Boundaries", control planes and data planes).
 */
export const isControlPlaneUp = ({ conditions, shard }: View): boolean =>
  ['autoscaling', 'ec2'].every((service) => conditions.controlPlaneWorks(shard, service));

/**
 * How EC2's API fails a launch that Auto Scaling asks it for, as it does for other callers; undefined when it does not. On
 * 20 October 2025 AWS's launches failed so for hours ("Summary of the Amazon DynamoDB Service Disruption").
 */
export const failedLaunchCall = (tx: Tx, groupName: string): DomainError | undefined => {
  const call = { region: tx.shard, service: 'ec2', operation: 'RunInstances' };
  const faults = tx.conditions.apiFaults(call);
  if (faults.length === 0) return undefined;
  const count = tx.random('autoscaling/calls').uint32();
  const { kind } = fateOf(faults, { of: `autoscaling ${groupName}`, count, now: tx.now });
  switch (kind) {
    case 'served':
      return undefined;
    case 'throttle':
      return new DomainError('RequestLimitExceeded', 'Request limit exceeded.');
    case 'error':
    case 'silence':
      return new DomainError('InternalError', 'An internal error has occurred.');
  }
};
