import { describe, expect, test } from 'vitest';
import { earth, type Geography } from './geography.ts';
import { Places } from './places.ts';
import { readWorldFile } from './world-file.ts';
import { zoneNamesOf } from './zone-names.ts';

const geographyOf = (data: unknown): Geography => {
  const result = readWorldFile(data);
  if (result.kind === 'problem') throw new Error(result.message);
  return result.geography;
};

const account = '000000000000';

describe('a world file', () => {
  test.each([[undefined], [null], [{}]])('that says nothing (%s) is the Earth', (data) => {
    const world = geographyOf(data);
    expect(world.regions).toEqual(earth.regions);
    expect(world.zones).toEqual(earth.zones);
  });

  test('limits the world to some Regions and what hangs on them', () => {
    const world = geographyOf({ regions: ['eu-west-1', 'us-west-2'] });
    expect(world.regions.map((region) => region.code)).toEqual(['us-west-2', 'eu-west-1']);
    expect(world.zone('use1-az1')).toBeUndefined();
    expect(world.localZonesOf('us-west-2').length).toBeGreaterThan(0);
    expect(world.localZonesOf('us-east-1')).toEqual([]);
    // A prober stands in a Region that this world does not have.
    expect(world.roundTripMs('us-east-1', 'eu-west-1')).toBe(
      earth.roundTripMs('us-east-1', 'eu-west-1'),
    );
  });

  test('adds a Region that does not exist yet, by its city', () => {
    const world = geographyOf({
      addRegions: [{ code: 'eu-northeast-9', name: 'Europe (Oslo)', city: 'Oslo', zones: 2 }],
    });
    const oslo = world.region('eu-northeast-9');
    expect(oslo).toMatchObject({
      longName: 'Europe (Oslo)',
      country: 'NO',
      zoneIds: ['eune9-az1', 'eune9-az2'],
      optIn: false,
    });
    if (oslo === undefined) throw new Error('There is no Oslo.');
    expect(zoneNamesOf(oslo, account, 1).map((zone) => zone.name)).toEqual([
      'eu-northeast-9a',
      'eu-northeast-9b',
    ]);
    expect(world.roundTrip('eu-northeast-9', 'eu-north-1')).toMatchObject({ basis: 'estimated' });
    expect(world.roundTripMs('eu-northeast-9', 'eu-north-1')).toBeLessThan(20);
    const places = new Places(world);
    const london = places.find('London');
    if (london.kind !== 'found') throw new Error(london.kind);
    expect(places.roundTripFromPlace(london.place, 'eu-northeast-9').ms).toBeLessThan(45);
  });

  test('adds zones, and leaves the names of the others as they are', () => {
    const world = geographyOf({
      addZones: [
        { id: 'use1-az7', region: 'us-east-1' },
        { id: 'use1-osl1-az1', region: 'us-east-1', localZoneName: 'us-east-1-osl-1a' },
      ],
    });
    const [before, after] = [earth, world].map((each) => {
      const region = each.region('us-east-1');
      return region === undefined ? [] : zoneNamesOf(region, account, 7);
    });
    expect(after).toEqual([...(before ?? []), { name: 'us-east-1g', id: 'use1-az7' }]);
    expect(world.zone('use1-osl1-az1')).toMatchObject({
      kind: 'local-zone',
      name: 'us-east-1-osl-1a',
    });
  });

  test('sets round trips and bandwidths, both ways unless it says one', () => {
    const world = geographyOf({
      roundTrips: [
        { from: 'us-east-1', to: 'eu-west-1', ms: 5 },
        { from: 'us-east-1', to: 'us-west-2', ms: 500, oneWay: true },
        { from: 'use1-az1', to: 'use1-az2', ms: 9 },
      ],
      bandwidths: [{ from: 'us-east-1', to: 'eu-west-1', gbps: 0.1 }],
    });
    expect(world.roundTrip('eu-west-1', 'us-east-1')).toEqual({
      ms: 5,
      basis: 'set',
      lowMs: 5,
      highMs: 5,
    });
    expect(world.roundTripMs('us-east-1', 'us-west-2')).toBe(500);
    expect(world.roundTripMs('us-west-2', 'us-east-1')).toBe(
      earth.roundTripMs('us-west-2', 'us-east-1'),
    );
    expect(world.zoneRoundTripMs('use1-az2', 'use1-az1')).toBe(9);
    expect(world.zoneRoundTripMs('use1-az1', 'euw1-az1')).toBe(5);
    expect(world.bandwidthGbps('euw1-az1', 'use1-az1')).toBe(0.1);
    expect(world.bandwidthGbps('us-east-1', 'us-west-2')).toBeUndefined();
    const places = new Places(world);
    const virginia = places.find('us-east-1');
    if (virginia.kind !== 'found') throw new Error(virginia.kind);
    expect(places.roundTripFromPlace(virginia.place, 'eu-west-1').ms).toBe(5);
  });
});

test.each([
  ['text', /^the file: it is a set of names/],
  [{ region: ['us-east-1'] }, /^the file: 'region' is nothing that is known here; 'regions' is\.$/],
  [{ regions: 'us-east-1' }, /^regions: it is a list/],
  [{ regions: [] }, /^regions: a world has at least one Region/],
  [
    { regions: ['eu-west-9'] },
    /^regions\[0\]: AWS has no Region 'eu-west-9'\. Near it are .*eu-west-1/,
  ],
  [{ regions: ['cn-north-1'] }, /^regions\[0\]: cn-north-1 is a Region of the partition aws-cn/],
  [
    { addRegions: [{ code: 'eu-west-1', city: 'Oslo' }] },
    /^addRegions\[0\]\.code: AWS has eu-west-1 already/,
  ],
  [
    { addRegions: [{ code: 'Oslo', city: 'Oslo' }] },
    /^addRegions\[0\]\.code: it is a text such as/,
  ],
  [
    { addRegions: [{ code: 'eu-north-9', city: 'Olso' }] },
    /^addRegions\[0\]\.city: There is no place 'Olso'\. Near it are 'Oslo,NO'/,
  ],
  [
    {
      addRegions: [{ code: 'eu-north-9', city: 'Base', latitude: 91, longitude: 0, country: 'NO' }],
    },
    /^addRegions\[0\]\.latitude: it is a number from -90 to 90, not 91/,
  ],
  [
    { addRegions: [{ code: 'eu-north-9', city: 'Oslo', zones: 0 }] },
    /^addRegions\[0\]\.zones: it is a number from 1 to 26/,
  ],
  [{ addRegions: [{ code: 'eu-north-1', city: 'Oslo', zones: ['x'] }] }, /^addRegions\[0\]\.code/],
  [
    { addRegions: [1, 2].map(() => ({ code: 'eu-north-9', city: 'Oslo' })) },
    /^eu-north-9: a Region of this name is there twice/,
  ],
  [
    { addZones: [{ id: 'use1-az1', region: 'us-east-1' }] },
    /^use1-az1: a zone of this name is there twice/,
  ],
  [
    { regions: ['eu-west-1'], addZones: [{ id: 'use1-az9', region: 'us-east-1' }] },
    /^addZones\[0\]\.region: this world has no Region 'us-east-1'/,
  ],
  [
    { roundTrips: [{ from: 'us-east-1', to: 'mars-1', ms: 1 }] },
    /^roundTrips\[0\]\.to: this world has no Region or zone 'mars-1'/,
  ],
  [
    { roundTrips: [{ from: 'us-east-1', to: 'euw1-az1', ms: 1 }] },
    /^roundTrips\[0\]: both ends are Regions, or both are zones/,
  ],
  [
    { roundTrips: [{ from: 'us-east-1', to: 'us-east-1', ms: 1 }] },
    /^roundTrips\[0\]: it begins where it ends/,
  ],
  [
    { roundTrips: [{ from: 'us-east-1', to: 'us-west-2', ms: '5' }] },
    /^roundTrips\[0\]\.ms: it is a number/,
  ],
  [
    { bandwidths: [{ from: 'us-east-1', to: 'us-west-2', mbps: 5 }] },
    /^bandwidths\[0\]: 'mbps' .*'gbps' is/,
  ],
])('%j is refused, with the place of what is wrong', (data, message) => {
  const result = readWorldFile(data);
  expect(result.kind === 'problem' ? result.message : result).toMatch(message);
});
