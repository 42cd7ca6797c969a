import type { Run, TrafficRuns } from './runs.ts';
import { requestsBefore, sendTimeMs } from './schedule.ts';

/** A fault and the time for which what happens is put down to it; drill times in world ms. */
export interface FaultWindow {
  readonly target: string;
  readonly effect: string;
  readonly beginMs: number;
  /** When it was mended; null when it was still open at the end of the drill. */
  readonly endMs: number | null;
  /** The next fault's begin, or the end of the drill. */
  readonly untilMs: number;
}

/** Something that the world noticed; drill time in world ms. */
export interface DrillEvent {
  readonly kind: 'detected' | 'dns-changed';
  readonly atMs: number;
  readonly detail: string;
}

/** Requests by how they went. */
export interface RequestCount {
  readonly sent: number;
  readonly lost: number;
}

/** What one fault did to users; drill times in world ms, null for what did not happen. */
export interface FaultMeasure {
  readonly window: FaultWindow;
  readonly firstFailedMs: number | null;
  readonly detectedMs: number | null;
  readonly detectedDetail: string | null;
  readonly dnsChangedMs: number | null;
  readonly dnsChangedDetail: string | null;
  /** When the last of the clients that had failed was served again. */
  readonly lastRecoveredMs: number | null;
  /** From the fault's begin to that; 0 when nobody failed, null when somebody was not served again in the window. */
  readonly recoveryMs: number | null;
  readonly requests: RequestCount;
}

/** How many requests there were, and how many of them were lost. */
export const countRequests = (runs: readonly Run[]): RequestCount => ({
  sent: runs.reduce((sum, run) => sum + run.sent, 0),
  lost: runs.reduce((sum, run) => sum + run.lost, 0),
});

/** 0 to 1; whoever sends nothing loses nothing. */
export const availabilityOf = ({ sent, lost }: RequestCount): number =>
  sent === 0 ? 1 : (sent - lost) / sent;

/**
 * Without the last request of a client that was served until then: when it is lost, nobody can see it served again, and what
 * comes next may have struck while it was under way.
 */
const withoutLastRequest = (runs: readonly Run[]): readonly Run[] => {
  const [last, before] = [runs.at(-1), runs.at(-2)];
  const wasServed = before !== undefined && before.lastGoodMs === before.lastMs;
  return wasServed && last?.sent === 1 && last.lost > 0 ? runs.slice(0, -1) : runs;
};

/**
 * When a client that failed was served again after its last failure: undefined when it never failed, null when it was
 * not served again.
 */
const recoveredMs = (all: readonly Run[]): number | null | undefined => {
  const runs = withoutLastRequest(all);
  const last = runs.findLastIndex((run) => run.lost > 0);
  if (last === -1) return undefined;
  return runs[last]?.goodAfterLostMs ?? runs[last + 1]?.firstMs ?? null;
};

const earliest = (times: readonly (number | undefined)[]): number | null => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? null : Math.min(...known);
};

const inWindow = (window: FaultWindow, timeMs: number): boolean =>
  timeMs >= window.beginMs && timeMs < window.untilMs;

/** What a fault did to the clients of all traffics. No run may cross the border of a window. */
export const measureFault = (
  window: FaultWindow,
  traffic: readonly TrafficRuns[],
  events: readonly DrillEvent[],
): FaultMeasure => {
  const clients = traffic
    .flatMap(({ clients }) => clients)
    .map((runs) => runs.filter((run) => inWindow(window, run.firstMs)));
  const within = events.filter((event) => inWindow(window, event.atMs));
  const detected = within.find(({ kind }) => kind === 'detected');
  const dnsChanged = within.find(({ kind }) => kind === 'dns-changed');
  const recoveries = clients.map(recoveredMs).filter((time) => time !== undefined);
  const areAllBack = !recoveries.includes(null);
  const times = recoveries.filter((time) => time !== null);
  const lastMs = times.length === 0 || !areAllBack ? null : Math.max(...times);
  const recoveryMs = lastMs === null ? (areAllBack ? 0 : null) : lastMs - window.beginMs;
  return {
    window,
    firstFailedMs: earliest(clients.flat().map((run) => run.firstLostMs)),
    detectedMs: detected?.atMs ?? null,
    detectedDetail: detected?.detail ?? null,
    dnsChangedMs: dnsChanged?.atMs ?? null,
    dnsChangedDetail: dnsChanged?.detail ?? null,
    lastRecoveredMs: lastMs,
    recoveryMs,
    requests: countRequests(clients.flat()),
  };
};

/** Fewer lost requests in a row than these are a bad moment, as every partial failure has them, not an outage. */
const fewestLost = 10;

/** A stretch of time, from and to, in ms. */
type Span = readonly [number, number];

/** When one client was being served, from good answers to good answers. */
const servedSpans = (runs: readonly Run[]): readonly Span[] => {
  const spans: [number, number][] = [];
  let isOpen = false;
  for (const { firstMs, lastMs, firstGoodMs, lastGoodMs } of runs) {
    const last = spans.at(-1);
    if (firstGoodMs !== undefined && lastGoodMs !== undefined) {
      if (isOpen && last !== undefined && firstGoodMs === firstMs) last[1] = lastGoodMs;
      else spans.push([firstGoodMs, lastGoodMs]);
    }
    isOpen = lastGoodMs === lastMs;
  }
  return spans;
};

/** Spans in the order of time, those that overlap made one. */
const merged = (spans: readonly Span[]): readonly Span[] => {
  const all: [number, number][] = [];
  for (const [fromMs, toMs] of spans.toSorted(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last === undefined || fromMs > last[1]) all.push([fromMs, toMs]);
    else last[1] = Math.max(last[1], toMs);
  }
  return all;
};

/**
 * The longest time for which nobody was served, in world ms: from the first of at least ten lost requests in a row, of
 * all clients together, to the next good one or the end of the drill. 0 when there was no such time.
 */
export const longestOutageMs = (traffic: TrafficRuns): number => {
  const { schedule } = traffic;
  let longestMs = 0;
  let firstLost = 0;
  const served = merged(traffic.clients.flatMap(servedSpans));
  const end: Span = [schedule.durationMs, schedule.durationMs];
  for (const [goodMs, untilMs] of [...served, end]) {
    const good = requestsBefore(schedule, goodMs);
    const outageMs = goodMs - sendTimeMs(schedule, firstLost);
    if (good - firstLost >= fewestLost) longestMs = Math.max(longestMs, outageMs);
    firstLost = requestsBefore(schedule, untilMs) + 1;
  }
  return longestMs;
};

/** The share of good answers in one slice of time, for a picture; null when nothing was sent. */
export interface Slice {
  readonly fromMs: number;
  readonly toMs: number;
  readonly availability: number | null;
}

/** What of a number of evenly spaced requests, the first and last of them at those times, falls into a slice. */
const partWithin = (firstMs: number, lastMs: number, fromMs: number, toMs: number): number => {
  if (firstMs === lastMs) return firstMs >= fromMs && firstMs < toMs ? 1 : 0;
  const overlapMs = Math.min(lastMs, toMs) - Math.max(firstMs, fromMs);
  return Math.max(0, overlapMs) / (lastMs - firstMs);
};

/**
 * The availability of a traffic over time, in so many slices. Requests of a run, and the lost ones among them, count as
 * evenly spaced: nothing changes within a run.
 */
export const availabilityOverTime = (
  traffic: TrafficRuns,
  durationMs: number,
  slices: number,
): readonly Slice[] => {
  const widthMs = durationMs / slices;
  const sent = new Float64Array(slices);
  const lost = new Float64Array(slices);
  const spread = (into: Float64Array, count: number, firstMs: number, lastMs: number): void => {
    const from = Math.min(slices - 1, Math.floor(firstMs / widthMs));
    const to = Math.min(slices - 1, Math.floor(lastMs / widthMs));
    for (let slice = from; slice <= to; slice += 1) {
      const part = partWithin(firstMs, lastMs, slice * widthMs, (slice + 1) * widthMs);
      into[slice] = (into[slice] ?? 0) + count * part;
    }
  };
  for (const run of traffic.clients.flat()) {
    spread(sent, run.sent, run.firstMs, run.lastMs);
    spread(lost, run.lost, run.firstMs, run.lastMs);
  }
  return Array.from({ length: slices }, (_, slice) => {
    const [all, gone] = [sent[slice] ?? 0, lost[slice] ?? 0];
    return {
      fromMs: slice * widthMs,
      toMs: (slice + 1) * widthMs,
      availability: all === 0 ? null : Math.max(0, 1 - gone / all),
    };
  });
};
