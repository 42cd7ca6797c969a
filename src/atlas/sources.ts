import localZones from './facts/local-zones.json' with { type: 'json' };
import places from './facts/places.json' with { type: 'json' };
import regions from './facts/regions.json' with { type: 'json' };
import roundTrips from './facts/round-trips.json' with { type: 'json' };
import zoneNames from './facts/zone-names.json' with { type: 'json' };

const sources = {
  'region-names': regions._sources['code,longName,partition'],
  'region-zones': regions._sources.azIds,
  'region-launch-years': regions._sources.launchYear,
  'region-opt-in': regions._sources.optInStatus,
  'region-places': regions._sources['lat,lon,city'],
  'region-subdivisions': regions._sources.iso3166_2,
  'local-zones': localZones._source,
  'zone-names': zoneNames._source,
  'region-round-trips': roundTrips._source,
  'zone-round-trips':
    'AWS whitepaper "AWS Fault Isolation Boundaries", Availability Zones: "single-digit millisecond latency"; James Hamilton, re:Invent 2014 (SPOT301): less than 2 ms apart, usually less than 1. Within a zone: assumed.',
  cities: places._sources.cities,
  continents: places._sources.continents,
} as const;

/** What the atlas can name a source of. */
export type FactTopic = keyof typeof sources;

/** Where a kind of fact comes from, how sure it is, and under which licence: a text for a person. */
export const sourceOf = (topic: FactTopic): string => sources[topic];
