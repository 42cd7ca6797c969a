import { describe, expect, it, test } from 'vitest';
import { awsRegions } from '../regions.ts';
import { areaText, liesWithin, readArea, unionMembers } from './area.ts';
import { gridOf } from './grids.ts';
import { nearestNames } from './nearest-names.ts';
import { weightedMedian } from './user-latency.ts';

describe('the median over all users', () => {
  const of = (...pairs: readonly (readonly [number, number])[]): number | undefined =>
    weightedMedian(pairs.map(([value, weight]) => ({ value, weight })));

  it.each([
    ['one group', of([30, 100]), 30],
    ['the larger half', of([80, 40], [20, 60]), 20],
    ['exact halves: the mean', of([10, 50], [90, 50]), 50],
    ['three groups: the middle one', of([5, 33.3], [100, 33.4], [40, 33.3]), 40],
    ['halves of several groups', of([10, 25], [20, 25], [40, 25], [80, 25]), 30],
    ['thirds do not add to 1 exactly', of([1, 100 / 3], [2, 100 / 3], [3, 100 / 3]), 2],
    ['nobody', of(), undefined],
  ])('%s', (_, median, expected) => {
    expect(median).toBe(expected);
  });
});

describe('where data may lie', () => {
  const countryOf = (text: string): string | undefined =>
    /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : undefined;

  it.each([
    ['EU', 'EU'],
    ['eu', 'EU'],
    ['de', 'DE'],
    ['NA', 'North America'],
    ['north-america', 'North America'],
    ['Europe', 'Europe'],
    ['South America', 'South America'],
  ])('%s is %s', (text, expected) => {
    const area = readArea(text, countryOf);
    expect(area === undefined ? undefined : areaText(area)).toBe(expected);
  });

  it('the Union is its 27 members, not the continent', () => {
    expect(new Set(unionMembers).size).toBe(27);
    const london = { country: 'GB', continent: 'EU' };
    expect(liesWithin(london, { kind: 'union' })).toBe(false);
    expect(liesWithin(london, { kind: 'continent', continent: 'EU' })).toBe(true);
    expect(liesWithin(london, { kind: 'country', country: 'GB' })).toBe(true);
    expect(readArea('nowhere', countryOf)).toBeUndefined();
  });
});

test.each([
  ['eu-wst-1', ['eu-west-1', 'us-west-1', 'us-east-1'], 'eu-west-1'],
  ['Lodnon', ['Paris', 'London', 'Lisbon'], 'London'],
  ['SAO PAULO', ['Santiago', 'São Paulo'], 'São Paulo'],
  ['bedrok', ['bedrock', 'backup', 'batch'], 'bedrock'],
])('nearest to %s', (text, names, expected) => {
  expect(nearestNames(text, names)[0]).toBe(expected);
});

test('nothing is near to nonsense', () => {
  expect(nearestNames('qqqqqqqq', ['London', 'Paris', 'eu-west-1'])).toEqual([]);
});

test('every Region stands in a known grid', () => {
  const unknown = awsRegions.filter(({ code }) => gridOf(code) === undefined);
  expect(unknown.map(({ code }) => code)).toEqual([]);
});
