import {
  pairDetails,
  pairWeights,
  type PairChoice,
  type PairDetails,
} from '../../atlas/choose/choose-pair.ts';
import type { ChoiceFacts } from '../../atlas/choose/choice-facts.ts';
import { pairStrategies, strategyText, type PairStrategy } from '../../atlas/choose/pair-cost.ts';
import type { Requirements } from '../../atlas/choose/requirements.ts';
import { msText, usdText } from './choice-text.ts';
import { choiceNotes, percentText } from './choice-words.ts';
import { incidentText, independenceText } from './pair-words.ts';
import type { Paint } from '../../text/paint.ts';
import { tableLines, type Column } from './text-table.ts';

/** The strategies by the names that AWS's whitepaper gives them. */
export const strategyNames: Readonly<Record<PairStrategy, string>> = {
  pilotLight: 'pilot light',
  warmStandby: 'warm standby',
  activeActive: 'active-active',
};

const columns: readonly Column[] = [
  { title: '#', align: 'right' },
  { title: 'primary', align: 'left' },
  { title: 'fallback', align: 'left' },
  { title: 'score', align: 'right' },
  { title: 'km', align: 'right' },
  { title: 'between', align: 'right' },
  { title: 'median', align: 'right' },
  { title: 'when lost', align: 'right' },
  { title: 'pilot light', align: 'right' },
  { title: 'active-active', align: 'right' },
];

const estimated = (ms: number | undefined): string =>
  ms === undefined ? '-' : msText(ms, 'estimated');

const rowOf = (pair: PairDetails, index: number): readonly string[] => [
  String(index + 1),
  pair.primary.candidate.region.code,
  pair.fallback.candidate.region.code,
  `${(pair.score * 100).toFixed(1)}${pair.isUncertain ? '?' : ''}`,
  Math.round(pair.independence.distanceKm).toLocaleString('en-US'),
  msText(pair.roundTrip.ms, pair.roundTrip.basis),
  estimated(pair.primary.candidate.latency.medianMs),
  estimated(pair.whenLost.medianMs),
  usdText(pair.costs.pilotLight.total),
  usdText(pair.costs.activeActive.total),
];

const userLines = (pair: PairDetails): readonly string[] =>
  tableLines(
    [
      { title: '  users', align: 'left' },
      { title: 'share', align: 'right' },
      { title: 'now', align: 'right' },
      { title: 'primary lost', align: 'right' },
      { title: 'added', align: 'right' },
    ],
    pair.primary.candidate.latency.groups.map(({ group, roundTrip }, index) => {
      const lost = pair.whenLost.groups[index]?.roundTrip ?? roundTrip;
      const added = lost.ms - roundTrip.ms;
      return [
        `  ${group.name}`,
        percentText(group.sharePercent / 100),
        msText(roundTrip.ms, roundTrip.basis),
        msText(lost.ms, lost.basis),
        `${added < 0 ? '-' : '+'}${Math.round(Math.abs(added))} ms`,
      ];
    }),
  );

const costLines = (pair: PairDetails): readonly string[] =>
  pairStrategies.map((strategy) => {
    const cost = pair.costs[strategy];
    const sum = `${usdText(cost.primary.total)} + ${usdText(cost.fallback.total)}`;
    return `  ${strategyNames[strategy].padEnd(14)} ${usdText(cost.total).padStart(10)}  = ${sum}: ${strategyText[strategy]}`;
  });

/** What was hit stands beneath, where it was more than a zone: a control plane that is lost is not all that is. */
const incidentLines = (pair: PairDetails, paint: Paint): readonly string[] =>
  pair.incidents.length === 0
    ? ['  none of the incidents in the facts hit either Region']
    : pair.incidents.flatMap((one) => [
        `  ${one.incident.date}  ${incidentText(pair, one)}`,
        ...(one.incident.hit === 'region'
          ? [paint.dim(`              ${one.incident.scope}`)]
          : []),
      ]);

/** All that is known of one pair. */
const detailLines = (pair: PairDetails, paint: Paint): readonly string[] => {
  const primary = pair.primary.candidate.region;
  const fallback = pair.fallback.candidate.region;
  const between = msText(pair.roundTrip.ms, pair.roundTrip.basis);
  const behind = msText(pair.roundTrip.ms / 2, pair.roundTrip.basis);
  return [
    paint.bold(
      `${primary.code} (${primary.longName}) with ${fallback.code} (${fallback.longName})`,
    ),
    `  ${Math.round(pair.independence.distanceKm).toLocaleString('en-US')} km apart; ${independenceText(pair)}`,
    `  a synchronous replica adds ${between} to each write; an asynchronous one loses at least the last ${behind} of writes`,
    ...(pair.whenLost.groups.length > 0
      ? ['', paint.bold('When the primary is lost'), ...userLines(pair)]
      : []),
    '',
    paint.bold('USD a month'),
    ...costLines(pair),
    '',
    paint.bold('What past incidents would have done'),
    ...incidentLines(pair, paint),
  ];
};

/** What `faultline choose --pair` prints: the best pairs, then all about the first. */
export const pairText = (
  choice: PairChoice,
  needs: Requirements,
  facts: ChoiceFacts,
  paint: Paint,
  limit: number,
): readonly string[] => {
  const shown = choice.pairs.slice(0, limit).map((pair) => pairDetails(pair, needs, facts));
  const [titles = '', first = '', ...others] = tableLines(columns, shown.map(rowOf));
  const [best] = shown;
  const hidden = choice.pairs.length - shown.length;
  const { primary, fallback, independence } = pairWeights;
  return [
    paint.dim(titles),
    paint.good(first),
    ...others,
    ...(hidden > 0 ? [paint.dim(`and ${hidden} more pairs (--all shows them)`)] : []),
    '',
    ...(best === undefined ? [] : detailLines(best, paint)),
    '',
    paint.dim(
      `Score of a pair: ${percentText(primary)} the primary's, ${percentText(fallback)} the fallback's, ${percentText(independence)} independence (distance up to 1,000 km, other country, other grid).`,
    ),
    ...choiceNotes(choice.single, needs).map(paint.dim),
    paint.dim('The traffic of copying between the Regions is not in the price.'),
  ];
};
