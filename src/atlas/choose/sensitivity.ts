import type { Candidate } from './candidate.ts';
import {
  applicableCriteria,
  criteria,
  defaultWeights,
  normalisedWeights,
  type Criterion,
  type Requirements,
  type Weights,
} from './requirements.ts';
import { compareTied, marksOf, ranked, weightedScore, type Marks, type Scored } from './score.ts';

/** From one share of a criterion to another the same Region wins. */
interface WinningSpan {
  /** Shares from 0 to 1. */
  readonly from: number;
  readonly to: number;
  readonly region: string;
}

/** What becomes of the first place as one criterion counts more or less, the others keeping their proportions. */
export interface WeightSensitivity {
  readonly criterion: Criterion;
  /** Its share now, from 0 to 1. */
  readonly share: number;
  readonly winner: string;
  /** The shares between which the winner stays the winner. */
  readonly winsFrom: number;
  readonly winsTo: number;
  /** Who wins when the criterion counts just less than that, and just more. */
  readonly below: string | undefined;
  readonly above: string | undefined;
  /** Who wins over the whole range, without the two ends where something does not count at all. */
  readonly spans: readonly WinningSpan[];
}

/** A candidate's score as a function of the share of the criterion: begin + slope * share. */
interface Line {
  readonly candidate: Candidate;
  readonly begin: number;
  readonly slope: number;
}

const rounding = 1e-12;

/** The proportions of the other criteria; where none of them counts, those of the defaults, else all alike. */
const otherWeights = (needs: Requirements, varied: Criterion): Weights => {
  const applicable = applicableCriteria(needs).filter((criterion) => criterion !== varied);
  const proportions = [needs.weights, defaultWeights].find((weights) =>
    applicable.some((criterion) => weights[criterion] > 0),
  );
  const weightOf = (criterion: Criterion): number =>
    applicable.includes(criterion) ? (proportions?.[criterion] ?? 1) : 0;
  const sum = criteria.reduce((total, criterion) => total + weightOf(criterion), 0);
  const share = (criterion: Criterion): number => (sum === 0 ? 0 : weightOf(criterion) / sum);
  return { price: share('price'), latency: share('latency'), carbon: share('carbon') };
};

const mixed = (varied: Criterion, share: number, others: Weights): Weights => {
  const weightOf = (criterion: Criterion): number =>
    criterion === varied ? share : (1 - share) * others[criterion];
  return { price: weightOf('price'), latency: weightOf('latency'), carbon: weightOf('carbon') };
};

const beats = (a: Line, b: Line): boolean => {
  if (Math.abs(a.begin - b.begin) > rounding) return a.begin > b.begin;
  if (Math.abs(a.slope - b.slope) > rounding) return a.slope > b.slope;
  return compareTied(a.candidate, b.candidate) < 0;
};

/** The next line to rise above the leader after a share, and where they cross. */
const nextCrossing = (
  lines: readonly Line[],
  leader: Line,
  after: number,
): { readonly line: Line; readonly share: number } | undefined => {
  let next: { readonly line: Line; readonly share: number } | undefined;
  for (const line of lines) {
    if (line.slope - leader.slope <= rounding) continue;
    const share = Math.max(after, (leader.begin - line.begin) / (line.slope - leader.slope));
    if (share >= 1 - rounding) continue;
    if (
      next === undefined ||
      share < next.share - rounding ||
      (share <= next.share + rounding && line.slope > next.line.slope)
    ) {
      next = { line, share };
    }
  }
  return next;
};

/** The upper envelope of the lines between 0 and 1: the scores are linear in the share, so this is exact. */
const winningSpans = (lines: readonly Line[]): readonly WinningSpan[] => {
  let leader = lines.reduce<Line | undefined>(
    (best, line) => (best === undefined || beats(line, best) ? line : best),
    undefined,
  );
  const spans: WinningSpan[] = [];
  let from = 0;
  while (leader !== undefined) {
    const next = nextCrossing(lines, leader, from);
    const to = next?.share ?? 1;
    if (to > from + rounding) spans.push({ from, to, region: leader.candidate.region.code });
    from = to;
    leader = next?.line;
  }
  return spans;
};

/** Those that compete for the first place when the criterion and the others all count. */
const contenders = (
  candidates: readonly Candidate[],
  marks: ReadonlyMap<Candidate, Marks>,
  inner: Weights,
): readonly Scored[] => {
  const order = ranked(candidates, inner, marks);
  const [first] = order;
  return order.filter(
    (one) =>
      one.isUncertain === first?.isUncertain &&
      one.candidate.missingServices.length === first.candidate.missingServices.length,
  );
};

const linesOf = (
  competing: readonly Scored[],
  varied: Criterion,
  others: Weights,
): readonly Line[] =>
  competing.map(({ candidate, marks }) => {
    const begin = weightedScore(marks, others);
    return { candidate, begin, slope: (marks[varied] ?? 0) - begin };
  });

/** The winner's own span about the share as it is now. At an end the criterion, or all others, do not count. */
const spanOf = (
  spans: readonly WinningSpan[],
  winner: string,
  share: number,
): { readonly index: number; readonly from: number; readonly to: number } => {
  const index = spans.findIndex(
    (span) =>
      span.region === winner && span.from <= share + rounding && span.to >= share - rounding,
  );
  const span = spans[index];
  return span === undefined
    ? { index, from: share, to: share }
    : { index, from: span.from, to: span.to };
};

const sensitivityOf = (
  candidates: readonly Candidate[],
  needs: Requirements,
  criterion: Criterion,
  winner: string,
  marks: ReadonlyMap<Candidate, Marks>,
): WeightSensitivity => {
  const others = otherWeights(needs, criterion);
  const share = normalisedWeights(needs)[criterion];
  const competing = contenders(candidates, marks, mixed(criterion, 0.5, others));
  const spans = winningSpans(linesOf(competing, criterion, others));
  const winnerAt = (at: number): string | undefined =>
    ranked(candidates, mixed(criterion, at, others), marks)[0]?.candidate.region.code;
  const own = spanOf(spans, winner, share);
  const neighbour = (region: string | undefined): string | undefined =>
    region === winner ? undefined : region;
  const before = own.index > 0 ? spans[own.index - 1]?.region : undefined;
  const after = own.index < 0 ? spans.find((span) => span.to > share) : spans[own.index + 1];
  const below = share === 0 ? undefined : (before ?? neighbour(winnerAt(0)));
  const above = share === 1 ? undefined : (after?.region ?? neighbour(winnerAt(1)));
  return {
    criterion,
    share,
    winner,
    winsFrom: own.from,
    winsTo: own.to,
    below,
    above,
    spans,
  };
};

/** Two criteria that alone count mirror each other: more of the one is less of the other. */
const isMirrored = (needs: Requirements, criterion: Criterion): boolean => {
  const applicable = applicableCriteria(needs);
  const weights = normalisedWeights(needs);
  const partners = applicable.filter(
    (other) => other !== criterion && (applicable.length === 2 || weights[other] > 0),
  );
  return criterion === 'latency' && partners.length === 1 && weights[criterion] > 0;
};

/**
 * For each criterion that applies, exactly between which shares of it the first place stays as it is, and who takes it
 * beyond. Latency is left out where it only mirrors what another criterion already says.
 */
export const weightSensitivities = (
  candidates: readonly Candidate[],
  needs: Requirements,
): readonly WeightSensitivity[] => {
  const marks = marksOf(candidates);
  const winner = ranked(candidates, normalisedWeights(needs), marks)[0]?.candidate.region.code;
  const applicable = applicableCriteria(needs);
  if (winner === undefined || applicable.length < 2) return [];
  return applicable
    .filter((criterion) => !isMirrored(needs, criterion))
    .map((criterion) => sensitivityOf(candidates, needs, criterion, winner, marks));
};
