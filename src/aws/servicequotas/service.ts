import type { Service } from '../operation.ts';
import { about } from './about.ts';
import {
  getAWSDefaultServiceQuota,
  getServiceQuota,
  listAWSDefaultServiceQuotas,
  listServiceQuotas,
  listServices,
} from './catalogue.ts';
import { listTagsForResource, tagResource, untagResource } from './quota-tags.ts';
import {
  getRequestedServiceQuotaChange,
  grantRequest,
  listRequestedServiceQuotaChangeHistory,
  listRequestedServiceQuotaChangeHistoryByQuota,
  quotaGrantedKind,
  requestServiceQuotaIncrease,
} from './requests.ts';

export const servicequotas: Service = {
  ...about,
  refuses: {
    GetServiceQuota: ['ContextId'],
    RequestServiceQuotaIncrease: ['ContextId'],
  },
  timers: { [quotaGrantedKind]: grantRequest },
  operations: {
    GetAWSDefaultServiceQuota: getAWSDefaultServiceQuota,
    GetRequestedServiceQuotaChange: getRequestedServiceQuotaChange,
    GetServiceQuota: getServiceQuota,
    ListAWSDefaultServiceQuotas: listAWSDefaultServiceQuotas,
    ListRequestedServiceQuotaChangeHistory: listRequestedServiceQuotaChangeHistory,
    ListRequestedServiceQuotaChangeHistoryByQuota: listRequestedServiceQuotaChangeHistoryByQuota,
    ListServiceQuotas: listServiceQuotas,
    ListServices: listServices,
    ListTagsForResource: listTagsForResource,
    RequestServiceQuotaIncrease: requestServiceQuotaIncrease,
    TagResource: tagResource,
    UntagResource: untagResource,
  },
};
