import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  claimLoopbackBlock,
  metadataHost,
  type LoopbackBlock,
} from '../../plane/network/loopback.ts';
import { discoverPortRule, portOffset, type PortRule } from '../../plane/network/ports.ts';
import { isDomainError } from '../../world/domain-error.ts';
import { Failed } from '../../text/usage-error.ts';
import type { LoopbackAddresses } from './sockets.ts';

/** The loopback addresses that a served world has for itself. */
export interface Loopback extends LoopbackAddresses {
  /** For example `127.16.0.0/16`. */
  readonly block: string;
  readonly metadataAddress: string;
  /** How ports of AWS's side and real ones go together, for the ready line. */
  readonly portRule: string;
  /** How much higher privileged ports are here than on AWS: 0 where this user may listen on them. */
  readonly portOffset: number;
  readonly hints: readonly string[];
  /** Where clients at the n-th place ask DNS questions. */
  vantageAddress(index: number): string;
  /** Keeps the block in the data directory, for the next run. */
  remember(): void;
  close(): Promise<void>;
}

/** Hosts 1 to 253 of a block stand for places. */
const placeHosts = 253;

const describe = (block: LoopbackBlock, rule: PortRule, directory: string): Loopback => ({
  block: block.cidr,
  metadataAddress: block.addressFor(metadataHost),
  portRule: rule.notice === undefined ? 'as-on-aws' : `below-${rule.firstOpenPort}+${portOffset}`,
  portOffset: rule.notice === undefined ? 0 : portOffset,
  hints: rule.notice === undefined ? [] : [`faultline: ${rule.notice}`],
  addressFor: (host) => block.addressFor(host),
  hostOf: (address) => block.hostOf(address),
  realPort: (port) => rule.realPort(port),
  vantageAddress: (index) => {
    if (index < 0 || index >= placeHosts)
      throw new RangeError(`There is no address for place ${index}.`);
    return block.addressFor(1 + index);
  },
  remember: () => writeFileSync(join(directory, blockFile), `${block.block}\n`),
  close: () => block.release(),
});

/** Where a data directory keeps which block its world had, so that its addresses stay the same when they can. */
const blockFile = 'loopback-block';

const blockOf = (directory: string): number | undefined => {
  const file = join(directory, blockFile);
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
};

/**
 * Takes a block of loopback addresses, the one of the directory's last run when it is free, or says in one line
 * what the machine lacks.
 */
export const openLoopback = async (directory: string): Promise<Loopback> => {
  const block = await claimLoopbackBlock(blockOf(directory));
  if (isDomainError(block)) throw new Failed(block.message);
  return describe(block, await discoverPortRule(block.addressFor(metadataHost)), directory);
};
