import type { Geography } from '../atlas/geography.ts';
import type { Chance } from './chance.ts';
import { FaultIndex } from './fault-index.ts';
import type { Fault } from './faults.ts';
import { HostDamage, type HostCondition } from './host-damage.ts';
import {
  instanceHost,
  zoneOf,
  type InstanceLocation,
  type HostedLocation,
  type Place,
} from './places.ts';
import { isBack, strengthLeft } from './recovery.ts';
import { fateOf, requestFault, type ApiFault, type RequestFate } from './request-faults.ts';
import { Shortage, type CapacityCondition, type Consequence } from './shortage.ts';
import { noWay, openWay, worldMs, type Gray, type Way } from './way.ts';
import { volumeCondition, type VolumeCondition, type VolumeLocation } from './volume-condition.ts';

/** How a zone is as a whole. A part of its hosts is another matter: see `instancePowered` and `host`. */
export interface ZoneCondition {
  /** Without power everything in it has stopped and its memory is lost. */
  readonly powered: boolean;
  /** Without network it is alive but unreachable from outside itself. */
  readonly connected: boolean;
  /** World time since which it has been impaired; undefined when it is well. */
  readonly impairedSince: number | undefined;
  /** The share of its hosts that is without power or network, 0 to 1. */
  readonly struckShare: number;
}

const wellZone: ZoneCondition = {
  powered: true,
  connected: true,
  impairedSince: undefined,
  struckShare: 0,
};

/** How one call of an API fares: it is answered, later by some time, or it meets silence, an error or throttling. */
export type CallFate = RequestFate<ApiFault['as']>;

/** One call of an API, as faults see it. */
export interface ApiCall {
  readonly region: string;
  readonly service: string;
  readonly operation: string;
}

/**
 * The one pure place that everything asks what is broken: open faults over a geography. Planes, operations and
 * simulation see the same; no component keeps a notion of its own. What a question costs does not grow with the number
 * of open faults.
 */
export class Conditions {
  readonly #geography: Geography;
  readonly #index: FaultIndex;
  readonly #hosts: HostDamage;
  readonly #shortage: Shortage;

  /** `seed` is the world's: who stands on which host follows from it. */
  constructor(geography: Geography, faults: readonly Fault[], seed = 0) {
    this.#geography = geography;
    this.#index = new FaultIndex(geography, faults);
    this.#hosts = new HostDamage(this.#index, geography, seed);
    this.#shortage = new Shortage(this.#index, geography);
  }

  /** The open faults, oldest first; also those that are over and whose recovery drags on. */
  get faults(): readonly Fault[] {
    return this.#index.faults;
  }

  /** True when nothing is broken: the common case, so that callers may skip the rest. */
  get clear(): boolean {
    return this.#index.faults.length === 0;
  }

  /** How a zone is as a whole. */
  zone(zoneId: string): ZoneCondition {
    if (this.clear) return wellZone;
    return this.#index.keep(`zone ${zoneId}`, () => this.#zoneCondition(zoneId));
  }

  /** False while a Region is in disaster: its API is silent and all its zones are without power. */
  regionAlive(region: string): boolean {
    return !this.#index
      .of('disaster', `region/${region}`)
      .some(({ recovery }) => recovery === undefined);
  }

  /** Whether the Region's API answers for the service at all. When it does not, requests hang and are dropped. */
  apiAnswers(region: string, service: string): boolean {
    if (this.clear) return true;
    return (
      !this.#index.has('network', `region/${region}`) && this.controlPlaneWorks(region, service)
    );
  }

  /**
   * Whether a service's control plane works within its Region, as other services of the Region find it: a Region that is
   * cut off from the rest of the world still does. Calls may fail all the same: see `apiFaults`.
   */
  controlPlaneWorks(region: string, service: string): boolean {
    if (this.clear) return true;
    return (
      this.regionAlive(region) &&
      !this.#apiFaults(region, service).some(
        (fault) =>
          apiManner(fault) === 'silence' &&
          fault.operations === undefined &&
          fault.severity * strengthLeft(fault) >= 1,
      )
    );
  }

  /** What strikes a share of the calls of an operation. A Region that is cut off or in disaster is another matter. */
  apiFaults({ region, service, operation }: ApiCall): readonly ApiFault[] {
    return this.#index.keep(`calls ${region} ${service} ${operation}`, () =>
      this.#apiFaults(region, service)
        .filter(({ operations }) => operations?.includes(operation) !== false)
        .map((fault) => requestFault(fault, apiManner(fault))),
    );
  }

  /**
   * How one call fares on its way to the API: it is answered, later by some time, or it meets silence (it hangs and is
   * dropped), an error of AWS's side or throttling. The chance's `of` names the caller.
   */
  callFate(call: ApiCall, chance: Chance): CallFate {
    const { region, service, operation } = call;
    if (this.clear) return { kind: 'served', delay: worldMs(0) };
    if (!this.regionAlive(region) || this.#index.has('network', `region/${region}`)) {
      return { kind: 'silence' };
    }
    return fateOf(this.apiFaults(call), {
      ...chance,
      of: `${region} ${service} ${operation} ${chance.of}`,
    });
  }

  /** The condition of the host that something stands on; its zone as a whole counts for the power alone. */
  host(location: HostedLocation): HostCondition {
    const { powered } = this.zone(location.zoneId);
    const host = this.#hosts.condition(location);
    return powered ? host : { ...host, powered: false };
  }

  /** Whether an instance has power: its zone, its host and it itself. */
  instancePowered(location: InstanceLocation): boolean {
    if (this.clear) return true;
    const { instanceId, zoneId } = location;
    return (
      this.host({ zoneId, host: instanceHost(location) }).powered &&
      !this.#strikesInstance('power', instanceId)
    );
  }

  /** Whether the network of an instance's host works; its zone's network is another matter. */
  hostConnected(location: InstanceLocation): boolean {
    const { zoneId } = location;
    return this.clear || this.#hosts.condition({ zoneId, host: instanceHost(location) }).connected;
  }

  /** Whether an instance's network interface and the network of its host work; its zone's network is another matter. */
  instanceConnected(location: InstanceLocation): boolean {
    if (this.clear) return true;
    return this.hostConnected(location) && !this.#strikesInstance('network', location.instanceId);
  }

  /** How reads and writes of a volume fare. */
  volume(location: VolumeLocation): VolumeCondition {
    if (this.clear) return { io: 'well' };
    const { volumeId, zoneId, instanceId = '', host } = location;
    return this.#index.keep(`volume ${volumeId} ${zoneId} ${instanceId} ${host?.id ?? ''}`, () =>
      volumeCondition(this.#index, this.#hosts, this.zone(zoneId), location),
    );
  }

  /**
   * What strikes a share of the requests to the server in an instance, while shallow health checks pass. Only what
   * answers fails so: a balancer's node passes requests on, and what is gray about them is its target.
   */
  gray({ instanceId, zoneId }: InstanceLocation): readonly Gray[] {
    if (this.clear) return [];
    return this.#index.keep(`gray ${zoneId} ${instanceId}`, () =>
      [`zone/${zoneId}`, `instance/${instanceId}`].flatMap((target) =>
        this.#index.of('gray', target).map((fault) => requestFault(fault, grayManner(fault))),
      ),
    );
  }

  /**
   * What a connection meets that is opened from one place to the other: bytes there and back. A link that is struck one
   * way alone strikes connections that are opened in that direction, as a lost route or a stateful filter does; those
   * opened in the other pass, there and back.
   */
  reach(from: Place, to: Place): Way {
    const base = this.#baseLatencyMs(from, to);
    if (this.clear) return openWay(base);
    if (!this.#alive(from) || !this.#alive(to) || !this.#joined(from, to)) return noWay;
    const targets = this.#between(from, to);
    const latencyMs = targets.reduce((sum, target) => sum + this.#latencyOf(target), base);
    const passing = targets.reduce((share, target) => share * (1 - this.#lossOf(target)), 1);
    const way = openWay(latencyMs, 1 - passing * this.#passingProviders(from, to));
    const gray = to.kind === 'instance' ? this.gray(to) : [];
    return gray.length === 0 ? way : { ...way, gray };
  }

  /**
   * What is gone of a zone's stock of an instance type at that world time; without a type, of all types alike. Several
   * faults take their share of what the others leave. A failed zone is another matter: see `zone`.
   */
  capacity(zoneId: string, instanceType: string | undefined, now: number): CapacityCondition {
    return this.#shortage.capacity(zoneId, instanceType, now);
  }

  /**
   * What follows from the open faults at that world time by itself. With a rush in the geography, a zone without power or
   * network takes capacity from the other zones of its Region, less and less until the rush is over.
   */
  consequences(now: number): readonly Consequence[] {
    return this.#shortage.consequences(now);
  }

  #apiFaults(region: string, service: string): readonly Fault[] {
    const ofAll = this.#index.of('api', `api/${region}`);
    const own = this.#index.of('api', `api/${region}/${service}`);
    if (own.length === 0) return ofAll;
    return ofAll.length === 0 ? own : [...ofAll, ...own];
  }

  #strikesInstance(effect: 'power' | 'network', instanceId: string): boolean {
    return this.#index
      .of(effect, `instance/${instanceId}`)
      .some((fault) => !isBack(fault, 'instance', instanceId));
  }

  #zoneCondition(zoneId: string): ZoneCondition {
    const power = this.#hosts.wholeFaults('power', zoneId);
    const network = this.#hosts.wholeFaults('network', zoneId);
    const since = [...power, ...network].map(({ begin }) => begin);
    return {
      powered: power.length === 0,
      connected: network.length === 0,
      impairedSince: since.length === 0 ? undefined : Math.min(...since),
      struckShare: since.length > 0 ? 1 : this.#hosts.struckShare(zoneId),
    };
  }

  #alive(place: Place): boolean {
    switch (place.kind) {
      case 'zone':
        return this.zone(place.zoneId).powered;
      case 'hosted': {
        const { powered, connected } = this.host(place);
        return powered && connected;
      }
      case 'instance':
        return this.instancePowered(place) && this.instanceConnected(place);
      case 'region':
        return this.regionAlive(place.region);
      case 'vantage':
        return true;
    }
  }

  /** Whether the network between two places, both of them alive, carries anything. */
  #joined(from: Place, to: Place): boolean {
    const [a, b] = [zoneOf(from), zoneOf(to)];
    if (a !== undefined && a === b) return true;
    for (const zoneId of [a, b]) {
      if (zoneId !== undefined && !this.zone(zoneId).connected) return false;
    }
    if (this.#crossesRegions(from, to)) {
      for (const end of [from, to]) if (!this.#leavesRegion(end)) return false;
    }
    return !this.#links(from, to).some((link) => this.#index.has('network', link));
  }

  #crossesRegions(from: Place, to: Place): boolean {
    const region = this.#regionOf(from);
    return region === undefined || region !== this.#regionOf(to);
  }

  /** Whether a place can speak to what is outside its Region. */
  #leavesRegion(place: Place): boolean {
    const region = this.#regionOf(place);
    if (region !== undefined && this.#index.has('network', `region/${region}`)) return false;
    const zoneId = zoneOf(place);
    return zoneId === undefined || this.#workingProviders(zoneId).length > 0;
  }

  #workingProviders(zoneId: string): readonly string[] {
    return [`provider/${zoneId}/1`, `provider/${zoneId}/2`].filter(
      (provider) => !this.#index.has('network', provider),
    );
  }

  /** The links that join two places, in that direction: of their zones and of their Regions. */
  #links(from: Place, to: Place): readonly string[] {
    const pairs: readonly (readonly [string | undefined, string | undefined])[] = [
      [zoneOf(from), zoneOf(to)],
      [this.#regionOf(from), this.#regionOf(to)],
    ];
    return pairs.flatMap(([a, b]) =>
      a === undefined || b === undefined || a === b ? [] : [`link/${a}/${b}`],
    );
  }

  /** The targets whose latency and loss lie on the way between two places. */
  #between(from: Place, to: Place): readonly string[] {
    const targets = [...this.#links(from, to)];
    const [a, b] = [zoneOf(from), zoneOf(to)];
    const crosses = this.#crossesRegions(from, to);
    for (const place of [from, to]) {
      const [zoneId, region] = [zoneOf(place), this.#regionOf(place)];
      if (zoneId !== undefined && a !== b) targets.push(`zone/${zoneId}`);
      if (region !== undefined && crosses) targets.push(`region/${region}`);
      if (place.kind === 'instance') targets.push(`instance/${place.instanceId}`);
    }
    return targets;
  }

  #latencyOf(target: string): number {
    const faults = this.#index.of('latency', target);
    if (faults.length === 0) return 0;
    return this.#index.keep(`latency ${target}`, () =>
      faults.reduce((sum, fault) => sum + fault.latencyMs * strengthLeft(fault), 0),
    );
  }

  #lossOf(target: string): number {
    const faults = this.#index.of('loss', target);
    if (faults.length === 0) return 0;
    return this.#index.keep(
      `loss ${target}`,
      () =>
        1 - faults.reduce((left, fault) => left * (1 - fault.severity * strengthLeft(fault)), 1),
    );
  }

  /** The share that passes the providers of both ends: what leaves a zone's Region is spread over those that work. */
  #passingProviders(from: Place, to: Place): number {
    if (!this.#crossesRegions(from, to)) return 1;
    let passing = 1;
    for (const place of [from, to]) {
      const zoneId = zoneOf(place);
      if (zoneId === undefined) continue;
      const providers = this.#workingProviders(zoneId);
      const lost = providers.reduce((sum, provider) => sum + this.#lossOf(provider), 0);
      passing *= 1 - lost / providers.length;
    }
    return passing;
  }

  #baseLatencyMs(from: Place, to: Place): number {
    if (from.kind === 'vantage') {
      const region = this.#regionOf(to);
      return region === undefined ? 0 : from.roundTripMs(region);
    }
    if (to.kind === 'vantage') return this.#baseLatencyMs(to, from);
    const [zoneA, zoneB] = [zoneOf(from), zoneOf(to)];
    if (zoneA !== undefined && zoneB !== undefined) {
      return this.#geography.zoneRoundTripMs(zoneA, zoneB);
    }
    const [regionA, regionB] = [this.#regionOf(from), this.#regionOf(to)];
    if (regionA === undefined || regionB === undefined) return 0;
    return this.#geography.roundTripMs(regionA, regionB);
  }

  #regionOf(place: Place): string | undefined {
    if (place.kind === 'region') return place.region;
    const zoneId = zoneOf(place);
    return zoneId === undefined ? undefined : this.#geography.zone(zoneId)?.region;
  }
}

/** Faults of `api` without a manner are silent, as all of them once were. */
const apiManner = ({ as }: Fault): ApiFault['as'] =>
  as === 'error' || as === 'throttle' || as === 'latency' ? as : 'silence';

const grayManner = ({ as }: Fault): Gray['as'] =>
  as === 'silence' || as === 'latency' ? as : 'error';
