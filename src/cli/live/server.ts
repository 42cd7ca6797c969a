import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDnsServer, type DnsServer } from '../../plane/dns/server.ts';
import { createMockDriver } from '../../plane/compute/mock-driver.ts';
import { createProcessDriver } from '../../plane/compute/process-driver.ts';
import type { Driver } from '../../plane/compute/driver.ts';
import { createWireServer, type WireServer } from '../../wire/server.ts';
import { DomainError } from '../../world/domain-error.ts';
import type { Journal } from '../../world/journal.ts';
import { Failed } from '../usage-error.ts';
import { version } from '../version.ts';
import { createAdmin, type AdminWorld, type SocketAddress } from './admin.ts';
import { createExecute, isSilent } from './api.ts';
import type { LiveClock } from './live-clock.ts';
import { eraseDisks, LiveWorld, prepareDirectory } from './live-world.ts';
import { createLog, type Log } from './log.ts';
import { openLoopback, type Loopback } from './loopback.ts';
import { openJournal } from './open-journal.ts';
import { VantageListeners } from './vantage-listeners.ts';

/** What runs instances. */
export type DriverName = 'process' | 'mock';

/** How a world is served. */
export interface ServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly dnsPort: number;
  readonly host: string;
  /** Undefined: the world is gone when the process ends. */
  readonly dataDirectory: string | undefined;
  readonly seed: number;
  readonly speed: number;
  readonly account: string;
  readonly driver: DriverName;
  readonly strictAuth: boolean;
}

/** Where a served world can be reached. */
export interface Ready {
  readonly status: 'ready';
  readonly version: string;
  readonly endpoint: string;
  readonly dns: string;
  /** The block of loopback addresses of balancers and instances. */
  readonly addresses: string;
  readonly data: string;
  readonly driver: string;
  readonly account: string;
  readonly speed: number;
}

/** A world that is served. */
export interface RunningServer {
  readonly ready: Ready;
  readonly readyLine: string;
  /** For a person's eyes: what to do now, and what this machine lacks. */
  readonly hints: readonly string[];
  world(): LiveWorld;
  /** Where a client at a place asks DNS questions, and when it is open. */
  vantage(placeId: string): { readonly dns: SocketAddress; readonly opened: Promise<unknown> };
  close(): Promise<void>;
}

/** An ephemeral world's disks lie in the system's directory for what may be lost. */
const directoryOf = (options: ServerOptions): string =>
  options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'faultline-'));

const createDriver =
  (options: ServerOptions, directory: string, metadataAddress: string) =>
  (clock: LiveClock): Promise<Driver> =>
    Promise.resolve(
      options.driver === 'mock'
        ? createMockDriver({ clock })
        : createProcessDriver({
            stateDirectory: join(directory, 'running'),
            worldId: worldIdOf(directory),
            metadataAddress,
          }),
    );

/** The same at each start on one directory, and a directory has one world at a time. */
const worldIdOf = (directory: string): string => Buffer.from(directory).toString('base64url');

/** What a process has for its world, and keeps over a reset. */
interface Site {
  readonly directory: string;
  readonly log: Log;
  readonly loopback: Loopback;
  /** The URL of the AWS API; with a free port it is known only once the server listens. */
  endpoint: string | undefined;
}

/** The parts of a served world, with the world itself replaceable: a reset begins another one in its place. */
class Server implements AdminWorld {
  readonly account: string;
  readonly #options: ServerOptions;
  readonly #site: Site;
  #live: LiveWorld;
  #wire: WireServer | undefined;
  #dns: DnsServer | undefined;
  #vantages: VantageListeners | undefined;
  #resets = 0;

  constructor(options: ServerOptions, site: Site, live: LiveWorld) {
    this.#options = options;
    this.account = options.account;
    this.#site = site;
    this.#live = live;
  }

  async listen(): Promise<void> {
    await Promise.all([this.#listenWire(), this.#listenDns()]);
  }

  live(): LiveWorld {
    return this.#live;
  }

  world(): LiveWorld['world'] {
    return this.#live.world;
  }

  clock(): LiveClock {
    return this.#live.clock;
  }

  clockChanged(): void {
    this.#live.clockChanged();
  }

  socketOf(
    of: string,
    port: number | undefined,
    region: string | undefined,
  ): ReturnType<AdminWorld['socketOf']> {
    return this.#live.socketOf(of, port, region);
  }

  async vantageOf(of: string): Promise<object | DomainError> {
    const found = this.#live.placeOf(of);
    if (found instanceof DomainError) return found;
    if (found.kind !== 'found') throw new Error('A place that was not found is a DomainError.');
    const { place } = found;
    const dns = await this.#vantages?.listenerFor(place.id);
    if (dns === undefined) throw new Error('The DNS server is not listening yet.');
    const { name, country, continent, latitude, longitude, subnet } = place;
    return { name, country, continent, latitude, longitude, subnet, dns };
  }

  vantageListener(placeId: string): ReturnType<RunningServer['vantage']> {
    if (this.#vantages === undefined) throw new Error('The DNS server is not listening yet.');
    return {
      dns: this.#vantages.addressFor(placeId),
      opened: this.#vantages.listenerFor(placeId),
    };
  }

  connections(): readonly { readonly what: string; readonly where: string }[] {
    return [
      { what: 'AWS API (AWS_ENDPOINT_URL)', where: this.endpoint },
      { what: 'DNS, UDP and TCP', where: this.dnsAddress },
      ...this.#live.connections(),
    ];
  }

  async reset(): Promise<void> {
    await this.#live.close();
    eraseDisks(this.#site.directory);
    this.#resets += 1;
    if (this.#options.dataDirectory !== undefined) {
      for (const suffix of ['', '-wal', '-shm']) {
        rmSync(join(this.#site.directory, `journal.sqlite${suffix}`), { force: true });
      }
    }
    const journal = await openJournal(this.#options.dataDirectory, this.#options.seed);
    this.#live = await openLive(this.#options, this.#site, journal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#wire?.close(), this.#dns?.close(), this.#vantages?.close()]);
    await this.#live.close();
    await this.#site.loopback.close();
    if (this.#options.dataDirectory === undefined) {
      rmSync(this.#site.directory, { recursive: true, force: true });
    }
  }

  get endpoint(): string {
    return this.#site.endpoint ?? '';
  }

  get dnsAddress(): string {
    const [listener] = this.#dns?.listeners ?? [];
    return listener === undefined ? '' : `${listener.address}:${listener.port}`;
  }

  async #listenWire(): Promise<void> {
    const { host, port, account, strictAuth } = this.#options;
    this.#wire = createWireServer({
      host,
      port,
      execute: createExecute({
        world: () => this.world(),
        refreshConsole: (call) => this.#live.refreshConsole(call),
      }),
      admin: createAdmin(this),
      isSilent: (service, region) => isSilent(this.world(), service, region),
      log: this.#site.log,
      defaultAccount: account,
      // Emulators' users have the key pair test/test, or the account's number as the key with any secret.
      ...(strictAuth ? { strictAuth: { secretFor: () => 'test' } } : {}),
    });
    const { address, port: realPort } = await this.#wire.listen();
    this.#site.endpoint = `http://${address.includes(':') ? `[${address}]` : address}:${realPort}`;
  }

  async #listenDns(): Promise<void> {
    const ports = {
      answer: (question: Parameters<LiveWorld['answers']['answer']>[0]) =>
        this.#live.answers.answer(question),
      speed: () => this.clock().speed() || 1,
      // Each reset is a new world with a count of its own.
      generation: () => this.#resets * 2 ** 40 + this.#live.answers.generation(),
      onBug: (error: unknown) => this.#site.log.error({ err: error }, 'a bug in a DNS answer'),
    };
    const { host, dnsPort } = this.#options;
    this.#dns = await startDnsServer({ ...ports, listeners: [{ address: host, port: dnsPort }] });
    const [main] = this.#dns.listeners;
    this.#vantages = new VantageListeners({
      create: (listeners) => startDnsServer({ ...ports, listeners }),
      addressOf: (index) => this.#site.loopback.vantageAddress(index),
      places: () => this.#live.places,
      port: main?.port ?? dnsPort,
    });
  }
}

const openLive = async (
  options: ServerOptions,
  site: Site,
  journal: Journal,
): Promise<LiveWorld> => {
  const { directory, log, loopback } = site;
  prepareDirectory(directory);
  return await LiveWorld.open({
    // A world keeps the seed that it began with, whatever the command line says.
    seed: journal.header.seed,
    speed: options.speed,
    journal,
    directory,
    loopback,
    createDriver: createDriver(options, directory, loopback.metadataAddress),
    endpoint: () => site.endpoint,
    log,
    onJournalFailure: (error) => {
      // Nothing more could be acknowledged; what was is safe, and a restart finds it.
      process.stderr.write(
        `faultline: the journal in ${directory} cannot be written: ${String(error)}\n`,
      );
      process.exit(1);
    },
  });
};

const hintsOf = (ready: Ready, loopback: Loopback): readonly string[] => {
  const hints = [...loopback.hints];
  if (process.stderr.isTTY) {
    hints.push(
      `  export AWS_ENDPOINT_URL=${ready.endpoint} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1`,
      `  faultline status --endpoint ${ready.endpoint}     (Ctrl-C ends the world's processes and keeps its state)`,
    );
  }
  return hints;
};

/**
 * Starts a world and serves it. `opening` is its journal, when that was asked for already. Rejects with `Failed` and
 * one line when it cannot.
 */
export const startServer = async (
  options: ServerOptions,
  opening: Promise<Journal> = openJournal(options.dataDirectory, options.seed),
): Promise<RunningServer> => {
  // First of all the right to the directory: a process that is refused leaves everything in it alone.
  const journal = await opening;
  const directory = directoryOf(options);
  prepareDirectory(directory);
  const loopback = await openLoopback(directory);
  const endpoint = options.port === 0 ? undefined : `http://${options.host}:${options.port}`;
  const site: Site = { directory, log: createLog(), loopback, endpoint };
  const live = await openLive(options, site, journal).catch(async (error: unknown) => {
    await loopback.close();
    throw error;
  });
  const server = new Server(options, site, live);
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    throw new Failed(`Cannot listen: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const ready: Ready = {
    status: 'ready',
    version,
    endpoint: server.endpoint,
    dns: server.dnsAddress,
    addresses: loopback.block,
    data: options.dataDirectory ?? 'ephemeral',
    driver: live.driverName,
    account: options.account,
    speed: options.speed,
  };
  const readyLine =
    `faultline ready  api=${ready.endpoint}  dns=${ready.dns}  addresses=${ready.addresses}  ` +
    `ports=${loopback.portRule}  driver=${ready.driver}  speed=${ready.speed}  data=${ready.data}`;
  return {
    ready,
    readyLine,
    hints: hintsOf(ready, loopback),
    world: () => server.live(),
    vantage: (placeId) => server.vantageListener(placeId),
    close: () => server.close(),
  };
};
