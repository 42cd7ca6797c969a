import type { Geography } from '../atlas/geography.ts';
import type { FaultIndex } from './fault-index.ts';
import type { Fault } from './faults.ts';
import { hostOf, strikeOrder } from './hosts.ts';
import type { HostedLocation } from './places.ts';
import { isBack, strengthLeft } from './recovery.ts';

/** How one host is, its zone as a whole left aside. */
export interface HostCondition {
  readonly powered: boolean;
  readonly connected: boolean;
}

/** What strikes the hosts of a zone: its whole, or the share that a severity takes. */
type HostEffect = 'power' | 'network' | 'disk';

const wellHost: HostCondition = { powered: true, connected: true };

/**
 * Which hosts of a zone faults have struck. Sets are nested: what a severity of 0.3 takes, 0.5 takes too; another seed of
 * the fault draws them anew. Faults of one seed strike the same hosts, whatever their effect.
 */
export class HostDamage {
  readonly #index: FaultIndex;
  readonly #geography: Geography;
  readonly #seed: number;
  readonly #byZone = new Map<string, Map<string, HostCondition> | undefined>();

  constructor(index: FaultIndex, geography: Geography, seed: number) {
    this.#index = index;
    this.#geography = geography;
    this.#seed = seed;
  }

  /** Open faults that take a zone as a whole: all of its hosts, and none of them back yet. */
  wholeFaults(effect: HostEffect, zoneId: string): readonly Fault[] {
    return this.#faultsOf(effect, zoneId).filter(
      ({ severity, recovery }) => severity >= 1 && recovery === undefined,
    );
  }

  /** The condition of a host under faults that take a part of its zone, or whose end drags on. */
  condition(location: HostedLocation): HostCondition {
    const zone = this.#partly(location.zoneId);
    if (zone === undefined) return wellHost;
    const known = zone.get(location.host.id);
    if (known !== undefined) return known;
    const host = this.hostOf(location);
    const condition = {
      powered: this.striking('power', location.zoneId, host).length === 0,
      connected: this.striking('network', location.zoneId, host).length === 0,
    };
    zone.set(location.host.id, condition);
    return condition;
  }

  /** The conditions found so far in a zone that is struck in part, by what stands there; undefined of other zones. */
  #partly(zoneId: string): Map<string, HostCondition> | undefined {
    if (!this.#byZone.has(zoneId)) {
      const isPartly = (['power', 'network'] as const).some(
        (effect) => this.#parts(effect, zoneId).length > 0,
      );
      this.#byZone.set(zoneId, isPartly ? new Map() : undefined);
    }
    return this.#byZone.get(zoneId);
  }

  /** The number of the host that something stands on. */
  hostOf({ zoneId, host }: HostedLocation): number {
    return hostOf(this.#seed, zoneId, host);
  }

  /** The faults that strike a host, those of a whole zone left aside: a part, or what is not back yet. */
  striking(effect: HostEffect, zoneId: string, host: number): readonly Fault[] {
    return this.#parts(effect, zoneId).filter(
      (fault) =>
        this.strikes(fault, zoneId, host) &&
        (fault.recovery === undefined || !isBack(fault, 'host', zoneId, host)),
    );
  }

  /** The faults that have struck a host, of a whole zone too, be it back or not. */
  struckBy(effect: HostEffect, zoneId: string, host: number): readonly Fault[] {
    return this.#faultsOf(effect, zoneId).filter((fault) => this.strikes(fault, zoneId, host));
  }

  /** Whether a fault has struck a host, be it back or not. */
  strikes({ seed, severity }: Fault, zoneId: string, host: number): boolean {
    if (severity >= 1) return true;
    const order = this.#index.keep(`order ${seed} ${zoneId}`, () => strikeOrder(seed, zoneId));
    return order(host) < severity;
  }

  /** About the share of a zone's hosts that is without power or network under faults that take a part. */
  struckShare(zoneId: string): number {
    const faults = [...this.#parts('power', zoneId), ...this.#parts('network', zoneId)];
    return Math.max(0, ...faults.map((fault) => fault.severity * strengthLeft(fault)));
  }

  /** Faults that take a part of a zone's hosts, or that are over and not all of whose hosts are back. */
  #parts(effect: HostEffect, zoneId: string): readonly Fault[] {
    return this.#index.keep(`parts ${effect} ${zoneId}`, () =>
      this.#faultsOf(effect, zoneId).filter(
        ({ severity, recovery }) => severity < 1 || recovery !== undefined,
      ),
    );
  }

  #faultsOf(effect: HostEffect, zoneId: string): readonly Fault[] {
    const own = this.#index.of(effect, `zone/${zoneId}`);
    if (effect !== 'power') return own;
    const region = this.#geography.zone(zoneId)?.region ?? '';
    const disasters = this.#index.of('disaster', `region/${region}`);
    return disasters.length === 0 ? own : [...own, ...disasters];
  }
}
