import type {
  GetCheckerIpRangesRequest,
  GetCheckerIpRangesResponse,
  GetHealthCheckLastFailureReasonRequest,
  GetHealthCheckLastFailureReasonResponse,
  GetHealthCheckStatusRequest,
  GetHealthCheckStatusResponse,
  HealthCheckObservation,
} from '@aws-sdk/client-route-53';
import { isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import type { Checker } from './checkers.ts';
import { checkerIpRanges, checkersIn } from './checkers.ts';
import type { CheckerStatus, HealthCheck } from './entities.ts';
import { CheckerStatuses, HealthChecks } from './entities.ts';
import { healthCheckOf } from './health-checks.ts';
import { lastProbeAt } from './health.ts';

/** That a checker changed its mind about an endpoint, or made it up for the first time. */
export interface CheckerObservation {
  readonly healthCheckId: string;
  readonly checkerId: string;
  readonly healthy: boolean;
  /** The result that decided, in Route 53's words. */
  readonly reason: string;
}

const statusId = (healthCheckId: string, checkerId: string): string =>
  `${healthCheckId}/${checkerId}`;

/** Records what a checker observed; what comes after its health check was deleted or narrowed is nobody's and dropped. */
export const recordObservation = (tx: Tx, observation: CheckerObservation): void => {
  const { healthCheckId, checkerId, healthy, reason } = observation;
  const check = tx.get(HealthChecks, healthCheckId);
  if (check === undefined) return;
  if (!checkersIn(check.config.regions).some((checker) => checker.id === checkerId)) return;
  const id = statusId(healthCheckId, checkerId);
  const before = tx.get(CheckerStatuses, id)?.lastFailure;
  const lastFailure = healthy ? before : { reason, at: tx.now };
  tx.put(CheckerStatuses, {
    id,
    healthCheckId,
    checkerId,
    healthy,
    reason,
    since: tx.now,
    ...(lastFailure === undefined ? {} : { lastFailure }),
  });
};

const statusesOf = (
  view: View,
  check: HealthCheck,
): readonly (readonly [Checker, CheckerStatus | undefined])[] =>
  checkersIn(check.config.regions).map(
    (checker) => [checker, view.get(CheckerStatuses, statusId(check.id, checker.id))] as const,
  );

const observed = (
  checker: Checker,
  status: string,
  checkedTime: number | undefined,
): Plain<HealthCheckObservation> => ({
  // The SDK's type knows the eight Regions of the checkers' table.
  Region: checker.region as HealthCheckObservation['Region'],
  IPAddress: checker.ipAddress,
  StatusReport: {
    Status: status,
    ...(checkedTime === undefined ? {} : { CheckedTime: checkedTime }),
  },
});

/** GetHealthCheckStatus: one entry for each checker, with the time of its last probe. */
export const getHealthCheckStatus: Operation<
  GetHealthCheckStatusRequest,
  GetHealthCheckStatusResponse
> = (tx, input) => {
  const check = healthCheckOf(tx, input.HealthCheckId);
  if (isDomainError(check)) return check;
  const intervalMs = check.config.requestIntervalSeconds * 1000;
  return {
    HealthCheckObservations: statusesOf(tx, check).map(([checker, status]) =>
      status === undefined
        ? observed(checker, 'Unknown: this checker does not have enough data yet', undefined)
        : observed(
            checker,
            status.reason,
            check.config.disabled
              ? status.since
              : Math.max(
                  status.since,
                  lastProbeAt(tx.seed, checker.id, check.id, intervalMs, tx.now),
                ),
          ),
    ),
  };
};

/** GetHealthCheckLastFailureReason: an entry for each checker that ever found the endpoint unhealthy. */
export const getHealthCheckLastFailureReason: Operation<
  GetHealthCheckLastFailureReasonRequest,
  GetHealthCheckLastFailureReasonResponse
> = (tx, input) => {
  const check = healthCheckOf(tx, input.HealthCheckId);
  if (isDomainError(check)) return check;
  return {
    HealthCheckObservations: statusesOf(tx, check).flatMap(([checker, status]) =>
      status?.lastFailure === undefined
        ? []
        : [observed(checker, status.lastFailure.reason, status.lastFailure.at)],
    ),
  };
};

/** GetCheckerIpRanges. */
export const getCheckerIpRanges: Operation<
  GetCheckerIpRangesRequest,
  GetCheckerIpRangesResponse
> = () => ({
  CheckerIpRanges: checkerIpRanges,
});
