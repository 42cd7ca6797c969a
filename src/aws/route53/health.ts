import { hash32 } from '../../atlas/hash.ts';

/** What one checker makes of an endpoint. `unknown` until it has enough results. */
export interface CheckerHealth {
  readonly status: 'unknown' | 'healthy' | 'unhealthy';
  /** Results in a row that speak against the status; below the failure threshold. */
  readonly against: number;
}

/** A checker that has seen nothing yet. */
export const newCheckerHealth: CheckerHealth = { status: 'unknown', against: 0 };

/** A checker that goes on from a status that it had reported. */
export const knownCheckerHealth = (healthy: boolean): CheckerHealth => ({
  status: healthy ? 'healthy' : 'unhealthy',
  against: 0,
});

/**
 * The next state of a checker after one result. The status changes after `failureThreshold` results in a row
 * against it, both ways ("FailureThreshold: the number of consecutive health checks that an endpoint must pass
 * or fail for Route 53 to change the current status"). A first success makes an unknown endpoint healthy, as it
 * counted already; failures make it unhealthy only at the threshold.
 */
export const stepChecker = (
  state: CheckerHealth,
  succeeded: boolean,
  failureThreshold: number,
): CheckerHealth => {
  const agrees = state.status === 'unhealthy' ? !succeeded : succeeded;
  if (agrees)
    return state.status === 'unknown'
      ? knownCheckerHealth(true)
      : { status: state.status, against: 0 };
  const against = state.against + 1;
  return against < failureThreshold
    ? { status: state.status, against }
    : knownCheckerHealth(succeeded);
};

/**
 * The state of a checker after `count` equal results. Ends early where no further result changes anything, so
 * that an hour of probes costs no more than the few that matter.
 */
export const stepCheckerMany = (
  state: CheckerHealth,
  succeeded: boolean,
  count: number,
  failureThreshold: number,
): CheckerHealth => {
  let current = state;
  for (let done = 0; done < count && done <= failureThreshold; done += 1) {
    current = stepChecker(current, succeeded, failureThreshold);
  }
  return current;
};

/** How many results equal to `succeeded` it takes until the status changes; undefined when they never change it. */
export const resultsUntilChange = (
  state: CheckerHealth,
  succeeded: boolean,
  failureThreshold: number,
): number | undefined => {
  let current = state;
  for (let count = 1; count <= failureThreshold; count += 1) {
    current = stepChecker(current, succeeded, failureThreshold);
    if (current.status !== state.status) return count;
  }
  return undefined;
};

/** The share of checkers that must say healthy is greater than this ("How Route 53 determines whether a health check is healthy"). */
const healthyShare = 0.18;

/** The settings of a health check that decide what its checkers' words mean. */
export interface AggregateSettings {
  readonly inverted: boolean;
  readonly disabled: boolean;
}

/**
 * Whether an endpoint counts as healthy: when more than 18 % of its checkers say so. A checker without enough
 * data says healthy, since a new health check counts as healthy until there is data. A disabled check counts as
 * healthy whatever it saw. An inverted one is turned around in each case, a new and a disabled one included
 * ("Values that you specify when you create or update health checks").
 */
export const aggregateHealthy = (
  statuses: readonly CheckerHealth['status'][],
  settings: AggregateSettings,
): boolean => {
  const healthyCheckers = statuses.filter((status) => status !== 'unhealthy').length;
  const healthy =
    settings.disabled || statuses.length === 0 || healthyCheckers > statuses.length * healthyShare;
  return healthy !== settings.inverted;
};

/**
 * Where within the interval a checker probes. AWS's checkers do not agree on when ("they do not coordinate with
 * one another"); a stable hash spreads them and lets live and simulated ones probe at the same moments.
 */
const probePhaseMs = (
  seed: number,
  checkerId: string,
  healthCheckId: string,
  intervalMs: number,
): number => hash32(seed, 'route53/probe', checkerId, healthCheckId) % intervalMs;

/** The moment of a checker's first probe of a health check after `afterMs`, in world time. */
export const nextProbeAt = (
  seed: number,
  checkerId: string,
  healthCheckId: string,
  intervalMs: number,
  afterMs: number,
): number => {
  const phaseMs = probePhaseMs(seed, checkerId, healthCheckId, intervalMs);
  return (Math.floor((afterMs - phaseMs) / intervalMs) + 1) * intervalMs + phaseMs;
};

/** The moment of a checker's last probe of a health check at or before `atMs`, in world time. */
export const lastProbeAt = (
  seed: number,
  checkerId: string,
  healthCheckId: string,
  intervalMs: number,
  atMs: number,
): number => nextProbeAt(seed, checkerId, healthCheckId, intervalMs, atMs) - intervalMs;
