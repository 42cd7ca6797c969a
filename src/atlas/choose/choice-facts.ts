import carbon from '../facts/carbon.json' with { type: 'json' };
import incidents from '../facts/incidents.json' with { type: 'json' };
import prices from '../facts/prices.json' with { type: 'json' };
import services from '../facts/services-by-region.json' with { type: 'json' };
import { earth } from '../geography.ts';
import { earthPlaces, type Place } from '../places.ts';
import type { Region } from '../regions.ts';
import type { RoundTrip } from '../round-trip.ts';

/** A failure that AWS or others reported. */
export interface PastIncident {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly region: string;
  /** Whether a stack in several zones of the Region was hit, too. */
  readonly hit: 'zone' | 'region';
  readonly scope: string;
  readonly cause: string;
  readonly duration: string;
  readonly source: string;
}

/** What choosing asks of the atlas. An answer of undefined means that nobody knows, never nought. */
export interface ChoiceFacts {
  readonly regions: readonly Region[];
  continentOf(region: Region): string;
  roundTripFromPlace(place: Place, region: Region): RoundTrip;
  roundTripBetween(from: Region, to: Region): RoundTrip;
  /** USD an hour on demand, Linux. */
  instanceUsdPerHour(type: string, region: Region): number | undefined;
  /** USD a month for a GB of gp3. */
  storageUsdPerGbMonth(region: Region): number | undefined;
  /** USD for a GB to the internet, in the first 10 TB of a month. */
  egressUsdPerGb(region: Region): number | undefined;
  /** The figure of 2024. */
  carbonGramsPerKwh(region: Region): number | undefined;
  readonly services: readonly string[];
  hasService(service: string, region: Region): boolean;
  readonly pricedInstanceTypes: readonly string[];
  readonly incidents: readonly PastIncident[];
}

const known = (value: number | null | undefined): number | undefined => value ?? undefined;

const usdPerHour: Readonly<Record<string, Readonly<Record<string, number | null>>>> =
  prices.usdPerHour;
const gp3: Readonly<Record<string, { readonly v: number }>> = prices.other.gp3GbMonth;
const egress: Readonly<Record<string, number>> = prices.other.internetEgressPerGbFirst10TB;
const gramsPerKwh: Readonly<Record<string, { readonly ccf2024: number }>> = carbon.regions;
const serviceFacts: Readonly<
  Record<string, { readonly regionalized: boolean; readonly regions: readonly string[] }>
> = services.services;

const continentByRegion: ReadonlyMap<string | undefined, string> = new Map(
  earthPlaces.all.map((place) => [place.region, place.continent]),
);

/** A scope that begins with "Region" or ends with the Region unavailable outlived every zone. */
const hitOf = (scope: string): PastIncident['hit'] =>
  /^Region|Region later unavailable/.test(scope) ? 'region' : 'zone';

/** The facts of the Earth. */
export const earthChoiceFacts: ChoiceFacts = {
  regions: earth.regions,
  continentOf: (region) => continentByRegion.get(region.code) ?? '',
  roundTripFromPlace: (place, region) => earthPlaces.roundTripFromPlace(place, region.code),
  roundTripBetween: (from, to) => earth.roundTrip(from.code, to.code),
  instanceUsdPerHour: (type, region) => known(usdPerHour[region.code]?.[type]),
  storageUsdPerGbMonth: (region) => known(gp3[region.code]?.v),
  egressUsdPerGb: (region) => known(egress[region.code]),
  carbonGramsPerKwh: (region) => known(gramsPerKwh[region.code]?.ccf2024),
  services: Object.keys(serviceFacts),
  hasService: (service, region) => {
    const fact = serviceFacts[service];
    return fact !== undefined && (!fact.regionalized || fact.regions.includes(region.code));
  },
  pricedInstanceTypes: Object.keys(usdPerHour['us-east-1'] ?? {}),
  incidents: incidents.map((incident) => ({
    date: incident.date,
    region: incident.region,
    hit: hitOf(incident.scope),
    scope: incident.scope,
    cause: incident.cause,
    duration: incident.duration,
    source: incident.src,
  })),
};
