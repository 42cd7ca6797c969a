import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Passing } from '../../world/passing.ts';
import { worldMs, type Way } from '../../world/way.ts';
import { connectPatienceMs, type CarriedConnection, type Carrier } from './carrier.ts';

/** How much of one direction may wait here before its source is read no further. */
const queueBound = 256 * 1024;

/** What goes from one side to the other, in order: bytes, the end of them, or a broken connection. Due in world time. */
type Parcel =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly dueAt: number }
  | { readonly kind: 'end' | 'reset' | 'refused'; readonly dueAt: number };

/** What a connection needs to know of the relay that it belongs to. */
export interface RelayedConnectionOptions {
  readonly port: number;
  /** The address that it leads to at this moment; undefined while it leads nowhere, and is not up. */
  readonly host: () => string | undefined;
  readonly carrier: Carrier;
  /** What bytes between the client and the instance meet at this moment. */
  readonly way: () => Way;
  /** Whether a connection of this client may begin now; one that began goes on. */
  readonly admits: (client: string) => boolean;
  /** The way is carried here whole: whoever takes the connection is not to carry it again. */
  readonly isCarriedWhole?: boolean;
  /**
   * The loopback address that whoever takes the connection sees it come from, at the moment at which it gets there. Without one
   * it is the carrier's own when the way is carried whole.
   */
  readonly from?: () => string | undefined;
  /** Told whenever something stands still: `advance` is to be called again, later. */
  readonly stalled: () => void;
  readonly closed: () => void;
}

/** A stream of this process is no socket, and cannot be reset: to its other end it breaks all the same. */
const reset = (end: Duplex): void => {
  if (end instanceof Socket) end.resetAndDestroy();
  else end.destroy();
};

/** The client's address; none of a stream of this process. */
const addressOf = (client: Duplex): string =>
  client instanceof Socket ? (client.remoteAddress ?? '').replace(/^::ffff:/, '') : '';

/** One direction of a connection. */
class Lane {
  readonly #source: Duplex;
  readonly #sink: Duplex;
  readonly #options: RelayedConnectionOptions;
  /** What becomes of bytes that come now; undefined when nothing is to be decided about them. */
  readonly #asking: () => Passing | undefined;
  readonly #parcels: Parcel[] = [];
  #lastDueAt = 0;
  #queuedBytes = 0;
  #cancel: () => void = () => undefined;
  #isPumping = false;
  #isFull = false;
  #isClosed = false;
  /** What is sent from now on is lost, and nothing tells its sender. */
  isLost = false;

  constructor(
    source: Duplex,
    sink: Duplex,
    options: RelayedConnectionOptions,
    asking: () => Passing | undefined,
  ) {
    this.#source = source;
    this.#sink = sink;
    this.#options = options;
    this.#asking = asking;
    let isOver = false;
    const over = (kind: 'end' | 'reset'): void => {
      if (isOver) return;
      isOver = true;
      this.#take({ kind, dueAt: this.#dueAt() });
    };
    source.on('data', (bytes: Buffer) => this.#came(bytes));
    source.once('end', () => over('end'));
    source.once('error', () => over('reset'));
    source.once('close', () => over('reset'));
    sink.on('drain', () => {
      this.#isFull = false;
      this.pump();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  /** Lets through what is due. While the way is not up all stays. */
  pump(): void {
    // Waiting for what is due may end at once.
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#cancel();
    while (this.#goesOn());
    this.#isPumping = false;
    const isReading = !this.#isClosed && this.#parcels.length === 0 && !this.isLost;
    if (isReading && this.#source.isPaused()) this.#source.resume();
  }

  /** Lets the next parcel through; false when it must wait or there is none. */
  #goesOn(): boolean {
    const [parcel] = this.#parcels;
    if (parcel === undefined || this.#isClosed || this.#isFull) return false;
    const { way, carrier, stalled } = this.#options;
    if (!way().up) {
      stalled();
      return false;
    }
    let isDue = false;
    this.#cancel = carrier.after(worldMs(parcel.dueAt - carrier.now()), () => {
      isDue = true;
      this.pump();
    });
    if (!isDue) return false;
    this.#parcels.shift();
    this.#deliver(parcel);
    return true;
  }

  #came(bytes: Buffer): void {
    if (this.isLost) return;
    const passing = this.#asking();
    if (passing?.kind === 'silence') {
      this.isLost = true;
      return;
    }
    if (passing === undefined) {
      this.#take({ kind: 'bytes', bytes, dueAt: this.#dueAt() });
      return;
    }
    const now = this.#options.carrier.now();
    if (passing.kind === 'error') {
      this.#take({ kind: 'refused', dueAt: now + passing.delay });
      return;
    }
    // Half of the way lies before the other side; what packets that were lost cost is spent there too.
    const way = this.#options.way();
    const half = way.up ? way.roundTrip / 2 : 0;
    this.#take({ kind: 'bytes', bytes, dueAt: now + passing.delay - half });
  }

  #dueAt(): number {
    const way = this.#options.way();
    return this.#options.carrier.now() + (way.up ? way.roundTrip / 2 : 0);
  }

  #take(parcel: Parcel): void {
    // Bytes stay in their order, however late those before them are.
    this.#lastDueAt = Math.max(this.#lastDueAt, parcel.dueAt);
    this.#parcels.push({ ...parcel, dueAt: this.#lastDueAt });
    if (parcel.kind === 'bytes') this.#queuedBytes += parcel.bytes.length;
    if (this.#queuedBytes >= queueBound) this.#source.pause();
    this.pump();
  }

  #deliver(parcel: Parcel): void {
    switch (parcel.kind) {
      case 'bytes':
        this.#queuedBytes -= parcel.bytes.length;
        this.#isFull = !this.#sink.write(parcel.bytes);
        break;
      case 'end':
        this.#sink.end();
        break;
      case 'reset':
        reset(this.#sink);
        break;
      case 'refused':
        reset(this.#source);
        break;
    }
  }
}

/**
 * A client's connection to an instance. While the way is not up it stands still on both sides; what was sent meanwhile
 * gets through afterwards, as TCP would have it.
 */
export class RelayedConnection {
  readonly #client: Duplex;
  readonly #options: RelayedConnectionOptions;
  readonly #carried: CarriedConnection;
  #cancel: () => void = () => undefined;
  #instance: Socket | undefined;
  #host: string | undefined;
  #lanes: readonly Lane[] = [];
  #isDue = false;
  /** The client has not said anything since the instance last did. */
  #isAnswered = true;
  readonly #openedAtMs = performance.now();

  constructor(client: Duplex, options: RelayedConnectionOptions) {
    this.#client = client;
    this.#options = options;
    this.#carried = options.carrier.connection(`${addressOf(client)} ${options.host() ?? ''}`);
    if (client instanceof Socket) client.setNoDelay(true);
    // Until the instance is reached nothing reads the client; an error before that only ends the matter.
    client.on('error', () => undefined);
    client.once('close', () => this.#closeIfDone());
    const way = options.way();
    // Over a way that is not up TCP tries again and again: it begins as soon as there is one.
    const opening = way.up ? this.#carried.opening(way) : undefined;
    if (opening === undefined) this.#begin();
    // The system has answered the client's SYN already, so the round trip of connecting is waited for here.
    else if (opening.kind === 'through') {
      this.#cancel = options.carrier.after(opening.delay, () => this.#begin());
    } else {
      const timer = setTimeout(() => this.destroy(), connectPatienceMs);
      timer.unref();
      this.#cancel = () => clearTimeout(timer);
    }
  }

  /** Goes on with what stood still; does nothing while the way is not up. */
  advance(): void {
    if (!this.#isDue) return;
    if (!this.#options.way().up) {
      this.#options.stalled();
      return;
    }
    if (!this.#isAdmitted()) {
      if (performance.now() - this.#openedAtMs > connectPatienceMs) this.destroy();
      else this.#options.stalled();
      return;
    }
    if (this.#instance === undefined) this.#connect();
    for (const lane of this.#lanes) lane.pump();
  }

  /** The public address leads to this instance now: what was joined to another one is reset. */
  leaveUnlessTo(host: string): void {
    if (this.#host === undefined || this.#host === host) return;
    reset(this.#client);
    this.destroy();
  }

  destroy(): void {
    this.#cancel();
    for (const lane of this.#lanes) lane.close();
    this.#client.destroy();
    this.#instance?.destroy();
    this.#options.closed();
  }

  #begin(): void {
    this.#isDue = true;
    this.advance();
  }

  /** Asked only before it begins: those who let connections through remember which they let begin. */
  #isAdmitted(): boolean {
    if (this.#instance !== undefined) return true;
    return this.#options.admits(addressOf(this.#client));
  }

  #connect(): void {
    const { host: hostNow, port, carrier, isCarriedWhole = false, from } = this.#options;
    const host = hostNow();
    if (host === undefined) throw new Error('What leads nowhere is not up.');
    const localAddress = from?.() ?? (isCarriedWhole ? carrier.address : undefined);
    const instance = connect({ host, port, allowHalfOpen: true, noDelay: true, localAddress });
    this.#host = host;
    this.#instance = instance;
    this.#lanes = [
      new Lane(this.#client, instance, this.#options, () => this.#asking()),
      new Lane(instance, this.#client, this.#options, () => this.#answering()),
    ];
    instance.once('close', () => this.#closeIfDone());
    this.#client.resume();
  }

  /** What becomes of bytes of the client's: decided with the first of them, each time that it asks for something. */
  #asking(): Passing | undefined {
    if (!this.#isAnswered) return undefined;
    this.#isAnswered = false;
    const way = this.#options.way();
    // Over a way that is not up TCP sends again and again: it stands still, and is not lost.
    return way.up ? this.#carried.asking(way) : undefined;
  }

  #answering(): undefined {
    this.#isAnswered = true;
  }

  /** Each side ends or breaks by what its lane brings from the other; when both have, it is over. */
  #closeIfDone(): void {
    const isLost = this.#lanes.some((lane) => lane.isLost);
    if (this.#client.destroyed && (isLost || this.#instance?.destroyed !== false)) this.destroy();
  }
}
