import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Geography } from '../atlas/geography.ts';
import { answer, type AnswerContext } from '../aws/route53/answer.ts';
import type { DnsQuestion } from '../aws/route53/dns-records.ts';
import { roundingText } from '../plane/dns/shown-ttl.ts';
import { startDnsServer, type DnsServer } from '../plane/dns/server.ts';
import { accountOf } from '../wire/credential-scope.ts';
import { createWireServer, type WireCall, type WireServer } from '../wire/server.ts';
import type { ServicesBehind } from '../wire/behind.ts';
import { DomainError } from '../world/domain-error.ts';
import { WorldEnded } from '../world/world-ended.ts';
import type { Journal } from '../world/journal.ts';
import { Failed } from '../text/usage-error.ts';
import { version } from '../text/version.ts';
import type { AdminWorld } from '../admin/admin.ts';
import type { SocketAddress } from '../plane/network/socket-address.ts';
import type { ImageTransfers } from '../admin/image-transfers.ts';
import { chooseDriver, type AskedDriver, type ChosenDriver } from './choose-driver.ts';
import type { LiveClock } from '../live/live-clock.ts';
import type { LiveWorld } from '../live/live-world.ts';
import { makeEphemeralDirectory } from './ephemeral-directory.ts';
import { createLog, type Log } from '../text/log.ts';
import { tellerOf } from './teller.ts';
import { openLoopback, type Loopback } from '../serving/addresses/loopback.ts';
import type { AskedBehind, OpenBehind } from './open-behind.ts';
import { openJournal } from './open-journal.ts';
import type { OpenWorld } from './open-live-world.ts';
import { VantageListeners } from './vantage-listeners.ts';

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
  readonly driver: AskedDriver;
  readonly strictAuth: boolean;
  /** Refuses launches whose user data asks for something that is not done here; not unless it is said. */
  readonly strictUserData?: boolean;
  /** Where calls of services go that are not ours; nowhere unless it is said. */
  readonly behind?: AskedBehind;
  /** The Region that hints name; us-east-1 unless given. */
  readonly region?: string;
  /** Takes lines for a person that come while the world runs; they go to stderr unless given. */
  readonly tell?: (line: string) => void;
  /** Called some times a second with what is known of this machine's lateness; unless given, `tell` gets a line once it matters. */
  readonly onLateness?: (clock: LiveClock) => void;
  /** The Earth's unless given. */
  readonly geography?: Geography;
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
  /** The world, once it runs: an empty one begins when it is first asked for. */
  opened(): Promise<LiveWorld>;
  /** The world that runs; asking before it does is a bug. */
  world(): LiveWorld;
  /** Where a client at a place asks DNS questions, and when it is open. */
  vantage(placeId: string): { readonly dns: SocketAddress; readonly opened: Promise<unknown> };
  close(): Promise<void>;
}

const directoryOf = (options: ServerOptions): string =>
  options.dataDirectory ?? makeEphemeralDirectory();

/** What a process has for its world, and keeps over a reset. */
export interface Site {
  readonly directory: string;
  readonly log: Log;
  readonly loopback: Loopback;
  readonly driver: ChosenDriver;
  /** The URL of the AWS API; with a free port it is known only once the server listens. */
  endpoint: string | undefined;
  /** Where clients in a Region ask DNS questions; undefined while nobody answers them. */
  dnsServer: (region: string) => Promise<SocketAddress | undefined>;
}

/** What an empty world knows of names: nothing, so only AWS's own have an answer. */
const noNames: AnswerContext = {
  zoneOf: () => undefined,
  healthy: () => false,
  awsName: () => undefined,
};

/** How long calls that a world was asked are waited for when it ends; whoever takes longer is told that it has ended. */
const patienceMs = 2_000;

/** The parts of a served world, with the world itself replaceable: a reset begins another one in its place. */
class Server implements AdminWorld {
  readonly account: string;
  readonly #options: ServerOptions;
  readonly #site: Site;
  readonly #journal: Journal;
  /** When the world began to be served, also where it runs only later. */
  readonly #servedSinceMs = Date.now();
  #open: OpenWorld | undefined;
  #opening: Promise<OpenWorld> | undefined;
  #wire: WireServer | undefined;
  #behind: OpenBehind | undefined;
  #dns: DnsServer | undefined;
  #vantages: VantageListeners | undefined;
  #resets = 0;
  #hasToldRounding = false;
  #isClosing = false;

  constructor(options: ServerOptions, site: Site, journal: Journal) {
    this.#options = options;
    this.#journal = journal;
    this.account = options.account;
    this.#site = site;
  }

  /** Lets the journal's world run, in which time has passed since `sinceMs` of this machine's. */
  async begin(sinceMs: number): Promise<OpenWorld> {
    this.#opening ??= this.#run(this.#journal, sinceMs);
    this.#open = await this.#opening;
    return this.#open;
  }

  async opened(): Promise<LiveWorld> {
    return (await this.#opened()).live;
  }

  /** Starts what is to be started behind; who listens knows where calls go. */
  async openBehind(asked: AskedBehind): Promise<void> {
    const { openBehind } = await import('./open-behind.ts');
    this.#behind = await openBehind(asked, this.#options.port, tellerOf(this.#options));
  }

  async listen(): Promise<void> {
    // Both are waited for: what listens when the other cannot must be known to whoever closes this.
    const tried = await Promise.allSettled([this.#listenWire(), this.#listenDns()]);
    for (const result of tried) if (result.status === 'rejected') throw result.reason;
  }

  /** The world that runs; there is none between two, nor after the last. */
  running(): OpenWorld {
    if (this.#open === undefined) throw new WorldEnded();
    return this.#open;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    const { underWay } = await this.#opened();
    return await underWay.during(work);
  }

  live(): LiveWorld {
    return this.running().live;
  }

  world(): LiveWorld['world'] {
    return this.live().world;
  }

  clock(): LiveClock {
    return this.live().clock;
  }

  clockChanged(): void {
    this.live().clockChanged();
  }

  socketOf(
    of: string,
    port: number | undefined,
    region: string | undefined,
  ): ReturnType<AdminWorld['socketOf']> {
    return this.live().socketOf(of, port, region);
  }

  machines(): ReturnType<AdminWorld['machines']> {
    return this.live().machines();
  }

  blockedPaths(): ReturnType<AdminWorld['blockedPaths']> {
    return this.live().blockedPaths();
  }

  entranceOf(...asked: Parameters<AdminWorld['entranceOf']>): ReturnType<AdminWorld['entranceOf']> {
    return this.running().access.entranceOf(...asked);
  }

  consoleOf(...asked: Parameters<AdminWorld['consoleOf']>): ReturnType<AdminWorld['consoleOf']> {
    return this.running().access.consoleOf(...asked);
  }

  images(): ImageTransfers {
    return this.running().images;
  }

  async vantageOf(of: string): Promise<object | DomainError> {
    const found = this.live().placeOf(of);
    if (found instanceof DomainError) return found;
    if (found.kind !== 'found') throw new Error('A place that was not found is a DomainError.');
    const { place } = found;
    const dns = await this.#vantages?.listenerFor(place.id);
    if (dns === undefined) throw new Error('The DNS server is not listening yet.');
    const { name, country, continent, latitude, longitude, subnet } = place;
    return { name, country, continent, latitude, longitude, subnet, dns };
  }

  behind(): ReturnType<AdminWorld['behind']> {
    return this.#behind?.routes ?? [];
  }

  async operationsBehind(service: string | undefined): ReturnType<AdminWorld['operationsBehind']> {
    const { operationsBehind } = await import('./operations-behind.ts');
    return await operationsBehind(this.behind(), service);
  }

  async accountOfKey(accessKeyId: string, sessionToken: string | undefined): Promise<string> {
    const found = await (await this.#opened()).identify(accessKeyId, sessionToken);
    return found.kind === 'known' ? found.caller.account : accountOf(accessKeyId, this.account);
  }

  vantageListener(placeId: string): ReturnType<RunningServer['vantage']> {
    if (this.#vantages === undefined) throw new Error('The DNS server is not listening yet.');
    return {
      dns: this.#vantages.addressFor(placeId),
      opened: this.#vantages.listenerFor(placeId),
    };
  }

  async dnsServerOf(region: string): Promise<SocketAddress | undefined> {
    const found = this.#open?.live.placeOf(region);
    if (found === undefined || found instanceof DomainError || found.kind !== 'found')
      return undefined;
    return await this.#vantages?.listenerFor(found.place.id);
  }

  connections(): readonly { readonly what: string; readonly where: string }[] {
    return [
      { what: 'AWS API (AWS_ENDPOINT_URL)', where: this.endpoint },
      { what: 'DNS, UDP and TCP', where: this.dnsAddress },
      ...this.live().connections(),
    ];
  }

  async reset(): Promise<void> {
    if (this.#isClosing) throw new WorldEnded();
    // Whoever asks from now on waits for the empty world, another reset included.
    this.#opening = this.#opened().then((before) => this.#beginAnew(before));
    this.#open = await this.#opening;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all([this.#wire?.close(), this.#dns?.close(), this.#vantages?.close()]);
    await this.#behind?.close();
    const last = await this.#opening;
    if (last === undefined) await this.#journal.close();
    else await this.#end(last);
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

  /**
   * The world that runs. An empty one has nothing to recover and nothing to do: its code, all services and planes, is read
   * when somebody first asks for it.
   */
  async #opened(): Promise<OpenWorld> {
    if (this.#opening !== undefined) return await this.#opening;
    if (this.#isClosing) throw new WorldEnded();
    try {
      return await this.begin(this.#servedSinceMs);
    } catch (error) {
      process.stderr.write(`faultline: the world cannot run: ${String(error)}\n`);
      process.exit(1);
    }
  }

  async #run(journal: Journal, sinceMs: number): Promise<OpenWorld> {
    const { openLiveWorld } = await import('./open-live-world.ts');
    return await openLiveWorld(this.#options, this.#site, journal, sinceMs);
  }

  async #beginAnew(before: OpenWorld): Promise<OpenWorld> {
    const { directory } = this.#site;
    await this.#end(before);
    this.#resets += 1;
    for (const part of ['instances', 'volumes', 'blocks', 'imports']) {
      // A program that is being ended may still write for a moment.
      await rm(join(directory, part), { recursive: true, force: true, maxRetries: 10 });
    }
    if (this.#options.dataDirectory !== undefined) {
      for (const suffix of ['', '-wal', '-shm']) {
        rmSync(join(directory, `journal.sqlite${suffix}`), { force: true });
      }
    }
    const journal = await openJournal(this.#options.dataDirectory, this.#options.seed);
    return await this.#run(journal, Date.now());
  }

  /** Ends a world: what it was asked is carried out or called off, and nothing of it is left when this resolves. */
  async #end(world: OpenWorld): Promise<void> {
    await world.underWay.over(patienceMs);
    // From now on nobody finds it any more.
    this.#open = undefined;
    await world.images.close();
    await world.live.close();
  }

  async #execute(call: WireCall): Promise<unknown> {
    const world = await this.#opened();
    return await world.underWay.during(() => world.execute(call));
  }

  /** Calls that go behind meet what is broken in the world that runs. */
  async #servicesBehind(): Promise<ServicesBehind | undefined> {
    if (this.#behind === undefined) return undefined;
    const { servicesBehind } = await import('./behind-calls.ts');
    return servicesBehind({
      ...this.#behind,
      world: async () => (await this.#opened()).live,
    });
  }

  async #listenWire(): Promise<void> {
    const { host, port, account, strictAuth } = this.#options;
    const behind = await this.#servicesBehind();
    this.#wire = createWireServer({
      host,
      port,
      execute: (call) => this.#execute(call),
      ...(behind === undefined ? {} : { behind }),
      // Read at the first such request: whoever waits for the ready line need not wait for it.
      admin: async (request) => (await import('../admin/admin.ts')).createAdmin(this)(request),
      identify: async (key, token) => await (await this.#opened()).identify(key, token),
      isSilent: (service, region) => this.#open?.isSilent(service, region) === true,
      log: this.#site.log,
      defaultAccount: account,
      // Emulators' users have the key pair test/test, or the account's number as the key with any secret.
      ...(strictAuth ? { strictAuth: { secretFor: () => 'test' } } : {}),
    });
    const { address, port: realPort } = await this.#wire.listen();
    this.#site.endpoint = `http://${address.includes(':') ? `[${address}]` : address}:${realPort}`;
  }

  /** Told once: the same is true of every answer with that TTL, and of most others. */
  #tellRounded(ttlSeconds: number, speed: number): void {
    if (this.#hasToldRounding) return;
    this.#hasToldRounding = true;
    tellerOf(this.#options)(`faultline: ${roundingText(ttlSeconds, speed)}.`);
  }

  async #listenDns(): Promise<void> {
    const ports = {
      // A world that does not run yet is an empty one.
      answer: (question: DnsQuestion) =>
        this.#open?.live.answers.answer(question) ?? answer(question, noNames),
      speed: () => this.#open?.live.clock.speed() || 1,
      // Each reset is a new world with a count of its own.
      onRounded: (ttlSeconds: number, speed: number) => this.#tellRounded(ttlSeconds, speed),
      generation: () => this.#resets * 2 ** 40 + (this.#open?.live.answers.generation() ?? -1),
      onBug: (error: unknown) => this.#site.log.error({ err: error }, 'a bug in a DNS answer'),
    };
    const { host, dnsPort } = this.#options;
    this.#dns = await startDnsServer({ ...ports, listeners: [{ address: host, port: dnsPort }] });
    const [main] = this.#dns.listeners;
    this.#vantages = new VantageListeners({
      create: (listeners) => startDnsServer({ ...ports, listeners }),
      addressOf: (index) => this.#site.loopback.vantageAddress(index),
      places: () => this.live().places,
      port: main?.port ?? dnsPort,
    });
  }
}

const hintsOf = (ready: Ready, { loopback, driver }: Site, region: string): readonly string[] => {
  const hints = [...loopback.hints];
  if (driver.why !== undefined) hints.push(`faultline: driver ${driver.name}: ${driver.why}`);
  if (process.stderr.isTTY) {
    hints.push(
      `  export AWS_ENDPOINT_URL=${ready.endpoint} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=${region}`,
      `  faultline status --endpoint ${ready.endpoint}     (Ctrl-C ends the world's processes and keeps its state)`,
    );
  }
  return hints;
};

/** The world's journal, and what runs its instances. Without one of them the other is let go. */
const openParts = async (
  opening: Promise<Journal>,
  asked: AskedDriver,
): Promise<{ readonly journal: Journal; readonly driver: ChosenDriver }> => {
  const [journal, driver] = await Promise.allSettled([opening, chooseDriver(asked)]);
  if (journal.status === 'rejected') throw journal.reason;
  if (driver.status === 'fulfilled') return { journal: journal.value, driver: driver.value };
  await journal.value.close();
  throw driver.reason;
};

/**
 * Starts a world and serves it. `opening` is its journal, when that was asked for already. Rejects with `Failed` and
 * one line when it cannot.
 */
export const startServer = async (
  options: ServerOptions,
  opening: Promise<Journal> = openJournal(options.dataDirectory, options.seed),
): Promise<RunningServer> => {
  const directory = directoryOf(options);
  const claiming = openLoopback(directory);
  const { journal, driver } = await openParts(opening, options.driver).catch(
    async (error: unknown) => {
      // Whoever has no right to the directory leaves everything in it alone.
      await (await claiming).close();
      throw error;
    },
  );
  const loopback = await claiming;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  loopback.remember();
  const endpoint = options.port === 0 ? undefined : `http://${options.host}:${options.port}`;
  const site: Site = {
    directory,
    log: createLog(),
    loopback,
    driver,
    endpoint,
    dnsServer: () => Promise.resolve(undefined),
  };
  const server = new Server(options, site, journal);
  site.dnsServer = (region) => server.dnsServerOf(region);
  const isEmpty = (await journal.shards()).length === 0;
  // Nobody comes back to a world that keeps nothing: it need not know which places it had.
  const kept =
    options.dataDirectory === undefined ? undefined : await import('./kept-geography.ts');
  try {
    if (!isEmpty) {
      await kept?.refuseMissingPlaces(directory, journal, options.geography);
      await server.begin(Date.now());
    }
    kept?.keepGeography(directory, options.geography);
    if (options.behind !== undefined) await server.openBehind(options.behind);
    await server.listen();
  } catch (error) {
    await server.close();
    if (error instanceof Failed) throw error;
    throw new Failed(`Cannot listen: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const ready: Ready = {
    status: 'ready',
    version,
    endpoint: server.endpoint,
    dns: server.dnsAddress,
    addresses: loopback.block,
    data: options.dataDirectory ?? 'ephemeral',
    driver: site.driver.name,
    account: options.account,
    speed: options.speed,
  };
  const readyLine =
    `faultline ready  api=${ready.endpoint}  dns=${ready.dns}  addresses=${ready.addresses}  ` +
    `ports=${loopback.portRule}  driver=${ready.driver}  speed=${ready.speed}  data=${ready.data}`;
  return {
    ready,
    readyLine,
    hints: hintsOf(ready, site, options.region ?? 'us-east-1'),
    opened: () => server.opened(),
    world: () => server.live(),
    vantage: (placeId) => server.vantageListener(placeId),
    close: () => server.close(),
  };
};
