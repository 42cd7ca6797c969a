import type {
  HealthCheckConfig as ConfigInput,
  UpdateHealthCheckRequest,
} from '@aws-sdk/client-route-53';
import type { DomainError } from '../../world/domain-error.ts';
import type { Plain } from '../operation.ts';
import { checkerRegions, fewestCheckerRegions } from './checkers.ts';
import type { HealthCheckConfig, HealthCheckType } from './entities.ts';
import { invalidInput, notBuilt } from './errors.ts';
import { parseIpv4, parseIpv6 } from '../shared/ip-address.ts';
import { BadName, parseName } from './names.ts';

const probedTypes: readonly HealthCheckType[] = [
  'HTTP',
  'HTTPS',
  'HTTP_STR_MATCH',
  'HTTPS_STR_MATCH',
  'TCP',
];

/** What AWS takes when a request says nothing ("Values that you specify when you create or update health checks"). */
const defaults = {
  requestIntervalSeconds: 30,
  failureThreshold: 3,
  httpPort: 80,
  httpsPort: 443,
} as const;

const mostFailures = 10;

/** Members of other kinds of health check, which make no sense on one that probes. */
const foreignMembers = [
  'ChildHealthChecks',
  'HealthThreshold',
  'AlarmIdentifier',
  'InsufficientDataHealthStatus',
  'RoutingControlArn',
] as const;

/** Whether a kind of check speaks HTTP, over TLS or not. */
export const isHttp = (type: HealthCheckType): boolean => type !== 'TCP';

/** Whether a kind of check speaks TLS. */
export const isHttps = (type: HealthCheckType): boolean => type.startsWith('HTTPS');

/** Whether a kind of check looks for a text in the body. */
export const matchesString = (type: HealthCheckType): boolean => type.endsWith('_STR_MATCH');

/**
 * Addresses that health checkers cannot reach from the Internet ("IPAddress": no private, link-local or
 * multicast ranges). Loopback addresses are allowed, unlike on AWS: here they are where real sockets are.
 */
const isUnreachable = (bytes: Uint8Array): boolean => {
  const [first = 0, second = 0] = bytes;
  if (bytes.length === 16)
    return first === 0xff || (first === 0xfe && second >= 0x80) || (first & 0xfe) === 0xfc;
  return (
    first === 0 ||
    first === 10 ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168) ||
    (first === 169 && second === 254) ||
    first >= 224
  );
};

const checkEndpoint = (config: HealthCheckConfig): DomainError | undefined => {
  const { ipAddress, fullyQualifiedDomainName: domain, type } = config;
  if (ipAddress === undefined && domain === undefined) {
    return invalidInput(
      'Invalid request: Either IPAddress or FullyQualifiedDomainName must be specified.',
    );
  }
  if (ipAddress !== undefined) {
    const bytes = parseIpv4(ipAddress) ?? parseIpv6(ipAddress);
    if (bytes === undefined) return invalidInput(`Invalid IP address: ${ipAddress}`);
    if (isUnreachable(bytes)) {
      return invalidInput(`Invalid IP address: ${ipAddress} cannot be reached from the Internet.`);
    }
  }
  if (domain !== undefined && parseName(domain) instanceof BadName) {
    return invalidInput(`Invalid fully qualified domain name: ${domain}`);
  }
  if (!isHttp(type) && config.resourcePath !== undefined) {
    return invalidInput(
      'Invalid request: ResourcePath cannot be specified for a TCP health check.',
    );
  }
  return undefined;
};

const checkRules = (config: HealthCheckConfig): DomainError | undefined => {
  if (
    matchesString(config.type) !== (config.searchString !== undefined && config.searchString !== '')
  ) {
    return invalidInput(
      'Invalid request: SearchString must be specified for health checks of type HTTP_STR_MATCH or HTTPS_STR_MATCH, and for no other.',
    );
  }
  if (config.failureThreshold < 1 || config.failureThreshold > mostFailures) {
    return invalidInput(`Invalid request: FailureThreshold must be from 1 to ${mostFailures}.`);
  }
  const { regions } = config;
  if (regions.length > 0 && new Set(regions).size < fewestCheckerRegions) {
    return invalidInput(
      `Invalid request: at least ${fewestCheckerRegions} Regions must be specified.`,
    );
  }
  const unknown = regions.find((region) => !checkerRegions.includes(region));
  return unknown === undefined
    ? undefined
    : invalidInput(
        `Invalid request: there are no health checkers in ${unknown}; Regions: ${checkerRegions.join(', ')}.`,
      );
};

const checkConfig = (config: HealthCheckConfig): HealthCheckConfig | DomainError =>
  checkEndpoint(config) ?? checkRules(config) ?? config;

/** A path begins with a slash; AWS puts one before a path that has none. */
const pathOf = (path: string | undefined): string | undefined =>
  path === undefined || path === '' || path.startsWith('/') ? path : `/${path}`;

const defined = <T extends object>(members: T): Partial<T> =>
  // Filtering entries keeps the members' types; only undefined ones go.
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<T>;

const portOf = (type: HealthCheckType, port: number | undefined): number | DomainError => {
  if (port !== undefined) return port;
  if (!isHttp(type))
    return invalidInput('Invalid request: Port must be specified for a TCP health check.');
  return isHttps(type) ? defaults.httpsPort : defaults.httpPort;
};

const intervalOf = (seconds: number): 10 | 30 | DomainError =>
  seconds === 10 || seconds === 30
    ? seconds
    : invalidInput('Invalid request: RequestInterval must be 10 or 30.');

/** Reads the configuration of a new health check, with AWS's defaults for what is left out. */
export const parseConfig = (input: Plain<ConfigInput>): HealthCheckConfig | DomainError => {
  const type = probedTypes.find((probed) => probed === input.Type);
  if (type === undefined)
    return notBuilt(`health checks of type ${input.Type}: ${probedTypes.join(', ')} are there`);
  const foreign = foreignMembers.find((member) => input[member] !== undefined);
  if (foreign !== undefined) {
    return invalidInput(
      `Invalid request: ${foreign} cannot be specified for a health check of type ${type}.`,
    );
  }
  const port = portOf(type, input.Port);
  if (typeof port !== 'number') return port;
  const requestIntervalSeconds = intervalOf(
    input.RequestInterval ?? defaults.requestIntervalSeconds,
  );
  if (typeof requestIntervalSeconds !== 'number') return requestIntervalSeconds;
  return checkConfig({
    type,
    port,
    requestIntervalSeconds,
    failureThreshold: input.FailureThreshold ?? defaults.failureThreshold,
    measureLatency: input.MeasureLatency ?? false,
    inverted: input.Inverted ?? false,
    disabled: input.Disabled ?? false,
    enableSni: input.EnableSNI ?? isHttps(type),
    regions: input.Regions ?? [],
    ...defined({
      ipAddress: input.IPAddress,
      fullyQualifiedDomainName: input.FullyQualifiedDomainName,
      resourcePath: pathOf(input.ResourcePath),
      searchString: input.SearchString,
    }),
  });
};

const resettable = {
  FullyQualifiedDomainName: 'fullyQualifiedDomainName',
  ResourcePath: 'resourcePath',
  Regions: 'regions',
  ChildHealthChecks: undefined,
} as const;

const withReset = (
  config: HealthCheckConfig,
  elements: Plain<UpdateHealthCheckRequest>['ResetElements'],
): HealthCheckConfig => {
  let reset = config;
  for (const element of elements ?? []) {
    const member = resettable[element];
    if (member === 'regions') reset = { ...reset, regions: [] };
    else if (member !== undefined) reset = { ...reset, [member]: undefined };
  }
  return reset;
};

/** The configuration after an update: what is given replaces, what is reset goes back to its default. */
export const updateConfig = (
  config: HealthCheckConfig,
  input: Plain<UpdateHealthCheckRequest>,
): HealthCheckConfig | DomainError => {
  const foreign = foreignMembers.find(
    (member) => member in input && member !== 'RoutingControlArn',
  );
  if (foreign !== undefined) {
    return invalidInput(
      `Invalid request: ${foreign} cannot be specified for a health check of type ${config.type}.`,
    );
  }
  const reset = withReset(config, input.ResetElements);
  return checkConfig({
    ...reset,
    ...defined({
      ipAddress: input.IPAddress,
      port: input.Port,
      resourcePath: pathOf(input.ResourcePath),
      fullyQualifiedDomainName: input.FullyQualifiedDomainName,
      searchString: input.SearchString,
      failureThreshold: input.FailureThreshold,
      inverted: input.Inverted,
      disabled: input.Disabled,
      enableSni: input.EnableSNI,
      regions: input.Regions,
    }),
  });
};

/** A configuration as the API gives it. */
export const describeConfig = (config: HealthCheckConfig): Plain<ConfigInput> => ({
  ...(config.ipAddress === undefined ? {} : { IPAddress: config.ipAddress }),
  Port: config.port,
  Type: config.type,
  ...(config.resourcePath === undefined ? {} : { ResourcePath: config.resourcePath }),
  ...(config.fullyQualifiedDomainName === undefined
    ? {}
    : { FullyQualifiedDomainName: config.fullyQualifiedDomainName }),
  ...(config.searchString === undefined ? {} : { SearchString: config.searchString }),
  RequestInterval: config.requestIntervalSeconds,
  FailureThreshold: config.failureThreshold,
  MeasureLatency: config.measureLatency,
  Inverted: config.inverted,
  Disabled: config.disabled,
  EnableSNI: config.enableSni,
  // The SDK's type knows the eight Regions that checkConfig let through.
  ...(config.regions.length === 0
    ? {}
    : { Regions: config.regions as Plain<ConfigInput>['Regions'] }),
});
