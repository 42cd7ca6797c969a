import type { LookupFunction } from 'node:net';
import type { ClientRequest, IncomingMessage, RequestOptions, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { Transform } from 'node:stream';
import { isPrivateAddress } from '../network/private-address.ts';

/** Where a request is passed on to. */
interface ForwardEndpoint {
  /** Scheme, host and port: `http://127.0.0.1:5000`. */
  readonly origin: string;
  /** Whether it may have an address that is neither of this machine nor of a private network. */
  readonly mayBePublic: boolean;
}

/** Real milliseconds that an endpoint is waited for. */
export interface ForwardPatience {
  readonly connectMs: number;
  /** Between two signs of life: bytes of a body that pass, and the answer's beginning. */
  readonly idleMs: number;
}

/** A request that is passed on as it comes, and what its answer gets. */
export interface Forwarded {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What was read of its body already: all of it. Undefined: it is passed on while it comes. */
  readonly body: Buffer | undefined;
  readonly endpoint: ForwardEndpoint;
  readonly patience: ForwardPatience;
  /** Path and query. */
  readonly target: string;
  readonly host: string;
  /** Changes the value of an Authorization header. */
  readonly authorization: ((value: string) => string) | undefined;
  /** Headers that the endpoint gets, in lower case, instead of what the client calls so. */
  readonly extra: Readonly<Record<string, string>>;
  /** Headers that the answer gets, in lower case, instead of what the endpoint calls so. */
  readonly answered: Readonly<Record<string, string>>;
  /** Whether nothing may pass from now on; asked at each piece of a body. */
  readonly isSilent: () => boolean;
}

/** How a request that was passed on ended. */
export type ForwardEnd =
  /** It was answered, or the client went away. */
  | { readonly kind: 'passed' }
  /** Nothing may pass any more; the client's connection is left as it is. */
  | { readonly kind: 'silence' }
  /** The endpoint did not answer, and the client has had nothing yet. */
  | { readonly kind: 'unavailable'; readonly why: string };

/** Headers that are about one connection (RFC 9110, section 7.6.1), and what is settled with the client here. */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The head of a message is bounded as the endpoint's own clients' are. */
const headBytes = 64 * 1_024;

/** Names and values as they came, without those of the connection, those that it names itself, and `but`. */
const passedHeaders = (message: IncomingMessage, but: ReadonlySet<string>): string[] => {
  const named = new Set(
    (message.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()),
  );
  const passed: string[] = [];
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    const name = message.rawHeaders[at] ?? '';
    const lower = name.toLowerCase();
    if (ofConnection.has(lower) || named.has(lower) || but.has(lower)) continue;
    passed.push(name, message.rawHeaders[at + 1] ?? '');
  }
  return passed;
};

/** How the body is delimited, said anew from what the parser understood, so that both sides see the same end of it. */
const framing = ({ request, body }: Forwarded): readonly string[] => {
  if (body !== undefined) return ['content-length', String(body.length)];
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding !== undefined) return ['transfer-encoding', 'chunked'];
  if (length !== undefined) return ['content-length', length];
  return ['POST', 'PUT', 'PATCH'].includes(request.method ?? '') ? ['content-length', '0'] : [];
};

const requestHeaders = (forwarded: Forwarded): readonly string[] => {
  const { request, host, extra, authorization } = forwarded;
  const replaced = new Set(['host', 'content-length', ...Object.keys(extra)]);
  const passed = passedHeaders(request, replaced);
  const changed = passed.map((text, at) =>
    at % 2 === 1 && passed[at - 1]?.toLowerCase() === 'authorization'
      ? (authorization?.(text) ?? text)
      : text,
  );
  // Asked to close it, an endpoint that answers before the whole body has come would break the connection off under the rest.
  const kept = ['connection', 'keep-alive'];
  return [
    'host',
    host,
    ...changed,
    ...Object.entries(extra).flat(),
    ...framing(forwarded),
    ...kept,
  ];
};

/** Resolves a name as the system does, and takes of its addresses the private ones alone. */
const privateLookup: LookupFunction = (name, options, found) => {
  const { lookup } = process.getBuiltinModule('node:dns');
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      found(error, []);
      return;
    }
    const allowed = addresses.filter(({ address }) => isPrivateAddress(address));
    const [first] = allowed;
    if (first === undefined) {
      found(new Error(`${name} is neither on this machine nor in a private network`), []);
    } else if (options.all === true) found(null, allowed);
    else found(null, first.address, first.family);
  });
};

/** Opens the request; of an address that may not be asked it says so instead. */
const open = (forwarded: Forwarded): ClientRequest | string => {
  const { origin, mayBePublic } = forwarded.endpoint;
  const url = new URL(origin);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!mayBePublic && isIP(host) !== 0 && !isPrivateAddress(host)) {
    return 'it is neither on this machine nor in a private network';
  }
  const options: RequestOptions = {
    host,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    method: forwarded.request.method ?? 'GET',
    path: forwarded.target,
    headers: requestHeaders(forwarded),
    setHost: false,
    // A connection of its own for each: one that is kept may be closed by the endpoint while a request is on its way.
    agent: false,
    maxHeaderSize: headBytes,
    ...(mayBePublic ? {} : { lookup: privateLookup }),
  };
  const { request } = process.getBuiltinModule(
    url.protocol === 'https:' ? 'node:https' : 'node:http',
  );
  return request(options);
};

/** Of a name with several addresses each of them has its own error, and the whole has no words. */
const wordsOf = (error: Error): string => {
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? first.message : error.message;
};

/** One request on its way through, with the one place where its end is decided. */
class Passage {
  readonly #forwarded: Forwarded;
  readonly #upstream: ClientRequest;
  readonly #end: (end: ForwardEnd) => void;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(forwarded: Forwarded, upstream: ClientRequest, end: (end: ForwardEnd) => void) {
    this.#forwarded = forwarded;
    this.#upstream = upstream;
    this.#end = end;
  }

  begin(): void {
    const { response, patience } = this.#forwarded;
    this.#await(patience.connectMs, 'nobody took the connection');
    this.#upstream.once('socket', (socket) => socket.once('connect', () => this.#alive()));
    this.#upstream.on('error', (error) => this.#fail(wordsOf(error)));
    this.#upstream.once('response', (answer) => this.#answer(answer));
    this.#upstream.once('close', () => {
      if (!response.headersSent) this.#fail('it closed the connection without an answer');
    });
    response.once('close', () => this.#finish({ kind: 'passed' }));
    // Writing to a client that has just gone: its connection says the same.
    response.on('error', () => this.#finish({ kind: 'passed' }));
    this.#sendBody();
  }

  /** A sign of life: from now on it is waited for anew. */
  #alive(): void {
    if (!this.#isOver) this.#await(this.#forwarded.patience.idleMs, 'it fell silent');
  }

  #await(ms: number, why: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail(`${why} for ${ms / 1_000} s`), ms);
  }

  /** Lets pieces through while anything may pass; what comes after that is held for ever. */
  #gate(): Transform {
    return new Transform({
      transform: (piece, _encoding, done) => {
        if (this.#forwarded.isSilent()) {
          this.#finish({ kind: 'silence' });
          return;
        }
        this.#alive();
        done(null, piece);
      },
    });
  }

  #sendBody(): void {
    const { request, response, body } = this.#forwarded;
    if (body !== undefined) {
      this.#upstream.end(body);
      return;
    }
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    request.once('error', () => this.#finish({ kind: 'passed' }));
    request.pipe(this.#gate()).pipe(this.#upstream);
  }

  #answer(answer: IncomingMessage): void {
    const { response, answered, isSilent } = this.#forwarded;
    if (this.#isOver) return;
    if (isSilent()) {
      this.#finish({ kind: 'silence' });
      return;
    }
    this.#alive();
    const passed = passedHeaders(answer, new Set(Object.keys(answered)));
    response.writeHead(answer.statusCode ?? 502, [...passed, ...Object.entries(answered).flat()]);
    answer.on('error', (error) => this.#fail(wordsOf(error)));
    answer.pipe(this.#gate()).pipe(response);
  }

  #fail(why: string): void {
    const { response } = this.#forwarded;
    if (this.#isOver) return;
    // Who has the beginning of an answer sees by the end of the connection that it is not whole.
    if (response.headersSent) response.destroy();
    this.#finish(response.headersSent ? { kind: 'passed' } : { kind: 'unavailable', why });
  }

  #finish(end: ForwardEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    const { request } = this.#forwarded;
    request.unpipe();
    // An answer may come before the whole request: the rest of it is read to nowhere, for the next one comes behind it.
    if (end.kind === 'passed') request.resume();
    // What is left of it, and its errors, concern nobody any more.
    this.#upstream.destroy();
    this.#end(end);
  }
}

/**
 * Passes a request on to an endpoint and its answer back, both as they come: a side that does not take more holds the other.
 * Resolves once it is over. Never rejects for what the endpoint does.
 */
export const forward = (forwarded: Forwarded): Promise<ForwardEnd> => {
  const upstream = open(forwarded);
  if (typeof upstream === 'string') return Promise.resolve({ kind: 'unavailable', why: upstream });
  return new Promise((resolve) => new Passage(forwarded, upstream, resolve).begin());
};
