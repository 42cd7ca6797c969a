import { carbonIntensity } from './carbon.ts';
import { earth } from './geography.ts';
import { incidentsOf } from './incidents.ts';
import { measuredMs } from './measured-round-trips.ts';
import {
  gp3Price,
  instancePrice,
  internetEgressPrice,
  natGatewayPrice,
  type Price,
} from './prices.ts';
import { serviceSources, servicesIn } from './services.ts';
import type { Sourced } from './sourced.ts';
import { sourceOf, type FactTopic } from './sources.ts';

/** One fact of a Region, and how far it can be trusted. */
export interface RegionFact {
  /** What it is, for example `m5.large, USD an hour`. */
  readonly fact: string;
  /** Null where nobody knows it; then the source tells what was looked through. */
  readonly value: string | number | null;
  readonly basis: Sourced<unknown>['basis'] | 'unknown';
  readonly source: string;
  /** Null where nobody tells. */
  readonly date: string | null;
}

const stated = (
  fact: string,
  value: string | number,
  topic: FactTopic,
  basis: RegionFact['basis'],
  date: string | null,
): RegionFact => ({ fact, value, basis, source: sourceOf(topic), date });

const priced = (fact: string, price: Price): RegionFact =>
  price === null
    ? {
        fact,
        value: null,
        basis: 'unknown',
        source: 'no public copy of the price list',
        date: null,
      }
    : { fact, ...price };

const roundTripFacts = (region: string): readonly RegionFact[] => {
  const others = earth.regions.filter((other) => other.code !== region);
  const measured = others.filter((other) => measuredMs(region, other.code) !== undefined).length;
  const facts: RegionFact[] = [];
  if (measured > 0) {
    facts.push(
      stated(
        'round trips, measured',
        `to ${measured} Regions`,
        'region-round-trips',
        'measured',
        '2022-04-08',
      ),
    );
  }
  if (measured < others.length) {
    facts.push({
      fact: 'round trips, estimated',
      value: `to ${others.length - measured} Regions`,
      basis: 'estimated',
      source: 'the latency model of docs/atlas.md',
      date: '2022-04-08',
    });
  }
  return facts;
};

const carbonFact = (region: string): RegionFact => {
  const fact = 'carbon, gCO2e a kWh';
  const intensity = carbonIntensity(region);
  if (intensity !== null) return { fact, ...intensity };
  const source = 'not in the Cloud Carbon Footprint data of 2024';
  return { fact, value: null, basis: 'unknown', source, date: '2024-12-13' };
};

/** Every fact of a Region of the Earth with its source and date; none of a Region that is not on it. */
export const sourcesOf = (code: string): readonly RegionFact[] => {
  const region = earth.region(code);
  if (region === undefined) return [];
  return [
    stated('name', region.longName, 'region-names', 'published', '2026-08-07'),
    stated('place', `${region.city}, ${region.country}`, 'region-places', 'assumed', null),
    stated('zones', region.zoneIds.join(' '), 'region-zones', 'published', '2026-11-21'),
    stated('launch year', region.launchYear, 'region-launch-years', 'published', null),
    stated(
      'opt-in',
      region.optIn ? 'must be enabled' : 'enabled from the start',
      'region-opt-in',
      'derived',
      null,
    ),
    ...serviceSources.map(({ source, date }, index): RegionFact => ({
      fact: index === 0 ? 'services' : 'services, newer',
      value: `${servicesIn(code).length} in the two lists together`,
      basis: 'published',
      source,
      date,
    })),
    priced('m5.large, USD an hour', instancePrice('m5.large', code)),
    priced('m7g.large, USD an hour', instancePrice('m7g.large', code)),
    priced('t3.micro, USD an hour', instancePrice('t3.micro', code)),
    priced('gp3, USD a GB-month', gp3Price(code)),
    priced('NAT gateway, USD an hour', natGatewayPrice(code)),
    priced('to the internet, USD a GB', internetEgressPrice(code)),
    carbonFact(code),
    ...roundTripFacts(code),
    ...incidentsOf(code).map((incident): RegionFact => ({
      fact: `incident of ${incident.date}`,
      value: `${incident.scope}: ${incident.cause}`,
      basis: 'published',
      source: incident.source,
      date: incident.date,
    })),
  ];
};
