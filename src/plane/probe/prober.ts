import type { CheckerObservation } from '../../aws/route53/checker-statuses.ts';
import type { HealthCheck } from '../../aws/route53/entities.ts';
import type { Clock } from '../../world/clock.ts';

/** A health check to probe, and what its checkers last reported, so that a new prober goes on where another stopped. */
export interface WatchedCheck {
  readonly check: HealthCheck;
  /** What a checker last reported; undefined when it never did. */
  readonly reported: (checkerId: string) => boolean | undefined;
}

/** What every prober needs of the world. */
export interface ProberPorts {
  readonly seed: number;
  readonly clock: Clock;
  /** Told when a checker changes its mind, or has made it up for the first time. */
  readonly observe: (observation: CheckerObservation) => void;
}

/**
 * Route 53's health checkers: each probes each health check at its own moments of world time and reports when
 * its view of the endpoint changes. Live over sockets, modelled in virtual time; both probe at the same moments
 * and report the same.
 */
export interface Prober {
  /** These are the health checks now: new ones begin, changed ones go on with their new settings, others end. */
  watch(checks: readonly WatchedCheck[]): void;
  /** Conditions may have changed: what is broken, who listens, what answers. A live prober sees by itself. */
  conditionsChanged(): void;
  /** Ends all probing; nothing is reported afterwards. */
  close(): void;
}

/** Where a probe goes. */
export interface ProbeTarget {
  /** The health check's IP address, or its domain name when it has none. */
  readonly host: string;
  readonly port: number;
  /** The id of the health check. */
  readonly checkId: string;
}

/** The host and port that a health check's probes go to. */
export const targetOf = (check: HealthCheck): ProbeTarget => ({
  host: check.config.ipAddress ?? check.config.fullyQualifiedDomainName ?? '',
  port: check.config.port,
  checkId: check.id,
});
