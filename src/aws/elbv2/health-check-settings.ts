import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { TargetGroupHealthCheck } from './entities.ts';
import { notBuilt, validation } from './errors.ts';

/** The health check settings as requests carry them. */
export interface HealthCheckInput {
  readonly HealthCheckProtocol?: string | undefined;
  readonly HealthCheckPort?: string | undefined;
  readonly HealthCheckEnabled?: boolean | undefined;
  readonly HealthCheckPath?: string | undefined;
  readonly HealthCheckIntervalSeconds?: number | undefined;
  readonly HealthCheckTimeoutSeconds?: number | undefined;
  readonly HealthyThresholdCount?: number | undefined;
  readonly UnhealthyThresholdCount?: number | undefined;
  readonly Matcher?:
    | { readonly HttpCode?: string | undefined; readonly GrpcCode?: string | undefined }
    | undefined;
}

/**
 * AWS's defaults for targets of an Application Load Balancer (User Guide, "Health check settings"). The API
 * model says a time-out of six seconds for HTTP, the User Guide and what AWS answers say five.
 */
export const defaultHealthCheck: TargetGroupHealthCheck = {
  protocol: 'HTTP',
  port: null,
  path: '/',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThresholdCount: 5,
  unhealthyThresholdCount: 2,
  matcher: '200',
};

const rangeError = (
  what: string,
  value: number,
  low: number,
  high: number,
): DomainError | undefined =>
  Number.isInteger(value) && value >= low && value <= high
    ? undefined
    : validation(`${what} '${value}' must be between '${low}' and '${high}' (inclusive)`);

/** "200", "200,202" or "200-299", each code from 200 to 499 (API reference, Matcher). */
const isMatcher = (text: string): boolean =>
  text.split(',').every((part) => {
    const match = /^(\d{3})(?:-(\d{3}))?$/.exec(part.trim());
    if (match === null) return false;
    const [low, high] = [Number(match[1]), Number(match[2] ?? match[1])];
    return low >= 200 && high <= 499 && low <= high;
  });

const portOf = (text: string): number | null | DomainError => {
  if (text === 'traffic-port') return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535
    ? port
    : validation(`Health check port '${text}' must be 'traffic-port' or a number from 1 to 65535`);
};

const unbuiltPart = (input: HealthCheckInput): DomainError | undefined => {
  if (input.HealthCheckEnabled === false) {
    return validation(
      'Health check enabled must be true for target groups with target type instance or ip',
    );
  }
  const protocol = input.HealthCheckProtocol ?? 'HTTP';
  if (protocol === 'HTTPS') return notBuilt('health checks over HTTPS');
  if (protocol !== 'HTTP') {
    return validation(`Health check protocol '${protocol}' must be one of 'HTTP, HTTPS'`);
  }
  return input.Matcher?.GrpcCode === undefined ? undefined : notBuilt('gRPC health checks');
};

const settingsError = (check: TargetGroupHealthCheck): DomainError | undefined => {
  if (!check.path.startsWith('/') || /\s/.test(check.path)) {
    return validation(
      `Health check path '${check.path}' must begin with a '/' character and hold no spaces`,
    );
  }
  if (!isMatcher(check.matcher)) {
    return validation(
      `Health check matcher HTTP code '${check.matcher}' must be within '200-499' inclusive`,
    );
  }
  const outOfRange =
    rangeError('Health check interval', check.intervalSeconds, 5, 300) ??
    rangeError('Health check timeout', check.timeoutSeconds, 2, 120) ??
    rangeError('Healthy threshold count', check.healthyThresholdCount, 2, 10) ??
    rangeError('Unhealthy threshold count', check.unhealthyThresholdCount, 2, 10);
  if (outOfRange !== undefined) return outOfRange;
  return check.timeoutSeconds < check.intervalSeconds
    ? undefined
    : validation(
        `Health check timeout '${check.timeoutSeconds}' must be smaller than the interval '${check.intervalSeconds}'`,
      );
};

/** The settings after a request, those that it does not name as they were. */
export const changedHealthCheck = (
  before: TargetGroupHealthCheck,
  input: HealthCheckInput,
): TargetGroupHealthCheck | DomainError => {
  const refused = unbuiltPart(input);
  if (refused !== undefined) return refused;
  const port = input.HealthCheckPort === undefined ? before.port : portOf(input.HealthCheckPort);
  if (isDomainError(port)) return port;
  const check: TargetGroupHealthCheck = {
    protocol: before.protocol,
    port,
    path: input.HealthCheckPath ?? before.path,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? before.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? before.timeoutSeconds,
    healthyThresholdCount: input.HealthyThresholdCount ?? before.healthyThresholdCount,
    unhealthyThresholdCount: input.UnhealthyThresholdCount ?? before.unhealthyThresholdCount,
    matcher: input.Matcher?.HttpCode ?? before.matcher,
  };
  return settingsError(check) ?? check;
};
