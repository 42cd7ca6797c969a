import type { HealthCheckConfig } from '../../aws/route53/entities.ts';
import { isHttp, matchesString } from '../../aws/route53/health-check-config.ts';
import { chanceOf, probePassing, type ProbeMoment } from '../../aws/route53/probe-passing.ts';
import { drawn } from '../../world/chance.ts';
import { grayStatus, isEven, type Passing } from '../../world/passing.ts';
import type { OpenWay } from '../../world/way.ts';

/**
 * How long a checker waits, in world time, and how much of a body it reads ("How Amazon Route 53 determines
 * whether a health check is healthy").
 */
export const probeLimits = {
  httpConnectMs: 4000,
  httpResponseMs: 2000,
  bodyMs: 2000,
  tcpConnectMs: 10_000,
  searchedBytes: 5120,
} as const;

/** How long a checker waits for a connection. */
export const connectLimitMs = (config: HealthCheckConfig): number =>
  isHttp(config.type) ? probeLimits.httpConnectMs : probeLimits.tcpConnectMs;

/** What a probe came to. */
export interface ProbeResult {
  readonly succeeded: boolean;
  /** As GetHealthCheckStatus shows it. */
  readonly reason: string;
}

const failure = (reason: string): ProbeResult => ({
  succeeded: false,
  reason: `Failure: ${reason}`,
});

/** The phrases of the status codes that endpoints give most; others are told by their number. */
const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Time-out',
};

const statusText = (statusCode: number): string => {
  const phrase = phrases[statusCode];
  return `HTTP Status Code ${statusCode}${phrase === undefined ? '' : `, ${phrase}`}`;
};

/** The results of probes, in one wording for live and modelled checkers. */
export const results = {
  connected: { succeeded: true, reason: 'Success: TCP connection established' },
  timedOut: failure(
    'Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall.',
  ),
  refused: failure('Connection refused. The endpoint does not listen on this port.'),
  broken: failure('The connection was closed before the endpoint had answered.'),
  noResponse: failure(
    `No HTTP status code within ${probeLimits.httpResponseMs / 1000} seconds of the connection.`,
  ),
  bodyLate: failure(
    `The body did not arrive within ${probeLimits.bodyMs / 1000} seconds of the status code.`,
  ),
  unresolved: failure('The domain name could not be resolved.'),
  handshake: failure('SSL alert handshake_failure.'),
} as const satisfies Readonly<Record<string, ProbeResult>>;

/** Whether a status code speaks for the endpoint: 2xx and 3xx. */
const isGood = (statusCode: number): boolean => statusCode >= 200 && statusCode < 400;

/** What a status code means by itself. */
export const statusResult = (statusCode: number): ProbeResult =>
  isGood(statusCode)
    ? { succeeded: true, reason: `Success: ${statusText(statusCode)}` }
    : failure(statusText(statusCode));

/** What a status code and the first bytes of the body mean to a check that looks for a text, whole in those bytes. */
export const matchResult = (
  statusCode: number,
  body: string,
  searchString: string,
): ProbeResult => {
  if (!isGood(statusCode)) return statusResult(statusCode);
  return body.includes(searchString)
    ? { succeeded: true, reason: `Success: ${statusText(statusCode)}; the search string was found` }
    : failure(
        `${statusText(statusCode)}; the search string was not found in the first ${probeLimits.searchedBytes} bytes of the body`,
      );
};

/** A share of the requests to an endpoint that are answered alike. */
export interface EndpointAnswer {
  /** 0 to 1; all of an endpoint make 1. */
  readonly share: number;
  readonly statusCode: number;
  /** Time from request to response at the endpoint itself, in world ms. */
  readonly responseMs: number;
}

/** How an endpoint is, seen from one checker, in the model. */
export type EndpointCondition =
  /** Nothing comes back: no power, no network, no such machine. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'unresolved' }
  | { readonly kind: 'refusing'; readonly way: OpenWay }
  /** Takes connections and then says nothing. */
  | { readonly kind: 'hanging'; readonly way: OpenWay }
  | {
      readonly kind: 'answering';
      readonly way: OpenWay;
      readonly answers: readonly EndpointAnswer[];
      readonly body: string;
    };

/** Whether all probes come to the same while the endpoint is so. */
export const isEvenCondition = (condition: EndpointCondition): boolean => {
  if (condition.kind === 'silent' || condition.kind === 'unresolved') return true;
  const isAlike = condition.kind !== 'answering' || condition.answers.length === 1;
  return isAlike && isEven(condition.way);
};

/** A modelled probe: its result, and how long after its beginning it is known. */
export interface ModelledResult extends ProbeResult {
  readonly durationMs: number;
}

const answerOf = (
  { answers }: EndpointCondition & { kind: 'answering' },
  moment: ProbeMoment,
): EndpointAnswer | undefined => {
  if (answers.length <= 1) return answers[0];
  let place = drawn({ seed: 0 }, chanceOf(moment, 'answer'));
  for (const answer of answers) {
    if (place < answer.share) return answer;
    place -= answer.share;
  }
  return answers.at(-1);
};

const answered = (
  config: HealthCheckConfig,
  condition: EndpointCondition & { kind: 'answering' },
  asking: Passing,
  moment: ProbeMoment,
): ModelledResult => {
  const answer = answerOf(condition, moment);
  const noResponse = { ...results.noResponse, durationMs: probeLimits.httpResponseMs };
  if (asking.kind === 'silence' || answer === undefined) return noResponse;
  const isServed = asking.kind === 'through';
  const durationMs = asking.delay + (isServed ? answer.responseMs : 0);
  if (durationMs > probeLimits.httpResponseMs) return noResponse;
  if (!isServed) return { ...statusResult(grayStatus), durationMs };
  const result = matchesString(config.type)
    ? matchResult(
        answer.statusCode,
        condition.body.slice(0, probeLimits.searchedBytes),
        config.searchString ?? '',
      )
    : statusResult(answer.statusCode);
  return { ...result, durationMs };
};

/** What a probe comes to, by the model: the same results after the same times as over sockets. */
export const modelledResult = (
  config: HealthCheckConfig,
  condition: EndpointCondition,
  moment: ProbeMoment,
): ModelledResult => {
  const limitMs = connectLimitMs(config);
  const timedOut = { ...results.timedOut, durationMs: limitMs };
  if (condition.kind === 'silent') return timedOut;
  if (condition.kind === 'unresolved') return { ...results.unresolved, durationMs: 0 };
  const { opening, asking } = probePassing(condition.way, config, moment);
  if (opening.kind !== 'through' || opening.delay >= limitMs) return timedOut;
  const openMs = opening.delay;
  if (condition.kind === 'refusing') return { ...results.refused, durationMs: openMs };
  if (!isHttp(config.type)) return { ...results.connected, durationMs: openMs };
  const { durationMs, ...result } =
    condition.kind === 'hanging'
      ? { ...results.noResponse, durationMs: probeLimits.httpResponseMs }
      : answered(config, condition, asking, moment);
  return { ...result, durationMs: openMs + durationMs };
};
