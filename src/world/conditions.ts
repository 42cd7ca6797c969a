import type { Geography } from '../atlas/geography.ts';
import { standsForType } from '../atlas/supply.ts';
import { DomainError } from './domain-error.ts';
import { parseFaultTarget, type Fault, type FaultTarget } from './faults.ts';
import { noWay, openWay, type Way } from './way.ts';

/** Somewhere that bytes come from or go to. */
export type Place =
  | { readonly kind: 'zone'; readonly zoneId: string }
  | { readonly kind: 'instance'; readonly instanceId: string; readonly zoneId: string }
  | { readonly kind: 'region'; readonly region: string }
  /** A user on the Internet. `roundTripMs` is what the atlas says from there to each Region. */
  | { readonly kind: 'vantage'; readonly roundTripMs: (region: string) => number };

/** How a zone is. */
export interface ZoneCondition {
  /** Without power everything in it has stopped and its memory is lost. */
  readonly powered: boolean;
  /** Without network it is alive but unreachable from outside itself. */
  readonly connected: boolean;
  /** World time since which it has been impaired; undefined when it is well. */
  readonly impairedSince: number | undefined;
}

/** A fault that nobody opened: it follows from another, and goes with it. */
export interface Consequence extends Fault {
  /** The id of the fault that it follows from. */
  readonly derivedFrom: string;
}

/** What is missing of a zone's machines of one type. */
export interface CapacityCondition {
  /** The share of the stock that is gone, 0 to 1. */
  readonly goneShare: number;
  /** The seed of the faults that it comes from, for what must be drawn. */
  readonly seed: number;
}

const fullStock: CapacityCondition = { goneShare: 0, seed: 0 };
const wellZone: ZoneCondition = { powered: true, connected: true, impairedSince: undefined };

interface OpenFault {
  readonly fault: Fault;
  readonly target: FaultTarget;
}

/**
 * The one pure place that everything asks what is broken: open faults over a geography. Planes, operations and
 * simulation see the same; no component keeps a notion of its own.
 */
export class Conditions {
  readonly #geography: Geography;
  readonly #faults: readonly OpenFault[];
  readonly #zones = new Map<string, ZoneCondition>();

  constructor(geography: Geography, faults: readonly Fault[]) {
    this.#geography = geography;
    this.#faults = faults.flatMap((fault) => {
      const target = parseFaultTarget(geography, fault.target);
      return target instanceof DomainError ? [] : [{ fault, target }];
    });
  }

  /** The open faults, oldest first. */
  get faults(): readonly Fault[] {
    return this.#faults.map((open) => open.fault);
  }

  /** True when nothing is broken: the common case, so that callers may skip the rest. */
  get clear(): boolean {
    return this.#faults.length === 0;
  }

  zone(zoneId: string): ZoneCondition {
    if (this.clear) return wellZone;
    const known = this.#zones.get(zoneId);
    if (known !== undefined) return known;
    const condition = this.#zoneCondition(zoneId);
    this.#zones.set(zoneId, condition);
    return condition;
  }

  /** False while a Region is in disaster: its API is silent and all its zones are without power. */
  regionAlive(region: string): boolean {
    return !this.#has('disaster', (target) => target.kind === 'region' && target.region === region);
  }

  /** Whether the Region's API answers for the service. When it does not, requests hang and are dropped. */
  apiAnswers(region: string, service: string): boolean {
    if (this.clear) return true;
    return (
      this.regionAlive(region) &&
      !this.#has('network', (target) => target.kind === 'region' && target.region === region) &&
      !this.#has(
        'api',
        (target) =>
          target.kind === 'api' &&
          target.region === region &&
          (target.service === undefined || target.service === service),
      )
    );
  }

  /** Whether an instance in that zone has power. */
  instancePowered(instanceId: string, zoneId: string): boolean {
    return (
      this.zone(zoneId).powered &&
      !this.#has(
        'power',
        (target) => target.kind === 'instance' && target.instanceId === instanceId,
      )
    );
  }

  /** Whether an instance's own network interface works; its zone's network is another matter. */
  instanceConnected(instanceId: string): boolean {
    return !this.#has(
      'network',
      (target) => target.kind === 'instance' && target.instanceId === instanceId,
    );
  }

  /** What bytes from one place to the other meet. */
  reach(from: Place, to: Place): Way {
    const base = this.#baseLatencyMs(from, to);
    if (this.clear) return openWay(base);
    if (!this.#alive(from) || !this.#alive(to) || !this.#joined(from, to)) return noWay;
    return openWay(base + this.#addedLatencyMs(from, to));
  }

  /**
   * What is gone of a zone's stock of an instance type at that world time; without a type, of all types alike. Several
   * faults take their share of what the others leave. A failed zone is another matter: see `zone`.
   */
  capacity(zoneId: string, instanceType: string | undefined, now: number): CapacityCondition {
    if (this.clear) return fullStock;
    const region = this.#geography.zone(zoneId)?.region;
    const concerns = (target: FaultTarget): boolean =>
      (target.kind === 'zone' && target.zoneId === zoneId) ||
      (target.kind === 'region' && target.region === region) ||
      (target.kind === 'stock' &&
        target.zoneId === zoneId &&
        instanceType !== undefined &&
        standsForType(target.typeOrFamily, instanceType));
    const opened = this.#faults
      .filter(({ fault, target }) => fault.effect === 'capacity' && concerns(target))
      .map(({ fault }) => fault);
    const derived = this.consequences(now).filter((fault) => fault.target === `zone/${zoneId}`);
    const all = [...opened, ...derived];
    const left = all.reduce((share, fault) => share * (1 - fault.severity), 1);
    return { goneShare: 1 - left, seed: all.reduce((sum, fault) => sum + fault.seed, 0) };
  }

  /**
   * What follows from the open faults at that world time by itself. With a rush in the geography, a zone without power or
   * network takes capacity from the other zones of its Region, less and less until the rush is over.
   */
  consequences(now: number): readonly Consequence[] {
    const { rush } = this.#geography;
    if (rush === undefined || this.clear) return [];
    return this.#failedZones().flatMap(({ fault, zoneId }) => {
      const leftShare = 1 - (now - fault.begin) / rush.durationMs;
      if (leftShare <= 0) return [];
      const end = fault.begin + rush.durationMs;
      const region = this.#geography.zone(zoneId)?.region ?? '';
      return this.#geography
        .zonesOf(region)
        .filter((other) => other.id !== zoneId)
        .map((other): Consequence => ({
          id: `${fault.id}-rush-${other.id}`,
          derivedFrom: fault.id,
          target: `zone/${other.id}`,
          effect: 'capacity',
          severity: rush.share * Math.min(1, leftShare),
          begin: fault.begin,
          end: fault.end === null ? end : Math.min(end, fault.end),
          seed: fault.seed,
          latencyMs: 0,
        }));
    });
  }

  /** Zones that failed alone, each with the first of the faults that struck it. */
  #failedZones(): readonly { readonly fault: Fault; readonly zoneId: string }[] {
    const failed = new Map<string, Fault>();
    for (const { fault, target } of this.#faults) {
      if (target.kind !== 'zone' || (fault.effect !== 'power' && fault.effect !== 'network'))
        continue;
      const known = failed.get(target.zoneId);
      if (known === undefined || fault.begin < known.begin) failed.set(target.zoneId, fault);
    }
    return [...failed].map(([zoneId, fault]) => ({ fault, zoneId }));
  }

  #has(effect: Fault['effect'], matches: (target: FaultTarget) => boolean): boolean {
    return this.#faults.some((open) => open.fault.effect === effect && matches(open.target));
  }

  #zoneCondition(zoneId: string): ZoneCondition {
    const region = this.#geography.zone(zoneId)?.region;
    const faults = this.#faults.filter(
      ({ target }) =>
        (target.kind === 'zone' && target.zoneId === zoneId) ||
        (target.kind === 'region' && target.region === region),
    );
    const power = faults.filter(
      ({ fault }) => fault.effect === 'power' || fault.effect === 'disaster',
    );
    const network = faults.filter(
      ({ fault, target }) => fault.effect === 'network' && target.kind === 'zone',
    );
    const since = [...power, ...network].map(({ fault }) => fault.begin);
    return {
      powered: power.length === 0,
      connected: network.length === 0,
      impairedSince: since.length === 0 ? undefined : Math.min(...since),
    };
  }

  #alive(place: Place): boolean {
    switch (place.kind) {
      case 'zone':
        return this.zone(place.zoneId).powered;
      case 'instance':
        return (
          this.instancePowered(place.instanceId, place.zoneId) &&
          this.instanceConnected(place.instanceId)
        );
      case 'region':
        return this.regionAlive(place.region);
      case 'vantage':
        return true;
    }
  }

  /** Whether the network between two places, both of them alive, carries anything. */
  #joined(from: Place, to: Place): boolean {
    const [a, b] = [this.#zoneOf(from), this.#zoneOf(to)];
    if (a !== undefined && a === b) return true;
    for (const zoneId of [a, b]) {
      if (zoneId !== undefined && !this.zone(zoneId).connected) return false;
    }
    const [regionA, regionB] = [this.#regionOf(from), this.#regionOf(to)];
    if (regionA === undefined || regionA !== regionB) {
      for (const end of [from, to]) if (!this.#leavesRegion(end)) return false;
    }
    return !this.#linkFaults(a, b, regionA, regionB).some(
      ({ fault }) => fault.effect === 'network',
    );
  }

  /** Whether a place can speak to what is outside its Region. */
  #leavesRegion(place: Place): boolean {
    const region = this.#regionOf(place);
    if (this.#has('network', (target) => target.kind === 'region' && target.region === region)) {
      return false;
    }
    const zoneId = this.#zoneOf(place);
    return ![1, 2].every((provider) =>
      this.#has(
        'network',
        (target) =>
          target.kind === 'provider' && target.zoneId === zoneId && target.provider === provider,
      ),
    );
  }

  #linkFaults(
    zoneA: string | undefined,
    zoneB: string | undefined,
    regionA: string | undefined,
    regionB: string | undefined,
  ): readonly OpenFault[] {
    const joins = (ends: readonly [string, string], a?: string, b?: string): boolean =>
      a !== undefined && b !== undefined && ends.includes(a) && ends.includes(b) && a !== b;
    return this.#faults.filter(
      ({ target }) =>
        target.kind === 'link' &&
        (joins(target.ends, zoneA, zoneB) || joins(target.ends, regionA, regionB)),
    );
  }

  #addedLatencyMs(from: Place, to: Place): number {
    const [a, b] = [this.#zoneOf(from), this.#zoneOf(to)];
    const [regionA, regionB] = [this.#regionOf(from), this.#regionOf(to)];
    const links = this.#linkFaults(a, b, regionA, regionB);
    const places = this.#faults.filter(
      ({ target }) =>
        (target.kind === 'zone' && a !== b && (target.zoneId === a || target.zoneId === b)) ||
        (target.kind === 'region' &&
          regionA !== regionB &&
          (target.region === regionA || target.region === regionB)),
    );
    return [...links, ...places]
      .filter(({ fault }) => fault.effect === 'latency')
      .reduce((sum, { fault }) => sum + fault.latencyMs, 0);
  }

  #baseLatencyMs(from: Place, to: Place): number {
    if (from.kind === 'vantage') {
      const region = this.#regionOf(to);
      return region === undefined ? 0 : from.roundTripMs(region);
    }
    if (to.kind === 'vantage') return this.#baseLatencyMs(to, from);
    const [zoneA, zoneB] = [this.#zoneOf(from), this.#zoneOf(to)];
    if (zoneA !== undefined && zoneB !== undefined) {
      return this.#geography.zoneRoundTripMs(zoneA, zoneB);
    }
    const [regionA, regionB] = [this.#regionOf(from), this.#regionOf(to)];
    if (regionA === undefined || regionB === undefined) return 0;
    return this.#geography.roundTripMs(regionA, regionB);
  }

  #zoneOf(place: Place): string | undefined {
    return place.kind === 'zone' || place.kind === 'instance' ? place.zoneId : undefined;
  }

  #regionOf(place: Place): string | undefined {
    if (place.kind === 'region') return place.region;
    const zoneId = this.#zoneOf(place);
    return zoneId === undefined ? undefined : this.#geography.zone(zoneId)?.region;
  }
}
