import { carbonIntensity } from '../carbon.ts';
import { earth } from '../geography.ts';
import { incidents, type Incident } from '../incidents.ts';
import { earthPlaces, type Locality } from '../places.ts';
import { gp3Price, instancePrice, internetEgressPrice } from '../prices.ts';
import type { Region } from '../regions.ts';
import type { RoundTrip } from '../round-trip.ts';
import { serviceAvailability } from '../services.ts';

/** What choosing asks of the atlas. An answer of undefined means that nobody knows, never nought. */
export interface ChoiceFacts {
  readonly regions: readonly Region[];
  /** AF, AN, AS, EU, NA, OC or SA. */
  readonly continentOf: (region: Region) => string;
  readonly roundTripFromPlace: (place: Locality, region: Region) => RoundTrip;
  readonly roundTripBetween: (from: Region, to: Region) => RoundTrip;
  /** USD an hour on demand, Linux. */
  readonly instanceUsdPerHour: (type: string, region: Region) => number | undefined;
  /** USD a month for a GB of gp3. */
  readonly storageUsdPerGbMonth: (region: Region) => number | undefined;
  /** USD for a GB to the internet, in the first 10 TB of a month. */
  readonly egressUsdPerGb: (region: Region) => number | undefined;
  /** The figure of 2024. */
  readonly carbonGramsPerKwh: (region: Region) => number | undefined;
  /** Whether a list shows the service there; that none does is no proof that it is not. */
  readonly hasService: (serviceId: string, region: Region) => boolean;
  /** Oldest first. */
  readonly incidents: readonly Incident[];
}

const continentByRegion: ReadonlyMap<string | undefined, string> = new Map(
  earthPlaces.all
    .filter((place) => place.region !== undefined)
    .map((place) => [place.region, place.continent]),
);

/** The facts of the Earth. */
export const earthChoiceFacts: ChoiceFacts = {
  regions: earth.regions,
  continentOf: (region) => continentByRegion.get(region.code) ?? '',
  roundTripFromPlace: (place, region) => earthPlaces.roundTripFromPlace(place, region.code),
  roundTripBetween: (from, to) => earth.roundTrip(from.code, to.code),
  instanceUsdPerHour: (type, region) => instancePrice(type, region.code)?.value,
  storageUsdPerGbMonth: (region) => gp3Price(region.code)?.value,
  egressUsdPerGb: (region) => internetEgressPrice(region.code)?.value,
  carbonGramsPerKwh: (region) => carbonIntensity(region.code)?.value,
  hasService: (service, region) => serviceAvailability(service, region.code) === 'present',
  incidents,
};
