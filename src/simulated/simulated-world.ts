import { earth, type Geography } from '../atlas/geography.ts';
import { Places } from '../atlas/places.ts';
import { LoadedServices } from '../aws/loaded-services.ts';
import type { TrafficLoad } from '../drill/ports.ts';
import type { Host } from '../aws/host.ts';
import { nodeHost } from '../plane/keys/node-host.ts';
import type { ListedMachine } from '../plane/compute/driver.ts';
import { openRuntime, type Runtime } from '../runtime/runtime.ts';
import type { LoopbackAddresses } from '../serving/addresses/sockets.ts';
import type { DnsAnswers } from '../serving/names/dns-answers.ts';
import { soonOnce } from '../serving/runners/soon.ts';
import { VirtualClock } from '../world/clock.ts';
import type { Journal } from '../world/journal.ts';
import type { Place } from '../world/places.ts';
import type { World } from '../world/world.ts';
import { ModelledLoad } from './modelled-load.ts';
import { modelledPlanes, type ModelledPlanes } from './modelled-planes.ts';
import type { Fate, User } from './modelled-serving.ts';
import { createVolatileJournal } from './volatile-journal.ts';

/** 2026-01-01T00:00:00Z: where every simulated world begins, so that a seed replays it exactly. */
const epochMs = 1_767_225_600_000;

/** Addresses of the same form as live ones, with no socket behind them. */
const modelledLoopback: LoopbackAddresses = {
  addressFor: (host) => `127.16.${host >> 8}.${host & 255}`,
  hostOf: (address) => {
    const [a, b, high = 0, low = 0] = address.split('.').map(Number);
    return a === 127 && b === 16 ? high * 256 + low : undefined;
  },
  realPort: (port) => port,
};

/** What a simulated world is made with. */
export interface SimulatedWorldOptions {
  readonly seed: number;
  /** The Earth's unless given. */
  readonly geography?: Geography;
  /** Leased already. Without one nothing is kept. */
  readonly journal?: Journal;
  /** What services take from this machine; all that it has unless it is said. */
  readonly host?: Host;
  /** World time at which it begins, unless its journal has come further. */
  readonly startMs?: number;
  /** Told when a machine cannot do what it is told to; the world says so of the instance as well. */
  readonly onProblem?: (instanceId: string, message: string) => void;
}

/**
 * A world in virtual time, with the modelled planes in place of the live ones: the same operations, decisions and
 * runners, no process and no socket.
 */
export class SimulatedWorld {
  readonly world: World;
  readonly services: LoadedServices;
  readonly clock: VirtualClock;
  readonly answers: DnsAnswers;
  readonly places: Places;
  readonly #runtime: Runtime<VirtualClock, ModelledPlanes>;
  readonly #load: ModelledLoad;
  readonly #listeners: Set<() => void>;
  readonly #stopWatching: () => void;

  private constructor(
    runtime: Runtime<VirtualClock, ModelledPlanes>,
    services: LoadedServices,
    listeners: Set<() => void>,
    changed: () => void,
  ) {
    const { world, clock, answers, planes } = runtime;
    this.#runtime = runtime;
    this.world = world;
    this.services = services;
    this.clock = clock;
    this.answers = answers;
    this.places = new Places(world.geography);
    this.#listeners = listeners;
    this.#load = new ModelledLoad({
      world,
      clock,
      route: (address, port) => planes.serving.routeAt(address, port),
      exchanges: (share, idleTimeoutMs) => planes.serving.exchanges(share, idleTimeoutMs),
    });
    this.#stopWatching = world.subscribe(changed);
  }

  /** Begins an empty world, or goes on with the one that the journal holds: then machines boot anew. */
  static async open(options: SimulatedWorldOptions): Promise<SimulatedWorld> {
    const {
      seed,
      journal = createVolatileJournal(seed),
      startMs = epochMs,
      host = nodeHost,
    } = options;
    const services = new LoadedServices(host);
    await services.loadAll();
    const listeners = new Set<() => void>();
    const soon = (clock: VirtualClock) => (work: () => void) => void clock.at(clock.now(), work);
    let changed: () => void = () => undefined;
    const runtime = await openRuntime({
      seed,
      geography: options.geography ?? earth,
      journal,
      services,
      clock: (notBeforeMs) => new VirtualClock(Math.max(startMs, notBeforeMs)),
      // At this very moment, after what is under way.
      soon,
      loopback: modelledLoopback,
      planes: modelledPlanes(() => changed()),
      directory: '/',
      endpoint: () => undefined,
      onProblem: options.onProblem ?? (() => undefined),
      onBug: (where, error) => {
        throw new Error(`A bug in ${where}.`, { cause: error });
      },
      onJournalFailure: (error) => {
        throw new Error('The journal of a simulated world failed.', { cause: error });
      },
    });
    changed = soonOnce(runtime.soon, () => {
      for (const listener of listeners) listener();
    });
    return new SimulatedWorld(runtime, services, listeners, changed);
  }

  /** The address of a load balancer's node, as DNS gives it. */
  nodeAddress(loadBalancerArn: string, zoneId: string): string {
    return this.#runtime.sockets.nodeAddress(loadBalancerArn, zoneId);
  }

  /** The machines that there are, as the driver lists them. */
  machines(): readonly ListedMachine[] {
    return this.#runtime.planes.driver.list();
  }

  /** What balancers' nodes were told last, and what they would be told if everything were read anew: to compare both. */
  nodes(): ReturnType<Runtime<VirtualClock, ModelledPlanes>['nodes']> {
    return this.#runtime.nodes();
  }

  /** Calls back after every change that answers or fates may show. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How requests fare that a user sends from a place to an address that DNS gave. */
  fate(from: Place, address: string, port: number, user: User): Fate {
    return this.#runtime.planes.serving.fate(from, address, port, user);
  }

  /** Told what traffic sends from now on: balancers count it for their metrics. */
  sends(load: TrafficLoad): void {
    this.#load.sends(load);
  }

  async close(): Promise<void> {
    this.#stopWatching();
    this.#load.stop();
    await this.#runtime.stop();
    await this.world.close();
  }
}
