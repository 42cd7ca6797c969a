import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** The TCP ports that are listened on, by IPv4 address in dotted form, or `::` for every address of both families. */
export type ListeningPorts = ReadonlyMap<string, ReadonlySet<number>>;

/** An IPv4 address as /proc/net/tcp and tcp6 write it, or `::`; undefined for another of IPv6: the bytes of the 32-bit word in this host's order, which is little-endian on all that run Node. */
export const readSocketAddress = (hex: string): string | undefined => {
  if (/^0{32}$/.test(hex)) return '::';
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
  const address = readSocketAddress(fields['address'] ?? '');
  if (address === undefined) return true;
  const ports = into.get(address) ?? new Set();
  into.set(address, ports.add(Number.parseInt(fields['port'] ?? '', 16)));
  return true;
};

/** The listening sockets of a table in the form of /proc/net/tcp or tcp6, of which `text` is the beginning. */
export const parseListeningPorts = (text: string): ListeningPorts => {
  const ports = new Map<string, Set<number>>();
  for (const line of text.split('\n')) if (!addListening(line, ports)) break;
  return ports;
};

const readTable = async (path: string): Promise<ListeningPorts> => {
  const ports = new Map<string, Set<number>>();
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(16 * 1024);
    let rest = '';
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return ports;
      const lines = (rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (!addListening(line, ports)) return ports;
    }
  } finally {
    await file.close();
  }
};

const table4 = '/proc/net/tcp';
const table6 = '/proc/net/tcp6';
const nothing: ListeningPorts = new Map();
const none: ReadonlySet<number> = new Set();

/** Whether this host shows which ports are listened on. */
export const showsListeningPorts = (): boolean => existsSync(table4);

const pollMs = 200;

/**
 * The kernel walks its whole table of connections when a table has none, which the one of IPv6 mostly is; and few programs
 * turn the address that they were given into IPv6 form. So that table is read at every tenth look.
 */
const looksPerLookAtIpv6 = 10;

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
  #looking: Promise<void> = Promise.resolve();
  #looks = 0;
  #ports6 = nothing;

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

  /** Looks now, and tells every watcher before it settles. Looks follow one another, so that what is told never goes back in time. */
  look(): Promise<void> {
    return this.#afterOthers(true);
  }

  #afterOthers(alsoIpv6: boolean): Promise<void> {
    const looked = this.#looking.then(() => this.#look(alsoIpv6));
    // Who asked for a look learns of its failure; the next look has its own fate.
    this.#looking = looked.catch(() => undefined);
    return looked;
  }

  async #look(alsoIpv6: boolean): Promise<void> {
    if (!showsListeningPorts()) return;
    if (alsoIpv6 && existsSync(table6)) this.#ports6 = await readTable(table6);
    const ports4 = await readTable(table4);
    for (const { address, see } of this.#watchers.values()) {
      see(new Set([...(ports4.get(address) ?? none), ...(this.#ports6.get(address) ?? none)]));
    }
  }

  #lookIn(delayMs: number): void {
    this.#timer = setTimeout(() => {
      const begin = performance.now();
      const goOn = (): void => {
        if (this.#watchers.size > 0)
          this.#lookIn(Math.max(pollMs, 20 * (performance.now() - begin)));
      };
      this.#afterOthers(this.#looks++ % looksPerLookAtIpv6 === 0).then(goOn, goOn);
    }, delayMs);
    this.#timer.unref();
  }
}
