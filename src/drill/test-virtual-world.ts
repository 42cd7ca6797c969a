import { earthPlaces, type Place } from '../atlas/places.ts';
import { DomainError } from '../world/domain-error.ts';
import type { FaultRequest } from '../world/faults.ts';
import { VirtualClock } from '../world/clock.ts';
import type { PlannedTraffic } from './drill-plan.ts';
import type {
  MendedFault,
  ModelledFate,
  OpenedFault,
  Vantage,
  VirtualDrillWorld,
  WorldEvent,
} from './ports.ts';

/** How the scripted world is from a moment on; drill time in ms. */
export interface ScriptedState {
  readonly fromMs: number;
  /** Undefined: DNS does not answer. */
  readonly addresses: readonly string[] | undefined;
  readonly ttlSeconds: number;
  /** The failing share of each address; 0 for others. */
  readonly failing: Readonly<Record<string, number>>;
  readonly latencyMs?: number;
}

/** World time at which the scripts begin. */
export const scriptStartMs = 1_767_225_600_000;

/** The place of the users in these tests. */
export const london = (): Place => {
  const found = earthPlaces.find('London,GB');
  if (found.kind !== 'found') throw new Error('The atlas has lost London.');
  return found.place;
};

/** Users in London; ten clients, five requests a second, unless said otherwise. */
export const readers = (changes: Partial<PlannedTraffic> = {}): PlannedTraffic => ({
  name: 'readers',
  place: london(),
  request: {
    method: 'GET',
    url: 'http://www.example.test/',
    host: 'www.example.test',
    port: 80,
    path: '/',
    headers: {},
    expects: (status) => status < 400,
  },
  ratePerSecond: 5,
  clients: 10,
  timeoutMs: 5000,
  ...changes,
});

const wellNow: ScriptedState = {
  fromMs: 0,
  addresses: ['10.0.0.1'],
  ttlSeconds: 60,
  failing: {},
};

/** A virtual world that changes as a script says, for tests of what a drill makes of it. */
export class ScriptedWorld implements VirtualDrillWorld {
  readonly mode = 'virtual';
  readonly endpoint = 'http://127.0.0.1:9';
  readonly #clock = new VirtualClock(scriptStartMs);
  readonly #script: readonly ScriptedState[];
  readonly #listeners = new Set<() => void>();
  readonly #eventListeners = new Set<(event: WorldEvent) => void>();
  readonly faults: { readonly at: number; readonly what: string }[] = [];
  asked = 0;

  constructor(
    script: readonly ScriptedState[],
    startMs = scriptStartMs,
    events: readonly WorldEvent[] = [],
  ) {
    this.#script = script;
    for (const state of script) {
      this.#clock.at(startMs + state.fromMs, () => {
        for (const listener of this.#listeners) listener();
      });
    }
    for (const event of events) {
      this.#clock.at(startMs + event.at, () => {
        const at = startMs + event.at;
        const told: WorldEvent =
          event.kind === 'member' && event.step === 'in-service'
            ? { ...event, at, warmAt: startMs + event.warmAt }
            : { ...event, at };
        for (const listener of this.#eventListeners) listener(told);
      });
    }
    this.#startMs = startMs;
  }

  readonly #startMs: number;

  get #state(): ScriptedState {
    const drillMs = this.#clock.now() - this.#startMs;
    return this.#script.findLast((state) => state.fromMs <= drillMs) ?? this.#script[0] ?? wellNow;
  }

  now(): number {
    return this.#clock.now();
  }

  waitUntil(worldMs: number): Promise<void> {
    this.#clock.advanceTo(worldMs);
    return Promise.resolve();
  }

  vantage(place: Place): Vantage {
    return { place, dns: { address: '127.0.0.1', port: 0 } };
  }

  openFault(request: FaultRequest): Promise<OpenedFault | DomainError> {
    this.faults.push({ at: this.now() - this.#startMs, what: `break ${request.target}` });
    if (request.target.startsWith('instance/')) {
      return Promise.resolve(new DomainError('NoSuchInstance', 'There is no such instance.'));
    }
    return Promise.resolve({ id: 'fault-1', begin: this.now(), end: null });
  }

  mendFault(idOrTarget: string): Promise<MendedFault | DomainError> {
    this.faults.push({ at: this.now() - this.#startMs, what: `mend ${idOrTarget}` });
    return Promise.resolve({ id: 'fault-1', at: this.now() });
  }

  unsettled(): readonly string[] {
    return [];
  }

  watchNames(): void {
    // The script says when DNS changes.
  }

  onEvent(listener: (event: WorldEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  resolve(): { readonly addresses: readonly string[]; readonly ttlSeconds: number } | undefined {
    this.asked += 1;
    const { addresses, ttlSeconds } = this.#state;
    return addresses === undefined ? undefined : { addresses, ttlSeconds };
  }

  fate(_vantage: Vantage, address: string): ModelledFate {
    this.asked += 1;
    const { failing, latencyMs } = this.#state;
    return { failingShare: failing[address] ?? 0, latencyMs: latencyMs ?? 20 };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
