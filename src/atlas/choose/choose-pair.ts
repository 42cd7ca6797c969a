import { distanceKm } from '../distance.ts';
import type { RoundTrip } from '../round-trip.ts';
import { candidateOf, type Candidate } from './candidate.ts';
import type { ChoiceFacts } from './choice-facts.ts';
import { chooseRegion, divideByLimits, type RegionChoice } from './choose-region.ts';
import { gridOf } from './grids.ts';
import { pairCost, type PairCost, type PairStrategy } from './pair-cost.ts';
import { pairIncidents, type PairIncident } from './pair-incidents.ts';
import { normalisedWeights, type Requirements } from './requirements.ts';
import { ranked, type Scored } from './score.ts';
import type { UserLatency } from './user-latency.ts';

/** How little can take both Regions at once. */
interface Independence {
  readonly distanceKm: number;
  readonly sharesZone: boolean;
  readonly sharesCountry: boolean;
  /** Undefined where the grid of one of them is not known. */
  readonly sharesGrid: boolean | undefined;
  readonly primaryGrid: string | undefined;
  readonly fallbackGrid: string | undefined;
  /** From 0 to 1: the mean of distance (1 from 1000 km on), another country (0 or 1) and another grid (0, ½ or 1). */
  readonly mark: number;
}

/** A primary and a fallback with what ranks them: the part that is computed for every pair there is. */
export interface RankedPair {
  readonly primary: Scored;
  readonly fallback: Scored;
  readonly independence: Independence;
  /** Half the primary's score, three tenths the fallback's, two tenths the independence. */
  readonly score: number;
  readonly missingServices: number;
  readonly isUncertain: boolean;
}

/** All about one pair. */
export interface PairDetails extends RankedPair {
  /** What a synchronous replica adds to each write; half of it is the least that an asynchronous one is behind. */
  readonly roundTrip: RoundTrip;
  /** Users when the primary is lost. */
  readonly whenLost: UserLatency;
  readonly costs: Readonly<Record<PairStrategy, PairCost>>;
  readonly incidents: readonly PairIncident[];
}

/** Pairs of a primary within all limits and a fallback where data may lie, best first. */
export interface PairChoice {
  readonly pairs: readonly RankedPair[];
  /** The same Regions chosen one by one, with exclusions, sensitivity and relaxations. */
  readonly single: RegionChoice;
}

/** What each part of a pair counts. Chosen: users live with the primary nearly always, with the fallback on bad days. */
export const pairWeights = { primary: 0.5, fallback: 0.3, independence: 0.2 } as const;

/** Storms, earthquakes and strikes reach hundreds of kilometres; from here on distance counts as enough. */
const enoughKm = 1000;

const otherGridMark = (sharesGrid: boolean | undefined): number => {
  if (sharesGrid === undefined) return 0.5;
  return sharesGrid ? 0 : 1;
};

const independenceOf = (a: Candidate, b: Candidate): Independence => {
  const km = distanceKm(a.region, b.region);
  const primaryGrid = gridOf(a.region.code);
  const fallbackGrid = gridOf(b.region.code);
  const sharesGrid =
    primaryGrid === undefined || fallbackGrid === undefined
      ? undefined
      : primaryGrid === fallbackGrid;
  const sharesCountry = a.region.country === b.region.country;
  const marks = [Math.min(1, km / enoughKm), sharesCountry ? 0 : 1, otherGridMark(sharesGrid)];
  return {
    distanceKm: km,
    sharesZone: a.region.zoneIds.some((id) => b.region.zoneIds.includes(id)),
    sharesCountry,
    sharesGrid,
    primaryGrid,
    fallbackGrid,
    mark: marks.reduce((sum, mark) => sum + mark, 0) / marks.length,
  };
};

const pairOf = (primary: Scored, fallback: Scored): RankedPair => {
  const independence = independenceOf(primary.candidate, fallback.candidate);
  return {
    primary,
    fallback,
    independence,
    score:
      pairWeights.primary * primary.score +
      pairWeights.fallback * fallback.score +
      pairWeights.independence * independence.mark,
    missingServices:
      primary.candidate.missingServices.length + fallback.candidate.missingServices.length,
    isUncertain: primary.isUncertain || fallback.isUncertain,
  };
};

const codes = ({ primary, fallback }: RankedPair): string =>
  `${primary.candidate.region.code} ${fallback.candidate.region.code}`;

const comparePairs = (a: RankedPair, b: RankedPair): number =>
  a.missingServices - b.missingServices ||
  Number(a.isUncertain) - Number(b.isUncertain) ||
  b.score - a.score ||
  (codes(a) < codes(b) ? -1 : 1);

/**
 * Ranks all pairs. Data may lie where `within` says in both Regions; the latency limit binds the primary alone, for a
 * fallback is for bad days. Both are scored against the best of all Regions where data may lie.
 */
export const choosePair = (needs: Requirements, facts: ChoiceFacts): PairChoice => {
  const candidates = facts.regions.map((region) => candidateOf(region, needs, facts));
  const lawful = divideByLimits(candidates, { ...needs, maxLatencyMs: undefined }).admitted;
  const scored = ranked(lawful, normalisedWeights(needs));
  const near = new Set(divideByLimits(lawful, needs).admitted);
  const pairs = scored
    .filter(({ candidate }) => near.has(candidate))
    .flatMap((primary) =>
      scored.filter((one) => one !== primary).map((fallback) => pairOf(primary, fallback)),
    );
  return { pairs: pairs.toSorted(comparePairs), single: chooseRegion(needs, facts) };
};

/** What only a pair that is shown needs to know. */
export const pairDetails = (
  pair: RankedPair,
  needs: Requirements,
  facts: ChoiceFacts,
): PairDetails => {
  const primary = pair.primary.candidate.region;
  const fallback = pair.fallback.candidate.region;
  const costOf = (strategy: PairStrategy): PairCost =>
    pairCost(strategy, needs, primary, fallback, facts);
  return {
    ...pair,
    roundTrip: facts.roundTripBetween(primary, fallback),
    whenLost: pair.fallback.candidate.latency,
    costs: {
      pilotLight: costOf('pilotLight'),
      warmStandby: costOf('warmStandby'),
      activeActive: costOf('activeActive'),
    },
    incidents: pairIncidents(primary.code, fallback.code, facts.incidents),
  };
};
