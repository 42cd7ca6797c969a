import { closeSync, existsSync, openSync, readSync } from 'node:fs';

/** The TCP ports that are listened on, by IPv4 address in dotted form. */
export type ListeningPorts = ReadonlyMap<string, ReadonlySet<number>>;

/** An address as /proc/net/tcp writes it: the bytes of the 32-bit word in this host's order, which is little-endian on all that run Node. */
const readAddress = (hex: string): string | undefined => {
  // In tcp6, an IPv4 address that a program gave in IPv6 form (::ffff:127.0.0.1).
  const word =
    hex.length === 8 ? hex : hex.startsWith('0000000000000000FFFF0000') ? hex.slice(24) : undefined;
  if (word === undefined) return undefined;
  return [6, 4, 2, 0].map((at) => Number.parseInt(word.slice(at, at + 2), 16)).join('.');
};

const linePattern =
  /^\s*\d+: (?<address>[0-9A-F]{8}|[0-9A-F]{32}):(?<port>[0-9A-F]{4}) \S+ (?<state>[0-9A-F]{2}) /;
const listenState = '0A';

/**
 * Adds the listening sockets of a table in the form of /proc/net/tcp. False at the first socket that does not listen:
 * the kernel lists those that do before all others.
 */
const addListening = (line: string, into: Map<string, Set<number>>): boolean => {
  const fields = linePattern.exec(line)?.groups;
  if (fields === undefined) return true;
  if (fields['state'] !== listenState) return false;
  const address = readAddress(fields['address'] ?? '');
  if (address === undefined) return true;
  const ports = into.get(address) ?? new Set();
  into.set(address, ports.add(Number.parseInt(fields['port'] ?? '', 16)));
  return true;
};

const readTable = (path: string, into: Map<string, Set<number>>): void => {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(16 * 1024);
    let rest = '';
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, null);
      if (length === 0) return;
      const lines = (rest + buffer.toString('latin1', 0, length)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (!addListening(line, into)) return;
    }
  } finally {
    closeSync(file);
  }
};

/** Whether this host shows which ports are listened on. */
export const showsListeningPorts = (): boolean => existsSync('/proc/net/tcp');

/** The ports that are listened on now. The cost grows with the sockets that listen, not with connections. */
export const readListeningPorts = (): ListeningPorts => {
  const ports = new Map<string, Set<number>>();
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6'])
    if (existsSync(path)) readTable(path, ports);
  return ports;
};

const pollMs = 200;
const none: ReadonlySet<number> = new Set();

/**
 * Looks again and again at which ports are listened on, while anybody watches an address. One look serves all; when looks
 * are slow they become rarer, so that they never take more than a twentieth of a core.
 */
export class ListeningWatch {
  readonly #watchers = new Map<
    object,
    { readonly address: string; readonly see: (ports: ReadonlySet<number>) => void }
  >();
  #timer: NodeJS.Timeout | undefined;

  /** Calls `see` with the ports of an address after each look; the answer ends it. Where the host shows nothing, never. */
  watch(address: string, see: (ports: ReadonlySet<number>) => void): () => void {
    const key = {};
    this.#watchers.set(key, { address, see });
    if (this.#timer === undefined && showsListeningPorts()) this.#lookIn(0);
    return () => {
      this.#watchers.delete(key);
      if (this.#watchers.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Looks now, and tells every watcher. */
  look(): void {
    if (!showsListeningPorts()) return;
    const ports = readListeningPorts();
    for (const { address, see } of this.#watchers.values()) see(ports.get(address) ?? none);
  }

  #lookIn(delayMs: number): void {
    this.#timer = setTimeout(() => {
      const begin = performance.now();
      this.look();
      if (this.#watchers.size > 0) this.#lookIn(Math.max(pollMs, 20 * (performance.now() - begin)));
    }, delayMs);
    this.#timer.unref();
  }
}
