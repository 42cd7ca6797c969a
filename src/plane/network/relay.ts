import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { DomainError } from '../../world/domain-error.ts';
import { showsListeningPorts } from './listening-ports.ts';
import type { ListeningWatch } from './listening-ports.ts';
import { RelayedConnection } from './relayed-connection.ts';
import type { RelayReach } from './relayed-connection.ts';

/** The public side of an instance. */
export interface InstanceRelay {
  readonly publicAddress: string;
  /**
   * Makes sure that a port is open if the instance listens on it at this moment, or cannot be reached: then its clients
   * wait. Where the system does not show who listens, the port is opened by hand and stays open; a client of a port where
   * nothing listens then meets a reset.
   */
  open(port: number): Promise<DomainError | undefined>;
  /** The ports that are open now, in ascending order. */
  ports(): readonly number[];
  /** Closes all ports and connections. */
  close(): Promise<void>;
}

/** What a relay joins. */
export interface InstanceRelayOptions {
  /** The loopback address that stands for the instance's public side. */
  readonly publicAddress: string;
  /** The instance's own address, on which its processes listen (`HOST`). */
  readonly hostAddress: string;
  /** Asked whenever something is to go through. */
  readonly reach: () => RelayReach;
  /** Finds the ports by itself; one is shared by all relays of a world. Without it ports are opened by hand alone. */
  readonly watch?: ListeningWatch;
  /** Told once for each port that the instance listens on and that cannot be opened on the public side. */
  readonly onProblem?: (message: string) => void;
}

/** The most connections that an instance's public side has at once. */
const connectionBound = 1000;

/** How often connections that stand still look whether they may go on. */
const stalledLookMs = 50;

class TcpRelay implements InstanceRelay {
  readonly publicAddress: string;
  readonly #options: InstanceRelayOptions;
  readonly #servers = new Map<number, { readonly server: Server; readonly byHand: boolean }>();
  readonly #opening = new Map<number, Promise<DomainError | undefined>>();
  readonly #unopened = new Map<number, DomainError>();
  readonly #connections = new Set<RelayedConnection>();
  readonly #stopWatching: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: InstanceRelayOptions) {
    this.#options = options;
    this.publicAddress = options.publicAddress;
    this.#stopWatching =
      options.watch?.watch(options.hostAddress, (ports) => this.#follow(ports)) ??
      (() => undefined);
  }

  async open(port: number): Promise<DomainError | undefined> {
    if (this.#options.watch === undefined || !showsListeningPorts()) return this.#open(port, true);
    await this.#options.watch.look();
    await Promise.all(this.#opening.values());
    // Nobody can tell where an instance listens that cannot be reached: it is silent on every port, and refuses none.
    if (!this.#options.reach().up) return this.#open(port, false);
    return this.#unopened.get(port);
  }

  ports(): readonly number[] {
    return [...this.#servers.keys()].toSorted((a, b) => a - b);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopWatching();
    clearTimeout(this.#timer);
    await Promise.all(this.#opening.values());
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    const closed = servers.map(({ server }) => new Promise((resolve) => server.close(resolve)));
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(closed);
  }

  /** Makes the open ports those that the instance listens on. An instance that cannot be reached does not show that it closed one. */
  #follow(listening: ReadonlySet<number>): void {
    for (const port of listening) {
      if (this.#servers.has(port) || this.#opening.has(port) || this.#unopened.has(port)) continue;
      void this.#open(port, false).then((problem) => {
        if (problem === undefined) return;
        this.#unopened.set(port, problem);
        this.#options.onProblem?.(problem.message);
      });
    }
    if (!this.#options.reach().up) return;
    for (const port of this.#unopened.keys()) if (!listening.has(port)) this.#unopened.delete(port);
    for (const [port, { server, byHand }] of this.#servers) {
      if (byHand || listening.has(port)) continue;
      this.#servers.delete(port);
      server.close();
    }
  }

  #open(port: number, byHand: boolean): Promise<DomainError | undefined> {
    if (this.#isClosed || this.#servers.has(port)) return Promise.resolve(undefined);
    const known = this.#opening.get(port);
    if (known !== undefined) return known;
    const opening = this.#listen(port, byHand).finally(() => this.#opening.delete(port));
    this.#opening.set(port, opening);
    return opening;
  }

  async #listen(port: number, byHand: boolean): Promise<DomainError | undefined> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      this.#accept(socket, port),
    );
    server.maxConnections = connectionBound;
    try {
      server.listen({ host: this.publicAddress, port, exclusive: true });
      await once(server, 'listening');
    } catch (problem) {
      if (!(problem instanceof Error && 'code' in problem)) throw problem;
      return new DomainError(
        'InternalError',
        problem.code === 'EADDRINUSE'
          ? `Port ${port} of ${this.publicAddress} is in use: a program that listens on 0.0.0.0 takes it from every instance; let it listen on HOST.`
          : `Port ${port} of ${this.publicAddress} cannot be opened: ${problem.message}.`,
      );
    }
    this.#servers.set(port, { server, byHand });
    return undefined;
  }

  #accept(socket: Socket, port: number): void {
    if (this.#connections.size >= connectionBound) {
      socket.destroy();
      return;
    }
    const { hostAddress, reach } = this.#options;
    const connection: RelayedConnection = new RelayedConnection(socket, {
      target: { host: hostAddress, port },
      reach,
      stalled: () => this.#lookAfterStalled(),
      closed: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  /** While something stands still, looks now and then whether it may go on; else nobody looks at anything. */
  #lookAfterStalled(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Those that still stand still ask for the next look.
      for (const connection of this.#connections) connection.advance();
    }, stalledLookMs);
    this.#timer.unref();
  }
}

/**
 * Opens the public side of an instance: a relay of TCP connections, port by port, from its public loopback address to the
 * address that its processes listen on. With a watch, the ports that they listen on open and close by themselves, so
 * that a client meets a refusal where nothing listens, as on the instance itself. While `reach` is not up connections
 * hang: none is refused, reset or ended.
 */
export const createInstanceRelay = (options: InstanceRelayOptions): InstanceRelay =>
  new TcpRelay(options);
