import type {
  GetAWSDefaultServiceQuotaRequest,
  GetAWSDefaultServiceQuotaResponse,
  GetServiceQuotaRequest,
  GetServiceQuotaResponse,
  ListAWSDefaultServiceQuotasRequest,
  ListAWSDefaultServiceQuotasResponse,
  ListServiceQuotasRequest,
  ListServiceQuotasResponse,
  ListServicesRequest,
  ListServicesResponse,
  ServiceQuota,
} from '@aws-sdk/client-service-quotas';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { raisableQuotas as acmQuotas } from '../acm/quotas.ts';
import { raisableQuotas as autoscalingQuotas } from '../autoscaling/quotas.ts';
import { raisableQuotas as ec2Quotas } from '../ec2/launch/raisable-quotas.ts';
import { raisableVcpuQuotas } from '../ec2/launch/vcpu-quotas.ts';
import { raisableQuotas as elbQuotas } from '../elbv2/arns.ts';
import { raisableQuotas as iamQuotas } from '../iam/quotas.ts';
import type { Operation, Plain } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import {
  globalQuotasRegion,
  quotaId,
  quotaValue,
  usualValue,
  type Quota,
} from '../shared/quotas.ts';
import { invalidToken, noSuchQuota, noSuchService } from './errors.ts';

/** What Service Quotas calls the services. */
const serviceNames: ReadonlyMap<string, string> = new Map([
  ['acm', 'AWS Certificate Manager (ACM)'],
  ['autoscaling', 'Amazon EC2 Auto Scaling'],
  ['ec2', 'Amazon Elastic Compute Cloud (Amazon EC2)'],
  ['elasticloadbalancing', 'Elastic Load Balancing (ELB)'],
  ['iam', 'AWS Identity and Access Management (IAM)'],
  ['vpc', 'Amazon Virtual Private Cloud (Amazon VPC)'],
]);

/** All quotas that services enforce and an account may ask to raise, by service and code. */
const catalogue: readonly Quota[] = [
  ...Object.values(acmQuotas),
  ...Object.values(autoscalingQuotas),
  ...Object.values(ec2Quotas),
  ...raisableVcpuQuotas,
  ...Object.values(elbQuotas),
  ...iamQuotas,
].toSorted((a, b) => (quotaId(a) < quotaId(b) ? -1 : 1));

const serviceName = (code: string): string => serviceNames.get(code) ?? code;

/** The quotas that are asked about in a Region: global ones are in us-east-1 alone. */
const quotasThere = (view: View): readonly Quota[] =>
  catalogue.filter(({ isGlobal }) => isGlobal !== true || view.shard === globalQuotasRegion);

/** A quota by its codes. Errors: NoSuchResourceException. */
export const findQuota = (
  view: View,
  service: string | undefined,
  code: string | undefined,
): Quota | DomainError => {
  const ofService = quotasThere(view).filter((quota) => quota.service === service);
  if (ofService.length === 0) return noSuchService();
  return ofService.find((quota) => quota.code === code) ?? noSuchQuota();
};

/** A quota by `service/code`. */
export const quotaById = (view: View, id: string): Quota | undefined =>
  quotasThere(view).find((quota) => quotaId(quota) === id);

export const quotaArn = (view: View, quota: Quota): string =>
  `arn:aws:servicequotas:${quota.isGlobal === true ? '' : view.shard}:${view.account}:${quotaId(quota)}`;

/** What answers about a quota and about a request for more of it have in common. */
export const quotaFacts = (
  quota: Quota,
): Required<
  Pick<
    ServiceQuota,
    'ServiceCode' | 'ServiceName' | 'QuotaCode' | 'QuotaName' | 'GlobalQuota' | 'Unit'
  >
> => ({
  ServiceCode: quota.service,
  ServiceName: serviceName(quota.service),
  QuotaCode: quota.code,
  QuotaName: quota.name,
  GlobalQuota: quota.isGlobal === true,
  Unit: 'None',
});

const applied = (view: View, quota: Quota): Plain<ServiceQuota> => ({
  ...quotaFacts(quota),
  QuotaArn: quotaArn(view, quota),
  Value: quotaValue(view, quota),
  Adjustable: true,
  QuotaAppliedAtLevel: 'ACCOUNT',
});

/** What an account has that has not asked for more: no account is in its ARN. */
const usual = (view: View, quota: Quota): Plain<ServiceQuota> => ({
  ...quotaFacts(quota),
  QuotaArn: quotaArn(view, quota).replace(`:${view.account}:`, '::'),
  Value: usualValue(view.geography, quota),
  Adjustable: true,
});

/** A page, with tokens of the letters that the service's model allows. */
export const pageOf = <T>(
  items: readonly T[],
  input: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined },
  keyOf: (item: T) => string,
): { readonly items: readonly T[]; readonly NextToken: string | undefined } | DomainError => {
  const token = input.NextToken?.replaceAll('+', '-').replaceAll('/', '_');
  const page = paginate(items, { token, maxResults: input.MaxResults ?? 100 }, keyOf, invalidToken);
  if (isDomainError(page)) return page;
  return {
    items: page.items,
    NextToken: page.nextToken?.replaceAll('-', '+').replaceAll('_', '/'),
  };
};

export const listServices: Operation<ListServicesRequest, ListServicesResponse> = (tx, input) => {
  const codes = [...new Set(quotasThere(tx).map(({ service }) => service))];
  const page = pageOf(codes, input, (code) => code);
  if (isDomainError(page)) return page;
  return {
    Services: page.items.map((code) => ({ ServiceCode: code, ServiceName: serviceName(code) })),
    NextToken: page.NextToken,
  };
};

const quotasPage = (
  view: View,
  input: Plain<ListServiceQuotasRequest>,
  answer: (view: View, quota: Quota) => Plain<ServiceQuota>,
): Plain<ListServiceQuotasResponse> | DomainError => {
  const ofService = quotasThere(view).filter(({ service }) => service === input.ServiceCode);
  if (ofService.length === 0) return noSuchService();
  const wanted = ofService.filter(
    ({ code }) => input.QuotaCode === undefined || code === input.QuotaCode,
  );
  if (wanted.length === 0) return noSuchQuota();
  // None of them is applied to single resources.
  const there = input.QuotaAppliedAtLevel === 'RESOURCE' ? [] : wanted;
  const page = pageOf(there, input, quotaId);
  if (isDomainError(page)) return page;
  return { Quotas: page.items.map((quota) => answer(view, quota)), NextToken: page.NextToken };
};

export const listServiceQuotas: Operation<ListServiceQuotasRequest, ListServiceQuotasResponse> = (
  tx,
  input,
) => quotasPage(tx, input, applied);

export const listAWSDefaultServiceQuotas: Operation<
  ListAWSDefaultServiceQuotasRequest,
  ListAWSDefaultServiceQuotasResponse
> = (tx, input) => quotasPage(tx, input, usual);

export const getServiceQuota: Operation<GetServiceQuotaRequest, GetServiceQuotaResponse> = (
  tx,
  input,
) => {
  const quota = findQuota(tx, input.ServiceCode, input.QuotaCode);
  return isDomainError(quota) ? quota : { Quota: applied(tx, quota) };
};

export const getAWSDefaultServiceQuota: Operation<
  GetAWSDefaultServiceQuotaRequest,
  GetAWSDefaultServiceQuotaResponse
> = (tx, input) => {
  const quota = findQuota(tx, input.ServiceCode, input.QuotaCode);
  return isDomainError(quota) ? quota : { Quota: usual(tx, quota) };
};
