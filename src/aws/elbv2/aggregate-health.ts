import type { HealthReason, ProbedState } from './target-health.ts';
import { reasonDescriptions } from './target-health.ts';

/** What one node last reported of one target. */
export interface NodeReport {
  readonly state: ProbedState;
  readonly reason?: HealthReason;
  readonly description?: string;
  /** World time of the report, milliseconds since 1970. */
  readonly at: number;
}

/** A target's health as the API tells it. */
export interface ReportedHealth {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable';
  readonly reason?: HealthReason;
  readonly description?: string;
}

const latest = (reports: readonly NodeReport[]): NodeReport | undefined =>
  reports.reduce<NodeReport | undefined>(
    (newest, report) => (newest === undefined || report.at > newest.at ? report : newest),
    undefined,
  );

/**
 * One state for a target out of what its nodes say. `reachable` holds the reports of nodes that the control
 * plane reaches; a silent node's last word counts only when no node is reached. Healthy when any node says so,
 * else unhealthy when any says so, else initial.
 */
export const aggregateHealth = (
  reachable: readonly NodeReport[],
  silent: readonly NodeReport[] = [],
): ReportedHealth => {
  const reports = reachable.length > 0 ? reachable : silent;
  if (reports.some((report) => report.state === 'healthy')) return { state: 'healthy' };
  const telling =
    latest(reports.filter((report) => report.state === 'unhealthy')) ?? latest(reports);
  if (telling === undefined) {
    return {
      state: 'initial',
      reason: 'Elb.RegistrationInProgress',
      description: reasonDescriptions['Elb.RegistrationInProgress'],
    };
  }
  return { state: telling.state, reason: telling.reason, description: telling.description };
};
