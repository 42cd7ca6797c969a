import type { DrillPlan, PlannedStep } from './drill-plan.ts';
import {
  availabilityOf,
  availabilityOverTime,
  countRequests,
  longestOutageMs,
  measureFault,
  type DrillEvent,
  type FaultMeasure,
  type FaultWindow,
  type RequestCount,
  type Slice,
} from './measure.ts';
import { judge, type JudgedObjective } from './objectives.ts';
import type { TrafficRuns } from './runs.ts';

/** What one fault did; seconds of drill time, null for what did not happen. */
export interface FaultReport {
  readonly target: string;
  readonly effect: string;
  readonly beginSeconds: number;
  readonly endSeconds: number | null;
  readonly firstFailedSeconds: number | null;
  readonly detectedSeconds: number | null;
  readonly dnsChangedSeconds: number | null;
  readonly lastRecoveredSeconds: number | null;
  /** From begin to the last recovery; 0 when nobody failed, null when somebody did not recover in time. */
  readonly rtoSeconds: number | null;
  readonly requests: RequestCount;
  /** 0 to 1. */
  readonly availability: number;
}

/** How the users of one kind fared. */
export interface TrafficReport {
  readonly name: string;
  readonly vantage: string;
  readonly requests: RequestCount;
  /** 0 to 1. */
  readonly availability: number;
  /** The longest time for which none of its clients was served; 0 when some always were. */
  readonly longestOutageSeconds: number;
}

export type TimelineKind =
  | 'break'
  | 'mend'
  | 'first-failed'
  | 'detected'
  | 'dns-changed'
  | 'recovered';

/** One moment of the drill. */
export interface TimelineEntry {
  readonly atSeconds: number;
  readonly kind: TimelineKind;
  readonly what: string;
}

/** An objective and how it went: durations under keys in seconds, everything else under plain ones. */
export type ObjectiveReport =
  | {
      readonly name: 'rto';
      readonly limitSeconds: number;
      readonly measuredSeconds: number | null;
      readonly held: boolean;
    }
  | {
      readonly name: 'availability' | 'requestsLost';
      readonly limit: number;
      readonly measured: number;
      readonly held: boolean;
    };

/** What a drill found, as `--json` prints it: the same paths live and virtual. */
export interface DrillReport {
  readonly drill: string;
  readonly mode: 'live' | 'virtual';
  readonly version: string;
  readonly seed: number;
  readonly durationSeconds: number;
  readonly faults: readonly FaultReport[];
  readonly traffic: readonly TrafficReport[];
  readonly timeline: readonly TimelineEntry[];
  readonly objectives: readonly ObjectiveReport[];
  /** True when every objective held. */
  readonly passed: boolean;
  /** The only part that speaks of real time. */
  readonly wall: {
    /** ISO 8601. */
    readonly startedAt: string;
    readonly tookSeconds: number;
    /** World seconds per real second; null when simulated. */
    readonly speed: number | null;
  };
}

/** A traffic's availability over the drill, for pictures. */
export interface TrafficPicture {
  readonly name: string;
  readonly slices: readonly Slice[];
}

/** A report and what only its pictures need. */
export interface DrillResult {
  readonly report: DrillReport;
  readonly pictures: readonly TrafficPicture[];
}

const seconds = (ms: number): number => Math.round(ms) / 1000;

const secondsOrNull = (ms: number | null): number | null => (ms === null ? null : seconds(ms));

/** Fine enough for a picture, coarse enough to see a rate of few requests. */
const pictureSlices = 180;

const endOf = (plan: DrillPlan, step: Extract<PlannedStep, { kind: 'break' }>): number | null => {
  const ends = plan.timeline
    .filter((other) => other.kind === 'mend' && other.target === step.fault.target)
    .map((other) => other.atMs)
    .filter((atMs) => atMs > step.atMs);
  if (step.fault.durationMs !== undefined) ends.push(step.atMs + step.fault.durationMs);
  const end = Math.min(...ends);
  return end < plan.durationMs ? end : null;
};

/** The windows of a plan's faults, in the order of time. */
export const faultWindows = (plan: DrillPlan): readonly FaultWindow[] => {
  const breaks = plan.timeline.filter((step) => step.kind === 'break');
  return breaks.map((step, index) => ({
    target: step.fault.target,
    effect: step.fault.effect,
    beginMs: step.atMs,
    endMs: endOf(plan, step),
    untilMs: breaks[index + 1]?.atMs ?? plan.durationMs,
  }));
};

const faultReport = (measure: FaultMeasure): FaultReport => ({
  target: measure.window.target,
  effect: measure.window.effect,
  beginSeconds: seconds(measure.window.beginMs),
  endSeconds: secondsOrNull(measure.window.endMs),
  firstFailedSeconds: secondsOrNull(measure.firstFailedMs),
  detectedSeconds: secondsOrNull(measure.detectedMs),
  dnsChangedSeconds: secondsOrNull(measure.dnsChangedMs),
  lastRecoveredSeconds: secondsOrNull(measure.lastRecoveredMs),
  rtoSeconds: secondsOrNull(measure.recoveryMs),
  requests: measure.requests,
  availability: availabilityOf(measure.requests),
});

const trafficReport = (traffic: TrafficRuns): TrafficReport => {
  const requests = countRequests(traffic.clients.flat());
  return {
    name: traffic.name,
    vantage: traffic.vantage,
    requests,
    availability: availabilityOf(requests),
    longestOutageSeconds: seconds(longestOutageMs(traffic)),
  };
};

const momentsOf = (measure: FaultMeasure): readonly TimelineEntry[] => {
  const { target, effect, beginMs, endMs } = measure.window;
  const moments: readonly (readonly [number | null, TimelineKind, string])[] = [
    [beginMs, 'break', `${target} ${effect}`],
    [measure.firstFailedMs, 'first-failed', 'the first request fails'],
    [measure.detectedMs, 'detected', measure.detectedDetail ?? 'detected'],
    [measure.dnsChangedMs, 'dns-changed', measure.dnsChangedDetail ?? 'DNS answers differently'],
    [measure.lastRecoveredMs, 'recovered', 'the last client that had failed is served again'],
    [endMs, 'mend', target],
  ];
  return moments.flatMap(([atMs, kind, what]) =>
    atMs === null ? [] : [{ atSeconds: seconds(atMs), kind, what }],
  );
};

const objectiveReport = ({ name, limit, measured, held }: JudgedObjective): ObjectiveReport =>
  name === 'rto'
    ? { name, limitSeconds: limit, measuredSeconds: measured, held }
    : { name, limit, measured: measured ?? 0, held };

const slowestRecovery = (faults: readonly FaultReport[]): number | null =>
  faults.reduce<number | null>(
    (slowest, { rtoSeconds }) =>
      slowest === null || rtoSeconds === null ? null : Math.max(slowest, rtoSeconds),
    0,
  );

/** Makes the report of a drill from how its requests went and what the world noticed. */
export const makeReport = (
  plan: DrillPlan,
  run: {
    readonly mode: 'live' | 'virtual';
    readonly version: string;
    readonly traffic: readonly TrafficRuns[];
    /** In the order of time. */
    readonly events: readonly DrillEvent[];
    readonly wall: DrillReport['wall'];
  },
): DrillResult => {
  const measures = faultWindows(plan).map((window) =>
    measureFault(window, run.traffic, run.events),
  );
  const faults = measures.map(faultReport);
  const requests = countRequests(run.traffic.flatMap(({ clients }) => clients.flat()));
  const objectives = judge(plan.objectives, {
    rto: slowestRecovery(faults),
    availability: availabilityOf(requests),
    requestsLost: requests.lost,
  });
  const report: DrillReport = {
    drill: plan.name,
    mode: run.mode,
    version: run.version,
    seed: plan.seed,
    durationSeconds: seconds(plan.durationMs),
    faults,
    traffic: run.traffic.map(trafficReport),
    timeline: measures.flatMap(momentsOf).sort((a, b) => a.atSeconds - b.atSeconds),
    objectives: objectives.map(objectiveReport),
    passed: objectives.every(({ held }) => held),
    wall: run.wall,
  };
  const pictures = run.traffic.map((traffic) => ({
    name: traffic.name,
    slices: availabilityOverTime(traffic, plan.durationMs, pictureSlices),
  }));
  return { report, pictures };
};
