import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { DomainError } from '../../world/domain-error.ts';

/** The loopback addresses of one world: 127.B.0.0/16. */
export interface LoopbackBlock {
  /** B, from 16 to 126. It may differ from one run to the next; host numbers do not. */
  readonly block: number;
  /** For example `127.16.0.0/16`. */
  readonly cidr: string;
  /** The address of a host of this world; `host` is 0 to 65535. */
  addressFor(host: number): string;
  /** The host that an address stands for; undefined when it is not of this block. */
  hostOf(address: string): number | undefined;
  /** Lets another world take the block. */
  release(): Promise<void>;
}

/** The first 16 blocks are left to others: 127.0.0.1 itself, resolvers at 127.0.0.53 and 127.0.1.1, and what people use by hand. */
const firstBlock = 16;
const lastBlock = 126;

/** The host that carried connections come from: they have their way in the world behind them. */
export const carrierHost = 0;

/** The host whose address holds the guard: who can listen there has the block. */
export const guardHost = 255;

/** The host at which the instances' metadata services listen, each on a port of its own. */
export const metadataHost = 254;

const guardPort = 4565;

/**
 * What a system that offers only 127.0.0.1 needs, in one line. It adds the first 512 addresses of a block: those of the
 * program itself and of the first 256 instances and balancer nodes.
 */
export const loopbackRemedy = (block: number = firstBlock): string =>
  `for i in $(seq 0 255); do sudo ifconfig lo0 alias 127.${block}.0.$i; sudo ifconfig lo0 alias 127.${block}.1.$i; done`;

const addressIn = (block: number, host: number): string => {
  if (!Number.isInteger(host) || host < 0 || host > 0xffff) {
    throw new RangeError(`The host ${host} is not within 0 and 65535.`);
  }
  return `127.${block}.${host >> 8}.${host & 0xff}`;
};

const hostIn = (block: number, address: string): number | undefined => {
  const match = /^127\.(?<block>\d{1,3})\.(?<high>\d{1,3})\.(?<low>\d{1,3})$/.exec(address)?.groups;
  if (Number(match?.['block'] ?? -1) !== block) return undefined;
  const [high, low] = [Number(match?.['high']), Number(match?.['low'])];
  return high > 255 || low > 255 ? undefined : high * 256 + low;
};

type GuardResult = Server | 'taken' | 'no-such-address' | Error;

const guard = async (block: number): Promise<GuardResult> => {
  // Whoever comes to the guard's door is sent away: it only stands there.
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen({ host: addressIn(block, guardHost), port: guardPort, exclusive: true });
    await once(server, 'listening');
    server.unref();
    return server;
  } catch (problem) {
    if (!(problem instanceof Error && 'code' in problem)) throw problem;
    if (problem.code === 'EADDRINUSE') return 'taken';
    return problem.code === 'EADDRNOTAVAIL' ? 'no-such-address' : problem;
  }
};

const claimed = (block: number, server: Server): LoopbackBlock => ({
  block,
  cidr: `127.${block}.0.0/16`,
  addressFor: (host) => addressIn(block, host),
  hostOf: (address) => hostIn(block, address),
  release: () => new Promise((resolve) => server.close(() => resolve())),
});

/**
 * Takes a block of loopback addresses that no other world on this machine has; `preferred`, the block of an earlier run, if it
 * is free. A listening socket at one of its addresses keeps others out, and the system takes it away when the process dies.
 * A system that offers only 127.0.0.1 is a DomainError whose message is what to type.
 */
export const claimLoopbackBlock = async (
  preferred?: number,
): Promise<LoopbackBlock | DomainError> => {
  const all = Array.from({ length: lastBlock - firstBlock + 1 }, (_, index) => firstBlock + index);
  const order = preferred !== undefined && all.includes(preferred) ? [preferred, ...all] : all;
  let isTaken = false;
  for (const block of order) {
    const result = await guard(block);
    if (result instanceof Error) {
      return new DomainError(
        'InternalError',
        `No loopback address can be used: ${result.message}.`,
      );
    }
    if (typeof result !== 'string') return claimed(block, result);
    isTaken ||= result === 'taken';
  }
  return isTaken
    ? new DomainError(
        'InternalError',
        'Every loopback block that this system offers belongs to another world; stop one of them.',
      )
    : new DomainError(
        'InternalError',
        `This system offers only 127.0.0.1. Add loopback addresses: ${loopbackRemedy()}`,
      );
};
