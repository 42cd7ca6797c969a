import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Caller } from '../aws/caller.ts';
import { refusalWords } from '../aws/refusals.ts';
import { isDomainError } from '../world/domain-error.ts';
import type { DomainError } from '../world/domain-error.ts';
import { handleAdmin, isAdminPath, refuseAdmin } from './admin.ts';
import type { AdminHandler } from './admin.ts';
import { apiFailure } from './api-failure.ts';
import { drain, inflated, readBody } from './body.ts';
import { identifyCaller } from './callers.ts';
import type { ServicesBehind } from './behind.ts';
import { readClaim, type Claim } from './claim.ts';
import type { IdentifyTemporary, KeyHolder } from './callers.ts';
import type { CredentialScope } from './credential-scope.ts';
import { leaveTogether } from './departures.ts';
import { UnknownCall, WireFault } from './fault.ts';
import { createGuard } from './guard.ts';
import type { Guard, GuardedRequest } from './guard.ts';
import { defaultLimits } from './limits.ts';
import type { WireLimits } from './limits.ts';
import type { ProtocolName, ServiceModel } from './model.ts';
import { codecOf } from './protocols/codecs.ts';
import { guessProtocol } from './protocols/codec.ts';
import type { Codec, Output, WireRequest, WireResponse } from './protocols/codec.ts';
import { routeService } from './router.ts';
import type { RoutedService } from './router.ts';
import type { SecretFor } from './signature.ts';

// Not an import: that would load all of node:http, its WebSocket client too, and cost a tenth of a start.
const { createServer } = process.getBuiltinModule('node:http');

/** One call of an operation, parsed and checked against the model. */
export interface WireCall {
  /** Name in the credential scope: `ec2`, `elasticloadbalancing`, ... */
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** Who calls; `account` is its account. */
  readonly caller: Caller;
  readonly accessKeyId: string;
  readonly operation: string;
  /** Members as in the SDKs; timestamps are milliseconds since 1970, blobs are Uint8Array. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly requestId: string;
}

/**
 * Runs an operation. It decides whether the Region exists and the account may use it. Answers its output (undefined for none), a DomainError, `'error'` or
 * `'throttle'` when AWS itself fails the call, or `'silence'` when nobody answers: the client is then left without an answer
 * until the bound, and its connection is dropped.
 */
export type Execute = (call: WireCall) => Promise<unknown>;

/** Where the server writes what a person should know; pino's loggers fit. */
interface WireLog {
  readonly error: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
}

export interface WireServerOptions {
  /** Address to bind; loopback unless the user has asked for more. */
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly execute: Execute;
  /** Passes on calls of services that are not ours; without it they are answered `NotImplemented`. */
  readonly behind?: ServicesBehind;
  /** Answers the paths under `/_faultline/`. */
  readonly admin: AdminHandler;
  readonly log: WireLog;
  /** Whether nobody answers for that service and Region: then not even a malformed request gets a word. */
  readonly isSilent?: (service: string, region: string) => boolean;
  /** The account of access keys that are no account id. */
  readonly defaultAccount?: string;
  readonly limits?: Partial<WireLimits>;
  /** Names by which the endpoint may be called, beside loopback ones. */
  readonly allowedHosts?: readonly string[];
  /** The value of `X-Faultline-Token` that opens the admin paths. */
  readonly adminToken?: string;
  /** The host's time in milliseconds since 1970, for signatures. */
  readonly clock?: () => number;
  /** Says who calls with a temporary access key; without it such keys are like others. */
  readonly identify?: IdentifyTemporary;
  /** Verify signatures, with secrets from here; those of temporary keys come with who calls. */
  readonly strictAuth?: { readonly secretFor: SecretFor };
}

export interface WireServer {
  /** Starts listening; resolves to where. */
  listen(): Promise<{ readonly address: string; readonly port: number }>;
  /** Stops listening, lets answers under way finish for a moment, and drops what is left. */
  close(): Promise<void>;
  readonly server: Server;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: string;
  readonly requestId: string;
}

const guarded = (request: IncomingMessage): GuardedRequest => ({
  host: request.headers.host,
  origin: request.headers.origin,
  fetchSite: single(request.headers['sec-fetch-site']),
  socket: request.socket,
  token: single(request.headers['x-faultline-token']),
});

const single = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'object' ? header[0] : header;

const send = ({ response, requestId }: Exchange, answer: WireResponse): void => {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
    'x-amzn-RequestId': requestId,
  });
  leaveTogether(() => response.end(answer.body));
};

const emptyBody = Buffer.alloc(0);

const wireRequest = (exchange: Exchange, body: Buffer): WireRequest => ({
  method: exchange.request.method ?? 'GET',
  path: exchange.path,
  query: exchange.query,
  headers: exchange.request.headers,
  body,
});

/** Everything that one server's requests need. */
interface Context {
  readonly options: WireServerOptions;
  readonly limits: WireLimits;
  readonly guard: Guard;
  readonly defaultAccount: string;
  readonly identify: IdentifyTemporary | undefined;
  readonly now: () => number;
  /** Connections that a dead Region leaves hanging. */
  readonly silent: Set<Socket>;
}

const fail = (
  exchange: Exchange,
  codec: Codec,
  service: RoutedService | undefined,
  error: DomainError,
): void => {
  send(exchange, codec.serialiseError(service?.model, error, exchange.requestId));
};

/** Answers a fault before the body has been read, and reads the rest of it to nowhere so that the answer arrives. */
const refuse = (exchange: Exchange, fault: WireFault): void => {
  const { request, response } = exchange;
  if (isAdminPath(exchange.path)) {
    refuseAdmin(request, response, fault);
    return;
  }
  const codec = codecOf(guessProtocol(wireRequest(exchange, emptyBody)));
  if (request.headers.expect !== undefined) response.setHeader('connection', 'close');
  fail(exchange, codec, undefined, fault);
  drain(request);
};

const beSilent = ({ request }: Exchange, { limits, silent }: Context): void => {
  const { socket } = request;
  silent.add(socket);
  const timer = setTimeout(() => socket.destroy(), limits.silenceMs);
  socket.once('close', () => {
    clearTimeout(timer);
    silent.delete(socket);
  });
};

const isOutput = (value: unknown): value is Output => typeof value === 'object' && value !== null;

/** A fault as it is answered: of a call that the model does not have, it says whether AWS has it. */
const explained = async (
  model: ServiceModel,
  request: WireRequest,
  fault: WireFault,
): Promise<WireFault> => {
  if (!(fault instanceof UnknownCall)) return fault;
  // Loaded on the first use: most clients ask for what is there.
  const { operationNotHere } = await import('./not-here.ts');
  return operationNotHere(model, request, fault);
};

const call = async (
  exchange: Exchange,
  context: Context,
  scope: CredentialScope,
  { caller }: KeyHolder,
  routed: RoutedService,
  request: WireRequest,
): Promise<void> => {
  const { codec, model } = routed;
  const parsed = codec.parse(model, request);
  if (parsed instanceof WireFault) {
    fail(exchange, codec, routed, await explained(model, request, parsed));
    return;
  }
  const result = await context.options.execute({
    service: model.name,
    region: scope.region,
    account: caller.account,
    caller,
    accessKeyId: scope.accessKeyId,
    operation: parsed.operation.name,
    input: parsed.input,
    requestId: exchange.requestId,
  });
  if (result === 'silence') {
    beSilent(exchange, context);
  } else if (result === 'error' || result === 'throttle') {
    fail(exchange, codec, routed, apiFailure(result, model));
  } else if (isDomainError(result)) {
    fail(exchange, codec, routed, result);
  } else {
    send(
      exchange,
      codec.serialise(parsed.operation, isOutput(result) ? result : {}, exchange.requestId),
    );
  }
};

const oldSignature = (): WireFault =>
  new WireFault(
    'IncompleteSignature',
    'Signatures older than version 4 are not verified here: sign with it, or start without --strict-auth',
    400,
  );

const strictFault = async (
  context: Context,
  scope: CredentialScope,
  { secret }: KeyHolder,
  protocol: ProtocolName,
  request: WireRequest,
  isWhole = true,
): Promise<WireFault | undefined> => {
  const { strictAuth } = context.options;
  if (strictAuth === undefined) return undefined;
  if (scope.unsigned === true) return scope.accessKeyId === '' ? undefined : oldSignature();
  // Loaded on the first use: a world without strict signatures starts without the signing library.
  const { verifySignature } = await import('./signature.ts');
  const secretFor: SecretFor = secret === undefined ? strictAuth.secretFor : () => secret;
  return verifySignature(request, scope, protocol, secretFor, context.now(), isWhole);
};

/** Passes a call on to whoever has its service, and answers for them where they cannot. */
const callBehind = async (
  exchange: Exchange,
  context: Context,
  behind: ServicesBehind,
  claim: Claim,
): Promise<void> => {
  const { request, response, requestId } = exchange;
  // Loaded on the first use: most worlds have nothing behind them.
  const { passBehind } = await import('./behind.ts');
  const end = await passBehind(behind, {
    request,
    response,
    head: wireRequest(exchange, emptyBody),
    claim,
    bodyBytes: context.limits.bodyBytes,
    callers: context,
    ...(context.options.strictAuth === undefined
      ? {}
      : {
          verify: (whole, holder, protocol, isWhole) =>
            strictFault(context, claim.scope, holder, protocol, whole, isWhole),
        }),
  });
  if (end === 'passed') return;
  if (end === 'silence') beSilent(exchange, context);
  else {
    if (request.headers.expect !== undefined) response.setHeader('connection', 'close');
    send(exchange, end.codec.serialiseError(undefined, end.error, requestId));
  }
  drain(request);
};

const handleCall = async (exchange: Exchange, context: Context): Promise<void> => {
  const { behind } = context.options;
  const claim = await readClaim(
    wireRequest(exchange, emptyBody),
    exchange,
    behind?.has('s3') === true,
  );
  if (claim === undefined) return;
  if (claim instanceof WireFault) {
    refuse(exchange, claim);
    return;
  }
  const { scope } = claim;
  if (context.options.isSilent?.(scope.service, scope.region) === true) {
    beSilent(exchange, context);
    drain(exchange.request);
    return;
  }
  if (behind?.has(scope.service) === true) {
    await callBehind(exchange, context, behind, claim);
    return;
  }
  const body =
    claim.body ?? (await readBody(exchange.request, exchange.response, context.limits.bodyBytes));
  if (body === undefined) return;
  if (body instanceof WireFault) {
    refuse(exchange, body);
    return;
  }
  const request = wireRequest(exchange, body);
  const routed = await routeService(scope, request);
  if ('fault' in routed) {
    fail(exchange, routed.codec, undefined, routed.fault);
    return;
  }
  try {
    const holder = await identifyCaller(request, scope, routed.protocol, context);
    if (holder instanceof WireFault) {
      fail(exchange, routed.codec, routed, holder);
      return;
    }
    const fault =
      (await strictFault(context, scope, holder, routed.protocol, request)) ??
      inflated(request, context.limits);
    if (fault instanceof WireFault) fail(exchange, routed.codec, routed, fault);
    else await call(exchange, context, scope, holder, routed, fault);
  } catch (error) {
    answerBug(exchange, context, routed, error);
  }
};

const answerBug = (
  exchange: Exchange,
  context: Context,
  routed: RoutedService | undefined,
  error: unknown,
): void => {
  const { requestId } = exchange;
  context.options.log.error(
    { requestId, err: error, stack: error instanceof Error ? error.stack : undefined },
    `internal error: ${error instanceof Error ? error.message : String(error)}`,
  );
  const code = refusalWords(routed?.protocol ?? 'query').internalError;
  const fault = new WireFault(
    code,
    `An internal error has occurred. Faultline's log tells more under the request id ${requestId}.`,
    500,
  );
  const codec = routed?.codec ?? codecOf(guessProtocol(wireRequest(exchange, emptyBody)));
  fail(exchange, codec, routed, fault);
};

const handle = (request: IncomingMessage, response: ServerResponse, context: Context): void => {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const exchange: Exchange = {
    request,
    response,
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? '' : url.slice(mark + 1),
    requestId: randomUUID(),
  };
  const look = guarded(request);
  const fault =
    context.guard.check(look) ??
    (url.startsWith('/')
      ? undefined
      : new WireFault('InvalidRequest', 'The request must name a path', 400));
  if (fault !== undefined) {
    refuse(exchange, fault);
    return;
  }
  const done = isAdminPath(exchange.path)
    ? handleAdmin(request, response, {
        ...exchange,
        look,
        guard: context.guard,
        ...context.options,
        limits: context.limits,
      })
    : handleCall(exchange, context);
  done.catch((error: unknown) => answerBug(exchange, context, undefined, error));
};

const tooMany = 'HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

/**
 * Answers connections beyond the bound with 429 at once and lets them go. Those that are kept open between two requests make
 * room first: clients that are made anew for each call leave one behind each time.
 */
const boundConnections = (server: Server, most: number): WeakSet<Socket> => {
  const refused = new WeakSet<Socket>();
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size <= most) return;
    server.closeIdleConnections();
    for (const each of open) if (each.destroyed) open.delete(each);
    if (open.size <= most) return;
    refused.add(socket);
    socket.end(tooMany, () => socket.destroySoon());
  });
  return refused;
};

const graceMs = 1_000;

/** Makes the HTTP server of all services and Regions. Nothing listens before `listen`. */
export const createWireServer = (options: WireServerOptions): WireServer => {
  const limits: WireLimits = { ...defaultLimits, ...options.limits };
  const context: Context = {
    options,
    limits,
    guard: createGuard([options.host, ...(options.allowedHosts ?? [])], options.adminToken),
    defaultAccount: options.defaultAccount ?? '000000000000',
    identify: options.identify,
    now: options.clock ?? Date.now,
    silent: new Set(),
  };
  const server = createServer({
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(
      1_000,
      Math.max(50, Math.min(limits.headMs, limits.requestMs) / 4),
    ),
    keepAliveTimeout: 75_000,
    maxHeaderSize: 64 * 1_024,
    noDelay: true,
  });
  const refused = boundConnections(server, limits.connections);
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (!refused.has(request.socket)) handle(request, response, context);
  };
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);

  return {
    server,
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, options.host, () => {
          server.off('error', reject);
          // A server that listens on a port has an AddressInfo; only one on a pipe has a string.
          const { address, port } = server.address() as AddressInfo;
          resolve({ address, port });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        for (const socket of context.silent) socket.destroy();
      }),
  };
};
