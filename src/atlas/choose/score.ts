import { valueOf, type Candidate } from './candidate.ts';
import { criteria, type Criterion, type Weights } from './requirements.ts';

/**
 * How good a candidate is by each criterion, from 0 to 1: the best value among all candidates divided by its own. The
 * best one has 1, one that is twice as dear (or far, or dirty) 0.5. Null where the value is unknown.
 */
export type Marks = Readonly<Record<Criterion, number | null>>;

/** A candidate, its marks, and what they come to with the weights. */
export interface Scored {
  readonly candidate: Candidate;
  readonly marks: Marks;
  /** Sum of weight times mark, the weights adding to 1; an unknown mark adds nothing. */
  readonly score: number;
  /** A criterion that counts is unknown: ranks behind all where everything that counts is known. */
  readonly isUncertain: boolean;
}

const bestValue = (candidates: readonly Candidate[], criterion: Criterion): number | undefined =>
  candidates
    .map((candidate) => valueOf(candidate, criterion))
    .filter((value) => value !== null)
    .reduce<number | undefined>(
      (best, value) => (best === undefined || value < best ? value : best),
      undefined,
    );

/** The marks of each candidate, against the best of them. */
export const marksOf = (candidates: readonly Candidate[]): ReadonlyMap<Candidate, Marks> => {
  const best = new Map(criteria.map((criterion) => [criterion, bestValue(candidates, criterion)]));
  const mark = (candidate: Candidate, criterion: Criterion): number | null => {
    const value = valueOf(candidate, criterion);
    if (value === null) return null;
    // The best may be nought where nothing is bought: then what is nought, too, is as good.
    return value === 0 ? 1 : (best.get(criterion) ?? 0) / value;
  };
  return new Map(
    candidates.map((candidate) => [
      candidate,
      {
        price: mark(candidate, 'price'),
        latency: mark(candidate, 'latency'),
        carbon: mark(candidate, 'carbon'),
      },
    ]),
  );
};

/** The weighted sum of the marks; the weights add to 1. */
export const weightedScore = (marks: Marks, weights: Weights): number =>
  criteria.reduce((sum, criterion) => sum + weights[criterion] * (marks[criterion] ?? 0), 0);

/** Whether a criterion that counts is unknown. */
const lacksMark = (marks: Marks, weights: Weights): boolean =>
  criteria.some((criterion) => weights[criterion] > 0 && marks[criterion] === null);

/** Differences below this are rounding of the machine, not of the facts. */
const tie = 1e-12;

/** How ties are broken: by the farthest users, then by the Region's code. */
export const compareTied = (a: Candidate, b: Candidate): number =>
  (a.latency.worst?.roundTrip.ms ?? 0) - (b.latency.worst?.roundTrip.ms ?? 0) ||
  (a.region.code < b.region.code ? -1 : 1);

const compareScored = (a: Scored, b: Scored): number =>
  a.candidate.missingServices.length - b.candidate.missingServices.length ||
  Number(a.isUncertain) - Number(b.isUncertain) ||
  (Math.abs(b.score - a.score) > tie ? b.score - a.score : compareTied(a.candidate, b.candidate));

/**
 * Best first: fewer missing services, then everything known that counts, then the score. The weights add to 1; marks
 * are taken against the best of exactly these candidates.
 */
export const ranked = (
  candidates: readonly Candidate[],
  weights: Weights,
  marks: ReadonlyMap<Candidate, Marks> = marksOf(candidates),
): readonly Scored[] => {
  const nothingKnown: Marks = { price: null, latency: null, carbon: null };
  return candidates
    .map((candidate): Scored => {
      const own = marks.get(candidate) ?? nothingKnown;
      return {
        candidate,
        marks: own,
        score: weightedScore(own, weights),
        isUncertain: lacksMark(own, weights),
      };
    })
    .toSorted(compareScored);
};
