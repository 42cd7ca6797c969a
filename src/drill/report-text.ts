import type { Paint } from '../text/paint.ts';
import { clockText } from '../text/duration.ts';
import type { Slice } from './measure.ts';
import type { DrillReport, DrillResult, FaultReport, TimelineKind } from './report.ts';
import {
  faultMoments,
  faultSpan,
  latenessSentence,
  lostText,
  objectiveTexts,
  outageText,
  replacementText,
  runText,
  verdictOf,
} from './report-words.ts';

const timelineWidth = 60;

/** From nobody served to everybody served. */
const levels = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

const levelOf = (availability: number | null): string => {
  if (availability === null) return '·';
  if (availability >= 1) return '█';
  return levels[Math.min(7, Math.floor(availability * 8))] ?? ' ';
};

/** Joins neighbouring slices, worst first, so that a short outage stays visible in a narrow strip. */
const strip = (slices: readonly Slice[]): string => {
  const perCell = slices.length / timelineWidth;
  return Array.from({ length: timelineWidth }, (_, cell) => {
    const own = slices
      .slice(Math.floor(cell * perCell), Math.max(1, Math.floor((cell + 1) * perCell)))
      .flatMap(({ availability }) => (availability === null ? [] : [availability]));
    return levelOf(own.length === 0 ? null : Math.min(...own));
  }).join('');
};

const faultStrip = (fault: FaultReport, durationSeconds: number): string => {
  const cellOf = (seconds: number): number =>
    Math.floor((seconds / durationSeconds) * timelineWidth);
  const from = Math.min(timelineWidth - 1, cellOf(fault.beginSeconds));
  const to = Math.max(from + 1, cellOf(fault.endSeconds ?? durationSeconds));
  return `${' '.repeat(from)}${'x'.repeat(to - from)}${' '.repeat(timelineWidth - to)}`;
};

const axis = (durationSeconds: number): string => {
  const end = clockText(durationSeconds);
  const middle = clockText(durationSeconds / 2);
  const left = `00:00${' '.repeat(Math.floor(timelineWidth / 2) - 5 - Math.floor(middle.length / 2))}${middle}`;
  return `${left}${' '.repeat(timelineWidth - left.length - end.length)}${end}`;
};

const objectiveLines = (report: DrillReport, paint: Paint): readonly string[] =>
  report.objectives.map((objective) => {
    const { limit, measured } = objectiveTexts(objective);
    const paints = { held: paint.good, missed: paint.bad, uncertain: paint.bold };
    const mark = paints[objective.result](objective.result.padEnd(6));
    const name = objective.name.padEnd(20 - Math.max(6, objective.result.length));
    return `  ${mark} ${name} ${measured.padEnd(14)} ${paint.dim(limit)}`;
  });

const replacedLines = (fault: FaultReport): readonly string[] => {
  const text = replacementText(fault);
  return text === undefined
    ? []
    : [`  ${'instances replaced'.padEnd(22)} ${''.padStart(7)}   ${text}`];
};

const faultLines = (fault: FaultReport, paint: Paint): readonly string[] => [
  paint.bold(`${fault.target} ${fault.effect}, ${faultSpan(fault)}`),
  ...faultMoments(fault).map(
    ({ what, at, after }) => `  ${what.padEnd(22)} ${at.padStart(7)}   ${after}`,
  ),
  `  ${'requests lost'.padEnd(22)} ${''.padStart(7)}   ${lostText(fault)}`,
  ...replacedLines(fault),
  '',
];

const kindWords: Readonly<Record<TimelineKind, string>> = {
  break: 'BREAK',
  mend: 'MEND',
  'first-failed': 'failing',
  detected: 'detected',
  'dns-changed': 'DNS',
  recovered: 'recovered',
  noticed: 'noticed',
  replaced: 'replaced',
};

const timelineLines = ({ report, pictures }: DrillResult, paint: Paint): readonly string[] => {
  const names = [...pictures.map(({ name }) => name), ...report.faults.map(({ target }) => target)];
  const width = Math.max(...names.map((name) => name.length));
  return [
    paint.bold('Timeline'),
    ...pictures.map(({ name, slices }) => `  ${name.padEnd(width)} |${strip(slices)}|`),
    ...report.faults.map(
      (fault) =>
        `  ${fault.target.padEnd(width)} |${paint.bad(faultStrip(fault, report.durationSeconds))}|`,
    ),
    `  ${''.padEnd(width)}  ${paint.dim(axis(report.durationSeconds))}`,
    '',
    ...report.timeline.map(
      ({ atSeconds, kind, what }) =>
        `  ${clockText(atSeconds).padStart(7)}  ${kindWords[kind].padEnd(9)}  ${what}`,
    ),
  ];
};

/** The report for a person in a hurry: the verdict first. */
export const reportText = (result: DrillResult, paint: Paint): string => {
  const { report } = result;
  const verdict = verdictOf(report);
  const colours = {
    PASSED: paint.good,
    FAILED: paint.bad,
    UNCERTAIN: paint.bold,
    DONE: paint.bold,
  };
  const colour = colours[verdict];
  const lateness = latenessSentence(report);
  return [
    `${colour(verdict)}  ${paint.bold(report.drill)}  ${paint.dim(runText(report))}`,
    ...objectiveLines(report, paint),
    ...(lateness === undefined ? [] : [`  ${lateness}`]),
    '',
    ...report.faults.flatMap((fault) => faultLines(fault, paint)),
    paint.bold('Users'),
    ...report.traffic.map(
      (traffic) =>
        `  ${traffic.name}: lost ${lostText(traffic)}; ${outageText(traffic.longestOutageSeconds)}`,
    ),
    '',
    ...timelineLines(result, paint),
    '',
  ].join('\n');
};
