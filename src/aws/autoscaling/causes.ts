import { isoText } from '../shared/utc-text.ts';

// Why activities happen, in the words of AWS's activity histories ("Verify a scaling activity", User Guide, and what the
// service's users see).

/** World time as causes write it, for example `2026-01-02T03:04:05Z`. */
const at = (worldMs: number): string => `At ${isoText(worldMs).replace(/\.\d+Z$/, 'Z')}`;

export const createdByUser = (now: number, desired: number): string =>
  `${at(now)} a user request created an AutoScalingGroup changing the desired capacity from 0 to ${desired}.`;

export const updatedByUser = (
  now: number,
  bounds: { readonly min: number; readonly max: number; readonly desired: number },
  before: number,
): string =>
  `${at(now)} a user request update of AutoScalingGroup constraints to min: ${bounds.min}, max: ${bounds.max}, desired: ${bounds.desired} changing the desired capacity from ${before} to ${bounds.desired}.`;

export const setByUser = (now: number, before: number, desired: number): string =>
  `${at(now)} a user request explicitly set group desired capacity changing the desired capacity from ${before} to ${desired}.`;

export const startedForDifference = (now: number, from: number, to: number): string =>
  `${at(now)} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${from} to ${to}.`;

export const replacesUnhealthy = (now: number): string =>
  `${at(now)} an instance was launched in response to an unhealthy instance needing to be replaced.`;

export const launchedForBalance = (now: number, zones: readonly string[]): string =>
  `${at(now)} instances were launched to balance instances in zones ${zones.join(' ')} with other zones resulting in more than desired number of instances in the group.`;

export const stoppedForDifference = (now: number, from: number, to: number): string =>
  `${at(now)} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${from} to ${to}.`;

export const selectedForTermination = (now: number, instanceId: string): string =>
  `${at(now)} instance ${instanceId} was selected for termination.`;

export const foundUnhealthy = (
  now: number,
  fault: 'gone' | 'status-checks' | 'load-balancer' | 'user',
): string => {
  switch (fault) {
    case 'gone':
      return `${at(now)} an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.`;
    case 'status-checks':
      return `${at(now)} an instance was taken out of service in response to an EC2 instance status checks failure.`;
    case 'load-balancer':
      return `${at(now)} an instance was taken out of service in response to an ELB system health check failure.`;
    case 'user':
      return `${at(now)} an instance was taken out of service in response to a user health-check.`;
  }
};

const shrinking = (from: number, to: number): string =>
  from === to ? '.' : `, shrinking the capacity from ${from} to ${to}.`;

export const terminatedByUser = (
  now: number,
  instanceId: string,
  from: number,
  to: number,
): string =>
  `${at(now)} instance ${instanceId} was taken out of service in response to a user request${shrinking(from, to)}`;

export const detachedByUser = (now: number, instanceId: string, from: number, to: number): string =>
  `${at(now)} instance ${instanceId} was detached in response to a user request${shrinking(from, to)}`;

export const attachedByUser = (now: number, desired: number): string =>
  `${at(now)} an instance was added in response to user request. Keeping the capacity at the new ${desired}.`;

export const movedToStandby = (now: number, instanceId: string, from: number, to: number): string =>
  `${at(now)} instance ${instanceId} was moved to standby in response to a user request${shrinking(from, to)}`;

export const movedFromStandby = (
  now: number,
  instanceId: string,
  from: number,
  to: number,
): string =>
  `${at(now)} instance ${instanceId} was moved out of standby in response to a user request, increasing the capacity from ${from} to ${to}.`;

export const executedByUser = (
  now: number,
  policy: string,
  before: number,
  desired: number,
): string =>
  `${at(now)} a user request executed policy ${policy} changing the desired capacity from ${before} to ${desired}.`;

export const triggeredByAlarm = (
  now: number,
  alarm: string,
  policy: string,
  before: number,
  desired: number,
): string =>
  `${at(now)} a monitor alarm ${alarm} in state ALARM triggered policy ${policy} changing the desired capacity from ${before} to ${desired}.`;

export const refreshedInstance = (now: number): string =>
  `${at(now)} an instance was taken out of service in response to an instance refresh.`;

export const launchedForRefresh = (now: number): string =>
  `${at(now)} an instance was launched in response to an instance refresh.`;

export const changedBySchedule = (
  now: number,
  bounds: { readonly min: number; readonly max: number; readonly desired: number },
  before: number,
): string =>
  `${at(now)} a scheduled action update of AutoScalingGroup constraints to min: ${bounds.min}, max: ${bounds.max}, desired: ${bounds.desired} changing the desired capacity from ${before} to ${bounds.desired}.`;

export const launchedForRebalance = (now: number): string =>
  `${at(now)} an instance was launched in response to an EC2 instance rebalance recommendation.`;

export const leftWarmPool = (now: number): string =>
  `${at(now)} an instance was taken out of the warm pool in response to a difference between its desired and actual capacity.`;

export const actionAbandoned = (now: number): string =>
  `${at(now)} an instance was taken out of service in response to its lifecycle action being abandoned.`;

export const groupDeleted = (now: number, from: number): string =>
  `${at(now)} a user request force deleted AutoScalingGroup changing the desired capacity from ${from} to 0.`;
