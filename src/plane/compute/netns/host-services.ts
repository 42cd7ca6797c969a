import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { RelayedConnection } from '../../network/relayed-connection.ts';
import { splice } from './splice.ts';
import type { Asker, Surroundings } from './surroundings.ts';
import type { Endpoint } from './wiring.ts';

/** How often a connection that stands still looks whether it may go on. */
const stalledLookMs = 50;

/** How long the DNS server may take. */
const answerBoundMs = 5000;

/** Joins an instance's connection with a socket of the host. */
export const joinWithHost = (socket: Socket, target: Endpoint): void => {
  socket.allowHalfOpen = true;
  const host = connect({ host: target.address, port: target.port, allowHalfOpen: true });
  splice(socket, host);
  socket.resume();
};

/** Joins an instance's connection with one of the world's addresses: it meets what lies between the two. */
export const joinWithWorld = (
  socket: Socket,
  asker: Asker,
  target: Endpoint,
  surroundings: Surroundings,
): void => {
  socket.allowHalfOpen = true;
  let look: NodeJS.Timeout | undefined;
  const relayed: RelayedConnection = new RelayedConnection(socket, {
    port: target.port,
    host: () => target.address,
    reach: () => surroundings.reach(asker, target.address),
    admits: () => true,
    stalled: () => {
      clearTimeout(look);
      look = setTimeout(() => relayed.advance(), stalledLookMs);
    },
    closed: () => clearTimeout(look),
  });
};

/** Asks a DNS server by UDP; undefined when nothing comes back in time. */
export const askDnsServer = (server: Endpoint, question: Buffer): Promise<Buffer | undefined> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    const settle = (answer: Buffer | undefined): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(undefined), answerBoundMs);
    socket.once('message', settle);
    // A server that is not there has no answer.
    socket.once('error', () => settle(undefined));
    socket.send(question, server.port, server.address);
  });
