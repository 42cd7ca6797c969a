import { expect, test } from 'vitest';
import { distanceKm } from './distance.ts';
import { awsLocalZones, earth, Geography } from './geography.ts';
import { awsRegions, foreignRegions } from './regions.ts';
import { sourceOf } from './sources.ts';

test('the Earth has all 34 Regions of the partition, each with three zones at least', () => {
  expect(earth.regions).toHaveLength(34);
  for (const region of earth.regions) {
    expect(region.zoneIds.length).toBeGreaterThanOrEqual(3);
    expect(new Set(region.zoneIds).size).toBe(region.zoneIds.length);
    expect(earth.zonesOf(region.code).map((zone) => zone.id)).toEqual(region.zoneIds);
  }
});

test('a Region is found by its code, with what AWS says of it', () => {
  expect(earth.region('eu-west-1')).toMatchObject({
    longName: 'Europe (Ireland)',
    country: 'IE',
    optIn: false,
    launchYear: 2007,
  });
  expect(earth.region('ca-west-1')?.optIn).toBe(true);
  expect(earth.region('us-east-1')?.subdivision).toBe('VA');
  expect(earth.region('mars-north-1')).toBeUndefined();
  expect(foreignRegions.map((region) => region.code)).toContain('cn-north-1');
});

test('a zone id is known in the whole world', () => {
  expect(earth.zone('use1-az4')).toEqual({
    id: 'use1-az4',
    region: 'us-east-1',
    kind: 'availability-zone',
    name: undefined,
  });
  expect(earth.zone('usw2-lax1-az1')).toMatchObject({ kind: 'local-zone', region: 'us-west-2' });
  expect(earth.zone('use1-az9')).toBeUndefined();
  expect(new Set(earth.zones.map((zone) => zone.id)).size).toBe(earth.zones.length);
});

test('a world may have fewer Regions; their Local Zones go with them', () => {
  const small = new Geography(
    awsRegions.filter((region) => region.code === 'us-west-2'),
    awsLocalZones,
  );
  expect(small.region('us-east-1')).toBeUndefined();
  expect(small.zone('use1-az1')).toBeUndefined();
  expect(small.zone('use1-bos1-az1')).toBeUndefined();
  expect(small.localZonesOf('us-west-2').map((zone) => zone.name)).toContain('us-west-2-lax-1b');
});

test('distances are great circles', () => {
  const london = { latitude: 51.51, longitude: -0.13 };
  const paris = { latitude: 48.85, longitude: 2.35 };
  expect(distanceKm(london, paris)).toBeCloseTo(344, -1);
  expect(distanceKm(london, london)).toBe(0);
  const antipodes = distanceKm({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 });
  expect(antipodes).toBeCloseTo(20_015, 0);
});

test.each([
  ['us-east-1', 'us-east-2', 13.76, 13.76, 15.69],
  ['us-east-2', 'us-east-1', 15.69, 13.76, 15.69],
  ['us-east-1', 'us-east-1', 4.98, 4.98, 4.98],
] as const)('the round trip %s -> %s is %d ms, measured', (from, to, ms, lowMs, highMs) => {
  expect(earth.roundTrip(from, to)).toEqual({ ms, basis: 'measured', lowMs, highMs });
  expect(earth.roundTripMs(from, to)).toBe(ms);
});

test('where nobody measured, the round trip is estimated and says so', () => {
  const sydneyMelbourne = earth.roundTrip('ap-southeast-2', 'ap-southeast-4');
  expect(sydneyMelbourne.basis).toBe('estimated');
  expect(sydneyMelbourne.ms).toBeGreaterThan(8);
  expect(sydneyMelbourne.ms).toBeLessThan(25);
});

test('no round trip is faster than light in fibre', () => {
  const tooFast = earth.regions.flatMap((from) =>
    earth.regions.filter(
      (to) => earth.roundTripMs(from.code, to.code) < distanceKm(from, to) * 0.01,
    ),
  );
  expect(tooFast).toEqual([]);
});

test('zones of a Region are about a millisecond apart, zones of two Regions as far as these', () => {
  expect(earth.zoneRoundTripMs('use1-az1', 'use1-az2')).toBe(1);
  expect(earth.zoneRoundTripMs('use1-az1', 'use1-az1')).toBeLessThan(1);
  expect(earth.zoneRoundTripMs('use1-az1', 'euw1-az1')).toBe(
    earth.roundTripMs('us-east-1', 'eu-west-1'),
  );
  expect(() => earth.zoneRoundTripMs('use1-az1', 'nowhere')).toThrow('nowhere');
});

test('each kind of fact names its source', () => {
  expect(sourceOf('region-zones')).toContain('docs.aws.amazon.com');
  expect(sourceOf('region-round-trips')).toContain('cloudping');
  expect(sourceOf('cities')).toContain('GeoNames');
});
