/** Countries by code and English name, as ICU has them. */
const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** Codes that ICU names but ISO 3166-1 does not give to a country. */
const notCountries = ['EU', 'EZ', 'UN', 'XA', 'XB', 'XK', 'QO', 'ZZ'];

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');

const isCountryCode = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) && !notCountries.includes(code) && names.of(code) !== undefined;

/** The English name of a country's code of two letters; the code itself for what is none. */
export const countryName = (code: string): string => names.of(code) ?? code;

let codeByName: ReadonlyMap<string, string> | undefined;

const letters = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '');

/** The names of all countries in English, with their codes; a code that was given up (such as DD) comes last. */
export const countryCodesByName = (): ReadonlyMap<string, string> => {
  codeByName ??= new Map(
    alphabet
      .flatMap((first) => alphabet.map((second) => first + second))
      .filter(isCountryCode)
      .toReversed()
      .map((code) => [countryName(code), new Intl.Locale(`und-${code}`).region ?? code]),
  );
  return codeByName;
};

/** The code of a country, from its code or its English name; undefined for what is none. */
export const countryOf = (text: string): string | undefined => {
  const code = text.trim().toUpperCase();
  if (code === 'UK') return 'GB';
  if (isCountryCode(code)) return code;
  const wanted = letters(text);
  const found = [...countryCodesByName()].find(([name]) => letters(name) === wanted);
  return found?.[1];
};
