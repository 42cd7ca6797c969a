import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Way } from '../../world/way.ts';

/** How much of one direction may wait here before its source is read no further. */
const queueBound = 256 * 1024;

/** What goes from one side to the other, in order: bytes, the end of them, or a broken connection. */
type Parcel =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly dueMs: number }
  | { readonly kind: 'end'; readonly dueMs: number }
  | { readonly kind: 'reset'; readonly dueMs: number };

/** How long, in real time, Linux tries to connect before it gives up (tcp_syn_retries). */
const connectPatienceMs = 127_000;

/** What a connection needs to know of the relay that it belongs to. */
export interface RelayedConnectionOptions {
  readonly port: number;
  /** The address that it leads to at this moment; undefined while it leads nowhere, and is not up. */
  readonly host: () => string | undefined;
  /** What bytes between the client and the instance meet at this moment. */
  readonly way: () => Way;
  /** Whether a connection of this client may begin now; one that began goes on. */
  readonly admits: (client: string) => boolean;
  /** Told whenever something stands still: `advance` is to be called again, later. */
  readonly stalled: () => void;
  readonly closed: () => void;
}

/** One direction of a connection. */
class Lane {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #way: () => Way;
  readonly #stalled: () => void;
  readonly #parcels: Parcel[] = [];
  #queuedBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #isFull = false;
  #isClosed = false;

  constructor(source: Socket, sink: Socket, { way, stalled }: RelayedConnectionOptions) {
    this.#source = source;
    this.#sink = sink;
    this.#way = way;
    this.#stalled = stalled;
    source.on('data', (bytes: Buffer) => this.#take({ kind: 'bytes', bytes, dueMs: this.#due() }));
    source.once('end', () => this.#take({ kind: 'end', dueMs: this.#due() }));
    source.once('error', () => this.#take({ kind: 'reset', dueMs: this.#due() }));
    sink.on('drain', () => {
      this.#isFull = false;
      this.pump();
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Lets through what is due. While the way is not up all stays. */
  pump(): void {
    clearTimeout(this.#timer);
    for (let parcel = this.#parcels[0]; parcel !== undefined; parcel = this.#parcels[0]) {
      if (this.#isClosed || this.#isFull) return;
      if (!this.#way().up) {
        this.#stalled();
        return;
      }
      const waitMs = parcel.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), Math.ceil(waitMs));
        return;
      }
      this.#parcels.shift();
      this.#deliver(parcel);
    }
    if (this.#source.isPaused() && this.#queuedBytes < queueBound) this.#source.resume();
  }

  #due(): number {
    const way = this.#way();
    return performance.now() + (way.up ? way.roundTrip / 2 : 0);
  }

  #take(parcel: Parcel): void {
    this.#parcels.push(parcel);
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
        this.#sink.resetAndDestroy();
        break;
    }
  }
}

/**
 * A client's connection to an instance. While the way is not up it stands still on both sides; what was sent meanwhile
 * gets through afterwards, as TCP would have it.
 */
export class RelayedConnection {
  readonly #client: Socket;
  readonly #options: RelayedConnectionOptions;
  #timer: NodeJS.Timeout | undefined;
  #instance: Socket | undefined;
  #host: string | undefined;
  #lanes: readonly Lane[] = [];
  #isDue = false;
  readonly #openedAtMs = performance.now();

  constructor(client: Socket, options: RelayedConnectionOptions) {
    this.#client = client;
    this.#options = options;
    client.setNoDelay(true);
    // Until the instance is reached nothing reads the client; an error before that only ends the matter.
    client.on('error', () => undefined);
    client.once('close', () => this.#closeIfDone());
    const way = options.way();
    if (way.up && way.roundTrip > 0) {
      // The system has answered the client's SYN already, so the round trip of connecting is waited for here.
      this.#timer = setTimeout(() => this.#begin(), way.roundTrip);
    } else this.#begin();
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
    this.#client.resetAndDestroy();
    this.destroy();
  }

  destroy(): void {
    clearTimeout(this.#timer);
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
    const client = (this.#client.remoteAddress ?? '').replace(/^::ffff:/, '');
    return this.#instance !== undefined || this.#options.admits(client);
  }

  #connect(): void {
    const { host: hostNow, port } = this.#options;
    const host = hostNow();
    if (host === undefined) throw new Error('What leads nowhere is not up.');
    const instance = connect({ host, port, allowHalfOpen: true, noDelay: true });
    this.#host = host;
    this.#instance = instance;
    this.#lanes = [
      new Lane(this.#client, instance, this.#options),
      new Lane(instance, this.#client, this.#options),
    ];
    instance.once('close', () => this.#closeIfDone());
    this.#client.resume();
  }

  /** Each side ends or breaks by what its lane brings from the other; when both have, it is over. */
  #closeIfDone(): void {
    if (this.#client.destroyed && this.#instance?.destroyed !== false) this.destroy();
  }
}
