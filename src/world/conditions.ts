import type { Geography } from '../atlas/geography.ts';
import type { Chance } from './chance.ts';
import { FaultIndex } from './fault-index.ts';
import type { Fault } from './faults.ts';
import { HostDamage, type HostCondition } from './host-damage.ts';
import {
  endKey,
  instanceHost,
  zoneOf,
  type InstanceLocation,
  type HostedLocation,
  type Place,
} from './places.ts';
import { lossOf, nowhere, passageBetween, type Passage } from './passage.ts';
import { isBack, strengthLeft } from './recovery.ts';
import { fateOf, requestFault, type ApiFault, type RequestFate } from './request-faults.ts';
import {
  Shortage,
  type CapacityCondition,
  type Consequence,
  type SpotCondition,
  type SpotLocation,
} from './shortage.ts';
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
  readonly #seed: number;
  readonly #index: FaultIndex;
  readonly #hosts: HostDamage;
  readonly #shortage: Shortage;
  readonly #zones = new Map<string, ZoneCondition>();
  readonly #passages = new Map<string, Map<string, Passage>>();

  /** Of these faults, oldest first. `seed` is the world's: who stands on which host follows from it. */
  constructor(geography: Geography, faults: readonly Fault[] | FaultIndex, seed = 0) {
    this.#geography = geography;
    this.#seed = seed;
    this.#index = faults instanceof FaultIndex ? faults : FaultIndex.of(geography, faults);
    this.#hosts = new HostDamage(this.#index, geography, seed);
    this.#shortage = new Shortage(this.#index, geography);
  }

  /** The conditions once a fault was opened, or is another than it was. */
  with(fault: Fault): Conditions {
    return new Conditions(this.#geography, this.#index.with(fault), this.#seed);
  }

  /** The conditions once a fault is gone. */
  without(faultId: string): Conditions {
    return new Conditions(this.#geography, this.#index.without(faultId), this.#seed);
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
    const known = this.#zones.get(zoneId);
    if (known !== undefined) return known;
    const condition = this.#zoneCondition(zoneId);
    this.#zones.set(zoneId, condition);
    return condition;
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
    if (!this.#alive(from) || !this.#alive(to)) return noWay;
    const passage = this.#passage(from, to);
    if (!passage.isJoined) return noWay;
    const passing = passage.passingShare * this.#passingInstance(from) * this.#passingInstance(to);
    const way = openWay(base + passage.latencyMs, 1 - passing);
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

  /** The same of Spot Instances, for which EC2 has what nobody needs otherwise. */
  spotCapacity(zoneId: string, instanceType: string, now: number): CapacityCondition {
    return this.#shortage.spotCapacity(zoneId, instanceType, now);
  }

  /** What a Spot Instance is told now. Of a share of a zone the instance's id draws whether it is struck. */
  spot(location: SpotLocation): SpotCondition {
    return this.clear ? 'well' : this.#shortage.spot(location);
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

  /** What lies between two places, whatever stands there: worked out once for each pair of zones or Regions. */
  #passage(from: Place, to: Place): Passage {
    const [a, b] = [endKey(from), endKey(to)];
    const known = this.#passages.get(a)?.get(b);
    if (known !== undefined) return known;
    const ends = [from, to].map((place) => ({
      zoneId: zoneOf(place),
      region: this.#regionOf(place),
    }));
    const passage = passageBetween(
      this.#index,
      ends[0] ?? nowhere,
      ends[1] ?? nowhere,
      (zoneId) => this.zone(zoneId).connected,
    );
    const fromHere = this.#passages.get(a) ?? new Map<string, Passage>();
    this.#passages.set(a, fromHere.set(b, passage));
    return passage;
  }

  #passingInstance(place: Place): number {
    return place.kind === 'instance' && this.#index.hasAny('loss')
      ? 1 - lossOf(this.#index, `instance/${place.instanceId}`)
      : 1;
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
