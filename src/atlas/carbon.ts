import facts from './facts/carbon.json' with { type: 'json' };
import type { Sourced } from './sourced.ts';

const grams: Readonly<Record<string, { readonly ccf2024: number }>> = facts.regions;

/**
 * The carbon dioxide equivalents of a Region's electricity, in grams a kWh, as of 2024, by the country's grid (in the
 * USA the part of the grid): not what AWS buys. Null where nobody published it.
 */
export const carbonIntensity = (region: string): Sourced<number> | null => {
  const fact = grams[region];
  if (fact === undefined) return null;
  return { value: fact.ccf2024, basis: 'published', source: facts._source, date: '2024-12-13' };
};
