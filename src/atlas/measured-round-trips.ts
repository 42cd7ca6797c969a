import facts from './facts/round-trips.json' with { type: 'json' };
import { median, type Sample } from './latency-fit.ts';
import { awsRegions } from './regions.ts';

/** Milliseconds from Region to Region as measured: not symmetric, and a Region to itself is what its public endpoint takes. */
const measured: Readonly<Record<string, Readonly<Record<string, number>>>> = facts.rtt;

/** The measured round trip from one Region to another or to itself; undefined where none was measured. */
export const measuredMs = (fromRegion: string, toRegion: string): number | undefined =>
  measured[fromRegion]?.[toRegion];

/** The measured ways from a Region to another, each direction a sample. */
export const measuredSamples = (): readonly Sample[] => {
  const known = awsRegions.filter((region) => region.code in measured);
  return known.flatMap((from) =>
    known.flatMap((to): readonly Sample[] => {
      const ms = measuredMs(from.code, to.code);
      if (ms === undefined || from === to) return [];
      return [{ from: from.code, to: to.code, fromPoint: from, toPoint: to, ms }];
    }),
  );
};

/** What a way takes that goes nowhere: the median over the Regions of the way to themselves. */
export const measuredEndsMs = (): number =>
  median(awsRegions.flatMap((region) => measuredMs(region.code, region.code) ?? []));
