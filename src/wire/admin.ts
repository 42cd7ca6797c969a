import type { IncomingMessage, ServerResponse } from 'node:http';
import { drain, readBody } from './body.ts';
import { WireFault } from './fault.ts';
import type { Guard, GuardedRequest } from './guard.ts';
import type { WireLimits } from './limits.ts';

/** A request to a path under `/_faultline/`, past the safety checks. */
interface AdminRequest {
  readonly method: string;
  /** What follows `/_faultline`, decoded: `/faults/f-1`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The parsed JSON body; undefined when there is none. */
  readonly body: unknown;
}

interface AdminResponse {
  readonly status: number;
  /** Written as JSON; nothing is written when undefined. */
  readonly body?: unknown;
}

export type AdminHandler = (request: AdminRequest) => Promise<AdminResponse>;

const prefix = '/_faultline';

/** Tells the paths of the admin API from those of AWS's. */
export const isAdminPath = (path: string): boolean =>
  path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');

/** What the handling of one admin request needs. */
export interface AdminExchange {
  readonly path: string;
  readonly query: string;
  readonly requestId: string;
  readonly look: GuardedRequest;
  readonly guard: Guard;
  readonly admin: AdminHandler;
  readonly limits: WireLimits;
  readonly log: { readonly error: (fields: object, message: string) => void };
}

const send = (response: ServerResponse, status: number, body: unknown): void => {
  if (response.headersSent || response.destroyed) return;
  const text = body === undefined ? '' : `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    ...(text === '' ? {} : { 'content-type': 'application/json' }),
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
};

const sendError = (
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): void => {
  send(response, status, { error: { code, message } });
};

const parseBody = (body: Buffer): { readonly value: unknown } | WireFault => {
  if (body.length === 0) return { value: undefined };
  try {
    return { value: JSON.parse(body.toString('utf8')) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new WireFault('InvalidJson', `The body is not JSON: ${error.message}`, 400);
  }
};

const decodePath = (path: string): string | WireFault => {
  try {
    return decodeURIComponent(path.slice(prefix.length)) || '/';
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return new WireFault('InvalidPath', 'The path is not properly encoded', 400);
  }
};

/** Refuses a request to an admin path in the admin API's own form. */
export const refuseAdmin = (
  request: IncomingMessage,
  response: ServerResponse,
  fault: WireFault,
): void => {
  if (request.headers.expect !== undefined) response.setHeader('connection', 'close');
  sendError(response, fault.status ?? 400, fault.code, fault.message);
  drain(request);
};

/** Answers one admin request: guards it, reads its JSON, and writes what the handler says. */
export const handleAdmin = async (
  request: IncomingMessage,
  response: ServerResponse,
  exchange: AdminExchange,
): Promise<void> => {
  const refuse = (fault: WireFault): void => refuseAdmin(request, response, fault);
  const fault = exchange.guard.checkAdmin(exchange.look);
  if (fault !== undefined) {
    refuse(fault);
    return;
  }
  const bytes = await readBody(request, response, exchange.limits.bodyBytes);
  if (bytes === undefined) return;
  const body = bytes instanceof WireFault ? bytes : parseBody(bytes);
  const path = decodePath(exchange.path);
  if (body instanceof WireFault || path instanceof WireFault) {
    const wrong = body instanceof WireFault ? body : path;
    if (wrong instanceof WireFault) refuse(wrong);
    return;
  }
  try {
    const answer = await exchange.admin({
      method: request.method ?? 'GET',
      path,
      query: new URLSearchParams(exchange.query),
      body: body.value,
    });
    send(response, answer.status, answer.body);
  } catch (error) {
    exchange.log.error(
      { requestId: exchange.requestId, err: error },
      'internal error in an admin request',
    );
    sendError(
      response,
      500,
      'InternalError',
      `An internal error has occurred. Faultline's log tells more under the request id ${exchange.requestId}.`,
    );
  }
};
