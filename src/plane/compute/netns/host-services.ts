import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { hostNameServers } from './name-service.ts';
import { splice } from './splice.ts';
import { dnsPort } from './wiring.ts';
import type { Endpoint } from './wiring.ts';

/** How long the DNS server may take. */
const answerBoundMs = 5000;

/** Joins an instance's connection with a socket of the host. */
export const joinWithHost = (socket: Socket, target: Endpoint): void => {
  socket.allowHalfOpen = true;
  const host = connect({ host: target.address, port: target.port, allowHalfOpen: true });
  splice(socket, host);
  socket.resume();
};

/** Whether a DNS server knows nothing of what it was asked. Source: RFC 1035, 4.1.1: the code is the fourth byte's half. */
export const isRefused = (answer: Buffer): boolean => ((answer[3] ?? 0) & 15) === 5;

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

/** Asks this host's own name server; undefined when it has none of IPv4, or that is silent. */
export const askHostResolver = async (question: Buffer): Promise<Buffer | undefined> => {
  const [address] = hostNameServers();
  return address === undefined
    ? undefined
    : await askDnsServer({ address, port: dnsPort }, question);
};
