import { areaText, liesWithin } from './area.ts';
import { candidateOf, type Candidate } from './candidate.ts';
import type { ChoiceFacts } from './choice-facts.ts';
import { normalisedWeights, type Requirements } from './requirements.ts';
import { ranked, type Scored } from './score.ts';
import { weightSensitivities, type WeightSensitivity } from './sensitivity.ts';

/** A limit that keeps Regions out. */
type Limit = 'within' | 'max-latency';

/** A Region that a limit keeps out, and why. */
export interface Exclusion {
  readonly candidate: Candidate;
  readonly limits: readonly Limit[];
  /** For a person: `lies in US, outside EU`. */
  readonly reason: string;
}

/** Without this limit another Region would win. */
export interface LimitSensitivity {
  readonly limit: Limit;
  readonly winner: string;
  readonly instead: Candidate;
}

/** What must give way so that a Region fits. */
interface Relaxation {
  readonly limit: Limit;
  /** The Region that fits then. */
  readonly candidate: Candidate;
  /** With `max-latency`: the limit that it needs, in whole milliseconds. */
  readonly neededMs: number | undefined;
}

/** All Regions, ranked or excluded. */
export interface RegionChoice {
  /** Best first; empty when the limits exclude every Region. */
  readonly ranking: readonly Scored[];
  readonly excluded: readonly Exclusion[];
  readonly weights: readonly WeightSensitivity[];
  readonly limits: readonly LimitSensitivity[];
  /** Those that could be first, too, with round trips elsewhere in their error bands; in the order of the ranking. */
  readonly withinError: readonly Candidate[];
  /** Only when nothing fits: each of these alone would do; if none alone does, all of them together. */
  readonly relaxations: readonly Relaxation[];
  readonly isEachEnough: boolean;
}

const limitsBroken = (candidate: Candidate, needs: Requirements): readonly Limit[] => {
  const broken: Limit[] = [];
  const place = { country: candidate.region.country, continent: candidate.continent };
  if (needs.within.length > 0 && !needs.within.some((area) => liesWithin(place, area))) {
    broken.push('within');
  }
  const worstMs = candidate.latency.worst?.roundTrip.ms ?? 0;
  if (needs.maxLatencyMs !== undefined && worstMs > needs.maxLatencyMs) broken.push('max-latency');
  return broken;
};

const reasonOf = (candidate: Candidate, needs: Requirements, limits: readonly Limit[]): string => {
  const reasons = limits.map((limit) => {
    if (limit === 'within') {
      return `lies in ${candidate.region.country}, outside ${needs.within.map(areaText).join(' and ')}`;
    }
    const { worst } = candidate.latency;
    return `${worst?.group.name ?? ''} is ${worst?.roundTrip.ms ?? 0} ms away, the limit is ${needs.maxLatencyMs ?? 0} ms`;
  });
  return reasons.join('; ');
};

/** Divides the Regions into those that all limits admit and the others. */
export const divideByLimits = (
  candidates: readonly Candidate[],
  needs: Requirements,
): { readonly admitted: readonly Candidate[]; readonly excluded: readonly Exclusion[] } => {
  const admitted: Candidate[] = [];
  const excluded: Exclusion[] = [];
  for (const candidate of candidates) {
    const limits = limitsBroken(candidate, needs);
    if (limits.length === 0) admitted.push(candidate);
    else excluded.push({ candidate, limits, reason: reasonOf(candidate, needs, limits) });
  }
  return { admitted, excluded };
};

const limitSensitivities = (
  admitted: readonly Candidate[],
  excluded: readonly Exclusion[],
  needs: Requirements,
  winner: string,
): readonly LimitSensitivity[] =>
  (['within', 'max-latency'] as const).flatMap((limit) => {
    const freed = excluded.filter(({ limits }) => limits.length === 1 && limits[0] === limit);
    if (freed.length === 0) return [];
    const all = [...admitted, ...freed.map(({ candidate }) => candidate)];
    const first = ranked(all, normalisedWeights(needs))[0]?.candidate;
    if (first === undefined || first.region.code === winner) return [];
    return [{ limit, winner, instead: first }];
  });

const withMedian = (candidate: Candidate, medianMs: number | undefined): Candidate => ({
  ...candidate,
  latency: { ...candidate.latency, medianMs },
});

/** Each rival at its best against the first at its worst, all others as they are. */
const withinErrorOf = (ranking: readonly Scored[], needs: Requirements): readonly Candidate[] => {
  const [first, ...rivals] = ranking.map(({ candidate }) => candidate);
  const weights = normalisedWeights(needs);
  if (first === undefined || weights.latency === 0) return [];
  const far = withMedian(first, first.latency.medianHighMs);
  return rivals.filter((rival) => {
    const near = withMedian(rival, rival.latency.medianLowMs);
    const others = rivals.filter((other) => other !== rival);
    return ranked([far, near, ...others], weights)[0]?.candidate === near;
  });
};

/** The best one when this limit alone is lifted; with latency it is the one that needs the least of it. */
const relaxationOf = (
  excluded: readonly Exclusion[],
  needs: Requirements,
  limit: Limit,
  isAlone: boolean,
): readonly Relaxation[] => {
  const freed = excluded
    .filter(({ limits }) => (isAlone ? limits.length === 1 && limits[0] === limit : true))
    .map(({ candidate }) => candidate);
  const worstMs = (candidate: Candidate): number => candidate.latency.worst?.roundTrip.ms ?? 0;
  const candidate =
    limit === 'within'
      ? ranked(freed, normalisedWeights(needs))[0]?.candidate
      : freed.toSorted((a, b) => worstMs(a) - worstMs(b))[0];
  if (candidate === undefined) return [];
  const neededMs = limit === 'max-latency' ? Math.ceil(worstMs(candidate)) : undefined;
  return [{ limit, candidate, neededMs }];
};

const relaxationsFor = (
  excluded: readonly Exclusion[],
  needs: Requirements,
): Pick<RegionChoice, 'relaxations' | 'isEachEnough'> => {
  const limits: readonly Limit[] = ['within', 'max-latency'];
  const alone = limits.flatMap((limit) => relaxationOf(excluded, needs, limit, true));
  if (alone.length > 0) return { relaxations: alone, isEachEnough: true };
  // Every Region breaks both limits: the one nearest to the users shows how much both must give.
  const both = relaxationOf(excluded, needs, 'max-latency', false);
  return {
    relaxations: both.flatMap((one) => [{ ...one, limit: 'within', neededMs: undefined }, one]),
    isEachEnough: false,
  };
};

/** Ranks the Regions for these requirements; what would change the first place comes with it. */
export const chooseRegion = (needs: Requirements, facts: ChoiceFacts): RegionChoice => {
  const candidates = facts.regions.map((region) => candidateOf(region, needs, facts));
  const { admitted, excluded } = divideByLimits(candidates, needs);
  const ranking = ranked(admitted, normalisedWeights(needs));
  const winner = ranking[0]?.candidate.region.code;
  return {
    ranking,
    excluded,
    weights: admitted.length < 2 ? [] : weightSensitivities(admitted, needs),
    limits: winner === undefined ? [] : limitSensitivities(admitted, excluded, needs, winner),
    withinError: withinErrorOf(ranking, needs),
    ...(winner === undefined
      ? relaxationsFor(excluded, needs)
      : { relaxations: [], isEachEnough: true }),
  };
};
