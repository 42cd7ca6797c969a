import type { Duplex } from 'node:stream';
import type { Place } from '../atlas/places.ts';
import type {
  DrillWorldOptions,
  LiveDrillWorld,
  LiveMeasures,
  MendedFault,
  OpenedFault,
  Vantage,
  WatchedName,
  WorldEvent,
} from '../drill/ports.ts';
import type { DomainError } from '../world/domain-error.ts';
import type { FaultRequest } from '../world/faults.ts';
import type { AskedDriver } from '../server/choose-driver.ts';
import { startServer, type RunningServer } from '../server/server.ts';
import { mendByIdOrTarget, openNow } from './drill-faults.ts';
import { AutoPace, firstSpeed, FixedPace, type Pace } from './pace-keeping.ts';
import { resolveName } from './resolve-name.ts';
import { timeOutsOf } from './time-outs.ts';
import { unsettled } from './unsettled.ts';
import { WorldEvents } from './world-events.ts';

/** What a live world is made with beside. */
export interface LiveDrillOptions extends DrillWorldOptions {
  /** What runs its instances. */
  readonly driver: AskedDriver;
}

/** A world of its own for one drill: real processes and sockets, and nothing kept. */
export class LiveDrill implements LiveDrillWorld {
  readonly mode = 'live';
  readonly #server: RunningServer;
  readonly #events: WorldEvents;
  readonly #opening: Promise<unknown>[] = [];

  readonly #pace: Pace;

  private constructor(server: RunningServer, pace: Pace) {
    this.#server = server;
    this.#pace = pace;
    const { world, answers } = server.world();
    this.#events = new WorldEvents(world, answers);
  }

  static async open(options: LiveDrillOptions): Promise<LiveDrill> {
    const pace = options.speed === 'auto' ? new AutoPace() : new FixedPace(options.tell);
    const server = await startServer({
      port: 0,
      dnsPort: 0,
      host: '127.0.0.1',
      dataDirectory: undefined,
      seed: options.seed,
      speed: options.speed === 'auto' ? firstSpeed : options.speed,
      account: options.account,
      driver: options.driver,
      geography: options.geography,
      strictAuth: false,
      tell: options.tell,
      onLateness: (clock) => pace.follow(clock),
    });
    await server.opened();
    return new LiveDrill(server, pace);
  }

  get endpoint(): string {
    return this.#server.ready.endpoint;
  }

  get speed(): number {
    return this.#server.world().clock.speed();
  }

  now(): number {
    return this.#server.world().clock.now();
  }

  at(worldMs: number, callback: () => void): () => void {
    return this.#server.world().clock.at(worldMs, callback);
  }

  keepPace(shortestPatienceMs: number): void {
    const live = this.#server.world();
    const { shortestTimeoutMs } = timeOutsOf(live.world);
    this.#pace.begin(Math.min(shortestPatienceMs, shortestTimeoutMs), () => live.clockChanged());
  }

  measure(): () => LiveMeasures {
    const { world, clock } = this.#server.world();
    const timeOuts = timeOutsOf(world);
    this.#pace.follow(clock);
    const chosenSpeed = clock.speed();
    this.#pace.lowestSpeed = chosenSpeed;
    const span = clock.lateness.span();
    return () => {
      const { stall, start } = span.worst();
      return {
        chosenSpeed,
        lowestSpeed: this.#pace.lowestSpeed,
        stallMs: stall.worldMs,
        startMs: start.worldMs,
        ...timeOuts,
      };
    };
  }

  async waitUntil(worldMs: number): Promise<void> {
    const { clock } = this.#server.world();
    await Promise.all(this.#opening.splice(0));
    await new Promise<void>((resolve) => clock.at(worldMs, resolve));
  }

  vantage(place: Place): Vantage {
    const { dns, opened } = this.#server.vantage(place.id);
    this.#opening.push(opened);
    return { place, dns };
  }

  openFault(request: FaultRequest): Promise<OpenedFault | DomainError> {
    return openNow(this.#server.world().world, request);
  }

  mendFault(idOrTarget: string): Promise<MendedFault | DomainError> {
    return mendByIdOrTarget(this.#server.world().world, idOrTarget);
  }

  unsettled(): readonly string[] {
    return unsettled(this.#server.world().world);
  }

  watchNames(names: readonly WatchedName[]): void {
    this.#events.watchNames(names);
  }

  onEvent(listener: (event: WorldEvent) => void): () => void {
    return this.#events.onEvent(listener);
  }

  connect(vantage: Vantage, address: string, port: number): Duplex {
    return this.#server.world().connectFrom(vantage.place, address, port);
  }

  ttlSeconds(name: string): number | undefined {
    return resolveName(this.#server.world().answers, name)?.ttlSeconds;
  }

  async close(): Promise<void> {
    this.#events.stop();
    await this.#server.close();
  }
}
