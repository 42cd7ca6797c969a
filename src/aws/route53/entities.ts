import type { Entity } from '../../world/entity.ts';
import { defineTable } from '../../world/entity.ts';
import type { RecordData, RecordType } from './dns-records.ts';

/** A public hosted zone. */
export interface HostedZone extends Entity {
  readonly name: string;
  readonly callerReference: string;
  readonly comment?: string;
  readonly nameServers: readonly string[];
  /** World time, milliseconds since 1970: of two zones with one name the older answers. */
  readonly createdAt: number;
}

export const HostedZones = defineTable<HostedZone>('route53-hosted-zones', {
  name: (zone) => zone.name,
  callerReference: (zone) => zone.callerReference,
});

/** Where an alias leads. */
export interface AliasTarget {
  /** The hosted zone of the target: this one's id, or a load balancer's canonical one. */
  readonly hostedZoneId: string;
  readonly dnsName: string;
  readonly evaluateTargetHealth: boolean;
}

/** A resource record set: either values with a time to live, or an alias. */
export interface ResourceRecordSet extends Entity {
  readonly hostedZoneId: string;
  readonly name: string;
  readonly type: RecordType;
  readonly setIdentifier?: string;
  readonly failover?: 'PRIMARY' | 'SECONDARY';
  readonly healthCheckId?: string;
  readonly ttlSeconds?: number;
  /** The values as they were given. */
  readonly values: readonly string[];
  /** What the values say. */
  readonly data: readonly RecordData[];
  readonly alias?: AliasTarget;
}

export const ResourceRecordSets = defineTable<ResourceRecordSet>('route53-resource-record-sets', {
  hostedZone: (set) => set.hostedZoneId,
  healthCheck: (set) => set.healthCheckId,
});

/** A change of a hosted zone, on its way to all name servers or there. */
export interface Change extends Entity {
  readonly status: 'PENDING' | 'INSYNC';
  readonly submittedAt: number;
  readonly comment?: string;
}

export const Changes = defineTable<Change>('route53-changes');

/** The kinds of health check that are probed. */
export type HealthCheckType = 'HTTP' | 'HTTPS' | 'HTTP_STR_MATCH' | 'HTTPS_STR_MATCH' | 'TCP';

/** What a health check looks at and how. */
export interface HealthCheckConfig {
  readonly type: HealthCheckType;
  readonly ipAddress?: string;
  readonly port: number;
  readonly resourcePath?: string;
  readonly fullyQualifiedDomainName?: string;
  readonly searchString?: string;
  readonly requestIntervalSeconds: 10 | 30;
  readonly failureThreshold: number;
  readonly measureLatency: boolean;
  readonly inverted: boolean;
  readonly disabled: boolean;
  readonly enableSni: boolean;
  /** The Regions of the checkers as they were given; all when none were. */
  readonly regions: readonly string[];
}

export interface HealthCheck extends Entity {
  readonly callerReference: string;
  readonly version: number;
  readonly createdAt: number;
  readonly config: HealthCheckConfig;
}

export const HealthChecks = defineTable<HealthCheck>('route53-health-checks', {
  callerReference: (check) => check.callerReference,
});

/** What one checker last made of one health check; none until it has enough data. */
export interface CheckerStatus extends Entity {
  readonly healthCheckId: string;
  readonly checkerId: string;
  readonly healthy: boolean;
  /** The result that decided, in Route 53's words. */
  readonly reason: string;
  /** World time since which it is so. */
  readonly since: number;
  /** The last failure, kept when the endpoint is healthy again. */
  readonly lastFailure?: { readonly reason: string; readonly at: number };
}

export const CheckerStatuses = defineTable<CheckerStatus>('route53-checker-statuses', {
  healthCheck: (status) => status.healthCheckId,
});

/** A caller reference of a deleted health check, which is not to be used again; the id is the reference. */
export const SpentCallerReferences = defineTable<Entity>('route53-spent-caller-references');
