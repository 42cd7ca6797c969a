import { readSync } from 'node:fs';
import { readSocketAddress } from '../../network/listening-ports.ts';
import type { SocketTables } from './namespace.ts';
import type { Endpoint } from './wiring.ts';

/** A table of a namespace is read up to here: some thousand connections. */
const tableBound = 1024 * 1024;

const textOf = (file: number): string => {
  const chunk = Buffer.alloc(64 * 1024);
  let text = '';
  while (text.length < tableBound) {
    const length = readSync(file, chunk, 0, chunk.length, text.length);
    if (length === 0) break;
    text += chunk.toString('latin1', 0, length);
  }
  return text;
};

const isOutside = (address: string): boolean =>
  address !== '0.0.0.0' && address !== '::' && !address.startsWith('127.');

/**
 * Where a connection that began at this port of an instance is to go, as its program named it: the tables of its namespace
 * have it. Undefined when that is not clear.
 */
export const destinationOf = (
  { tcp, tcp6 }: SocketTables,
  port: number,
  isInside: (address: string) => boolean,
): Endpoint | undefined => {
  const suffix = port.toString(16).toUpperCase().padStart(4, '0');
  const pattern = new RegExp(
    `^\\s*\\d+: [0-9A-F]+:${suffix} (?<address>[0-9A-F]+):(?<port>[0-9A-F]{4}) (?!0A|06|07)`,
    'gm',
  );
  const found = [tcp, ...(tcp6 === undefined ? [] : [tcp6])].flatMap((file) =>
    [...textOf(file).matchAll(pattern)].flatMap(({ groups }) => {
      const address = readSocketAddress(groups?.['address'] ?? '');
      if (address === undefined || !isOutside(address) || isInside(address)) return [];
      return [{ address, port: Number.parseInt(groups?.['port'] ?? '', 16) }];
    }),
  );
  return found.length === 1 ? found[0] : undefined;
};
