import { expect, test } from 'vitest';
import { earth, Geography } from './geography.ts';
import { earthPlaces, explainPlaceLookup, Places, type Place } from './places.ts';
import { awsRegions } from './regions.ts';

const placeOf = (text: string): Place => {
  const lookup = earthPlaces.find(text);
  if (lookup.kind !== 'found') throw new Error(explainPlaceLookup(text, lookup));
  return lookup.place;
};

test.each([
  ['London', 'london-gb'],
  ['london,gb', 'london-gb'],
  ['LONDON, GB', 'london-gb'],
  ['london-gb', 'london-gb'],
  ['São Paulo', 'sao-paulo-br'],
  ['sao paulo', 'sao-paulo-br'],
  ['São Paulo,BR', 'sao-paulo-br'],
  ['Zürich', 'zurich-ch'],
  ['NYC', 'new-york-us'],
  ['Portland,OR', 'portland-us'],
  ['Portland, OR, US', 'portland-us'],
  ['Bangalore', 'bengaluru-in'],
  ['San Jose,US', 'san-jose-us'],
  ['san josé,cr', 'san-jose-cr'],
  ['eu-west-2', 'eu-west-2'],
  ['Europe (London)', 'eu-west-2'],
])('%s is %s', (text, id) => {
  expect(placeOf(text).id).toBe(id);
});

test('a name that several places have is refused with what to say instead', () => {
  const lookup = earthPlaces.find('San Jose');
  if (lookup.kind !== 'ambiguous') throw new Error(lookup.kind);
  expect(explainPlaceLookup('San Jose', lookup)).toBe(
    "'San Jose' may be 'San Jose,US' or 'San José,CR': say which.",
  );
  for (const place of lookup.candidates) {
    expect(placeOf(`${place.name},${place.country}`)).toBe(place);
  }
});

test('a place that is not there is refused, and so is an empty name', () => {
  const lookup = earthPlaces.find('Atlantis');
  if (lookup.kind === 'found') throw new Error(lookup.place.id);
  expect(explainPlaceLookup('Atlantis', lookup)).toContain("There is no place 'Atlantis'");
  expect(earthPlaces.find('').kind).toBe('unknown');
  expect(earthPlaces.find('東京').kind).toBe('unknown');
});

test('every place has a country, a continent, a position and ids of its own', () => {
  expect(earthPlaces.all.length).toBeGreaterThan(34 + 150);
  const codes = ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA'];
  const wrong = earthPlaces.all.filter(
    (place) =>
      !/^[A-Z]{2}$/.test(place.country) ||
      !codes.includes(place.continent) ||
      Math.abs(place.latitude) > 90 ||
      Math.abs(place.longitude) > 180 ||
      placeOf(place.id) !== place,
  );
  expect(wrong).toEqual([]);
  expect(new Set(earthPlaces.all.map((place) => place.subnet)).size).toBe(earthPlaces.all.length);
});

test('every Region is a place, also one that comes later', () => {
  for (const region of earth.regions) expect(placeOf(region.code).region).toBe(region.code);
});

test.each([
  ['us-east-1', '100.64.1.0/24'],
  ['me-south-1', '100.64.34.0/24'],
  ['ashburn-us', '100.65.0.0/24'],
  ['london-gb', '100.65.70.0/24'],
  ['noumea-nc', '100.65.211.0/24'],
])('the client subnet of %s is %s, for ever', (id, subnet) => {
  expect(placeOf(id).subnet).toBe(subnet);
});

test('no two places share a client subnet', () => {
  const subnets = earthPlaces.all.map(({ subnet }) => subnet);
  expect(new Set(subnets).size).toBe(subnets.length);
  for (const subnet of subnets) expect(subnet).toMatch(/^100\.\d+\.\d+\.0\/24$/);
});

test('a world with fewer Regions keeps the subnets of those it has', () => {
  const small = new Places(
    new Geography(awsRegions.filter((region) => region.code === 'eu-west-2')),
  );
  const lookup = small.find('eu-west-2');
  expect(lookup.kind === 'found' && lookup.place.subnet).toBe(placeOf('eu-west-2').subnet);
  expect(small.find('us-east-1').kind).toBe('unknown');
});

test('a user is nearest to the Region at home', () => {
  const nearest = (city: string): string | undefined =>
    earth.regions
      .map((region) => ({
        code: region.code,
        ms: earthPlaces.roundTripFromPlace(placeOf(city), region.code).ms,
      }))
      .toSorted((a, b) => a.ms - b.ms)[0]?.code;
  expect(nearest('London')).toBe('eu-west-2');
  expect(nearest('Washington')).toBe('us-east-1');
  expect(nearest('Tokyo')).toBe('ap-northeast-1');
  expect(nearest('Wellington')).toBe('ap-southeast-6');
});

test('from a Region the round trip is the measured one', () => {
  const fromRegion = earthPlaces.roundTripFromPlace(placeOf('us-east-1'), 'eu-west-1');
  expect(fromRegion).toEqual(earth.roundTrip('us-east-1', 'eu-west-1'));
  expect(earthPlaces.roundTripFromPlace(placeOf('Boston'), 'eu-west-1').basis).toBe('estimated');
});
