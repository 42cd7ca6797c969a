import facts from './facts/places.json' with { type: 'json' };
import type { Coordinates } from './distance.ts';
import { earth, type Geography } from './geography.ts';
import { plainText } from './plain-text.ts';
import { estimatedRoundTrip, type RoundTrip } from './round-trip.ts';

/** A city or a Region. */
export interface Locality extends Coordinates {
  /** For example `london-gb`, or a Region's code. */
  readonly id: string;
  readonly name: string;
  /** ISO 3166-1. */
  readonly country: string;
  /** A US state, for example `VA`; undefined elsewhere. */
  readonly subdivision: string | undefined;
  /** AF, AN, AS, EU, NA, OC or SA. */
  readonly continent: string;
  /** The Region's code when the place is a Region. */
  readonly region: string | undefined;
  /** Other spellings of the name. */
  readonly aliases: readonly string[];
}

/** Where a client may be. */
export interface Place extends Locality {
  /** The client subnet that stands for the place, for example `100.65.70.0/24`; the same for ever. */
  readonly subnet: string;
}

/** What a place's name led to. */
export type PlaceLookup =
  | { readonly kind: 'found'; readonly place: Place }
  /** Several places have the name; each candidate's `name,country` tells it apart. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Place[] }
  | { readonly kind: 'unknown' };

/**
 * Client subnets are taken from 100.64.0.0/10 (RFC 6598, shared address space), which no AWS resource and no public
 * client has: Regions from 100.64.1.0/24 on, cities from 100.65.0.0/24 on, each by its position in its list.
 */
const firstRegionSubnet = (64 << 8) + 1;
const firstCitySubnet = 65 << 8;

const subnetAt = (index: number): string => `100.${index >> 8}.${index & 255}.0/24`;

const continents: Readonly<Record<string, string>> = facts.continents;

interface CityFact {
  readonly id: string;
  readonly name: string;
  readonly country: string;
  readonly subdivision?: string;
  readonly aliases?: readonly string[];
  readonly lat: number;
  readonly lon: number;
}

const cityFacts: readonly CityFact[] = facts.cities;

const cityPlaces = (): readonly Place[] =>
  cityFacts.map((city, index) => ({
    id: city.id,
    name: city.name,
    country: city.country,
    subdivision: city.subdivision,
    continent: continents[city.country] ?? '',
    latitude: city.lat,
    longitude: city.lon,
    region: undefined,
    subnet: subnetAt(firstCitySubnet + index),
    aliases: city.aliases ?? [],
  }));

/** The Regions of the geography that have a position in the list; another one cannot be a vantage. */
const regionPlaces = (geography: Geography): readonly Place[] =>
  facts.regions.flatMap((code, index) => {
    const region = geography.region(code);
    if (region === undefined) return [];
    return {
      id: code,
      name: code,
      country: region.country,
      subdivision: region.country === 'US' ? region.subdivision : undefined,
      continent: continents[region.country] ?? '',
      latitude: region.latitude,
      longitude: region.longitude,
      region: code,
      subnet: subnetAt(firstRegionSubnet + index),
      aliases: [region.longName],
    };
  });

/** All that a place may be called: its id, its names, and each with the state and country behind it. */
const callingsOf = (place: Place): readonly string[] => {
  const names = [place.name, ...place.aliases];
  const tails = ['', place.country];
  if (place.subdivision !== undefined) {
    tails.push(place.subdivision, `${place.subdivision} ${place.country}`);
  }
  const all = names.flatMap((name) => tails.map((tail) => plainText(`${name} ${tail}`)));
  return [...new Set([plainText(place.id), ...all])];
};

/** The places of one world: its Regions and the cities of the atlas. */
export class Places {
  /** Regions first, then cities. */
  readonly all: readonly Place[];
  readonly #geography: Geography;
  #byCalling: ReadonlyMap<string, readonly Place[]> | undefined;

  constructor(geography: Geography) {
    this.#geography = geography;
    this.all = [...regionPlaces(geography), ...cityPlaces()];
  }

  /**
   * Finds a place by what a person calls it: `London`, `london,gb`, `Sao Paulo`, `Portland,OR`, `eu-west-2`. Case,
   * accents and punctuation do not count.
   */
  find(text: string): PlaceLookup {
    this.#byCalling ??= this.#index();
    const candidates = this.#byCalling.get(plainText(text)) ?? [];
    const [place, ...others] = candidates;
    if (place === undefined) return { kind: 'unknown' };
    if (others.length > 0) return { kind: 'ambiguous', candidates };
    return { kind: 'found', place };
  }

  /**
   * The round trip of a user at the place to a Region: measured when the place is a measured Region, else estimated
   * from the distance. An unknown Region is a bug of the caller.
   */
  roundTripFromPlace(
    place: Pick<Locality, 'region' | keyof Coordinates>,
    regionCode: string,
  ): RoundTrip {
    const region = this.#geography.region(regionCode);
    if (region === undefined) throw new Error(`Unknown Region: ${regionCode}.`);
    return place.region === undefined || this.#geography.region(place.region) === undefined
      ? estimatedRoundTrip(place, region)
      : this.#geography.roundTrip(place.region, regionCode);
  }

  #index(): ReadonlyMap<string, readonly Place[]> {
    const byCalling = new Map<string, Place[]>();
    for (const place of this.all) {
      for (const calling of callingsOf(place)) {
        const known = byCalling.get(calling);
        if (known === undefined) byCalling.set(calling, [place]);
        else known.push(place);
      }
    }
    return byCalling;
  }
}

/** What a lookup that found nothing, or too much, says to a person. */
export const explainPlaceLookup = (
  text: string,
  lookup: Exclude<PlaceLookup, { readonly kind: 'found' }>,
): string => {
  switch (lookup.kind) {
    case 'ambiguous':
      return `'${text}' may be ${lookup.candidates.map((place) => `'${place.name},${place.country}'`).join(' or ')}: say which.`;
    case 'unknown':
      return `There is no place '${text}'. A place is a Region's code or a city, for example eu-west-2, London or 'San Jose,US'.`;
  }
};

/** The places of the Earth. */
export const earthPlaces: Places = new Places(earth);
