import { readSync } from 'node:fs';
import { parseListeningPorts } from '../../network/listening-ports.ts';
import type { ListeningPorts } from '../../network/listening-ports.ts';
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

const inUse = (file: number | undefined): number =>
  file === undefined ? 0 : Number(/TCP6?: inuse (\d+)/.exec(readFrom(file, 0))?.[1] ?? 0);

/** How many sockets are connected, from a file in the form of /proc/net/snmp: a line of names, then one of values. */
const connectedCount = (file: number | undefined): number => {
  if (file === undefined) return 0;
  const [names = '', values = ''] = readFrom(file, 0)
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'));
  return Number(values.split(' ')[names.split(' ').indexOf('CurrEstab')] ?? 0);
};

/**
 * Who listens in a namespace. Where all namespaces share one table of connections, the kernel walks it for each reading,
 * which takes milliseconds; so a look first counts the sockets of the namespace that are not connected, and reads only when
 * their number has changed.
 */
export class ListeningSockets {
  readonly #tables: SocketTables;
  #counted = -1;
  #found: readonly ListeningPorts[] = [];

  constructor(tables: SocketTables) {
    this.#tables = tables;
  }

  /** The ports by address as they are now, of each family; the same object while nothing has changed. */
  look(thoroughly: boolean): readonly ListeningPorts[] {
    const { tcp, tcp6, counts, counts6, connected } = this.#tables;
    const counted = inUse(counts) + inUse(counts6) - connectedCount(connected);
    if (counted === this.#counted && !thoroughly) return this.#found;
    this.#counted = counted;
    this.#found = [tcp, ...(tcp6 === undefined ? [] : [tcp6])].map((file) =>
      parseListeningPorts(readListening(file)),
    );
    return this.#found;
  }
}

/** Which ports an instance listens on so that others reach them. */
export class InstancePorts {
  readonly #sockets: ListeningSockets;
  readonly #privateAddress: string;
  #found: readonly ListeningPorts[] | undefined;
  #ports: ReadonlySet<number> = new Set();

  constructor(tables: SocketTables, privateAddress: string) {
    this.#sockets = new ListeningSockets(tables);
    this.#privateAddress = privateAddress;
  }

  /** The ports as they are now. `thoroughly` also sees a socket that took another one's place between two looks. */
  look(thoroughly = false): ReadonlySet<number> {
    const found = this.#sockets.look(thoroughly);
    if (found === this.#found) return this.#ports;
    this.#found = found;
    this.#ports = new Set(
      found.flatMap((table) =>
        ['0.0.0.0', '::', this.#privateAddress].flatMap((address) => [
          ...(table.get(address) ?? []),
        ]),
      ),
    );
    return this.#ports;
  }
}
