import { areaText } from '../../atlas/choose/area.ts';
import type { Exclusion, RegionChoice } from '../../atlas/choose/choose-region.ts';
import type { Requirements } from '../../atlas/choose/requirements.ts';
import type { Scored } from '../../atlas/choose/score.ts';
import type { RoundTrip } from '../../atlas/round-trip.ts';
import {
  choiceNotes,
  needsText,
  sensitivityTexts,
  usersText,
  weightsText,
} from './choice-words.ts';
import type { Paint } from '../../text/paint.ts';
import { tableLines, wrapped, type Column } from './text-table.ts';

/** USD with cents; an unknown price says so. */
export const usdText = (usd: number | null): string =>
  usd === null
    ? 'unknown'
    : usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Whole milliseconds, tenths below ten; `~` marks an estimate. */
export const msText = (ms: number, basis: RoundTrip['basis']): string =>
  `${basis === 'measured' ? '' : '~'}${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

const medianText = ({ candidate }: Scored): string => {
  const { medianMs, groups } = candidate.latency;
  if (medianMs === undefined) return '-';
  const isMeasured = groups.every(({ roundTrip }) => roundTrip.basis === 'measured');
  return msText(medianMs, isMeasured ? 'measured' : 'estimated');
};

const worstText = ({ candidate }: Scored): string => {
  const { worst } = candidate.latency;
  return worst === undefined
    ? '-'
    : `${msText(worst.roundTrip.ms, worst.roundTrip.basis)} ${worst.group.name}`;
};

/** The parts of the price that are asked for. */
export const boughtParts = (needs: Requirements): readonly ('instances' | 'storage' | 'egress')[] =>
  (['instances', 'storage', 'egress'] as const).filter((part) => {
    if (part === 'instances') return needs.instances.length > 0;
    return (part === 'storage' ? needs.storageGb : needs.egressGb) > 0;
  });

const columnsOf = (needs: Requirements): readonly Column[] => [
  { title: '#', align: 'right' },
  { title: 'Region', align: 'left' },
  { title: 'score', align: 'right' },
  { title: 'median', align: 'right' },
  { title: 'worst', align: 'left' },
  ...(boughtParts(needs).length > 0 ? [{ title: 'USD a month', align: 'right' as const }] : []),
  ...boughtParts(needs).map((title) => ({ title, align: 'right' as const })),
  { title: 'gCO2e/kWh', align: 'right' },
  ...(needs.services.length > 0 ? [{ title: 'missing', align: 'left' as const }] : []),
];

const rowOf = (scored: Scored, index: number, needs: Requirements): readonly string[] => {
  const { candidate } = scored;
  const cost = candidate.monthlyUsd;
  return [
    String(index + 1),
    candidate.region.code,
    `${(scored.score * 100).toFixed(1)}${scored.isUncertain ? '?' : ''}`,
    medianText(scored),
    worstText(scored),
    ...(boughtParts(needs).length > 0 ? [usdText(cost.total)] : []),
    ...boughtParts(needs).map((part) => usdText(cost[part])),
    candidate.carbonGramsPerKwh === null ? 'unknown' : String(candidate.carbonGramsPerKwh),
    ...(needs.services.length > 0 ? [candidate.missingServices.join(', ') || '-'] : []),
  ];
};

/** Each excluded Region by what excludes it first: its country, else the users who are too far away. */
const exclusionLines = (excluded: readonly Exclusion[], needs: Requirements): readonly string[] => {
  const outside = excluded.filter(({ limits }) => limits.includes('within'));
  const tooFar = excluded.filter(({ limits }) => !limits.includes('within'));
  const lines: string[] = [];
  if (outside.length > 0) {
    lines.push(
      ...wrapped(
        `outside ${needs.within.map(areaText).join(' and ')}`,
        outside.map(({ candidate }) => `${candidate.region.code} (${candidate.region.country})`),
      ),
    );
  }
  if (tooFar.length > 0) {
    lines.push(
      ...wrapped(
        `over ${needs.maxLatencyMs ?? 0} ms`,
        tooFar.map(({ candidate }) => {
          const { worst } = candidate.latency;
          const far =
            worst === undefined
              ? ''
              : ` (${msText(worst.roundTrip.ms, worst.roundTrip.basis)} ${worst.group.name})`;
          return candidate.region.code + far;
        }),
      ),
    );
  }
  return lines;
};

/** The lines that say what was asked. */
export const askedLines = (needs: Requirements, paint: Paint): readonly string[] => {
  const bought = needsText(needs);
  return [
    ...(needs.users.length > 0 ? [`${paint.bold('Users')}    ${usersText(needs)}`] : []),
    ...(bought === '' ? [] : [`${paint.bold('Needs')}    ${bought}`]),
    `${paint.bold('Weights')}  ${weightsText(needs)}`,
    '',
  ];
};

/** What `faultline choose` prints; `limit` is how many Regions are shown. */
export const choiceText = (
  choice: RegionChoice,
  needs: Requirements,
  paint: Paint,
  limit: number,
): string => {
  const shown = choice.ranking.slice(0, limit);
  const [titles = '', first = '', ...others] = tableLines(
    columnsOf(needs),
    shown.map((scored, index) => rowOf(scored, index, needs)),
  );
  const hidden = choice.ranking.length - shown.length;
  const sentences = sensitivityTexts(choice);
  return [
    ...askedLines(needs, paint),
    paint.dim(titles),
    paint.good(first),
    ...others,
    ...(hidden > 0 ? [paint.dim(`and ${hidden} more (--all shows them)`)] : []),
    ...(choice.excluded.length > 0
      ? [
          '',
          paint.bold(`Excluded: ${choice.excluded.length}`),
          ...exclusionLines(choice.excluded, needs),
        ]
      : []),
    ...(sentences.length > 0
      ? ['', paint.bold('What would change the first place'), ...sentences.map((one) => `  ${one}`)]
      : []),
    '',
    ...choiceNotes(choice, needs).map(paint.dim),
  ].join('\n');
};
