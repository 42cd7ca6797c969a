import type { Place } from '../atlas/places.ts';
import type {
  DrillWorldOptions,
  MendedFault,
  ModelledFate,
  ModelledRequest,
  OpenedFault,
  TrafficLoad,
  Vantage,
  VirtualDrillWorld,
  WatchedName,
  WorldEvent,
} from '../drill/ports.ts';
import { createWireServer, type WireServer } from '../wire/server.ts';
import type { DomainError } from '../world/domain-error.ts';
import type { FaultRequest } from '../world/faults.ts';
import { createExecute, createIdentify } from '../server/api.ts';
import { createLog } from '../text/log.ts';
import { mendByIdOrTarget, openNow } from './drill-faults.ts';
import { SimulatedWorld } from '../simulated/simulated-world.ts';
import { resolveName, type ResolvedName } from './resolve-name.ts';
import { unsettled } from './unsettled.ts';
import { WorldEvents } from './world-events.ts';

/**
 * While a stack is built nothing but its script's calls makes time pass: a world second for each, so that waiting
 * loops end and the same script gives the same world.
 */
const msPerCall = 1000;

/** A world in virtual time for one drill. Its only socket is the API's, for the script that builds the stack. */
export class VirtualDrill implements VirtualDrillWorld {
  readonly mode = 'virtual';
  readonly endpoint: string;
  readonly #simulated: SimulatedWorld;
  readonly #wire: WireServer;
  readonly #events: WorldEvents;
  #isClosed = false;

  private constructor(endpoint: string, simulated: SimulatedWorld, wire: WireServer) {
    this.endpoint = endpoint;
    this.#simulated = simulated;
    this.#wire = wire;
    this.#events = new WorldEvents(simulated.world, simulated.answers);
  }

  static async open(options: DrillWorldOptions): Promise<VirtualDrill> {
    const simulated = await SimulatedWorld.open({
      seed: options.seed,
      geography: options.geography,
    });
    const execute = createExecute({
      world: () => simulated.world,
      services: simulated.services,
      prepare: () => Promise.resolve(),
      settle: () => Promise.resolve(),
      wait: (worldMs) => {
        simulated.clock.advance(worldMs);
        return Promise.resolve();
      },
    });
    const wire = createWireServer({
      identify: createIdentify(() => simulated.world),
      host: '127.0.0.1',
      port: 0,
      execute: (call) => {
        simulated.clock.advance(msPerCall);
        return execute(call);
      },
      admin: () =>
        Promise.resolve({
          status: 404,
          body: { error: { code: 'NoSuchPath', message: 'A simulated world has no admin API.' } },
        }),
      log: createLog(),
      defaultAccount: options.account,
    });
    const { address, port } = await wire.listen();
    return new VirtualDrill(`http://${address}:${port}`, simulated, wire);
  }

  now(): number {
    return this.#simulated.clock.now();
  }

  waitUntil(worldMs: number): Promise<void> {
    this.#simulated.clock.advanceTo(worldMs);
    return Promise.resolve();
  }

  vantage(place: Place): Vantage {
    return { place, dns: { address: '127.0.0.1', port: 0 } };
  }

  openFault(request: FaultRequest): Promise<OpenedFault | DomainError> {
    return openNow(this.#simulated.world, request);
  }

  mendFault(idOrTarget: string): Promise<MendedFault | DomainError> {
    return mendByIdOrTarget(this.#simulated.world, idOrTarget);
  }

  unsettled(): readonly string[] {
    return unsettled(this.#simulated.world);
  }

  watchNames(names: readonly WatchedName[]): void {
    this.#events.watchNames(names);
  }

  onEvent(listener: (event: WorldEvent) => void): () => void {
    return this.#events.onEvent(listener);
  }

  resolve(name: string): ResolvedName | undefined {
    return resolveName(this.#simulated.answers, name);
  }

  fate(vantage: Vantage, address: string, port: number, request: ModelledRequest): ModelledFate {
    const { places } = this.#simulated;
    const roundTripMs = (region: string): number =>
      places.roundTripFromPlace(vantage.place, region).ms;
    return this.#simulated.fate({ kind: 'vantage', roundTripMs }, address, port, request);
  }

  sends(load: TrafficLoad): void {
    this.#simulated.sends(load);
  }

  onChange(listener: () => void): () => void {
    return this.#simulated.onChange(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.stop();
    await this.#wire.close();
    await this.#simulated.close();
  }
}
