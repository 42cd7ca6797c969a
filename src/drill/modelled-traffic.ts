import type { PlannedTraffic } from './drill-plan.ts';
import { freshCarry, type FailingShare } from './failing-share.ts';
import type { Vantage, VirtualDrillWorld } from './ports.ts';
import { uniformRun, type Run, type TrafficRuns } from './runs.ts';
import {
  firstTtlMs,
  inTurnOrder,
  isExpired,
  turnTimeMs,
  turnsBefore,
  turnsWithin,
  type Schedule,
} from './schedule.ts';
import { playStretch } from './stretch.ts';

interface Answer {
  /** In turn order. */
  readonly addresses: readonly string[];
  readonly ttlMs: number;
}

/** What the world says of a traffic's name and addresses. */
interface Seen {
  readonly answer: Answer | undefined;
  /** The failing share of every address that was ever answered. */
  readonly shares: ReadonlyMap<string, number>;
}

const lastByte = (address: string): number => Number(address.slice(address.lastIndexOf('.') + 1));

const sameAddresses = (a: readonly string[], b: readonly string[] | undefined): boolean =>
  a === b || (a.length === b?.length && a.every((address, index) => address === b[index]));

const sameAnswer = (a: Answer | undefined, b: Answer | undefined): boolean =>
  a?.ttlMs === b?.ttlMs && sameAddresses(a?.addresses ?? [], b?.addresses ?? []);

const isSame = (a: Seen, b: Seen): boolean =>
  sameAnswer(a.answer, b.answer) &&
  [...a.shares].every(([address, share]) => b.shares.get(address) === share);

interface Client {
  readonly index: number;
  /** Its first turn that has not been played. */
  turn: number;
  /** Undefined before its first answer. */
  cached: readonly string[] | undefined;
  expiresMs: number;
  readonly carries: Map<string, number>;
  readonly runs: Run[];
}

/**
 * The requests of one traffic in a virtual world, without an event for each: between two changes of the world every
 * client has a stretch with the addresses it has cached and one with those that DNS answers now, and each of them is
 * arithmetic. The cost grows with changes and clients, not with requests or time.
 */
export class ModelledTraffic {
  readonly #world: VirtualDrillWorld;
  readonly #vantage: Vantage;
  readonly #traffic: PlannedTraffic;
  readonly #schedule: Schedule;
  readonly #startMs: number;
  readonly #clients: readonly Client[];
  /** What the world said when it last changed: what holds until it changes again. */
  #seen: Seen = { answer: undefined, shares: new Map() };
  readonly #stop: () => void;

  /** Begins at the world's present moment, which is drill time 0; requests are sent for `durationMs`. */
  constructor(
    world: VirtualDrillWorld,
    vantage: Vantage,
    traffic: PlannedTraffic,
    durationMs: number,
  ) {
    this.#world = world;
    this.#vantage = vantage;
    this.#traffic = traffic;
    this.#schedule = { ratePerSecond: traffic.ratePerSecond, clients: traffic.clients, durationMs };
    this.#startMs = world.now();
    this.#clients = Array.from({ length: traffic.clients }, (_, index) => ({
      index,
      turn: 0,
      cached: undefined,
      expiresMs: 0,
      carries: new Map(),
      runs: [],
    }));
    this.#seen = this.#look();
    this.#tellLoad(this.#schedule.ratePerSecond);
    this.#stop = world.onChange(() => this.#changed());
  }

  /** Plays all requests before the present moment, so that no run crosses it. */
  cut(): void {
    const untilMs = this.#world.now() - this.#startMs;
    for (const client of this.#clients) this.#play(client, untilMs);
  }

  /** Ends the traffic and says how it went. */
  finish(): TrafficRuns {
    this.#stop();
    this.#tellLoad(0);
    this.cut();
    return {
      name: this.#traffic.name,
      vantage: this.#traffic.place.name,
      schedule: this.#schedule,
      clients: this.#clients.map(({ runs }) => runs),
    };
  }

  #tellLoad(ratePerSecond: number): void {
    const { name, request } = this.#traffic;
    const addresses = this.#seen.answer?.addresses ?? [];
    const isSent = addresses.length > 0;
    this.#world.sends?.({
      traffic: name,
      addresses,
      port: request.port,
      ratePerSecond: isSent ? ratePerSecond : 0,
    });
  }

  #ask(): Answer | undefined {
    const found = this.#world.resolve(this.#traffic.request.host, this.#vantage);
    if (found === undefined || found.addresses.length === 0) return undefined;
    return { addresses: inTurnOrder(found.addresses), ttlMs: found.ttlSeconds * 1000 };
  }

  #shareOf(address: string): number {
    const { request, timeoutMs } = this.#traffic;
    const asked = { ...request, timeoutMs };
    const fate = this.#world.fate(this.#vantage, address, request.port, asked);
    return fate.latencyMs >= timeoutMs ? 1 : fate.failingShare;
  }

  #look(): Seen {
    const answer = this.#ask();
    const known = new Set([...this.#seen.shares.keys(), ...(answer?.addresses ?? [])]);
    return {
      answer,
      shares: new Map([...known].map((address) => [address, this.#shareOf(address)])),
    };
  }

  #changed(): void {
    const seen = this.#look();
    if (isSame(seen, this.#seen)) return;
    // What was sent until now met the world as it was before.
    this.cut();
    this.#seen = seen;
    this.#tellLoad(this.#schedule.ratePerSecond);
  }

  #play(client: Client, untilMs: number): void {
    const { answer } = this.#seen;
    const limit = turnsBefore(this.#schedule, client.index, untilMs);
    while (client.turn < limit) {
      if (client.cached === undefined || isExpired(this.#timeMs(client), client.expiresMs)) {
        if (answer === undefined) {
          this.#loseAll(client, limit);
          return;
        }
        this.#resolve(client, answer);
      }
      const current = sameAddresses(client.cached ?? [], answer?.addresses) ? answer : undefined;
      const expiry = turnsBefore(this.#schedule, client.index, client.expiresMs);
      // While DNS says what the client has cached, asking again changes nothing: one stretch is enough.
      const end =
        current !== undefined ? limit : Math.min(limit, Math.max(expiry, client.turn + 1));
      this.#playStretch(client, client.cached ?? [], end);
      if (current !== undefined) this.#renew(client, expiry, current.ttlMs);
    }
  }

  #timeMs(client: Client): number {
    return turnTimeMs(this.#schedule, client.index, client.turn);
  }

  #resolve(client: Client, answer: Answer): void {
    const livesMs =
      client.cached === undefined
        ? firstTtlMs(this.#schedule, client.index, answer.ttlMs)
        : answer.ttlMs;
    client.cached = answer.addresses;
    client.expiresMs = this.#timeMs(client) + livesMs;
  }

  /** Lets the client have asked again and again with the same answer, first at the turn `expiry`. */
  #renew(client: Client, expiry: number, ttlMs: number): void {
    if (expiry >= client.turn) return;
    const step = turnsWithin(this.#schedule, ttlMs);
    const last = expiry + Math.floor((client.turn - 1 - expiry) / step) * step;
    client.expiresMs = turnTimeMs(this.#schedule, client.index, last) + ttlMs;
  }

  #playStretch(client: Client, addresses: readonly string[], to: number): void {
    const failing: readonly FailingShare[] = addresses.map((address) => ({
      share: this.#seen.shares.get(address) ?? 1,
      carry: client.carries.get(address) ?? freshCarry(client.index, lastByte(address)),
    }));
    const { run, carries } = playStretch({
      client: client.index,
      from: client.turn,
      to,
      failing,
      timeMs: (turn) => turnTimeMs(this.#schedule, client.index, turn),
    });
    client.runs.push(run);
    for (const [index, address] of addresses.entries()) {
      client.carries.set(address, carries[index] ?? 0);
    }
    client.turn = to;
  }

  #loseAll(client: Client, to: number): void {
    const lastMs = turnTimeMs(this.#schedule, client.index, to - 1);
    client.runs.push(uniformRun(this.#timeMs(client), lastMs, to - client.turn, true));
    client.turn = to;
  }
}
