/** How a target group checks its targets. Durations are world seconds. */
export interface HealthCheck {
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThresholdCount: number;
  readonly unhealthyThresholdCount: number;
  /** HTTP codes that pass: `200`, `200,202` or `200-299`. */
  readonly matcher: string;
}

/** What one probe met: an HTTP code, nothing within the time-out, or a connection that failed or spoke no HTTP. */
export type ProbeOutcome =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed' };

/** The states of a target that is registered and used, as one node sees it. */
export type ProbedState = 'initial' | 'healthy' | 'unhealthy';

/**
 * What one node knows of one target. Only what may still change the state is counted: failures in a row of a
 * healthy target, passes in a row of an unhealthy one.
 */
export interface NodeTargetHealth {
  readonly state: ProbedState;
  readonly reason?: HealthReason;
  readonly description?: string;
  readonly passes: number;
  readonly failures: number;
}

/** AWS's reason codes (API reference, TargetHealth). */
export type HealthReason =
  | 'Elb.RegistrationInProgress'
  | 'Elb.InitialHealthChecking'
  | 'Elb.InternalError'
  | 'Target.ResponseCodeMismatch'
  | 'Target.Timeout'
  | 'Target.FailedHealthChecks'
  | 'Target.NotRegistered'
  | 'Target.NotInUse'
  | 'Target.DeregistrationInProgress'
  | 'Target.InvalidState'
  | 'Target.IpUnusable'
  | 'Target.HealthCheckDisabled';

/** AWS's words for each reason (User Guide for Application Load Balancers, "Health check reason codes"). */
export const reasonDescriptions = {
  'Elb.RegistrationInProgress': 'Target registration is in progress',
  'Elb.InitialHealthChecking': 'Initial health checks in progress',
  'Elb.InternalError': 'Health checks failed due to an internal error',
  'Target.Timeout': 'Request timed out',
  'Target.FailedHealthChecks': 'Health checks failed',
  'Target.NotRegistered': 'Target is not registered to the target group',
  'Target.NotInUse': 'Target group is not configured to receive traffic from the load balancer',
  'Target.DeregistrationInProgress': 'Target deregistration is in progress',
  'Target.IpUnusable':
    'The IP address cannot be used as a target, as it is in use by a load balancer',
  'Target.HealthCheckDisabled': 'Health checks are disabled',
} as const satisfies Partial<Record<HealthReason, string>>;

/** The second description of Target.NotInUse: the target's zone is not one of the load balancer's. */
export const zoneNotEnabledDescription =
  'Target is in an Availability Zone that is not enabled for the load balancer';

/** The description of Target.InvalidState for an instance that is stopped or terminated. */
export const invalidStateDescription = (instanceState: string): string =>
  `Target is in the ${instanceState} state`;

/** What a node knows of a target before its first probe. */
export const unprobed: NodeTargetHealth = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: reasonDescriptions['Elb.RegistrationInProgress'],
  passes: 0,
  failures: 0,
};

/** Whether an HTTP code is among those of a matcher such as `200`, `200,202` or `200-299`. */
export const matchesCode = (matcher: string, code: number): boolean =>
  matcher.split(',').some((part) => {
    const [low = '', high = low] = part.trim().split('-');
    return code >= Number(low) && code <= Number(high);
  });

const failureReason = (
  outcome: ProbeOutcome,
): { readonly reason: HealthReason; readonly description: string } => {
  switch (outcome.kind) {
    case 'code':
      return {
        reason: 'Target.ResponseCodeMismatch',
        description: `Health checks failed with these codes: [${outcome.code}]`,
      };
    case 'timeout':
      return {
        reason: 'Target.Timeout',
        description: reasonDescriptions['Target.Timeout'],
      };
    case 'failed':
      return {
        reason: 'Target.FailedHealthChecks',
        description: reasonDescriptions['Target.FailedHealthChecks'],
      };
  }
};

const initialChecking = {
  reason: 'Elb.InitialHealthChecking',
  description: reasonDescriptions['Elb.InitialHealthChecking'],
} as const;

/**
 * What a node knows of a target after one more probe. A target that is new must pass one check to be healthy
 * (User Guide, "Health checks for Application Load Balancer target groups"); after that it turns unhealthy by
 * UnhealthyThresholdCount failures in a row and healthy again by HealthyThresholdCount passes in a row. A
 * target that stays unhealthy carries the reason of its latest failure.
 */
export const afterProbe = (
  before: NodeTargetHealth,
  check: HealthCheck,
  outcome: ProbeOutcome,
): NodeTargetHealth => {
  if (outcome.kind === 'code' && matchesCode(check.matcher, outcome.code)) {
    if (before.state === 'unhealthy' && before.passes + 1 < check.healthyThresholdCount) {
      return { ...before, passes: before.passes + 1 };
    }
    return { state: 'healthy', passes: 0, failures: 0 };
  }
  const failures = before.failures + 1;
  if (before.state === 'unhealthy' || failures >= check.unhealthyThresholdCount) {
    return { state: 'unhealthy', ...failureReason(outcome), passes: 0, failures: 0 };
  }
  if (before.state === 'initial') {
    return { state: 'initial', ...initialChecking, passes: 0, failures };
  }
  return { state: 'healthy', passes: 0, failures };
};

/** Whether a reader of the API would see a difference between the two. */
export const isSameHealth = (a: NodeTargetHealth, b: NodeTargetHealth): boolean =>
  a.state === b.state && a.reason === b.reason && a.description === b.description;

/** Whether further probes with this outcome, however many, would change nothing: then time may jump over them. */
export const isSteady = (
  health: NodeTargetHealth,
  check: HealthCheck,
  outcome: ProbeOutcome,
): boolean => {
  const next = afterProbe(health, check, outcome);
  return (
    isSameHealth(health, next) && next.passes === health.passes && next.failures === health.failures
  );
};
