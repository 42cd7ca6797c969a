import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { DomainError } from '../../world/domain-error.ts';
import { noWay, openWay, type Way } from '../../world/way.ts';
import type { Carrier } from './carrier.ts';
import { showsListeningPorts } from './listening-ports.ts';
import type { ListeningWatch } from './listening-ports.ts';
import { RelayedConnection } from './relayed-connection.ts';

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

/** A public address that leads to one instance now and to another one later. */
export interface AddressRelay extends InstanceRelay {
  /**
   * Leads to this instance from now on, or nowhere. Connections to another instance are reset when there is a new one;
   * while it leads nowhere it is silent on every port that it ever had.
   */
  lead(target: RelayTarget | undefined): void;
}

/** Where a relay leads. */
export interface RelayTarget {
  /** The instance's own address, on which its processes listen (`HOST`). */
  readonly hostAddress: string;
  /** What bytes between a client on this machine and the instance meet; asked whenever something is to go through. */
  readonly way: () => Way;
  /** Whether a client, by its address, may connect to a real port now: else its packets are dropped. All may when absent. */
  readonly admits?: (client: string, port: number) => boolean;
}

/** What every relay is made with. */
interface AddressRelayOptions {
  /** The loopback address that stands for the public side. */
  readonly publicAddress: string;
  /** Shared by all relays of a world. Clients that it has carried here have their way behind them. */
  readonly carrier: Carrier;
  /** Finds the ports by itself; one is shared by all relays of a world. Without it ports are opened by hand alone. */
  readonly watch?: ListeningWatch;
  /** Told once for each port that the instance listens on and that cannot be opened on the public side. */
  readonly onProblem?: (message: string) => void;
}

/** What an address that leads somewhere else now and then is made with. */
export interface LeadingRelayOptions extends AddressRelayOptions {
  /** The ports on which it is silent before anybody has listened behind it. */
  readonly silentPorts?: readonly number[];
}

/** What the public side of one instance joins. */
export interface InstanceRelayOptions extends AddressRelayOptions, RelayTarget {}

/** The most connections that an instance's public side has at once. */
const connectionBound = 1000;

/** The most ports that an address which leads nowhere keeps silent on. */
const rememberedPorts = 1000;

/** How often connections that stand still look whether they may go on. */
const stalledLookMs = 50;

class TcpRelay implements AddressRelay {
  readonly publicAddress: string;
  readonly #options: AddressRelayOptions;
  readonly #servers = new Map<number, { readonly server: Server; readonly byHand: boolean }>();
  readonly #opening = new Map<number, Promise<DomainError | undefined>>();
  readonly #unopened = new Map<number, DomainError>();
  readonly #connections = new Set<RelayedConnection>();
  /** The ports that were open once: there it is silent while it leads nowhere. */
  readonly #portsBefore = new Set<number>();
  #target: RelayTarget | undefined;
  #stopWatching: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LeadingRelayOptions, target: RelayTarget | undefined) {
    this.#options = options;
    this.publicAddress = options.publicAddress;
    for (const port of options.silentPorts ?? []) this.#portsBefore.add(port);
    if (target === undefined) this.#fallSilent();
    else this.lead(target);
  }

  lead(target: RelayTarget | undefined): void {
    const before = this.#target?.hostAddress;
    this.#target = target;
    if (this.#isClosed || before === target?.hostAddress) return;
    this.#stopWatching();
    this.#stopWatching = () => undefined;
    if (target === undefined) {
      this.#fallSilent();
      return;
    }
    this.#unopened.clear();
    for (const connection of this.#connections) connection.leaveUnlessTo(target.hostAddress);
    this.#stopWatching =
      this.#options.watch?.watch(target.hostAddress, (ports) => this.#follow(ports)) ??
      this.#stopWatching;
  }

  async open(port: number): Promise<DomainError | undefined> {
    if (this.#options.watch === undefined || !showsListeningPorts()) return this.#open(port, true);
    await this.#options.watch.look();
    await Promise.all(this.#opening.values());
    // Nobody can tell where an instance listens that cannot be reached: it is silent on every port, and refuses none.
    if (!this.#way().up || !this.#admits(this.publicAddress, port)) {
      return this.#open(port, false);
    }
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
    if (!this.#way().up) return;
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
    if (this.#portsBefore.size < rememberedPorts) this.#portsBefore.add(port);
    return undefined;
  }

  /** Where it was known to answer, packets are dropped from now on; a port that cannot be had stays as it is. */
  #fallSilent(): void {
    for (const port of this.#portsBefore) void this.#open(port, false);
  }

  #way(): Way {
    return this.#target?.way() ?? noWay;
  }

  /** Whether a client's way, and who may go it, was seen to before it came here. */
  #isCarried(client: string): boolean {
    return this.#options.carrier.hasCarried(client);
  }

  #admits(client: string, port: number): boolean {
    return this.#isCarried(client) || this.#target?.admits?.(client, port) !== false;
  }

  #accept(socket: Socket, port: number): void {
    if (this.#connections.size >= connectionBound) {
      socket.destroy();
      return;
    }
    const { remoteAddress: client = '' } = socket;
    const isCarried = this.#isCarried(client);
    const { address: carrierAddress } = this.#options.carrier;
    const connection: RelayedConnection = new RelayedConnection(socket, {
      port,
      carrier: this.#options.carrier,
      // A client that has a public address in the world is seen to come from what stands for it.
      ...(isCarried && client !== carrierAddress ? { from: () => client } : {}),
      // Asked for only while something is reached.
      host: () => this.#target?.hostAddress,
      way: () => (isCarried && this.#target !== undefined ? openWay(0) : this.#way()),
      admits: (client) => this.#admits(client, port),
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
 * that a client meets a refusal where nothing listens, as on the instance itself. While `way` is not up connections
 * hang: none is refused, reset or ended.
 */
export const createInstanceRelay = (options: InstanceRelayOptions): InstanceRelay =>
  new TcpRelay(options, options);

/** Opens an address that leads nowhere yet: the same, with an instance behind it that may be another one any time. */
export const createAddressRelay = (options: LeadingRelayOptions): AddressRelay =>
  new TcpRelay(options, undefined);
