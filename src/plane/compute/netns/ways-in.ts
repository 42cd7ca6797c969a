import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { InstancePorts } from './listening-in.ts';
import { splice } from './splice.ts';

/** The most connections that wait or pass at one port of an instance at once. */
const connectionBound = 1000;

/** The address from which a client's connection is to go on here; any when there is none. */
export type PresentAs = (client: string) => Promise<string | undefined> | undefined;

/** The ways in to one instance: each port that it listens on has a socket on the host, whose connections come here. */
export class WaysIn {
  readonly #ports: InstancePorts;
  readonly #address: string;
  readonly #want: (port: number) => void;
  readonly #presentAs: PresentAs;
  readonly #open = new Map<number, Server | 'wanted'>();
  readonly #sockets = new Set<Socket>();

  /** `address` leads to the instance from here; `want` asks for a socket of the host's for a port. */
  constructor(
    ports: InstancePorts,
    address: string,
    want: (port: number) => void,
    presentAs: PresentAs = () => undefined,
  ) {
    this.#presentAs = presentAs;
    this.#ports = ports;
    this.#address = address;
    this.#want = want;
  }

  /** Makes the open ports those that the instance listens on; see `InstancePorts.look`. */
  follow(thoroughly = false): void {
    const listening = this.#ports.look(thoroughly);
    for (const port of listening) {
      if (this.#open.has(port)) continue;
      this.#open.set(port, 'wanted');
      this.#want(port);
    }
    for (const [port, server] of this.#open) {
      // One that was asked for is on its way; it is looked at again when it has come.
      if (listening.has(port) || server === 'wanted') continue;
      this.#open.delete(port);
      server.close();
    }
  }

  /** Takes a listening socket of the host's as the way in to a port. */
  take(port: number, socket: Server): void {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) =>
      this.accept(client, port),
    );
    server.maxConnections = connectionBound;
    server.listen(socket);
    this.#open.set(port, server);
  }

  /** No socket could be had for a port. It is asked for again when the instance has closed and opened it. */
  refuse(port: number): void {
    this.#open.set(port, createServer());
  }

  close(): void {
    for (const server of this.#open.values()) if (server !== 'wanted') server.close();
    this.#open.clear();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Passes a connection on to a port of the instance. */
  accept(client: Socket, port: number): void {
    client.allowHalfOpen = true;
    this.#keep(client);
    const source = this.#presentAs(client.remoteAddress ?? '');
    if (source === undefined) {
      this.#passOn(client, port, undefined);
      return;
    }
    const broke = (): void => {
      client.destroy();
    };
    client.once('error', broke);
    void source.then((localAddress) => {
      client.off('error', broke);
      if (!client.destroyed) this.#passOn(client, port, localAddress);
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #passOn(client: Socket, port: number, localAddress: string | undefined): void {
    const instance = connect({ host: this.#address, port, allowHalfOpen: true, localAddress });
    this.#keep(instance);
    splice(client, instance);
    client.resume();
  }
}
