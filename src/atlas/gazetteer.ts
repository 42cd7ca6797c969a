import { nearestNames } from './choose/nearest-names.ts';
import facts from './facts/cities.json' with { type: 'json' };
import { plainText } from './plain-text.ts';
import { earthPlaces, type Locality } from './places.ts';

/** A city of the gazetteer, or a Region. */
export interface City extends Locality {
  /** Undefined for a Region. */
  readonly population: number | undefined;
}

/** What a city's name led to. */
export type CityLookup =
  | { readonly kind: 'found'; readonly city: City }
  /** Largest first; `cityLabel` of each tells it from the others. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly City[] }
  /** Labels of cities with the nearest names, nearest first; perhaps none. */
  | { readonly kind: 'unknown'; readonly nearest: readonly string[] };

/**
 * One city is meant without its country when it has at least so many times the people of every other one of its name:
 * London is in Great Britain, though Canada has one; of Birmingham and Portland one must say which.
 */
const farLarger = 10;

const countries: Readonly<Record<string, readonly string[]>> = facts.countries;

const spokenCountries: Readonly<Record<string, string>> = {
  america: 'US',
  'great britain': 'GB',
  england: 'GB',
  holland: 'NL',
  korea: 'KR',
  uk: 'GB',
  usa: 'US',
};

/** A country's common English name; the code itself where it is none. */
export const countryName = (code: string): string => countries[code]?.[0] ?? code;

let codeByName: ReadonlyMap<string, string> | undefined;

/** The ISO 3166-1 code of a country by its code or its English name; undefined for anything else. */
export const countryCode = (text: string): string | undefined => {
  codeByName ??= new Map([
    ...Object.entries(countries).map(([code, [name = '']]) => [plainText(name), code] as const),
    ...Object.keys(countries).map((code) => [code.toLowerCase(), code] as const),
    ...Object.entries(spokenCountries),
  ]);
  return codeByName.get(plainText(text));
};

/** The common English names of all countries. */
export const countryNames = (): readonly string[] =>
  Object.values(countries).map(([name = '']) => name);

/** Spaces do not count either: `newyork`, `Xian`. Saints may be short. */
const key = (text: string): string =>
  plainText(text)
    .replaceAll(/\bst\b/g, 'saint')
    .replaceAll(' ', '');

const cityOfRow = (row: readonly (string | number)[]): City => {
  const [name, country, state, latitude, longitude, population, ...aliases] = row;
  const code = String(country);
  const subdivision = state === '' ? undefined : String(state);
  return {
    id: [name, subdivision, code]
      .flatMap((part) => plainText(String(part ?? '')).split(' '))
      .filter((part) => part !== '')
      .join('-'),
    name: String(name),
    country: code,
    subdivision,
    continent: countries[code]?.[1] ?? '',
    latitude: Number(latitude),
    longitude: Number(longitude),
    region: undefined,
    population: Number(population),
    aliases: aliases.map(String),
  };
};

const vantageFacts: ReadonlyMap<string, readonly (string | number)[]> = new Map(
  facts.vantages.map(([id, ...rest]) => [String(id), rest]),
);

/** The places where a client may stand are cities of the gazetteer, too, and its Regions are looked up like them. */
const vantages = (): readonly City[] =>
  earthPlaces.all.map((place) => {
    const [population, ...aliases] = vantageFacts.get(place.id) ?? [];
    return {
      ...place,
      aliases: [...place.aliases, ...aliases.map(String)],
      population: population === undefined ? undefined : Number(population),
    };
  });

interface Index {
  readonly cities: readonly City[];
  readonly byName: ReadonlyMap<string, readonly City[]>;
}

let index: Index | undefined;

const builtIndex = (): Index => {
  const cities = [...vantages(), ...facts.cities.map((row) => cityOfRow(row))].toSorted(
    (a, b) => (b.population ?? 0) - (a.population ?? 0),
  );
  const byName = new Map<string, City[]>();
  for (const city of cities) {
    const names = [city.id, city.name, ...city.aliases].map(key);
    for (const name of new Set(names)) {
      const others = byName.get(name);
      if (others === undefined) byName.set(name, [city]);
      else others.push(city);
    }
  }
  return { cities, byName };
};

const theIndex = (): Index => {
  index ??= builtIndex();
  return index;
};

/** All cities, largest first; none of the Regions. */
export const allCities = (): readonly City[] =>
  theIndex().cities.filter((city) => city.region === undefined);

/** The cities of a country by its code, largest first. */
export const citiesOf = (country: string): readonly City[] =>
  allCities().filter((city) => city.country === country);

const isInCountry = (city: City, qualifier: string): boolean =>
  city.country === countryCode(qualifier);

const isInState = (city: City, qualifier: string): boolean =>
  city.subdivision !== undefined && city.subdivision.toLowerCase() === plainText(qualifier);

/** Those of the cities that all qualifiers fit. One that fits a country and a state means the country. */
const fitting = (cities: readonly City[], qualifiers: readonly string[]): readonly City[] => {
  let left = cities;
  for (const qualifier of qualifiers) {
    const inCountry = left.filter((city) => isInCountry(city, qualifier));
    left = inCountry.length > 0 ? inCountry : left.filter((city) => isInState(city, qualifier));
  }
  return left;
};

/**
 * A name and what follows it, by every way of taking them apart: at the commas, or with the last word or two as state
 * and country.
 */
const readings = (text: string): readonly (readonly string[])[] => {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length > 1) return [parts, [text]];
  const words = text.trim().split(/[\s-]+/);
  return [
    [text],
    ...[1, 2]
      .filter((tail) => words.length > tail)
      .map((tail) => [words.slice(0, -tail).join(' '), ...words.slice(-tail)]),
  ];
};

/** What a person writes to mean this city and no other: `London,GB`, or with its state `Portland,OR,US`. */
export const cityLabel = (city: City): string => {
  if (city.region !== undefined) return city.region;
  const namesakes = theIndex().byName.get(key(city.name)) ?? [];
  const isOnly = namesakes.every((other) => other === city || other.country !== city.country);
  const state = isOnly || city.subdivision === undefined ? [] : [city.subdivision];
  return [city.name, ...state, city.country].join(',');
};

const nearestTo = (text: string): readonly string[] => {
  const { cities, byName } = theIndex();
  const [name = text, ...qualifiers] = text.split(',');
  const labels = (found: readonly City[]): readonly string[] => [
    ...new Set(found.map((city) => cityLabel(city))),
  ];
  // The name is known, and its country is another one.
  const namesakes = byName.get(key(name)) ?? [];
  if (namesakes.length > 0) return labels(namesakes).slice(0, 3);
  const inCountry = fitting(cities, qualifiers);
  const length = key(name).length;
  const near = (inCountry.length > 0 ? inCountry : cities).filter(
    (city) =>
      city.region === undefined &&
      [city.name, ...city.aliases].some((own) => Math.abs(key(own).length - length) <= 3),
  );
  const names = new Set(near.flatMap((city) => [city.name, ...city.aliases]));
  const nearest = nearestNames(name, [...names], 3);
  return labels(nearest.flatMap((own) => (byName.get(key(own)) ?? []).slice(0, 1)));
};

/**
 * Finds a city, or a Region, by what a person calls it: `London`, `london,gb`, `Sao Paulo`, `Cologne, Germany`,
 * `Portland,OR`, `eu-west-2`. Case, accents, spaces and punctuation do not count. A name that several cities have is
 * ambiguous, unless one has ten times the people of every other.
 */
export const findCity = (text: string): CityLookup => {
  for (const [name = '', ...qualifiers] of readings(text)) {
    const candidates = fitting(theIndex().byName.get(key(name)) ?? [], qualifiers);
    const [city, ...others] = candidates;
    if (city === undefined) continue;
    const most = Math.max(0, ...others.map((other) => other.population ?? 0));
    if (others.length === 0 || (city.population ?? 0) >= most * farLarger) {
      return { kind: 'found', city };
    }
    return { kind: 'ambiguous', candidates };
  }
  return { kind: 'unknown', nearest: nearestTo(text) };
};

const anyOf = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(' or ');

/** What a lookup that found nothing, or too much, says to a person: one line. */
export const explainCityLookup = (
  text: string,
  lookup: Exclude<CityLookup, { readonly kind: 'found' }>,
): string => {
  switch (lookup.kind) {
    case 'ambiguous':
      return `'${text}' may be ${anyOf(lookup.candidates.map((city) => cityLabel(city)))}: say which.`;
    case 'unknown': {
      const verb = lookup.nearest.length === 1 ? 'is' : 'are';
      const hint = lookup.nearest.length === 0 ? '' : ` Near it ${verb} ${anyOf(lookup.nearest)}.`;
      return `There is no place '${text}'.${hint}`;
    }
  }
};
