import type { Service } from '../operation.ts';
import { about } from './about.ts';
import { changeInSync, forgetChange, forgetTimer, getChange, inSyncTimer } from './changes.ts';
import {
  getCheckerIpRanges,
  getHealthCheckLastFailureReason,
  getHealthCheckStatus,
} from './checker-statuses.ts';
import {
  createHealthCheck,
  deleteHealthCheck,
  getHealthCheck,
  getHealthCheckCount,
  listHealthChecks,
  updateHealthCheck,
} from './health-checks.ts';
import {
  createHostedZone,
  deleteHostedZone,
  getHostedZone,
  getHostedZoneCount,
  listHostedZones,
  listHostedZonesByName,
  updateHostedZoneComment,
} from './hosted-zones.ts';
import { changeResourceRecordSets, listResourceRecordSets } from './record-sets.ts';
import {
  changeTagsForResource,
  listTagsForResource,
  listTagsForResources,
} from './resource-tags.ts';
import { testDnsAnswer } from './test-dns-answer.ts';

/** Amazon Route 53: one for the partition, its control plane in us-east-1. */
export const route53: Service = {
  ...about,
  refuses: {
    ChangeResourceRecordSets: ['ChangeBatch.Changes.ResourceRecordSet.AZAffinity'],
    CreateHealthCheck: ['HealthCheckConfig.EndpointType', 'HealthCheckConfig.HealthCheckSourceId'],
    CreateHostedZone: [
      'ChangeGuardrails',
      'EnablePublicDNSFallback',
      'HostedZoneConfig.HostedZoneTier',
    ],
    UpdateHealthCheck: ['HealthCheckSourceId'],
  },
  operations: {
    ChangeResourceRecordSets: changeResourceRecordSets,
    ChangeTagsForResource: changeTagsForResource,
    CreateHealthCheck: createHealthCheck,
    CreateHostedZone: createHostedZone,
    DeleteHealthCheck: deleteHealthCheck,
    DeleteHostedZone: deleteHostedZone,
    GetChange: getChange,
    GetCheckerIpRanges: getCheckerIpRanges,
    GetHealthCheck: getHealthCheck,
    GetHealthCheckCount: getHealthCheckCount,
    GetHealthCheckLastFailureReason: getHealthCheckLastFailureReason,
    GetHealthCheckStatus: getHealthCheckStatus,
    GetHostedZone: getHostedZone,
    GetHostedZoneCount: getHostedZoneCount,
    ListHealthChecks: listHealthChecks,
    ListHostedZones: listHostedZones,
    ListHostedZonesByName: listHostedZonesByName,
    ListResourceRecordSets: listResourceRecordSets,
    ListTagsForResource: listTagsForResource,
    ListTagsForResources: listTagsForResources,
    TestDNSAnswer: testDnsAnswer,
    UpdateHealthCheck: updateHealthCheck,
    UpdateHostedZoneComment: updateHostedZoneComment,
  },
  timers: {
    [inSyncTimer]: changeInSync,
    [forgetTimer]: forgetChange,
  },
};
