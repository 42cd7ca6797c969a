import { connect, type Socket } from 'node:net';
import { unprobed, type NodeTargetHealth } from '../../aws/elbv2/target-health.ts';
import type { GroupCounts } from './traffic-counter.ts';
import type { CarriedConnection } from '../network/carrier.ts';
import { takesProbes, takesTraffic, type NodeTarget } from './messages.ts';

/** Who uses a connection to a target while it carries a request. */
export interface TargetUser {
  /** The connection stands; it may be written to. */
  targetReady(connection: TargetConnection): void;
  targetData(bytes: Buffer): void;
  targetDrained(): void;
  /** It is over: it could not be opened, or it was closed or reset. */
  targetGone(why: 'not-connected' | 'ended' | 'reset'): void;
}

/** A pool keeps no more idle connections to one target than this. */
const mostIdleConnections = 256;

/** One connection to a target, with at most one request in flight: a load balancer does not pipeline to targets. */
export class TargetConnection {
  readonly socket: Socket;
  /** It has carried a request before. */
  reused = false;
  /** Decides what becomes of what is sent over it. */
  carried: CarriedConnection | undefined;
  readonly #pool: TargetPool;
  #user: TargetUser | undefined;
  #connected = false;
  #over = false;

  constructor(pool: TargetPool, socket: Socket, user: TargetUser) {
    this.#pool = pool;
    this.socket = socket;
    this.#user = user;
    socket.setNoDelay(true);
    socket.on('connect', () => {
      this.#connected = true;
      this.#user?.targetReady(this);
    });
    socket.on('data', (bytes) => {
      if (this.#user === undefined) this.close();
      else this.#user.targetData(bytes);
    });
    socket.on('drain', () => this.#user?.targetDrained());
    socket.on('end', () => this.#gone('ended'));
    // The close that follows says the rest.
    socket.on('error', () => this.#gone(this.#connected ? 'reset' : 'not-connected'));
    socket.on('close', () => this.#gone(this.#connected ? 'ended' : 'not-connected'));
  }

  /** Gives an idle connection its next request. */
  use(user: TargetUser): void {
    this.reused = true;
    this.#user = user;
  }

  /** Ends the request; the connection waits for another when it can carry one. */
  release(reusable: boolean): void {
    this.#user = undefined;
    if (reusable && !this.#over) this.#pool.keep(this);
    else this.close();
  }

  /** Closes it without telling its user. */
  close(): void {
    this.#user = undefined;
    this.#gone('reset');
  }

  /** Closes it as if the target had: its request ends in 502. */
  cut(): void {
    this.#gone('reset');
  }

  /** Holds back what comes from the target while the network between is down. */
  setSilent(silent: boolean): void {
    if (silent) this.socket.pause();
    else if (this.#connected) this.socket.resume();
  }

  #gone(why: 'not-connected' | 'ended' | 'reset'): void {
    if (this.#over) return;
    this.#over = true;
    const user = this.#user;
    this.#user = undefined;
    this.#pool.forget(this);
    this.socket.destroy();
    user?.targetGone(why);
  }
}

/** One target as this node knows it: its health, and the connections to it. */
export class TargetPool {
  health: NodeTargetHealth = unprobed;
  /** Where requests to its group are counted. */
  readonly counts: GroupCounts;
  #target: NodeTarget;
  #sourceAddress: string;
  readonly #all = new Set<TargetConnection>();
  readonly #idle: TargetConnection[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(target: NodeTarget, sourceAddress: string, counts: GroupCounts) {
    this.counts = counts;
    this.#target = target;
    this.#sourceAddress = sourceAddress;
  }

  get target(): NodeTarget {
    return this.#target;
  }

  /** The address of the load balancer's node, where connections and probes come from. */
  get sourceAddress(): string {
    return this.#sourceAddress;
  }

  /** Whether a request gets through to the target: it has a socket, the network joins us and lets connections begin. */
  get answers(): boolean {
    return takesTraffic(this.#target) && this.#target.socket !== undefined;
  }

  /** The same of a health check, which may go to another port. */
  get answersProbes(): boolean {
    return takesProbes(this.#target) && this.#target.socket !== undefined;
  }

  update(target: NodeTarget, sourceAddress: string): void {
    const before = this.#target;
    this.#target = target;
    this.#sourceAddress = sourceAddress;
    const moved =
      before.socket?.address !== target.socket?.address ||
      before.socket?.port !== target.socket?.port;
    if (moved) this.#dropIdle();
    if (target.way.up !== before.way.up) {
      // What waits idle may be dead when the network is back; a new connection is not.
      this.#dropIdle();
      for (const connection of this.#all) connection.setSilent(!target.way.up);
    }
    if (target.draining) this.#dropIdle();
    if (this.answers) this.#wake();
  }

  /** An idle connection, or undefined. The one used last is the least likely to be closed by the target. */
  takeIdle(user: TargetUser): TargetConnection | undefined {
    const connection = this.#idle.pop();
    connection?.use(user);
    return connection;
  }

  /** Opens a connection; its user hears when it stands or fails. */
  open(user: TargetUser): TargetConnection | undefined {
    const { socket: address } = this.#target;
    if (address === undefined) return undefined;
    const socket = connect({
      host: address.address,
      port: address.port,
      localAddress: this.#sourceAddress,
    });
    const connection = new TargetConnection(this, socket, user);
    this.#all.add(connection);
    return connection;
  }

  /** Calls back once the target answers; returns a way to cancel. */
  whenAnswers(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  keep(connection: TargetConnection): void {
    const usable = this.answers && !this.#target.draining;
    if (usable && this.#idle.length < mostIdleConnections) this.#idle.push(connection);
    else connection.close();
  }

  forget(connection: TargetConnection): void {
    this.#all.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  /** The target is deregistered for good: requests that it still holds end in 502. */
  close(): void {
    for (const connection of this.#all) connection.cut();
  }

  #dropIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  }
}
