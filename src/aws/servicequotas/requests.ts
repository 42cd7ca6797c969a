import type {
  GetRequestedServiceQuotaChangeRequest,
  GetRequestedServiceQuotaChangeResponse,
  ListRequestedServiceQuotaChangeHistoryByQuotaRequest,
  ListRequestedServiceQuotaChangeHistoryByQuotaResponse,
  ListRequestedServiceQuotaChangeHistoryRequest,
  ListRequestedServiceQuotaChangeHistoryResponse,
  RequestedServiceQuotaChange,
  RequestServiceQuotaIncreaseRequest,
  RequestServiceQuotaIncreaseResponse,
} from '@aws-sdk/client-service-quotas';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Timer, Tx, View } from '../../world/transaction.ts';
import type { CallerOperation, Operation, Plain } from '../operation.ts';
import { quotaId, quotaValue, RaisedQuotas } from '../shared/quotas.ts';
import { findQuota, pageOf, quotaArn, quotaById, quotaFacts } from './catalogue.ts';
import { QuotaRequests, type QuotaRequest } from './entities.ts';
import {
  illegalArgument,
  noSuchRequest,
  noSuchService,
  requestIsOpen,
  tooManyRequests,
} from './errors.ts';

/** "Increases are not granted immediately": at AWS some minutes for what is granted by itself, days for the rest. */
const grantingMs = 10 * 60_000;

/** "Active service quota increase requests per account" ("Service Quotas endpoints and quotas", AWS General Reference). */
const mostOpen = 20;

/** The timer that grants a request. */
export const quotaGrantedKind = 'servicequotas/granted';

const requestAnswer = (
  view: View,
  request: QuotaRequest,
): Plain<RequestedServiceQuotaChange> | undefined => {
  const quota = quotaById(view, request.quota);
  if (quota === undefined) return undefined;
  return {
    ...quotaFacts(quota),
    Id: request.id,
    DesiredValue: request.desired,
    Status: request.status,
    Created: request.createdAt,
    LastUpdated: request.updatedAt,
    Requester: JSON.stringify({ accountId: view.account, callerArn: request.callerArn }),
    QuotaArn: quotaArn(view, quota),
    QuotaRequestedAtLevel: 'ACCOUNT',
  };
};

/** RequestServiceQuotaIncrease: it is granted after a while, and then holds. */
export const requestServiceQuotaIncrease: CallerOperation<
  RequestServiceQuotaIncreaseRequest,
  RequestServiceQuotaIncreaseResponse
> = (tx, input, caller) => {
  const quota = findQuota(tx, input.ServiceCode, input.QuotaCode);
  if (isDomainError(quota)) return quota;
  const { DesiredValue: desired = 0 } = input;
  const before = tx.list(QuotaRequests);
  const open = before.filter(({ status }) => status === 'PENDING');
  if (open.some((request) => request.quota === quotaId(quota))) return requestIsOpen();
  if (!Number.isInteger(desired)) {
    return illegalArgument('You must provide a whole number as the quota value');
  }
  if (desired <= quotaValue(tx, quota)) {
    return illegalArgument('You must provide a quota value greater than the current quota value');
  }
  if (open.length >= mostOpen) return tooManyRequests();
  const request: QuotaRequest = {
    id: tx.random('servicequotas/requests').hex(40),
    number: before.length,
    quota: quotaId(quota),
    desired,
    status: 'PENDING',
    createdAt: tx.now,
    updatedAt: tx.now,
    callerArn: caller.arn,
  };
  tx.put(QuotaRequests, request);
  tx.setTimer({
    id: `${quotaGrantedKind}/${request.id}`,
    at: tx.now + grantingMs,
    kind: quotaGrantedKind,
    payload: request.id,
  });
  return { RequestedQuota: requestAnswer(tx, request) };
};

/** Grants a request: from now on the quota is what was asked for. */
export const grantRequest = (tx: Tx, timer: Timer): void => {
  const { payload: id } = timer;
  if (typeof id !== 'string') throw new Error(`${timer.id} names no request.`);
  const request = tx.get(QuotaRequests, id);
  if (request === undefined) return;
  tx.put(QuotaRequests, { ...request, status: 'APPROVED', updatedAt: tx.now });
  tx.put(RaisedQuotas, { id: request.quota, value: request.desired });
};

export const getRequestedServiceQuotaChange: Operation<
  GetRequestedServiceQuotaChangeRequest,
  GetRequestedServiceQuotaChangeResponse
> = (tx, input) => {
  const request = tx.get(QuotaRequests, input.RequestId ?? '');
  return request === undefined ? noSuchRequest() : { RequestedQuota: requestAnswer(tx, request) };
};

/** Requests, the latest first. */
const history = (
  view: View,
  input: Plain<ListRequestedServiceQuotaChangeHistoryRequest>,
  isWanted: (request: QuotaRequest) => boolean,
): Plain<ListRequestedServiceQuotaChangeHistoryResponse> | DomainError => {
  const found = view
    .list(QuotaRequests)
    .filter(
      (request) =>
        isWanted(request) &&
        (input.Status === undefined || request.status === input.Status) &&
        // No request is for a single resource.
        input.QuotaRequestedAtLevel !== 'RESOURCE',
    )
    .toSorted((a, b) => b.number - a.number);
  const page = pageOf(found, input, ({ id }) => id);
  if (isDomainError(page)) return page;
  return {
    RequestedQuotas: page.items
      .map((request) => requestAnswer(view, request))
      .filter((answer) => answer !== undefined),
    NextToken: page.NextToken,
  };
};

export const listRequestedServiceQuotaChangeHistory: Operation<
  ListRequestedServiceQuotaChangeHistoryRequest,
  ListRequestedServiceQuotaChangeHistoryResponse
> = (tx, input) => {
  const { ServiceCode: service } = input;
  if (service !== undefined) {
    const any = findQuota(tx, service, undefined);
    if (isDomainError(any) && any.message === noSuchService().message) return any;
  }
  return history(
    tx,
    input,
    ({ quota }) => service === undefined || quota.startsWith(`${service}/`),
  );
};

export const listRequestedServiceQuotaChangeHistoryByQuota: Operation<
  ListRequestedServiceQuotaChangeHistoryByQuotaRequest,
  ListRequestedServiceQuotaChangeHistoryByQuotaResponse
> = (tx, input) => {
  const quota = findQuota(tx, input.ServiceCode, input.QuotaCode);
  if (isDomainError(quota)) return quota;
  return history(tx, input, (request) => request.quota === quotaId(quota));
};
