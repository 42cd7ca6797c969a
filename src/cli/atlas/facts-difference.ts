import { earth } from '../../atlas/geography.ts';
import {
  gp3Price,
  instancePrice,
  internetEgressPrice,
  natGatewayPrice,
} from '../../atlas/prices.ts';
import type { RefreshedFacts } from '../../atlas/refreshed-facts.ts';
import { serviceAvailability, services } from '../../atlas/services.ts';

/** One fact that the account tells otherwise than the facts at hand. */
export interface FactChange {
  readonly kind: 'region' | 'zone' | 'service' | 'price';
  readonly region: string;
  /** The zone, the service or what the price is for. */
  readonly what: string;
  /** Null: it was not there, or not known. */
  readonly before: string | number | null;
  /** Null: it is there no more. */
  readonly after: string | number | null;
}

const present = 'present';

const knownPrice = (region: string, what: string): number | null => {
  switch (what) {
    case 'gp3':
      return gp3Price(region)?.value ?? null;
    case 'nat':
      return natGatewayPrice(region)?.value ?? null;
    case 'egress':
      return internetEgressPrice(region)?.value ?? null;
    default:
      return instancePrice(what, region)?.value ?? null;
  }
};

const regionChanges = (facts: RefreshedFacts): readonly FactChange[] => {
  const known = earth.regions.map((region) => region.code);
  const told = Object.keys(facts.regions);
  return [
    ...told
      .filter((code) => !known.includes(code))
      .map(
        (code) =>
          ({ kind: 'region', region: code, what: code, before: null, after: present }) as const,
      ),
    ...known
      .filter((code) => !told.includes(code))
      .map(
        (code) =>
          ({ kind: 'region', region: code, what: code, before: present, after: null }) as const,
      ),
  ];
};

/** An account does not see every zone: one that is not told is no change. */
const zoneChanges = (facts: RefreshedFacts): readonly FactChange[] =>
  Object.entries(facts.regions).flatMap(([region, { zoneIds }]) =>
    (zoneIds ?? [])
      .filter((id) => earth.zone(id) === undefined)
      .map((what) => ({ kind: 'zone', region, what, before: null, after: present }) as const),
  );

/** Services that only the endpoints' list has are not in the parameters: that they are not told is no change. */
const serviceChanges = (facts: RefreshedFacts): readonly FactChange[] => {
  const tellable = new Set(Object.values(facts.regions).flatMap((region) => region.services));
  return Object.entries(facts.regions).flatMap(([region, told]) => {
    if (told.services.length === 0) return [];
    const now = new Set(told.services);
    const added = told.services
      .filter((id) => serviceAvailability(id, region) !== 'present')
      .map((what) => ({ kind: 'service', region, what, before: null, after: present }) as const);
    const removed = services
      .filter(
        ({ id, global }) =>
          !global &&
          tellable.has(id) &&
          !now.has(id) &&
          serviceAvailability(id, region) === 'present',
      )
      .map(
        ({ id }) => ({ kind: 'service', region, what: id, before: present, after: null }) as const,
      );
    return [...added, ...removed];
  });
};

const priceChanges = (facts: RefreshedFacts): readonly FactChange[] =>
  Object.entries(facts.prices).flatMap(([region, prices]) =>
    Object.entries(prices).flatMap(([what, after]) => {
      const before = knownPrice(region, what);
      return before === after ? [] : { kind: 'price' as const, region, what, before, after };
    }),
  );

/** What the account tells otherwise than the facts at hand, Regions first. */
export const differenceOf = (facts: RefreshedFacts): readonly FactChange[] => [
  ...regionChanges(facts),
  ...zoneChanges(facts),
  ...serviceChanges(facts),
  ...priceChanges(facts),
];
