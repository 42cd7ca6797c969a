import { describe, expect, test } from 'vitest';
import {
  allCities,
  citiesOf,
  cityLabel,
  countryCode,
  explainCityLookup,
  findCity,
} from './gazetteer.ts';
import { earthPlaces } from './places.ts';

const labelOf = (text: string): string => {
  const lookup = findCity(text);
  return lookup.kind === 'found' ? cityLabel(lookup.city) : explainCityLookup(text, lookup);
};

describe('a city is found', () => {
  test.each([
    ['London', 'London,GB'],
    ['london , united kingdom', 'London,GB'],
    ['London,UK', 'London,GB'],
    ['London,CA', 'London,CA'],
    ['london canada', 'London,CA'],
    ['london-gb', 'London,GB'],
    ['Cologne', 'Köln,DE'],
    ['koln', 'Köln,DE'],
    ['KÖLN, Germany', 'Köln,DE'],
    ['São Paulo', 'São Paulo,BR'],
    ['sao-paulo', 'São Paulo,BR'],
    ['Xian', 'Xi’an,CN'],
    ['newyork', 'New York,US'],
    ['New York City', 'New York,US'],
    ['St Petersburg', 'Saint Petersburg,RU'],
    ['Lodz', 'Łódź,PL'],
    ['Aarhus', 'Århus,DK'],
    ['San Jose,US', 'San Jose,US'],
    ['San Jose, Costa Rica', 'San José,CR'],
    ['Springfield,MO', 'Springfield,MO,US'],
    ['Springfield MA', 'Springfield,MA,US'],
    ['Portland,OR,US', 'Portland,US'],
    ['Richmond,CA', 'Richmond,CA'],
    ['Richmond,CA,US', 'Richmond,CA,US'],
    ['Vaduz', 'Vaduz,LI'],
    ['Venice', 'Venice,IT'],
    ['eu-west-2', 'eu-west-2'],
    ['Europe (Ireland)', 'eu-west-1'],
  ])('%s is %s', (text, label) => {
    expect(labelOf(text)).toBe(label);
  });

  test('with every label that is shown', () => {
    const wrong = allCities().filter((city) => {
      const found = findCity(cityLabel(city));
      return found.kind !== 'found' || found.city !== city;
    });
    expect(wrong.map((city) => cityLabel(city))).toEqual([]);
  });
});

describe('a city is not found', () => {
  test.each([
    ['San Jose', "'San Jose' may be 'San Jose,US' or 'San José,CR'"],
    ['Springfield', "'Springfield,MO,US' or 'Springfield,MA,US' or 'Springfield,IL,US'"],
    ['Birmingham', "'Birmingham,GB' or 'Birmingham,US'"],
    ['Springfield,US', "'Springfield,MO,US' or 'Springfield,MA,US'"],
    ['Lodnon', "'London,GB'"],
    ['Frankfort', "'Frankfurt,DE'"],
    ['Barcelonna,ES', "'Barcelona,ES'"],
    ['London,FR', "'London,GB' or 'London,CA'"],
  ])('%s: %s', (text, part) => {
    expect(labelOf(text)).toContain(part);
  });

  test.each(['Xyzzyplugh', '', ',', '東京'])("'%s' is near nothing", (text) => {
    expect(findCity(text)).toEqual({ kind: 'unknown', nearest: [] });
  });
});

describe('the gazetteer', () => {
  test('has every place where a client may stand, with its people', () => {
    const cities = new Map(allCities().map((city) => [city.id, city]));
    const lost = earthPlaces.all.filter(
      (place) => place.region === undefined && !((cities.get(place.id)?.population ?? 0) > 0),
    );
    expect(lost.map((place) => place.id)).toEqual([]);
  });

  test('has thousands of cities with ids of their own, a continent and a position', () => {
    const cities = allCities();
    expect(cities.length).toBeGreaterThan(5000);
    expect(new Set(cities.map((city) => city.id)).size).toBe(cities.length);
    const wrong = cities.filter(
      (city) =>
        !['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA'].includes(city.continent) ||
        !(Math.abs(city.latitude) <= 90 && Math.abs(city.longitude) <= 180),
    );
    expect(wrong.map((city) => city.id)).toEqual([]);
  });

  test('lists the cities of a country, largest first', () => {
    expect(
      citiesOf('CH')
        .slice(0, 2)
        .map((city) => city.name),
    ).toEqual(['Zürich', 'Geneva']);
    expect(citiesOf('XX')).toEqual([]);
    expect(countryCode('Germany')).toBe('DE');
    expect(countryCode('atlantis')).toBeUndefined();
  });

  test('gives a way to a Region from anywhere in it', () => {
    const lookup = findCity('Cologne');
    if (lookup.kind !== 'found') throw new Error(lookup.kind);
    const { ms, basis } = earthPlaces.roundTripFromPlace(lookup.city, 'eu-central-1');
    expect(basis).toBe('estimated');
    expect(ms).toBeLessThan(12);
  });
});
