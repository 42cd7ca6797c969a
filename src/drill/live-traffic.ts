import { Resolver } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PlannedTraffic } from './drill-plan.ts';
import type { LiveDrillWorld, Vantage } from './ports.ts';
import { outcome, runsOfOutcomes, type TrafficRuns } from './runs.ts';
import {
  addressIndex,
  firstTtlMs,
  inTurnOrder,
  isExpired,
  requestsBefore,
  sendTimeMs,
  type Schedule,
} from './schedule.ts';

/** Real ms for which the resolver waits at most: longer than a user does in a world that is as slow as can be. */
const longestQuestionMs = 600_000;

interface Client {
  /** In turn order; undefined before the first answer. */
  cached: readonly string[] | undefined;
  /** Drill time. */
  expiresMs: number;
  /** The question that is on its way, if any. */
  asking: Promise<boolean> | undefined;
}

/** How far a live traffic has come. */
export interface TrafficProgress {
  readonly sent: number;
  readonly lost: number;
}

/**
 * The requests of one traffic in a live world: real questions over UDP to the vantage's DNS listener, real HTTP over a
 * new connection each. A client's cache counts in the schedule's time, so that a late timer does not shift what
 * follows. How a request went counts at the time at which it was to be sent.
 */
export class LiveTraffic {
  readonly #world: LiveDrillWorld;
  readonly #vantage: Vantage;
  readonly #traffic: PlannedTraffic;
  readonly #schedule: Schedule;
  readonly #startMs: number;
  readonly #clients: readonly Client[];
  readonly #outcomes: Uint8Array;
  readonly #resolver: Resolver;
  readonly #open = new Set<Promise<void>>();
  #sent = 0;
  #lost = 0;
  #stopped = false;

  /** `startMs` is the world time of drill time 0; requests are sent for `durationMs`. */
  constructor(
    world: LiveDrillWorld,
    vantage: Vantage,
    traffic: PlannedTraffic,
    startMs: number,
    durationMs: number,
  ) {
    this.#world = world;
    this.#vantage = vantage;
    this.#traffic = traffic;
    this.#startMs = startMs;
    this.#schedule = { ratePerSecond: traffic.ratePerSecond, clients: traffic.clients, durationMs };
    this.#clients = Array.from({ length: traffic.clients }, () => ({
      cached: undefined,
      expiresMs: 0,
      asking: undefined,
    }));
    this.#outcomes = new Uint8Array(requestsBefore(this.#schedule, durationMs));
    // The user's patience is world time: it ends the question, whatever the resolver would still wait for.
    this.#resolver = new Resolver({ timeout: longestQuestionMs, tries: 1 });
    this.#resolver.setServers([`${vantage.dns.address}:${vantage.dns.port}`]);
  }

  get progress(): TrafficProgress {
    return { sent: this.#sent, lost: this.#lost };
  }

  /** Sends every request at its time; resolves when the last one is answered or given up. */
  async run(): Promise<void> {
    const count = this.#outcomes.length;
    for (let next = 0; next < count && !this.#stopped;) {
      const dueMs = this.#startMs + sendTimeMs(this.#schedule, next);
      if (this.#world.now() < dueMs) {
        await this.#world.waitUntil(dueMs);
        continue;
      }
      this.#begin(next);
      next += 1;
    }
    await Promise.all(this.#open);
  }

  /** Sends no more. */
  stop(): void {
    this.#stopped = true;
    this.#resolver.cancel();
  }

  /** How it went. No run crosses one of `cutsMs`. */
  runs(cutsMs: readonly number[]): TrafficRuns {
    return {
      name: this.#traffic.name,
      vantage: this.#traffic.place.name,
      schedule: this.#schedule,
      clients: runsOfOutcomes(this.#schedule, this.#outcomes, cutsMs),
    };
  }

  /** Calls back when a user who begins now gives up, however the speed changes meanwhile. Returns a way to cancel. */
  #afterPatience(giveUp: () => void): () => void {
    return this.#world.at(this.#world.now() + this.#traffic.timeoutMs, giveUp);
  }

  #begin(request: number): void {
    this.#sent += 1;
    const open = this.#send(request).then((isGood) => {
      this.#outcomes[request] = isGood ? outcome.good : outcome.lost;
      if (!isGood) this.#lost += 1;
      this.#open.delete(open);
    });
    this.#open.add(open);
  }

  async #send(request: number): Promise<boolean> {
    const giveUp = new AbortController();
    const stopWaiting = this.#afterPatience(() => giveUp.abort());
    const givenUp = new Promise<false>((resolve) => {
      giveUp.signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    try {
      return await Promise.race([this.#attempt(request, giveUp.signal), givenUp]);
    } finally {
      stopWaiting();
      giveUp.abort();
    }
  }

  async #attempt(request: number, signal: AbortSignal): Promise<boolean> {
    const index = request % this.#traffic.clients;
    const client = this.#clients[index];
    if (client === undefined) return false;
    if (!(await this.#hasAddresses(client, index, sendTimeMs(this.#schedule, request)))) {
      return false;
    }
    const addresses = client.cached ?? [];
    const turn = Math.floor(request / this.#traffic.clients);
    const address = addresses[addressIndex(addresses.length, index, turn)];
    if (address === undefined) return false;
    // Where there is silence, the user waits until patience ends.
    const connect = (): Duplex =>
      this.#world.connect(this.#vantage, address, this.#traffic.request.port);
    return await exchange(this.#traffic, connect, signal);
  }

  async #hasAddresses(client: Client, index: number, timeMs: number): Promise<boolean> {
    if (client.cached !== undefined && !isExpired(timeMs, client.expiresMs)) return true;
    client.asking ??= this.#ask(client, index, timeMs).finally(() => {
      client.asking = undefined;
    });
    return await client.asking;
  }

  /** The addresses of the name; undefined when there is no answer before a user's patience ends. */
  async #resolve(host: string): Promise<readonly string[] | undefined> {
    let stopWaiting = (): void => undefined;
    const late = new Promise<undefined>((resolve) => {
      stopWaiting = this.#afterPatience(() => resolve(undefined));
    });
    try {
      return await Promise.race([this.#resolver.resolve4(host), late]);
    } finally {
      stopWaiting();
    }
  }

  async #ask(client: Client, index: number, timeMs: number): Promise<boolean> {
    try {
      const { host } = this.#traffic.request;
      const addresses = await this.#resolve(host);
      if (addresses === undefined) return false;
      // The TTL in the answer is cut to whole real seconds, which a fast clock makes many of the world's.
      const ttlMs = (this.#world.ttlSeconds(host, this.#vantage) ?? 0) * 1000;
      const livesMs =
        client.cached === undefined ? firstTtlMs(this.#schedule, index, ttlMs) : ttlMs;
      client.cached = inTurnOrder(addresses);
      client.expiresMs = timeMs + livesMs;
      return true;
    } catch {
      // No such name, no answer or a failing server: for the user it is all the same, the request is lost.
      return false;
    }
  }
}

/** One request over a new connection; true when the whole of an expected answer came. */
const exchange = async (
  { request }: PlannedTraffic,
  connect: () => Duplex,
  signal: AbortSignal,
): Promise<boolean> =>
  await new Promise((resolve) => {
    const host = request.port === 80 ? request.host : `${request.host}:${request.port}`;
    const lost = (): void => resolve(false);
    const outgoing = httpRequest(
      {
        createConnection: connect,
        method: request.method,
        path: request.path,
        headers: {
          'user-agent': 'faultline-drill',
          ...request.headers,
          host,
          connection: 'close',
        },
        signal,
      },
      (response) => {
        response.once('end', () =>
          resolve(response.complete && request.expects(response.statusCode ?? 0)),
        );
        response.once('error', lost);
        response.once('close', lost);
        response.resume();
      },
    );
    outgoing.once('error', lost);
    outgoing.end();
  });
