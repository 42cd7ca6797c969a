import type { UserGroup } from '../../atlas/choose/requirements.ts';
import {
  citiesOf,
  cityLabel,
  countryCode,
  countryName,
  explainCityLookup,
  findCity,
  type City,
} from '../../atlas/gazetteer.ts';
import { UsageError } from '../../text/usage-error.ts';

const groupAt = (city: City, sharePercent: number): UserGroup => ({
  name: cityLabel(city).replaceAll(',', ', '),
  place: city,
  sharePercent,
});

/** A country's users are at so many of its largest cities. */
const citiesOfCountry = 12;

/** All users of a country are at its largest cities, in proportion to those who live there. */
const countryGroups = (country: string, sharePercent: number): readonly UserGroup[] => {
  const cities = citiesOf(country).slice(0, citiesOfCountry);
  const people = cities.reduce((sum, { population }) => sum + (population ?? 0), 0);
  if (people === 0) {
    throw new UsageError(`--users: the atlas has no city in ${countryName(country)}.`);
  }
  return cities.map((city) => groupAt(city, (sharePercent * (city.population ?? 0)) / people));
};

const groupsAt = (text: string, sharePercent: number): readonly UserGroup[] => {
  const lookup = findCity(text);
  if (lookup.kind === 'found') return [groupAt(lookup.city, sharePercent)];
  const country = lookup.kind === 'unknown' ? countryCode(text) : undefined;
  if (country !== undefined) return countryGroups(country, sharePercent);
  throw new UsageError(`--users: ${explainCityLookup(text, lookup)}`);
};

const readShare = (text: string, share: string | undefined, isOnly: boolean): number => {
  if (share === undefined && isOnly) return 100;
  const value = Number(share?.replace(/\s*%$/, ''));
  if (share === undefined || share.trim() === '' || !(value > 0 && value <= 100)) {
    throw new UsageError(
      `--users: '${text}' is not CITY[,CC]:SHARE with a share above 0 and at most 100, such as London,GB:60.`,
    );
  }
  return value;
};

/** Reads `CITY[,CC]:SHARE` entries; a country or a Region may stand for the city. The shares must add to 100. */
export const userGroupsOf = (entries: readonly string[]): readonly UserGroup[] => {
  const parsed = entries.map((text) => {
    const colon = text.lastIndexOf(':');
    const place = (colon < 0 ? text : text.slice(0, colon)).trim();
    const share = colon < 0 ? undefined : text.slice(colon + 1).trim();
    if (place === '') throw new UsageError(`--users: '${text}' names no place.`);
    return { place, share: readShare(text, share, entries.length === 1) };
  });
  const sum = parsed.reduce((total, { share }) => total + share, 0);
  if (parsed.length > 0 && Math.abs(sum - 100) > 0.01) {
    const listed = parsed.map(({ place, share }) => `${place} ${share}`).join(', ');
    throw new UsageError(
      `--users: the shares add to ${Math.round(sum * 100) / 100}, not to 100: ${listed}.`,
    );
  }
  return parsed.flatMap(({ place, share }) => groupsAt(place, share));
};
