import { ChunkedReader, EndlessReader, LengthReader, type BodyReader } from './chunked.ts';
import { asksForUpgrade, forwardedHead } from './forwarded-head.ts';
import {
  connectionOptions,
  endToEndFields,
  fieldValue,
  formatFields,
  keepsAlive,
  limits,
  parseResponseHead,
  responseFraming,
  type BodyFraming,
  type RequestHead,
  type ResponseHead,
} from './http-head.ts';
import type { LoadBalancerAttributes } from '../../aws/elbv2/node-attributes.ts';
import type { NodeListener } from './messages.ts';
import { actionAnswer, errorAnswer, type OwnAnswer } from './own-answer.ts';
import type { NodeClock } from './node-clock.ts';
import { connectTimeout } from '../../aws/elbv2/exchange-outcomes.ts';
import { grayStatus } from '../../world/passing.ts';
import { noWay, type Way } from '../../world/way.ts';
import type { CarriedConnection, Carrier } from '../network/carrier.ts';
import type { TargetConnection, TargetPool, TargetUser } from './target-pool.ts';

/** The client's side of an exchange. */
export interface ClientSide {
  readonly address: string;
  readonly port: number;
  /** Whether the whole request has been read. */
  readonly requestEnded: boolean;
  /** Sends bytes; false when the client should be given time to take them. */
  send(bytes: string | Buffer): boolean;
  /** Sends an answer of the load balancer's own and ends the exchange. */
  answer(answer: OwnAnswer): void;
  /** The target takes the request's body now. */
  readBody(): void;
  /** The target can take no more for now. */
  holdBody(): void;
  /** From now on bytes go both ways as they come. */
  startTunnel(): void;
  /** The response is complete. */
  done(keepAlive: boolean): void;
  /** The response cannot be completed: the connection is cut, so that the client sees it. */
  cut(): void;
}

/** What an exchange needs of its node. */
export interface Router {
  readonly clock: NodeClock;
  readonly carrier: Carrier;
  /** The target whose turn it is; undefined when no group has one. */
  pick(listener: NodeListener): TargetPool | undefined;
}

/** Bodies up to this length travel in one write with their head. */
const smallBody = 8 * 1024;

const retryable = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

const responseBodyReader = (framing: BodyFraming): BodyReader | undefined => {
  switch (framing.kind) {
    case 'none':
      return undefined;
    case 'length':
      return framing.length === 0 ? undefined : new LengthReader(framing.length);
    case 'chunked':
      return new ChunkedReader();
    case 'until-close':
      return new EndlessReader();
  }
};

/** How the content of a response reaches the client. */
type Relay = 'as-it-came' | 'content-only' | 'into-chunks';

/** One request and its response. */
export class Exchange implements TargetUser {
  readonly #client: ClientSide;
  readonly #router: Router;
  readonly #request: RequestHead;
  readonly #framing: BodyFraming;
  readonly #keepAlive: boolean;
  #pool: TargetPool | undefined;
  #connection: TargetConnection | undefined;
  #outgoingHead = '';
  #headSent = false;
  #bodySent = false;
  #incoming: Buffer | undefined;
  #answered = false;
  #response: ResponseHead | undefined;
  #body: BodyReader | undefined;
  #startedAtMs = 0;
  #relay: Relay = 'as-it-came';
  #tunnel = false;
  #over = false;
  #stopConnecting: () => void = () => undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(client: ClientSide, router: Router, request: RequestHead, framing: BodyFraming) {
    this.#client = client;
    this.#router = router;
    this.#request = request;
    this.#framing = framing;
    this.#keepAlive = keepsAlive(request.minorVersion, connectionOptions(request.fields));
  }

  get keepAlive(): boolean {
    return this.#keepAlive;
  }

  /** Whether bytes of the request's body can be taken now. */
  get takesBody(): boolean {
    return this.#headSent && !this.#over;
  }

  /** Whether any byte of a response has gone to the client. */
  get answered(): boolean {
    return this.#answered;
  }

  get method(): string {
    return this.#request.method;
  }

  start(listener: NodeListener, attributes: LoadBalancerAttributes): void {
    if (listener.action.type !== 'forward') {
      this.#answer(actionAnswer(listener.action, this.#request, listener.port));
      return;
    }
    const head = forwardedHead(this.#request, {
      clientAddress: this.#client.address,
      clientPort: this.#client.port,
      listenerPort: listener.port,
      attributes,
      now: this.#router.clock.now(),
    });
    if (typeof head !== 'string') {
      this.#answer(errorAnswer(head.statusCode));
      return;
    }
    this.#outgoingHead = head;
    const pool = this.#router.pick(listener);
    if (pool === undefined) {
      this.#answer(errorAnswer(503));
      return;
    }
    this.#pool = pool;
    pool.counts.chosen();
    this.#startedAtMs = performance.now();
    this.#reach(pool);
  }

  /** Passes on a piece of the request's body, framing included. */
  requestBody(bytes: Buffer): void {
    this.#bodySent = true;
    if (this.#connection?.socket.write(bytes) === false) this.#client.holdBody();
  }

  /** The client takes bytes again. */
  clientDrained(): void {
    if (this.#pool?.target.way.up !== false) this.#connection?.socket.resume();
  }

  /** The client has closed its half of a tunnel. */
  clientEnded(): void {
    this.#connection?.socket.end();
  }

  /** The idle time-out has passed with no byte on the client's side. */
  idle(): void {
    if (this.#answered) this.#fail(() => this.#client.cut());
    else this.#failWith(this.#client.requestEnded ? 504 : 408);
  }

  /** The client is gone. */
  abort(): void {
    this.#fail(() => undefined);
  }

  targetReady(connection: TargetConnection): void {
    this.#connection = connection;
    const { carrier } = this.#router;
    connection.carried ??= carrier.connection(this.#pool?.target.id ?? '');
    // A new connection costs a round trip of its own, within the time to connect.
    const opening = connection.reused ? undefined : connection.carried.opening(this.#way);
    if (opening === undefined) this.#ask(connection, connection.carried);
    else if (opening.kind === 'through') {
      const { carried } = connection;
      this.#stopWaiting = carrier.after(opening.delay, () => this.#ask(connection, carried));
    }
  }

  /** The connection stands: what becomes of the request on its way is decided here. */
  #ask(connection: TargetConnection, carried: CarriedConnection): void {
    this.#stopConnecting();
    const passing = carried.asking(this.#way);
    // A request that is lost is waited for until the idle time-out.
    if (passing.kind === 'silence') return;
    this.#stopWaiting = this.#router.carrier.after(passing.delay, () => {
      if (passing.kind === 'through') this.#send(connection);
      else this.#failAtTarget();
    });
  }

  get #way(): Way {
    return this.#pool?.target.way ?? noWay;
  }

  /** The target fails the request by itself. */
  #failAtTarget(): void {
    this.#fail(() => {
      this.#pool?.counts.answered(grayStatus, performance.now() - this.#startedAtMs);
      this.#client.answer(errorAnswer(grayStatus));
    });
  }

  targetData(bytes: Buffer): void {
    if (this.#tunnel || this.#response !== undefined) {
      this.#responseBody(bytes);
      return;
    }
    const all = this.#incoming === undefined ? bytes : Buffer.concat([this.#incoming, bytes]);
    const end = all.indexOf('\r\n\r\n');
    if (end === -1 && all.length <= limits.responseHead) {
      this.#incoming = all;
      return;
    }
    this.#incoming = undefined;
    const head =
      end === -1 || end > limits.responseHead
        ? undefined
        : parseResponseHead(all.toString('latin1', 0, end));
    if (head === undefined) {
      // "HTTP 502: the target response is malformed", or its head is longer than 32 KB.
      this.#failWith(502);
      return;
    }
    this.#responseHead(head, all.subarray(end + 4));
  }

  targetDrained(): void {
    this.#client.readBody();
  }

  targetGone(why: 'not-connected' | 'ended' | 'reset'): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (this.#tunnel) {
      this.#over = true;
      this.#client.done(false);
    } else if (
      this.#relay !== 'as-it-came' &&
      this.#body instanceof EndlessReader &&
      why === 'ended'
    ) {
      this.#endResponse(false);
    } else if (this.#response !== undefined || this.#answered) {
      this.#fail(() => this.#client.cut());
    } else if (this.#mayRetry(connection) && this.#pool !== undefined) {
      this.#headSent = false;
      this.#open(this.#pool);
    } else {
      this.#failWith(502);
    }
  }

  /** A target may close an idle connection just as a request is sent on it; what can be sent again without harm is. */
  #mayRetry(connection: TargetConnection | undefined): boolean {
    return (
      connection?.reused === true &&
      this.#incoming === undefined &&
      !this.#bodySent &&
      retryable.has(this.#request.method)
    );
  }

  #reach(pool: TargetPool): void {
    if (!pool.answers) {
      // Silence, not refusal: nothing comes back until the time-out, unless the network is mended before.
      this.#startConnectTimer();
      this.#stopWaiting = pool.whenAnswers(() => {
        this.#stopWaiting = undefined;
        this.#stopConnecting();
        this.#reach(pool);
      });
      return;
    }
    const idle = pool.takeIdle(this);
    if (idle === undefined) this.#open(pool);
    else this.targetReady(idle);
  }

  #open(pool: TargetPool): void {
    this.#startConnectTimer();
    this.#connection = pool.open(this);
  }

  #startConnectTimer(): void {
    this.#stopConnecting();
    this.#stopConnecting = this.#router.carrier.after(connectTimeout, () => this.#failWith(504));
  }

  #send(connection: TargetConnection): void {
    if (this.#over || this.#connection !== connection) return;
    connection.socket.write(this.#outgoingHead, 'latin1');
    this.#headSent = true;
    if (this.#framing.kind !== 'none') this.#client.readBody();
  }

  #responseHead(head: ResponseHead, rest: Buffer): void {
    if (head.statusCode === 101) {
      this.#switchProtocols(head, rest);
      return;
    }
    const framing = responseFraming(head, this.#request.method);
    if (framing === undefined) {
      this.#failWith(502);
      return;
    }
    if (head.statusCode < 200) {
      if (this.#request.minorVersion === 1) {
        const fields = formatFields(endToEndFields(head.fields, connectionOptions(head.fields)));
        this.#toClient(`HTTP/1.1 ${head.statusCode} ${head.reason}\r\n${fields}\r\n`);
      }
      if (rest.length > 0) this.targetData(rest);
      return;
    }
    this.#pool?.counts.answered(head.statusCode, performance.now() - this.#startedAtMs);
    this.#response = head;
    this.#body = responseBodyReader(framing);
    this.#relay = this.#relayFor(framing);
    const text = this.#responseText(head);
    this.#answered = true;
    if (this.#body === undefined) {
      this.#client.send(text);
      // Bytes beyond the end belong to no request.
      this.#endResponse(rest.length === 0);
    } else if (rest.length === 0) {
      this.#client.send(text);
    } else if (this.#relay === 'as-it-came' && rest.length <= smallBody) {
      this.#relayWithHead(text, rest);
    } else {
      this.#client.send(text);
      this.#responseBody(rest);
    }
  }

  #relayFor(framing: BodyFraming): Relay {
    if (framing.kind === 'until-close') {
      return this.#request.minorVersion === 1 ? 'into-chunks' : 'content-only';
    }
    return framing.kind === 'chunked' && this.#request.minorVersion === 0
      ? 'content-only'
      : 'as-it-came';
  }

  #responseText(head: ResponseHead): string {
    let fields = endToEndFields(head.fields, connectionOptions(head.fields));
    if (this.#relay === 'content-only') {
      fields = fields.filter((field) => field.key !== 'transfer-encoding');
    }
    const chunks = this.#relay === 'into-chunks' ? 'Transfer-Encoding: chunked\r\n' : '';
    const connection = this.#clientStays() ? 'keep-alive' : 'close';
    return `HTTP/1.1 ${head.statusCode} ${head.reason}\r\n${formatFields(fields)}${chunks}Connection: ${connection}\r\n\r\n`;
  }

  #clientStays(): boolean {
    return this.#keepAlive && this.#relay !== 'content-only';
  }

  #relayWithHead(text: string, rest: Buffer): void {
    const piece = this.#body?.read(rest);
    if (piece === undefined) {
      this.#answered = false;
      this.#failWith(502);
      return;
    }
    const flowing = this.#client.send(text + rest.toString('latin1', 0, piece.consumed));
    if (piece.ended) this.#endResponse(piece.consumed === rest.length);
    else if (!flowing) this.#connection?.socket.pause();
  }

  #responseBody(bytes: Buffer): void {
    if (this.#tunnel) {
      if (!this.#client.send(bytes)) this.#connection?.socket.pause();
      return;
    }
    const piece = this.#body?.read(bytes);
    if (piece === undefined) {
      this.#fail(() => this.#client.cut());
      return;
    }
    let flowing = true;
    if (this.#relay === 'as-it-came') {
      flowing = this.#client.send(
        piece.consumed === bytes.length ? bytes : bytes.subarray(0, piece.consumed),
      );
    } else {
      for (const content of piece.content) {
        if (content.length === 0) continue;
        if (this.#relay === 'into-chunks') this.#client.send(`${content.length.toString(16)}\r\n`);
        flowing = this.#client.send(content);
        if (this.#relay === 'into-chunks') flowing = this.#client.send('\r\n');
      }
    }
    if (piece.ended) this.#endResponse(piece.consumed === bytes.length);
    else if (!flowing) this.#connection?.socket.pause();
  }

  #endResponse(clean: boolean): void {
    if (this.#relay === 'into-chunks') this.#client.send('0\r\n\r\n');
    const head = this.#response;
    const reusable =
      clean &&
      head !== undefined &&
      this.#client.requestEnded &&
      keepsAlive(head.minorVersion, connectionOptions(head.fields)) &&
      !(this.#body instanceof EndlessReader);
    this.#over = true;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.release(reusable);
    if (reusable) connection?.socket.resume();
    this.#client.done(this.#clientStays());
  }

  #switchProtocols(head: ResponseHead, rest: Buffer): void {
    const protocol = fieldValue(head.fields, 'upgrade');
    if (asksForUpgrade(this.#request) === undefined || protocol === undefined) {
      this.#failWith(502);
      return;
    }
    const fields = formatFields(endToEndFields(head.fields, connectionOptions(head.fields)));
    this.#tunnel = true;
    this.#toClient(
      `HTTP/1.1 101 ${head.reason}\r\n${fields}Connection: upgrade\r\nUpgrade: ${protocol}\r\n\r\n`,
    );
    if (rest.length > 0) this.#responseBody(rest);
    this.#client.startTunnel();
  }

  #toClient(text: string): void {
    this.#client.send(text);
    if (this.#tunnel) this.#answered = true;
  }

  #answer(answer: OwnAnswer): void {
    this.#over = true;
    this.#client.answer(answer);
  }

  /** Answers in the target's place. */
  #failWith(statusCode: 408 | 502 | 504): void {
    this.#fail(() => {
      this.#pool?.counts.failed(statusCode);
      this.#client.answer(errorAnswer(statusCode));
    });
  }

  #fail(tell: () => void): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopConnecting();
    this.#stopWaiting?.();
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
    tell();
  }
}
