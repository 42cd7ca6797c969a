import type { ClientRequest, IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { HealthCheck } from '../../aws/route53/entities.ts';
import { isHttp, isHttps, matchesString } from '../../aws/route53/health-check-config.ts';
import type { Clock } from '../../world/clock.ts';
import { grayStatus, type Passing } from '../../world/passing.ts';
import type { SocketAddress } from '../network/socket-address.ts';
import { afterPatience } from '../patience.ts';
import type { ProbeResult } from './probe-result.ts';
import { connectLimitMs, matchResult, probeLimits, results, statusResult } from './probe-result.ts';

// Not an import: that would load all of node:http, its WebSocket client too, and cost a tenth of a start.
const { request } = process.getBuiltinModule('node:http');

/** One probe over a real socket. */
export interface ProbeRequest {
  readonly check: HealthCheck;
  readonly socket: SocketAddress;
  /** What becomes of it on its way; it is waited for, since a loopback socket has no way. */
  readonly opening: Passing;
  readonly asking: Passing;
  readonly clock: Clock;
  /** The loopback address that it comes from: what it meets on its way is behind it then. Any when absent. */
  readonly from?: string;
}

/** A probe under way. */
export interface RunningProbe {
  readonly result: Promise<ProbeResult>;
  /** Ends it; the result then means nothing. */
  cancel(): void;
}

/**
 * Time-outs never get shorter than this, in real milliseconds: however fast the world's clock, the endpoint is a
 * real program that needs real time. Silence that the world knows of is waited for elsewhere, in exact world time.
 */
const shortestRealTimeoutMs = 400;

type Finish = (result: ProbeResult) => void;

/** What a probe has open, so that its end closes all of it. */
class Resources {
  readonly #waiting = new Set<() => void>();
  #socket: Socket | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  own(socket: Socket): void {
    this.#socket = socket;
  }

  /** Runs after that much world time. */
  after(worldMs: number, run: () => void): () => void {
    if (worldMs <= 0) {
      run();
      return () => undefined;
    }
    return this.#keep(this.#clock.at(this.#clock.now() + worldMs, run));
  }

  /** Runs after that much world time, but gives a real program the real time that it needs. */
  timeout(worldMs: number, run: () => void): () => void {
    return this.#keep(afterPatience(this.#clock, worldMs, shortestRealTimeoutMs, run));
  }

  close(): void {
    for (const cancel of this.#waiting) cancel();
    this.#socket?.destroy();
  }

  #keep(cancel: () => void): () => void {
    this.#waiting.add(cancel);
    return cancel;
  }
}

const connectionResult = (error: NodeJS.ErrnoException): ProbeResult => {
  if (error.code === 'ECONNREFUSED') return results.refused;
  return error.code === 'ETIMEDOUT' ? results.timedOut : results.broken;
};

/** The Host header: the domain name when there is one, with the port unless it is the protocol's own. */
const hostHeader = ({ config }: HealthCheck): string => {
  const host = config.fullyQualifiedDomainName ?? config.ipAddress ?? '';
  const own = isHttps(config.type) ? 443 : 80;
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return config.port === own ? bracketed : `${bracketed}:${config.port}`;
};

const readBody = (
  response: IncomingMessage,
  probe: ProbeRequest,
  resources: Resources,
  finish: Finish,
): void => {
  const { searchString = '' } = probe.check.config;
  const chunks: Buffer[] = [];
  let length = 0;
  const judge = (): void => {
    const searched = Buffer.concat(chunks).subarray(0, probeLimits.searchedBytes).toString('utf8');
    finish(matchResult(response.statusCode ?? 0, searched, searchString));
  };
  resources.timeout(probeLimits.bodyMs, () => finish(results.bodyLate));
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= probeLimits.searchedBytes) judge();
  });
  response.on('end', judge);
  response.on('error', () => finish(results.broken));
};

const sendRequest = (socket: Socket, probe: ProbeRequest): ClientRequest =>
  request({
    method: 'GET',
    path: probe.check.config.resourcePath ?? '/',
    setHost: false,
    headers: {
      Host: hostHeader(probe.check),
      Connection: 'close',
      'User-Agent': `Amazon-Route53-Health-Check-Service (ref ${probe.check.id}; report http://amzn.to/1vsZADi)`,
      Accept: '*/*',
    },
    createConnection: () => socket,
  });

const askHttp = (
  socket: Socket,
  probe: ProbeRequest,
  resources: Resources,
  finish: Finish,
): void => {
  const { asking } = probe;
  // What the world knows to be lost or too late is waited for in exact world time.
  if (asking.kind === 'silence' || asking.delay > probeLimits.httpResponseMs) {
    resources.after(probeLimits.httpResponseMs, () => finish(results.noResponse));
    return;
  }
  if (asking.kind === 'error') {
    resources.after(asking.delay, () => finish(statusResult(grayStatus)));
    return;
  }
  const stopWaiting = resources.timeout(probeLimits.httpResponseMs, () =>
    finish(results.noResponse),
  );
  const asked = sendRequest(socket, probe);
  asked.on('error', () => finish(results.broken));
  asked.on('response', (response) => {
    // The way there and back takes its time; only then is the response there.
    resources.after(asking.delay, () => {
      stopWaiting();
      if (matchesString(probe.check.config.type)) readBody(response, probe, resources, finish);
      else finish(statusResult(response.statusCode ?? 0));
    });
  });
  asked.end();
};

const secure = (
  plain: Socket,
  check: HealthCheck,
  resources: Resources,
  finish: Finish,
): Socket => {
  const { config } = check;
  const name = config.enableSni ? config.fullyQualifiedDomainName : undefined;
  // Health checks do not validate certificates ("Values that you specify when you create or update health checks").
  const secured = process.getBuiltinModule('node:tls').connect({
    socket: plain,
    rejectUnauthorized: false,
    ...(name === undefined ? {} : { servername: name }),
  });
  resources.own(secured);
  secured.on('error', () => finish(results.handshake));
  return secured;
};

const begin = (probe: ProbeRequest, openMs: number, resources: Resources, finish: Finish): void => {
  const { config } = probe.check;
  const socket = connect({
    host: probe.socket.address,
    port: probe.socket.port,
    localAddress: probe.from,
  });
  resources.own(socket);
  const stopWaiting = resources.timeout(connectLimitMs(config) - openMs, () =>
    finish(results.timedOut),
  );
  let connected = false;
  socket.on('error', (error: NodeJS.ErrnoException) =>
    finish(connected ? results.broken : connectionResult(error)),
  );
  socket.on('connect', () => {
    connected = true;
    if (!isHttp(config.type)) {
      finish(results.connected);
    } else if (isHttps(config.type)) {
      const secured = secure(socket, probe.check, resources, finish);
      secured.on('secureConnect', () => {
        stopWaiting();
        askHttp(secured, probe, resources, finish);
      });
    } else {
      stopWaiting();
      askHttp(socket, probe, resources, finish);
    }
  });
};

/**
 * Probes an endpoint over a real socket as Route 53's checkers do: TCP connection within 4 seconds and a status
 * code 2xx or 3xx within 2 more for HTTP and HTTPS, the text in the first 5120 bytes where one is looked for,
 * and a connection within 10 seconds for TCP; all in world time.
 */
export const probeEndpoint = (probe: ProbeRequest): RunningProbe => {
  const resources = new Resources(probe.clock);
  const result = new Promise<ProbeResult>((resolve) => {
    const finish: Finish = (found) => {
      resources.close();
      resolve(found);
    };
    const limitMs = connectLimitMs(probe.check.config);
    const openMs = probe.opening.kind === 'silence' ? Infinity : probe.opening.delay;
    if (openMs >= limitMs) resources.after(limitMs, () => finish(results.timedOut));
    else resources.after(openMs, () => begin(probe, openMs, resources, finish));
  });
  return { result, cancel: () => resources.close() };
};
