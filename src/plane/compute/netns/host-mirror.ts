import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { ListeningSockets } from './listening-in.ts';
import { mirrored } from './wiring.ts';
import type { Endpoint } from './wiring.ts';

/** Privileged ports end before it. */
const firstUnprivilegedPort = 1024;

/** The most listening sockets of the host that are mirrored; what comes after them is refused to instances. */
const mirrorBound = 4096;

/** What a mirror is of. */
export interface MirrorOptions {
  /** The sockets of the host. */
  readonly host: ListeningSockets;
  /** Which of its addresses, as 127.16.0.0/16. */
  readonly block: string;
  /** How much higher privileged ports are on the host than here. */
  readonly portOffset: number;
  /** Takes a connection of an instance to a socket of the host. */
  readonly accept: (target: Endpoint, socket: Socket) => void;
}

/**
 * Has in the gate's namespace every listening socket that the host has at the world's loopback addresses, at the mirrored
 * address and at the port by which AWS calls it: an instance that connects to a balancer comes here.
 */
export class HostMirror {
  readonly #options: MirrorOptions;
  readonly #prefix: string;
  readonly #servers = new Map<string, Server>();
  #seen: unknown;

  constructor(options: MirrorOptions) {
    this.#options = options;
    // A block is a /16.
    this.#prefix = options.block.split('.').slice(0, 2).join('.') + '.';
  }

  /** Makes the sockets here those that the host has. */
  follow(thoroughly: boolean): void {
    const { host } = this.#options;
    const found = host.look(thoroughly);
    if (found === this.#seen) return;
    this.#seen = found;
    const wanted = new Map<string, Endpoint>();
    for (const table of found) {
      for (const [address, ports] of table) {
        if (!address.startsWith(this.#prefix)) continue;
        for (const port of ports) wanted.set(`${address}:${port}`, { address, port });
      }
    }
    for (const [key, server] of this.#servers) {
      if (wanted.has(key)) continue;
      this.#servers.delete(key);
      server.close();
    }
    for (const [key, target] of wanted) {
      if (this.#servers.size >= mirrorBound) return;
      if (!this.#servers.has(key)) this.#open(key, target);
    }
  }

  #open(key: string, target: Endpoint): void {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      this.#options.accept(target, socket),
    );
    this.#servers.set(key, server);
    // Two ports of the host may be one here; the first one has it.
    server.on('error', () => undefined);
    server.listen({ host: mirrored(target.address), port: this.#portHere(target.port) });
  }

  #portHere(port: number): number {
    const asOnAws = port - this.#options.portOffset;
    return asOnAws > 0 && asOnAws < firstUnprivilegedPort ? asOnAws : port;
  }
}
