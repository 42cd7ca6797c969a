import type { Region } from '../regions.ts';
import type { ChoiceFacts } from './choice-facts.ts';
import type { InstanceNeed, Requirements } from './requirements.ts';

/** The hours of a month, as AWS's own calculator counts them. */
const hoursPerMonth = 730;

/** What a month costs in USD. Null is an unknown price; a total with an unknown part is unknown. */
export interface MonthlyCost {
  readonly total: number | null;
  readonly instances: number | null;
  readonly storage: number | null;
  readonly egress: number | null;
}

/** What is bought in one Region. */
export type Purchase = Pick<Requirements, 'instances' | 'storageGb' | 'egressGb'>;

/** The sum, unknown as soon as one part is. */
export const sumOfKnown = (parts: readonly (number | null)[]): number | null =>
  parts.reduce<number | null>(
    (sum, part) => (sum === null || part === null ? null : sum + part),
    0,
  );

/** What is not bought costs nothing, even where its price is unknown. */
const times = (amount: number, price: number | undefined): number | null => {
  if (amount === 0) return 0;
  return price === undefined ? null : amount * price;
};

/** The price of a month, instances on demand at 730 hours. */
export const monthlyCost = (
  purchase: Purchase,
  region: Region,
  facts: ChoiceFacts,
): MonthlyCost => {
  const instances = sumOfKnown(
    purchase.instances.map((need: InstanceNeed) =>
      times(need.count * hoursPerMonth, facts.instanceUsdPerHour(need.type, region)),
    ),
  );
  const storage = times(purchase.storageGb, facts.storageUsdPerGbMonth(region));
  const egress = times(purchase.egressGb, facts.egressUsdPerGb(region));
  return { total: sumOfKnown([instances, storage, egress]), instances, storage, egress };
};
