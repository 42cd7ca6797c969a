import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { Server, Socket, createServer } from 'node:net';
import { InstancePorts } from '../netns/listening-in.ts';
import { WaysIn } from '../netns/ways-in.ts';
import type { SocketAddress } from '../../network/socket-address.ts';
import type { FromGate, ToGate } from './gate-messages.ts';

// One instance's way in and out: this process runs in the network namespace of the instance's container and in nothing
// else of it. Listening sockets of the host come over its channel, connections to the host's services go back over it. It
// ends with the main process.

/** How often it looks at what the instance listens on. */
const lookMs = 100;

const send = (message: FromGate, socket?: Socket): void => {
  // The channel is closed when the main process is gone; then this process ends too.
  if (process.connected) process.send?.(message, socket);
};

const openTable = (name: string): number => openSync(`/proc/self/net/${name}`, 'r');

const openIfThere = (name: string): number | undefined =>
  existsSync(`/proc/self/net/${name}`) ? openTable(name) : undefined;

/** The instance's ports without those at which this process itself listens. */
class PortsOfOthers extends InstancePorts {
  readonly #own: ReadonlySet<number>;

  constructor(hostAddress: string, own: ReadonlySet<number>) {
    const tables = {
      tcp: openTable('tcp'),
      tcp6: openIfThere('tcp6'),
      counts: openTable('sockstat'),
      counts6: openIfThere('sockstat6'),
    };
    super(tables, hostAddress);
    this.#own = own;
  }

  override look(): ReadonlySet<number> {
    const ports = super.look();
    return this.#own.size === 0
      ? ports
      : new Set([...ports].filter((port) => !this.#own.has(port)));
  }
}

/** Takes what programs of the instance send to an address of the host: in here it is this namespace's own. */
const passOn = async (target: SocketAddress): Promise<void> => {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
    send({ kind: 'asked', target }, socket),
  );
  try {
    server.listen({ host: target.address, port: target.port });
    await once(server, 'listening');
  } catch (problem) {
    send({
      kind: 'note',
      line: `${target.address}:${target.port} is not reached: ${String(problem)}`,
    });
  }
};

let waysIn: WaysIn | undefined;

const begin = async (hostAddress: string, passedOn: readonly SocketAddress[]): Promise<void> => {
  const own = passedOn.filter(({ address }) => address === hostAddress).map(({ port }) => port);
  const ways = new WaysIn(new PortsOfOthers(hostAddress, new Set(own)), hostAddress, (port) =>
    send({ kind: 'wanted', port }),
  );
  await Promise.all(passedOn.map(passOn));
  waysIn = ways;
  setInterval(() => ways.follow(), lookMs);
  send({ kind: 'ready' });
};

const take = (message: ToGate, handle: unknown): void => {
  switch (message.kind) {
    case 'begin':
      void begin(message.hostAddress, message.passedOn);
      break;
    case 'wayIn':
      if (handle instanceof Server) waysIn?.take(message.port, handle);
      else waysIn?.refuse(message.port);
      break;
    case 'came':
      if (handle instanceof Socket) waysIn?.accept(handle, message.port);
      break;
  }
};

// The only sender on this channel is the main process, which speaks ToGate.
process.on('message', (message, handle) => take(message as ToGate, handle));
process.on('disconnect', () => process.exit(0));
// A message that can no longer be sent says the same a moment earlier.
process.on('error', () => process.exit(0));
