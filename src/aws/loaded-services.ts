import { faultTimers } from '../world/fault-book.ts';
import type { Follower, WorldRules } from '../world/rules.ts';
import type { TimerHandler } from '../world/transaction.ts';
import type { Host } from './host.ts';
import type { Service, ServiceAbout } from './operation.ts';
import { services as allServices } from './services.ts';
import { idempotencyTimers } from './shared/idempotency.ts';

/** What services make run in a world: timers, followers and extensions, in the order of the list. */
export const rulesOf = (services: readonly Service[]): WorldRules => {
  const timers: Record<string, TimerHandler> = { ...idempotencyTimers, ...faultTimers };
  const followers = new Map<string, Follower[]>();
  const extensions = new Map<string, Map<string, unknown>>();
  for (const service of services) {
    Object.assign(timers, service.timers);
    for (const follower of service.follows ?? []) {
      followers.set(follower.table, [...(followers.get(follower.table) ?? []), follower]);
    }
    for (const { point, key, part } of service.extends ?? []) {
      const parts = extensions.get(point) ?? new Map<string, unknown>();
      extensions.set(point, parts.set(key, part));
    }
  }
  return { timers, followers, extensions };
};

/**
 * The services whose code has been read, for one world. A service comes in at its first call, with those that it brings; a
 * world that has contents already takes them all before it recovers, since a timer or a row may be of any of them.
 */
export class LoadedServices {
  readonly #host: Host;
  readonly #abouts: ReadonlyMap<string, ServiceAbout>;
  readonly #loading = new Map<string, Promise<Service>>();
  readonly #loaded = new Map<string, Service>();
  #rules: WorldRules = rulesOf([]);
  /** What its world runs by. It grows with each service. */
  readonly rules: WorldRules;

  constructor(host: Host, abouts: readonly ServiceAbout[] = allServices) {
    this.#host = host;
    this.#abouts = new Map(abouts.map((about) => [about.name, about]));
    const current = (): WorldRules => this.#rules;
    this.rules = {
      get timers() {
        return current().timers;
      },
      get followers() {
        return current().followers;
      },
      get extensions() {
        return current().extensions;
      },
    };
  }

  /** The service of that name, as far as it is known without its code. */
  about(name: string): ServiceAbout | undefined {
    return this.#abouts.get(name);
  }

  /** A service that has been loaded. */
  get(name: string): Service | undefined {
    return this.#loaded.get(name);
  }

  /** Those that have been loaded, in the order of the list. */
  list(): readonly Service[] {
    return [...this.#abouts.keys()].flatMap((name) => this.#loaded.get(name) ?? []);
  }

  /** Brings in a service and those that must be there with it. */
  async load(name: string): Promise<Service> {
    const wanted = this.#withBrought(name);
    const all = await Promise.all(wanted.map((about) => this.#read(about)));
    const isNew = all.some((service) => !this.#loaded.has(service.name));
    for (const service of all) this.#loaded.set(service.name, service);
    if (isNew) this.#rules = rulesOf(this.list());
    const service = this.#loaded.get(name);
    if (service === undefined) throw new Error(`There is no service ${name}.`);
    return service;
  }

  /** Brings in all of them. */
  async loadAll(): Promise<readonly Service[]> {
    await Promise.all([...this.#abouts.keys()].map((name) => this.load(name)));
    return this.list();
  }

  #read(about: ServiceAbout): Promise<Service> {
    const known = this.#loading.get(about.name);
    if (known !== undefined) return known;
    const reading = about.read(this.#host);
    this.#loading.set(about.name, reading);
    return reading;
  }

  /** A service and all that it brings, directly and by others. */
  #withBrought(name: string): readonly ServiceAbout[] {
    const wanted = new Map<string, ServiceAbout>();
    const waiting = [name];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (wanted.has(next)) continue;
      const about = this.#abouts.get(next);
      if (about === undefined) throw new Error(`There is no service ${next}.`);
      wanted.set(next, about);
      waiting.push(...about.brings);
    }
    return [...wanted.values()];
  }
}
