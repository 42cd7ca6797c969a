import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, isIPv4 } from 'node:net';
import type { Socket } from 'node:net';
import { isSystemProblem } from '../../system-problem.ts';
import { dnsAddress, dnsPort } from './wiring.ts';

/** Questions that may wait for an answer at once; what comes beyond is dropped, as UDP does. */
const waitingBound = 1000;

/** How long a question may wait. */
const answerBoundMs = 5000;

/** The IPv4 name servers of a file in the form of resolv.conf; without any, the one that the C library takes then. */
const nameServersOf = (text: string): readonly string[] => {
  const named = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address = '']) => address);
  if (named.length === 0) return ['127.0.0.1'];
  return [...new Set(named.filter((address) => isIPv4(address)))];
};

/** Where programs of this host ask for names, by IPv4. */
export const hostNameServers = (): readonly string[] => {
  try {
    return nameServersOf(readFileSync('/etc/resolv.conf', 'utf8'));
  } catch (problem) {
    if (!isSystemProblem(problem)) throw problem;
    return nameServersOf('');
  }
};

/** How questions leave the gate. */
export interface NameServiceOptions {
  /** Asks by UDP's rules: the answer comes by `answer` or never. */
  readonly ask: (address: string, number: number, base64: string) => void;
  /** Takes a connection for questions. */
  readonly accept: (socket: Socket) => void;
}

/** The DNS server that instances see, in the gate's namespace. */
export class NameService {
  readonly #options: NameServiceOptions;
  readonly #socket = createSocket('udp4');
  readonly #waiting = new Map<number, { readonly address: string; readonly port: number }>();
  #questions = 0;

  constructor(options: NameServiceOptions) {
    this.#options = options;
  }

  async listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      this.#options.accept(socket),
    );
    server.listen({ host: dnsAddress, port: dnsPort });
    await once(server, 'listening');
    this.#socket.on('message', (question, { address, port }) => {
      if (this.#waiting.size >= waitingBound) return;
      this.#questions += 1;
      const number = this.#questions;
      this.#waiting.set(number, { address, port });
      setTimeout(() => this.#waiting.delete(number), answerBoundMs);
      this.#options.ask(address, number, question.toString('base64'));
    });
    // An instance that closed its port shows as an error of the socket; it concerns nobody else.
    this.#socket.on('error', () => undefined);
    this.#socket.bind({ address: dnsAddress, port: dnsPort });
    await once(this.#socket, 'listening');
  }

  answer(number: number, base64: string | undefined): void {
    const client = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (client === undefined || base64 === undefined) return;
    this.#socket.send(Buffer.from(base64, 'base64'), client.port, client.address);
  }
}
