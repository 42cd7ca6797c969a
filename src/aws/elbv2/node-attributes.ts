import {
  attributeValue,
  loadBalancerAttributeRules,
  targetGroupAttributeRules,
} from './attributes.ts';
import type { LoadBalancer, TargetGroup } from './entities.ts';

/** The attributes of a load balancer that its nodes act on, named as in the API. */
export interface LoadBalancerAttributes {
  readonly idleTimeoutSeconds: number;
  readonly clientKeepAliveSeconds: number;
  readonly preserveHostHeader: boolean;
  readonly dropInvalidHeaderFields: boolean;
  readonly xffMode: 'append' | 'preserve' | 'remove';
  readonly xffClientPort: boolean;
}

/** What nodes make of a load balancer's attributes; AWS's defaults for those that were never set. */
export const nodeAttributes = (
  loadBalancer: Pick<LoadBalancer, 'attributes' | 'scheme'>,
): LoadBalancerAttributes => {
  const valueOf = (key: string): string =>
    attributeValue(loadBalancerAttributeRules, loadBalancer, key);
  const mode = valueOf('routing.http.xff_header_processing.mode');
  return {
    idleTimeoutSeconds: Number(valueOf('idle_timeout.timeout_seconds')),
    clientKeepAliveSeconds: Number(valueOf('client_keep_alive.seconds')),
    preserveHostHeader: valueOf('routing.http.preserve_host_header.enabled') === 'true',
    dropInvalidHeaderFields: valueOf('routing.http.drop_invalid_header_fields.enabled') === 'true',
    xffMode: mode === 'preserve' || mode === 'remove' ? mode : 'append',
    xffClientPort: valueOf('routing.http.xff_client_port.enabled') === 'true',
  };
};

/** Cross-zone load balancing of an Application Load Balancer is on unless the target group turns it off. */
export const isCrossZone = (group: Pick<TargetGroup, 'attributes'>): boolean =>
  attributeValue(targetGroupAttributeRules, group, 'load_balancing.cross_zone.enabled') !== 'false';

/**
 * How many targets of a group must be healthy for a zone to stay in DNS (`dns_failover`), and for requests to go to the
 * healthy ones alone (`unhealthy_state_routing`). `off` means one: an Application Load Balancer always keeps one.
 */
export const minimumHealthyTargets = (
  group: Pick<TargetGroup, 'attributes'>,
  requirement: 'dns_failover' | 'unhealthy_state_routing',
): number => {
  const key = `target_group_health.${requirement}.minimum_healthy_targets.count`;
  const value = attributeValue(targetGroupAttributeRules, group, key);
  return value === 'off' ? 1 : Number(value);
};
