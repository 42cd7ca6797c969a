import type { InstanceStateName } from '../../ec2/instances/instance-entities.ts';

/** What is known of an instance in service, for its group's health checks. */
export interface HealthQuestion {
  readonly now: number;
  /** Undefined when EC2 has forgotten it. */
  readonly instanceState: InstanceStateName | undefined;
  /** World time since which its status checks fail without end; undefined when they do not. */
  readonly impairedSince: number | undefined;
  /** Whether the group asks its load balancers as well. */
  readonly usesLoadBalancers: boolean;
  /** What target groups say of it. */
  readonly targetStates: readonly string[];
  /** World time at which the health check grace period is over. */
  readonly graceUntil: number;
}

/** What found an instance unhealthy. */
type HealthFault = 'gone' | 'status-checks' | 'load-balancer';

/** What the checks say now, and when their word may be another without anything happening. */
export interface HealthAnswer {
  readonly fault: HealthFault | undefined;
  readonly lookAgainAt: number | undefined;
}

/**
 * How long status checks fail until a group holds an instance for unhealthy: they notice after a minute, and a second
 * look a minute later confirms. AWS: "a few minutes" ("About the health checks for your Auto Scaling group").
 */
export const unhealthyAfterImpairedMs = 120_000;

/**
 * Whether an instance in service fails its group's health checks ("Health checks for instances in an Auto Scaling
 * group", User Guide). One that does not run is unhealthy at once; failing status checks and load balancers count only
 * after the grace period.
 */
export const memberHealth = (question: HealthQuestion): HealthAnswer => {
  const { now, instanceState, impairedSince, graceUntil } = question;
  if (instanceState !== 'running' && instanceState !== 'pending') {
    return { fault: 'gone', lookAgainAt: undefined };
  }
  const isUnhealthyTarget =
    question.usesLoadBalancers && question.targetStates.includes('unhealthy');
  if (now < graceUntil) {
    const isWell = impairedSince === undefined && !isUnhealthyTarget;
    return { fault: undefined, lookAgainAt: isWell ? undefined : graceUntil };
  }
  if (isUnhealthyTarget) return { fault: 'load-balancer', lookAgainAt: undefined };
  if (impairedSince === undefined) return { fault: undefined, lookAgainAt: undefined };
  const at = impairedSince + unhealthyAfterImpairedMs;
  return at <= now
    ? { fault: 'status-checks', lookAgainAt: undefined }
    : { fault: undefined, lookAgainAt: at };
};
