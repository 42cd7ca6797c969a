import type { RegionChoice } from '../../atlas/choose/choose-region.ts';
import type { PairDetails } from '../../atlas/choose/choose-pair.ts';
import { pairStrategies, strategyText } from '../../atlas/choose/pair-cost.ts';
import type { Requirements } from '../../atlas/choose/requirements.ts';
import type { Scored } from '../../atlas/choose/score.ts';
import { xmlText } from '../../text/xml-text.ts';
import { boughtParts, msText, usdText } from './choice-text.ts';
import {
  choiceNotes,
  needsText,
  percentText,
  sensitivityTexts,
  usersText,
  weightsText,
} from './choice-words.ts';
import { choiceMap, legend } from './choice-map.ts';
import { choiceStyle } from './choice-style.ts';
import { strategyNames } from './pair-text.ts';
import { incidentText, independenceText } from './pair-words.ts';

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<div class="wide"><table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
    .join('')}</tbody></table></div>`;

const bar = (share: number): string =>
  `<span class="bar"><i style="width:${Math.round(Math.max(0, Math.min(1, share)) * 100)}%"></i></span>`;

const unknown = '<span class="soft">unknown</span>';

const money = (usd: number | null): string => (usd === null ? unknown : usdText(usd));

const scoredRow = (scored: Scored, index: number, needs: Requirements): readonly string[] => {
  const { candidate } = scored;
  const { latency, monthlyUsd } = candidate;
  const worst = latency.worst;
  return [
    String(index + 1),
    `<b>${candidate.region.code}</b> <span class="soft">${xmlText(candidate.region.longName)}</span>`,
    `${bar(scored.score)} ${(scored.score * 100).toFixed(1)}${scored.isUncertain ? ' ?' : ''}`,
    ...(worst === undefined
      ? []
      : [
          msText(latency.medianMs ?? 0, 'estimated'),
          `${msText(worst.roundTrip.ms, worst.roundTrip.basis)} <span class="soft">${xmlText(worst.group.name)}</span>`,
        ]),
    ...(boughtParts(needs).length > 0 ? [money(monthlyUsd.total)] : []),
    ...boughtParts(needs).map((part) => money(monthlyUsd[part])),
    candidate.carbonGramsPerKwh === null ? unknown : String(candidate.carbonGramsPerKwh),
    ...(needs.services.length > 0
      ? [xmlText(candidate.missingServices.join(', ')) || '<span class="soft">none</span>']
      : []),
  ];
};

const rankingTable = (choice: RegionChoice, needs: Requirements): string =>
  table(
    [
      '#',
      'Region',
      'Score',
      ...(needs.users.length > 0 ? ['Median', 'Worst'] : []),
      ...(boughtParts(needs).length > 0 ? ['USD a month'] : []),
      ...boughtParts(needs).map((part) => part.replace(/^./, (first) => first.toUpperCase())),
      'gCO<sub>2</sub>e/kWh',
      ...(needs.services.length > 0 ? ['Missing'] : []),
    ],
    choice.ranking.map((scored, index) => scoredRow(scored, index, needs)),
  );

const list = (texts: readonly string[]): string =>
  `<ul>${texts.map((text) => `<li>${xmlText(text)}</li>`).join('')}</ul>`;

const section = (title: string, content: string): string =>
  content === '' ? '' : `<section><h2>${title}</h2>${content}</section>`;

const excludedTable = (choice: RegionChoice): string =>
  choice.excluded.length === 0
    ? ''
    : `<details><summary>${choice.excluded.length} Regions, each with its reason</summary>${table(
        ['Region', 'Reason'],
        choice.excluded.map(({ candidate, reason }) => [candidate.region.code, xmlText(reason)]),
      )}</details>`;

const pairCosts = (pair: PairDetails): string =>
  table(
    ['Strategy', 'USD a month', 'Primary', 'Fallback', 'What runs'],
    pairStrategies.map((strategy) => {
      const cost = pair.costs[strategy];
      return [
        strategyNames[strategy],
        `<b>${money(cost.total)}</b>`,
        money(cost.primary.total),
        money(cost.fallback.total),
        strategyText[strategy],
      ];
    }),
  );

const lossTable = (pair: PairDetails): string =>
  table(
    ['Users', 'Share', 'Now', 'Primary lost'],
    pair.primary.candidate.latency.groups.map(({ group, roundTrip }, index) => {
      const lost = pair.whenLost.groups[index]?.roundTrip ?? roundTrip;
      return [
        xmlText(group.name),
        percentText(group.sharePercent / 100),
        msText(roundTrip.ms, roundTrip.basis),
        msText(lost.ms, lost.basis),
      ];
    }),
  );

const pairSections = (pair: PairDetails): string => {
  const between = msText(pair.roundTrip.ms, pair.roundTrip.basis);
  const behind = msText(pair.roundTrip.ms / 2, pair.roundTrip.basis);
  const facts = [
    `${Math.round(pair.independence.distanceKm).toLocaleString('en-US')} km apart; ${independenceText(pair)}.`,
    `A synchronous replica adds ${between} to each write; an asynchronous one loses at least the last ${behind} of writes.`,
  ];
  const incidents = pair.incidents.map(
    (one) =>
      `${one.incident.date}: ${incidentText(pair, one)} (${one.incident.scope}; ${one.incident.cause}).`,
  );
  return [
    section('The pair', list(facts)),
    section('When the primary is lost', pair.whenLost.groups.length > 0 ? lossTable(pair) : ''),
    section('What the pair costs', pairCosts(pair)),
    section(
      'What past incidents would have done',
      incidents.length > 0
        ? list(incidents)
        : '<p class="soft">None of the incidents in the facts hit either Region.</p>',
    ),
  ].join('\n');
};

const bestPairs = (pairs: readonly PairDetails[]): string =>
  pairs.length < 2
    ? ''
    : table(
        ['#', 'Primary', 'Fallback', 'Score', 'km', 'Between', 'Pilot light', 'Active-active'],
        pairs.map((pair, index) => [
          String(index + 1),
          pair.primary.candidate.region.code,
          pair.fallback.candidate.region.code,
          `${bar(pair.score)} ${(pair.score * 100).toFixed(1)}${pair.isUncertain ? ' ?' : ''}`,
          Math.round(pair.independence.distanceKm).toLocaleString('en-US'),
          msText(pair.roundTrip.ms, pair.roundTrip.basis),
          money(pair.costs.pilotLight.total),
          money(pair.costs.activeActive.total),
        ]),
      );

const headline = (choice: RegionChoice, pair: PairDetails | undefined): string => {
  if (pair !== undefined) {
    return `${pair.primary.candidate.region.code} with ${pair.fallback.candidate.region.code}`;
  }
  const first = choice.ranking[0]?.candidate.region;
  return first === undefined ? 'No Region fits' : `${first.code}, ${first.longName}`;
};

/** The whole report as one HTML file that loads nothing: the ranking on a map and in tables; with pairs, the first. */
export const choiceHtml = (
  choice: RegionChoice,
  pairs: readonly PairDetails[],
  needs: Requirements,
  version: string,
): string => {
  const [pair] = pairs;
  const sentences = sensitivityTexts(choice);
  const asked = [usersText(needs), needsText(needs), `Weights: ${weightsText(needs)}`].filter(
    (line) => line !== '',
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${xmlText(headline(choice, pair))}</title><style>${choiceStyle}</style></head><body><main>
<header><p class="kind">${pair === undefined ? 'Where to run it' : 'Where to run it, and where to fall back on'}</p><h1>${xmlText(headline(choice, pair))}</h1>
${asked.map((line) => `<p class="soft">${xmlText(line)}</p>`).join('\n')}</header>
<figure>${choiceMap(choice, pair, needs)}<figcaption>${legend(pair !== undefined, choice.excluded.length > 0)}</figcaption></figure>
${pair === undefined ? '' : pairSections(pair)}
${section('The best pairs', bestPairs(pairs))}
${section(pair === undefined ? 'Ranking' : 'The Regions one by one', rankingTable(choice, needs))}
${section('What would change the first place', sentences.length === 0 ? '' : list(sentences))}
${section('Excluded', excludedTable(choice))}
<footer>${list(choiceNotes(choice, needs))}<p>Faultline ${xmlText(version)}. Map: Natural Earth.</p></footer>
</main></body></html>
`;
};
