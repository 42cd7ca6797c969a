import { createServer, type Server, type Socket } from 'node:net';
import { admits } from '../../aws/ec2/traffic/entry.ts';
import type { NodeAction } from '../../aws/elbv2/desired-nodes.ts';
import { turnOf, turnsOf } from '../../aws/elbv2/spread.ts';
import { Carrier, connectPatienceMs } from '../network/carrier.ts';
import { ClientConnection, type ListenerState } from './client-connection.ts';
import type { Router } from './exchange.ts';
import { GroupRouter } from './group-router.ts';
import type {
  FromNode,
  ListeningSocket,
  NodeConfiguration,
  NodeListener,
  NodeLoadBalancer,
} from './messages.ts';
import type { NodeClock } from './node-clock.ts';
import { probe } from './probe.ts';
import type { ProberOptions } from './prober.ts';
import type { TargetPool } from './target-pool.ts';
import { TrafficCounter } from './traffic-counter.ts';

/** A listener takes no more connections than this at once. */
const mostConnections = 10_000;

interface OpenListener {
  readonly state: ListenerState;
  readonly server: Server;
  readonly clients: Set<ClientConnection>;
  /** Connections that are not let in: their packets are dropped. */
  readonly held: Set<Socket>;
  socket: ListeningSocket;
}

/** How far a listener is in its turns. */
interface Turns {
  /** What it does: where it does something else, the order is another one. */
  readonly action: NodeAction;
  readonly order: readonly string[];
  taken: number;
}

const listenerKey = (loadBalancer: NodeLoadBalancer, listener: NodeListener): string =>
  [listener.arn, loadBalancer.address, listener.realPort].join(' ');

/** To the client its SYN is lost; the system has answered it already, so that silence begins here. */
const hold = (socket: Socket, held: Set<Socket>): void => {
  held.add(socket);
  socket.pause();
  const timer = setTimeout(() => held.has(socket) && socket.destroy(), connectPatienceMs);
  timer.unref();
  socket.once('error', () => socket.destroy());
  socket.once('close', () => {
    clearTimeout(timer);
    held.delete(socket);
  });
};

/** The balancer nodes of one zone: every load balancer's node there, in one process. */
export class NodeBalancer implements Router {
  readonly clock: NodeClock;
  readonly carrier: Carrier;
  readonly #send: (message: FromNode) => void;
  readonly #zoneId: string;
  readonly #listeners = new Map<string, OpenListener>();
  readonly #groups = new Map<string, GroupRouter>();
  readonly #turns = new Map<string, Turns>();
  readonly #proberOptions: ProberOptions;
  readonly #traffic: TrafficCounter;
  #frozen = false;

  constructor(
    identity: Pick<NodeConfiguration, 'seed' | 'zoneId' | 'carrierAddress'>,
    clock: NodeClock,
    send: (message: FromNode) => void,
  ) {
    this.clock = clock;
    this.#send = send;
    this.#zoneId = identity.zoneId;
    this.carrier = new Carrier({
      clock,
      seed: identity.seed,
      name: identity.zoneId,
      ...(identity.carrierAddress === undefined ? {} : { address: identity.carrierAddress }),
    });
    this.#traffic = new TrafficCounter(identity.zoneId, clock, (report) =>
      send({ kind: 'traffic', report }),
    );
    this.#proberOptions = {
      seed: identity.seed,
      zoneId: identity.zoneId,
      clock,
      probe,
      report: (report) => send({ kind: 'target-health', report }),
      changed: (arn) => this.#groups.get(arn)?.healthChanged(),
    };
  }

  /** Makes the nodes as they are to be. */
  configure(configuration: NodeConfiguration): void {
    if (this.#frozen) return;
    this.#updateGroups(configuration);
    this.#updateListeners(configuration);
    this.#tellSilence();
  }

  /** The zone has lost its power: nothing is read, answered, probed or reported any more. */
  freeze(): void {
    this.#frozen = true;
    this.#tellSilence();
    this.#traffic.stop();
    for (const group of this.#groups.values()) group.stopProbing();
  }

  close(): void {
    this.#traffic.stop();
    for (const group of this.#groups.values()) group.close();
    for (const open of this.#listeners.values()) {
      open.server.close();
      for (const client of open.clients) client.destroy();
      for (const socket of open.held) socket.destroy();
    }
    this.#listeners.clear();
  }

  pick(listener: NodeListener): TargetPool | undefined {
    const arn = this.#pickGroup(listener);
    return arn === undefined ? undefined : this.#groups.get(arn)?.pick();
  }

  /** A listener that is told something new begins its turns anew: they are computed when its first request comes. */
  #pickGroup({ arn, action }: NodeListener): string | undefined {
    if (action.type !== 'forward') return undefined;
    let known = this.#turns.get(arn);
    if (known?.action !== action) {
      known = { action, order: turnsOf(action.targetGroups), taken: known?.taken ?? 0 };
      this.#turns.set(arn, known);
    }
    known.taken += 1;
    return turnOf(known.order, known.taken - 1);
  }

  #updateGroups(configuration: NodeConfiguration): void {
    const wanted = new Set(configuration.targetGroups.map((group) => group.arn));
    for (const [arn, group] of this.#groups) {
      if (wanted.has(arn)) continue;
      group.close();
      this.#groups.delete(arn);
    }
    const addresses = new Map(configuration.loadBalancers.map((one) => [one.arn, one.address]));
    for (const group of configuration.targetGroups) {
      let router = this.#groups.get(group.arn);
      if (router === undefined) {
        router = new GroupRouter(group, this.#proberOptions, this.#traffic.group(group.arn));
        this.#groups.set(group.arn, router);
      }
      router.update(group, addresses.get(group.loadBalancerArn) ?? '127.0.0.1');
    }
  }

  #updateListeners(configuration: NodeConfiguration): void {
    const wanted = new Set<string>();
    let changed = false;
    for (const loadBalancer of configuration.loadBalancers) {
      for (const listener of loadBalancer.listeners) {
        const key = listenerKey(loadBalancer, listener);
        wanted.add(key);
        const open = this.#listeners.get(key);
        if (open === undefined) {
          this.#listen(key, loadBalancer, listener);
        } else {
          open.state.loadBalancer = loadBalancer;
          open.state.listener = listener;
          this.#takeHeld(open);
        }
      }
    }
    for (const [key, open] of this.#listeners) {
      if (wanted.has(key)) continue;
      open.server.close();
      for (const client of open.clients) client.retire();
      for (const socket of open.held) socket.destroy();
      this.#listeners.delete(key);
      changed = true;
    }
    if (changed) this.#tellSockets();
  }

  #listen(key: string, loadBalancer: NodeLoadBalancer, listener: NodeListener): void {
    const state: ListenerState = { loadBalancer, listener };
    const clients = new Set<ClientConnection>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      if (this.#lets(state.listener, socket)) this.#take(socket, open);
      else hold(socket, open.held);
    });
    server.maxConnections = mostConnections;
    const socket: ListeningSocket = {
      zoneId: this.#zoneId,
      loadBalancerArn: loadBalancer.arn,
      listenerArn: listener.arn,
      address: loadBalancer.address,
      port: 0,
    };
    const open: OpenListener = { state, server, clients, held: new Set(), socket };
    this.#listeners.set(key, open);
    server.on('listening', () => {
      const bound = server.address();
      const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
      open.socket = { ...socket, port };
      this.#tellSockets();
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      open.socket = { ...socket, error: `${error.code ?? 'error'}: ${error.message}` };
      this.#tellSockets();
    });
    server.listen({ host: loadBalancer.address, port: listener.realPort, backlog: 511 });
  }

  #lets({ entry }: NodeListener, { remoteAddress }: Socket): boolean {
    if (entry === undefined || remoteAddress === undefined) return true;
    const address = remoteAddress.replace(/^::ffff:/, '');
    return this.carrier.hasCarried(address) || admits(entry, address).allowed;
  }

  #take(socket: Socket, { state, clients }: OpenListener): void {
    const client = new ClientConnection(socket, state, this);
    clients.add(client);
    socket.once('close', () => clients.delete(client));
    client.setSilent(this.#isSilentTo(client, state.loadBalancer));
  }

  /** A client sends its SYN again and again: once it is let in, its connection begins. */
  #takeHeld(open: OpenListener): void {
    for (const socket of open.held) {
      if (!this.#lets(open.state.listener, socket)) continue;
      open.held.delete(socket);
      this.#take(socket, open);
      socket.resume();
    }
  }

  #tellSockets(): void {
    const sockets = [...this.#listeners.values()]
      .map((open) => open.socket)
      .filter((socket) => socket.port !== 0 || socket.error !== undefined);
    this.#send({ kind: 'listening', sockets });
  }

  #isSilentTo(client: ClientConnection, { entrance }: NodeLoadBalancer): boolean {
    return this.#frozen || (!entrance.up && !client.isCarried);
  }

  #tellSilence(): void {
    for (const open of this.#listeners.values()) {
      const { loadBalancer } = open.state;
      for (const client of open.clients) client.setSilent(this.#isSilentTo(client, loadBalancer));
    }
  }
}
