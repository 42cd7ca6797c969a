import { readSync } from 'node:fs';
import { parseListeningPorts } from '../../network/listening-ports.ts';
import type { SocketTables } from './namespace.ts';

const buffer = Buffer.alloc(16 * 1024);

const readFrom = (file: number, position: number): string =>
  buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, position));

/** The whole text of a file of /proc, or as much of a table of sockets as lists those that listen: they come first. */
const readListening = (file: number): string => {
  let text = '';
  for (;;) {
    const more = readFrom(file, text.length);
    text += more;
    // The state is the fourth word of a line; 0A is LISTEN.
    if (more === '' || /^\s*\d+: \S+ \S+ (?!0A)/m.test(more)) return text;
  }
};

const inUse = (file: number | undefined): string =>
  file === undefined ? '' : (/TCP6?: inuse \d+/.exec(readFrom(file, 0))?.[0] ?? '');

/** However quiet it is, at every so many looks the tables are read: a socket may take another one's place between two. */
const looksPerReading = 20;

/**
 * Which ports an instance listens on so that others reach them. The kernel walks its table of all connections of the host
 * for each reading, so a look first asks how many sockets the namespace has, and reads only when that has changed.
 */
export class InstancePorts {
  readonly #tables: SocketTables;
  readonly #privateAddress: string;
  #counted = '';
  #looks = 0;
  #ports: ReadonlySet<number> = new Set();

  constructor(tables: SocketTables, privateAddress: string) {
    this.#tables = tables;
    this.#privateAddress = privateAddress;
  }

  /** The ports as they are now. */
  look(): ReadonlySet<number> {
    const { tcp, tcp6, counts, counts6 } = this.#tables;
    const counted = `${inUse(counts)} ${inUse(counts6)}`;
    this.#looks += 1;
    if (counted === this.#counted && this.#looks % looksPerReading !== 0) return this.#ports;
    this.#counted = counted;
    const tables = [tcp, ...(tcp6 === undefined ? [] : [tcp6])].map((file) =>
      parseListeningPorts(readListening(file)),
    );
    this.#ports = new Set(
      tables.flatMap((table) =>
        ['0.0.0.0', '::', this.#privateAddress].flatMap((address) => [
          ...(table.get(address) ?? []),
        ]),
      ),
    );
    return this.#ports;
  }
}
