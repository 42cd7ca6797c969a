import { pairDetails, type PairChoice, type PairDetails } from '../../atlas/choose/choose-pair.ts';
import type { ChoiceFacts } from '../../atlas/choose/choice-facts.ts';
import { pairStrategies, strategyText } from '../../atlas/choose/pair-cost.ts';
import type { Requirements } from '../../atlas/choose/requirements.ts';
import { choiceJson, hundredths, monthlyJson } from './choice-json.ts';
import { incidentText } from './pair-words.ts';

const latencyJson = (pair: PairDetails, of: 'primary' | 'fallback'): Record<string, unknown> => {
  const { medianMs, worst } = pair[of].candidate.latency;
  return {
    median: medianMs === undefined ? null : hundredths(medianMs),
    worst: worst === undefined ? null : hundredths(worst.roundTrip.ms),
  };
};

const usersJson = (pair: PairDetails): readonly Record<string, unknown>[] =>
  pair.primary.candidate.latency.groups.flatMap(({ group, roundTrip }, index) => {
    const lost = pair.whenLost.groups[index]?.roundTrip;
    if (lost === undefined) return [];
    return [
      {
        place: group.name,
        sharePercent: hundredths(group.sharePercent),
        latencyMs: hundredths(roundTrip.ms),
        whenLostMs: hundredths(lost.ms),
        addedMs: hundredths(lost.ms - roundTrip.ms),
      },
    ];
  });

const pairJson = (pair: PairDetails): Record<string, unknown> => {
  const { independence, roundTrip } = pair;
  return {
    primary: pair.primary.candidate.region.code,
    fallback: pair.fallback.candidate.region.code,
    score: Math.round(pair.score * 10_000) / 10_000,
    distanceKm: Math.round(independence.distanceKm),
    sharesZone: independence.sharesZone,
    sharesCountry: independence.sharesCountry,
    sharesGrid: independence.sharesGrid ?? null,
    grids: {
      primary: independence.primaryGrid ?? null,
      fallback: independence.fallbackGrid ?? null,
    },
    roundTripMs: hundredths(roundTrip.ms),
    roundTripBasis: roundTrip.basis,
    synchronousWriteMs: hundredths(roundTrip.ms),
    asynchronousLagAtLeastMs: hundredths(roundTrip.ms / 2),
    latencyMs: latencyJson(pair, 'primary'),
    latencyWhenPrimaryLostMs: latencyJson(pair, 'fallback'),
    users: usersJson(pair),
    monthlyUsd: Object.fromEntries(
      pairStrategies.map((strategy) => {
        const cost = pair.costs[strategy];
        return [
          strategy,
          {
            total: cost.total === null ? null : hundredths(cost.total),
            primary: monthlyJson(cost.primary),
            fallback: monthlyJson(cost.fallback),
          },
        ];
      }),
    ),
    carbonGramsPerKwh: {
      primary: pair.primary.candidate.carbonGramsPerKwh,
      fallback: pair.fallback.candidate.carbonGramsPerKwh,
    },
    missingServices: {
      primary: pair.primary.candidate.missingServices,
      fallback: pair.fallback.candidate.missingServices,
    },
    incidents: pair.incidents.map((one) => ({
      date: one.incident.date,
      region: one.incident.region,
      effect: one.effect,
      text: incidentText(pair, one),
      scope: one.incident.scope,
      cause: one.incident.cause,
      duration: one.incident.duration,
      source: one.incident.source,
    })),
  };
};

/** The document of `faultline choose --pair --json`: the ranking is of pairs, `regions` is the ranking of single ones. */
export const pairChoiceJson = (
  choice: PairChoice,
  needs: Requirements,
  facts: ChoiceFacts,
  limit: number,
): Record<string, unknown> => {
  const single = choiceJson(choice.single, needs);
  return {
    ranking: choice.pairs.slice(0, limit).map((pair) => pairJson(pairDetails(pair, needs, facts))),
    pairsRanked: choice.pairs.length,
    strategies: strategyText,
    regions: single['ranking'],
    excluded: single['excluded'],
    sensitivity: single['sensitivity'],
    couldBeFirstToo: single['couldBeFirstToo'],
    weights: single['weights'],
    notes: single['notes'],
  };
};
