import { carbonIntensity } from '../../atlas/carbon.ts';
import { gridOf } from '../../atlas/choose/grids.ts';
import { distanceKm } from '../../atlas/distance.ts';
import { earth } from '../../atlas/geography.ts';
import { incidentsOf, type Incident } from '../../atlas/incidents.ts';
import {
  gp3Price,
  instancePrice,
  internetEgressPrice,
  natGatewayPrice,
} from '../../atlas/prices.ts';
import type { Region } from '../../atlas/regions.ts';
import type { RoundTrip } from '../../atlas/round-trip.ts';
import { serviceAvailability, servicesIn } from '../../atlas/services.ts';
import type { Sourced } from '../../atlas/sourced.ts';
import { zoneNamesOf } from '../../atlas/zone-names.ts';

/** A price with its unit, as a table names it. */
export interface NamedPrice {
  readonly name: string;
  readonly unit: string;
  readonly price: Sourced<number> | null;
}

/** Another Region and how far it is. */
interface Neighbour {
  readonly region: Region;
  readonly roundTrip: RoundTrip;
  readonly distanceKm: number;
}

/** A zone of a Region and the name by which an account knows it; undefined when the account does not see it. */
interface NamedZone {
  readonly id: string;
  readonly name: string | undefined;
}

/** All that the atlas knows of one Region. */
export interface RegionProfile {
  readonly region: Region;
  readonly zones: readonly NamedZone[];
  readonly localZones: readonly NamedZone[];
  readonly grid: string | undefined;
  readonly serviceCount: number;
  /** Ids of services that us-east-1 has and this Region, by the lists, has not. */
  readonly missingServices: readonly string[];
  /** Ids of services that us-east-1 has and of which no list covers this Region. */
  readonly unknownServices: readonly string[];
  /** The others, nearest first by round trip. */
  readonly neighbours: readonly Neighbour[];
  readonly prices: readonly NamedPrice[];
  readonly carbon: Sourced<number> | null;
  readonly incidents: readonly Incident[];
}

/** The Region with the most services, against which the others are held. */
export const servicesReference = 'us-east-1';

/** How many services the lists show in a Region. */
export const serviceCountOf = (region: Region): number => servicesIn(region.code).length;

const zonesOf = (region: Region, account: string, seed: number): readonly NamedZone[] => {
  const named = zoneNamesOf(region, account, seed);
  const hidden = region.zoneIds.filter((id) => named.every((zone) => zone.id !== id));
  return [...named, ...hidden.map((id) => ({ id, name: undefined }))];
};

const pricesOf = (code: string): readonly NamedPrice[] => [
  ...['m5.large', 'm7g.large', 't3.micro'].map((type) => ({
    name: type,
    unit: 'USD an hour',
    price: instancePrice(type, code),
  })),
  { name: 'gp3', unit: 'USD a GB-month', price: gp3Price(code) },
  { name: 'NAT gateway', unit: 'USD an hour', price: natGatewayPrice(code) },
  { name: 'to the internet', unit: 'USD a GB', price: internetEgressPrice(code) },
];

/** Gathers what there is of a Region; the names of its zones are those of this account in a world of this seed. */
export const regionProfile = (region: Region, account: string, seed: number): RegionProfile => {
  const atReference = servicesIn(servicesReference);
  const withAvailability = (availability: string): readonly string[] =>
    atReference
      .filter(({ id }) => serviceAvailability(id, region.code) === availability)
      .map(({ id }) => id);
  return {
    region,
    zones: zonesOf(region, account, seed),
    localZones: earth.localZonesOf(region.code).map(({ id, name }) => ({ id, name })),
    grid: gridOf(region.code),
    serviceCount: serviceCountOf(region),
    missingServices: withAvailability('absent-in-the-data'),
    unknownServices: withAvailability('unknown'),
    neighbours: earth.regions
      .filter((other) => other !== region)
      .map((other) => ({
        region: other,
        roundTrip: earth.roundTrip(region.code, other.code),
        distanceKm: distanceKm(region, other),
      }))
      .toSorted((a, b) => a.roundTrip.ms - b.roundTrip.ms),
    prices: pricesOf(region.code),
    carbon: carbonIntensity(region.code),
    incidents: incidentsOf(region.code),
  };
};
