import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Server as TcpServer, Socket as TcpSocket } from 'node:net';
import type { DnsClient, Responder, ResponderPorts } from './respond.ts';
import { createResponder } from './respond.ts';

/** Where the server listens, on UDP and TCP alike; `vantage` is the place that clients of this address are at. */
export interface DnsListener {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly vantage?: string;
}

/** Bounds of the TCP side. */
interface TcpLimits {
  /** Open connections over all listeners; one more is closed at once. */
  readonly connections: number;
  /** Real milliseconds without a whole query after which a connection is closed. */
  readonly idleMs: number;
  /** Queries that one connection may ask. */
  readonly queries: number;
}

/** What a DNS server needs: its listeners, and the world as ports. */
export interface DnsServerOptions extends ResponderPorts {
  readonly listeners: readonly DnsListener[];
  readonly tcp?: Partial<TcpLimits>;
}

/** A running DNS server. */
export interface DnsServer {
  /** The listeners with the ports that they really have, in the order given. */
  readonly listeners: readonly DnsListener[];
  /** Queries that came, malformed ones too. */
  queries(): number;
  /** Stops listening and drops open connections; resolves when all sockets are closed. */
  close(): Promise<void>;
}

const defaultTcpLimits: TcpLimits = { connections: 200, idleMs: 10_000, queries: 10_000 };

/** How much a TCP peer may leave unread before the server stops reading from it. */
const unsentBytesPerConnection = 256 * 1024;

interface Shared {
  readonly respond: Responder;
  readonly limits: TcpLimits;
  readonly connections: Set<TcpSocket>;
  queries: number;
}

interface OpenListener {
  readonly listener: DnsListener;
  readonly udp: UdpSocket;
  readonly tcp: TcpServer;
}

const clientOf = (address: string, vantage: string | undefined): DnsClient =>
  vantage === undefined ? { address } : { address, vantage };

const bindUdp = async (listener: DnsListener): Promise<UdpSocket> => {
  const socket = createSocket({
    type: listener.address.includes(':') ? 'udp6' : 'udp4',
    recvBufferSize: 4 * 1024 * 1024,
    // Peers are addresses already; the default would ask the resolver's queue for each response sent.
    lookup: (address, _options, done) => done(null, address, address.includes(':') ? 6 : 4),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: listener.address, port: listener.port }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  return socket;
};

const serveUdp = (socket: UdpSocket, vantage: string | undefined, shared: Shared): void => {
  // A peer that closed its port shows as an error of the socket; it concerns nobody else.
  socket.on('error', () => undefined);
  socket.on('message', (query: Buffer, peer: RemoteInfo) => {
    shared.queries += 1;
    const response = shared.respond(query, 'udp', clientOf(peer.address, vantage));
    // No callback: nothing is to be done when a response was not sent, and each costs a turn of the event loop.
    if (response !== undefined) socket.send(response, peer.port, peer.address);
  });
};

const serveConnection = (socket: TcpSocket, vantage: string | undefined, shared: Shared): void => {
  if (shared.connections.size >= shared.limits.connections) {
    socket.destroy();
    return;
  }
  shared.connections.add(socket);
  socket.setNoDelay(true);
  const client = clientOf(socket.remoteAddress ?? '', vantage);
  let pending: Buffer = Buffer.alloc(0);
  let asked = 0;
  // Counts from the last whole query: a peer that sends a byte now and then is idle all the same.
  const idle = setTimeout(() => socket.destroy(), shared.limits.idleMs);

  const takeQueries = (): void => {
    let offset = 0;
    socket.cork();
    while (pending.length - offset >= 2 && asked < shared.limits.queries) {
      const length = pending.readUInt16BE(offset);
      if (pending.length - offset - 2 < length) break;
      const query = pending.subarray(offset + 2, offset + 2 + length);
      offset += 2 + length;
      asked += 1;
      shared.queries += 1;
      idle.refresh();
      const response = shared.respond(query, 'tcp', client);
      if (response === undefined) {
        socket.destroy();
        return;
      }
      socket.write(Uint8Array.of(response.length >>> 8, response.length & 0xff));
      socket.write(response);
    }
    socket.uncork();
    pending = pending.subarray(offset);
    if (asked >= shared.limits.queries) socket.end();
    else if (socket.writableLength > unsentBytesPerConnection) socket.pause();
  };

  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    takeQueries();
  });
  socket.on('drain', () => socket.resume());
  // The close that follows an error does all there is to do.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(idle);
    shared.connections.delete(socket);
  });
};

const bindTcp = async (
  address: string,
  port: number,
  onConnection: (socket: TcpSocket) => void,
): Promise<TcpServer> => {
  const server = createServer(onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
};

const closeUdp = (socket: UdpSocket): Promise<void> =>
  new Promise((resolve) => socket.close(() => resolve()));

const closeTcp = (server: TcpServer): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

/** A free port of UDP may be taken on TCP: then another is tried. */
const freePortAttempts = 10;

const openListener = async (listener: DnsListener, shared: Shared): Promise<OpenListener> => {
  const { vantage } = listener;
  for (let attempt = 1; ; attempt += 1) {
    const udp = await bindUdp(listener);
    const port = udp.address().port;
    try {
      const tcp = await bindTcp(listener.address, port, (socket) =>
        serveConnection(socket, vantage, shared),
      );
      serveUdp(udp, vantage, shared);
      return { listener: { ...listener, port }, udp, tcp };
    } catch (error) {
      await closeUdp(udp);
      if (listener.port !== 0 || attempt >= freePortAttempts) throw error;
    }
  }
};

const closeListeners = async (open: readonly OpenListener[], shared: Shared): Promise<void> => {
  for (const socket of shared.connections) socket.destroy();
  await Promise.all(open.flatMap(({ udp, tcp }) => [closeUdp(udp), closeTcp(tcp)]));
};

/**
 * Starts an authoritative DNS server on all listeners, UDP and TCP. Rejects with the system's error (EADDRINUSE,
 * EADDRNOTAVAIL, ...) when one cannot be bound, and then leaves none open.
 */
export const startDnsServer = async (options: DnsServerOptions): Promise<DnsServer> => {
  const shared: Shared = {
    respond: createResponder(options),
    limits: { ...defaultTcpLimits, ...options.tcp },
    connections: new Set(),
    queries: 0,
  };
  const open: OpenListener[] = [];
  try {
    for (const listener of options.listeners) open.push(await openListener(listener, shared));
  } catch (error) {
    await closeListeners(open, shared);
    throw error;
  }
  return {
    listeners: open.map(({ listener }) => listener),
    queries: () => shared.queries,
    close: () => closeListeners(open, shared),
  };
};
