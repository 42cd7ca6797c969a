import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { LoadBalancer } from './entities.ts';
import { invalidConfiguration, notBuilt } from './errors.ts';

/** One attribute that the API has. */
interface AttributeRule<T> {
  readonly key: string;
  readonly fallback: string | ((resource: T) => string);
  /** Whether AWS takes the value. */
  readonly allows: (value: string) => boolean;
  /** Whether Faultline does what the value says; every value unless it says otherwise. */
  readonly built?: (value: string) => boolean;
}

/** An attribute as requests and answers carry it. */
export interface Attribute {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

const flag = (value: string): boolean => value === 'true' || value === 'false';
const off = (value: string): boolean => value === 'false';
const anyText = (): boolean => true;
const noText = (value: string): boolean => value === '';

const between =
  (low: number, high: number) =>
  (value: string): boolean =>
    /^\d{1,9}$/.test(value) && Number(value) >= low && Number(value) <= high;

const oneOf =
  (...values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value);

const offOr =
  (allows: (value: string) => boolean) =>
  (value: string): boolean =>
    value === 'off' || allows(value);

const logs = (kind: string): readonly AttributeRule<unknown>[] => [
  { key: `${kind}.s3.enabled`, fallback: 'false', allows: flag, built: off },
  { key: `${kind}.s3.bucket`, fallback: '', allows: anyText, built: noText },
  { key: `${kind}.s3.prefix`, fallback: '', allows: anyText, built: noText },
];

/** The attributes of an Application Load Balancer and their defaults (API reference, LoadBalancerAttribute). */
export const loadBalancerAttributeRules: readonly AttributeRule<Pick<LoadBalancer, 'scheme'>>[] = [
  ...logs('access_logs'),
  { key: 'idle_timeout.timeout_seconds', fallback: '60', allows: between(1, 4000) },
  { key: 'deletion_protection.enabled', fallback: 'false', allows: flag },
  { key: 'routing.http2.enabled', fallback: 'true', allows: flag },
  { key: 'routing.http.drop_invalid_header_fields.enabled', fallback: 'false', allows: flag },
  { key: 'routing.http.xff_client_port.enabled', fallback: 'false', allows: flag },
  { key: 'routing.http.preserve_host_header.enabled', fallback: 'false', allows: flag },
  {
    key: 'routing.http.xff_header_processing.mode',
    fallback: 'append',
    allows: oneOf('append', 'preserve', 'remove'),
  },
  { key: 'load_balancing.cross_zone.enabled', fallback: 'true', allows: oneOf('true') },
  {
    key: 'routing.http.desync_mitigation_mode',
    fallback: 'defensive',
    allows: oneOf('monitor', 'defensive', 'strictest'),
    built: oneOf('defensive'),
  },
  { key: 'client_keep_alive.seconds', fallback: '3600', allows: between(60, 604_800) },
  { key: 'waf.fail_open.enabled', fallback: 'false', allows: flag },
  {
    key: 'routing.http.x_amzn_tls_version_and_cipher_suite.enabled',
    fallback: 'false',
    allows: flag,
  },
  { key: 'zonal_shift.config.enabled', fallback: 'false', allows: flag, built: off },
  ...logs('connection_logs'),
  ...logs('health_check_logs'),
  {
    key: 'ipv6.deny_all_igw_traffic',
    fallback: (loadBalancer) => String(loadBalancer.scheme === 'internal'),
    allows: flag,
    // There is no IPv6 traffic to let in.
    built: oneOf('true'),
  },
];

/** The attributes of a target group of an Application Load Balancer (API reference, TargetGroupAttribute). */
export const targetGroupAttributeRules: readonly AttributeRule<unknown>[] = [
  { key: 'deregistration_delay.timeout_seconds', fallback: '300', allows: between(0, 3600) },
  { key: 'stickiness.enabled', fallback: 'false', allows: flag, built: off },
  { key: 'stickiness.type', fallback: 'lb_cookie', allows: oneOf('lb_cookie', 'app_cookie') },
  {
    key: 'stickiness.lb_cookie.duration_seconds',
    fallback: '86400',
    allows: between(1, 604_800),
  },
  { key: 'stickiness.app_cookie.cookie_name', fallback: '', allows: anyText },
  {
    key: 'stickiness.app_cookie.duration_seconds',
    fallback: '86400',
    allows: between(1, 604_800),
  },
  {
    key: 'slow_start.duration_seconds',
    fallback: '0',
    allows: (value) => value === '0' || between(30, 900)(value),
    built: oneOf('0'),
  },
  {
    key: 'load_balancing.algorithm.type',
    fallback: 'round_robin',
    allows: oneOf('round_robin', 'least_outstanding_requests', 'weighted_random'),
    built: oneOf('round_robin'),
  },
  {
    key: 'load_balancing.algorithm.anomaly_mitigation',
    fallback: 'off',
    allows: oneOf('on', 'off'),
    built: oneOf('off'),
  },
  {
    key: 'load_balancing.cross_zone.enabled',
    fallback: 'use_load_balancer_configuration',
    allows: oneOf('true', 'false', 'use_load_balancer_configuration'),
  },
  {
    key: 'target_group_health.dns_failover.minimum_healthy_targets.count',
    fallback: '1',
    allows: offOr(between(1, 1000)),
  },
  {
    key: 'target_group_health.dns_failover.minimum_healthy_targets.percentage',
    fallback: 'off',
    allows: offOr(between(1, 100)),
    built: oneOf('off'),
  },
  {
    key: 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count',
    fallback: '1',
    allows: between(1, 1000),
  },
  {
    key: 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage',
    fallback: 'off',
    allows: offOr(between(1, 100)),
    built: oneOf('off'),
  },
];

interface WithAttributes {
  readonly attributes: Readonly<Record<string, string>>;
}

const fallbackOf = <T>(rule: AttributeRule<T>, resource: T): string =>
  typeof rule.fallback === 'string' ? rule.fallback : rule.fallback(resource);

/** All attributes of a resource, those that were never set with their defaults. */
export const attributesOf = <T extends WithAttributes>(
  rules: readonly AttributeRule<T>[],
  resource: T,
): readonly { readonly Key: string; readonly Value: string }[] =>
  rules.map((rule) => ({
    Key: rule.key,
    Value: resource.attributes[rule.key] ?? fallbackOf(rule, resource),
  }));

/** One attribute's value; an unknown key is a bug. */
export const attributeValue = <T extends WithAttributes>(
  rules: readonly AttributeRule<T>[],
  resource: T,
  key: string,
): string => {
  const rule = rules.find((one) => one.key === key);
  if (rule === undefined) throw new Error(`There is no attribute ${key}.`);
  return resource.attributes[key] ?? fallbackOf(rule, resource);
};

/**
 * The attributes that a resource has set after a request. Errors: `InvalidConfigurationRequest` for a key or a
 * value that AWS refuses, `NotImplemented` for a value that means something Faultline does not do.
 */
export const changedAttributes = <T extends WithAttributes>(
  what: 'Load balancer' | 'Target group',
  rules: readonly AttributeRule<T>[],
  resource: T,
  changes: readonly Attribute[],
): Readonly<Record<string, string>> | DomainError => {
  const changed: Record<string, string> = { ...resource.attributes };
  for (const { Key: key = '', Value: value = '' } of changes) {
    const rule = rules.find((one) => one.key === key);
    const refused = refusal(what, rule, resource, key, value);
    if (isDomainError(refused)) return refused;
    changed[key] = value;
  }
  return changed;
};

const refusal = <T>(
  what: string,
  rule: AttributeRule<T> | undefined,
  resource: T,
  key: string,
  value: string,
): DomainError | undefined => {
  if (rule === undefined) {
    return invalidConfiguration(`${what} attribute key '${key}' is not recognized`);
  }
  if (!rule.allows(value)) {
    return invalidConfiguration(`${what} attribute '${key}' does not take the value '${value}'`);
  }
  const isBuilt = (rule.built ?? anyText)(value) || value === fallbackOf(rule, resource);
  return isBuilt ? undefined : notBuilt(`'${key}' with the value '${value}'`);
};
