import facts from './facts/prices.json' with { type: 'json' };
import { refreshedPrice } from './refreshed-facts.ts';
import type { Sourced } from './sourced.ts';

/** US dollars, before tax and discounts; on demand. Null where nobody knows: never nought. */
export type Price = Sourced<number> | null;

const instanceSource = { source: facts._source, date: '2026' } as const;

const usdPerHour: Readonly<Record<string, Readonly<Record<string, number | null>>>> =
  facts.usdPerHour;

/** How many times a `large` each size is (Amazon EC2 user guide, "normalization factors", divided by 4). */
const sizesOfLarge: Readonly<Record<string, number>> = {
  nano: 1 / 16,
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
  '2xlarge': 4,
  '4xlarge': 8,
  '8xlarge': 16,
  '12xlarge': 24,
  '16xlarge': 32,
  '24xlarge': 48,
};

/** The size of each family that the facts have a price of, and the sizes that the family has. */
const families: Readonly<
  Record<string, { readonly priced: string; readonly sizes: readonly string[] }>
> = {
  m5: {
    priced: 'large',
    sizes: ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge'],
  },
  m7g: {
    priced: 'large',
    sizes: ['medium', 'large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge'],
  },
  t3: {
    priced: 'micro',
    sizes: ['nano', 'micro', 'small', 'medium', 'large', 'xlarge', '2xlarge'],
  },
};

/** The instance types that have a price in at least one Region. */
export const pricedInstanceTypes: readonly string[] = Object.entries(families).flatMap(
  ([family, { sizes }]) => sizes.map((size) => `${family}.${size}`),
);

const rounded = (usd: number): number => Number(usd.toPrecision(8));

/**
 * An instance on demand with Linux, USD an hour. Prices scale with the size inside a family, by which a size that the
 * facts do not hold is derived.
 */
export const instancePrice = (instanceType: string, region: string): Price => {
  const [family = '', size = ''] = instanceType.split('.');
  const known = families[family];
  if (known === undefined || !known.sizes.includes(size)) return null;
  const factor = (sizesOfLarge[size] ?? 0) / (sizesOfLarge[known.priced] ?? 1);
  const told = refreshedPrice(region, `${family}.${known.priced}`);
  if (told !== undefined) {
    const basis = size === known.priced ? 'published' : 'derived';
    return { ...told, value: rounded(told.value * factor), basis };
  }
  const usd = usdPerHour[region]?.[`${family}.${known.priced}`];
  if (usd === undefined || usd === null) return null;
  // The facts halve m5.xlarge for m5.large; the other two stand in the catalogue as they are.
  const isPublished = size === known.priced && family !== 'm5';
  return {
    value: rounded(usd * factor),
    basis: isPublished ? 'published' : 'derived',
    ...instanceSource,
  };
};

const { other } = facts;

const published = (value: number | null | undefined, source: string, date: string | null): Price =>
  value === undefined || value === null ? null : { value, basis: 'published', source, date };

/** Listed by hand from public copies of the price list; for most Regions nobody's copy was found. */
const otherSource = 'AWS price list as public repositories quote it';

const gp3: Readonly<Record<string, { readonly v: number; readonly src: string }>> =
  other.gp3GbMonth;
const natGateway: Readonly<Record<string, number | null>> = other.natGatewayHour;
const egress: Readonly<Record<string, number>> = other.internetEgressPerGbFirst10TB;
const applicationBalancer: Readonly<Record<string, number>> = other.albHour;
const networkBalancer: Readonly<Record<string, number>> = other.nlbHour;

/** A GB of gp3 storage, USD a month. */
export const gp3Price = (region: string): Price => {
  const told = refreshedPrice(region, 'gp3');
  if (told !== undefined) return { ...told, basis: 'published' };
  const fact = gp3[region];
  return fact === undefined
    ? null
    : published(fact.v, fact.src, /\b20\d\d\b/.exec(fact.src)?.[0] ?? null);
};

/** A NAT gateway, USD an hour, without what it carries. */
export const natGatewayPrice = (region: string): Price => {
  const told = refreshedPrice(region, 'nat');
  if (told !== undefined) return { ...told, basis: 'published' };
  return published(natGateway[region], otherSource, null);
};

/** A GB to the internet in the first 10 TB of a month, USD. */
export const internetEgressPrice = (region: string): Price => {
  const told = refreshedPrice(region, 'egress');
  if (told !== undefined) return { ...told, basis: 'published' };
  return published(egress[region], otherSource, null);
};

/** An Application or Network Load Balancer, USD an hour, without its capacity units. */
export const balancerPrice = (kind: 'application' | 'network', region: string): Price =>
  published(
    (kind === 'application' ? applicationBalancer : networkBalancer)[region],
    otherSource,
    null,
  );

/** A GB from one zone to another of the same Region, USD, paid at each end: the same everywhere. */
export const betweenZonesPrice: Price = published(
  other.interAzPerGbEachDirection,
  otherSource,
  null,
);

/** A public IPv4 address, USD an hour: the same everywhere. */
export const publicAddressPrice: Price = published(other.publicIPv4PerHour, otherSource, null);

const ohioAndVirginia: readonly string[] = ['us-east-1', 'us-east-2'];

/**
 * A GB sent from one Region to another, USD, paid by the sender. Only the pair us-east-1 and us-east-2 is known; for
 * others the facts have what is usual, which is an assumption, and for the Regions where it is known to be dearer
 * (0.01 to 0.138 by source) nobody lists it.
 */
export const betweenRegionsPrice = (from: string, to: string): Price => {
  if (from === to) return null;
  if (ohioAndVirginia.includes(from) && ohioAndVirginia.includes(to)) {
    return published(other.interRegionPerGb.us_east_1__us_east_2, otherSource, null);
  }
  return {
    value: other.interRegionPerGb.typical,
    basis: 'assumed',
    source: `the usual price; the range is ${other.interRegionPerGb.range}`,
    date: null,
  };
};
