import facts from './facts/local-zones.json' with { type: 'json' };
import { awsRegions, type Region } from './regions.ts';
import { roundTrip, zoneRoundTrip, type RoundTrip } from './round-trip.ts';
import type { CapacityStock, Rush, Supply, VcpuGroup } from './supply.ts';

/** An Availability Zone, or a Local Zone. */
export interface Zone {
  /** For example `use1-az1`. */
  readonly id: string;
  /** The Region's code. */
  readonly region: string;
  readonly kind: 'availability-zone' | 'local-zone';
  /** A Local Zone's name is the same for every account; an Availability Zone's is not: see `zoneNamesOf`. */
  readonly name: string | undefined;
}

/**
 * What a world says of its own ways instead of the Earth's, from a Region to a Region or from a zone to a zone, by
 * `wayKey`: one direction each.
 */
export interface Ways {
  readonly roundTripMs: ReadonlyMap<string, number>;
  readonly bandwidthGbps: ReadonlyMap<string, number>;
  /** What a single copy of a snapshot takes at most, in Gbit/s. */
  readonly copyGbps?: number;
}

/**
 * What one copy takes when the world says nothing else, in Gbit/s: with it 100 GB go to another Region in an hour, which
 * is what people who plan recoveries count with. AWS promises no rate ("Copy an Amazon EBS snapshot", User Guide).
 */
const usualCopyGbps = (100 * 8) / 3600;

/** How a way is found in `Ways`. */
export const wayKey = (from: string, to: string): string => `${from} ${to}`;

const noWays: Ways = { roundTripMs: new Map(), bandwidthGbps: new Map() };

const endlessSupply: Supply = { stocks: [] };

const awsRegionByCode: ReadonlyMap<string, Region> = new Map(
  awsRegions.map((region) => [region.code, region]),
);

/** The Regions and zones of one world, so that a world may have fewer or other ones than the Earth. */
export class Geography {
  readonly regions: readonly Region[];
  /** All Availability Zones, Region by Region, then all Local Zones. */
  readonly zones: readonly Zone[];
  readonly #regionByCode: ReadonlyMap<string, Region>;
  readonly #zoneById: ReadonlyMap<string, Zone>;
  readonly #zonesByRegion: ReadonlyMap<string, readonly Zone[]>;
  readonly #localZonesByRegion: ReadonlyMap<string, readonly Zone[]>;
  readonly #ways: Ways;
  readonly #stocks: ReadonlyMap<string, readonly CapacityStock[]>;
  readonly #vcpuQuotas: ReadonlyMap<VcpuGroup, number> | undefined;
  /** What a zone's failure does to the stock of its neighbours; undefined: nothing. */
  readonly rush: Rush | undefined;

  constructor(
    regions: readonly Region[],
    localZones: readonly Zone[] = [],
    ways: Ways = noWays,
    supply: Supply = endlessSupply,
  ) {
    this.regions = regions;
    this.#ways = ways;
    this.#stocks = Map.groupBy(supply.stocks, (stock) => stock.zoneId);
    this.rush = supply.rush;
    this.#vcpuQuotas = supply.vcpuQuotas;
    this.#regionByCode = new Map(regions.map((region) => [region.code, region]));
    const zones = regions.flatMap((region) =>
      region.zoneIds.map((id): Zone => ({
        id,
        region: region.code,
        kind: 'availability-zone',
        name: undefined,
      })),
    );
    const present = localZones.filter((zone) => this.#regionByCode.has(zone.region));
    this.zones = [...zones, ...present];
    this.#zoneById = new Map(this.zones.map((zone) => [zone.id, zone]));
    this.#zonesByRegion = Map.groupBy(zones, (zone) => zone.region);
    this.#localZonesByRegion = Map.groupBy(present, (zone) => zone.region);
  }

  /** The Region with this code, for example `us-east-1`. */
  region(code: string): Region | undefined {
    return this.#regionByCode.get(code);
  }

  /** The zone with this id, for example `use1-az1`. */
  zone(zoneId: string): Zone | undefined {
    return this.#zoneById.get(zoneId);
  }

  /** The Availability Zones of a Region, whether or not an account sees them; none of an unknown Region. */
  zonesOf(region: string): readonly Zone[] {
    return this.#zonesByRegion.get(region) ?? [];
  }

  /** The Local Zones that hang on a Region. */
  localZonesOf(region: string): readonly Zone[] {
    return this.#localZonesByRegion.get(region) ?? [];
  }

  /**
   * The round trip from one Region to another in milliseconds. Either may be a Region of AWS that this world does not
   * have: it is a place all the same. Any other unknown Region is a bug of the caller.
   */
  roundTripMs(fromRegion: string, toRegion: string): number {
    return this.roundTrip(fromRegion, toRegion).ms;
  }

  /** The same, and whether it was measured. */
  roundTrip(fromRegion: string, toRegion: string): RoundTrip {
    const ms = this.#ways.roundTripMs.get(wayKey(fromRegion, toRegion));
    if (ms !== undefined) return { ms, basis: 'set', lowMs: ms, highMs: ms };
    return roundTrip(this.#existing(fromRegion), this.#existing(toRegion));
  }

  /**
   * The round trip from one zone to another, in milliseconds, also across Regions. A Local Zone counts as a zone
   * of its Region: how far it is from there is not known here. An unknown zone is a bug of the caller.
   */
  zoneRoundTripMs(fromZoneId: string, toZoneId: string): number {
    const [from, to] = [this.zone(fromZoneId), this.zone(toZoneId)];
    if (from === undefined || to === undefined) {
      throw new Error(`Unknown zone: ${from === undefined ? fromZoneId : toZoneId}.`);
    }
    const ms = this.#ways.roundTripMs.get(wayKey(from.id, to.id));
    if (ms !== undefined) return ms;
    if (from.region !== to.region) return this.roundTripMs(from.region, to.region);
    return zoneRoundTrip(from.id, to.id).ms;
  }

  /**
   * The bandwidth from one Region to another, or from one zone to another, in Gbit/s, as far as the world says it:
   * of the Earth's ways nobody states one. Two zones of two Regions have what their Regions have.
   */
  bandwidthGbps(from: string, to: string): number | undefined {
    const own = this.#ways.bandwidthGbps.get(wayKey(from, to));
    const [fromRegion, toRegion] = [this.zone(from)?.region, this.zone(to)?.region];
    if (own !== undefined || fromRegion === undefined || toRegion === undefined) return own;
    return this.#ways.bandwidthGbps.get(wayKey(fromRegion, toRegion));
  }

  /** What a single copy of a snapshot takes at most on its way to another Region, in Gbit/s. */
  get copyGbps(): number {
    return this.#ways.copyGbps ?? usualCopyGbps;
  }

  /** The vCPUs of a group that each account may run in each Region; undefined: as many as it likes. */
  vcpuQuota(group: VcpuGroup): number | undefined {
    return this.#vcpuQuotas?.get(group);
  }

  /** The stocks of a zone; a type that none of them covers never runs out, and one that several cover needs room in all. */
  stocksOf(zoneId: string): readonly CapacityStock[] {
    return this.#stocks.get(zoneId) ?? [];
  }

  #existing(code: string): Region {
    const region = this.region(code) ?? awsRegionByCode.get(code);
    if (region === undefined) throw new Error(`Unknown Region: ${code}.`);
    return region;
  }
}

/** The Local Zones that are known; AWS has more. */
export const awsLocalZones: readonly Zone[] = facts.localZones.map((fact) => ({
  id: fact.zoneId,
  region: fact.parentRegion,
  kind: 'local-zone',
  name: fact.zoneName,
}));

/** All Regions and zones of the partition `aws`: the geography of a world that says nothing else. */
export const earth: Geography = new Geography(awsRegions, awsLocalZones);
