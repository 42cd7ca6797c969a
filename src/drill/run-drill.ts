import { isDomainError, DomainError } from '../world/domain-error.ts';
import type { DrillPlan, PlannedStep, PlannedTraffic } from './drill-plan.ts';
import type { LiveTraffic, TrafficProgress } from './live-traffic.ts';
import type { DrillEvent } from './measure.ts';
import type { ModelledTraffic } from './modelled-traffic.ts';
import type {
  DrillWorld,
  LiveDrillWorld,
  LiveMeasures,
  MemberWorldEvent,
  Vantage,
  VirtualDrillWorld,
} from './ports.ts';
import { shortestPatienceMs } from './margins.ts';
import type { MemberEvent } from './replacement.ts';
import { faultWindows, makeReport, type DrillResult } from './report.ts';
import type { TrafficRuns } from './runs.ts';
import { runStackScript } from './stack-script.ts';

/** World ms for which a stack may take to settle. */
const longestSettlingMs = 15 * 60_000;
/** World ms between two looks at whether it has. */
const settlingStepMs = 1000;
/** Health checks have phases on absolute world time; a drill that begins on a full minute sees the same ones each time. */
const beginsOnMs = 60_000;
/** Where a drill stands, for whoever waits. */
export interface DrillProgress {
  readonly phase: 'building' | 'settling' | 'running' | 'simulating';
  /** Settling: what is not well yet. */
  readonly unsettled: readonly string[];
  /** Running: drill time in seconds, below 0 before its beginning. */
  readonly atSeconds: number;
  readonly requests: TrafficProgress;
  /** What is broken now. */
  readonly broken: readonly string[];
}

/** How a drill is watched. */
export interface DrillOptions {
  readonly version: string;
  /** Real time at which everything began. */
  readonly startedAt: Date;
  /** Where the clients of the stack's script are unless it says otherwise; us-east-1 unless given. */
  readonly region?: string;
  /** Gets a way to ask where the drill stands, whenever the phase changes. */
  readonly watch?: (progress: () => DrillProgress) => void;
}

interface Course {
  readonly plan: DrillPlan;
  readonly options: DrillOptions;
  readonly vantages: readonly Vantage[];
}

const noRequests: TrafficProgress = { sent: 0, lost: 0 };

const idle = (phase: DrillProgress['phase'], unsettled: readonly string[]): DrillProgress => ({
  phase,
  unsettled,
  atSeconds: 0,
  requests: noRequests,
  broken: [],
});

const settle = async (
  world: DrillWorld,
  watch: DrillOptions['watch'],
): Promise<DomainError | undefined> => {
  const untilMs = world.now() + longestSettlingMs;
  watch?.(() => idle('settling', world.unsettled()));
  for (;;) {
    const unsettled = world.unsettled();
    if (unsettled.length === 0) return undefined;
    if (world.now() >= untilMs) {
      return new DomainError(
        'NotSettled',
        `The stack has not settled after ${longestSettlingMs / 60_000} minutes: ${unsettled.join('; ')}.`,
      );
    }
    await world.waitUntil(world.now() + settlingStepMs);
  }
};

const stepText = (step: PlannedStep): string =>
  step.kind === 'break'
    ? `breaking ${step.fault.target} (${step.fault.effect})`
    : `mending ${step.target}`;

const take = async (world: DrillWorld, step: PlannedStep): Promise<DomainError | undefined> => {
  const done =
    step.kind === 'break' ? await world.openFault(step.fault) : await world.mendFault(step.target);
  return isDomainError(done)
    ? new DomainError(done.code, `${stepText(step)} failed: ${done.message}`)
    : undefined;
};

/** Takes every step of the timeline at its time, after `before`. */
const runTimeline = async (
  plan: DrillPlan,
  world: DrillWorld,
  startMs: number,
  before: () => void,
): Promise<DomainError | undefined> => {
  for (const step of plan.timeline) {
    await world.waitUntil(startMs + step.atMs);
    before();
    const error = await take(world, step);
    if (error !== undefined) return error;
  }
  await world.waitUntil(startMs + plan.durationMs);
  return undefined;
};

const brokenAt = (plan: DrillPlan, atMs: number): readonly string[] =>
  faultWindows(plan)
    .filter(({ beginMs, endMs }) => atMs >= beginMs && atMs < (endMs ?? Infinity))
    .map(({ target, effect }) => `${target} ${effect}`);

const sum = (progress: readonly TrafficProgress[]): TrafficProgress =>
  progress.reduce(
    (all, one) => ({
      sent: all.sent + one.sent,
      lost: all.lost + one.lost,
    }),
    noRequests,
  );

/** Makes one of something for each traffic of a course, from where its users are. */
const forEachTraffic = <T>(
  { plan, vantages }: Course,
  make: (traffic: PlannedTraffic, vantage: Vantage) => T,
): readonly T[] =>
  plan.traffic.flatMap((traffic, index) => {
    const vantage = vantages[index];
    return vantage === undefined ? [] : [make(traffic, vantage)];
  });

interface Ran {
  readonly traffic: readonly TrafficRuns[];
  readonly live?: LiveMeasures;
}

const runLive = async (
  course: Course,
  world: LiveDrillWorld,
  startMs: number,
): Promise<Ran | DomainError> => {
  const { plan, options } = course;
  const { LiveTraffic } = await import('./live-traffic.ts');
  const traffic: readonly LiveTraffic[] = forEachTraffic(
    course,
    (one, vantage) => new LiveTraffic(world, vantage, one, startMs, plan.durationMs),
  );
  options.watch?.(() => ({
    phase: 'running',
    unsettled: [],
    atSeconds: (world.now() - startMs) / 1000,
    requests: sum(traffic.map(({ progress }) => progress)),
    broken: brokenAt(plan, world.now() - startMs),
  }));
  // The timeline asks for its moments first, so that a fault is there when a request of the same moment is sent.
  const timeline = runTimeline(plan, world, startMs, () => undefined).then((error) => {
    if (error !== undefined) for (const one of traffic) one.stop();
    return error;
  });
  await world.waitUntil(startMs);
  const measures = world.measure();
  const [error] = await Promise.all([timeline, ...traffic.map((one) => one.run())]);
  if (error !== undefined) return error;
  const cutsMs = faultWindows(plan).map(({ beginMs }) => beginMs);
  return { traffic: traffic.map((one) => one.runs(cutsMs)), live: measures() };
};

const runVirtual = async (
  course: Course,
  world: VirtualDrillWorld,
  startMs: number,
): Promise<Ran | DomainError> => {
  const { plan, options } = course;
  // Once: nothing else is done until it is over.
  options.watch?.(() => idle('simulating', []));
  const { ModelledTraffic } = await import('./modelled-traffic.ts');
  await world.waitUntil(startMs);
  const traffic: readonly ModelledTraffic[] = forEachTraffic(
    course,
    (one, vantage) => new ModelledTraffic(world, vantage, one, plan.durationMs),
  );
  const error = await runTimeline(plan, world, startMs, () => {
    for (const one of traffic) one.cut();
  });
  const runs = traffic.map((one) => one.finish());
  return error ?? { traffic: runs };
};

const vantagesOf = (plan: DrillPlan, world: DrillWorld): readonly Vantage[] | DomainError => {
  const vantages: Vantage[] = [];
  for (const { place } of plan.traffic) {
    const vantage = world.vantage(place);
    if (isDomainError(vantage)) return vantage;
    vantages.push(vantage);
  }
  return vantages;
};

const onDrillClock = (event: MemberWorldEvent, startMs: number): MemberEvent => {
  const { at, group, instanceId } = event;
  const common = { atMs: at - startMs, group, instanceId };
  return event.step === 'in-service'
    ? { ...common, step: event.step, warmAtMs: event.warmAt - startMs }
    : { ...common, step: event.step };
};

/**
 * Runs a drill in a world that stands: builds the stack, lets it settle, sends traffic, breaks and mends, measures. The
 * world stays open. Errors: `StackFailed` (detail `output`), `NotSettled`, and those of the faults.
 */
export const runDrill = async (
  plan: DrillPlan,
  world: DrillWorld,
  options: DrillOptions,
): Promise<DrillResult | DomainError> => {
  const began = performance.now();
  const vantages = vantagesOf(plan, world);
  if (isDomainError(vantages)) return vantages;
  options.watch?.(() => idle('building', []));
  const failed = await runStackScript(plan.stackFile, world.endpoint, options.region);
  if (failed !== undefined) return failed;
  if (world.mode === 'live') world.keepPace(shortestPatienceMs(plan));
  const problem = await settle(world, options.watch);
  if (problem !== undefined) return problem;
  const course = { plan, options, vantages };
  world.watchNames(
    forEachTraffic(course, ({ request }, vantage) => ({ name: request.host, vantage })),
  );
  const startMs = (Math.floor(world.now() / beginsOnMs) + 1) * beginsOnMs;
  const events: DrillEvent[] = [];
  const memberEvents: MemberEvent[] = [];
  const stopEvents = world.onEvent((event) => {
    if (event.kind === 'member') memberEvents.push(onDrillClock(event, startMs));
    else events.push({ kind: event.kind, atMs: event.at - startMs, detail: event.detail });
  });
  const ran =
    world.mode === 'live'
      ? await runLive(course, world, startMs)
      : await runVirtual(course, world, startMs);
  stopEvents();
  if (isDomainError(ran)) return ran;
  return makeReport(plan, {
    mode: world.mode,
    version: options.version,
    ...ran,
    events,
    memberEvents,
    wall: {
      startedAt: options.startedAt.toISOString(),
      tookSeconds: Math.round(performance.now() - began) / 1000,
    },
  });
};
