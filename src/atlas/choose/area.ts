/** Where data may lie: the European Union, a country, or a continent. */
export type Area =
  | { readonly kind: 'union' }
  /** ISO 3166-1. */
  | { readonly kind: 'country'; readonly country: string }
  /** AF, AN, AS, EU, NA, OC or SA, as GeoNames and Route 53 have them. */
  | { readonly kind: 'continent'; readonly continent: string };

/** The member states of the European Union since 2020-02-01 (Treaty on European Union, article 52). */
export const unionMembers: readonly string[] = [
  'AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU',
  'IE', 'IT', 'LT', 'LU', 'LV', 'MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK',
]; // prettier-ignore

const continentNames: Readonly<Record<string, string>> = {
  AF: 'Africa',
  AN: 'Antarctica',
  AS: 'Asia',
  EU: 'Europe',
  NA: 'North America',
  OC: 'Oceania',
  SA: 'South America',
};

/** What `readArea` takes beside the codes of countries. */
export const areaNames: readonly string[] = ['EU', ...Object.values(continentNames)];

const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '');

/**
 * Reads `EU` (the Union, not the continent), a continent's code or name (`NA`, `north-america`, `Europe`), or a
 * country's code of two letters. Where a country has the code of a continent the continent is meant; `countryOf` turns
 * the country's name into its code. Undefined for what is none of these.
 */
export const readArea = (
  text: string,
  countryOf: (text: string) => string | undefined,
): Area | undefined => {
  const code = text.trim().toUpperCase();
  if (code === 'EU') return { kind: 'union' };
  const continent = Object.entries(continentNames).find(
    ([key, name]) => key === code || letters(name) === letters(text),
  );
  if (continent !== undefined) return { kind: 'continent', continent: continent[0] };
  const country = countryOf(text);
  return country === undefined ? undefined : { kind: 'country', country };
};

/** Whether a Region's country and continent lie in the area. */
export const liesWithin = (
  place: { readonly country: string; readonly continent: string },
  area: Area,
): boolean => {
  switch (area.kind) {
    case 'union':
      return unionMembers.includes(place.country);
    case 'country':
      return place.country === area.country;
    case 'continent':
      return place.continent === area.continent;
  }
};

/** The area as a person reads it: `EU`, `DE`, `North America`. */
export const areaText = (area: Area): string => {
  switch (area.kind) {
    case 'union':
      return 'EU';
    case 'country':
      return area.country;
    case 'continent':
      return continentNames[area.continent] ?? area.continent;
  }
};
