import type { Socket } from 'node:net';
import { ChunkedReader, LengthReader, type BodyReader } from './chunked.ts';
import { Exchange, type ClientSide, type Router } from './exchange.ts';
import {
  limits,
  parseRequestHead,
  requestFraming,
  withHost,
  type BodyFraming,
} from './http-head.ts';
import { isEven } from '../../world/passing.ts';
import { worldMs, type Way } from '../../world/way.ts';
import type { CarriedConnection } from '../network/carrier.ts';
import type { NodeListener, NodeLoadBalancer } from './messages.ts';
import { errorAnswer, formatOwnAnswer, type OwnAnswer } from './own-answer.ts';

/** The listener that a connection came in by; its configuration may change while the connection lives. */
export interface ListenerState {
  loadBalancer: NodeLoadBalancer;
  listener: NodeListener;
}

/** How long, in real time, a connection that we have closed may still take bytes, so that the client can read our answer. */
const lingerMs = 2000;

/** Who was carried here is a client on this machine all the same. */
const loopbackAddress = '127.0.0.1';

/** A way on which nothing takes time or is lost, as it is to a node that is well. */
const isPlain = (way: Way): boolean => !way.up || (way.roundTrip === 0 && isEven(way));

const requestBodyReader = (framing: BodyFraming): BodyReader | undefined => {
  if (framing.kind === 'chunked') return new ChunkedReader();
  return framing.kind === 'length' && framing.length > 0
    ? new LengthReader(framing.length)
    : undefined;
};

/** A client's connection to a listener: reads requests one after another and writes their responses in order. */
export class ClientConnection implements ClientSide {
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #listener: ListenerState;
  readonly #router: Router;
  readonly #openedAt: number;
  /** Its way was carried before it came here. */
  readonly isCarried: boolean;
  #carried: CarriedConnection | undefined;
  #stopWaiting: () => void = () => undefined;
  /** Something that it sent was lost on its way: it is never answered. */
  #isLost = false;
  #pending: Buffer | undefined;
  #headSince: number | undefined;
  #exchange: Exchange | undefined;
  #body: BodyReader | undefined;
  #tunnel = false;
  #pumping = false;
  #clientEnded = false;
  #closing = false;
  #idleMs = 0;
  #silent = false;
  #held: (string | Buffer)[] = [];

  constructor(socket: Socket, listener: ListenerState, router: Router) {
    this.#socket = socket;
    this.#listener = listener;
    this.#router = router;
    this.#openedAt = router.clock.now();
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.isCarried = router.carrier.hasCarried(address);
    this.address = address === router.carrier.address ? loopbackAddress : address;
    this.port = socket.remotePort ?? 0;
    socket.setNoDelay(true);
    this.#setIdleTimeout();
    socket.on('data', (bytes) => this.#received(bytes));
    socket.on('drain', () => this.#exchange?.clientDrained());
    socket.on('timeout', () => this.#idled());
    socket.on('end', () => this.#ended());
    // The close that follows ends the exchange.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#stopWaiting();
      this.#exchange?.abort();
    });
  }

  get requestEnded(): boolean {
    return this.#body === undefined;
  }

  /** Falls silent: reads nothing, and keeps what it would write, until it is given its voice back. */
  setSilent(silent: boolean): void {
    if (this.#silent === silent || this.#isLost) return;
    this.#silent = silent;
    if (silent) {
      this.#socket.pause();
      return;
    }
    for (const bytes of this.#held.splice(0)) this.#write(bytes);
    if (this.#closing) this.#socket.end();
    this.#socket.resume();
    this.#exchange?.clientDrained();
    this.#pump();
  }

  /** Closes the connection: at once when it is idle, else after its response. */
  retire(): void {
    if (this.#exchange === undefined) this.#close();
    else this.#clientEnded = true;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  send(bytes: string | Buffer): boolean {
    if (this.#silent) {
      this.#held.push(bytes);
      return false;
    }
    return this.#write(bytes);
  }

  answer(answer: OwnAnswer): void {
    const exchange = this.#exchange;
    const keepAlive = (exchange?.keepAlive ?? false) && this.requestEnded;
    const withBody = exchange?.method !== 'HEAD';
    this.send(formatOwnAnswer(answer, this.#router.clock.now(), keepAlive, withBody));
    this.done(keepAlive);
  }

  readBody(): void {
    this.#resume();
    this.#pump();
  }

  holdBody(): void {
    this.#socket.pause();
  }

  startTunnel(): void {
    this.#tunnel = true;
    this.#body = undefined;
    this.#resume();
    this.#pump();
  }

  done(keepAlive: boolean): void {
    this.#exchange = undefined;
    this.#tunnel = false;
    const { clientKeepAliveSeconds } = this.#listener.loadBalancer.attributes;
    const tooOld = this.#router.clock.now() - this.#openedAt > clientKeepAliveSeconds * 1000;
    if (!keepAlive || !this.requestEnded || this.#clientEnded || tooOld) {
      this.#close();
      return;
    }
    this.#resume();
    this.#pump();
  }

  cut(): void {
    this.#exchange = undefined;
    this.#closing = true;
    this.#pending = undefined;
    this.#socket.destroy();
  }

  #write(bytes: string | Buffer): boolean {
    return typeof bytes === 'string'
      ? this.#socket.write(bytes, 'latin1')
      : this.#socket.write(bytes);
  }

  #resume(): void {
    if (!this.#silent && this.#socket.isPaused()) this.#socket.resume();
  }

  #received(bytes: Buffer): void {
    if (this.#closing) return;
    this.#pending = this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]);
    this.#pump();
  }

  /** Takes what has been read, as far as it can be taken now. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    for (let bytes = this.#pending; bytes !== undefined && !this.#silent; bytes = this.#pending) {
      const taken = this.#step(bytes);
      if (this.#closing || taken === 0) break;
      this.#pending = taken === bytes.length ? undefined : bytes.subarray(taken);
    }
    this.#pumping = false;
  }

  /** Takes the next part of what was read; answers how many bytes, 0 when it must wait. */
  #step(bytes: Buffer): number {
    const exchange = this.#exchange;
    if (exchange === undefined) return this.#readHead(bytes);
    if (this.#tunnel) {
      exchange.requestBody(bytes);
      return bytes.length;
    }
    if (this.#body === undefined || !exchange.takesBody) {
      // A pipelined request, or a body that the target does not take yet.
      this.#socket.pause();
      return 0;
    }
    const piece = this.#body.read(bytes);
    if (piece === undefined) {
      exchange.abort();
      if (exchange.answered) this.cut();
      else this.#answerAlone(400);
      return bytes.length;
    }
    if (piece.ended) this.#body = undefined;
    exchange.requestBody(
      piece.consumed === bytes.length ? bytes : bytes.subarray(0, piece.consumed),
    );
    return piece.consumed;
  }

  #readHead(bytes: Buffer): number {
    if (bytes[0] === 13 && bytes[1] === 10) return 2;
    const end = bytes.indexOf('\r\n\r\n');
    if (end === -1) return this.#partOfHead(bytes);
    this.#headSince = undefined;
    if (end > limits.requestHead) return this.#refuse(bytes, 400);
    const parsed = parseRequestHead(bytes.toString('latin1', 0, end));
    if ('statusCode' in parsed) return this.#refuse(bytes, parsed.statusCode);
    const head = withHost(parsed, this.#listener.loadBalancer.dnsName);
    const framing = requestFraming(head);
    if ('statusCode' in framing) return this.#refuse(bytes, framing.statusCode);
    this.#setIdleTimeout();
    this.#body = requestBodyReader(framing);
    const exchange = new Exchange(
      this,
      this.#router,
      head,
      this.#body === undefined ? { kind: 'none' } : framing,
    );
    this.#exchange = exchange;
    this.#enter(() => {
      if (this.#exchange !== exchange) return;
      exchange.start(this.#listener.listener, this.#listener.loadBalancer.attributes);
    });
    return end + 4;
  }

  /** A request arrives once its way to the node is behind it; the first one's connection had to be opened before. */
  #enter(arrived: () => void): void {
    const { carrier } = this.#router;
    const { entrance } = this.#listener.loadBalancer;
    if (this.isCarried || isPlain(entrance)) {
      arrived();
      return;
    }
    const isFirst = this.#carried === undefined;
    this.#carried ??= carrier.connection(this.address);
    const opening = isFirst ? this.#carried.opening(entrance) : undefined;
    const asking = this.#carried.asking(entrance);
    if (opening?.kind === 'silence' || asking.kind === 'silence') {
      this.setSilent(true);
      this.#isLost = true;
      return;
    }
    const delay = worldMs((opening?.delay ?? 0) + asking.delay);
    this.#stopWaiting = carrier.after(delay, () => {
      if (asking.kind === 'through') arrived();
      else if (!this.#closing) this.#answerAlone(503);
    });
  }

  #partOfHead(bytes: Buffer): number {
    if (bytes.length > limits.requestLine && bytes.indexOf('\r\n') === -1) {
      return this.#refuse(bytes, 414);
    }
    if (bytes.length > limits.requestHead) return this.#refuse(bytes, 400);
    const now = this.#router.clock.now();
    this.#headSince ??= now;
    const { idleTimeoutSeconds } = this.#listener.loadBalancer.attributes;
    // A client that sends its head byte by byte does not hold a connection for ever.
    if (now - this.#headSince > idleTimeoutSeconds * 1000) return this.#refuse(bytes, 408);
    return 0;
  }

  #refuse(bytes: Buffer, statusCode: number): number {
    this.#answerAlone(statusCode);
    return bytes.length;
  }

  /** Answers what is no request that can be gone on with, and closes. */
  #answerAlone(statusCode: number): void {
    this.#exchange = undefined;
    this.send(formatOwnAnswer(errorAnswer(statusCode), this.#router.clock.now(), false, true));
    this.#close();
  }

  #setIdleTimeout(): void {
    const { idleTimeoutSeconds } = this.#listener.loadBalancer.attributes;
    const idleMs = this.#router.clock.realMs(idleTimeoutSeconds * 1000);
    if (idleMs === this.#idleMs) return;
    this.#idleMs = idleMs;
    this.#socket.setTimeout(idleMs);
  }

  #idled(): void {
    if (this.#silent) return;
    // The world's clock runs slower than when the time-out was set: so much of the world's time has not passed yet.
    const setMs = this.#idleMs;
    this.#setIdleTimeout();
    if (this.#idleMs > setMs) return;
    if (this.#exchange !== undefined) this.#exchange.idle();
    else if (this.#pending !== undefined) this.#answerAlone(408);
    else this.#close();
  }

  #ended(): void {
    this.#clientEnded = true;
    if (this.#tunnel) {
      this.#exchange?.clientEnded();
    } else if (this.#exchange === undefined) {
      this.#close();
    } else {
      // "HTTP 460: the client closed the connection with the load balancer before the idle timeout period elapsed."
      this.#exchange.abort();
      this.#socket.destroy();
    }
  }

  /** Sends what is left and closes, reading on for a moment: closing over unread bytes would reset the connection under our answer. */
  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#pending = undefined;
    if (this.#silent) return;
    this.#socket.end();
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), lingerMs);
    this.#socket.once('close', () => clearTimeout(timer));
  }
}
