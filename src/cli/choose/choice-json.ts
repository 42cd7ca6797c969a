import type { RegionChoice } from '../../atlas/choose/choose-region.ts';
import type { MonthlyCost } from '../../atlas/choose/monthly-cost.ts';
import { criteria, normalisedWeights, type Requirements } from '../../atlas/choose/requirements.ts';
import type { Scored } from '../../atlas/choose/score.ts';
import { choiceNotes, limitSensitivityText, weightSensitivityText } from './choice-words.ts';

/** Cents, hundredths of milliseconds: what is beyond is arithmetic, not knowledge. */
export const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** Keeps an unknown value unknown. */
const orNull = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : hundredths(value);

const tenThousandths = (value: number): number => Math.round(value * 10_000) / 10_000;

/** Each part in cents, null where it is unknown. */
export const monthlyJson = (cost: MonthlyCost): MonthlyCost => ({
  total: orNull(cost.total),
  instances: orNull(cost.instances),
  storage: orNull(cost.storage),
  egress: orNull(cost.egress),
});

/** One ranked Region. */
const scoredJson = ({ candidate, score, marks }: Scored): Record<string, unknown> => {
  const { latency, region } = candidate;
  return {
    region: region.code,
    score: tenThousandths(score),
    latencyMs: { median: orNull(latency.medianMs), worst: orNull(latency.worst?.roundTrip.ms) },
    monthlyUsd: monthlyJson(candidate.monthlyUsd),
    carbonGramsPerKwh: candidate.carbonGramsPerKwh,
    missingServices: candidate.missingServices,
    marks: Object.fromEntries(
      criteria.map((criterion) => {
        const mark = marks[criterion];
        return [criterion, mark === null ? null : tenThousandths(mark)];
      }),
    ),
    users: latency.groups.map(({ group, roundTrip }) => ({
      place: group.name,
      sharePercent: hundredths(group.sharePercent),
      latencyMs: hundredths(roundTrip.ms),
      lowMs: hundredths(roundTrip.lowMs),
      highMs: hundredths(roundTrip.highMs),
      basis: roundTrip.basis,
    })),
  };
};

/** What would change the first place, each with the sentence that a person reads. */
const sensitivityJson = (choice: RegionChoice): readonly Record<string, unknown>[] => [
  ...choice.weights.map((one) => ({
    criterion: one.criterion,
    share: tenThousandths(one.share),
    winner: one.winner,
    winsFrom: tenThousandths(one.winsFrom),
    winsTo: tenThousandths(one.winsTo),
    below: one.below ?? null,
    above: one.above ?? null,
    spans: one.spans.map(({ from, to, region }) => ({
      from: tenThousandths(from),
      to: tenThousandths(to),
      region,
    })),
    text: weightSensitivityText(one),
  })),
  ...choice.limits.map((one) => ({
    limit: one.limit,
    winner: one.winner,
    instead: one.instead.region.code,
    text: limitSensitivityText(one),
  })),
];

/** The document of `faultline choose --json`. */
export const choiceJson = (choice: RegionChoice, needs: Requirements): Record<string, unknown> => ({
  ranking: choice.ranking.map(scoredJson),
  excluded: choice.excluded.map(({ candidate, reason }) => ({
    region: candidate.region.code,
    reason,
  })),
  sensitivity: sensitivityJson(choice),
  couldBeFirstToo: choice.withinError.map(({ region }) => region.code),
  weights: normalisedWeights(needs),
  notes: choiceNotes(choice, needs),
});
