import { hash32 } from '../../../atlas/hash.ts';
import { instancePrice } from '../../../atlas/prices.ts';

export const dayMs = 86_400_000;

/**
 * What a Spot Instance of a type costs in a zone at that world time, USD an hour; null for a type whose price on demand nobody
 * knows here. AWS's Spot prices are not among the facts, so this is a plain rule: from 30 to 40 % of the price on demand
 * (`src/atlas/prices.ts`), another share for each zone, type and day.
 */
export const spotPrice = (
  region: string,
  zoneId: string,
  instanceType: string,
  now: number,
): number | null => {
  const onDemand = instancePrice(instanceType, region);
  if (onDemand === null) return null;
  const day = Math.floor(now / dayMs);
  const share = 0.3 + 0.1 * (hash32('spot-price', zoneId, instanceType, day) / 2 ** 32);
  return Number((onDemand.value * share).toFixed(6));
};

/** A price as EC2 writes it, for example `0.003600`. */
export const priceText = (usdPerHour: number): string => usdPerHour.toFixed(6);

/** The price on demand as EC2 writes it; undefined where it is not known. */
export const onDemandText = (region: string, instanceType: string): string | undefined => {
  const price = instancePrice(instanceType, region);
  return price === null ? undefined : priceText(price.value);
};
