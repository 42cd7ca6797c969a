import { nearestNames } from '../../atlas/choose/nearest-names.ts';
import type { UserGroup } from '../../atlas/choose/requirements.ts';
import { earthPlaces, explainPlaceLookup, type Place } from '../../atlas/places.ts';
import { UsageError } from '../usage-error.ts';
import { countryName, countryOf } from './countries.ts';
import { orNames } from './wish-words.ts';

const groupName = (place: Place): string =>
  place.region === undefined ? `${place.name}, ${place.country}` : place.region;

/** All users of a country are at its cities in the atlas, in equal parts. */
const countryGroups = (country: string, sharePercent: number): readonly UserGroup[] => {
  const cities = earthPlaces.all.filter(
    (place) => place.region === undefined && place.country === country,
  );
  if (cities.length === 0) {
    throw new UsageError(`--users: the atlas has no city in ${countryName(country)}.`);
  }
  return cities.map((place) => ({
    name: groupName(place),
    place,
    sharePercent: sharePercent / cities.length,
  }));
};

const groupsAt = (text: string, sharePercent: number): readonly UserGroup[] => {
  const lookup = earthPlaces.find(text);
  if (lookup.kind === 'found') {
    return [{ name: groupName(lookup.place), place: lookup.place, sharePercent }];
  }
  const country = countryOf(text);
  if (lookup.kind === 'unknown' && country !== undefined)
    return countryGroups(country, sharePercent);
  if (lookup.kind === 'ambiguous') {
    throw new UsageError(`--users: ${explainPlaceLookup(text, lookup)}`);
  }
  const [city = text, ...tail] = text.split(',');
  const names = earthPlaces.all.map((place) =>
    place.region === undefined ? `${place.name},${place.country}` : place.id,
  );
  const nearest = nearestNames(tail.length > 0 ? text : city, names);
  const byCity =
    nearest.length > 0
      ? nearest
      : names
          .filter((name) => nearestNames(city, [name.split(',')[0] ?? '']).length > 0)
          .slice(0, 3);
  throw new UsageError(`--users: there is no place '${text}'${orNames(byCity)}.`);
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
