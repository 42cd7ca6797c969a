import { clockText } from '../text/duration.ts';
import type { DrillResult, FaultReport, TimelineEntry, TrafficPicture } from './report.ts';
import { xmlText } from '../text/xml-text.ts';

/** Units of the picture's view box. */
const width = 1000;
const left = 8;
const right = 992;
const laneHeight = 84;
const laneGap = 34;
const faultBarHeight = 10;
const faultRowHeight = 26;
const markRowHeight = 15;

/** Moments that are marked, in words short enough to stand side by side. */
const markWords: Readonly<Partial<Record<TimelineEntry['kind'], string>>> = {
  'first-failed': 'fails',
  detected: 'detected',
  'dns-changed': 'DNS changed',
  recovered: 'recovered',
};

/** Steps of the time axis, in seconds; the smallest that leaves at most twelve of them. */
const axisSteps = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400];

const round = (value: number): number => Math.round(value * 100) / 100;

class Axis {
  readonly #durationSeconds: number;

  constructor(durationSeconds: number) {
    this.#durationSeconds = durationSeconds;
  }

  x(seconds: number): number {
    return round(left + ((right - left) * seconds) / this.#durationSeconds);
  }

  get end(): number {
    return this.#durationSeconds;
  }

  ticks(): readonly number[] {
    const step = axisSteps.find((one) => this.#durationSeconds / one <= 12) ?? 604_800;
    const count = Math.floor(this.#durationSeconds / step);
    return Array.from({ length: count + 1 }, (_, index) => index * step);
  }
}

const lane = (axis: Axis, picture: TrafficPicture, top: number): string => {
  const bottom = top + laneHeight;
  const bars = picture.slices.flatMap(({ fromMs, toMs, availability }) => {
    if (availability === null) return [];
    const [x, end] = [axis.x(fromMs / 1000), axis.x(toMs / 1000)];
    const height = round(laneHeight * availability);
    return `<rect x="${x}" y="${round(bottom - height)}" width="${round(end - x)}" height="${height}"/>`;
  });
  return (
    `<text class="name" x="${left}" y="${top - 8}">${xmlText(picture.name)}</text>` +
    `<text x="${right}" y="${top - 8}" text-anchor="end">share of requests served</text>` +
    `<g class="served" shape-rendering="crispEdges">${bars.join('')}</g>` +
    `<rect class="frame" x="${left}" y="${top}" width="${right - left}" height="${laneHeight}"/>`
  );
};

const faultBand = (axis: Axis, fault: FaultReport, top: number, bottom: number): string => {
  const x = axis.x(fault.beginSeconds);
  const end = axis.x(fault.endSeconds ?? axis.end);
  return `<rect class="fault" x="${x}" y="${top}" width="${round(end - x)}" height="${bottom - top}"/>`;
};

const faultBar = (axis: Axis, fault: FaultReport, top: number): string => {
  const x = axis.x(fault.beginSeconds);
  const end = axis.x(fault.endSeconds ?? axis.end);
  const isLate = x > (left + right) / 2;
  const anchor = isLate ? `x="${end}" text-anchor="end"` : `x="${x}"`;
  return (
    `<rect class="faultbar" x="${x}" y="${top}" width="${round(end - x)}" height="${faultBarHeight}" rx="2"/>` +
    `<text ${anchor} y="${top + faultBarHeight + 13}">${xmlText(`${fault.target} ${fault.effect}`)}</text>`
  );
};

interface Mark {
  readonly x: number;
  readonly text: string;
  readonly row: number;
}

/** Places marks in as few rows as their words need not to cover one another. */
const placeMarks = (axis: Axis, timeline: readonly TimelineEntry[]): readonly Mark[] => {
  const rowEnds: number[] = [];
  return timeline.flatMap(({ atSeconds, kind }): readonly Mark[] => {
    const word = markWords[kind];
    if (word === undefined) return [];
    const text = `${word} ${clockText(atSeconds)}`;
    const x = axis.x(atSeconds);
    const wide = text.length * 6.8 + 8;
    const start = x + wide > right ? x - wide : x;
    const free = rowEnds.findIndex((end) => end <= start);
    const row = free === -1 ? rowEnds.length : free;
    rowEnds[row] = start + wide;
    return [{ x, text, row }];
  });
};

const markBottom = (mark: Mark, bottom: number): number => bottom + 14 + mark.row * markRowHeight;

const markLine = (mark: Mark, top: number, bottom: number): string =>
  `<line class="mark" x1="${mark.x}" x2="${mark.x}" y1="${top}" y2="${markBottom(mark, bottom)}"/>`;

const markText = (mark: Mark, bottom: number): string => {
  const isAtEnd = mark.x + mark.text.length * 6.8 + 8 > right;
  const anchor = isAtEnd ? `x="${mark.x - 4}" text-anchor="end"` : `x="${mark.x + 4}"`;
  return `<text class="marktext" ${anchor} y="${markBottom(mark, bottom)}">${xmlText(mark.text)}</text>`;
};

const axisPicture = (axis: Axis, top: number, bottom: number): string =>
  axis
    .ticks()
    .map((seconds) => {
      const x = axis.x(seconds);
      const anchor = seconds === 0 ? 'start' : x > right - 20 ? 'end' : 'middle';
      return (
        `<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/>` +
        `<text x="${x}" y="${bottom + 14}" text-anchor="${anchor}">${clockText(seconds)}</text>`
      );
    })
    .join('');

/** The drill drawn as inline SVG: availability of each traffic over time, faults as bands, marks for what happened. */
export const timelinePicture = ({ report, pictures }: DrillResult): string => {
  const axis = new Axis(report.durationSeconds);
  const marks = placeMarks(axis, report.timeline);
  const rows = marks.reduce((most, mark) => Math.max(most, mark.row + 1), 0);
  const lanesTop = report.faults.length === 0 ? 4 : faultRowHeight + 6;
  const lanesBottom = lanesTop + pictures.length * (laneHeight + laneGap);
  const axisTop = lanesBottom + (rows === 0 ? 0 : rows * markRowHeight + 8);
  const height = axisTop + 22;
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Availability over the drill, with its faults">`,
    axisPicture(axis, lanesTop, axisTop),
    ...report.faults.map((fault) => faultBand(axis, fault, 0, lanesBottom)),
    ...pictures.map((picture, index) =>
      lane(axis, picture, lanesTop + laneGap - 6 + index * (laneHeight + laneGap)),
    ),
    ...report.faults.map((fault) => faultBar(axis, fault, 2)),
    // Words last: they stand on top of the lines that cross them.
    ...marks.map((mark) => markLine(mark, lanesTop + laneGap - 6, lanesBottom)),
    ...marks.map((mark) => markText(mark, lanesBottom)),
    '</svg>',
  ].join('\n');
};
