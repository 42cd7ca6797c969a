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
import { latestMs, marginsOf } from './margins.ts';
import { judge, type JudgedObjective, type ObjectiveResult } from './objectives.ts';
import type { LiveMeasures } from './ports.ts';
import { measureReplacement, type MemberEvent, type ReplacementMeasure } from './replacement.ts';
import type { TrafficRuns } from './runs.ts';

/**
 * What Auto Scaling groups did about a fault that cost them instances. The parts are those of the replacement that took
 * longest, each from where the one before ended, so that they add up to `wholeAgainSeconds`; null for a part that did
 * not end before the next fault or the end of the drill, or when no instance was lost.
 */
export interface ReplacementReport {
  readonly instancesLost: number;
  readonly instancesReplaced: number;
  /** From the fault until its group noticed. */
  readonly detectionSeconds: number | null;
  /** From then until the new instance was running. */
  readonly replacementSeconds: number | null;
  /** From then until it answered a health check. */
  readonly bootSeconds: number | null;
  /** From then until its group took it for warmed up; 0 when that was so already. */
  readonly warmUpSeconds: number | null;
  /** From the fault until the last lost instance was replaced. */
  readonly wholeAgainSeconds: number | null;
}

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
  readonly replacement: ReplacementReport;
  readonly requests: RequestCount;
  /** 0 to 1. */
  readonly availability: number;
}

/** How the users of one kind fared. */
interface TrafficReport {
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
  | 'recovered'
  | 'noticed'
  | 'replaced';

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
      readonly result: ObjectiveResult;
    }
  | {
      readonly name: 'availability' | 'requestsLost';
      readonly limit: number;
      readonly measured: number;
      readonly held: boolean;
      readonly result: ObjectiveResult;
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
  /** True when every objective held for sure. */
  readonly passed: boolean;
  /** By how much durations may be off, since the machine was late; a simulated drill never is. */
  readonly lateness: { readonly worldSeconds: number };
  /** The only part that speaks of real time. */
  readonly wall: {
    /** ISO 8601. */
    readonly startedAt: string;
    readonly tookSeconds: number;
    /** World seconds per real second at the drill's begin; null when simulated. */
    readonly speed: number | null;
    /** The lowest that it came to; null when simulated. */
    readonly lowestSpeed: number | null;
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

/** What there is between two moments, if both happened. */
const between = (fromMs: number | null, toMs: number | null): number | null =>
  fromMs === null || toMs === null ? null : seconds(Math.max(0, toMs - fromMs));

const replacementReport = (
  { beginMs }: FaultWindow,
  { lost, replaced, noticedMs, runningMs, answeringMs, warmMs }: ReplacementMeasure,
): ReplacementReport => ({
  instancesLost: lost,
  instancesReplaced: replaced,
  detectionSeconds: between(beginMs, noticedMs),
  replacementSeconds: between(noticedMs, runningMs),
  bootSeconds: between(runningMs, answeringMs),
  warmUpSeconds: between(answeringMs, warmMs),
  wholeAgainSeconds: between(beginMs, warmMs),
});

const faultReport = (measure: FaultMeasure, replacement: ReplacementMeasure): FaultReport => ({
  target: measure.window.target,
  effect: measure.window.effect,
  beginSeconds: seconds(measure.window.beginMs),
  endSeconds: secondsOrNull(measure.window.endMs),
  firstFailedSeconds: secondsOrNull(measure.firstFailedMs),
  detectedSeconds: secondsOrNull(measure.detectedMs),
  dnsChangedSeconds: secondsOrNull(measure.dnsChangedMs),
  lastRecoveredSeconds: secondsOrNull(measure.lastRecoveredMs),
  rtoSeconds: secondsOrNull(measure.recoveryMs),
  replacement: replacementReport(measure.window, replacement),
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

const momentsOf = (
  measure: FaultMeasure,
  replacement: ReplacementMeasure,
): readonly TimelineEntry[] => {
  const { target, effect, beginMs, endMs } = measure.window;
  const moments: readonly (readonly [number | null, TimelineKind, string])[] = [
    [beginMs, 'break', `${target} ${effect}`],
    [measure.firstFailedMs, 'first-failed', 'the first request fails'],
    [measure.detectedMs, 'detected', measure.detectedDetail ?? 'detected'],
    [measure.dnsChangedMs, 'dns-changed', measure.dnsChangedDetail ?? 'DNS answers differently'],
    [measure.lastRecoveredMs, 'recovered', 'the last client that had failed is served again'],
    [replacement.noticedMs, 'noticed', 'an Auto Scaling group misses an instance'],
    [replacement.warmMs, 'replaced', 'the last instance that was lost is replaced'],
    [endMs, 'mend', target],
  ];
  return moments.flatMap(([atMs, kind, what]) =>
    atMs === null ? [] : [{ atSeconds: seconds(atMs), kind, what }],
  );
};

const objectiveReport = ({ name, limit, measured, result }: JudgedObjective): ObjectiveReport => {
  const verdict = { held: result === 'held', result };
  return name === 'rto'
    ? { name, limitSeconds: limit, measuredSeconds: measured, ...verdict }
    : { name, limit, measured: measured ?? 0, ...verdict };
};

const slowestRecovery = (faults: readonly FaultReport[]): number | null =>
  faults.reduce<number | null>(
    (slowest, { rtoSeconds }) =>
      slowest === null || rtoSeconds === null ? null : Math.max(slowest, rtoSeconds),
    0,
  );

/** Who had not recovered when a fault's window closed took at least as long as that was. */
const atLeast = (faults: readonly FaultReport[], windows: readonly FaultWindow[]): number =>
  Math.max(
    ...faults.map(
      ({ rtoSeconds }, index) =>
        rtoSeconds ?? seconds((windows[index]?.untilMs ?? 0) - (windows[index]?.beginMs ?? 0)),
    ),
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
    /** In the order of time. */
    readonly memberEvents: readonly MemberEvent[];
    /** What was measured of a live world's machine. */
    readonly live?: LiveMeasures | undefined;
    readonly wall: Pick<DrillReport['wall'], 'startedAt' | 'tookSeconds'>;
  },
): DrillResult => {
  const windows = faultWindows(plan);
  const measures = windows.map((window) => ({
    users: measureFault(window, run.traffic, run.events),
    groups: measureReplacement(window, run.memberEvents),
  }));
  const faults = measures.map(({ users, groups }) => faultReport(users, groups));
  const requests = countRequests(run.traffic.flatMap(({ clients }) => clients.flat()));
  const rto = slowestRecovery(faults);
  const objectives = judge(
    plan.objectives,
    {
      rto,
      rtoAtLeast: rto === null ? atLeast(faults, windows) : null,
      availability: availabilityOf(requests),
      requestsLost: requests.lost,
    },
    marginsOf(plan, requests, run.live),
  );
  const report: DrillReport = {
    drill: plan.name,
    mode: run.mode,
    version: run.version,
    seed: plan.seed,
    durationSeconds: seconds(plan.durationMs),
    faults,
    traffic: run.traffic.map(trafficReport),
    timeline: measures
      .flatMap(({ users, groups }) => momentsOf(users, groups))
      .sort((a, b) => a.atSeconds - b.atSeconds),
    objectives: objectives.map(objectiveReport),
    passed: objectives.every(({ result }) => result === 'held'),
    lateness: { worldSeconds: run.live === undefined ? 0 : seconds(latestMs(run.live)) },
    wall: {
      ...run.wall,
      speed: run.live?.chosenSpeed ?? null,
      lowestSpeed: run.live?.lowestSpeed ?? null,
    },
  };
  const pictures = run.traffic.map((traffic) => ({
    name: traffic.name,
    slices: availabilityOverTime(traffic, plan.durationMs, pictureSlices),
  }));
  return { report, pictures };
};
