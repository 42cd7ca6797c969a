import type {
  CreateHealthCheckRequest,
  CreateHealthCheckResponse,
  DeleteHealthCheckRequest,
  DeleteHealthCheckResponse,
  GetHealthCheckCountRequest,
  GetHealthCheckCountResponse,
  GetHealthCheckRequest,
  GetHealthCheckResponse,
  HealthCheck as HealthCheckOutput,
  ListHealthChecksRequest,
  ListHealthChecksResponse,
  UpdateHealthCheckRequest,
  UpdateHealthCheckResponse,
} from '@aws-sdk/client-route-53';
import type { DomainError } from '../../world/domain-error.ts';
import { isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { forgetTags } from '../shared/tags.ts';
import { checkersIn } from './checkers.ts';
import type { HealthCheck, HealthCheckConfig } from './entities.ts';
import { CheckerStatuses, HealthChecks, SpentCallerReferences } from './entities.ts';
import {
  healthCheckAlreadyExists,
  healthCheckVersionMismatch,
  invalidInput,
  noSuchHealthCheck,
} from './errors.ts';
import { describeConfig, parseConfig, updateConfig } from './health-check-config.ts';
import { aggregateHealthy } from './health.ts';
import { newHealthCheckId } from './ids.ts';
import { parseMaxItems, partFrom } from './paging.ts';

const mostPerPage = 100;

/** The health check with an id, or the error that there is none. */
export const healthCheckOf = (view: View, id: string | undefined): HealthCheck | DomainError =>
  view.get(HealthChecks, id ?? '') ?? noSuchHealthCheck(id ?? '');

const describe = (check: HealthCheck): Plain<HealthCheckOutput> => ({
  Id: check.id,
  CallerReference: check.callerReference,
  HealthCheckConfig: describeConfig(check.config),
  HealthCheckVersion: check.version,
});

const created = (check: HealthCheck): Plain<CreateHealthCheckResponse> => ({
  HealthCheck: describe(check),
  Location: `https://route53.amazonaws.com/2013-04-01/healthcheck/${check.id}`,
});

const sameConfig = (left: HealthCheckConfig, right: HealthCheckConfig): boolean =>
  JSON.stringify(describeConfig(left)) === JSON.stringify(describeConfig(right));

/**
 * CreateHealthCheck. A second request with the same caller reference gets the check of the first when its
 * settings are the same; with others, or when the check has been deleted since, HealthCheckAlreadyExists.
 */
export const createHealthCheck: Operation<CreateHealthCheckRequest, CreateHealthCheckResponse> = (
  tx,
  input,
) => {
  if (input.HealthCheckConfig === undefined)
    return invalidInput('Invalid request: HealthCheckConfig is missing.');
  const config = parseConfig(input.HealthCheckConfig);
  if (isDomainError(config)) return config;
  const callerReference = input.CallerReference ?? '';
  if (tx.get(SpentCallerReferences, callerReference) !== undefined)
    return healthCheckAlreadyExists();
  const [existing] = tx.find(HealthChecks, 'callerReference', callerReference);
  if (existing !== undefined) {
    return sameConfig(existing.config, config) ? created(existing) : healthCheckAlreadyExists();
  }
  const check: HealthCheck = {
    id: newHealthCheckId(tx),
    callerReference,
    version: 1,
    createdAt: tx.now,
    config,
  };
  tx.put(HealthChecks, check);
  return created(check);
};

/** GetHealthCheck. */
export const getHealthCheck: Operation<GetHealthCheckRequest, GetHealthCheckResponse> = (
  tx,
  input,
) => {
  const check = healthCheckOf(tx, input.HealthCheckId);
  return isDomainError(check) ? check : { HealthCheck: describe(check) };
};

/** GetHealthCheckCount. */
export const getHealthCheckCount: Operation<
  GetHealthCheckCountRequest,
  GetHealthCheckCountResponse
> = (tx) => ({
  HealthCheckCount: tx.list(HealthChecks).length,
});

/** ListHealthChecks, oldest first. */
export const listHealthChecks: Operation<ListHealthChecksRequest, ListHealthChecksResponse> = (
  tx,
  input,
) => {
  const maxItems = parseMaxItems(input.MaxItems, mostPerPage);
  if (isDomainError(maxItems)) return maxItems;
  const checks = tx.list(HealthChecks);
  const start =
    input.Marker === undefined ? 0 : checks.findIndex((check) => check.id === input.Marker);
  if (start < 0)
    return invalidInput(`The marker '${input.Marker}' is not the ID of a health check.`);
  const { items, next } = partFrom(checks, start, maxItems);
  return {
    HealthChecks: items.map(describe),
    Marker: input.Marker ?? '',
    IsTruncated: next !== undefined,
    ...(next === undefined ? {} : { NextMarker: next.id }),
    MaxItems: maxItems,
  };
};

const forgetStatuses = (tx: Tx, healthCheckId: string, kept: ReadonlySet<string>): void => {
  for (const status of tx.find(CheckerStatuses, 'healthCheck', healthCheckId)) {
    if (!kept.has(status.checkerId)) tx.delete(CheckerStatuses, status.id);
  }
};

/** UpdateHealthCheck. What checkers said stays until they say otherwise, except of checkers no longer asked. */
export const updateHealthCheck: Operation<UpdateHealthCheckRequest, UpdateHealthCheckResponse> = (
  tx,
  input,
) => {
  const check = healthCheckOf(tx, input.HealthCheckId);
  if (isDomainError(check)) return check;
  if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== check.version) {
    return healthCheckVersionMismatch();
  }
  const config = updateConfig(check.config, input);
  if (isDomainError(config)) return config;
  const updated: HealthCheck = { ...check, config, version: check.version + 1 };
  tx.put(HealthChecks, updated);
  forgetStatuses(tx, check.id, new Set(checkersIn(config.regions).map((checker) => checker.id)));
  return { HealthCheck: describe(updated) };
};

/** DeleteHealthCheck. AWS does not prevent it while record sets use the check (API Reference, DeleteHealthCheck). */
export const deleteHealthCheck: Operation<DeleteHealthCheckRequest, DeleteHealthCheckResponse> = (
  tx,
  input,
) => {
  const check = healthCheckOf(tx, input.HealthCheckId);
  if (isDomainError(check)) return check;
  tx.delete(HealthChecks, check.id);
  tx.put(SpentCallerReferences, { id: check.callerReference });
  forgetStatuses(tx, check.id, new Set());
  forgetTags(tx, check.id);
  return {};
};

/** Whether a health check counts as healthy now; a check that does not exist counts as unhealthy. */
export const healthCheckStatus = (view: View, healthCheckId: string): boolean => {
  const check = view.get(HealthChecks, healthCheckId);
  if (check === undefined) return false;
  const known = new Map(
    view
      .find(CheckerStatuses, 'healthCheck', healthCheckId)
      .map((status) => [status.checkerId, status.healthy ? 'healthy' : 'unhealthy'] as const),
  );
  const statuses = checkersIn(check.config.regions).map(
    (checker) => known.get(checker.id) ?? 'unknown',
  );
  return aggregateHealthy(statuses, check.config);
};
